/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/changes.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/statement.h"

#include <string.h>

enum {
    LAST_WAITING,
    EXTEND,
    INSERT,
    TAKE_BACK,
    LIST,
    LIST_OPEN,
    FIND,
    OF_ENTRY,
    UNSETTLED,
    SEND,
    SETTLE,
    FORGET,
    ADDS,
    OPEN,
    COUNT
};

#define COLUMNS "id, kind, uuid, dn, attribute, old, new, theirs, csn, author, at, state, reason"

/* word for word the condition of the index change_open: only so it is used */
#define INDEXED "state IN ('waiting', 'sent', 'conflict', 'refused')"

static const char *const texts[] = {
    /* one that was sent and waits again can have another one behind it */
    [LAST_WAITING] = "SELECT " COLUMNS " FROM change WHERE uuid = $1"
                     " AND lower(attribute) = lower($2) AND state = 'waiting'"
                     " ORDER BY id DESC LIMIT 1",
    [EXTEND] = "UPDATE change SET old = $2, new = $3, author = $4 WHERE id = $1",
    [INSERT] = "INSERT INTO change (kind, uuid, dn, attribute, old, new, csn, author, at, state)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting') RETURNING id",
    [TAKE_BACK] = "DELETE FROM change WHERE uuid = $1 AND kind = 'set' AND state = 'waiting'"
                  " AND NOT EXISTS (SELECT 1 FROM change c WHERE c.uuid = $1 AND c.state = 'sent')",
    [LIST] = "SELECT " COLUMNS " FROM change WHERE state IN ($1, $2, $3, $4, $5, $6) ORDER BY id",
    [LIST_OPEN] = "SELECT " COLUMNS " FROM change WHERE " INDEXED
                  " AND state IN ($1, $2, $3, $4, $5, $6) ORDER BY id",
    [FIND] = "SELECT " COLUMNS " FROM change WHERE id = $1",
    [OF_ENTRY] = "SELECT " COLUMNS " FROM change WHERE uuid = $1 AND state IN ('waiting', 'sent')"
                 " ORDER BY id",
    [UNSETTLED] = "SELECT " COLUMNS " FROM change WHERE uuid = $1 AND " INDEXED " ORDER BY id",
    [SEND] = "UPDATE change SET state = 'sent' WHERE id = $1",
    [SETTLE] =
        "UPDATE change SET state = $2, theirs = $3, reason = $4, settled_at = $5 WHERE id = $1",
    [FORGET] = "DELETE FROM change WHERE state IN ('done', 'dropped') AND settled_at < $1",
    [ADDS] = "SELECT 1 FROM change WHERE " INDEXED " AND state IN ('waiting', 'sent')"
             " AND kind = 'add' AND lower(dn) = lower($1) LIMIT 1",
    [OPEN] = "SELECT 1 FROM change WHERE " INDEXED " AND state IN ('waiting', 'sent') LIMIT 1",
    [COUNT] = "SELECT state, count(*), min(at) FROM change WHERE " INDEXED " GROUP BY state",
};

const StatementTable changes_statements = {"changes", texts, G_N_ELEMENTS(texts)};

static const char *const kind_names[] = {
    [CHANGE_SET] = "set", [CHANGE_ADD] = "add", [CHANGE_REMOVE] = "remove"};

static const char *const state_names[] = {
    [CHANGE_WAITING] = "waiting",   [CHANGE_SENT] = "sent",       [CHANGE_DONE] = "done",
    [CHANGE_CONFLICT] = "conflict", [CHANGE_REFUSED] = "refused", [CHANGE_DROPPED] = "dropped"};

const char *
change_state_name(ChangeState state)
{
    return state_names[state];
}

void
change_free(Change *change)
{
    if (!change)
        return;
    g_free(change->dn);
    g_free(change->attribute);
    attributes_free(change->old);
    attributes_free(change->new);
    attributes_free(change->theirs);
    g_free(change->csn);
    g_free(change->author);
    g_free(change->reason);
    g_free(change);
}

static Statement *
get(Store *store, guint index, GError **error)
{
    return statement_get(store, &changes_statements, index, error);
}

static void
bind_attributes(Statement *statement, guint number, Attributes *attributes)
{
    if (!attributes) {
        statement_bind_null(statement, number);
        return;
    }
    g_autoptr(GByteArray) blob = attributes_encode(attributes);
    statement_bind_blob(statement, number, blob->data, blob->len);
}

