/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explain.h - why a filter selects a person, or does not: the tree with a verdict at each node
 *
 * Pure, but for the facts that the caller knows better: terms about events, lists or suppressions are
 * asked of an ExplainFactFunc. The verdict at the top is filter_match()'s. */
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

/* What somebody else knows about a term: `known` FALSE if it is not theirs. `values` take what there
 * is to show (char *, UTF-8). FALSE with an error ends the explanation. */
typedef struct {
    gboolean known;
    MatchResult verdict;
    GPtrArray *values;
} ExplainFact;

typedef gboolean (*ExplainFactFunc)(const FilterNode *term, const Person *person, ExplainFact *fact,
                                    gpointer user_data, GError **error);

/* `facts` may be NULL. NULL only with the callback's error. Owned by the caller. */
Explanation *filter_explain(const FilterNode *node, const Person *person, const FieldMap *map,
                            ExplainFactFunc facts, gpointer user_data, GError **error);

/* For JSON: "kind" ("and", "or", "not", "term"), "verdict" ("yes", "no", "undefined"), and "filters",
 * or "term" and "values". Owned by the caller. */
Value *explanation_to_value(const Explanation *explanation);

#endif
