/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter/explain.h"

typedef struct {
    const Person *person;
    const FieldMap *map;
} Explainer;

void
explanation_free(Explanation *explanation)
{
    if (!explanation)
        return;
    g_free(explanation->text);
    g_clear_pointer(&explanation->values, g_ptr_array_unref);
    g_clear_pointer(&explanation->children, g_ptr_array_unref);
    g_free(explanation);
}

static void
add_own_values(const Explainer *explainer, const FilterNode *term, GPtrArray *values)
{
    g_autoptr(GPtrArray) own = filter_values(term, explainer->person, explainer->map);
    for (guint i = 0; i < MIN(own->len, EXPLAIN_VALUES_MAX); i++) {
        const AttributeValue *value = g_ptr_array_index(own, i);
        g_ptr_array_add(values, g_utf8_make_valid(value->data, (gssize)value->length));
    }
}

static void
explain_term(const Explainer *explainer, const FilterNode *term, Explanation *result)
{
    result->text = filter_to_text(term);
    result->values = g_ptr_array_new_with_free_func(g_free);
    result->verdict = filter_match(term, explainer->person, explainer->map);
    add_own_values(explainer, term, result->values);
}

/* RFC 4511, 4.5.1.7: of AND and OR one child may decide; else what is not decidable makes it so */
static MatchResult
combine(FilterKind kind, const GPtrArray *children)
{
    gboolean seen[3] = {FALSE, FALSE, FALSE};
    for (guint i = 0; i < children->len; i++)
        seen[((const Explanation *)g_ptr_array_index(children, i))->verdict] = TRUE;
    if (kind == FILTER_NOT)
        return seen[MATCH_UNDEFINED] ? MATCH_UNDEFINED
               : seen[MATCH_TRUE]    ? MATCH_FALSE
                                     : MATCH_TRUE;
    MatchResult decisive = kind == FILTER_AND ? MATCH_FALSE : MATCH_TRUE;
    if (seen[decisive])
        return decisive;
    if (seen[MATCH_UNDEFINED])
        return MATCH_UNDEFINED;
    return kind == FILTER_AND ? MATCH_TRUE : MATCH_FALSE;
}

/* depth is limited by the parser */
static Explanation *
explain(const Explainer *explainer, const FilterNode *node)
{
    Explanation *result = g_new0(Explanation, 1);
    result->kind = node->kind;
    if (!node->children) {
        explain_term(explainer, node, result);
        return result;
    }
    result->children = g_ptr_array_new_with_free_func((GDestroyNotify)explanation_free);
    for (FilterNode **child = node->children; *child; child++)
        g_ptr_array_add(result->children, explain(explainer, *child));
    result->verdict = combine(node->kind, result->children);
    return result;
}

Explanation *
filter_explain(const FilterNode *node, const Person *person, const FieldMap *map)
{
    const Explainer explainer = {person, map};
    return explain(&explainer, node);
}

Value *
explanation_to_value(const Explanation *explanation)
{
    static const char *const verdicts[] = {
        [MATCH_FALSE] = "no", [MATCH_TRUE] = "yes", [MATCH_UNDEFINED] = "undefined"};
    static const char *const kinds[] = {
        [FILTER_AND] = "and", [FILTER_OR] = "or", [FILTER_NOT] = "not"};
    Value *value = value_new_map(), *list = value_new_list();
    value_set_text(value, "kind", explanation->children ? kinds[explanation->kind] : "term");
    value_set_text(value, "verdict", verdicts[explanation->verdict]);
    if (explanation->text)
        value_set_text(value, "term", explanation->text);
    for (guint i = 0; explanation->values && i < explanation->values->len; i++)
        value_append(list, value_new_text(g_ptr_array_index(explanation->values, i)));
    for (guint i = 0; explanation->children && i < explanation->children->len; i++)
        value_append(list, explanation_to_value(g_ptr_array_index(explanation->children, i)));
    value_set(value, explanation->children ? "filters" : "values", list);
    return value;
}
