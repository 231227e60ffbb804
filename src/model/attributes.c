/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/attributes.h"

#include "base/error.h"
#include "base/i18n.h"

#include <string.h>

#define BLOB_VERSION 1

typedef struct {
    char *description;
    GArray *values; /* of AttributeValue */
} Attribute;

struct Attributes {
    GArray *list; /* of Attribute; those from `used` on are kept for reuse */
    guint used;
    GStringChunk *arena; /* copies made by attributes_add() */
};

static void
attribute_clear(gpointer data)
{
    Attribute *attribute = data;
    g_free(attribute->description);
    g_array_unref(attribute->values);
}

Attributes *
attributes_new(void)
{
    Attributes *attributes = g_new0(Attributes, 1);
    attributes->list = g_array_new(FALSE, TRUE, sizeof(Attribute));
    g_array_set_clear_func(attributes->list, attribute_clear);
    attributes->arena = g_string_chunk_new(4096);
    return attributes;
}

void
attributes_free(Attributes *attributes)
{
    if (!attributes)
        return;
    g_array_unref(attributes->list);
    g_string_chunk_free(attributes->arena);
    g_free(attributes);
}

void
attributes_clear(Attributes *attributes)
{
    attributes->used = 0;
    g_string_chunk_clear(attributes->arena);
}

static Attribute *
attribute_at(const Attributes *attributes, guint index)
{
    return &g_array_index(attributes->list, Attribute, index);
}

static gboolean
same_description(const char *a, const char *b)
{
    return ((a[0] ^ b[0]) & ~0x20) == 0 && g_ascii_strcasecmp(a, b) == 0;
}

/* entries resemble each other: a name that a slot has from the one before is not copied again */
static Attribute *
append(Attributes *attributes, const char *description, gsize length)
{
    if (attributes->used == attributes->list->len) {
        Attribute fresh = {NULL, g_array_new(FALSE, FALSE, sizeof(AttributeValue))};
        g_array_append_val(attributes->list, fresh);
    }
    Attribute *attribute = attribute_at(attributes, attributes->used++);
    const char *kept = attribute->description;
    if (!kept || strlen(kept) != length || memcmp(kept, description, length) != 0) {
        g_free(attribute->description);
        attribute->description = g_strndup(description, length);
    }
    g_array_set_size(attribute->values, 0);
    return attribute;
}

/* values of one description mostly come together: the last one is tried first */
static Attribute *
find_or_append(Attributes *attributes, const char *description)
{
    for (guint i = attributes->used; i > 0; i--) {
        Attribute *attribute = attribute_at(attributes, i - 1);
        if (same_description(attribute->description, description))
            return attribute;
    }
    return append(attributes, description, strlen(description));
}

void
attributes_add(Attributes *attributes, const char *description, gconstpointer data, gsize length)
{
    const char *copy =
        length ? g_string_chunk_insert_len(attributes->arena, data, (gssize)length) : "";
    AttributeValue value = {copy, length};
    g_array_append_val(find_or_append(attributes, description)->values, value);
}

void
attributes_add_from(Attributes *attributes, const Attributes *from, const char *description)
{
    guint count = 0;
    const AttributeValue *values = from ? attributes_find(from, description, &count) : NULL;
    for (guint i = 0; i < count; i++)
        attributes_add(attributes, description, values[i].data, values[i].length);
}

Attributes *
attributes_with(const Attributes *attributes, const Attributes *from, const char *description)
{
    Attributes *copy = attributes_new();
    for (guint i = 0; i < attributes->used; i++) {
        const char *name = attributes_description(attributes, i);
        if (!same_description(name, description))
            attributes_add_from(copy, attributes, name);
    }
    attributes_add_from(copy, from, description);
    return copy;
}

static gint
compare_descriptions(gconstpointer a, gconstpointer b)
{
    return g_ascii_strcasecmp(((const Attribute *)a)->description,
                              ((const Attribute *)b)->description);
}

static gint
compare_values(gconstpointer a, gconstpointer b)
{
    const AttributeValue *x = a, *y = b;
    int order = memcmp(x->data, y->data, MIN(x->length, y->length));
    if (order)
        return order;
    return x->length < y->length ? -1 : x->length > y->length;
}

static void
sort_values(GArray *values)
{
    if (values->len < 2)
        return;
    g_array_sort(values, compare_values);
    guint kept = 1;
    for (guint i = 1; i < values->len; i++) {
        AttributeValue *value = &g_array_index(values, AttributeValue, i);
        if (compare_values(value, &g_array_index(values, AttributeValue, kept - 1)) != 0)
            g_array_index(values, AttributeValue, kept++) = *value;
    }
    g_array_set_size(values, kept);
}

static gsize
number_size(guint64 number)
{
    gsize size = 1;
    while (number >>= 7)
        size++;
    return size;
}

static guint8 *
put_number(guint8 *at, guint64 number)
{
    for (; number > 0x7f; number >>= 7)
        *at++ = (guint8)(number | 0x80);
    *at++ = (guint8)number;
    return at;
}

static gsize
octets_size(gsize length)
{
    return number_size(length) + length;
}

