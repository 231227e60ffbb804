/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/delta.h"

#include "base/error.h"
#include "base/i18n.h"
#include "directory/dn.h"
#include "store/tombstones.h"
#include "sync/belong.h"
#include "sync/overlay.h"
#include "sync/place.h"
#include "sync/touched.h"
#include "sync/uuids.h"

#include <string.h>

struct Delta {
    const Config *config;
    Store *store;
    Terms *terms;
    Evidence *evidence;
    gint64 generation, now, since;
    Overlay *overlay;
    Places places;
    Belong belong;
    Touched touched;
    GHashTable *mentioned; /* set of UUIDs that the refresh shows */
    GHashTable *going;     /* set of UUIDs that are told to be gone */
    gint64 next_id;
    gboolean written;
};

Delta *
delta_new(const Config *config, Store *store, Terms *terms, Evidence *evidence, gint64 generation,
          gint64 now, gint64 since)
{
    Delta *delta = g_new0(Delta, 1);
    delta->config = config;
    delta->store = store;
    delta->terms = terms;
    delta->evidence = evidence;
    delta->generation = generation;
    delta->now = now;
    delta->since = since;
    places_init(&delta->places, store, config->directory_base);
    belong_init(&delta->belong, config, &delta->places);
    touched_init(&delta->touched, config, &delta->places);
    delta->mentioned = uuids_set_new();
    delta->going = uuids_set_new();
    return delta;
}

void
delta_free(Delta *delta)
{
    if (!delta)
        return;
    overlay_free(delta->overlay);
    belong_clear(&delta->belong);
    places_clear(&delta->places);
    g_hash_table_unref(delta->mentioned);
    g_hash_table_unref(delta->going);
    touched_clear(&delta->touched);
    g_free(delta);
}

gboolean
delta_begin(Delta *delta, GError **error)
{
    delta->overlay = overlay_load(delta->store, error);
    return delta->overlay && entries_next_id(delta->store, &delta->next_id, error);
}

/* ---- an entry that is shown */

/* Where an entry is to be; its row may know. */
static gboolean
find_place(Delta *delta, const EntryRow *old, const char *dn, EntryRow *row, GError **error)
{
    if (old->id) {
        gboolean sure;
        g_autofree char *now = places_dn(&delta->places, old, &sure, error);
        if (!now)
            return FALSE;
        if (sure && strcmp(now, dn) == 0) {
            row->parent = old->parent;
            row->rdn = g_strdup(old->rdn);
            return TRUE;
        }
    }
    char *rdn;
    if (!places_find(&delta->places, dn, old->id, &row->parent, &rdn, error))
        return FALSE;
    row->rdn = rdn;
    return TRUE;
}

/* Writes attributes (those shown, with the open edits over them) and the index. */
static gboolean
write_content(Delta *delta, const EntryRow *old, const EntryRow *row, Attributes *shown,
              GError **error)
{
    g_autoptr(Attributes) laid = overlay_lay(delta->overlay, row->uuid, shown);
    g_autoptr(GByteArray) blob = attributes_encode(laid ? laid : shown);
    g_autoptr(GBytes) before_blob = NULL;
    g_autoptr(Attributes) before = NULL;
    if (old->id && delta->terms) {
        before = touched_content(&delta->touched, old->id, &before_blob, error);
        if (!before)
            return FALSE;
    }
    gboolean good = old->id ? entries_update(delta->store, row, blob->data, blob->len, error)
                            : entries_insert(delta->store, row, blob->data, blob->len, error);
    return good && (!delta->terms || terms_change(delta->terms, delta->store, row->id, before,
                                                  laid ? laid : shown, error));
}

static gboolean
write_row(Delta *delta, const EntryRow *old, const EntryRow *row, Attributes *shown, GError **error)
{
    gboolean same = old->id && memcmp(old->digest, row->digest, DIGEST_LENGTH) == 0;
    if (!same) {
        delta->written = TRUE;
        return write_content(delta, old, row, shown, error);
    }
    if (!places_same(old, row) || old->kind != row->kind ||
        old->municipality != row->municipality) {
        delta->written = TRUE;
        if (!entries_update(delta->store, row, NULL, 0, error))
            return FALSE;
    }
    if (g_strcmp0(old->csn, row->csn) == 0)
        return TRUE;
    delta->written = TRUE;
    return entries_set_csn(delta->store, row->id, row->csn, error);
}

/* A subtree that came in (a rename, a filter) is told by its top alone: what lies below a new entry
 * that is older than the feed, or has children, must be looked for. */
