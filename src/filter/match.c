/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter/match.h"

#include "filter/assertion.h"
#include "filter/fact.h"
#include "model/dn_value.h"

#include <string.h>

/* One of the attributes that a term looks at, and what it asks of it. */
typedef struct {
    const char *name;
    const AttributeType *type; /* NULL: the schema does not know it */
    gboolean has_kinds;
    gboolean fits; /* else the term is Undefined for whoever has values here */
    Assertion assertion;
} Ask;

/* A leaf of the filter, made ready. */
typedef struct {
    gboolean fact;      /* `rows` counts, and nothing else */
    const GArray *rows; /* NULL: of nobody */
    Target target;
    GArray *asks;                 /* of Ask, one for each of the target's names */
    gboolean extensible;          /* ":dn", or a rule by name: `rule` and `assertion` count */
    gboolean dn;                  /* values in the entry's name count, too */
    const MatchingRuleInfo *rule; /* NULL: the attribute's own */
    gboolean fits;
    Assertion assertion;
} Term;

struct Matcher {
    const FilterNode *node;
    const AttributeSchema *schema;
    GHashTable *terms; /* FilterNode * -> Term * */

    /* of the person at hand: the types of its descriptions; the municipality's last a while */
    GPtrArray *own_types, *municipality_types;
    const Attributes *municipality;
};

static void
ask_clear(gpointer data)
{
    assertion_clear(&((Ask *)data)->assertion);
}

static void
term_free(gpointer data)
{
    Term *term = data;
    g_array_unref(term->asks);
    target_clear(&term->target);
    assertion_clear(&term->assertion);
    g_free(term);
}

/* ---- making ready ---- */

static void
add_ask(Term *term, const FilterNode *node, const char *name)
{
    const AttributeSchema *schema = term->target.schema;
    Ask ask = {.name = name, .type = attribute_schema_find(schema, name)};
    ask.has_kinds = attribute_schema_has_kinds(schema, ask.type);
    ask.fits = assertion_init(&ask.assertion, node, &term->target, name);
    g_array_append_val(term->asks, ask);
}

/* TRUE if a rule that is asked for by name may compare values of this type */
static gboolean
rule_fits(const MatchingRuleInfo *rule, const AttributeType *type)
{
    return !type || matching_rule_fits(rule, type);
}

/* a rule that does not fit the attribute, or a value that does not fit the rule: Undefined */
static gboolean
init_extensible(Term *term, const FilterNode *node)
{
    if (!node->rule)
        return assertion_init(&term->assertion, node, &term->target, *term->target.names);
    term->rule = matching_rule_find(node->rule);
    if (!term->rule || !assertion_init_named(&term->assertion, node, term->rule))
        return FALSE;
    return term->asks->len == 0 || rule_fits(term->rule, g_array_index(term->asks, Ask, 0).type);
}

static Term *
term_new(const FilterNode *node, const FieldMap *map)
{
    Term *term = g_new0(Term, 1);
    target_init(&term->target, node, map);
    term->asks = g_array_new(FALSE, TRUE, sizeof(Ask));
    g_array_set_clear_func(term->asks, ask_clear);
    term->fact = filter_fact(node) < FACTS;
    if (term->fact) {
        term->rows = filter_fact_rows(node, map, "", NULL);
        return term;
    }
    for (const char *const *name = term->target.names; *name; name++)
        add_ask(term, node, *name);
    term->dn = node->dn;
    term->extensible = node->kind == FILTER_EXTENSIBLE && (node->rule || node->dn);
    term->fits = term->extensible && init_extensible(term, node);
    return term;
}

static void
collect_terms(Matcher *matcher, const FilterNode *node, const FieldMap *map)
{
    if (!node->children)
        g_hash_table_insert(matcher->terms, (gpointer)node, term_new(node, map));
    for (FilterNode **child = node->children; child && *child; child++)
        collect_terms(matcher, *child, map);
}

Matcher *
matcher_new(const FilterNode *node, const FieldMap *map)
{
    Matcher *matcher = g_new0(Matcher, 1);
    matcher->node = node;
    matcher->schema = field_map_schema(map);
    matcher->terms = g_hash_table_new_full(NULL, NULL, NULL, term_free);
    matcher->own_types = g_ptr_array_new();
    matcher->municipality_types = g_ptr_array_new();
    collect_terms(matcher, node, map);
    return matcher;
}

void
matcher_free(Matcher *matcher)
{
    if (!matcher)
        return;
    g_hash_table_unref(matcher->terms);
    g_ptr_array_unref(matcher->own_types);
    g_ptr_array_unref(matcher->municipality_types);
    g_free(matcher);
}

/* ---- looking at values ---- */

/* RFC 3866, 4: "lang-" and what else ends in a hyphen is a range of options */
static gboolean
is_option(const char *option, const char *asked)
{
    gsize length = strlen(asked);
    if (length == 0 || asked[length - 1] != '-')
        return g_ascii_strcasecmp(option, asked) == 0;
    return g_ascii_strncasecmp(option, asked, length) == 0 ||
           (strlen(option) == length - 1 && g_ascii_strncasecmp(option, asked, length - 1) == 0);
}

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
            found = is_option(*part, *option);
        if (!found)
            return FALSE;
    }
    return TRUE;
}

