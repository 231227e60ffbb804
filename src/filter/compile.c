/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter/compile.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "filter/assertion.h"

#include <string.h>

/* SQLite 3.40 parses with a stack of 100 symbols, of which a parenthesis in a list takes three, and
 * takes expressions of 1000 levels, where each item of a list is one more: long lists are cut in
 * groups, and what is nested deeper is left to filter/match.h. */
#define NESTING_MAX 15
#define GROUP       32

/* SQLite refuses LIKE patterns over 50,000 octets */
#define PATTERN_MAX 10000

typedef struct {
    const FieldMap *map;
    char **indexed; /* field_map_attributes() */
    Condition *condition;
} Compiler;

static void
append(Compiler *compiler, const char *sql)
{
    g_string_append(compiler->condition->sql, sql);
}

/* lets every row through, for match.h to decide on */
static void
append_inexact(Compiler *compiler)
{
    append(compiler, "1 = 1");
    compiler->condition->exact = FALSE;
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

/* ---- conditions on a value's key ---- */

/* the smallest text that is greater than every text with this prefix; NULL if there is none */
static char *
prefix_end(const char *prefix)
{
    for (const char *last = prefix + strlen(prefix); last > prefix;) {
        last = g_utf8_prev_char(last);
        gunichar next = g_utf8_get_char(last) + 1;
        if (next == 0xd800)
            next = 0xe000; /* surrogates are no characters */
        if (next > 0x10ffff)
            continue;
        GString *end = g_string_new_len(prefix, last - prefix);
        g_string_append_unichar(end, next);
        return g_string_free(end, FALSE);
    }
    return NULL;
}

static void
append_pattern(GString *pattern, const char *piece)
{
    for (const char *p = piece; p && *p; p++) {
        if (strchr("%_\\", *p))
            g_string_append_c(pattern, '\\');
        g_string_append_c(pattern, *p);
    }
}

/* LIKE makes no difference between ASCII letters: harmless for keys in lower case only */
static gboolean
pattern_is_exact(const Assertion *assertion)
{
    if (!assertion->final && assertion->any->len == 0)
        return TRUE;
    gsize length = 3 + strlen(assertion->initial ? assertion->initial : "") +
                   strlen(assertion->final ? assertion->final : "");
    for (guint i = 0; i < assertion->any->len; i++)
        length += 1 + strlen(g_ptr_array_index(assertion->any, i));
    /* escapes can double it */
    return assertion->rule != RULE_CASE_EXACT && assertion->rule != RULE_CASE_EXACT_IA5 &&
           assertion->rule != RULE_TELEPHONE && 2 * length <= PATTERN_MAX;
}

static void
append_substrings(Compiler *compiler, const Assertion *assertion)
{
    if (assertion->initial && *assertion->initial) {
        g_autofree char *end = prefix_end(assertion->initial);
        append(compiler, " AND t.norm >= ");
        condition_bind(compiler->condition, assertion->initial);
        if (end) {
            append(compiler, " AND t.norm < ");
            condition_bind(compiler->condition, end);
        }
    }
    if (!assertion->final && assertion->any->len == 0)
        return;
    g_autoptr(GString) pattern = g_string_new(NULL);
    append_pattern(pattern, assertion->initial);
    for (guint i = 0; i < assertion->any->len; i++) {
        g_string_append_c(pattern, '%');
        append_pattern(pattern, g_ptr_array_index(assertion->any, i));
    }
    g_string_append_c(pattern, '%');
    append_pattern(pattern, assertion->final);
    append(compiler, " AND t.norm LIKE ");
    condition_bind(compiler->condition, pattern->str);
    append(compiler, " ESCAPE '\\'");
}

/* "the entry has a value of `name` for which the assertion holds" */
static void
append_lookup(Compiler *compiler, const Target *target, const char *name,
              const Assertion *assertion)
{
    append(compiler, target->of_municipality ? "e.municipality" : "e.id");
    append(compiler, " IN (SELECT t.entry FROM term t WHERE t.attribute = ");
    condition_bind(compiler->condition, name);
    if (assertion->kind == ASSERT_SUBSTRINGS) {
        append_substrings(compiler, assertion);
    } else if (assertion->kind != ASSERT_PRESENT) {
        append(compiler, assertion->kind == ASSERT_EQUAL              ? " AND t.norm = "
                         : assertion->kind == ASSERT_GREATER_OR_EQUAL ? " AND t.norm >= "
                                                                      : " AND t.norm <= ");
        condition_bind(compiler->condition, assertion->key);
    }
    append(compiler, ")");
}

/* ---- terms ---- */

/* what can be said of a term without looking at a row */
typedef enum { TERM_EXACT, TERM_UNDEFINED, TERM_UNDECIDED } TermState;

static TermState
judge_term(const Compiler *compiler, const FilterNode *node, const Target *target)
{
    guint fitting = 0, count = 0;
    if (!target->attribute || (node->kind == FILTER_EXTENSIBLE && (node->rule || node->dn)))
        return TERM_UNDECIDED;
    for (const char *const *name = target->names; *name; name++, count++) {
        g_auto(Assertion) assertion = {0};
        if (!assertion_init(&assertion, node, target, *name))
            continue;
        fitting++;
        if (!assertion_fits_index(&assertion, target, *name) || !find_indexed(compiler, *name))
            return TERM_UNDECIDED;
        if (node->kind == FILTER_SUBSTRINGS && !pattern_is_exact(&assertion))
            return TERM_UNDECIDED;
    }
    return fitting == count ? TERM_EXACT : fitting == 0 ? TERM_UNDEFINED : TERM_UNDECIDED;
}

/* A field reads the first attribute that has a value: a later one counts only where none before it
 * has any. With options, which the index does not keep, each may count. */
static void
append_term(Compiler *compiler, const FilterNode *node, const Target *target, gboolean loose)
{
    const Assertion present = {.kind = ASSERT_PRESENT};
    gboolean first_only = !loose && node->kind != FILTER_PRESENT;
    append(compiler, "(");
    for (const char *const *name = target->names; *name; name++) {
        g_auto(Assertion) assertion = {0};
        assertion_init(&assertion, node, target, *name);
        if (name > target->names)
            append(compiler, " OR ");
        for (const char *const *before = target->names; first_only && before < name; before++) {
            append(compiler, "NOT ");
            append_lookup(compiler, target, find_indexed(compiler, *before), &present);
            append(compiler, " AND ");
        }
        append_lookup(compiler, target, find_indexed(compiler, *name), &assertion);
    }
    append(compiler, ")");
}

/* Terms are two-valued once their assertion is defined: an entry without the attribute, or a person
 * without a municipality, is simply not equal, which NULL must not turn into Undefined. */
static void
compile_term(Compiler *compiler, const FilterNode *node, gboolean wanted)
{
    g_auto(Target) target;
    target_init(&target, node, compiler->map);
    gboolean loose = target.options && *target.options;
    switch (judge_term(compiler, node, &target)) {
    case TERM_UNDEFINED:
        append(compiler, "1 = 0");
        return;
    case TERM_UNDECIDED:
        append_inexact(compiler);
        return;
    case TERM_EXACT:
        break;
    }
    if (loose && !wanted) {
        append_inexact(compiler);
        return;
    }
    if (loose)
        compiler->condition->exact = FALSE;
    append_term(compiler, node, &target, loose);
    if (!wanted)
        append(compiler, " IS NOT TRUE");
}

/* ---- trees ---- */

static void compile_node(Compiler *compiler, const FilterNode *node, gboolean wanted,
                         guint nesting);

static void
compile_children(Compiler *compiler, FilterNode **children, guint count, const char *joint,
                 gboolean wanted, guint nesting)
{
    guint step = count > GROUP ? GROUP : 1;
    append(compiler, "(");
    for (guint i = 0; i < count; i += step) {
        if (i > 0)
            append(compiler, joint);
        if (step > 1)
            compile_children(compiler, children + i, MIN(step, count - i), joint, wanted,
                             nesting + 1);
        else
            compile_node(compiler, children[i], wanted, nesting + 1);
    }
    append(compiler, ")");
}

/* Appends what selects the rows for which the node is TRUE (`wanted`) or FALSE. With a condition
 * for each, NOT only swaps them, Undefined is in neither, and a condition that lets too many rows
 * through still does so under any number of NOTs. */
static void
compile_node(Compiler *compiler, const FilterNode *node, gboolean wanted, guint nesting)
{
    if (!node->children) {
        compile_term(compiler, node, wanted);
    } else if (node->kind == FILTER_NOT) {
        compile_node(compiler, node->children[0], !wanted, nesting);
    } else if (!node->children[1]) {
        compile_node(compiler, node->children[0], wanted, nesting);
    } else if (nesting >= NESTING_MAX) {
        append_inexact(compiler);
    } else {
        const char *joint = (node->kind == FILTER_AND) == wanted ? " AND " : " OR ";
        compile_children(compiler, node->children, g_strv_length((char **)node->children), joint,
                         wanted, nesting);
    }
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

gboolean
filter_resolve(const FilterNode *node, const FieldMap *map, const char *source, GError **error)
{
    for (FilterNode **child = node->children; child && *child; child++)
        if (!filter_resolve(*child, map, source, error))
            return FALSE;
    if (node->children)
        return TRUE;
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
    Condition *condition = condition_new();
    Compiler compiler = {map, indexed, condition};
    compile_node(&compiler, node, TRUE, 0);
    return condition;
}
