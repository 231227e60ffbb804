/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/statement.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/connection.h"

struct Statement {
    Store *store;
    sqlite3_stmt *stmt;
    gboolean cached, in_use;
    int bind_failure; /* the first failure to bind since the last step */
    int *position;    /* SQLite's index of $1, $2 ...: it takes $2 for a name */
    guint parameters;
};

const StatementTable *const statement_tables[] = {
    &changes_statements,         &deliveries_statements,
    &events_statements,          &holds_statements,
    &list_changes_statements,    &list_persons_statements,
    &traces_statements,          &lists_statements,
    &mailings_statements,        &mirror_statements,
    &suppression_set_statements, &suppressions_statements,
    &entries_statements,         &journal_statements,
    &notices_statements,         &persons_statements,
    &relay_fault_statements,     &roster_statements,
    &sync_state_statements,      &terms_statements,
    &tombstones_statements,      &consents_statements,
    &registrations_statements,   &suppressed_statements,
    &schemas_statements,         &blocks_statements,
    &select_statements,          NULL,
};

static void
statement_free(Statement *statement)
{
    sqlite3_finalize(statement->stmt);
    g_free(statement->position);
    g_free(statement);
}

void
connection_drop_statements(Store *store)
{
    g_clear_pointer(&store->cache, g_hash_table_unref);
}

Statement *
statement_prepare(Store *store, const char *sql, GError **error)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    if (code != SQLITE_OK) {
        connection_set_error(store, code, _("cannot prepare a statement"), error);
        return NULL;
    }
    Statement *statement = g_new0(Statement, 1);
    statement->store = store;
    statement->stmt = stmt;
    statement->in_use = TRUE;
    statement->parameters = (guint)sqlite3_bind_parameter_count(stmt);
    statement->position = g_new0(int, statement->parameters + 1);
    for (guint i = 1; i <= statement->parameters; i++) {
        char name[16];
        g_snprintf(name, sizeof name, "$%u", i);
        statement->position[i] = sqlite3_bind_parameter_index(stmt, name);
    }
    return statement;
}

Statement *
statement_get(Store *store, const StatementTable *table, guint index, GError **error)
{
    const char *sql = table->sql[index];
    if (!store->cache)
        store->cache = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)statement_free);
    Statement *statement = g_hash_table_lookup(store->cache, sql);
    if (!statement) {
        statement = statement_prepare(store, sql, error);
        if (!statement) {
            g_prefix_error(error, "%s[%u]: ", table->family, index);
            return NULL;
        }
        statement->cached = TRUE;
        g_hash_table_insert(store->cache, (gpointer)sql, statement);
    } else if (statement->in_use) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED, "%s[%u] is in use already",
                    table->family, index);
        return NULL;
    }
    statement->in_use = TRUE;
    return statement;
}

void
statement_release(Statement *statement)
{
    if (!statement)
        return;
    if (!statement->cached) {
        statement_free(statement);
        return;
    }
    sqlite3_reset(statement->stmt);
    sqlite3_clear_bindings(statement->stmt);
    statement->bind_failure = SQLITE_OK;
    statement->in_use = FALSE;
}

static int
position_of(Statement *statement, guint number)
{
    return number <= statement->parameters ? statement->position[number] : 0;
}

static void
note_bind(Statement *statement, int code)
{
    if (statement->bind_failure == SQLITE_OK)
        statement->bind_failure = code;
}

void
statement_bind_text(Statement *statement, guint number, const char *text)
{
    note_bind(statement, sqlite3_bind_text(statement->stmt, position_of(statement, number), text,
                                           -1, SQLITE_TRANSIENT));
}

void
statement_bind_int(Statement *statement, guint number, gint64 value)
{
    note_bind(statement,
              sqlite3_bind_int64(statement->stmt, position_of(statement, number), value));
}

void
statement_bind_blob(Statement *statement, guint number, gconstpointer data, gsize length)
{
    note_bind(statement, sqlite3_bind_blob64(statement->stmt, position_of(statement, number), data,
                                             length, SQLITE_TRANSIENT));
}

void
statement_bind_null(Statement *statement, guint number)
{
    note_bind(statement, sqlite3_bind_null(statement->stmt, position_of(statement, number)));
}

void
statement_lend_text(Statement *statement, guint number, const char *text, gsize length)
{
    note_bind(statement, sqlite3_bind_text64(statement->stmt, position_of(statement, number), text,
                                             length, SQLITE_STATIC, SQLITE_UTF8));
}

void
statement_lend_blob(Statement *statement, guint number, gconstpointer data, gsize length)
{
    note_bind(statement, sqlite3_bind_blob64(statement->stmt, position_of(statement, number), data,
                                             length, SQLITE_STATIC));
}

StepResult
statement_step(Statement *statement, GError **error)
{
    int code = statement->bind_failure;
    statement->bind_failure = SQLITE_OK;
    if (code == SQLITE_OK)
        code = sqlite3_step(statement->stmt);
    if (code == SQLITE_ROW)
        return STEP_ROW;
    if (code != SQLITE_DONE)
        connection_set_error(statement->store, code, _("cannot run a statement"), error);
    sqlite3_reset(statement->stmt);
    return code == SQLITE_DONE ? STEP_DONE : STEP_FAILED;
}

gboolean
statement_run(Statement *statement, gint64 *changes, GError **error)
{
    StepResult result = statement_step(statement, error);
    g_return_val_if_fail(result != STEP_ROW, FALSE);
    if (result == STEP_DONE && changes)
        *changes = sqlite3_changes64(statement->store->db);
    return result == STEP_DONE;
}

gboolean
statement_run_number(Statement *statement, gint64 *number, GError **error)
{
    StepResult result = statement_step(statement, error);
    if (result != STEP_ROW)
        return result == STEP_DONE;
    gint64 found = statement_int(statement, 0);
    if (statement_step(statement, error) != STEP_DONE)
        return FALSE;
    *number = found;
    return TRUE;
}

gint64
statement_int(Statement *statement, int column)
{
    return sqlite3_column_int64(statement->stmt, column);
}

const char *
statement_text(Statement *statement, int column)
{
    return (const char *)sqlite3_column_text(statement->stmt, column);
}

gconstpointer
statement_blob(Statement *statement, int column, gsize *length)
{
    gconstpointer data = sqlite3_column_blob(statement->stmt, column);
    *length = (gsize)sqlite3_column_bytes(statement->stmt, column);
    return data;
}
