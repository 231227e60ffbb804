/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/attributes.h"

#include "base/error.h"
#include "base/i18n.h"

#include <string.h>

#define BLOB_VERSION 1

typedef struct {
    char *description;
    gsize length;   /* of it */
    GArray *values; /* of AttributeValue */
} Attribute;

struct Attributes {
    GArray *list; /* of Attribute, by place; those from `used` on are kept for reuse */
    guint used;
    GArray *order; /* of guint: places by their descriptions, if `sorted`; else as they last were */
    gboolean sorted;
    gboolean renamed;    /* a place has another description since they were sorted */
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
    attributes->order = g_array_new(FALSE, FALSE, sizeof(guint));
    attributes->arena = g_string_chunk_new(4096);
    return attributes;
}

void
attributes_free(Attributes *attributes)
{
    if (!attributes)
        return;
    g_array_unref(attributes->list);
    g_array_unref(attributes->order);
    g_string_chunk_free(attributes->arena);
    g_free(attributes);
}

void
attributes_clear(Attributes *attributes)
{
    attributes->used = 0;
    attributes->sorted = FALSE;
    g_string_chunk_clear(attributes->arena);
}

static Attribute *
attribute_at(const Attributes *attributes, guint place)
{
    return &g_array_index(attributes->list, Attribute, place);
}

static Attribute *
attribute_by_index(const Attributes *attributes, guint index)
{
    guint place = attributes->sorted ? g_array_index(attributes->order, guint, index) : index;
    return attribute_at(attributes, place);
}

static gboolean
same_description(const char *a, const char *b)
{
    return ((a[0] ^ b[0]) & ~0x20) == 0 && g_ascii_strcasecmp(a, b) == 0;
}

/* entries resemble each other: a name that a place has from the one before is not copied again */
static guint
append(Attributes *attributes, const char *description, gsize length)
{
    if (attributes->used == attributes->list->len) {
        Attribute fresh = {.values = g_array_new(FALSE, FALSE, sizeof(AttributeValue))};
        g_array_append_val(attributes->list, fresh);
    }
    Attribute *attribute = attribute_at(attributes, attributes->used);
    const char *kept = attribute->description;
    if (!kept || attribute->length != length || memcmp(kept, description, length) != 0) {
        g_free(attribute->description);
        attribute->description = g_strndup(description, length);
        attribute->length = length;
        attributes->renamed = TRUE;
    }
    g_array_set_size(attribute->values, 0);
    attributes->sorted = FALSE;
    return attributes->used++;
}

/* values of one description mostly come together: the last one is tried first */
guint
attributes_open(Attributes *attributes, const char *description)
{
    for (guint place = attributes->used; place > 0; place--)
        if (same_description(attribute_at(attributes, place - 1)->description, description))
            return place - 1;
    return append(attributes, description, strlen(description));
}

void
attributes_lend(Attributes *attributes, guint place, gconstpointer data, gsize length)
{
    AttributeValue value = {length ? data : "", length};
    g_array_append_val(attribute_at(attributes, place)->values, value);
}

void
attributes_add(Attributes *attributes, const char *description, gconstpointer data, gsize length)
{
    const char *copy =
        length ? g_string_chunk_insert_len(attributes->arena, data, (gssize)length) : "";
    attributes_lend(attributes, attributes_open(attributes, description), copy, length);
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
compare_places(gconstpointer a, gconstpointer b, gpointer attributes)
{
    return g_ascii_strcasecmp(attribute_at(attributes, *(const guint *)a)->description,
                              attribute_at(attributes, *(const guint *)b)->description);
}

/* entries resemble each other: the order of the last one is mostly right, and with the same
 * descriptions surely */
static void
sort_places(Attributes *attributes)
{
    GArray *order = attributes->order;
    if (attributes->sorted)
        return;
    gboolean right = order->len == attributes->used;
    if (!right)
        g_array_set_size(order, attributes->used);
    for (guint i = 0; !right && i < order->len; i++)
        g_array_index(order, guint, i) = i;
    for (guint i = 1; right && attributes->renamed && i < order->len; i++)
        right = compare_places(&g_array_index(order, guint, i - 1), &g_array_index(order, guint, i),
                               attributes) < 0;
    if (!right)
        g_array_sort_with_data(order, compare_places, attributes);
    attributes->renamed = FALSE;
    attributes->sorted = TRUE;
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
    gsize size = octets_size(attribute->length) + number_size(attribute->values->len);
    for (guint i = 0; i < attribute->values->len; i++)
        size += octets_size(g_array_index(attribute->values, AttributeValue, i).length);
    return size;
}

static guint8 *
put_attribute(guint8 *at, const Attribute *attribute)
{
    at = put_octets(at, attribute->description, attribute->length);
    at = put_number(at, attribute->values->len);
    for (guint i = 0; i < attribute->values->len; i++) {
        const AttributeValue *value = &g_array_index(attribute->values, AttributeValue, i);
        at = put_octets(at, value->data, value->length);
    }
    return at;
}

void
attributes_encode_into(Attributes *attributes, GByteArray *out)
{
    gsize size = 1;
    sort_places(attributes);
    for (guint i = 0; i < attributes->used; i++) {
        sort_values(attribute_at(attributes, i)->values);
        size += attribute_size(attribute_at(attributes, i));
    }
    g_byte_array_set_size(out, (guint)size);
    guint8 *at = out->data;
    *at++ = BLOB_VERSION;
    for (guint i = 0; i < attributes->used; i++)
        at = put_attribute(at, attribute_by_index(attributes, i));
}

GByteArray *
attributes_encode(Attributes *attributes)
{
    GByteArray *out = g_byte_array_new();
    attributes_encode_into(attributes, out);
    return out;
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
    guint place = append(attributes, name.data, name.length);
    for (; count > 0; count--) {
        if (!take_octets(reader, &value))
            return FALSE;
        attributes_lend(attributes, place, value.data, value.length);
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
    return attribute_by_index(attributes, index)->description;
}

const AttributeValue *
attributes_values(const Attributes *attributes, guint index, guint *count)
{
    GArray *values = attribute_by_index(attributes, index)->values;
    *count = values->len;
    return (const AttributeValue *)(gpointer)values->data;
}

const AttributeValue *
attributes_find(const Attributes *attributes, const char *description, guint *count)
{
    for (guint i = 0; i < attributes->used; i++)
        if (same_description(attributes_description(attributes, i), description))
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
