/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter/compile.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "filter/assertion.h"
#include "filter/fact.h"

#include <string.h>

typedef struct {
    const FieldMap *map;
    char **indexed; /* field_map_attributes() */
    gboolean exact;
} Compiler;

/* lets everybody through, for match.h to decide on */
static Condition *
make_inexact(Compiler *compiler)
{
    compiler->exact = FALSE;
    return condition_new(CONDITION_ALL);
}

static Condition *
make_not(Condition *condition)
{
    Condition *not = condition_new(CONDITION_NOT);
    condition_add(not, condition);
    return not ;
}

/* the name under which the index holds an attribute, or NULL */
static const char *
find_indexed(const Compiler *compiler, const char *attribute)
{
    const AttributeType *type = attribute_type_find(attribute);
    for (char **name = compiler->indexed; *name; name++)
        if (attribute_is(*name, attribute, type))
            return *name;
    return NULL;
}

/* ---- terms ---- */

/* "there is a value of `name` for which the assertion holds" */
static Condition *
make_lookup(const Compiler *compiler, const Target *target, const char *name,
            const Assertion *assertion)
{
    static const TermKind kinds[] = {[ASSERT_PRESENT] = TERM_PRESENT,
                                     [ASSERT_EQUAL] = TERM_EQUAL,
                                     [ASSERT_GREATER_OR_EQUAL] = TERM_GREATER_OR_EQUAL,
                                     [ASSERT_LESS_OR_EQUAL] = TERM_LESS_OR_EQUAL,
                                     [ASSERT_SUBSTRINGS] = TERM_SUBSTRINGS};
    Condition *term = condition_new(CONDITION_TERM);
    term->attribute = g_strdup(find_indexed(compiler, name));
    term->of_municipality = target->of_municipality;
    term->term = kinds[assertion->kind];
    term->key = g_strdup(assertion->key);
    term->initial = g_strdup(assertion->initial);
    term->final = g_strdup(assertion->final);
    for (guint i = 0; assertion->any && i < assertion->any->len; i++)
        g_ptr_array_add(term->any, g_strdup(g_ptr_array_index(assertion->any, i)));
    return term;
}

/* what can be said of a term without looking at a row */
typedef enum { STATE_EXACT, STATE_UNDEFINED, STATE_UNDECIDED } TermState;

static TermState
judge_term(const Compiler *compiler, const FilterNode *node, const Target *target)
{
    guint fitting = 0, count = 0;
    if (!target->attribute || (node->kind == FILTER_EXTENSIBLE && (node->rule || node->dn)))
        return STATE_UNDECIDED;
    for (const char *const *name = target->names; *name; name++, count++) {
        g_auto(Assertion) assertion = {0};
        if (!assertion_init(&assertion, node, target, *name))
            continue;
        fitting++;
        if (!assertion_fits_index(&assertion, target, *name) || !find_indexed(compiler, *name))
            return STATE_UNDECIDED;
    }
    return fitting == count ? STATE_EXACT : fitting == 0 ? STATE_UNDEFINED : STATE_UNDECIDED;
}

/* A field reads the first attribute that has a value: a later one counts only where none before it
 * has any. With options, which the index does not keep, each may count. */
static Condition *
make_term(const Compiler *compiler, const FilterNode *node, const Target *target, gboolean loose)
{
    const Assertion present = {.kind = ASSERT_PRESENT};
    gboolean first_only = !loose && node->kind != FILTER_PRESENT;
    Condition *any = condition_new(CONDITION_OR);
    for (const char *const *name = target->names; *name; name++) {
        g_auto(Assertion) assertion = {0};
        assertion_init(&assertion, node, target, *name);
        Condition *all = condition_new(CONDITION_AND);
        condition_add(all, make_lookup(compiler, target, *name, &assertion));
        for (const char *const *before = target->names; first_only && before < name; before++)
            condition_add(all, make_not(make_lookup(compiler, target, *before, &present)));
        condition_add(any, all);
    }
    return any;
}

