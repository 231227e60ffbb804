/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/entries.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/statement.h"

#include <string.h>

#define DEPTH_MAX 200

enum {
    EACH,
    EACH_MUNICIPALITY,
    FIND,
    GET,
    UUIDS,
    MISSING,
    SHOWN,
    NAMED,
    NAMED_TOP,
    NAMES,
    NAMES_TOP,
    BELOW,
    MEMBERS,
    MISPLACED,
    BLOB,
    NAME,
    KIND,
    NEXT_ID,
    INSERT,
    UPDATE,
    MOVE,
    REMOVE,
    SET_NAME,
    SET_MUNICIPALITY,
    SET_CSN,
    BEQUEATH,
    BEQUEATH_TWIN,
    ORPHAN,
    MARK,
    SETTLE_HELD,
    COUNT_MISSING,
    INDEXES
};

#define COLUMNS                                                                                    \
    "id, uuid, parent, rdn, kind, municipality, digest, csn, missing_reason, missing_since"

static const char *const texts[] = {
    [EACH] = "SELECT " COLUMNS " FROM entry ORDER BY id",
    [EACH_MUNICIPALITY] =
        "SELECT " COLUMNS
        " FROM entry WHERE kind <> 'person' AND kind = 'municipality' ORDER BY id",
    [FIND] = "SELECT " COLUMNS " FROM entry WHERE uuid = $1",
    [GET] = "SELECT " COLUMNS " FROM entry WHERE id = $1",
    [UUIDS] = "SELECT uuid FROM entry ORDER BY uuid",
    [MISSING] = "SELECT uuid FROM entry WHERE missing_reason IS NOT NULL",
    [SHOWN] = "SELECT uuid FROM entry WHERE missing_reason IS NULL",
    [NAMED] = "SELECT id FROM entry WHERE parent = $1 AND rdn = $2",
    [NAMED_TOP] = "SELECT id FROM entry WHERE parent IS NULL AND rdn = $1",
    [NAMES] = "SELECT id, rdn FROM entry WHERE parent = $1",
    [NAMES_TOP] = "SELECT id, rdn FROM entry WHERE parent IS NULL",
    [BELOW] = "WITH RECURSIVE below (id, depth) AS ("
              " SELECT id, 1 FROM entry WHERE parent = $1"
              " UNION ALL SELECT e.id, b.depth + 1 FROM below b JOIN entry e ON e.parent = b.id)"
              " SELECT id FROM below ORDER BY depth DESC",
    [MEMBERS] = "SELECT id FROM entry WHERE municipality = $1",
    [MISPLACED] =
        "WITH RECURSIVE below (id, municipality) AS ("
        " SELECT id, CASE WHEN kind = 'municipality' THEN id ELSE $2 END FROM entry WHERE id = $1"
        " UNION ALL SELECT e.id, CASE WHEN e.kind = 'municipality' THEN e.id"
        " ELSE b.municipality END FROM below b JOIN entry e ON e.parent = b.id)"
        " SELECT b.id, b.municipality FROM below b JOIN entry e ON e.id = b.id"
        " WHERE e.kind = 'person' AND coalesce(e.municipality, 0) <> b.municipality",
    [BLOB] = "SELECT attributes FROM entry WHERE id = $1",
    [NAME] = "SELECT rdn, parent FROM entry WHERE id = $1",
    [KIND] = "SELECT kind, parent FROM entry WHERE id = $1",
    [NEXT_ID] = "SELECT coalesce(max(id), 0) + 1 FROM entry",
    [INSERT] =
        "INSERT INTO entry (id, uuid, parent, rdn, kind, municipality, csn, digest, attributes)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    [UPDATE] = "UPDATE entry SET parent = $2, rdn = $3, kind = $4, municipality = $5, csn = $6,"
               " digest = $7, attributes = $8 WHERE id = $1",
    [MOVE] = "UPDATE entry SET parent = $2, rdn = $3, kind = $4, municipality = $5 WHERE id = $1",
    [REMOVE] = "DELETE FROM entry WHERE id = $1",
    [SET_NAME] = "UPDATE entry SET parent = $2, rdn = $3 WHERE id = $1",
    [SET_MUNICIPALITY] = "UPDATE entry SET municipality = $2 WHERE id = $1",
    [SET_CSN] = "UPDATE entry SET csn = $2 WHERE id = $1",
    [BEQUEATH] = "UPDATE entry SET parent = $2, rdn = rdn || ',' || $3 WHERE parent = $1",
    [BEQUEATH_TWIN] = "UPDATE entry SET parent = $2 WHERE parent = $1",
    [ORPHAN] = "UPDATE entry SET municipality = NULL WHERE municipality = $1",
    [MARK] = "UPDATE entry SET missing_reason = $2, missing_since = $3 WHERE id = $1",
    [SETTLE_HELD] = "UPDATE entry SET missing_reason = $1, missing_since = $2"
                    " WHERE missing_reason = 'held'",
    [COUNT_MISSING] = "SELECT count(*), coalesce(sum(kind <> 'other'), 0) FROM entry"
                      " WHERE missing_reason = $1",
    /* a partial index, of the few that it is for, costs less than one more look at all rows */
    [INDEXES] = "SELECT type || ' ' || name, sql FROM sqlite_schema"
                " WHERE type IN ('index', 'trigger') AND tbl_name = 'entry' AND sql IS NOT NULL"
                " AND (type = 'trigger' OR sql NOT LIKE '% WHERE %')",
};