static void
bind_uuid(Statement *statement, guint number, const guint8 uuid[UUID_LENGTH])
{
    statement_bind_blob(statement, number, uuid, UUID_LENGTH);
}

gboolean
changes_add(Store *store, Change *change, GError **error)
{
    g_autoptr(Statement) statement = get(store, INSERT, error);
    if (!statement)
        return FALSE;
    statement_bind_text(statement, 1, kind_names[change->kind]);
    if (change->kind == CHANGE_ADD)
        statement_bind_null(statement, 2);
    else
        bind_uuid(statement, 2, change->uuid);
    statement_bind_text(statement, 3, change->dn);
    statement_bind_text(statement, 4, change->attribute);
    bind_attributes(statement, 5, change->old);
    bind_attributes(statement, 6, change->new);
    statement_bind_text(statement, 7, change->csn);
    statement_bind_text(statement, 8, change->author);
    statement_bind_int(statement, 9, change->at);
    return statement_run_number(statement, &change->id, error);
}

gboolean
changes_extend(Store *store, const Change *change, GError **error)
{
    g_autoptr(Statement) statement = get(store, EXTEND, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, change->id);
    bind_attributes(statement, 2, change->old);
    bind_attributes(statement, 3, change->new);
    statement_bind_text(statement, 4, change->author);
    return statement_run(statement, NULL, error);
}

gboolean
changes_take_back(Store *store, const guint8 uuid[UUID_LENGTH], GError **error)
{
    g_autoptr(Statement) statement = get(store, TAKE_BACK, error);
    if (!statement)
        return FALSE;
    bind_uuid(statement, 1, uuid);
    return statement_run(statement, NULL, error);
}

/* Attributes of their own memory; NULL for NULL. */
static gboolean
read_attributes(Statement *row, int column, Attributes **attributes, GError **error)
{
    gsize length;
    gconstpointer blob = statement_blob(row, column, &length);
    if (!blob)
        return TRUE;
    g_autoptr(Attributes) borrowed = attributes_decode(blob, length, error);
    if (!borrowed)
        return FALSE;
    *attributes = attributes_new();
    for (guint i = 0; i < attributes_count(borrowed); i++)
        attributes_add_from(*attributes, borrowed, attributes_description(borrowed, i));
    return TRUE;
}

static guint
find_name(const char *const *names, guint count, const char *name)
{
    guint i = 0;
    while (i + 1 < count && g_strcmp0(names[i], name) != 0)
        i++;
    return i;
}

static Change *
read_row(Statement *row, GError **error)
{
    g_autoptr(Change) change = g_new0(Change, 1);
    gsize length;
    change->id = statement_int(row, 0);
    change->kind =
        (ChangeKind)find_name(kind_names, G_N_ELEMENTS(kind_names), statement_text(row, 1));
    const guint8 *uuid = statement_blob(row, 2, &length);
    if (uuid && length == UUID_LENGTH)
        memcpy(change->uuid, uuid, UUID_LENGTH);
    change->dn = g_strdup(statement_text(row, 3));
    change->attribute = g_strdup(statement_text(row, 4));
    change->csn = g_strdup(statement_text(row, 8));
    change->author = g_strdup(statement_text(row, 9));
    change->at = statement_int(row, 10);
    change->state =
        (ChangeState)find_name(state_names, G_N_ELEMENTS(state_names), statement_text(row, 11));
    change->reason = g_strdup(statement_text(row, 12));
    if (!read_attributes(row, 5, &change->old, error) ||
        !read_attributes(row, 6, &change->new, error) ||
        !read_attributes(row, 7, &change->theirs, error))
        return NULL;
    return g_steal_pointer(&change);
}

static GPtrArray *
read_rows(Statement *rows, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
    StepResult result;
    while ((result = statement_step(rows, error)) == STEP_ROW) {
        Change *change = read_row(rows, error);
        if (!change)
            return NULL;
        g_ptr_array_add(list, change);
    }
    return result == STEP_DONE ? g_steal_pointer(&list) : NULL;
}

static gboolean
is_indexed(ChangeState state)
{
    return state != CHANGE_DONE && state != CHANGE_DROPPED;
}

GPtrArray *
changes_list(Store *store, const ChangeState *states, guint count, GError **error)
{
    gboolean indexed = TRUE;
    for (guint i = 0; i < count; i++)
        indexed = indexed && is_indexed(states[i]);
    g_autoptr(Statement) rows = get(store, indexed ? LIST_OPEN : LIST, error);
    if (!rows)
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(state_names); i++)
        statement_bind_text(rows, i + 1, i < count ? state_names[states[i]] : NULL);
    return read_rows(rows, error);
}

