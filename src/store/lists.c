/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/lists.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/statement.h"

#define COLUMNS                                                                                    \
    "id, name, title, filter, purpose, sender, created_at, changed_at, except_filter, basis, "     \
    "owner,"                                                                                       \
    " max_members"

enum { INSERT, UPDATE, DELETE, FIND, ALL };

static const char *const texts[] = {
    [INSERT] = "INSERT INTO list (name, title, filter, purpose, sender, created_at, changed_at,"
               " except_filter, basis, owner, max_members)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
               " ON CONFLICT (name) DO NOTHING RETURNING id",
    [UPDATE] = "UPDATE list SET name = $2, title = $3, filter = $4, purpose = $5, sender = $6,"
               " changed_at = $7, except_filter = $8, basis = $9, owner = $10, max_members = $11"
               " WHERE id = $1",
    [DELETE] = "DELETE FROM list WHERE name = $1",
    [FIND] = "SELECT " COLUMNS " FROM list WHERE name = $1",
    [ALL] = "SELECT " COLUMNS " FROM list ORDER BY name",
};
const StatementTable lists_statements = {"lists", texts, G_N_ELEMENTS(texts)};

/* $8 and what follows: the same of both statements */
static void
bind_rest(Statement *statement, const List *list)
{
    statement_bind_text(statement, 8, list->except);
    statement_bind_text(statement, 9, list->basis);
    statement_bind_text(statement, 10, list->owner);
    statement_bind_int(statement, 11, list->max_members);
}

static gboolean
set_not_found(const char *name, GError **error)
{
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND,
                _("there is no list \"%s\"; those that there are: rundruf list ls"), name);
    return FALSE;
}

gboolean
lists_insert(Store *store, List *list, GError **error)
{
    g_autoptr(Statement) insert = statement_get(store, &lists_statements, INSERT, error);
    if (!insert)
        return FALSE;
    statement_bind_text(insert, 1, list->name);
    statement_bind_text(insert, 2, list->title);
    statement_bind_text(insert, 3, list->filter);
    statement_bind_text(insert, 4, list->purpose);
    statement_bind_text(insert, 5, list->sender);
    statement_bind_int(insert, 6, list->created_at);
    statement_bind_int(insert, 7, list->changed_at);
    bind_rest(insert, list);
    gint64 id = 0;
    if (!statement_run_number(insert, &id, error))
        return FALSE;
    if (id == 0) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("there is a list \"%s\" already; change it with: rundruf list set %s"),
                    list->name, list->name);
        return FALSE;
    }
    list->id = id;
    return TRUE;
}

gboolean
lists_update(Store *store, const List *list, GError **error)
{
    g_autoptr(Statement) update = statement_get(store, &lists_statements, UPDATE, error);
    if (!update)
        return FALSE;
    statement_bind_int(update, 1, list->id);
    statement_bind_text(update, 2, list->name);
    statement_bind_text(update, 3, list->title);
    statement_bind_text(update, 4, list->filter);
    statement_bind_text(update, 5, list->purpose);
    statement_bind_text(update, 6, list->sender);
    statement_bind_int(update, 7, list->changed_at);
    bind_rest(update, list);
    gint64 changes = 0;
    if (!statement_run(update, &changes, error))
        return FALSE;
    return changes > 0 || set_not_found(list->name, error);
}

gboolean
lists_delete(Store *store, const char *name, GError **error)
{
    g_autoptr(Statement) delete = statement_get(store, &lists_statements, DELETE, error);
    if (!delete)
        return FALSE;
    statement_bind_text(delete, 1, name);
    gint64 changes = 0;
    if (!statement_run(delete, &changes, error))
        return FALSE;
    return changes > 0 || set_not_found(name, error);
}

static List *
read_row(Statement *row)
{
    List *list = list_new();
    list->id = statement_int(row, 0);
    list->name = g_strdup(statement_text(row, 1));
    list->title = g_strdup(statement_text(row, 2));
    list->filter = g_strdup(statement_text(row, 3));
    list->purpose = g_strdup(statement_text(row, 4));
    list->sender = g_strdup(statement_text(row, 5));
    list->created_at = statement_int(row, 6);
    list->changed_at = statement_int(row, 7);
    list->except = g_strdup(statement_text(row, 8));
    list->basis = g_strdup(statement_text(row, 9));
    list->owner = g_strdup(statement_text(row, 10));
    list->max_members = statement_int(row, 11);
    return list;
}

List *
lists_find(Store *store, const char *name, GError **error)
{
    g_autoptr(Statement) find = statement_get(store, &lists_statements, FIND, error);
    if (!find)
        return NULL;
    statement_bind_text(find, 1, name);
    switch (statement_step(find, error)) {
    case STEP_ROW:
        return read_row(find);
    case STEP_DONE:
        set_not_found(name, error);
        return NULL;
    default:
        return NULL;
    }
}

GPtrArray *
lists_all(Store *store, GError **error)
{
    g_autoptr(Statement) all = statement_get(store, &lists_statements, ALL, error);
    if (!all)
        return NULL;
    g_autoptr(GPtrArray) lists = g_ptr_array_new_with_free_func((GDestroyNotify)list_free);
    StepResult result;
    while ((result = statement_step(all, error)) == STEP_ROW)
        g_ptr_array_add(lists, read_row(all));
    return result == STEP_DONE ? g_steal_pointer(&lists) : NULL;
}