static void
explore(Delta *delta, const ContentItem *item, const EntryRow *row, const char *key)
{
    gboolean old = delta->since && item->created && item->created < delta->since;
    if (!item->has_children && (!old || row->kind == ENTRY_PERSON))
        return;
    GHashTableIter iter;
    gpointer explored;
    g_hash_table_iter_init(&iter, delta->evidence->explored);
    while (g_hash_table_iter_next(&iter, &explored, NULL))
        if (dn_key_is_below(key, explored))
            return;
    g_hash_table_add(delta->evidence->explored, g_strdup(key));
    g_ptr_array_add(delta->evidence->below, g_strdup(item->dn));
}

/* Puts right what the new row means for others: those that its name leads to, and to which
 * municipality people belong. */
static gboolean
settle_around(Delta *delta, const EntryRow *old, const EntryRow *row, gboolean parental,
              gboolean content_changed, GError **error)
{
    gboolean named = !old->id || !places_same(old, row);
    gboolean kind = old->id && old->kind != row->kind;
    guint adopted = 0;
    if (named && parental && !places_adopt(&delta->places, row, &adopted, error))
        return FALSE;
    if (adopted)
        delta->written = TRUE;
    belong_note(&delta->belong, old, row, named, content_changed);
    if (!parental || (!kind && !adopted && (!old->id || old->parent == row->parent)))
        return TRUE;
    belong_note_subtree(&delta->belong, row->id);
    return TRUE;
}

static gboolean
set_bad_name(const char *dn, GError **error)
{
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY,
                _("the directory shows an entry whose name is no DN (RFC 4514): %s"), dn);
    return FALSE;
}

static gboolean
make_row(Delta *delta, const ContentItem *item, const EntryRow *old, const char *dn,
         const Attributes *shown, EntryRow *row, GError **error)
{
    if (!find_place(delta, old, dn, row, error))
        return FALSE;
    row->id = old->id ? old->id : delta->next_id++;
    memcpy(row->uuid, item->uuid, UUID_LENGTH);
    memcpy(row->digest, item->digest, DIGEST_LENGTH);
    row->csn = g_strdup(item->csn);
    row->kind = classify_kind(delta->config, item->dn, shown);
    return row->kind != ENTRY_PERSON ||
           belong_of(&delta->belong, row->parent, shown, &row->municipality, error);
}

static gboolean
show(Delta *delta, Content *content, const ContentItem *item, GError **error)
{
    g_auto(EntryRow) old = {0}, row = {0};
    g_autofree char *dn = dn_text(item->dn), *key = dn_key(item->dn);
    if (!dn || !*dn || !key)
        return set_bad_name(item->dn, error);
    if (overlay_removes(delta->overlay, item->uuid))
        return TRUE;
    gconstpointer blob = content_blob(content, item, error);
    g_autoptr(Attributes) shown = blob ? attributes_decode(blob, item->length, error) : NULL;
    if (!shown || !entries_find(delta->store, item->uuid, &old, error))
        return FALSE;
    const Touch *before = touched_note(&delta->touched, item->uuid, &old, error);
    if (!before || !make_row(delta, item, &old, dn, shown, &row, error) ||
        !write_row(delta, &old, &row, shown, error))
        return FALSE;
    if (old.missing != ENTRY_SHOWN) {
        delta->written = TRUE;
        if (!entries_mark(delta->store, row.id, ENTRY_SHOWN, 0, error))
            return FALSE;
    }
    g_hash_table_remove(delta->places.pending, &row.id);
    places_add(delta->places.fresh, row.id);
    if (before->dn && strcmp(before->dn, dn) != 0)
        g_hash_table_insert(delta->places.former, g_strdup(before->dn),
                            g_memdup2(&row.id, sizeof row.id));
    if (!old.id)
        explore(delta, item, &row, key);
    gboolean parental = item->has_children || row.kind != ENTRY_PERSON;
    gboolean changed = memcmp(old.digest, row.digest, DIGEST_LENGTH) != 0;
    return settle_around(delta, &old, &row, parental, changed, error);
}

/* ---- an entry that goes */

/* another row of the same name, which may have come in its place */
static gboolean
find_twin(Delta *delta, const EntryRow *row, gint64 *twin, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    *twin = 0;
    if (!entries_named(delta->store, row->parent, row->rdn, ids, error))
        return FALSE;
    for (guint i = 0; i < ids->len && *twin == 0; i++)
        if (g_array_index(ids, gint64, i) != row->id)
            *twin = g_array_index(ids, gint64, i);
    return TRUE;
}

