/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/refresh.h"

#include "base/error.h"
#include "base/i18n.h"
#include "sync/uuids.h"

#include <string.h>

#define PROGRESS_ENTRIES 100
#define DEPTH_MAX        200

Refresh *
refresh_new(const Config *config)
{
    Refresh *refresh = g_new0(Refresh, 1);
    refresh->config = config;
    refresh->membership = classify_membership(config);
    refresh->known = g_ptr_array_new_with_free_func(g_free);
    refresh->by_uuid = g_hash_table_new(uuids_hash, uuids_equal);
    refresh->next_id = 1;
    refresh->texts = g_string_chunk_new(64 * 1024);
    refresh->tree = tree_new();
    refresh->nodes = g_ptr_array_new();
    refresh->new_uuids = g_hash_table_new(uuids_hash, uuids_equal);
    refresh->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    refresh->blobs = blobs_new();
    refresh->reader = blob_reader_new(refresh->blobs);
    refresh->blob = g_byte_array_new();
    return refresh;
}

void
refresh_free(Refresh *refresh)
{
    if (!refresh)
        return;
    g_hash_table_unref(refresh->by_uuid);
    g_ptr_array_unref(refresh->known);
    g_string_chunk_free(refresh->texts);
    g_hash_table_unref(refresh->new_uuids);
    g_hash_table_unref(refresh->by_key);
    g_ptr_array_unref(refresh->nodes);
    tree_free(refresh->tree);
    blob_reader_free(refresh->reader);
    blobs_free(refresh->blobs);
    g_byte_array_unref(refresh->blob);
    g_free(refresh);
}

static gboolean
take_known(const EntryRow *row, gpointer user_data, GError **error)
{
    Refresh *refresh = user_data;
    (void)error;
    Known *known = g_new0(Known, 1);
    known->row = *row;
    known->row.rdn = g_string_chunk_insert(refresh->texts, row->rdn);
    known->row.csn = row->csn ? g_string_chunk_insert(refresh->texts, row->csn) : NULL;
    g_ptr_array_add(refresh->known, known);
    g_hash_table_insert(refresh->by_uuid, known->row.uuid, known);
    gboolean kept = row->missing == ENTRY_KEPT;
    refresh->known_people += row->kind != ENTRY_OTHER && !kept;
    refresh->kept_people += row->kind != ENTRY_OTHER && kept;
    refresh->next_id = row->id + 1;
    return TRUE;
}

gboolean
refresh_load(Refresh *refresh, Store *store, GError **error)
{
    return entries_each(store, take_known, refresh, error);
}

static void
set_twice(GError **error, const DirectoryEntry *entry)
{
    g_autofree char *uuid = uuid_to_text(entry->uuid);
    g_set_error(
        error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY,
        _("the directory shows a DN or an entry twice, last as %s with the UUID %s: it was "
          "perhaps changed while it was read; nothing was changed here, the next sync tries "
          "again"),
        entry->dn, uuid);
}

/* finds or makes the row's place in the tree and ties it to what is known */
static Node *
place(Refresh *refresh, const DirectoryEntry *entry, GError **error)
{
    Node *node = tree_place(refresh->tree, entry->dn);
    if (!node) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY,
                    _("the directory shows an entry whose name is no DN (RFC 4514): %s"),
                    entry->dn);
        return NULL;
    }
    Known *known = g_hash_table_lookup(refresh->by_uuid, entry->uuid);
    if (node->shown || (known && known->node) ||
        g_hash_table_contains(refresh->new_uuids, entry->uuid)) {
        set_twice(error, entry);
        return NULL;
    }
    node->shown = TRUE;
    node->known = known;
    node->id = known ? known->row.id : refresh->next_id++;
    memcpy(node->uuid, entry->uuid, UUID_LENGTH);
    if (known)
        known->node = node;
    else
        g_hash_table_insert(refresh->new_uuids, node->uuid, node);
    g_ptr_array_add(refresh->nodes, node);
    return node;
}

static void
note_membership(Refresh *refresh, Node *node, const Attributes *attributes)
{
    if (node->kind == ENTRY_PERSON) {
        g_autofree char *reference = classify_reference(refresh->config, attributes);
        node->reference = tree_text(refresh->tree, reference);
    } else if (node->kind == ENTRY_MUNICIPALITY) {
        g_auto(GStrv) keys = classify_keys(refresh->config, attributes);
        for (char **key = keys; *key; key++)
            g_hash_table_insert(refresh->by_key, g_strdup(*key), node);
    }
}