const StatementTable entries_statements = {"entries", texts, G_N_ELEMENTS(texts)};

static const char *const kind_names[] = {
    [ENTRY_OTHER] = "other", [ENTRY_PERSON] = "person", [ENTRY_MUNICIPALITY] = "municipality"};
static const char *const missing_names[] = {
    [ENTRY_SHOWN] = NULL, [ENTRY_HELD] = "held", [ENTRY_KEPT] = "kept"};

static EntryKind
kind_of(const char *name)
{
    EntryKind kind = ENTRY_OTHER;
    for (guint i = 0; i < G_N_ELEMENTS(kind_names); i++)
        if (g_strcmp0(name, kind_names[i]) == 0)
            kind = (EntryKind)i;
    return kind;
}

static gboolean
read_row(Statement *statement, EntryRow *row, GError **error)
{
    gsize uuid_length, digest_length;
    const guint8 *uuid = statement_blob(statement, 1, &uuid_length);
    const guint8 *digest = statement_blob(statement, 6, &digest_length);
    if (uuid_length != UUID_LENGTH || digest_length != DIGEST_LENGTH) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE,
                    _("entry %" PRId64 " is damaged; say: rundruf db check"),
                    statement_int(statement, 0));
        return FALSE;
    }
    const char *missing = statement_text(statement, 8);
    *row = (EntryRow){.id = statement_int(statement, 0),
                      .parent = statement_int(statement, 2),
                      .rdn = statement_text(statement, 3),
                      .kind = kind_of(statement_text(statement, 4)),
                      .municipality = statement_int(statement, 5),
                      .csn = statement_text(statement, 7),
                      .missing = !missing                       ? ENTRY_SHOWN
                                 : g_str_equal(missing, "held") ? ENTRY_HELD
                                                                : ENTRY_KEPT,
                      .missing_since = statement_int(statement, 9)};
    memcpy(row->uuid, uuid, UUID_LENGTH);
    memcpy(row->digest, digest, DIGEST_LENGTH);
    return TRUE;
}

void
entry_row_clear(EntryRow *row)
{
    g_free((char *)row->rdn);
    g_free((char *)row->csn);
    row->rdn = row->csn = NULL;
}

static Statement *
get(Store *store, guint index, GError **error)
{
    return statement_get(store, &entries_statements, index, error);
}