static gboolean
note_child(gint64 id, const char *rdn, gpointer user_data, GError **error)
{
    (void)rdn;
    (void)error;
    g_array_append_val((GArray *)user_data, id);
    return TRUE;
}

/* Persons that are left without their municipality are remembered as its members. */
static gboolean
touch_members(Delta *delta, const EntryRow *row, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (row->kind == ENTRY_MUNICIPALITY && !entries_members(delta->store, row->id, ids, error))
        return FALSE;
    for (guint i = 0; i < ids->len; i++) {
        g_auto(EntryRow) member = {0};
        if (!entries_get(delta->store, g_array_index(ids, gint64, i), &member, error) ||
            !touched_note(&delta->touched, member.uuid, &member, error))
            return FALSE;
    }
    return TRUE;
}

/* What stays of its children hangs higher then, called as before. */
static gboolean
remove_row(Delta *delta, const EntryRow *row, GError **error)
{
    gint64 twin;
    gboolean sure;
    g_autoptr(GArray) children = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autofree char *dn = places_dn(&delta->places, row, &sure, error);
    g_autoptr(GBytes) blob = NULL;
    g_autoptr(Attributes) content =
        dn ? touched_content(&delta->touched, row->id, &blob, error) : NULL;
    Touch *before = content ? touched_note(&delta->touched, row->uuid, row, error) : NULL;
    if (!before || !entries_names(delta->store, row->id, note_child, children, error) ||
        !find_twin(delta, row, &twin, error))
        return FALSE;
    if (!before->name)
        before->name = classify_name(delta->config, row->kind, content);
    delta->written = TRUE;
    if (!tombstones_add(delta->store, delta->generation, row->id, dn, delta->now, error) ||
        (delta->terms && !terms_change(delta->terms, delta->store, row->id, content, NULL, error)))
        return FALSE;
    if (!touch_members(delta, row, error) || !entries_bequeath(delta->store, row, twin, error) ||
        !entries_remove(delta->store, row->id, error))
        return FALSE;
    for (guint i = 0; i < children->len; i++)
        belong_note_subtree(&delta->belong, g_array_index(children, gint64, i));
    g_hash_table_remove(delta->places.pending, &row->id);
    g_hash_table_remove(delta->places.fresh, &row->id);
    belong_note(&delta->belong, row, NULL, TRUE, TRUE);
    return TRUE;
}

/* An entry below one that went: did it go, too? Nobody said so. */
static gboolean
go_below(Delta *delta, gint64 id, GError **error)
{
    g_auto(EntryRow) row = {0};
    if (!entries_get(delta->store, id, &row, error))
        return FALSE;
    if (row.id == 0 || row.missing == ENTRY_KEPT ||
        g_hash_table_contains(delta->mentioned, row.uuid) ||
        g_hash_table_contains(delta->evidence->found->by_uuid, row.uuid))
        return TRUE;
    if (g_hash_table_contains(delta->going, row.uuid) ||
        g_hash_table_contains(delta->evidence->gone, row.uuid))
        return remove_row(delta, &row, error);
    uuids_set_add(delta->evidence->ask, row.uuid);
    return TRUE;
}

static gboolean
go(Delta *delta, const guint8 uuid[UUID_LENGTH], GError **error)
{
    g_auto(EntryRow) row = {0};
    g_autoptr(GArray) below = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!entries_find(delta->store, uuid, &row, error))
        return FALSE;
    if (row.id == 0 || row.missing == ENTRY_KEPT)
        return TRUE;
    if (!entries_below(delta->store, row.id, below, error))
        return FALSE;
    for (guint i = 0; i < below->len; i++)
        if (!go_below(delta, g_array_index(below, gint64, i), error))
            return FALSE;
    return remove_row(delta, &row, error);
}

/* ---- the two orders */

static guint
depth_of(const ContentItem *item)
{
    guint depth = 0;
    for (const char *dn = item->dn; *dn; dn = dn_parent(dn))
        depth++;
    return depth;
}

static gint
compare_depth(gconstpointer a, gconstpointer b)
{
    const ContentItem *x = *(const ContentItem *const *)a, *y = *(const ContentItem *const *)b;
    guint left = depth_of(x), right = depth_of(y);
    return left < right ? -1 : left > right;
}

