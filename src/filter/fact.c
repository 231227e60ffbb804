/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter/fact.h"

#include "base/error.h"
#include "base/i18n.h"

FactKind
filter_fact(const FilterNode *node)
{
    return node->attribute && node->kind != FILTER_EXTENSIBLE ? fact_find(node->attribute) : FACTS;
}

static const GArray *
refuse(const FilterNode *node, const char *source, GError **error)
{
    error_set_input(error, source, 1, node->column,
                    _("of \"%s\" only whether it holds can be asked, as in (%s=NAME) or (%s=*)"),
                    node->attribute, node->attribute, node->attribute);
    return NULL;
}

const GArray *
filter_fact_rows(const FilterNode *node, const FieldMap *map, const char *source, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    const char *value = node->kind == FILTER_PRESENT ? "*" : node->value.data;
    if (node->kind != FILTER_PRESENT && node->kind != FILTER_EQUAL)
        return refuse(node, source, error);
    if (!map->facts)
        return NULL;
    const GArray *rows = map->facts->find(map->facts, filter_fact(node), value, &wrong);
    if (rows)
        return rows;
    if (g_error_matches(wrong, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT))
        error_set_input(error, source, 1, node->column, "%s", wrong->message);
    else
        g_propagate_error(error, g_steal_pointer(&wrong));
    return NULL;
}