static gboolean
read_rows(Statement *statement, EntryFunc func, gpointer user_data, GError **error)
{
    StepResult result;
    while ((result = statement_step(statement, error)) == STEP_ROW) {
        EntryRow row;
        if (!read_row(statement, &row, error) || !func(&row, user_data, error))
            return FALSE;
    }
    return result == STEP_DONE;
}

gboolean
entries_each(Store *store, EntryFunc func, gpointer user_data, GError **error)
{
    g_autoptr(Statement) statement = get(store, EACH, error);
    return statement && read_rows(statement, func, user_data, error);
}

gboolean
entries_each_municipality(Store *store, EntryFunc func, gpointer user_data, GError **error)
{
    g_autoptr(Statement) statement = get(store, EACH_MUNICIPALITY, error);
    return statement && read_rows(statement, func, user_data, error);
}

static gboolean
copy_row(const EntryRow *row, gpointer user_data, GError **error)
{
    EntryRow *copy = user_data;
    (void)error;
    *copy = *row;
    copy->rdn = g_strdup(row->rdn);
    copy->csn = g_strdup(row->csn);
    return TRUE;
}

gboolean
entries_find(Store *store, const guint8 uuid[UUID_LENGTH], EntryRow *row, GError **error)
{
    g_autoptr(Statement) statement = get(store, FIND, error);
    *row = (EntryRow){0};
    if (!statement)
        return FALSE;
    statement_bind_blob(statement, 1, uuid, UUID_LENGTH);
    return read_rows(statement, copy_row, row, error);
}

gboolean
entries_get(Store *store, gint64 id, EntryRow *row, GError **error)
{
    g_autoptr(Statement) statement = get(store, GET, error);
    *row = (EntryRow){0};
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, id);
    return read_rows(statement, copy_row, row, error);
}

static gboolean
append_uuids(Store *store, guint which, GByteArray *uuids, GError **error)
{
    g_autoptr(Statement) statement = get(store, which, error);
    StepResult result = STEP_FAILED;
    while (statement && (result = statement_step(statement, error)) == STEP_ROW) {
        gsize length;
        const guint8 *uuid = statement_blob(statement, 0, &length);
        if (length == UUID_LENGTH)
            g_byte_array_append(uuids, uuid, UUID_LENGTH);
    }
    return result == STEP_DONE;
}

gboolean
entries_uuids(Store *store, GByteArray *uuids, GError **error)
{
    return append_uuids(store, UUIDS, uuids, error);
}

gboolean
entries_missing(Store *store, GByteArray *uuids, GError **error)
{
    return append_uuids(store, MISSING, uuids, error);
}

gboolean
entries_shown(Store *store, GByteArray *uuids, GError **error)
{
    return append_uuids(store, SHOWN, uuids, error);
}

/* Appends the first `columns` columns of all rows. */
static gboolean
append_numbers(Statement *statement, int columns, GArray *numbers, GError **error)
{
    StepResult result;
    while ((result = statement_step(statement, error)) == STEP_ROW)
        for (int i = 0; i < columns; i++) {
            gint64 number = statement_int(statement, i);
            g_array_append_val(numbers, number);
        }
    return result == STEP_DONE;
}

gboolean
entries_named(Store *store, gint64 parent, const char *rdn, GArray *ids, GError **error)
{
    g_autoptr(Statement) statement = get(store, parent ? NAMED : NAMED_TOP, error);
    if (!statement)
        return FALSE;
    if (parent)
        statement_bind_int(statement, 1, parent);
    statement_bind_text(statement, parent ? 2 : 1, rdn);
    return append_numbers(statement, 1, ids, error);
}

gboolean
entries_names(Store *store, gint64 parent, EntryNameFunc func, gpointer user_data, GError **error)
{
    g_autoptr(Statement) statement = get(store, parent ? NAMES : NAMES_TOP, error);
    StepResult result = STEP_FAILED;
    if (statement && parent)
        statement_bind_int(statement, 1, parent);
    while (statement && (result = statement_step(statement, error)) == STEP_ROW)
        if (!func(statement_int(statement, 0), statement_text(statement, 1), user_data, error))
            return FALSE;
    return result == STEP_DONE;
}