/* before anything is written: the rows of all that is told have names that may be theirs no longer */
static gboolean
note_pending(Delta *delta, const ContentItem *item, GError **error)
{
    g_auto(EntryRow) row = {0};
    if (!entries_find(delta->store, item->uuid, &row, error))
        return FALSE;
    if (row.id && !touched_note(&delta->touched, item->uuid, &row, error))
        return FALSE;
    if (row.id && row.missing != ENTRY_KEPT)
        places_add(delta->places.pending, row.id);
    uuids_set_add(item->gone ? delta->going : delta->mentioned, item->uuid);
    return TRUE;
}

gboolean
delta_write_refresh(Delta *delta, Content *content, GError **error)
{
    g_autoptr(GPtrArray) shown = g_ptr_array_new(), gone = g_ptr_array_new();
    for (guint i = 0; i < content->items->len; i++) {
        ContentItem *item = g_ptr_array_index(content->items, i);
        if (g_hash_table_lookup(content->by_uuid, item->uuid) != item)
            continue;
        g_ptr_array_add(item->gone ? gone : shown, item);
        if (!note_pending(delta, item, error))
            return FALSE;
    }
    g_ptr_array_sort(shown, compare_depth);
    for (guint i = 0; i < shown->len; i++)
        if (!show(delta, content, g_ptr_array_index(shown, i), error))
            return FALSE;
    for (guint i = 0; i < gone->len; i++) {
        const ContentItem *item = g_ptr_array_index(gone, i);
        if (!go(delta, item->uuid, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
delta_write_feed(Delta *delta, Content *content, GError **error)
{
    for (guint i = 0; i < content->items->len; i++) {
        const ContentItem *item = g_ptr_array_index(content->items, i);
        if (item->gone)
            uuids_set_add(delta->going, item->uuid);
    }
    for (guint i = 0; i < content->items->len; i++) {
        const ContentItem *item = g_ptr_array_index(content->items, i);
        g_hash_table_remove_all(delta->places.fresh);
        g_hash_table_remove_all(delta->places.former);
        if (!(item->gone ? go(delta, item->uuid, error) : show(delta, content, item, error)))
            return FALSE;
    }
    return TRUE;
}

gboolean
delta_restore(Delta *delta, const Tombstone *tombstone, gboolean *back, GError **error)
{
    g_auto(EntryRow) old = {0}, row = {0};
    ContentItem item = {.dn = tombstone->dn, .csn = tombstone->csn};
    gsize length;
    gconstpointer blob = g_bytes_get_data(tombstone->attributes, &length);
    g_autoptr(Attributes) shown = attributes_decode(blob, length, error);
    memcpy(item.uuid, tombstone->uuid, UUID_LENGTH);
    memcpy(item.digest, tombstone->digest, DIGEST_LENGTH);
    if (!shown || !entries_find(delta->store, item.uuid, &old, error))
        return FALSE;
    *back = old.id == 0 && !overlay_removes(delta->overlay, item.uuid);
    if (!*back)
        return TRUE;
    return touched_note(&delta->touched, item.uuid, &old, error) &&
           make_row(delta, &item, &old, item.dn, shown, &row, error) &&
           write_row(delta, &old, &row, shown, error) &&
           entries_mark(delta->store, row.id, ENTRY_KEPT, delta->now, error) &&
           settle_around(delta, &old, &row, TRUE, TRUE, error);
}

gboolean
delta_asks(const Delta *delta)
{
    return g_hash_table_size(delta->evidence->ask) > 0 || delta->evidence->below->len > 0;
}

/* ---- the end */

/* those whose municipality was not, or is no longer, the one that they belong to */
static gboolean
write_belonging(Delta *delta, GError **error)
{
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!belong_resolve(&delta->belong, pairs, error))
        return FALSE;
    for (guint i = 0; i + 1 < pairs->len; i += 2) {
        g_auto(EntryRow) row = {0};
        gint64 id = g_array_index(pairs, gint64, i);
        if (!entries_get(delta->store, id, &row, error))
            return FALSE;
        if (row.id == 0)
            continue;
        delta->written = TRUE;
        if (!touched_note(&delta->touched, row.uuid, &row, error) ||
            !entries_set_municipality(delta->store, id, g_array_index(pairs, gint64, i + 1), error))
            return FALSE;
    }
    return TRUE;
}

gboolean
delta_finish(Delta *delta, DeltaResult *result, GError **error)
{
    if (!write_belonging(delta, error) || !touched_compare(&delta->touched, result, error))
        return FALSE;
    result->written = delta->written;
    return TRUE;
}
