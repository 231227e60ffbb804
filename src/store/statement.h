/* SPDX-License-Identifier: GPL-3.0-or-later */
/* statement.h - SQL statements: tables of their texts, binding, stepping (inside store/ only)
 *
 * Each file of a table family holds its texts in one StatementTable; statement_tables[] lists
 * them all, so that `rundruf db check` and a test can prepare every one. Texts use $1, $2 ...
 * and the common subset of SQLite and PostgreSQL.
 *
 *     g_autoptr(Statement) s = statement_get(store, &lists_statements, LISTS_FIND, error);
 *     if (!s)
 *         return FALSE;
 *     statement_bind_text(s, 1, name);
 *     switch (statement_step(s, error)) ...
 *
 * A statement is reset when it goes out of scope. The next step reports failures to bind. */
#ifndef RUNDRUF_STORE_STATEMENT_H
#define RUNDRUF_STORE_STATEMENT_H

#include "store/store.h"

typedef struct {
    const char *family; /* the file's prefix, for messages */
    const char *const *sql;
    guint count;
} StatementTable;

extern const StatementTable *const statement_tables[]; /* NULL at the end */
extern const StatementTable blocks_statements;
extern const StatementTable changes_statements;
extern const StatementTable consents_statements;
extern const StatementTable deliveries_statements;
extern const StatementTable events_statements;
extern const StatementTable holds_statements;
extern const StatementTable list_changes_statements;
extern const StatementTable list_persons_statements;
extern const StatementTable lists_statements;
extern const StatementTable mailings_statements;
extern const StatementTable mirror_statements;
extern const StatementTable suppressed_statements;
extern const StatementTable suppression_set_statements;
extern const StatementTable suppressions_statements;
extern const StatementTable entries_statements;
extern const StatementTable journal_statements;
extern const StatementTable notices_statements;
extern const StatementTable persons_statements;
extern const StatementTable registrations_statements;
extern const StatementTable relay_fault_statements;
extern const StatementTable roster_statements;
extern const StatementTable select_statements;
extern const StatementTable schemas_statements;
extern const StatementTable sync_state_statements;
extern const StatementTable terms_statements;
extern const StatementTable tombstones_statements;
extern const StatementTable traces_statements;

typedef struct Statement Statement;
typedef enum { STEP_FAILED, STEP_ROW, STEP_DONE } StepResult;

/* The prepared statement `index` of `table`, from the connection's cache; it must not be in use. */
Statement *statement_get(Store *store, const StatementTable *table, guint index, GError **error);

/* A statement that is not from the cache: it may be used while another one like it is. */
Statement *statement_prepare(Store *store, const char *sql, GError **error);

/* Back to the cache, or freed if it is none of the cache's. */
void statement_release(Statement *statement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Statement, statement_release)

/* Binds $`number`. Text and blobs are copied; NULL binds NULL. */
void statement_bind_text(Statement *statement, guint number, const char *text);
void statement_bind_int(Statement *statement, guint number, gint64 value);
void statement_bind_blob(Statement *statement, guint number, gconstpointer data, gsize length);
void statement_bind_null(Statement *statement, guint number);

/* The same without a copy, for what is written by the 100,000: it must stay as it is until the
 * statement is bound anew or goes out of scope. */
void statement_lend_text(Statement *statement, guint number, const char *text, gsize length);
void statement_lend_blob(Statement *statement, guint number, gconstpointer data, gsize length);

/* The next row. After DONE or FAILED the statement may be bound and stepped again. */
StepResult statement_step(Statement *statement, GError **error);

/* Runs a statement that gives no row. `changes` (or NULL) gets the number of rows it changed. */
gboolean statement_run(Statement *statement, gint64 *changes, GError **error);

/* Runs a statement that gives at most one row of one number (RETURNING id, count(*)) to its end, so
 * that it is committed where no transaction is open. `number` stays as it is if there is no row. */
gboolean statement_run_number(Statement *statement, gint64 *number, GError **error);

/* Columns of the current row, from 0; text and blob are valid until the next step. */
gint64 statement_int(Statement *statement, int column);
const char *statement_text(Statement *statement, int column); /* NULL for NULL */
gconstpointer statement_blob(Statement *statement, int column, gsize *length);

#endif
