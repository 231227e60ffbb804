/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter/assertion.h"

#include "filter/phonetic.h"

#include <string.h>

void
target_init(Target *target, const FilterNode *node, const FieldMap *map)
{
    *target = (Target){.field = FIELDS, .names = target->plain, .schema = field_map_schema(map)};
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

static gboolean
is_number(const Target *target)
{
    return target->field < FIELDS && field_table[target->field].type == FIELD_INTEGER;
}

MatchingRule
target_rule(const Target *target, const char *name)
{
    const AttributeType *type = attribute_schema_find(target->schema, name);
    if (is_number(target))
        return RULE_INTEGER;
    return type ? type->rule : RULE_CASE_IGNORE;
}

static gboolean
init_pieces(Assertion *assertion, const FilterNode *node)
{
    MatchingRule rule = assertion->rule;
    assertion->any = g_ptr_array_new_with_free_func(g_free);
    if (node->initial.data) {
        assertion->initial =
            attribute_norm_piece(rule, PIECE_INITIAL, node->initial.data, node->initial.length);
        if (!assertion->initial)
            return FALSE;
    }
    if (node->final.data) {
        assertion->final =
            attribute_norm_piece(rule, PIECE_FINAL, node->final.data, node->final.length);
        if (!assertion->final)
            return FALSE;
    }
    for (guint i = 0; i < node->n_any; i++) {
        char *key = attribute_norm_piece(rule, PIECE_ANY, node->any[i].data, node->any[i].length);
        if (!key)
            return FALSE;
        g_ptr_array_add(assertion->any, key);
    }
    return TRUE;
}

static gboolean
init_key(Assertion *assertion, const FilterNode *node)
{
    assertion->key = attribute_norm_asserted(assertion->rule, node->value.data, node->value.length);
    return assertion->key != NULL;
}

/* what sounds alike is asked for of strings */
static gboolean
init_sound(Assertion *assertion, const FilterNode *node)
{
    if (!init_key(assertion, node))
        return FALSE;
    assertion->kind = ASSERT_SOUND;
    g_free(assertion->key);
    assertion->key = g_malloc0(node->value.length + 1);
    for (gsize i = 0; i < node->value.length; i++)
        assertion->key[i] = node->value.data[i] ? node->value.data[i] : ' ';
    return TRUE;
}

/* Of lists slapd strips what is asserted, but not the values. */
static gboolean
init_stripped(Assertion *assertion, const FilterNode *node)
{
    if (!init_key(assertion, node))
        return FALSE;
    g_autofree char *stripped = phonetic_strip(assertion->key);
    g_free(assertion->key);
    assertion->key = g_steal_pointer(&stripped);
    return TRUE;
}

/* A class selects those that inherit from it, too; of a name that is none nothing is known. Of other
 * attributes slapd knows no names at all. */
static gboolean
init_identifier(Assertion *assertion, const FilterNode *node, const AttributeType *type,
                const AttributeSchema *schema)
{
    if (!init_key(assertion, node))
        return FALSE;
    gboolean is_class = type && strcmp(type->oid, OBJECT_CLASS_OID) == 0;
    if (is_class)
        assertion->kind = ASSERT_CLASS;
    assertion->schema = schema;
    return is_class ? attribute_schema_has_class(schema, assertion->key)
                    : g_ascii_isdigit(*assertion->key);
}

gboolean
assertion_init(Assertion *assertion, const FilterNode *node, const Target *target, const char *name)
{
    const AttributeType *type = attribute_schema_find(target->schema, name);
    const guint has = is_number(target) ? ORDERED : type ? type->has : ORDERED | SUBSTR;
    *assertion = (Assertion){.kind = ASSERT_EQUAL, .rule = target_rule(target, name)};
    switch (node->kind) {
    case FILTER_PRESENT:
        assertion->kind = ASSERT_PRESENT;
        return TRUE;
    case FILTER_SUBSTRINGS:
        assertion->kind = ASSERT_SUBSTRINGS;
        return (has & SUBSTR) && init_pieces(assertion, node);
    case FILTER_GREATER_OR_EQUAL:
        assertion->kind = ASSERT_GREATER_OR_EQUAL;
        return (has & ORDERED) && init_key(assertion, node);
    case FILTER_LESS_OR_EQUAL:
        assertion->kind = ASSERT_LESS_OR_EQUAL;
        return (has & ORDERED) && init_key(assertion, node);
    default:
        if (assertion->rule == RULE_OBJECT_IDENTIFIER)
            return init_identifier(assertion, node, type, target->schema);
        if (node->kind == FILTER_APPROX && assertion->rule <= RULE_CASE_EXACT_IA5)
            return init_sound(assertion, node);
        if (node->kind == FILTER_APPROX && assertion->rule == RULE_CASE_IGNORE_LIST)
            return init_stripped(assertion, node);
        return init_key(assertion, node);
    }
}

gboolean
assertion_init_named(Assertion *assertion, const FilterNode *node, const MatchingRuleInfo *info)
{
    static const AssertionKind kinds[] = {
        [ROLE_EQUALITY] = ASSERT_EQUAL,        [ROLE_ORDERING] = ASSERT_LESS,
        [ROLE_SUBSTRINGS] = ASSERT_SUBSTRINGS, [ROLE_BITS_ALL] = ASSERT_BITS_ALL,
        [ROLE_BITS_ANY] = ASSERT_BITS_ANY,
    };
    *assertion = (Assertion){.kind = kinds[info->role], .rule = info->rule};
    return info->role != ROLE_SUBSTRINGS && init_key(assertion, node) &&
           (info->rule != RULE_OBJECT_IDENTIFIER || g_ascii_isdigit(*assertion->key));
}

gboolean
assertion_fits_index(const Assertion *assertion, const Target *target, const char *name)
{
    const AttributeType *type = attribute_schema_find(target->schema, name);
    return assertion->kind <= ASSERT_SUBSTRINGS && assertion->rule == attribute_rule(name) &&
           !attribute_schema_has_kinds(target->schema, type);
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

/* A number's key made a number again; FALSE if it has more than 64 bits. */
static gboolean
bits_of(const char *key, guint64 *bits)
{
    gboolean negative = *key == 'n';
    g_autofree char *digits = g_strdup(key + 3);
    for (char *p = digits; negative && *p; p++)
        *p = (char)('9' - (*p - '0'));
    g_autofree char *text = g_strconcat(negative ? "-" : "", digits, NULL);
    gint64 number;
    if (!g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &number, NULL))
        return FALSE;
    *bits = (guint64)number;
    return TRUE;
}

static gboolean
has_bits(const Assertion *assertion, const char *norm)
{
    guint64 value, mask;
    if (!bits_of(norm, &value) || !bits_of(assertion->key, &mask))
        return FALSE;
    return assertion->kind == ASSERT_BITS_ALL ? (value & mask) == mask : (value & mask) != 0;
}

gboolean
assertion_holds(const Assertion *assertion, const char *norm)
{
    switch (assertion->kind) {
    case ASSERT_PRESENT:
        return TRUE;
    case ASSERT_SUBSTRINGS:
        return has_pieces(assertion, norm);
    case ASSERT_GREATER_OR_EQUAL:
        return strcmp(norm, assertion->key) >= 0;
    case ASSERT_LESS_OR_EQUAL:
        return strcmp(norm, assertion->key) <= 0;
    case ASSERT_LESS:
        return strcmp(norm, assertion->key) < 0;
    case ASSERT_SOUND:
        return phonetic_match(norm, assertion->key);
    case ASSERT_CLASS:
        return attribute_schema_class_is(assertion->schema, norm, assertion->key);
    case ASSERT_BITS_ALL:
    case ASSERT_BITS_ANY:
        return has_bits(assertion, norm);
    case ASSERT_EQUAL:
        break;
    }
    return strcmp(norm, assertion->key) == 0;
}
