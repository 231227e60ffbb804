/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/sync_state.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/statement.h"

enum { LOAD, SAVE, HOLD, FIND_SAME, REMOVALS, COUNT, EACH, APPROVE, FORGET, FORGET_OTHERS };

static const char *const texts[] = {
    [LOAD] = "SELECT source, indexed, generation, synced_at, cookie, parameters, audited_at,"
             " entries, persons, municipalities, approved FROM sync_state ORDER BY generation DESC "
             "LIMIT 1",
    [SAVE] = "INSERT INTO sync_state (source, indexed, generation, synced_at, cookie, parameters,"
             " audited_at, entries, persons, municipalities, approved)"
             " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
             " ON CONFLICT (source) DO UPDATE SET"
             " indexed = excluded.indexed, generation = excluded.generation,"
             " synced_at = excluded.synced_at, cookie = excluded.cookie,"
             " parameters = excluded.parameters, audited_at = excluded.audited_at,"
             " entries = excluded.entries, persons = excluded.persons,"
             " municipalities = excluded.municipalities, approved = excluded.approved",
    [HOLD] = "INSERT INTO held (source, held_at, reason, removals, removed, difference, state,"
             " others)"
             " VALUES ($1, (SELECT coalesce(min(held_at), $2) FROM held WHERE source = $1"
             " AND state = 'held'), $3, $4, $5, $6, 'held', $7)",
    [FIND_SAME] = "SELECT id FROM held WHERE source = $1 AND removals = $2 AND state = 'held'",
    [REMOVALS] =
        "SELECT removals, others FROM held WHERE source = $1 AND id = $2 AND state = 'held'",
    [COUNT] =
        "SELECT count(*), coalesce(min(held_at), 0) FROM held WHERE source = $1 AND state = 'held'",
    [EACH] = "SELECT id, held_at, removed, reason, difference FROM held"
             " WHERE source = $1 AND state = 'held' ORDER BY id",
    [APPROVE] = "UPDATE held SET state = 'approved' WHERE source = $1 AND id = $2",
    [FORGET] =
        "UPDATE held SET state = 'past', difference = '' WHERE source = $1 AND state = 'held'",
    [FORGET_OTHERS] = "UPDATE held SET state = 'past', difference = ''"
                      " WHERE source = $1 AND state = 'held' AND id <> $2",
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
    g_clear_pointer(&state->cookie, g_bytes_unref);
    g_clear_pointer(&state->parameters, g_bytes_unref);
    g_clear_pointer(&state->indexed, g_free);
}

static GBytes *
get_bytes(Statement *statement, int column)
{
    gsize length;
    gconstpointer data = statement_blob(statement, column, &length);
    return data ? g_bytes_new(data, length) : NULL;
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
    if (result == STEP_DONE) {
        *state = (SyncState){.source = g_strdup(""), .indexed = g_strdup("")};
        return TRUE;
    }
    *state = (SyncState){.known = TRUE,
                         .source = g_strdup(statement_text(load, 0)),
                         .indexed = g_strdup(statement_text(load, 1)),
                         .generation = statement_int(load, 2),
                         .synced_at = statement_int(load, 3),
                         .cookie = get_bytes(load, 4),
                         .parameters = get_bytes(load, 5),
                         .audited_at = statement_int(load, 6),
                         .entries = statement_int(load, 7),
                         .persons = statement_int(load, 8),
                         .municipalities = statement_int(load, 9),
                         .approved = statement_int(load, 10)};
    return TRUE;
}

static void
bind_bytes(Statement *statement, guint number, GBytes *bytes)
{
    if (bytes)
        statement_bind_blob(statement, number, g_bytes_get_data(bytes, NULL),
                            g_bytes_get_size(bytes));
    else
        statement_bind_null(statement, number);
}

gboolean
sync_state_save(Store *store, const SyncState *state, GError **error)
{
    g_autoptr(Statement) save = get(store, SAVE, state->source, error);
    if (!save)
        return FALSE;
    statement_bind_text(save, 2, state->indexed);
    statement_bind_int(save, 3, state->generation);
    statement_bind_int(save, 4, state->synced_at);
    bind_bytes(save, 5, state->cookie);
    bind_bytes(save, 6, state->parameters);
    statement_bind_int(save, 7, state->audited_at);
    statement_bind_int(save, 8, state->entries);
    statement_bind_int(save, 9, state->persons);
    statement_bind_int(save, 10, state->municipalities);
    statement_bind_int(save, 11, state->approved);
    return statement_run(save, NULL, error);
}

static gboolean
find_same(Store *store, const char *source, GBytes *removals, gint64 *id, GError **error)
{
    g_autoptr(Statement) find = get(store, FIND_SAME, source, error);
    if (!find)
        return FALSE;
    bind_bytes(find, 2, removals);
    StepResult result = statement_step(find, error);
    *id = result == STEP_ROW ? statement_int(find, 0) : 0;
    return result != STEP_FAILED;
}

gboolean
held_add(Store *store, const char *source, gint64 now, const char *reason, GBytes *removals,
         gint64 removed, gint64 others, const char *difference, gint64 *id, gboolean *fresh,
         GError **error)
{
    g_autoptr(Statement) forget = get(store, FORGET_OTHERS, source, error);
    if (!forget || !find_same(store, source, removals, id, error))
        return FALSE;
    *fresh = *id == 0;
    if (*fresh) {
        g_autoptr(Statement) hold = get(store, HOLD, source, error);
        if (!hold)
            return FALSE;
        statement_bind_int(hold, 2, now);
        statement_bind_text(hold, 3, reason);
        bind_bytes(hold, 4, removals);
        statement_bind_int(hold, 5, removed);
        statement_bind_text(hold, 6, difference);
        statement_bind_int(hold, 7, others);
        if (!statement_run(hold, NULL, error) || !find_same(store, source, removals, id, error))
            return FALSE;
    }
    statement_bind_int(forget, 2, *id);
    return statement_run(forget, NULL, error);
}

GBytes *
held_removals(Store *store, const char *source, gint64 id, gint64 *others, GError **error)
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
    *others = statement_int(statement, 1);
    return g_bytes_new(data, length);
}

gboolean
held_count(Store *store, const char *source, gint64 *count, gint64 *since, GError **error)
{
    g_autoptr(Statement) statement = get(store, COUNT, source, error);
    if (!statement || statement_step(statement, error) != STEP_ROW)
        return FALSE;
    *count = statement_int(statement, 0);
    *since = statement_int(statement, 1);
    return TRUE;
}

gboolean
held_each(Store *store, const char *source, HeldEach each, gpointer user_data, GError **error)
{
    g_autoptr(Statement) statement = get(store, EACH, source, error);
    StepResult result = STEP_FAILED;
    while (statement && (result = statement_step(statement, error)) == STEP_ROW) {
        HeldRow row = {statement_int(statement, 0), statement_int(statement, 1),
                       statement_int(statement, 2), statement_text(statement, 3),
                       statement_text(statement, 4)};
        each(&row, user_data);
    }
    return result == STEP_DONE;
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
