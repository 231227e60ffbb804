/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/person.h"

#include <string.h>

const AttributeValue *
person_values(const Person *person, const FieldMap *map, FieldId field, guint *count)
{
    const Attributes *source =
        field_table[field].of_municipality ? person->municipality : person->own;
    *count = 0;
    for (char **name = map->attributes[field]; source && *name; name++) {
        const AttributeValue *values = attributes_find(source, *name, count);
        if (*count > 0)
            return values;
    }
    return NULL;
}

static char *
value_to_text(const AttributeValue *value)
{
    if (memchr(value->data, 0, value->length) ||
        !g_utf8_validate(value->data, (gssize)value->length, NULL))
        return NULL;
    return g_strndup(value->data, value->length);
}

char *
person_text(const Person *person, const FieldMap *map, FieldId field)
{
    guint count;
    const AttributeValue *values = person_values(person, map, field, &count);
    for (guint i = 0; i < count; i++) {
        char *text = value_to_text(&values[i]);
        if (text)
            return text;
    }
    return NULL;
}

static Value *
text_to_value(FieldType type, const char *text)
{
    gint64 number;
    if (type == FIELD_INTEGER &&
        g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &number, NULL))
        return value_new_int(number);
    return value_new_text(text);
}

Value *
person_field_to_value(const Person *person, const FieldMap *map, FieldId id)
{
    const Field *field = &field_table[id];
    if (!field->many) {
        g_autofree char *text = person_text(person, map, id);
        return text ? text_to_value(field->type, text) : NULL;
    }
    guint count;
    const AttributeValue *values = person_values(person, map, id, &count);
    g_autoptr(Value) list = value_new_list();
    for (guint i = 0; i < count; i++) {
        g_autofree char *text = value_to_text(&values[i]);
        if (text)
            value_append(list, text_to_value(field->type, text));
    }
    return value_count(list) > 0 ? g_steal_pointer(&list) : NULL;
}

Value *
person_to_value(const Person *person, const FieldMap *map)
{
    Value *result = value_new_map();
    g_autofree char *uuid = uuid_to_text(person->uuid);
    value_set_text(result, "uuid", uuid);
    value_set_text(result, "dn", person->dn);
    for (guint i = 0; i < FIELDS; i++) {
        Value *value = person_field_to_value(person, map, (FieldId)i);
        if (value)
            value_set(result, field_table[i].name, value);
    }
    return result;
}

char *
uuid_to_text(const guint8 uuid[UUID_LENGTH])
{
    GString *text = g_string_sized_new(37);
    for (guint i = 0; i < UUID_LENGTH; i++)
        g_string_append_printf(text, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
                               uuid[i]);
    return g_string_free(text, FALSE);
}

gboolean
uuid_from_text(const char *text, gsize length, guint8 uuid[UUID_LENGTH])
{
    if (length != 36)
        return FALSE;
    for (guint i = 0, at = 0; i < UUID_LENGTH; i++, at += 2) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            if (text[at++] != '-')
                return FALSE;
        int high = g_ascii_xdigit_value(text[at]), low = g_ascii_xdigit_value(text[at + 1]);
        if (high < 0 || low < 0)
            return FALSE;
        uuid[i] = (guint8)(high << 4 | low);
    }
    return TRUE;
}