/* Whom it concerns is known; where nobody answers, it is of nobody. */
static Condition *
compile_fact(const Compiler *compiler, const FilterNode *node, gboolean wanted)
{
    const GArray *rows = filter_fact_rows(node, compiler->map, "", NULL);
    Condition *fact = condition_new(rows ? CONDITION_ROWS : CONDITION_NONE);
    fact->rows = rows;
    return wanted ? fact : make_not(fact);
}

/* Terms are two-valued once their assertion is defined: an entry without the attribute, or a person
 * without a municipality, is simply not equal. */
static Condition *
compile_term(Compiler *compiler, const FilterNode *node, gboolean wanted)
{
    if (filter_fact(node) < FACTS)
        return compile_fact(compiler, node, wanted);
    g_auto(Target) target;
    target_init(&target, node, compiler->map);
    gboolean loose = target.options && *target.options;
    switch (judge_term(compiler, node, &target)) {
    case STATE_UNDEFINED:
        return condition_new(CONDITION_NONE);
    case STATE_UNDECIDED:
        return make_inexact(compiler);
    case STATE_EXACT:
        break;
    }
    if (loose && !wanted)
        return make_inexact(compiler);
    if (loose)
        compiler->exact = FALSE;
    Condition *term = make_term(compiler, node, &target, loose);
    return wanted ? term : make_not(term);
}

/* ---- trees ---- */

/* What selects those for whom the node is TRUE (`wanted`) or FALSE. With a condition for each, NOT
 * only swaps them, Undefined is in neither, and a condition that lets too many through still does
 * so under any number of NOTs. */
static Condition *
compile_node(Compiler *compiler, const FilterNode *node, gboolean wanted)
{
    if (!node->children)
        return compile_term(compiler, node, wanted);
    if (node->kind == FILTER_NOT)
        return compile_node(compiler, node->children[0], !wanted);
    gboolean all = (node->kind == FILTER_AND) == wanted;
    Condition *condition = condition_new(all ? CONDITION_AND : CONDITION_OR);
    for (FilterNode **child = node->children; *child; child++)
        condition_add(condition, compile_node(compiler, *child, wanted));
    return condition;
}

/* ---- names ---- */

static gboolean
is_known(const char *attribute, const FieldMap *map)
{
    if (field_find(attribute) < FIELDS || attribute_schema_find(field_map_schema(map), attribute))
        return TRUE;
    g_auto(GStrv) indexed = field_map_attributes(map);
    g_autofree char *lower = g_ascii_strdown(attribute, -1);
    return g_strv_contains((const char *const *)indexed, lower);
}

static gboolean
fail_unknown_name(const FilterNode *node, const char *attribute, const FieldMap *map,
                  const char *source, GError **error)
{
    g_auto(GStrv) indexed = field_map_attributes(map);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < FIELDS; i++)
        g_ptr_array_add(names, (gpointer)field_table[i].name);
    for (guint i = 0; i < FACTS; i++)
        g_ptr_array_add(names, (gpointer)fact_names[i]);
    const char *const *known = attribute_schema_names(field_map_schema(map));
    for (const char *const *name = known; *name; name++)
        g_ptr_array_add(names, (gpointer)*name);
    for (char **name = indexed; *name; name++)
        g_ptr_array_add(names, *name);
    g_ptr_array_add(names, NULL);
    const char *nearest = text_nearest(attribute, (const char *const *)names->pdata);
    if (nearest)
        return error_set_input(error, source, 1, node->column,
                               _("there is no field or attribute \"%s\"; did you mean \"%s\"?"),
                               attribute, nearest);
    g_ptr_array_set_size(names, FIELDS);
    g_ptr_array_add(names, NULL);
    g_autofree char *fields = g_strjoinv(", ", (char **)names->pdata);
    return error_set_input(error, source, 1, node->column,
                           _("there is no field or attribute \"%s\"; fields are %s"), attribute,
                           fields);
}