gboolean
entries_members(Store *store, gint64 municipality, GArray *ids, GError **error)
{
    g_autoptr(Statement) statement = get(store, MEMBERS, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, municipality);
    return append_numbers(statement, 1, ids, error);
}

gboolean
entries_below(Store *store, gint64 id, GArray *ids, GError **error)
{
    g_autoptr(Statement) statement = get(store, BELOW, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, id);
    return append_numbers(statement, 1, ids, error);
}

gboolean
entries_municipality_of(Store *store, gint64 id, gint64 *municipality, GError **error)
{
    g_autoptr(Statement) statement = get(store, KIND, error);
    *municipality = 0;
    for (guint depth = 0; statement && id != 0 && depth < DEPTH_MAX; depth++) {
        statement_bind_int(statement, 1, id);
        StepResult result = statement_step(statement, error);
        if (result != STEP_ROW)
            return result == STEP_DONE;
        if (kind_of(statement_text(statement, 0)) == ENTRY_MUNICIPALITY) {
            *municipality = id;
            return TRUE;
        }
        id = statement_int(statement, 1);
        if (statement_step(statement, error) != STEP_DONE)
            return FALSE;
    }
    return statement != NULL;
}

gboolean
entries_misplaced(Store *store, gint64 id, gint64 outer, GArray *pairs, GError **error)
{
    g_autoptr(Statement) statement = get(store, MISPLACED, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, id);
    statement_bind_int(statement, 2, outer);
    return append_numbers(statement, 2, pairs, error);
}

gboolean
entries_next_id(Store *store, gint64 *id, GError **error)
{
    g_autoptr(Statement) statement = get(store, NEXT_ID, error);
    return statement && statement_run_number(statement, id, error);
}

GBytes *
entries_blob(Store *store, gint64 id, GError **error)
{
    g_autoptr(Statement) statement = get(store, BLOB, error);
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
    g_autoptr(Statement) statement = get(store, NAME, error);
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
    g_autoptr(Statement) statement = get(store, INSERT, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, row->id);
    statement_lend_blob(statement, 2, row->uuid, UUID_LENGTH);
    bind_reference(statement, 3, row->parent);
    statement_lend_text(statement, 4, row->rdn, strlen(row->rdn));
    statement_lend_text(statement, 5, kind_names[row->kind], strlen(kind_names[row->kind]));
    bind_reference(statement, 6, row->municipality);
    if (row->csn)
        statement_lend_text(statement, 7, row->csn, strlen(row->csn));
    statement_lend_blob(statement, 8, row->digest, DIGEST_LENGTH);
    statement_lend_blob(statement, 9, blob, length);
    return statement_run(statement, NULL, error);
}

static gboolean
run_sql(Store *store, const char *sql, GError **error)
{
    g_autoptr(Statement) statement = statement_prepare(store, sql, error);
    return statement && statement_run(statement, NULL, error);
}

GPtrArray *
entries_unindex(Store *store, GError **error)
{
    g_autoptr(GPtrArray) drops = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) indexes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Statement) statement = get(store, INDEXES, error);
    StepResult result = STEP_FAILED;
    while (statement && (result = statement_step(statement, error)) == STEP_ROW) {
        g_ptr_array_add(drops, g_strdup_printf("DROP %s", statement_text(statement, 0)));
        g_ptr_array_add(indexes, g_strdup(statement_text(statement, 1)));
    }
    for (guint i = 0; result == STEP_DONE && i < drops->len; i++)
        if (!run_sql(store, g_ptr_array_index(drops, i), error))
            result = STEP_FAILED;
    return result == STEP_DONE ? g_steal_pointer(&indexes) : NULL;
}

gboolean
entries_reindex(Store *store, GPtrArray *indexes, GError **error)
{
    for (guint i = 0; i < indexes->len; i++)
        if (!run_sql(store, g_ptr_array_index(indexes, i), error))
            return FALSE;
    return TRUE;
}

