/* SPDX-License-Identifier: GPL-3.0-or-later */
/* assertion.h - what one term of a filter asks, and of which attributes (inside filter/ only)
 *
 * compile.c and match.c must agree on every detail, so both take it from here: a Target says where
 * to look, an Assertion what the comparison key of a value must be like. */
#ifndef RUNDRUF_FILTER_ASSERTION_H
#define RUNDRUF_FILTER_ASSERTION_H

#include "filter/filter.h"
#include "model/attribute_schema.h"
#include "model/field.h"
#include "model/matching_rule.h"

/* Where a term looks: the first of `names` that has a value. Borrows from node and map. */
typedef struct {
    FieldId field;   /* FIELDS: a plain attribute of the person, or none */
    char *attribute; /* as written, without options; NULL: none */
    char **options;  /* each without its ";" */
    const char *plain[2];
    const char *const *names; /* attributes, NULL at the end */
    gboolean of_municipality;
    const AttributeSchema *schema; /* the one in use */
} Target;

void target_init(Target *target, const FilterNode *node, const FieldMap *map);
void target_clear(Target *target);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Target, target_clear)

/* The rule by which values of `name`, one of the target's, are compared. */
MatchingRule target_rule(const Target *target, const char *name);

/* What a value's key must be like. */
typedef enum {
    ASSERT_PRESENT,
    ASSERT_EQUAL,
    ASSERT_GREATER_OR_EQUAL,
    ASSERT_LESS_OR_EQUAL,
    ASSERT_SUBSTRINGS, /* a piece that is NULL asks nothing */
    ASSERT_LESS,
    ASSERT_SOUND,
    ASSERT_CLASS,
    ASSERT_BITS_ALL,
    ASSERT_BITS_ANY
} AssertionKind;

typedef struct {
    AssertionKind kind;
    MatchingRule rule; /* how keys are made */
    char *key;         /* ASSERT_SOUND: the text itself */
    char *initial, *final;
    GPtrArray *any;                /* of char * */
    const AttributeSchema *schema; /* ASSERT_CLASS */
} Assertion;

/* What the node asks of `name`, one of the target's, by the rule of its type. FALSE if the value does
 * not fit the rule, or the type has no such comparison: the term is Undefined then (RFC 4511,
 * 4.5.1.7). `assertion` is to be cleared in either case. */
gboolean assertion_init(Assertion *assertion, const FilterNode *node, const Target *target,
                        const char *name);

/* The same by a rule that the node names. */
gboolean assertion_init_named(Assertion *assertion, const FilterNode *node,
                              const MatchingRuleInfo *info);

/* TRUE if the keys that the index has of `name` decide: only types that the index and the schema
 * understand alike, without kinds, and only comparisons of keys. */
gboolean assertion_fits_index(const Assertion *assertion, const Target *target, const char *name);

void assertion_clear(Assertion *assertion);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Assertion, assertion_clear)

/* TRUE if a value with the key `norm` (attribute_norm(), by `rule`) is what is asked for. */
gboolean assertion_holds(const Assertion *assertion, const char *norm);

#endif
