/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/events.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/statement.h"

#define VALUES                                                                                     \
    "status, title, subtitle, kind, venue, starts_at, ends_at, all_day, timezone, contact,"        \
    " registration, audience, body, created_at"
#define COLUMNS "id, name, sequence, " VALUES

enum { INSERT, FIND, GET, ALL };

static const char *const texts[] = {
    [INSERT] = "INSERT INTO event (name, sequence, " VALUES ")"
               " SELECT $1, coalesce(max(sequence) + 1, 0), $2, $3, $4, $5, $6, $7, $8, $9, $10,"
               " $11, $12, $13, $14, $15 FROM event WHERE name = $1 RETURNING id",
    [FIND] = "SELECT " COLUMNS " FROM event WHERE name = $1 ORDER BY sequence DESC LIMIT 1",
    [GET] = "SELECT " COLUMNS " FROM event WHERE id = $1",
    [ALL] = "SELECT " COLUMNS " FROM event WHERE sequence ="
            " (SELECT max(v.sequence) FROM event v WHERE v.name = event.name)"
            " ORDER BY starts_at, name",
};
const StatementTable events_statements = {"events", texts, G_N_ELEMENTS(texts)};

static Event *
read_row(Statement *row)
{
    Event *event = event_new();
    int column = 0;
    event->id = statement_int(row, column++);
    event->name = g_strdup(statement_text(row, column++));
    event->sequence = statement_int(row, column++);
    /* the column's CHECK allows no other word */
    event_status_parse(statement_text(row, column++), &event->status);
    event->title = g_strdup(statement_text(row, column++));
    event->subtitle = g_strdup(statement_text(row, column++));
    event->kind = g_strdup(statement_text(row, column++));
    event->venue = g_strdup(statement_text(row, column++));
    event->starts_at = statement_int(row, column++);
    event->ends_at = statement_int(row, column++);
    event->all_day = statement_int(row, column++) != 0;
    event->timezone = g_strdup(statement_text(row, column++));
    event->contact = g_strdup(statement_text(row, column++));
    event->registration = g_strdup(statement_text(row, column++));
    event->audience = g_strdup(statement_text(row, column++));
    event->body = g_strdup(statement_text(row, column++));
    event->created_at = statement_int(row, column++);
    return event;
}

/* the one row of `find`; `what` names the event that is looked for */
static Event *
read_one(Statement *find, const char *what, GError **error)
{
    switch (statement_step(find, error)) {
    case STEP_ROW:
        return read_row(find);
    case STEP_DONE:
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND,
                    _("there is no event \"%s\"; those that there are: rundruf event ls"), what);
        return NULL;
    default:
        return NULL;
    }
}

Event *
events_find(Store *store, const char *name, GError **error)
{
    g_autoptr(Statement) find = statement_get(store, &events_statements, FIND, error);
    if (!find)
        return NULL;
    statement_bind_text(find, 1, name);
    return read_one(find, name, error);
}

Event *
events_get(Store *store, gint64 id, GError **error)
{
    g_autoptr(Statement) get = statement_get(store, &events_statements, GET, error);
    if (!get)
        return NULL;
    g_autofree char *what = g_strdup_printf("%" G_GINT64_FORMAT, id);
    statement_bind_int(get, 1, id);
    return read_one(get, what, error);
}

gboolean
events_insert(Store *store, Event *event, GError **error)
{
    g_autoptr(Statement) insert = statement_get(store, &events_statements, INSERT, error);
    if (!insert)
        return FALSE;
    guint number = 1;
    statement_bind_text(insert, number++, event->name);
    statement_bind_text(insert, number++, event_status_text(event->status));
    statement_bind_text(insert, number++, event->title);
    statement_bind_text(insert, number++, event->subtitle);
    statement_bind_text(insert, number++, event->kind);
    statement_bind_text(insert, number++, event->venue);
    statement_bind_int(insert, number++, event->starts_at);
    statement_bind_int(insert, number++, event->ends_at);
    statement_bind_int(insert, number++, event->all_day ? 1 : 0);
    statement_bind_text(insert, number++, event->timezone);
    statement_bind_text(insert, number++, event->contact);
    statement_bind_text(insert, number++, event->registration);
    statement_bind_text(insert, number++, event->audience);
    statement_bind_text(insert, number++, event->body);
    statement_bind_int(insert, number++, event->created_at);
    gint64 id = 0;
    if (!statement_run_number(insert, &id, error))
        return FALSE;
    g_autoptr(Event) stored = events_get(store, id, error);
    if (!stored)
        return FALSE;
    event->id = id;
    event->sequence = stored->sequence;
    return TRUE;
}

GPtrArray *
events_all(Store *store, GError **error)
{
    g_autoptr(Statement) all = statement_get(store, &events_statements, ALL, error);
    if (!all)
        return NULL;
    g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func((GDestroyNotify)event_free);
    StepResult result;
    while ((result = statement_step(all, error)) == STEP_ROW)
        g_ptr_array_add(events, read_row(all));
    return result == STEP_DONE ? g_steal_pointer(&events) : NULL;
}
