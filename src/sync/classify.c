/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/classify.h"

#include "directory/dn.h"
#include "model/attribute_type.h"

#include <string.h>

/* `names`: one object class or more, separated by blanks */
static gboolean
has_class(const AttributeValue *values, guint count, const char *names)
{
    for (gsize length; names && *names; names += length + (names[length] == ' ')) {
        length = strcspn(names, " ");
        for (guint i = 0; length && i < count; i++)
            if (values[i].length == length &&
                g_ascii_strncasecmp(values[i].data, names, length) == 0)
                return TRUE;
    }
    return FALSE;
}

EntryKind
classify_kind(const Config *config, const char *dn, const Attributes *attributes)
{
    guint count;
    const AttributeValue *classes = attributes_find(attributes, "objectClass", &count);
    if (has_class(classes, count, config->directory_municipality_class))
        return dn_equal(dn, config->directory_base) ? ENTRY_OTHER : ENTRY_MUNICIPALITY;
    if (has_class(classes, count, config->directory_person_class))
        return ENTRY_PERSON;
    return ENTRY_OTHER;
}

Membership
classify_membership(const Config *config)
{
    const char *attribute = config->directory_membership, *key = config->directory_membership_key;
    if (!attribute || !*attribute || g_ascii_strcasecmp(attribute, "tree") == 0)
        return MEMBERSHIP_TREE;
    if (!key || !*key || g_ascii_strcasecmp(key, "dn") == 0)
        return MEMBERSHIP_DN;
    return MEMBERSHIP_VALUE;
}

/* compared by the rule of the municipality's attribute, on both sides */
static char *
comparison_key(const Config *config, const AttributeValue *value)
{
    return attribute_norm(attribute_rule(config->directory_membership_key), value->data,
                          value->length);
}

char *
classify_reference(const Config *config, const Attributes *person)
{
    Membership membership = classify_membership(config);
    if (membership == MEMBERSHIP_TREE)
        return NULL;
    if (membership == MEMBERSHIP_DN)
        return attributes_text(person, config->directory_membership);
    guint count;
    const AttributeValue *values = attributes_find(person, config->directory_membership, &count);
    char *key = NULL;
    for (guint i = 0; i < count && !key; i++)
        key = comparison_key(config, &values[i]);
    return key;
}

char **
classify_keys(const Config *config, const Attributes *municipality)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    guint count = 0;
    const AttributeValue *values = NULL;
    if (classify_membership(config) == MEMBERSHIP_VALUE)
        values = attributes_find(municipality, config->directory_membership_key, &count);
    for (guint i = 0; i < count; i++) {
        g_autofree char *key = comparison_key(config, &values[i]);
        if (key)
            g_strv_builder_add(builder, key);
    }
    return g_strv_builder_end(builder);
}

char *
classify_name(const Config *config, EntryKind kind, const Attributes *attributes)
{
    if (kind == ENTRY_OTHER)
        return NULL;
    FieldId field = kind == ENTRY_PERSON ? FIELD_NAME : FIELD_CITY;
    char *name = NULL;
    for (char **attribute = config->directory_fields->attributes[field]; *attribute && !name;
         attribute++)
        name = attributes_text(attributes, *attribute);
    return name;
}
