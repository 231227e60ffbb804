/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/roster.h"

#include "store/statement.h"

enum { COUNT, COUNT_MISSING, SOURCE, SHARED };

static const char *const texts[] = {
    [COUNT] = "SELECT count(*) FROM entry WHERE kind = $1",
    [COUNT_MISSING] = "SELECT count(*) FROM entry WHERE missing_reason = $1 AND kind <> 'other'",
    [SOURCE] = "SELECT audited_at, cookie FROM sync_state ORDER BY generation DESC LIMIT 1",
    [SHARED] = "SELECT t.norm, count(*) FROM term t JOIN entry e ON e.id = t.entry"
               " WHERE t.attribute = $1 AND e.kind = 'person'"
               " GROUP BY t.norm HAVING count(*) > 1 ORDER BY t.norm",
};

const StatementTable roster_statements = {"roster", texts, G_N_ELEMENTS(texts)};

void
roster_figures_clear(RosterFigures *figures)
{
    g_clear_pointer(&figures->cookie, g_bytes_unref);
}

static gboolean
count(Store *store, guint index, const char *which, gint64 *number, GError **error)
{
    g_autoptr(Statement) statement = statement_get(store, &roster_statements, index, error);
    if (!statement)
        return FALSE;
    statement_bind_text(statement, 1, which);
    return statement_run_number(statement, number, error);
}

static gboolean
read_source(Store *store, RosterFigures *figures, GError **error)
{
    g_autoptr(Statement) source = statement_get(store, &roster_statements, SOURCE, error);
    StepResult result = source ? statement_step(source, error) : STEP_FAILED;
    if (result != STEP_ROW)
        return result == STEP_DONE;
    gsize length;
    gconstpointer cookie = statement_blob(source, 1, &length);
    figures->audited_at = statement_int(source, 0);
    figures->cookie = cookie ? g_bytes_new(cookie, length) : NULL;
    return TRUE;
}

gboolean
roster_missing(Store *store, gint64 *held, gint64 *kept, GError **error)
{
    return count(store, COUNT_MISSING, "held", held, error) &&
           count(store, COUNT_MISSING, "kept", kept, error);
}

gboolean
roster_read(Store *store, RosterFigures *figures, GError **error)
{
    g_auto(RosterFigures) read = {0};
    if (!count(store, COUNT, "person", &read.persons, error) ||
        !count(store, COUNT, "municipality", &read.municipalities, error) ||
        !roster_missing(store, &read.held, &read.kept, error) || !read_source(store, &read, error))
        return FALSE;
    *figures = read;
    read.cookie = NULL;
    return TRUE;
}

static gboolean
tell_shared(Store *store, const char *attribute, RosterSharedFunc func, gpointer user_data,
            GError **error)
{
    g_autofree char *lower = g_ascii_strdown(attribute, -1);
    g_autoptr(Statement) shared = statement_get(store, &roster_statements, SHARED, error);
    StepResult result = STEP_FAILED;
    if (!shared)
        return FALSE;
    statement_bind_text(shared, 1, lower);
    while ((result = statement_step(shared, error)) == STEP_ROW)
        func(statement_text(shared, 0), statement_int(shared, 1), user_data);
    return result == STEP_DONE;
}

gboolean
roster_shared_mails(Store *store, const FieldMap *map, RosterSharedFunc func, gpointer user_data,
                    GError **error)
{
    for (char **attribute = map->attributes[FIELD_MAIL]; *attribute; attribute++)
        if (!tell_shared(store, *attribute, func, user_data, error))
            return FALSE;
    return TRUE;
}
