/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/postings.h"

#include <string.h>

void
postings_put(GByteArray *list, guint64 number)
{
    guint8 octets[10];
    guint count = 0;
    for (; number > 0x7f; number >>= 7)
        octets[count++] = (guint8)(number | 0x80);
    octets[count++] = (guint8)number;
    g_byte_array_append(list, octets, count);
}

void
postings_add(GByteArray *block, const char *key, gsize length, const GByteArray *list)
{
    postings_put(block, length);
    g_byte_array_append(block, (const guint8 *)key, (guint)length);
    postings_put(block, list->len);
    g_byte_array_append(block, list->data, list->len);
}

/* FALSE at the end or where the octets are no number */
static gboolean
take_number(const guint8 **at, const guint8 *end, guint64 *number)
{
    *number = 0;
    for (guint shift = 0; *at < end && shift < 63; shift += 7) {
        guint8 octet = *(*at)++;
        *number |= (guint64)(octet & 0x7f) << shift;
        if (!(octet & 0x80))
            return TRUE;
    }
    return FALSE;
}

void
posting_reader_init(PostingReader *reader, gconstpointer block, gsize length)
{
    const guint8 *at = block;
    *reader = (PostingReader){at, length ? at + length : at, FALSE};
}

static gboolean
take_octets(PostingReader *reader, const guint8 **octets, gsize *length)
{
    guint64 count;
    if (!take_number(&reader->at, reader->end, &count) ||
        count > (guint64)(reader->end - reader->at))
        return FALSE;
    *octets = reader->at;
    *length = (gsize)count;
    reader->at += count;
    return TRUE;
}

gboolean
posting_reader_next(PostingReader *reader, PostingTerm *term)
{
    const guint8 *key;
    if (reader->damaged || reader->at == reader->end)
        return FALSE;
    reader->damaged = !take_octets(reader, &key, &term->length) ||
                      !take_octets(reader, &term->list, &term->list_length);
    term->key = (const char *)key;
    return !reader->damaged;
}

gboolean
postings_each(const guint8 *list, gsize length, PostingsFunc func, gpointer user_data)
{
    const guint8 *at = list, *end = list + length;
    gint64 entry = 0;
    do {
        guint64 difference;
        if (!take_number(&at, end, &difference) || difference == 0 ||
            difference > (guint64)(G_MAXINT64 - entry))
            return FALSE;
        entry += (gint64)difference;
        func(entry, user_data);
    } while (at < end);
    return TRUE;
}

void
postings_append(gint64 entry, gpointer entries)
{
    g_array_append_val((GArray *)entries, entry);
}