gboolean
refresh_take(const DirectoryEntry *entry, gpointer user_data, GError **error)
{
    Refresh *refresh = user_data;
    Node *node = place(refresh, entry, error);
    if (!node)
        return FALSE;
    if (refresh->progress && refresh->nodes->len % PROGRESS_ENTRIES == 0)
        refresh->progress(refresh->nodes->len, refresh->user_data);
    node->kind = classify_kind(refresh->config, entry->dn, entry->attributes);
    refresh->persons += node->kind == ENTRY_PERSON;
    refresh->municipalities += node->kind == ENTRY_MUNICIPALITY;
    note_membership(refresh, node, entry->attributes);
    GByteArray *blob = refresh->blob;
    attributes_encode_into(entry->attributes, blob);
    digest_sha256(blob->data, blob->len, node->digest);
    node->offset = -1;
    node->newer = !node->known || g_strcmp0(node->known->row.csn, entry->csn) != 0;
    node->csn = node->newer && entry->csn ? g_string_chunk_insert(refresh->texts, entry->csn)
                : node->known             ? node->known->row.csn
                                          : NULL;
    if (node->known && memcmp(node->known->row.digest, node->digest, DIGEST_LENGTH) == 0)
        return TRUE;
    node->length = blob->len;
    if (refresh->sink)
        return refresh->sink(node, blob, refresh->sink_data, error);
    return blobs_add(refresh->blobs, blob->data, blob->len, &node->offset, error);
}

static gboolean
take_absent(const DirectoryEntry *entry, gpointer user_data, GError **error)
{
    Refresh *refresh = user_data;
    const Known *known = g_hash_table_lookup(refresh->by_uuid, entry->uuid);
    control_see(&refresh->control, entry->uuid);
    /* a directory that is a file answers with more than was asked for */
    return !known || known->node || refresh_take(entry, refresh, error);
}

gboolean
refresh_verify(Refresh *refresh, Directory *directory, GError **error)
{
    g_autoptr(GByteArray) uuids = g_byte_array_new();
    for (guint i = 0; i < refresh->known->len; i++) {
        const Known *known = g_ptr_array_index(refresh->known, i);
        if (!known->node && known->row.missing != ENTRY_KEPT)
            g_byte_array_append(uuids, known->row.uuid, UUID_LENGTH);
    }
    if (uuids->len == 0)
        return TRUE;
    for (guint i = 0; i < MIN(refresh->nodes->len, CONTROL_MOST); i++)
        control_add(&refresh->control, ((Node *)g_ptr_array_index(refresh->nodes, i))->uuid);
    control_ask(&refresh->control, uuids);
    DirectoryQuery query = {.uuids = uuids->data, .count = uuids->len / UUID_LENGTH};
    return directory_search(directory, &query, take_absent, refresh, NULL, error) &&
           control_check(&refresh->control, error);
}

static Known *
known_by_id(const Refresh *refresh, gint64 id)
{
    guint low = 0, high = refresh->known->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        Known *known = g_ptr_array_index(refresh->known, middle);
        if (known->row.id == id)
            return known;
        if (known->row.id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static char *
known_dn(const Refresh *refresh, const Known *known)
{
    GString *dn = g_string_new(known->row.rdn);
    for (guint depth = 0; known && known->row.parent && depth < DEPTH_MAX; depth++) {
        known = known_by_id(refresh, known->row.parent);
        if (known)
            g_string_append_printf(dn, ",%s", known->row.rdn);
    }
    return g_string_free(dn, FALSE);
}

void
refresh_keep(Refresh *refresh)
{
    for (guint i = 0; i < refresh->known->len; i++) {
        Known *known = g_ptr_array_index(refresh->known, i);
        if (known->node || known->row.missing != ENTRY_KEPT)
            continue;
        g_autofree char *dn = known_dn(refresh, known);
        Node *node = tree_place(refresh->tree, dn);
        if (!node || node->shown)
            continue;
        node->shown = TRUE;
        node->known = known;
        node->id = known->row.id;
        node->kind = known->row.kind;
        node->offset = -1;
    }
}

gboolean
refresh_flush(Refresh *refresh, GError **error)
{
    return blobs_flush(refresh->blobs, error);
}

Node *
refresh_municipality(const Refresh *refresh, const Node *person)
{
    Node *node = NULL;
    switch (refresh->membership) {
    case MEMBERSHIP_TREE:
        node = tree_above(person);
        while (node && node->kind != ENTRY_MUNICIPALITY)
            node = tree_above(node);
        return node;
    case MEMBERSHIP_DN:
        node = person->reference ? tree_find(refresh->tree, person->reference) : NULL;
        return node && node->shown && node->kind == ENTRY_MUNICIPALITY ? node : NULL;
    case MEMBERSHIP_VALUE:
        return person->reference ? g_hash_table_lookup(refresh->by_key, person->reference) : NULL;
    }
    return NULL;
}

gconstpointer
refresh_blob(Refresh *refresh, const Node *node, GError **error)
{
    return blob_reader_get(refresh->reader, node->offset, node->length, error);
}
