/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "terms_view.h"

#include "store/postings.h"

#include <string.h>

/* terms_of(block): a virtual table without rows of its own */
enum { COLUMN_NORM, COLUMN_ENTRY, COLUMN_BLOCK };

typedef struct {
    char *norm;
    gint64 entry;
} Row;

typedef struct {
    sqlite3_vtab_cursor base;
    GArray *rows; /* of Row */
    guint at;
} Cursor;

static int
table_connect(sqlite3 *db, G_GNUC_UNUSED void *aux, G_GNUC_UNUSED int argc,
              G_GNUC_UNUSED const char *const *argv, sqlite3_vtab **table,
              G_GNUC_UNUSED char **message)
{
    *table = sqlite3_malloc(sizeof **table);
    memset(*table, 0, sizeof **table);
    return sqlite3_declare_vtab(db, "CREATE TABLE x (norm, entry, block HIDDEN)");
}

static int
table_disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

static int
table_best_index(G_GNUC_UNUSED sqlite3_vtab *table, sqlite3_index_info *info)
{
    for (int i = 0; i < info->nConstraint; i++) {
        if (info->aConstraint[i].iColumn != COLUMN_BLOCK || !info->aConstraint[i].usable)
            continue;
        info->aConstraintUsage[i].argvIndex = 1;
        info->aConstraintUsage[i].omit = 1;
        return SQLITE_OK;
    }
    return SQLITE_CONSTRAINT;
}

static void
row_clear(gpointer row)
{
    g_free(((Row *)row)->norm);
}

static int
cursor_open(G_GNUC_UNUSED sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
    Cursor *fresh = g_new0(Cursor, 1);
    fresh->rows = g_array_new(FALSE, FALSE, sizeof(Row));
    g_array_set_clear_func(fresh->rows, row_clear);
    *cursor = &fresh->base;
    return SQLITE_OK;
}

static int
cursor_close(sqlite3_vtab_cursor *base)
{
    g_array_unref(((Cursor *)base)->rows);
    g_free(base);
    return SQLITE_OK;
}

static int
cursor_filter(sqlite3_vtab_cursor *base, G_GNUC_UNUSED int number, G_GNUC_UNUSED const char *text,
              G_GNUC_UNUSED int argc, sqlite3_value **argv)
{
    Cursor *cursor = (Cursor *)base;
    PostingReader reader;
    PostingTerm term;
    g_array_set_size(cursor->rows, 0);
    cursor->at = 0;
    posting_reader_init(&reader, sqlite3_value_blob(argv[0]), (gsize)sqlite3_value_bytes(argv[0]));
    while (posting_reader_next(&reader, &term)) {
        g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(gint64));
        if (!postings_each(term.list, term.list_length, postings_append, entries))
            return SQLITE_CORRUPT;
        for (guint i = 0; i < entries->len; i++) {
            Row row = {g_strndup(term.key, term.length), g_array_index(entries, gint64, i)};
            g_array_append_val(cursor->rows, row);
        }
    }
    return reader.damaged ? SQLITE_CORRUPT : SQLITE_OK;
}

static int
cursor_next(sqlite3_vtab_cursor *base)
{
    ((Cursor *)base)->at++;
    return SQLITE_OK;
}

static int
cursor_eof(sqlite3_vtab_cursor *base)
{
    const Cursor *cursor = (Cursor *)base;
    return cursor->at >= cursor->rows->len;
}

static int
cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const Cursor *cursor = (Cursor *)base;
    const Row *row = &g_array_index(cursor->rows, Row, cursor->at);
    if (column == COLUMN_NORM)
        sqlite3_result_text(context, row->norm, -1, SQLITE_TRANSIENT);
    else if (column == COLUMN_ENTRY)
        sqlite3_result_int64(context, row->entry);
    return SQLITE_OK;
}

static int
cursor_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
    *rowid = ((Cursor *)base)->at;
    return SQLITE_OK;
}

static const sqlite3_module terms_of = {
    .xConnect = table_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = cursor_open,
    .xClose = cursor_close,
    .xFilter = cursor_filter,
    .xNext = cursor_next,
    .xEof = cursor_eof,
    .xColumn = cursor_column,
    .xRowid = cursor_rowid,
};

void
terms_view(sqlite3 *db)
{
    g_assert_cmpint(sqlite3_create_module(db, "terms_of", &terms_of, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db,
                                 "CREATE TEMP VIEW term AS SELECT p.attribute AS attribute,"
                                 " t.norm AS norm, t.entry AS entry"
                                 " FROM posting p JOIN terms_of(p.block) t",
                                 NULL, NULL, NULL),
                    ==, SQLITE_OK);
}

int
terms_ask(const char *path, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    terms_view(db);
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
    int result = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : 0;
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return result;
}