static guint8 *
put_octets(guint8 *at, const char *data, gsize length)
{
    at = put_number(at, length);
    memcpy(at, data, length);
    return at + length;
}

static gsize
attribute_size(const Attribute *attribute)
{
    gsize size = octets_size(strlen(attribute->description)) + number_size(attribute->values->len);
    for (guint i = 0; i < attribute->values->len; i++)
        size += octets_size(g_array_index(attribute->values, AttributeValue, i).length);
    return size;
}

static guint8 *
put_attribute(guint8 *at, const Attribute *attribute)
{
    at = put_octets(at, attribute->description, strlen(attribute->description));
    at = put_number(at, attribute->values->len);
    for (guint i = 0; i < attribute->values->len; i++) {
        const AttributeValue *value = &g_array_index(attribute->values, AttributeValue, i);
        at = put_octets(at, value->data, value->length);
    }
    return at;
}

GByteArray *
attributes_encode(Attributes *attributes)
{
    gsize size = 1;
    g_array_set_size(attributes->list, attributes->used);
    g_array_sort(attributes->list, compare_descriptions);
    for (guint i = 0; i < attributes->used; i++) {
        sort_values(attribute_at(attributes, i)->values);
        size += attribute_size(attribute_at(attributes, i));
    }
    GByteArray *out = g_byte_array_sized_new((guint)size);
    g_byte_array_set_size(out, (guint)size);
    guint8 *at = out->data;
    *at++ = BLOB_VERSION;
    for (guint i = 0; i < attributes->used; i++)
        at = put_attribute(at, attribute_at(attributes, i));
    return out;
}

void
attributes_digest(gconstpointer blob, gsize length, guint8 digest[ATTRIBUTES_DIGEST_LENGTH])
{
    gsize size = ATTRIBUTES_DIGEST_LENGTH;
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, blob, (gssize)length);
    g_checksum_get_digest(sum, digest, &size);
}

gboolean
attributes_equal(Attributes *a, Attributes *b)
{
    g_autoptr(GByteArray) left = attributes_encode(a), right = attributes_encode(b);
    return left->len == right->len && memcmp(left->data, right->data, left->len) == 0;
}

typedef struct {
    const guint8 *at, *end;
} Reader;

static gboolean
take_number(Reader *reader, guint64 *number)
{
    *number = 0;
    for (guint shift = 0; reader->at < reader->end && shift < 63; shift += 7) {
        guint8 octet = *reader->at++;
        *number |= (guint64)(octet & 0x7f) << shift;
        if (!(octet & 0x80))
            return TRUE;
    }
    return FALSE;
}

static gboolean
take_octets(Reader *reader, AttributeValue *value)
{
    guint64 length;
    if (!take_number(reader, &length) || length > (guint64)(reader->end - reader->at))
        return FALSE;
    value->data = (const char *)reader->at;
    value->length = length;
    reader->at += length;
    return TRUE;
}

static gboolean
take_attribute(Reader *reader, Attributes *attributes)
{
    AttributeValue name, value;
    guint64 count;
    if (!take_octets(reader, &name) || !take_number(reader, &count))
        return FALSE;
    Attribute *attribute = append(attributes, name.data, name.length);
    for (; count > 0; count--) {
        if (!take_octets(reader, &value))
            return FALSE;
        g_array_append_val(attribute->values, value);
    }
    return TRUE;
}

gboolean
attributes_read(Attributes *attributes, gconstpointer blob, gsize length, GError **error)
{
    Reader reader = {blob, (const guint8 *)blob + length};
    attributes_clear(attributes);
    gboolean good = length > 0 && *reader.at++ == BLOB_VERSION;
    while (good && reader.at < reader.end)
        good = take_attribute(&reader, attributes);
    if (!good)
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE,
                    _("an entry's attributes are damaged; say: rundruf db check"));
    return good;
}

Attributes *
attributes_decode(gconstpointer blob, gsize length, GError **error)
{
    g_autoptr(Attributes) attributes = attributes_new();
    return attributes_read(attributes, blob, length, error) ? g_steal_pointer(&attributes) : NULL;
}

guint
attributes_count(const Attributes *attributes)
{
    return attributes->used;
}

const char *
attributes_description(const Attributes *attributes, guint index)
{
    return attribute_at(attributes, index)->description;
}

const AttributeValue *
attributes_values(const Attributes *attributes, guint index, guint *count)
{
    GArray *values = attribute_at(attributes, index)->values;
    *count = values->len;
    return (const AttributeValue *)(gpointer)values->data;
}

const AttributeValue *
attributes_find(const Attributes *attributes, const char *description, guint *count)
{
    for (guint i = 0; i < attributes->used; i++)
        if (g_ascii_strcasecmp(attribute_at(attributes, i)->description, description) == 0)
            return attributes_values(attributes, i, count);
    *count = 0;
    return NULL;
}

char *
attributes_text(const Attributes *attributes, const char *description)
{
    guint count;
    const AttributeValue *values = attributes_find(attributes, description, &count);
    for (guint i = 0; i < count; i++)
        if (!memchr(values[i].data, 0, values[i].length) &&
            g_utf8_validate(values[i].data, (gssize)values[i].length, NULL))
            return g_strndup(values[i].data, values[i].length);
    return NULL;
}
