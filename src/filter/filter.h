/* SPDX-License-Identifier: GPL-3.0-or-later */
/* filter.h - RFC 4515 search filters: text to tree, tree to text
 *
 * Strict: what RFC 4515 section 3 does not allow is refused with the column, and so is "(&)" of
 * RFC 4526: an empty filter is an error, never "everybody". Two things are taken beyond the RFC,
 * as neither can be misread: blanks around the filters inside "&", "|" and "!", and one
 * extensible match without parentheses ("cn:caseExactMatch:=X"). filter/compile.h makes SQL of a
 * tree, filter/match.h applies it to one person in memory. */
#ifndef RUNDRUF_FILTER_FILTER_H
#define RUNDRUF_FILTER_FILTER_H

#include "base/value.h"

#define FILTER_BYTES_MAX (64 * 1024)
#define FILTER_DEPTH_MAX 100
#define FILTER_TERMS_MAX 1000

typedef enum {
    FILTER_AND,
    FILTER_OR,
    FILTER_NOT,
    FILTER_EQUAL,
    FILTER_APPROX,
    FILTER_GREATER_OR_EQUAL,
    FILTER_LESS_OR_EQUAL,
    FILTER_PRESENT,
    FILTER_SUBSTRINGS,
    FILTER_EXTENSIBLE
} FilterKind;

/* Assertion octets, unescaped; a NUL follows them that does not count. */
typedef struct {
    char *data;
    gsize length;
} FilterValue;

typedef struct FilterNode FilterNode;
struct FilterNode {
    FilterKind kind;
    guint column;          /* in the text, characters from 1: of the term's "(" */
    FilterNode **children; /* AND, OR, NOT; NULL-terminated; NULL otherwise */

    char *attribute;     /* description as written, options included; NULL: an extensible without */
    FilterValue value;   /* EQUAL, APPROX, >=, <=, EXTENSIBLE */
    FilterValue initial; /* SUBSTRINGS; data NULL: none; no piece is empty */
    FilterValue final;
    FilterValue *any; /* n_any of them */
    guint n_any;
    char *rule;  /* EXTENSIBLE: matching rule, or NULL */
    gboolean dn; /* EXTENSIBLE: ":dn" */
};

/* Reads a filter (`length` -1: up to the NUL). NULL with INPUT "SOURCE:1:COLUMN: ..." (`source`
 * e.g. "filter"). Owned by the caller. Needs no more stack for deeper text: depth is limited. */
FilterNode *filter_parse(const char *text, gssize length, const char *source, GError **error);
void filter_free(FilterNode *node);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FilterNode, filter_free)

/* The canonical text (octets outside printable ASCII and the special ones as \xx; UTF-8 letters
 * stay). Reading it again gives an equal tree. Owned by the caller. */
char *filter_to_text(const FilterNode *node);

/* "(attribute=value)" with the value escaped: for filters that the program itself makes. Owned
 * by the caller. */
char *filter_equality(const char *attribute, const char *value);

/* The tree for `rundruf parse filter`: maps with "kind" ("and", "or", "not", "equal", "approx",
 * "ge", "le", "present", "substrings", "extensible") and "filters", or "attribute", "value",
 * "initial", "any", "final", "rule", "dn". Values that are no text are {"hex": "..."}. Owned by the
 * caller. */
Value *filter_to_value(const FilterNode *node);

#endif
