/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter/assertion.h"

#include <string.h>

static const struct {
    const char *oid;
    MatchingRule rule;
} matching_rules[] = {
    /* in the order of matching_rule_names */
    {"2.5.13.2", RULE_CASE_IGNORE},
    {"2.5.13.5", RULE_CASE_EXACT},
    {"2.5.13.14", RULE_INTEGER},
    {"2.5.13.8", RULE_NUMERIC_STRING},
    {"2.5.13.20", RULE_TELEPHONE},
    {"2.5.13.1", RULE_DN},
    {"2.5.13.13", RULE_BOOLEAN},
    {"2.5.13.27", RULE_GENERALIZED_TIME},
    {"2.5.13.17", RULE_OCTETS},
    {"1.3.6.1.4.1.1466.109.114.2", RULE_CASE_IGNORE},
    {"1.3.6.1.4.1.1466.109.114.1", RULE_CASE_EXACT},
};

const char *const matching_rule_names[] = {
    "caseIgnoreMatch",      "caseExactMatch",         "integerMatch",      "numericStringMatch",
    "telephoneNumberMatch", "distinguishedNameMatch", "booleanMatch",      "generalizedTimeMatch",
    "octetStringMatch",     "caseIgnoreIA5Match",     "caseExactIA5Match", NULL,
};

gboolean
matching_rule_find(const char *name, MatchingRule *rule)
{
    for (guint i = 0; matching_rule_names[i]; i++) {
        if (g_ascii_strcasecmp(matching_rule_names[i], name) == 0 ||
            strcmp(matching_rules[i].oid, name) == 0) {
            *rule = matching_rules[i].rule;
            return TRUE;
        }
    }
    return FALSE;
}

void
target_init(Target *target, const FilterNode *node, const FieldMap *map)
{
    *target = (Target){.field = FIELDS, .names = target->plain};
    if (!node->attribute)
        return;
    char **parts = g_strsplit(node->attribute, ";", -1);
    target->attribute = parts[0];
    target->options = g_strdupv(parts + 1);
    for (char **option = parts + 1; *option; option++)
        g_free(*option);
    g_free(parts);

    target->field = field_find(target->attribute);
    target->plain[0] = target->attribute;
    if (target->field < FIELDS) {
        target->names = (const char *const *)map->attributes[target->field];
        target->of_municipality = field_table[target->field].of_municipality;
    }
}

void
target_clear(Target *target)
{
    g_clear_pointer(&target->attribute, g_free);
    g_clear_pointer(&target->options, g_strfreev);
}

MatchingRule
target_rule(const Target *target, const char *name)
{
    if (target->field < FIELDS && field_table[target->field].type == FIELD_INTEGER)
        return RULE_INTEGER;
    return attribute_rule(name);
}

/* The key of a piece between stars. Blanks at an edge that is no edge of the value stay (one of
 * each run): a character that nothing composes with or trims stands in for what may come there. */
static char *
piece_key(MatchingRule rule, const FilterValue *piece, gboolean at_start, gboolean at_end)
{
    if (rule == RULE_NUMERIC_STRING || rule == RULE_TELEPHONE)
        return attribute_norm(rule, piece->data, piece->length);
    if (rule != RULE_CASE_IGNORE && rule != RULE_CASE_EXACT)
        return NULL;
    g_autoptr(GString) text = g_string_new(at_start ? "" : "\x01");
    g_string_append_len(text, piece->data, (gssize)piece->length);
    if (!at_end)
        g_string_append_c(text, '\x01');
    g_autofree char *key = attribute_norm(rule, text->str, text->len);
    if (!key)
        return NULL;
    gsize skip = at_start ? 0 : 1;
    return g_strndup(key + skip, strlen(key) - skip - (at_end ? 0 : 1));
}

static gboolean
init_pieces(Assertion *assertion, const FilterNode *node, MatchingRule rule)
{
    assertion->any = g_ptr_array_new_with_free_func(g_free);
    if (node->initial.data) {
        assertion->initial = piece_key(rule, &node->initial, TRUE, FALSE);
        if (!assertion->initial)
            return FALSE;
    }
    if (node->final.data) {
        assertion->final = piece_key(rule, &node->final, FALSE, TRUE);
        if (!assertion->final)
            return FALSE;
    }
    for (guint i = 0; i < node->n_any; i++) {
        char *key = piece_key(rule, &node->any[i], FALSE, FALSE);
        if (!key)
            return FALSE;
        g_ptr_array_add(assertion->any, key);
    }
    return TRUE;
}

gboolean
assertion_init(Assertion *assertion, const FilterNode *node, MatchingRule rule)
{
    *assertion = (Assertion){.kind = node->kind};
    switch (node->kind) {
    case FILTER_PRESENT:
        return TRUE;
    case FILTER_SUBSTRINGS:
        return init_pieces(assertion, node, rule);
    case FILTER_GREATER_OR_EQUAL:
    case FILTER_LESS_OR_EQUAL:
        if (rule == RULE_BOOLEAN || rule == RULE_DN)
            return FALSE;
        break;
    default:
        assertion->kind = FILTER_EQUAL;
    }
    assertion->key = attribute_norm(rule, node->value.data, node->value.length);
    return assertion->key != NULL;
}

void
assertion_clear(Assertion *assertion)
{
    g_clear_pointer(&assertion->key, g_free);
    g_clear_pointer(&assertion->initial, g_free);
    g_clear_pointer(&assertion->final, g_free);
    g_clear_pointer(&assertion->any, g_ptr_array_unref);
}

/* each piece behind the one before, the first place being as good as any */
static gboolean
has_pieces(const Assertion *assertion, const char *norm)
{
    const char *at = norm;
    if (assertion->initial) {
        gsize length = strlen(assertion->initial);
        if (strncmp(norm, assertion->initial, length) != 0)
            return FALSE;
        at += length;
    }
    for (guint i = 0; i < assertion->any->len; i++) {
        const char *piece = g_ptr_array_index(assertion->any, i);
        at = strstr(at, piece);
        if (!at)
            return FALSE;
        at += strlen(piece);
    }
    if (!assertion->final)
        return TRUE;
    gsize rest = strlen(at), length = strlen(assertion->final);
    return rest >= length && strcmp(at + rest - length, assertion->final) == 0;
}

gboolean
assertion_holds(const Assertion *assertion, const char *norm)
{
    switch (assertion->kind) {
    case FILTER_PRESENT:
        return TRUE;
    case FILTER_SUBSTRINGS:
        return has_pieces(assertion, norm);
    case FILTER_GREATER_OR_EQUAL:
        return strcmp(norm, assertion->key) >= 0;
    case FILTER_LESS_OR_EQUAL:
        return strcmp(norm, assertion->key) <= 0;
    default:
        return strcmp(norm, assertion->key) == 0;
    }
}
