/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/entries.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/statement.h"

#include <string.h>

#define DEPTH_MAX 200

enum { EACH, BLOB, NAME, INSERT, UPDATE, MOVE, REMOVE };

static const char *const texts[] = {
    [EACH] = "SELECT id, uuid, parent, rdn, kind, municipality, digest FROM entry ORDER BY id",
    [BLOB] = "SELECT attributes FROM entry WHERE id = $1",
    [NAME] = "SELECT rdn, parent FROM entry WHERE id = $1",
    [INSERT] =
        "INSERT INTO entry (id, uuid, parent, rdn, kind, municipality, csn, digest, attributes)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    [UPDATE] = "UPDATE entry SET parent = $2, rdn = $3, kind = $4, municipality = $5, csn = $6,"
               " digest = $7, attributes = $8 WHERE id = $1",
    [MOVE] = "UPDATE entry SET parent = $2, rdn = $3, kind = $4, municipality = $5 WHERE id = $1",
    [REMOVE] = "DELETE FROM entry WHERE id = $1",
};

const StatementTable entries_statements = {"entries", texts, G_N_ELEMENTS(texts)};

static const char *const kind_names[] = {
    [ENTRY_OTHER] = "other", [ENTRY_PERSON] = "person", [ENTRY_MUNICIPALITY] = "municipality"};

static gboolean
read_row(Statement *statement, EntryRow *row, GError **error)
{
    gsize uuid_length, digest_length;
    const guint8 *uuid = statement_blob(statement, 1, &uuid_length);
    const guint8 *digest = statement_blob(statement, 6, &digest_length);
    if (uuid_length != UUID_LENGTH || digest_length != ENTRY_DIGEST_LENGTH) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE,
                    _("entry %" PRId64 " is damaged; say: rundruf db check"),
                    statement_int(statement, 0));
        return FALSE;
    }
    const char *kind = statement_text(statement, 4);
    *row = (EntryRow){.id = statement_int(statement, 0),
                      .parent = statement_int(statement, 2),
                      .rdn = statement_text(statement, 3),
                      .municipality = statement_int(statement, 5)};
    for (guint i = 0; i < G_N_ELEMENTS(kind_names); i++)
        if (g_strcmp0(kind, kind_names[i]) == 0)
            row->kind = (EntryKind)i;
    memcpy(row->uuid, uuid, UUID_LENGTH);
    memcpy(row->digest, digest, ENTRY_DIGEST_LENGTH);
    return TRUE;
}

gboolean
entries_each(Store *store, EntryFunc func, gpointer user_data, GError **error)
{
    g_autoptr(Statement) statement = statement_get(store, &entries_statements, EACH, error);
    if (!statement)
        return FALSE;
    StepResult result;
    while ((result = statement_step(statement, error)) == STEP_ROW) {
        EntryRow row;
        if (!read_row(statement, &row, error) || !func(&row, user_data, error))
            return FALSE;
    }
    return result == STEP_DONE;
}

GBytes *
entries_blob(Store *store, gint64 id, GError **error)
{
    g_autoptr(Statement) statement = statement_get(store, &entries_statements, BLOB, error);
    if (!statement)
        return NULL;
    statement_bind_int(statement, 1, id);
    StepResult result = statement_step(statement, error);
    if (result == STEP_DONE)
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND, _("there is no entry %" PRId64),
                    id);
    if (result != STEP_ROW)
        return NULL;
    gsize length;
    gconstpointer data = statement_blob(statement, 0, &length);
    return g_bytes_new(data, length);
}

char *
entries_dn(Store *store, gint64 id, GError **error)
{
    g_autoptr(Statement) statement = statement_get(store, &entries_statements, NAME, error);
    g_autoptr(GString) dn = g_string_new(NULL);
    if (!statement)
        return NULL;
    for (guint depth = 0; id != 0 && depth < DEPTH_MAX; depth++) {
        statement_bind_int(statement, 1, id);
        StepResult result = statement_step(statement, error);
        if (result == STEP_FAILED)
            return NULL;
        if (result == STEP_DONE)
            break;
        if (dn->len)
            g_string_append_c(dn, ',');
        g_string_append(dn, statement_text(statement, 0));
        id = statement_int(statement, 1);
        if (statement_step(statement, error) != STEP_DONE)
            return NULL;
    }
    return g_string_free(g_steal_pointer(&dn), FALSE);
}

static void
bind_reference(Statement *statement, guint number, gint64 id)
{
    if (id)
        statement_bind_int(statement, number, id);
    else
        statement_bind_null(statement, number);
}

gboolean
entries_insert(Store *store, const EntryRow *row, gconstpointer blob, gsize length, GError **error)
{
    g_autoptr(Statement) statement = statement_get(store, &entries_statements, INSERT, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, row->id);
    statement_bind_blob(statement, 2, row->uuid, UUID_LENGTH);
    bind_reference(statement, 3, row->parent);
    statement_bind_text(statement, 4, row->rdn);
    statement_bind_text(statement, 5, kind_names[row->kind]);
    bind_reference(statement, 6, row->municipality);
    statement_bind_text(statement, 7, row->csn);
    statement_bind_blob(statement, 8, row->digest, ENTRY_DIGEST_LENGTH);
    statement_bind_blob(statement, 9, blob, length);
    return statement_run(statement, NULL, error);
}

gboolean
entries_update(Store *store, const EntryRow *row, gconstpointer blob, gsize length, GError **error)
{
    g_autoptr(Statement) statement =
        statement_get(store, &entries_statements, blob ? UPDATE : MOVE, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, row->id);
    bind_reference(statement, 2, row->parent);
    statement_bind_text(statement, 3, row->rdn);
    statement_bind_text(statement, 4, kind_names[row->kind]);
    bind_reference(statement, 5, row->municipality);
    if (blob) {
        statement_bind_text(statement, 6, row->csn);
        statement_bind_blob(statement, 7, row->digest, ENTRY_DIGEST_LENGTH);
        statement_bind_blob(statement, 8, blob, length);
    }
    return statement_run(statement, NULL, error);
}

gboolean
entries_remove(Store *store, gint64 id, GError **error)
{
    g_autoptr(Statement) statement = statement_get(store, &entries_statements, REMOVE, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, id);
    return statement_run(statement, NULL, error);
}
