/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/notices.h"

#include "store/statement.h"

#include <string.h>

enum { ALL, PUT, FORGET };

static const char *const texts[] = {
    /* each EXISTS is one look into the index delivery_state */
    [ALL] = "SELECT m.id, EXISTS (SELECT 1 FROM delivery d WHERE d.mailing = m.id"
            " AND d.state IN ('queued', 'claimed', 'retry')),"
            " max(m.due, m.frozen_at), n.told, n.number, n.due"
            " FROM mailing m LEFT JOIN notice n ON n.mailing = m.id"
            " WHERE m.state = 'running' ORDER BY m.id",
    [PUT] = ("INSERT INTO notice (mailing, told, number, due) VALUES ($1, $2, $3, $4)"
             " ON CONFLICT (mailing) DO UPDATE SET told = $2, number = $3, due = $4"),
    [FORGET] = "UPDATE notice SET told = NULL WHERE mailing = $1",
};
const StatementTable notices_statements = {"notices", texts, G_N_ELEMENTS(texts)};

static const char *const words[] = {
    [NOTICE_NONE] = "none", [NOTICE_DONE] = "done", [NOTICE_STUCK] = "stuck"};

const char *
notice_kind_text(NoticeKind kind)
{
    return words[kind];
}

static NoticeKind
parse_kind(const char *word)
{
    if (!word)
        return NOTICE_NONE;
    return strcmp(word, words[NOTICE_DONE]) == 0 ? NOTICE_DONE : NOTICE_STUCK;
}

GPtrArray *
notices_all(Store *store, GError **error)
{
    g_autoptr(Statement) all = statement_get(store, &notices_statements, ALL, error);
    if (!all)
        return NULL;
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    StepResult result;
    while ((result = statement_step(all, error)) == STEP_ROW) {
        Notice *notice = g_new0(Notice, 1);
        notice->mailing = statement_int(all, 0);
        notice->open = statement_int(all, 1) != 0;
        notice->open_at = statement_int(all, 2);
        notice->told = parse_kind(statement_text(all, 3));
        notice->number = (guint)statement_int(all, 4);
        notice->due = statement_int(all, 5);
        g_ptr_array_add(found, notice);
    }
    return result == STEP_DONE ? g_steal_pointer(&found) : NULL;
}

gboolean
notices_put(Store *store, const Notice *notice, GError **error)
{
    g_autoptr(Statement) put = statement_get(store, &notices_statements, PUT, error);
    if (!put)
        return FALSE;
    statement_bind_int(put, 1, notice->mailing);
    statement_bind_text(put, 2, notice->told == NOTICE_NONE ? NULL : words[notice->told]);
    statement_bind_int(put, 3, notice->number);
    statement_bind_int(put, 4, notice->due);
    return statement_run(put, NULL, error);
}

gboolean
notices_forget(Store *store, gint64 mailing, GError **error)
{
    g_autoptr(Statement) forget = statement_get(store, &notices_statements, FORGET, error);
    if (!forget)
        return FALSE;
    statement_bind_int(forget, 1, mailing);
    return statement_run(forget, NULL, error);
}
