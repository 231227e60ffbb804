/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/sync_state.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/statement.h"

enum { LOAD, SAVE, HOLD, FIND_SAME, REMOVALS, COUNT, APPROVE, FORGET };

static const char *const texts[] = {
    [LOAD] = "SELECT source, indexed, generation, synced_at FROM sync_state"
             " ORDER BY generation DESC LIMIT 1",
    [SAVE] = "INSERT INTO sync_state (source, indexed, generation, synced_at)"
             " VALUES ($1, $2, $3, $4) ON CONFLICT (source) DO UPDATE SET"
             " indexed = excluded.indexed, generation = excluded.generation,"
             " synced_at = excluded.synced_at",
    [HOLD] = "INSERT INTO held (source, held_at, reason, removals, removed, difference, state)"
             " VALUES ($1, $2, $3, $4, $5, $6, 'held')",
    [FIND_SAME] = "SELECT id FROM held WHERE source = $1 AND removals = $2 AND state = 'held'",
    [REMOVALS] = "SELECT removals FROM held WHERE source = $1 AND id = $2 AND state = 'held'",
    [COUNT] = "SELECT count(*) FROM held WHERE source = $1 AND state = 'held'",
    [APPROVE] = "UPDATE held SET state = 'approved' WHERE source = $1 AND id = $2",
    [FORGET] = "DELETE FROM held WHERE source = $1 AND state = 'held'",
};

const StatementTable sync_state_statements = {"sync_state", texts, G_N_ELEMENTS(texts)};

static Statement *
get(Store *store, guint index, const char *source, GError **error)
{
    Statement *statement = statement_get(store, &sync_state_statements, index, error);
    if (statement && source)
        statement_bind_text(statement, 1, source);
    return statement;
}

void
sync_state_clear(SyncState *state)
{
    g_clear_pointer(&state->source, g_free);
    g_clear_pointer(&state->indexed, g_free);
}

gboolean
sync_state_load(Store *store, SyncState *state, GError **error)
{
    g_autoptr(Statement) load = get(store, LOAD, NULL, error);
    if (!load)
        return FALSE;
    StepResult result = statement_step(load, error);
    if (result == STEP_FAILED)
        return FALSE;
    gboolean known = result == STEP_ROW;
    *state = (SyncState){.known = known,
                         .source = g_strdup(known ? statement_text(load, 0) : ""),
                         .indexed = g_strdup(known ? statement_text(load, 1) : ""),
                         .generation = known ? statement_int(load, 2) : 0,
                         .synced_at = known ? statement_int(load, 3) : 0};
    return TRUE;
}

gboolean
sync_state_save(Store *store, const char *source, const char *indexed, gint64 generation,
                gint64 now, GError **error)
{
    g_autoptr(Statement) save = get(store, SAVE, source, error);
    if (!save)
        return FALSE;
    statement_bind_text(save, 2, indexed);
    statement_bind_int(save, 3, generation);
    statement_bind_int(save, 4, now);
    return statement_run(save, NULL, error);
}

static gboolean
find_same(Store *store, const char *source, GBytes *removals, gint64 *id, GError **error)
{
    g_autoptr(Statement) find = get(store, FIND_SAME, source, error);
    if (!find)
        return FALSE;
    statement_bind_blob(find, 2, g_bytes_get_data(removals, NULL), g_bytes_get_size(removals));
    StepResult result = statement_step(find, error);
    *id = result == STEP_ROW ? statement_int(find, 0) : 0;
    return result != STEP_FAILED;
}

gboolean
held_add(Store *store, const char *source, gint64 now, const char *reason, GBytes *removals,
         gint64 removed, const char *difference, gint64 *id, GError **error)
{
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    gint64 found;
    if (!transaction || !find_same(store, source, removals, &found, error))
        return FALSE;
    if (found == 0) {
        g_autoptr(Statement) hold = get(store, HOLD, source, error);
        if (!hold)
            return FALSE;
        statement_bind_int(hold, 2, now);
        statement_bind_text(hold, 3, reason);
        statement_bind_blob(hold, 4, g_bytes_get_data(removals, NULL), g_bytes_get_size(removals));
        statement_bind_int(hold, 5, removed);
        statement_bind_text(hold, 6, difference);
        if (!statement_run(hold, NULL, error) || !find_same(store, source, removals, &found, error))
            return FALSE;
    }
    if (!store_commit(g_steal_pointer(&transaction), error))
        return FALSE;
    *id = found;
    return TRUE;
}

GBytes *
held_removals(Store *store, const char *source, gint64 id, GError **error)
{
    g_autoptr(Statement) statement = get(store, REMOVALS, source, error);
    if (!statement)
        return NULL;
    statement_bind_int(statement, 2, id);
    StepResult result = statement_step(statement, error);
    if (result == STEP_DONE)
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND,
                    _("no held difference has the number %" PRId64
                      "; say rundruf sync to see what is held now"),
                    id);
    if (result != STEP_ROW)
        return NULL;
    gsize length;
    gconstpointer data = statement_blob(statement, 0, &length);
    return g_bytes_new(data, length);
}

gboolean
held_count(Store *store, const char *source, gint64 *count, GError **error)
{
    g_autoptr(Statement) statement = get(store, COUNT, source, error);
    if (!statement || statement_step(statement, error) != STEP_ROW)
        return FALSE;
    *count = statement_int(statement, 0);
    return TRUE;
}

gboolean
held_settle(Store *store, const char *source, gint64 approved, GError **error)
{
    g_autoptr(Statement) approve = get(store, APPROVE, source, error);
    g_autoptr(Statement) forget = get(store, FORGET, source, error);
    if (!approve || !forget)
        return FALSE;
    statement_bind_int(approve, 2, approved);
    return statement_run(approve, NULL, error) && statement_run(forget, NULL, error);
}
