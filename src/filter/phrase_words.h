/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phrase_words.h - the words of sentences, and a sentence cut into words (inside filter/ only)
 *
 * One table for the reader, the writer, the errors and the manual page. */
#ifndef RUNDRUF_FILTER_PHRASE_WORDS_H
#define RUNDRUF_FILTER_PHRASE_WORDS_H

#include "base/text.h"
#include "filter/filter.h"
#include "model/field.h"

typedef enum {
    PHRASE_JOIN,         /* `what`: FILTER_AND, FILTER_OR */
    PHRASE_NOT,          /* before a term or an operator */
    PHRASE_IS,           /* before operators and history; alone it is "equal" */
    PHRASE_HAS,          /* before history only: "hat abgesagt zu" */
    PHRASE_OPERATOR,     /* `what`: PhraseOperator */
    PHRASE_NOT_OPERATOR, /* the same, and the opposite of it is said */
    PHRASE_FIELD,        /* `what`: FieldId */
    PHRASE_HISTORY,      /* `what`: PhraseHistory, `name`: the attribute */
    PHRASE_VALUE,        /* `what`: FieldId, `name`: the value that is stored */
    PHRASE_PART          /* `what`: PhrasePart */
} PhraseRole;

typedef enum {
    OPERATOR_EQUAL,
    OPERATOR_ONE_OF,
    OPERATOR_NONE_OF,
    OPERATOR_CONTAINS,
    OPERATOR_BEGINS,
    OPERATOR_ENDS,
    OPERATOR_MATCHES, /* "a*b": pieces in this order */
    OPERATOR_SOUNDS,
    OPERATOR_OVER,
    OPERATOR_UNDER,
    OPERATOR_AT_LEAST,
    OPERATOR_AT_MOST,
    OPERATOR_KNOWN,
    OPERATOR_MISSING
} PhraseOperator;

typedef enum {
    HISTORY_EVENT, /* an event's name, any event, any event in a year */
    HISTORY_WORD,  /* one word */
    HISTORY_ALONE  /* nothing follows */
} PhraseHistory;

typedef enum {
    PART_ATTRIBUTE,     /* the next word is an attribute's name, whatever it looks like */
    PART_ANY_ATTRIBUTE, /* extensible match without an attribute */
    PART_OR_DN,         /* extensible match with ":dn" */
    PART_BY_RULE,       /* matching rule of an extensible match */
    PART_ANY_EVENT,
    PART_IN_YEAR
} PhrasePart;

typedef struct {
    PhraseRole role;
    guint what;
    const char *name;
    const char *words[2]; /* English, German: alternatives with "|" between; the first is written */
} PhraseRow;

extern const PhraseRow phrase_rows[];
extern const guint phrase_n_rows;

typedef enum { TOKEN_WORD, TOKEN_QUOTED, TOKEN_SIGN, TOKEN_END } TokenKind;

typedef struct {
    TokenKind kind;
    const char *start; /* in the text: of quoted text what is between the marks */
    gsize length;
    const char *from, *to; /* in the text, with the marks */
    guint column;          /* characters from 1 */
    char *key;             /* WORD, SIGN: lower case, composed; else NULL */
} PhraseToken;

/* Words, quoted texts, and the signs ( ) , = == != <> < > <= >= ≠ ≤ ≥, with a TOKEN_END. NULL with
 * INPUT: no UTF-8, quotation marks that do not end. Owned by the caller; points into `text`. */
GArray *phrase_tokens(const char *text, gsize length, const char *source, GError **error);

/* The marks that end a text which `opening` begins, as a string; NULL if it begins none. */
const char *phrase_closing_marks(gunichar opening);

/* How many tokens from `at` are the longest phrase of that role; 0 if none. `row` may be NULL. */
guint phrase_match(const GArray *tokens, guint at, PhraseRole role, const PhraseRow **row);
/* The same for one row only. */
guint phrase_match_row(const GArray *tokens, guint at, const PhraseRow *row);

const PhraseRow *phrase_row(PhraseRole role, guint what);

/* The row's first alternative: what the writer says. Owned by the caller. */
char *phrase_say(const PhraseRow *row, gboolean german);

/* All alternatives of a role, for "did you mean"; of strings, owned by the caller. */
GPtrArray *phrase_alternatives(PhraseRole role);

#endif
