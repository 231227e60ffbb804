/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/holds.h"

#include "store/statement.h"

enum { PUT, LIFT, AT };

static const char *const texts[] = {
    [PUT] = ("INSERT INTO hold (domain, since, until, code, text) VALUES ($1, $2, $3, $4, $5)"
             " ON CONFLICT (domain) DO UPDATE SET since = $2, until = $3, code = $4, text = $5"),
    [LIFT] = "DELETE FROM hold WHERE domain = $1",
    [AT] = "SELECT domain, since, until, code, text FROM hold WHERE until > $1 ORDER BY domain",
};
const StatementTable holds_statements = {"holds", texts, G_N_ELEMENTS(texts)};

void
hold_free(Hold *hold)
{
    if (!hold)
        return;
    g_free(hold->domain);
    g_free(hold->text);
    g_free(hold);
}

gboolean
holds_put(Store *store, const Hold *hold, GError **error)
{
    g_autoptr(Statement) put = statement_get(store, &holds_statements, PUT, error);
    if (!put)
        return FALSE;
    statement_bind_text(put, 1, hold->domain);
    statement_bind_int(put, 2, hold->since);
    statement_bind_int(put, 3, hold->until);
    statement_bind_int(put, 4, hold->code);
    statement_bind_text(put, 5, hold->text);
    return statement_run(put, NULL, error);
}

gboolean
holds_lift(Store *store, const char *domain, gboolean *found, GError **error)
{
    g_autoptr(Statement) lift = statement_get(store, &holds_statements, LIFT, error);
    if (!lift)
        return FALSE;
    statement_bind_text(lift, 1, domain);
    gint64 changes = 0;
    if (!statement_run(lift, &changes, error))
        return FALSE;
    *found = changes > 0;
    return TRUE;
}

GPtrArray *
holds_at(Store *store, gint64 now, GError **error)
{
    g_autoptr(Statement) at = statement_get(store, &holds_statements, AT, error);
    if (!at)
        return NULL;
    statement_bind_int(at, 1, now);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)hold_free);
    StepResult result;
    while ((result = statement_step(at, error)) == STEP_ROW) {
        Hold *hold = g_new0(Hold, 1);
        hold->domain = g_strdup(statement_text(at, 0));
        hold->since = statement_int(at, 1);
        hold->until = statement_int(at, 2);
        hold->code = (int)statement_int(at, 3);
        hold->text = g_strdup(statement_text(at, 4));
        g_ptr_array_add(found, hold);
    }
    return result == STEP_DONE ? g_steal_pointer(&found) : NULL;
}
