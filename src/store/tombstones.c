/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/tombstones.h"

#include "store/statement.h"

#include <string.h>

enum { ADD, OF, REMOVE, EXPIRE, RECENT };

static const char *const texts[] = {
    [ADD] = "INSERT INTO tombstone (generation, uuid, dn, kind, csn, digest, attributes,"
            " removed_at) SELECT $1, uuid, $3, kind, csn, digest, attributes, $4 FROM entry"
            " WHERE id = $2",
    [OF] = "SELECT id, uuid, dn, csn, digest, attributes FROM tombstone WHERE generation = $1"
           " ORDER BY length(dn), id",
    [REMOVE] = "DELETE FROM tombstone WHERE id = $1",
    [EXPIRE] = "DELETE FROM tombstone WHERE removed_at < $1",
    [RECENT] = "SELECT count(DISTINCT t.uuid) FROM tombstone t"
               " WHERE t.removed_at >= $1 AND t.generation > $2 AND t.kind <> 'other'"
               " AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.uuid = t.uuid)"
               " AND NOT EXISTS (SELECT 1 FROM change c WHERE c.uuid = t.uuid"
               " AND c.kind = 'remove' AND c.state IN ('waiting', 'sent', 'done'))",
};

const StatementTable tombstones_statements = {"tombstones", texts, G_N_ELEMENTS(texts)};

gboolean
tombstones_add(Store *store, gint64 generation, gint64 id, const char *dn, gint64 now,
               GError **error)
{
    g_autoptr(Statement) add = statement_get(store, &tombstones_statements, ADD, error);
    if (!add)
        return FALSE;
    statement_bind_int(add, 1, generation);
    statement_bind_int(add, 2, id);
    statement_bind_text(add, 3, dn);
    statement_bind_int(add, 4, now);
    return statement_run(add, NULL, error);
}

void
tombstone_free(Tombstone *tombstone)
{
    if (!tombstone)
        return;
    g_free(tombstone->dn);
    g_free(tombstone->csn);
    g_bytes_unref(tombstone->attributes);
    g_free(tombstone);
}

static Tombstone *
read_row(Statement *row)
{
    gsize uuid_length, digest_length, length;
    const guint8 *uuid = statement_blob(row, 1, &uuid_length);
    const guint8 *digest = statement_blob(row, 4, &digest_length);
    gconstpointer attributes = statement_blob(row, 5, &length);
    Tombstone *tombstone = g_new0(Tombstone, 1);
    tombstone->id = statement_int(row, 0);
    tombstone->dn = g_strdup(statement_text(row, 2));
    tombstone->csn = g_strdup(statement_text(row, 3));
    memcpy(tombstone->uuid, uuid, MIN(uuid_length, UUID_LENGTH));
    memcpy(tombstone->digest, digest, MIN(digest_length, DIGEST_LENGTH));
    tombstone->attributes = g_bytes_new(attributes, length);
    return tombstone;
}

GPtrArray *
tombstones_of(Store *store, gint64 generation, GError **error)
{
    g_autoptr(Statement) of = statement_get(store, &tombstones_statements, OF, error);
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)tombstone_free);
    StepResult result = STEP_FAILED;
    if (of)
        statement_bind_int(of, 1, generation);
    while (of && (result = statement_step(of, error)) == STEP_ROW)
        g_ptr_array_add(all, read_row(of));
    return result == STEP_DONE ? g_steal_pointer(&all) : NULL;
}

static gboolean
run(Store *store, guint index, gint64 number, GError **error)
{
    g_autoptr(Statement) statement = statement_get(store, &tombstones_statements, index, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, number);
    return statement_run(statement, NULL, error);
}

gboolean
tombstones_remove(Store *store, gint64 id, GError **error)
{
    return run(store, REMOVE, id, error);
}

gboolean
tombstones_expire(Store *store, gint64 now, GError **error)
{
    return run(store, EXPIRE, now - TOMBSTONE_LIFETIME_S, error);
}

gboolean
tombstones_recent(Store *store, gint64 since, gint64 after, guint64 *count, GError **error)
{
    g_autoptr(Statement) recent = statement_get(store, &tombstones_statements, RECENT, error);
    if (!recent)
        return FALSE;
    statement_bind_int(recent, 1, since);
    statement_bind_int(recent, 2, after);
    if (statement_step(recent, error) != STEP_ROW)
        return FALSE;
    *count = (guint64)statement_int(recent, 0);
    return TRUE;
}
