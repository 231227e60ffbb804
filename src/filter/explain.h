/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explain.h - why a filter selects a person, or does not: the tree with a verdict at each node
 *
 * The verdict at the top is filter_match()'s. A term about facts (fact.h) has no values. */
#ifndef RUNDRUF_FILTER_EXPLAIN_H
#define RUNDRUF_FILTER_EXPLAIN_H

#include "filter/match.h"

#define EXPLAIN_VALUES_MAX 20 /* values of a term that are kept */

typedef struct {
    FilterKind kind;
    MatchResult verdict;
    char *text;          /* of a term: "(role=planner)"; NULL: AND, OR, NOT */
    GPtrArray *values;   /* of a term: what this person has of it, char *, UTF-8; may be empty */
    GPtrArray *children; /* of AND, OR, NOT: Explanation *; NULL: a term */
} Explanation;

void explanation_free(Explanation *explanation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Explanation, explanation_free)

/* Owned by the caller. */
Explanation *filter_explain(const FilterNode *node, const Person *person, const FieldMap *map);

/* For JSON: "kind" ("and", "or", "not", "term"), "verdict" ("yes", "no", "undefined"), and "filters",
 * or "term" and "values". Owned by the caller. */
Value *explanation_to_value(const Explanation *explanation);

#endif
