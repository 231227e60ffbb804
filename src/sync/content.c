/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/content.h"

#include "sync/cookie.h"
#include "sync/uuids.h"

#include <string.h>

Content *
content_new(void)
{
    Content *content = g_new0(Content, 1);
    content->items = g_ptr_array_new_with_free_func(g_free);
    content->by_uuid = g_hash_table_new(uuids_hash, uuids_equal);
    content->present = uuids_set_new();
    content->texts = g_string_chunk_new(4096);
    content->blobs = blobs_new();
    content->reader = blob_reader_new(content->blobs);
    return content;
}

void
content_free(Content *content)
{
    if (!content)
        return;
    g_hash_table_unref(content->by_uuid);
    g_hash_table_unref(content->present);
    g_ptr_array_unref(content->items);
    g_clear_pointer(&content->cookie, g_bytes_unref);
    g_string_chunk_free(content->texts);
    blob_reader_free(content->reader);
    blobs_free(content->blobs);
    g_free(content);
}

static ContentItem *
add_item(Content *content, const guint8 uuid[UUID_LENGTH])
{
    ContentItem *item = g_new0(ContentItem, 1);
    memcpy(item->uuid, uuid, UUID_LENGTH);
    g_ptr_array_add(content->items, item);
    g_hash_table_replace(content->by_uuid, item->uuid, item);
    return item;
}

gboolean
content_take_entry(const DirectoryEntry *entry, gpointer user_data, GError **error)
{
    Content *content = user_data;
    ContentItem *item = add_item(content, entry->uuid);
    item->dn = g_string_chunk_insert(content->texts, entry->dn);
    item->csn = entry->csn ? g_string_chunk_insert(content->texts, entry->csn) : NULL;
    item->created = entry->created;
    item->has_children = entry->has_children;
    content->entries++;
    g_autoptr(GByteArray) blob = attributes_encode(entry->attributes);
    digest_sha256(blob->data, blob->len, item->digest);
    item->length = blob->len;
    return blobs_add(content->blobs, blob->data, blob->len, &item->offset, error);
}

void
content_add_gone(Content *content, const guint8 uuid[UUID_LENGTH])
{
    add_item(content, uuid)->gone = TRUE;
}

void
content_take_cookie(Content *content, gconstpointer cookie, gsize length)
{
    g_autoptr(GBytes) old = g_steal_pointer(&content->cookie);
    content->cookie = cookie_merge(old, cookie, length);
    content->empty_cookie |= cookie && length == 0;
}

gboolean
content_take(Content *content, const ContentMessage *message, GError **error)
{
    switch (message->kind) {
    case CONTENT_ENTRY:
        if (!content_take_entry(message->entry, content, error))
            return FALSE;
        break;
    case CONTENT_DELETED:
        for (gsize i = 0; i < message->count; i++)
            content_add_gone(content, message->uuids + i * UUID_LENGTH);
        break;
    case CONTENT_PRESENT:
        for (gsize i = 0; i < message->count; i++)
            uuids_set_add(content->present, message->uuids + i * UUID_LENGTH);
        break;
    case CONTENT_PHASE:
        content->present_phase |= !message->deletes;
        content->done |= message->done;
        break;
    case CONTENT_REFERRAL:
        content->referrals++;
        break;
    case CONTENT_COOKIE:
    case CONTENT_QUIET:
    case CONTENT_REFUSED:
        break;
    }
    if (message->cookie)
        content_take_cookie(content, message->cookie, message->cookie_length);
    return TRUE;
}

gboolean
content_flush(Content *content, GError **error)
{
    return blobs_flush(content->blobs, error);
}

gconstpointer
content_blob(Content *content, const ContentItem *item, GError **error)
{
    return blob_reader_get(content->reader, item->offset, item->length, error);
}

gboolean
content_is_empty(const Content *content)
{
    return content->items->len == 0 && g_hash_table_size(content->present) == 0;
}
