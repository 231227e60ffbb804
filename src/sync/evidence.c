/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "sync/delta.h"
#include "sync/uuids.h"

Evidence *
evidence_new(void)
{
    Evidence *evidence = g_new0(Evidence, 1);
    evidence->found = content_new();
    evidence->gone = uuids_set_new();
    evidence->explored = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    evidence->ask = uuids_set_new();
    evidence->below = g_ptr_array_new_with_free_func(g_free);
    return evidence;
}

void
evidence_free(Evidence *evidence)
{
    if (!evidence)
        return;
    content_free(evidence->found);
    g_hash_table_unref(evidence->gone);
    g_hash_table_unref(evidence->explored);
    g_hash_table_unref(evidence->ask);
    g_ptr_array_unref(evidence->below);
    g_free(evidence);
}

/* a directory that is a file answers with more than was asked for */
static gboolean
take_asked(const DirectoryEntry *entry, gpointer user_data, GError **error)
{
    Evidence *evidence = user_data;
    control_see(&evidence->control, entry->uuid);
    return !g_hash_table_contains(evidence->ask, entry->uuid) ||
           content_take_entry(entry, evidence->found, error);
}

static gboolean
gather_asked(Evidence *evidence, Directory *directory, GError **error)
{
    g_autoptr(GByteArray) uuids = g_byte_array_new();
    GHashTableIter iter;
    gpointer uuid;
    g_hash_table_iter_init(&iter, evidence->ask);
    while (g_hash_table_iter_next(&iter, &uuid, NULL))
        g_byte_array_append(uuids, uuid, UUID_LENGTH);
    if (uuids->len == 0)
        return TRUE;
    control_ask(&evidence->control, uuids);
    DirectoryQuery query = {.uuids = uuids->data, .count = uuids->len / UUID_LENGTH};
    if (!directory_search(directory, &query, take_asked, evidence, NULL, error) ||
        !control_check(&evidence->control, error))
        return FALSE;
    g_hash_table_iter_init(&iter, evidence->ask);
    while (g_hash_table_iter_next(&iter, &uuid, NULL))
        if (!g_hash_table_contains(evidence->found->by_uuid, uuid))
            uuids_set_add(evidence->gone, uuid);
    g_hash_table_remove_all(evidence->ask);
    return TRUE;
}

gboolean
evidence_gather(Evidence *evidence, Directory *directory, GError **error)
{
    for (guint i = 0; i < evidence->below->len; i++) {
        DirectoryQuery query = {.below = g_ptr_array_index(evidence->below, i)};
        g_autoptr(GError) wrong = NULL;
        gboolean good =
            directory_search(directory, &query, content_take_entry, evidence->found, NULL, &wrong);
        /* it has gone again meanwhile: the feed will tell */
        if (!good && !g_error_matches(wrong, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND)) {
            g_propagate_error(error, g_steal_pointer(&wrong));
            return FALSE;
        }
    }
    g_ptr_array_set_size(evidence->below, 0);
    return gather_asked(evidence, directory, error) && content_flush(evidence->found, error);
}
