/* SPDX-License-Identifier: GPL-3.0-or-later */
/* assertion.h - what one term of a filter asks, and of which attributes (inside filter/ only)
 *
 * compile.c and match.c must agree on every detail, so both take it from here: a Target says where
 * to look, an Assertion what the comparison key of a value must be like. */
#ifndef RUNDRUF_FILTER_ASSERTION_H
#define RUNDRUF_FILTER_ASSERTION_H

#include "filter/filter.h"
#include "model/attribute_type.h"
#include "model/field.h"

/* Where a term looks: the first of `names` that has a value. Borrows from node and map. */
typedef struct {
    FieldId field;   /* FIELDS: a plain attribute of the person, or none */
    char *attribute; /* as written, without options; NULL: none */
    char **options;  /* each without its ";" */
    const char *plain[2];
    const char *const *names; /* attributes, NULL at the end */
    gboolean of_municipality;
} Target;

void target_init(Target *target, const FilterNode *node, const FieldMap *map);
void target_clear(Target *target);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Target, target_clear)

/* The rule by which values of `name`, one of the target's, are compared. */
MatchingRule target_rule(const Target *target, const char *name);

/* The rule of that name or OID (RFC 4517, 4.2); FALSE if there is none that this program knows. */
gboolean matching_rule_find(const char *name, MatchingRule *rule);
extern const char *const matching_rule_names[]; /* NULL at the end */

/* What a value's key must be like. A piece that is NULL asks nothing. */
typedef struct {
    FilterKind kind; /* EQUAL, >=, <=, PRESENT or SUBSTRINGS */
    char *key;
    char *initial, *final;
    GPtrArray *any; /* of char * */
} Assertion;

/* FALSE if the node's value does not fit the rule, or the rule has no such comparison: the term is
 * Undefined then (RFC 4511, 4.5.1.7). `assertion` is to be cleared in either case. */
gboolean assertion_init(Assertion *assertion, const FilterNode *node, MatchingRule rule);
void assertion_clear(Assertion *assertion);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Assertion, assertion_clear)

/* TRUE if a value with the key `norm` (attribute_norm(), same rule) is what is asked for. */
gboolean assertion_holds(const Assertion *assertion, const char *norm);

#endif