/* What came of looking at values: whether there were any with a key, and whether one holds. */
typedef struct {
    gboolean seen, held;
} Look;

/* `assertion` NULL: none holds */
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

static void
look_at_values(Look *look, const Assertion *assertion, MatchingRule rule,
               const Attributes *attributes, guint index)
{
    guint count;
    const AttributeValue *values = attributes_values(attributes, index, &count);
    for (guint i = 0; i < count && !look->held; i++)
        look_at(look, assertion, rule, values[i].data, values[i].length);
}

/* TRUE for values of the attribute asked for, or of a kind of it; `type` is that of the
 * description */
static gboolean
is_asked(const Matcher *matcher, const Ask *ask, const char *description, const AttributeType *type)
{
    if (!type || !ask->type)
        return !type && !ask->type && attribute_name_equal(description, ask->name);
    return type == ask->type ||
           (ask->has_kinds && attribute_schema_is_kind(matcher->schema, type, ask->type));
}

/* the two operational attributes that a person is known by, and which are no attributes here */
static void
look_at_identity(Look *look, const Matcher *matcher, const Term *term, const Ask *ask,
                 const Assertion *assertion, MatchingRule rule, const Person *person)
{
    static const char uuid_oid[] = "1.3.6.1.1.16.4", dn_oid[] = "1.3.6.1.1.20";
    if (!ask->type || !(ask->type->has & OPERATIONAL) || term->target.of_municipality ||
        (term->target.options && *term->target.options))
        return;
    g_autofree char *uuid = uuid_to_text(person->uuid);
    if (ask->type == attribute_schema_find(matcher->schema, uuid_oid))
        look_at(look, assertion, rule, uuid, strlen(uuid));
    else if (person->dn && ask->type == attribute_schema_find(matcher->schema, dn_oid))
        look_at(look, assertion, rule, person->dn, strlen(person->dn));
}

/* Looks at all values of an attribute and of its subtypes, by kind and by options. */
static Look
look_at_attribute(const Matcher *matcher, const Term *term, const Ask *ask,
                  const Assertion *assertion, MatchingRule rule, const Person *person)
{
    Look look = {FALSE, FALSE};
    const gboolean far = term->target.of_municipality;
    const Attributes *attributes = far ? person->municipality : person->own;
    const GPtrArray *types = far ? matcher->municipality_types : matcher->own_types;
    for (guint i = 0; attributes && i < attributes_count(attributes); i++) {
        const char *description = attributes_description(attributes, i);
        if (is_asked(matcher, ask, description, g_ptr_array_index(types, i)) &&
            has_options(description, term->target.options))
            look_at_values(&look, assertion, rule, attributes, i);
    }
    look_at_identity(&look, matcher, term, ask, assertion, rule, person);
    return look;
}

/* ---- terms ---- */

/* Terms that compare by the rule of the attribute itself. Undefined if the value fits none of the
 * attributes, or not the one that has values. */
static MatchResult
match_own_rule(const Matcher *matcher, const Term *term, const Person *person)
{
    gboolean defined = FALSE;
    for (guint i = 0; i < term->asks->len; i++) {
        const Ask *ask = &g_array_index(term->asks, Ask, i);
        Look look = look_at_attribute(matcher, term, ask, ask->fits ? &ask->assertion : NULL,
                                      ask->assertion.rule, person);
        if (look.seen)
            return !ask->fits ? MATCH_UNDEFINED : look.held ? MATCH_TRUE : MATCH_FALSE;
        defined |= ask->fits;
    }
    return defined ? MATCH_FALSE : MATCH_UNDEFINED;
}

static gboolean
is_any_asked(const Matcher *matcher, const Term *term, const char *description,
             const AttributeType *type)
{
    for (guint i = 0; i < term->asks->len; i++)
        if (is_asked(matcher, &g_array_index(term->asks, Ask, i), description, type))
            return TRUE;
    return FALSE;
}

/* RFC 4511, 4.5.1.7.7: with ":dn" the values in the entry's name count too */
static gboolean
match_dn(const Matcher *matcher, const Term *term, const Person *person)
{
    g_autoptr(GArray) values = person->dn ? dn_value_parse(person->dn, strlen(person->dn)) : NULL;
    Look look = {FALSE, FALSE};
    for (guint i = 0; values && i < values->len; i++) {
        const DnValue *value = &g_array_index(values, DnValue, i);
        const AttributeType *type = attribute_schema_find(matcher->schema, value->type);
        if (term->target.attribute ? is_any_asked(matcher, term, value->type, type)
                                   : rule_fits(term->rule, type))
            look_at(&look, &term->assertion, term->assertion.rule, value->data, value->length);
    }
    return look.held;
}

