/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/mailings.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/statement.h"

#define VALUES "kind, event, list, filter, purpose, sender, state, frozen_at, due, not_after, actor"

enum { INSERT, GET, ALL, MOVE, SET_NOT_AFTER, DELETE_DRAFT, DELETE_DRAFTS_BEFORE };

static const char *const texts[] = {
    [INSERT] = "INSERT INTO mailing (" VALUES ")"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id",
    [GET] = "SELECT id, " VALUES " FROM mailing WHERE id = $1",
    [ALL] = "SELECT id, " VALUES " FROM mailing ORDER BY id DESC",
    [MOVE] = "UPDATE mailing SET state = $3 WHERE id = $1 AND state = $2",
    [SET_NOT_AFTER] = "UPDATE mailing SET not_after = $2 WHERE id = $1",
    [DELETE_DRAFT] = "DELETE FROM mailing WHERE id = $1 AND state = 'draft'",
    [DELETE_DRAFTS_BEFORE] = "DELETE FROM mailing WHERE state = 'draft' AND frozen_at < $1",
};
const StatementTable mailings_statements = {"mailings", texts, G_N_ELEMENTS(texts)};

gboolean
mailings_insert(Store *store, Mailing *mailing, GError **error)
{
    g_autoptr(Statement) insert = statement_get(store, &mailings_statements, INSERT, error);
    if (!insert)
        return FALSE;
    statement_bind_text(insert, 1, mailing->kind);
    statement_bind_int(insert, 2, mailing->event);
    statement_bind_text(insert, 3, mailing->list);
    statement_bind_text(insert, 4, mailing->filter);
    statement_bind_text(insert, 5, mailing->purpose);
    statement_bind_text(insert, 6, mailing->sender);
    statement_bind_text(insert, 7, mailing_state_text(mailing->state));
    statement_bind_int(insert, 8, mailing->frozen_at);
    statement_bind_int(insert, 9, mailing->due);
    statement_bind_int(insert, 10, mailing->not_after);
    statement_bind_text(insert, 11, mailing->actor);
    return statement_run_number(insert, &mailing->id, error);
}

static Mailing *
read_row(Statement *row)
{
    Mailing *mailing = mailing_new();
    mailing->id = statement_int(row, 0);
    mailing->kind = g_strdup(statement_text(row, 1));
    mailing->event = statement_int(row, 2);
    mailing->list = g_strdup(statement_text(row, 3));
    mailing->filter = g_strdup(statement_text(row, 4));
    mailing->purpose = g_strdup(statement_text(row, 5));
    mailing->sender = g_strdup(statement_text(row, 6));
    /* the column's CHECK allows no other word */
    mailing_state_parse(statement_text(row, 7), &mailing->state);
    mailing->frozen_at = statement_int(row, 8);
    mailing->due = statement_int(row, 9);
    mailing->not_after = statement_int(row, 10);
    mailing->actor = g_strdup(statement_text(row, 11));
    return mailing;
}

Mailing *
mailings_get(Store *store, gint64 id, GError **error)
{
    g_autoptr(Statement) get = statement_get(store, &mailings_statements, GET, error);
    if (!get)
        return NULL;
    statement_bind_int(get, 1, id);
    switch (statement_step(get, error)) {
    case STEP_ROW:
        return read_row(get);
    case STEP_DONE:
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND,
                    _("there is no mailing %" PRId64 "; those that there are: rundruf mailing ls"),
                    id);
        return NULL;
    default:
        return NULL;
    }
}

GPtrArray *
mailings_all(Store *store, GError **error)
{
    g_autoptr(Statement) all = statement_get(store, &mailings_statements, ALL, error);
    if (!all)
        return NULL;
    g_autoptr(GPtrArray) mailings = g_ptr_array_new_with_free_func((GDestroyNotify)mailing_free);
    StepResult result;
    while ((result = statement_step(all, error)) == STEP_ROW)
        g_ptr_array_add(mailings, read_row(all));
    return result == STEP_DONE ? g_steal_pointer(&mailings) : NULL;
}

gboolean
mailings_move(Store *store, gint64 id, MailingState from, MailingState to, gboolean *changed,
              GError **error)
{
    g_autoptr(Statement) move = statement_get(store, &mailings_statements, MOVE, error);
    if (!move)
        return FALSE;
    statement_bind_int(move, 1, id);
    statement_bind_text(move, 2, mailing_state_text(from));
    statement_bind_text(move, 3, mailing_state_text(to));
    gint64 changes = 0;
    if (!statement_run(move, &changes, error))
        return FALSE;
    *changed = changes > 0;
    return TRUE;
}

gboolean
mailings_set_not_after(Store *store, gint64 id, gint64 not_after, GError **error)
{
    g_autoptr(Statement) set = statement_get(store, &mailings_statements, SET_NOT_AFTER, error);
    if (!set)
        return FALSE;
    statement_bind_int(set, 1, id);
    statement_bind_int(set, 2, not_after);
    return statement_run(set, NULL, error);
}

gboolean
mailings_delete_draft(Store *store, gint64 id, gboolean *deleted, GError **error)
{
    g_autoptr(Statement) delete = statement_get(store, &mailings_statements, DELETE_DRAFT, error);
    if (!delete)
        return FALSE;
    statement_bind_int(delete, 1, id);
    gint64 changes = 0;
    if (!statement_run(delete, &changes, error))
        return FALSE;
    *deleted = changes > 0;
    return TRUE;
}

gboolean
mailings_delete_drafts_before(Store *store, gint64 time, GError **error)
{
    g_autoptr(Statement) delete =
        statement_get(store, &mailings_statements, DELETE_DRAFTS_BEFORE, error);
    if (!delete)
        return FALSE;
    statement_bind_int(delete, 1, time);
    return statement_run(delete, NULL, error);
}
