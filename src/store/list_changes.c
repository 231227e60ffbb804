/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/list_changes.h"

#include "store/statement.h"

#include <string.h>

enum { ADD, SINCE };

static const char *const texts[] = {
    [ADD] = "INSERT INTO list_change (list, at, author, property, person, old, new, reason)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    [SINCE] = "SELECT at, author, property, person, old, new, reason FROM list_change"
              " WHERE list = $1 AND at >= $2 ORDER BY id",
};

const StatementTable list_changes_statements = {"list_changes", texts, G_N_ELEMENTS(texts)};

gboolean
list_changes_add(Store *store, const char *name, const ListChange *change, GError **error)
{
    g_autoptr(Statement) add = statement_get(store, &list_changes_statements, ADD, error);
    if (!add)
        return FALSE;
    statement_bind_text(add, 1, name);
    statement_bind_int(add, 2, change->at);
    statement_bind_text(add, 3, change->author);
    statement_bind_text(add, 4, change->property);
    if (change->property)
        statement_bind_null(add, 5);
    else
        statement_bind_blob(add, 5, change->person, UUID_LENGTH);
    statement_bind_text(add, 6, change->old);
    statement_bind_text(add, 7, change->new);
    statement_bind_text(add, 8, change->reason);
    return statement_run(add, NULL, error);
}

gboolean
list_changes_compare(Store *store, const List *before, const List *after, const char *author,
                     gint64 at, GError **error)
{
    for (guint i = 0; i < LIST_PROPERTIES; i++) {
        g_autofree char *old = list_property_text(before, (ListProperty)i);
        g_autofree char *new = list_property_text(after, (ListProperty)i);
        ListChange change = {.at = at,
                             .author = (char *)author,
                             .property = (char *)list_property_names[i],
                             .old = old,
                             .new = new};
        if (g_strcmp0(old, new) != 0 &&
            !list_changes_add(store, after ? after->name : before->name, &change, error))
            return FALSE;
    }
    return TRUE;
}

static ListChange *
read_row(Statement *row)
{
    gsize length;
    gconstpointer uuid = statement_blob(row, 3, &length);
    ListChange *change = g_new0(ListChange, 1);
    change->at = statement_int(row, 0);
    change->author = g_strdup(statement_text(row, 1));
    change->property = g_strdup(statement_text(row, 2));
    if (!change->property)
        memcpy(change->person, uuid, MIN(length, UUID_LENGTH));
    change->old = g_strdup(statement_text(row, 4));
    change->new = g_strdup(statement_text(row, 5));
    change->reason = g_strdup(statement_text(row, 6));
    return change;
}

GPtrArray *
list_changes_since(Store *store, const char *name, gint64 since, GError **error)
{
    g_autoptr(Statement) rows = statement_get(store, &list_changes_statements, SINCE, error);
    if (!rows)
        return NULL;
    statement_bind_text(rows, 1, name);
    statement_bind_int(rows, 2, since);
    g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func((GDestroyNotify)list_change_free);
    StepResult result;
    while ((result = statement_step(rows, error)) == STEP_ROW)
        g_ptr_array_add(changes, read_row(rows));
    return result == STEP_DONE ? g_steal_pointer(&changes) : NULL;
}
