/* SPDX-License-Identifier: GPL-3.0-or-later */
/* condition.h - an SQL condition with its bound values, as filter/compile.h makes it
 *
 * The text is an expression over the table alias `e` of `entry`, with parameters $1, $2 ... in
 * the order of `values`; nothing that a person wrote ever stands in the text itself. `exact`
 * FALSE means that the rows found may be too many, and the caller must ask filter/match.h for
 * each of them. */
#ifndef RUNDRUF_MODEL_CONDITION_H
#define RUNDRUF_MODEL_CONDITION_H

#include <glib.h>

typedef struct {
    GString *sql;
    GPtrArray *values; /* of char *, UTF-8 text */
    gboolean exact;
} Condition;

Condition *condition_new(void);
void condition_free(Condition *condition);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Condition, condition_free)

/* Appends "$N" to the text and `value` (copied) to the values. */
void condition_bind(Condition *condition, const char *value);

#endif