Change *
changes_find(Store *store, gint64 id, GError **error)
{
    g_autoptr(Statement) find = get(store, FIND, error);
    if (!find)
        return NULL;
    statement_bind_int(find, 1, id);
    StepResult result = statement_step(find, error);
    if (result == STEP_DONE)
        g_set_error(
            error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND,
            _("there is no edit %" PRId64 "; those that want a decision: rundruf member conflicts"),
            id);
    return result == STEP_ROW ? read_row(find, error) : NULL;
}

gboolean
changes_waiting(Store *store, const guint8 uuid[UUID_LENGTH], const char *attribute,
                Change **change, GError **error)
{
    g_autoptr(Statement) find = get(store, LAST_WAITING, error);
    *change = NULL;
    if (!find)
        return FALSE;
    bind_uuid(find, 1, uuid);
    statement_bind_text(find, 2, attribute);
    StepResult result = statement_step(find, error);
    if (result == STEP_ROW)
        *change = read_row(find, error);
    return result == STEP_DONE || *change;
}

static GPtrArray *
list_entry(Store *store, guint index, const guint8 uuid[UUID_LENGTH], GError **error)
{
    g_autoptr(Statement) rows = get(store, index, error);
    if (!rows)
        return NULL;
    bind_uuid(rows, 1, uuid);
    return read_rows(rows, error);
}

GPtrArray *
changes_of(Store *store, const guint8 uuid[UUID_LENGTH], GError **error)
{
    return list_entry(store, OF_ENTRY, uuid, error);
}

GPtrArray *
changes_unsettled(Store *store, const guint8 uuid[UUID_LENGTH], GError **error)
{
    return list_entry(store, UNSETTLED, uuid, error);
}

gboolean
changes_send(Store *store, gint64 id, GError **error)
{
    g_autoptr(Statement) statement = get(store, SEND, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, id);
    return statement_run(statement, NULL, error);
}

gboolean
changes_settle(Store *store, gint64 id, ChangeState state, Attributes *theirs, const char *reason,
               gint64 now, GError **error)
{
    g_autoptr(Statement) statement = get(store, SETTLE, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, id);
    statement_bind_text(statement, 2, state_names[state]);
    bind_attributes(statement, 3, theirs);
    statement_bind_text(statement, 4, reason);
    if (state == CHANGE_WAITING)
        statement_bind_null(statement, 5);
    else
        statement_bind_int(statement, 5, now);
    return statement_run(statement, NULL, error);
}

gboolean
changes_forget(Store *store, gint64 before, GError **error)
{
    g_autoptr(Statement) statement = get(store, FORGET, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, before);
    return statement_run(statement, NULL, error);
}

gboolean
changes_adds(Store *store, const char *dn, gboolean *adds, GError **error)
{
    g_autoptr(Statement) statement = get(store, ADDS, error);
    gint64 found = 0;
    if (!statement)
        return FALSE;
    statement_bind_text(statement, 1, dn);
    if (!statement_run_number(statement, &found, error))
        return FALSE;
    *adds = found != 0;
    return TRUE;
}

gboolean
changes_open(Store *store, gboolean *open, GError **error)
{
    g_autoptr(Statement) statement = get(store, OPEN, error);
    gint64 found = 0;
    if (!statement || !statement_run_number(statement, &found, error))
        return FALSE;
    *open = found != 0;
    return TRUE;
}

static void
count_state(ChangeCounts *counts, ChangeState state, gint64 number, gint64 oldest)
{
    if (state == CHANGE_CONFLICT)
        counts->conflicts += number;
    else if (state == CHANGE_REFUSED)
        counts->refused += number;
    else {
        counts->waiting += number;
        if (counts->oldest == 0 || oldest < counts->oldest)
            counts->oldest = oldest;
    }
}

gboolean
changes_count(Store *store, ChangeCounts *counts, GError **error)
{
    g_autoptr(Statement) rows = get(store, COUNT, error);
    ChangeCounts found = {0};
    StepResult result = STEP_FAILED;
    while (rows && (result = statement_step(rows, error)) == STEP_ROW) {
        guint state = find_name(state_names, G_N_ELEMENTS(state_names), statement_text(rows, 0));
        count_state(&found, (ChangeState)state, statement_int(rows, 1), statement_int(rows, 2));
    }
    if (result != STEP_DONE)
        return FALSE;
    *counts = found;
    return TRUE;
}