/* What the server keeps for itself does not come with an entry: nobody has it here. */
static gboolean
check_kept(const FilterNode *node, const Target *target, const FieldMap *map, const char *source,
           GError **error)
{
    const AttributeType *type =
        map->schema ? attribute_schema_find(map->schema, target->attribute) : NULL;
    if (!type || !(type->has & OPERATIONAL) || target->field < FIELDS ||
        attribute_name_equal(type->name, "entryUUID") ||
        attribute_name_equal(type->name, "entryDN"))
        return TRUE;
    g_auto(GStrv) indexed = field_map_attributes(map);
    g_autofree char *lower = g_ascii_strdown(target->attribute, -1);
    if (g_strv_contains((const char *const *)indexed, lower))
        return TRUE;
    return error_set_input(error, source, 1, node->column,
                           _("\"%s\" is an attribute that the directory keeps for itself: it is "
                             "not in the roster, so that nobody can be selected by it"),
                           target->attribute);
}

static gboolean
check_rule(const FilterNode *node, const char *source, GError **error)
{
    if (!node->rule || matching_rule_find(node->rule))
        return TRUE;
    const char *nearest = text_nearest(node->rule, matching_rule_names);
    if (nearest)
        return error_set_input(error, source, 1, node->column,
                               _("there is no matching rule \"%s\"; did you mean \"%s\"?"),
                               node->rule, nearest);
    return error_set_input(error, source, 1, node->column,
                           _("there is no matching rule \"%s\"; known are for instance "
                             "\"caseIgnoreMatch\""),
                           node->rule);
}

static gboolean
check_number(const FilterNode *node, const char *field, const char *source, GError **error)
{
    if (node->kind == FILTER_PRESENT || node->rule)
        return TRUE;
    if (node->kind == FILTER_SUBSTRINGS)
        return error_set_input(error, source, 1, node->column,
                               _("%s is a number: compare it with =, >= or <=, without stars"),
                               field);
    g_autofree char *key = attribute_norm(RULE_INTEGER, node->value.data, node->value.length);
    if (key)
        return TRUE;
    g_autofree char *shown = text_one_line(node->value.data);
    return error_set_input(error, source, 1, node->column,
                           _("%s is a number, but \"%s\" is none; write digits only, as in "
                             "(%s>=100000)"),
                           field, shown, field);
}

static gboolean
resolve_fact(const FilterNode *node, const FieldMap *map, const char *source, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    filter_fact_rows(node, map, source, &wrong);
    if (!wrong)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&wrong));
    return FALSE;
}

gboolean
filter_resolve(const FilterNode *node, const FieldMap *map, const char *source, GError **error)
{
    for (FilterNode **child = node->children; child && *child; child++)
        if (!filter_resolve(*child, map, source, error))
            return FALSE;
    if (node->children)
        return TRUE;
    if (filter_fact(node) < FACTS)
        return resolve_fact(node, map, source, error);
    g_auto(Target) target;
    target_init(&target, node, map);
    if (target.attribute && !is_known(target.attribute, map))
        return fail_unknown_name(node, target.attribute, map, source, error);
    if (target.attribute && !check_kept(node, &target, map, source, error))
        return FALSE;
    if (!check_rule(node, source, error))
        return FALSE;
    if (target.field < FIELDS && field_table[target.field].type == FIELD_INTEGER)
        return check_number(node, field_table[target.field].name, source, error);
    return TRUE;
}

Condition *
filter_compile(const FilterNode *node, const FieldMap *map, const char *source, GError **error)
{
    if (!filter_resolve(node, map, source, error))
        return NULL;
    g_auto(GStrv) indexed = field_map_attributes(map);
    Compiler compiler = {map, indexed, TRUE};
    Condition *condition = compile_node(&compiler, node, TRUE);
    condition->exact = compiler.exact;
    return condition;
}
