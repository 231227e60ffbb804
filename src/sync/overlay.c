/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/overlay.h"

#include "store/changes.h"
#include "sync/merge.h"

#include <string.h>

struct Overlay {
    GPtrArray *changes;  /* of Change, in their order */
    GHashTable *entries; /* uuid -> GPtrArray of Change, in their order */
};

static guint
uuid_hash(gconstpointer data)
{
    guint hash;
    memcpy(&hash, data, sizeof hash);
    return hash;
}

static gboolean
uuid_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, UUID_LENGTH) == 0;
}

static void
note(Overlay *overlay, Change *change)
{
    GPtrArray *list = g_hash_table_lookup(overlay->entries, change->uuid);
    if (!list) {
        list = g_ptr_array_new();
        g_hash_table_insert(overlay->entries, change->uuid, list);
    }
    g_ptr_array_add(list, change);
}

Overlay *
overlay_load(Store *store, GError **error)
{
    static const ChangeState open[] = {CHANGE_WAITING, CHANGE_SENT};
    g_autoptr(GPtrArray) changes = changes_list(store, open, G_N_ELEMENTS(open), error);
    if (!changes)
        return NULL;
    Overlay *overlay = g_new0(Overlay, 1);
    overlay->changes = g_steal_pointer(&changes);
    overlay->entries =
        g_hash_table_new_full(uuid_hash, uuid_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    for (guint i = 0; i < overlay->changes->len; i++) {
        Change *change = g_ptr_array_index(overlay->changes, i);
        if (change->kind != CHANGE_ADD)
            note(overlay, change);
    }
    return overlay;
}

void
overlay_free(Overlay *overlay)
{
    if (!overlay)
        return;
    g_hash_table_unref(overlay->entries);
    g_ptr_array_unref(overlay->changes);
    g_free(overlay);
}

gboolean
overlay_is_empty(const Overlay *overlay)
{
    return g_hash_table_size(overlay->entries) == 0;
}

gboolean
overlay_removes(const Overlay *overlay, const guint8 uuid[UUID_LENGTH])
{
    const GPtrArray *list = g_hash_table_lookup(overlay->entries, uuid);
    for (guint i = 0; list && i < list->len; i++)
        if (((const Change *)g_ptr_array_index(list, i))->kind == CHANGE_REMOVE)
            return TRUE;
    return FALSE;
}

/* Where somebody else has changed the same, ours is shown until push finds out. */
static Attributes *
lay_one(const Change *change, const Attributes *shown)
{
    g_autoptr(Attributes) merged = NULL;
    switch (merge_attribute(change->attribute, change->old, change->new, shown, &merged)) {
    case MERGE_CLEAN:
        return attributes_with(shown, merged, change->attribute);
    case MERGE_CONFLICT:
        return attributes_with(shown, change->new, change->attribute);
    case MERGE_NOTHING:
        break;
    }
    return attributes_with(shown, shown, change->attribute);
}

Attributes *
overlay_lay(const Overlay *overlay, const guint8 uuid[UUID_LENGTH], const Attributes *shown)
{
    const GPtrArray *list = g_hash_table_lookup(overlay->entries, uuid);
    g_autoptr(Attributes) laid = NULL;
    for (guint i = 0; list && i < list->len; i++) {
        const Change *change = g_ptr_array_index(list, i);
        if (change->kind != CHANGE_SET)
            continue;
        Attributes *next = lay_one(change, laid ? laid : shown);
        attributes_free(laid);
        laid = next;
    }
    return g_steal_pointer(&laid);
}