gboolean
entries_update(Store *store, const EntryRow *row, gconstpointer blob, gsize length, GError **error)
{
    g_autoptr(Statement) statement = get(store, blob ? UPDATE : MOVE, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, row->id);
    bind_reference(statement, 2, row->parent);
    statement_bind_text(statement, 3, row->rdn);
    statement_bind_text(statement, 4, kind_names[row->kind]);
    bind_reference(statement, 5, row->municipality);
    if (blob) {
        statement_bind_text(statement, 6, row->csn);
        statement_bind_blob(statement, 7, row->digest, DIGEST_LENGTH);
        statement_bind_blob(statement, 8, blob, length);
    }
    return statement_run(statement, NULL, error);
}

gboolean
entries_remove(Store *store, gint64 id, GError **error)
{
    g_autoptr(Statement) statement = get(store, REMOVE, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, id);
    return statement_run(statement, NULL, error);
}

gboolean
entries_set_name(Store *store, gint64 id, gint64 parent, const char *rdn, GError **error)
{
    g_autoptr(Statement) statement = get(store, SET_NAME, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, id);
    bind_reference(statement, 2, parent);
    statement_bind_text(statement, 3, rdn);
    return statement_run(statement, NULL, error);
}

gboolean
entries_set_municipality(Store *store, gint64 id, gint64 municipality, GError **error)
{
    g_autoptr(Statement) statement = get(store, SET_MUNICIPALITY, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, id);
    bind_reference(statement, 2, municipality);
    return statement_run(statement, NULL, error);
}

gboolean
entries_set_csn(Store *store, gint64 id, const char *csn, GError **error)
{
    g_autoptr(Statement) statement = get(store, SET_CSN, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, id);
    statement_bind_text(statement, 2, csn);
    return statement_run(statement, NULL, error);
}

gboolean
entries_bequeath(Store *store, const EntryRow *row, gint64 heir, GError **error)
{
    g_autoptr(Statement) children = get(store, heir ? BEQUEATH_TWIN : BEQUEATH, error);
    g_autoptr(Statement) orphan = get(store, ORPHAN, error);
    if (!children || !orphan)
        return FALSE;
    statement_bind_int(children, 1, row->id);
    bind_reference(children, 2, heir ? heir : row->parent);
    if (!heir)
        statement_bind_text(children, 3, row->rdn);
    statement_bind_int(orphan, 1, row->id);
    return statement_run(children, NULL, error) && statement_run(orphan, NULL, error);
}

static void
bind_time(Statement *statement, guint number, EntryMissing missing, gint64 since)
{
    if (missing == ENTRY_SHOWN)
        statement_bind_null(statement, number);
    else
        statement_bind_int(statement, number, since);
}

gboolean
entries_mark(Store *store, gint64 id, EntryMissing missing, gint64 since, GError **error)
{
    g_autoptr(Statement) statement = get(store, MARK, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, id);
    statement_bind_text(statement, 2, missing_names[missing]);
    bind_time(statement, 3, missing, since);
    return statement_run(statement, NULL, error);
}

gboolean
entries_settle_held(Store *store, EntryMissing missing, gint64 since, gint64 *count, GError **error)
{
    g_autoptr(Statement) statement = get(store, SETTLE_HELD, error);
    if (!statement)
        return FALSE;
    statement_bind_text(statement, 1, missing_names[missing]);
    bind_time(statement, 2, missing, since);
    return statement_run(statement, count, error);
}

gboolean
entries_count_missing(Store *store, EntryMissing missing, gint64 *entries, gint64 *people,
                      GError **error)
{
    g_autoptr(Statement) count = statement_get(store, &entries_statements, COUNT_MISSING, error);
    if (!count)
        return FALSE;
    statement_bind_text(count, 1, missing_names[missing]);
    if (statement_step(count, error) != STEP_ROW)
        return FALSE;
    *entries = statement_int(count, 0);
    *people = statement_int(count, 1);
    return TRUE;
}
