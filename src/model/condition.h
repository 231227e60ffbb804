/* SPDX-License-Identifier: GPL-3.0-or-later */
/* condition.h - what the search index is asked: a filter as filter/compile.h makes it for
 * store/select.h
 *
 * A tree of terms whose values are keys already (model/attribute_type.h), in two-valued logic: it is
 * true of a person or not. `exact` FALSE means that it may be true of too many, and the caller must
 * ask filter/match.h for each of them. */
#ifndef RUNDRUF_MODEL_CONDITION_H
#define RUNDRUF_MODEL_CONDITION_H

#include <glib.h>

typedef enum {
    CONDITION_ALL, /* every person */
    CONDITION_NONE,
    CONDITION_AND,
    CONDITION_OR,
    CONDITION_NOT,
    CONDITION_ROWS, /* of these persons */
    CONDITION_TERM
} ConditionKind;

typedef enum {
    TERM_EQUAL,
    TERM_SUBSTRINGS,
    TERM_GREATER_OR_EQUAL, /* keys compare octet by octet */
    TERM_LESS_OR_EQUAL,
    TERM_PRESENT
} TermKind;

typedef struct {
    ConditionKind kind;
    gboolean exact;      /* of the whole tree; at its top */
    GPtrArray *children; /* of Condition *: AND, OR; one of NOT */

    const GArray *rows; /* ROWS: of gint64, borrowed */

    /* TERM: the person, or its municipality, has a value of `attribute` with such a key */
    char *attribute; /* as the index names it */
    gboolean of_municipality;
    TermKind term;
    char *key;             /* of EQUAL, >= and <= */
    char *initial, *final; /* of SUBSTRINGS; NULL: none */
    GPtrArray *any;        /* of char * */
} Condition;

Condition *condition_new(ConditionKind kind);
void condition_free(Condition *condition);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Condition, condition_free)

/* Takes the child over. */
void condition_add(Condition *parent, Condition *child);

/* TRUE if `length` octets at `key` are what the term asks for. */
gboolean condition_key_holds(const Condition *term, const char *key, gsize length);

#endif
