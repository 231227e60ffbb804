/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phrase_reader.h - a sentence while it is read (inside filter/ only)
 *
 * phrase_read.c reads terms and what joins them, phrase_value.c the values; phrase_match.c looks what
 * stands somewhere and moves nothing. Functions that read move `at` behind what they took, and return FALSE with the error set. */
#ifndef RUNDRUF_FILTER_PHRASE_READER_H
#define RUNDRUF_FILTER_PHRASE_READER_H

#include "filter/phrase_words.h"
#include "model/attribute_schema.h"

typedef struct {
    const GArray *tokens; /* of PhraseToken, a TOKEN_END last */
    guint at;
    char **indexed; /* field_map_attributes() */
    const AttributeSchema *schema;
    const char *source;
    guint terms; /* nodes made so far */
    GError **error;
} PhraseReader;

/* The token there; behind the last one it is the TOKEN_END. */
const PhraseToken *phrase_token(const PhraseReader *reader, guint at);
gboolean phrase_is_sign(const PhraseReader *reader, guint at, const char *sign);

/* What stands from one token up to another, in one line; phrase_slice() puts it in quotation marks,
 * and calls the end "the end". Owned by the caller. */
char *phrase_text(const PhraseReader *reader, guint from, guint to);
char *phrase_slice(const PhraseReader *reader, guint from, guint to);

/* Sets INPUT with the token's column. Returns FALSE. */
gboolean phrase_fail(const PhraseReader *reader, guint at, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* The same about what stands where nothing, or "and" or "or", should. */
gboolean phrase_fail_rest(const PhraseReader *reader);
/* FALSE if there are too many terms. */
gboolean phrase_check_size(const PhraseReader *reader);

/* What a term is about. */
typedef struct {
    char *attribute; /* NULL: any */
    gboolean or_dn;
} PhraseSubject;

void phrase_subject_clear(PhraseSubject *subject);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PhraseSubject, phrase_subject_clear)

/* TRUE if its values are whole numbers. */
gboolean phrase_is_number(const PhraseReader *reader, const PhraseSubject *subject);
/* TRUE if a filter can have it as an attribute's name, or as a matching rule's. */
gboolean phrase_name_fits(const char *name, gboolean rule);

/* How many tokens from `at` name what a term is about (`subject` may be NULL), are an operator, the
 * longest that can be ("is", "not" or both before what compares, or "is" alone), or begin a term
 * about events, lists or suppression; 0 if none do. `*negated` if the opposite is said. */
guint phrase_match_subject(const PhraseReader *reader, guint at, PhraseSubject *subject);
guint phrase_match_operator(const PhraseReader *reader, guint at, PhraseOperator *op,
                            gboolean *negated);
guint phrase_match_history(const PhraseReader *reader, guint at, const PhraseRow **row,
                           gboolean *negated);
gboolean phrase_has_operator(const PhraseReader *reader, guint at);
gboolean phrase_starts_term(const PhraseReader *reader, guint at);

/* A value: quoted, or words up to the next operator or connective. `attribute` is the field whose
 * words for stored values count, or NULL. */
gboolean phrase_read_text(PhraseReader *reader, const char *attribute, FilterValue *value);

/* A whole number, plus `add`. A quoted value is taken as it stands if `add` is 0. */
gboolean phrase_read_number(PhraseReader *reader, const char *attribute, int add,
                            FilterValue *value);

/* A text in which "*" stands for any text, into a node's pieces; its kind is set. */
gboolean phrase_read_pattern(PhraseReader *reader, FilterNode *node);

/* One word, or quoted text. */
gboolean phrase_read_word(PhraseReader *reader, FilterValue *value);

/* An event's name, any event (the node's kind is set), or any in a year. */
gboolean phrase_read_event(PhraseReader *reader, FilterNode *node);

#endif
