/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/keep.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/journal.h"
#include "store/sync_state.h"
#include "store/tombstones.h"
#include "sync/delta.h"

typedef struct {
    HeldFunc func;
    gpointer user_data;
} Telling;

static void
tell(const HeldRow *row, gpointer user_data)
{
    const Telling *telling = user_data;
    HeldDifference held = {row->id, row->held_at, row->reason, row->removed, row->difference};
    telling->func(&held, telling->user_data);
}

gboolean
keep_pending(const Config *config, Store *store, HeldFunc func, gpointer user_data, GError **error)
{
    Telling telling = {func, user_data};
    return held_each(store, config->directory_uri, tell, &telling, error);
}

/* What a person decided is a new state of the mirror. */
static gboolean
save(Store *store, SyncState *state, const char *actor, const char *deed, gint64 object,
     guint64 count, gint64 now, GError **error)
{
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, object);
    g_autofree char *detail = g_strdup_printf("entries=%" G_GUINT64_FORMAT, count);
    state->generation++;
    state->synced_at = now;
    return sync_state_save(store, state, error) &&
           journal_add(store, now, actor, deed, number, detail, error);
}

/* What the directory shows as something else cannot stay what it was. */
static gboolean
check_others(gint64 id, gint64 others, GError **error)
{
    if (others == 0)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED,
                P_("%" PRId64 " entry of the difference %" PRId64 " is still shown by the "
                   "directory, but no longer as a person or municipality, and cannot be kept as "
                   "one: mend its objectClass there, or directory.person_class and "
                   "directory.municipality_class here, and say rundruf sync; or say rundruf sync "
                   "--approve %" PRId64,
                   "%" PRId64 " entries of the difference %" PRId64 " are still shown by the "
                   "directory, but no longer as persons or municipalities, and cannot be kept as "
                   "such: mend their objectClass there, or directory.person_class and "
                   "directory.municipality_class here, and say rundruf sync; or say rundruf sync "
                   "--approve %" PRId64,
                   (gulong)others),
                others, id, id);
    return FALSE;
}

gboolean
keep_drop(const Config *config, Store *store, gint64 id, gint64 now, const char *actor,
          guint64 *kept, GError **error)
{
    gint64 count = 0, others;
    g_auto(SyncState) state = {0};
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    if (!transaction)
        return FALSE;
    g_autoptr(GBytes) removals = held_removals(store, config->directory_uri, id, &others, error);
    if (!removals || !check_others(id, others, error) || !sync_state_load(store, &state, error) ||
        !entries_settle_held(store, ENTRY_KEPT, now, &count, error) ||
        !held_settle(store, config->directory_uri, 0, error) ||
        !save(store, &state, actor, "sync.drop", id, (guint64)count, now, error) ||
        !store_commit(g_steal_pointer(&transaction), error))
        return FALSE;
    *kept = (guint64)count;
    return TRUE;
}

static gboolean
bring_back(Delta *delta, Store *store, GPtrArray *tombstones, guint64 *back, GError **error)
{
    for (guint i = 0; i < tombstones->len; i++) {
        const Tombstone *tombstone = g_ptr_array_index(tombstones, i);
        gboolean restored;
        if (!delta_restore(delta, tombstone, &restored, error))
            return FALSE;
        if (restored && !tombstones_remove(store, tombstone->id, error))
            return FALSE;
        *back += restored;
    }
    return TRUE;
}

static gboolean
set_nothing_removed(gint64 generation, GError **error)
{
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND,
                _("no sync with the number %" PRId64 " removed anything that is still known"),
                generation);
    return FALSE;
}

gboolean
keep_undo(const Config *config, Store *store, gint64 generation, gint64 now, const char *actor,
          guint64 *back, GError **error)
{
    guint64 count = 0;
    g_auto(GStrv) indexed = field_map_attributes(config->directory_fields);
    g_auto(SyncState) state = {0};
    g_auto(DeltaResult) result = {0};
    g_autoptr(Terms) terms = terms_new((const char *const *)indexed);
    g_autoptr(Evidence) evidence = evidence_new();
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    if (!transaction || !sync_state_load(store, &state, error))
        return FALSE;
    g_autoptr(GPtrArray) tombstones = tombstones_of(store, generation, error);
    g_autoptr(Delta) delta =
        delta_new(config, store, terms, evidence, state.generation + 1, now, 0);
    if (!tombstones)
        return FALSE;
    if (tombstones->len == 0)
        return set_nothing_removed(generation, error);
    if (!delta_begin(delta, error) || !bring_back(delta, store, tombstones, &count, error) ||
        !delta_finish(delta, &result, error))
        return FALSE;
    state.entries += result.entries;
    state.persons += result.persons;
    state.municipalities += result.municipalities;
    if (!save(store, &state, actor, "sync.undo", generation, count, now, error) ||
        !store_commit(g_steal_pointer(&transaction), error))
        return FALSE;
    *back = count;
    return TRUE;
}
