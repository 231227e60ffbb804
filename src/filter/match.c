/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter/match.h"

#include "filter/assertion.h"
#include "model/dn_value.h"

#include <string.h>

/* TRUE if the description has all of the options, in whatever order */
static gboolean
has_options(const char *description, char **options)
{
    if (!options || !*options)
        return TRUE;
    g_auto(GStrv) own = g_strsplit(description, ";", -1);
    for (char **option = options; *option; option++) {
        gboolean found = FALSE;
        for (char **part = own + 1; *part && !found; part++)
            found = g_ascii_strcasecmp(*part, *option) == 0;
        if (!found)
            return FALSE;
    }
    return TRUE;
}

/* What came of looking at values: whether there were any with a key, and whether one holds. */
typedef struct {
    gboolean seen, held;
} Look;

static void
look_at(Look *look, const Assertion *assertion, MatchingRule rule, const char *data, gsize length)
{
    if (look->held)
        return;
    g_autofree char *norm = attribute_norm(rule, data, length);
    if (!norm)
        return;
    look->seen = TRUE;
    look->held = assertion && assertion_holds(assertion, norm);
}

/* Looks at all values of an attribute and of its subtypes by options. `assertion` NULL: none
 * holds. */
static Look
look_at_attribute(const Attributes *attributes, const char *name, char **options, MatchingRule rule,
                  const Assertion *assertion)
{
    Look look = {FALSE, FALSE};
    const AttributeType *type = attribute_type_find(name);
    for (guint i = 0; attributes && i < attributes_count(attributes); i++) {
        const char *description = attributes_description(attributes, i);
        if (!attribute_is(description, name, type) || !has_options(description, options))
            continue;
        guint count;
        const AttributeValue *values = attributes_values(attributes, i, &count);
        for (guint j = 0; j < count; j++)
            look_at(&look, assertion, rule, values[j].data, values[j].length);
    }
    return look;
}

static const Attributes *
target_source(const Target *target, const Person *person)
{
    return target->of_municipality ? person->municipality : person->own;
}

/* Terms that compare by the rule of the attribute itself. Undefined if the value fits none of the
 * attributes, or not the one that has values. */
static MatchResult
match_own_rule(const FilterNode *node, const Target *target, const Person *person)
{
    gboolean defined = FALSE;
    for (const char *const *name = target->names; *name; name++) {
        MatchingRule rule = target_rule(target, *name);
        g_auto(Assertion) assertion = {0};
        gboolean fits = assertion_init(&assertion, node, rule);
        Look look = look_at_attribute(target_source(target, person), *name, target->options, rule,
                                      fits ? &assertion : NULL);
        if (look.seen)
            return !fits ? MATCH_UNDEFINED : look.held ? MATCH_TRUE : MATCH_FALSE;
        defined |= fits;
    }
    return defined ? MATCH_FALSE : MATCH_UNDEFINED;
}

static gboolean
target_has_name(const Target *target, const char *description)
{
    for (const char *const *name = target->names; *name; name++)
        if (attribute_is(description, *name, attribute_type_find(*name)))
            return TRUE;
    return FALSE;
}

/* RFC 4511, 4.5.1.7.7: with ":dn" the values in the entry's name count too */
static gboolean
match_dn(const Target *target, const Person *person, MatchingRule rule, const Assertion *assertion)
{
    g_autoptr(GArray) values = person->dn ? dn_value_parse(person->dn, strlen(person->dn)) : NULL;
    Look look = {FALSE, FALSE};
    for (guint i = 0; values && i < values->len; i++) {
        const DnValue *value = &g_array_index(values, DnValue, i);
        if (target->attribute ? target_has_name(target, value->type)
                              : attribute_rule(value->type) == rule)
            look_at(&look, assertion, rule, value->data, value->length);
    }
    return look.held;
}

/* every attribute that the rule is the rule of */
static gboolean
match_any_attribute(const Person *person, MatchingRule rule, const Assertion *assertion)
{
    Look look = {FALSE, FALSE};
    for (guint i = 0; i < attributes_count(person->own); i++) {
        if (attribute_rule(attributes_description(person->own, i)) != rule)
            continue;
        guint count;
        const AttributeValue *values = attributes_values(person->own, i, &count);
        for (guint j = 0; j < count; j++)
            look_at(&look, assertion, rule, values[j].data, values[j].length);
    }
    return look.held;
}

static MatchResult
match_extensible(const FilterNode *node, const Target *target, const Person *person)
{
    MatchingRule rule = target->attribute ? target_rule(target, *target->names) : RULE_OCTETS;
    if (node->rule && !matching_rule_find(node->rule, &rule))
        return MATCH_UNDEFINED;
    g_auto(Assertion) assertion = {0};
    if (!assertion_init(&assertion, node, rule))
        return MATCH_UNDEFINED;
    if (node->dn && match_dn(target, person, rule, &assertion))
        return MATCH_TRUE;
    if (!target->attribute)
        return match_any_attribute(person, rule, &assertion) ? MATCH_TRUE : MATCH_FALSE;
    for (const char *const *name = target->names; *name; name++) {
        Look look = look_at_attribute(target_source(target, person), *name, target->options, rule,
                                      &assertion);
        if (look.seen)
            return look.held ? MATCH_TRUE : MATCH_FALSE;
    }
    return MATCH_FALSE;
}

static MatchResult
match_term(const FilterNode *node, const Person *person, const FieldMap *map)
{
    g_auto(Target) target;
    target_init(&target, node, map);
    if (node->kind == FILTER_EXTENSIBLE && (node->rule || node->dn))
        return match_extensible(node, &target, person);
    return match_own_rule(node, &target, person);
}

MatchResult
filter_match(const FilterNode *node, const Person *person, const FieldMap *map)
{
    if (!node->children)
        return match_term(node, person, map);
    if (node->kind == FILTER_NOT) {
        static const MatchResult negated[] = {
            [MATCH_FALSE] = MATCH_TRUE,
            [MATCH_TRUE] = MATCH_FALSE,
            [MATCH_UNDEFINED] = MATCH_UNDEFINED,
        };
        return negated[filter_match(node->children[0], person, map)];
    }
    /* one FALSE decides an AND, one TRUE an OR; else one Undefined makes it Undefined */
    MatchResult decisive = node->kind == FILTER_AND ? MATCH_FALSE : MATCH_TRUE;
    MatchResult result = node->kind == FILTER_AND ? MATCH_TRUE : MATCH_FALSE;
    for (FilterNode **child = node->children; *child; child++) {
        MatchResult one = filter_match(*child, person, map);
        if (one == decisive)
            return decisive;
        if (one == MATCH_UNDEFINED)
            result = MATCH_UNDEFINED;
    }
    return result;
}