/* every attribute that the rule may compare */
static gboolean
match_any_attribute(const Matcher *matcher, const Term *term, const Person *person)
{
    Look look = {FALSE, FALSE};
    for (guint i = 0; i < attributes_count(person->own); i++)
        if (rule_fits(term->rule, g_ptr_array_index(matcher->own_types, i)))
            look_at_values(&look, &term->assertion, term->assertion.rule, person->own, i);
    return look.held;
}

static MatchResult
match_extensible(const Matcher *matcher, const Term *term, const Person *person)
{
    if (!term->fits)
        return MATCH_UNDEFINED;
    if (term->dn && match_dn(matcher, term, person))
        return MATCH_TRUE;
    if (!term->target.attribute)
        return match_any_attribute(matcher, term, person) ? MATCH_TRUE : MATCH_FALSE;
    for (guint i = 0; i < term->asks->len; i++) {
        const Ask *ask = &g_array_index(term->asks, Ask, i);
        Look look =
            look_at_attribute(matcher, term, ask, &term->assertion, term->assertion.rule, person);
        if (look.seen)
            return look.held ? MATCH_TRUE : MATCH_FALSE;
    }
    return MATCH_FALSE;
}

static MatchResult
match_fact(const Term *term, const Person *person)
{
    guint low = 0, high = term->rows ? term->rows->len : 0;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(term->rows, gint64, middle) < person->id)
            low = middle + 1;
        else
            high = middle;
    }
    return term->rows && low < term->rows->len &&
                   g_array_index(term->rows, gint64, low) == person->id
               ? MATCH_TRUE
               : MATCH_FALSE;
}

/* ---- trees ---- */

static MatchResult
match_node(const Matcher *matcher, const FilterNode *node, const Person *person)
{
    if (!node->children) {
        const Term *term = g_hash_table_lookup(matcher->terms, node);
        if (term->fact)
            return match_fact(term, person);
        return term->extensible ? match_extensible(matcher, term, person)
                                : match_own_rule(matcher, term, person);
    }
    if (node->kind == FILTER_NOT) {
        static const MatchResult negated[] = {
            [MATCH_FALSE] = MATCH_TRUE,
            [MATCH_TRUE] = MATCH_FALSE,
            [MATCH_UNDEFINED] = MATCH_UNDEFINED,
        };
        return negated[match_node(matcher, node->children[0], person)];
    }
    /* one FALSE decides an AND, one TRUE an OR; else one Undefined makes it Undefined */
    MatchResult decisive = node->kind == FILTER_AND ? MATCH_FALSE : MATCH_TRUE;
    MatchResult result = node->kind == FILTER_AND ? MATCH_TRUE : MATCH_FALSE;
    for (FilterNode **child = node->children; *child; child++) {
        MatchResult one = match_node(matcher, *child, person);
        if (one == decisive)
            return decisive;
        if (one == MATCH_UNDEFINED)
            result = MATCH_UNDEFINED;
    }
    return result;
}

static void
find_types(const Matcher *matcher, const Attributes *attributes, GPtrArray *types)
{
    g_ptr_array_set_size(types, 0);
    for (guint i = 0; attributes && i < attributes_count(attributes); i++)
        g_ptr_array_add(types, (gpointer)attribute_schema_find(
                                   matcher->schema, attributes_description(attributes, i)));
}

static void
take_person(Matcher *matcher, const Person *person)
{
    find_types(matcher, person->own, matcher->own_types);
    if (matcher->municipality != person->municipality)
        find_types(matcher, person->municipality, matcher->municipality_types);
    matcher->municipality = person->municipality;
}

MatchResult
matcher_match(Matcher *matcher, const Person *person)
{
    take_person(matcher, person);
    return match_node(matcher, matcher->node, person);
}

MatchResult
filter_match(const FilterNode *node, const Person *person, const FieldMap *map)
{
    g_autoptr(Matcher) matcher = matcher_new(node, map);
    return matcher_match(matcher, person);
}

static void
add_values(const Matcher *matcher, const Term *term, const Ask *ask, const Person *person,
           GPtrArray *values)
{
    const gboolean far = term->target.of_municipality;
    const Attributes *attributes = far ? person->municipality : person->own;
    const GPtrArray *types = far ? matcher->municipality_types : matcher->own_types;
    for (guint i = 0; attributes && i < attributes_count(attributes); i++) {
        const char *description = attributes_description(attributes, i);
        if (!is_asked(matcher, ask, description, g_ptr_array_index(types, i)) ||
            !has_options(description, term->target.options))
            continue;
        guint count;
        const AttributeValue *found = attributes_values(attributes, i, &count);
        for (guint j = 0; j < count; j++)
            g_ptr_array_add(values, (gpointer)&found[j]);
    }
}

GPtrArray *
filter_values(const FilterNode *term, const Person *person, const FieldMap *map)
{
    g_autoptr(Matcher) matcher = matcher_new(term, map);
    const Term *ready = g_hash_table_lookup(matcher->terms, term);
    GPtrArray *values = g_ptr_array_new();
    take_person(matcher, person);
    for (guint i = 0; i < ready->asks->len && values->len == 0; i++)
        add_values(matcher, ready, &g_array_index(ready->asks, Ask, i), person, values);
    return values;
}
