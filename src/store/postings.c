/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/postings.h"

#include <string.h>

void
postings_put(GByteArray *rest, guint64 difference)
{
    guint8 octets[10];
    guint count = 0;
    for (; difference > 0x7f; difference >>= 7)
        octets[count++] = (guint8)(difference | 0x80);
    octets[count++] = (guint8)difference;
    g_byte_array_append(rest, octets, count);
}

/* the next difference; 0 at the end or where the octets are none */
static guint64
take_difference(const guint8 **at, const guint8 *end)
{
    guint64 difference = 0;
    for (guint shift = 0; *at < end && shift < 63; shift += 7) {
        guint8 octet = *(*at)++;
        difference |= (guint64)(octet & 0x7f) << shift;
        if (!(octet & 0x80))
            return difference;
    }
    return 0;
}

gboolean
postings_take(gint64 first, gconstpointer rest, gsize length, GArray *entries)
{
    const guint8 *at = rest, *end = length ? at + length : at;
    g_array_append_val(entries, first);
    while (at < end) {
        guint64 difference = take_difference(&at, end);
        if (difference == 0 || difference > (guint64)(G_MAXINT64 - first))
            return FALSE;
        first += (gint64)difference;
        g_array_append_val(entries, first);
    }
    return TRUE;
}

/* ---- entries_of(first, rest): a virtual table without rows of its own ---- */

enum { COLUMN_ENTRY, COLUMN_FIRST, COLUMN_REST };

typedef struct {
    sqlite3_vtab_cursor base;
    sqlite3_value *rest; /* keeps the octets */
    const guint8 *at, *end;
    gint64 entry;
    gboolean done;
} Cursor;

static int
table_connect(sqlite3 *db, G_GNUC_UNUSED void *aux, G_GNUC_UNUSED int argc,
              G_GNUC_UNUSED const char *const *argv, sqlite3_vtab **table,
              G_GNUC_UNUSED char **message)
{
    int code = sqlite3_declare_vtab(db, "CREATE TABLE x (entry, first HIDDEN, rest HIDDEN)");
    if (code != SQLITE_OK)
        return code;
    *table = sqlite3_malloc(sizeof **table);
    if (!*table)
        return SQLITE_NOMEM;
    memset(*table, 0, sizeof **table);
    return sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS); /* a view may use it */
}

static int
table_disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

/* both arguments must be known before the rows can be */
static int
table_best_index(G_GNUC_UNUSED sqlite3_vtab *table, sqlite3_index_info *info)
{
    int argument[] = {-1, -1};
    for (int i = 0; i < info->nConstraint; i++) {
        int column = info->aConstraint[i].iColumn;
        if (column < COLUMN_FIRST || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
            continue;
        if (info->aConstraint[i].usable)
            argument[column - COLUMN_FIRST] = i;
    }
    for (int i = 0; i < 2; i++) {
        if (argument[i] < 0)
            return SQLITE_CONSTRAINT;
        info->aConstraintUsage[argument[i]].argvIndex = i + 1;
        info->aConstraintUsage[argument[i]].omit = 1;
    }
    info->estimatedCost = 10;
    info->estimatedRows = POSTINGS_MAX / 8;
    return SQLITE_OK;
}

static int
cursor_open(G_GNUC_UNUSED sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
    Cursor *fresh = sqlite3_malloc(sizeof *fresh);
    if (!fresh)
        return SQLITE_NOMEM;
    memset(fresh, 0, sizeof *fresh);
    *cursor = &fresh->base;
    return SQLITE_OK;
}

static int
cursor_close(sqlite3_vtab_cursor *base)
{
    Cursor *cursor = (Cursor *)base;
    sqlite3_value_free(cursor->rest);
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int
cursor_filter(sqlite3_vtab_cursor *base, G_GNUC_UNUSED int number, G_GNUC_UNUSED const char *text,
              G_GNUC_UNUSED int argc, sqlite3_value **argv)
{
    Cursor *cursor = (Cursor *)base;
    sqlite3_value_free(cursor->rest);
    cursor->rest = sqlite3_value_dup(argv[1]);
    if (!cursor->rest)
        return SQLITE_NOMEM;
    cursor->entry = sqlite3_value_int64(argv[0]);
    cursor->at = sqlite3_value_blob(cursor->rest);
    cursor->end = cursor->at ? cursor->at + sqlite3_value_bytes(cursor->rest) : NULL;
    cursor->done = FALSE;
    return SQLITE_OK;
}

static int
cursor_next(sqlite3_vtab_cursor *base)
{
    Cursor *cursor = (Cursor *)base;
    cursor->done = cursor->at == cursor->end;
    if (cursor->done)
        return SQLITE_OK;
    guint64 difference = take_difference(&cursor->at, cursor->end);
    if (difference == 0 || difference > (guint64)(G_MAXINT64 - cursor->entry))
        return SQLITE_CORRUPT;
    cursor->entry += (gint64)difference;
    return SQLITE_OK;
}

static int
cursor_eof(sqlite3_vtab_cursor *base)
{
    return ((Cursor *)base)->done;
}

static int
cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    if (column == COLUMN_ENTRY)
        sqlite3_result_int64(context, ((Cursor *)base)->entry);
    return SQLITE_OK;
}

static int
cursor_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
    *rowid = ((Cursor *)base)->entry;
    return SQLITE_OK;
}

static const sqlite3_module entries_of = {
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

int
postings_register(sqlite3 *db)
{
    return sqlite3_create_module(db, "entries_of", &entries_of, NULL);
}
