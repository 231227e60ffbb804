/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter/filter.h"

#include <string.h>

static void
append_value(GString *out, const FilterValue *value)
{
    const char *p = value->data ? value->data : "";
    for (const char *end = p + value->length; p < end;) {
        gunichar c = g_utf8_get_char_validated(p, end - p);
        gboolean text = c != (gunichar)-1 && c != (gunichar)-2 && c != 0;
        if (text && g_unichar_isprint(c) && !(c < 0x80 && strchr("()*\\", (char)c))) {
            g_string_append_unichar(out, c);
            p = g_utf8_next_char(p);
        } else {
            g_string_append_printf(out, "\\%02x", (guchar)*p++);
        }
    }
}

static void
append_item(GString *out, const FilterNode *node)
{
    if (node->attribute)
        g_string_append(out, node->attribute);
    switch (node->kind) {
    case FILTER_PRESENT:
        g_string_append(out, "=*");
        return;
    case FILTER_SUBSTRINGS:
        g_string_append_c(out, '=');
        append_value(out, &node->initial);
        for (guint i = 0; i < node->n_any; i++) {
            g_string_append_c(out, '*');
            append_value(out, &node->any[i]);
        }
        g_string_append_c(out, '*');
        append_value(out, &node->final);
        return;
    case FILTER_APPROX:
        g_string_append(out, "~=");
        break;
    case FILTER_GREATER_OR_EQUAL:
        g_string_append(out, ">=");
        break;
    case FILTER_LESS_OR_EQUAL:
        g_string_append(out, "<=");
        break;
    case FILTER_EXTENSIBLE:
        g_string_append_printf(out, "%s%s%s:=", node->dn ? ":dn" : "", node->rule ? ":" : "",
                               node->rule ? node->rule : "");
        break;
    default:
        g_string_append_c(out, '=');
    }
    append_value(out, &node->value);
}

static void
append_node(GString *out, const FilterNode *node)
{
    static const char signs[] = {[FILTER_AND] = '&', [FILTER_OR] = '|', [FILTER_NOT] = '!'};
    g_string_append_c(out, '(');
    if (node->children) {
        g_string_append_c(out, signs[node->kind]);
        for (FilterNode **child = node->children; *child; child++)
            append_node(out, *child);
    } else {
        append_item(out, node);
    }
    g_string_append_c(out, ')');
}

char *
filter_equality(const char *attribute, const char *value)
{
    const FilterValue assertion = {(char *)value, strlen(value)};
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "(%s=", attribute);
    append_value(out, &assertion);
    g_string_append_c(out, ')');
    return g_string_free(out, FALSE);
}

char *
filter_to_text(const FilterNode *node)
{
    GString *out = g_string_new(NULL);
    append_node(out, node);
    return g_string_free(out, FALSE);
}

static Value *
octets_to_value(const FilterValue *octets)
{
    if (!memchr(octets->data, 0, octets->length) &&
        g_utf8_validate(octets->data, (gssize)octets->length, NULL))
        return value_new_text(octets->data);
    g_autoptr(GString) hex = g_string_new(NULL);
    for (gsize i = 0; i < octets->length; i++)
        g_string_append_printf(hex, "%02x", (guchar)octets->data[i]);
    Value *map = value_new_map();
    value_set_text(map, "hex", hex->str);
    return map;
}

static void
set_pieces(Value *map, const FilterNode *node)
{
    if (node->initial.data)
        value_set(map, "initial", octets_to_value(&node->initial));
    Value *any = value_new_list();
    for (guint i = 0; i < node->n_any; i++)
        value_append(any, octets_to_value(&node->any[i]));
    value_set(map, "any", any);
    if (node->final.data)
        value_set(map, "final", octets_to_value(&node->final));
}

Value *
filter_to_value(const FilterNode *node)
{
    static const char *const kinds[] = {
        [FILTER_AND] = "and",
        [FILTER_OR] = "or",
        [FILTER_NOT] = "not",
        [FILTER_EQUAL] = "equal",
        [FILTER_APPROX] = "approx",
        [FILTER_GREATER_OR_EQUAL] = "ge",
        [FILTER_LESS_OR_EQUAL] = "le",
        [FILTER_PRESENT] = "present",
        [FILTER_SUBSTRINGS] = "substrings",
        [FILTER_EXTENSIBLE] = "extensible",
    };
    Value *map = value_new_map();
    value_set_text(map, "kind", kinds[node->kind]);
    if (node->children) {
        Value *list = value_new_list();
        for (FilterNode **child = node->children; *child; child++)
            value_append(list, filter_to_value(*child));
        value_set(map, "filters", list);
    }
    if (node->attribute)
        value_set_text(map, "attribute", node->attribute);
    if (node->rule)
        value_set_text(map, "rule", node->rule);
    if (node->dn)
        value_set_bool(map, "dn", TRUE);
    if (node->kind == FILTER_SUBSTRINGS)
        set_pieces(map, node);
    if (node->value.data)
        value_set(map, "value", octets_to_value(&node->value));
    return map;
}
