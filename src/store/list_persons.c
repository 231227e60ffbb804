/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/list_persons.h"

#include "store/statement.h"

#include <string.h>

enum { SET, REMOVE, ALL };

static const char *const texts[] = {
    [SET] = "INSERT INTO list_person (list, person, effect, reason, author, at)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (list, person)"
            " DO UPDATE SET effect = excluded.effect, reason = excluded.reason,"
            " author = excluded.author, at = excluded.at",
    [REMOVE] = "DELETE FROM list_person WHERE list = $1 AND person = $2",
    [ALL] = ("SELECT person, effect, reason, author, at FROM list_person WHERE list = $1"
             " ORDER BY at, person"),
};

const StatementTable list_persons_statements = {"list_persons", texts, G_N_ELEMENTS(texts)};

gboolean
list_persons_set(Store *store, gint64 list, const ListPerson *person, GError **error)
{
    g_autoptr(Statement) set = statement_get(store, &list_persons_statements, SET, error);
    if (!set)
        return FALSE;
    statement_bind_int(set, 1, list);
    statement_bind_blob(set, 2, person->person, UUID_LENGTH);
    statement_bind_text(set, 3, person->included ? "include" : "exclude");
    statement_bind_text(set, 4, person->reason);
    statement_bind_text(set, 5, person->author);
    statement_bind_int(set, 6, person->at);
    return statement_run(set, NULL, error);
}

gboolean
list_persons_remove(Store *store, gint64 list, const guint8 person[UUID_LENGTH], GError **error)
{
    g_autoptr(Statement) remove = statement_get(store, &list_persons_statements, REMOVE, error);
    if (!remove)
        return FALSE;
    statement_bind_int(remove, 1, list);
    statement_bind_blob(remove, 2, person, UUID_LENGTH);
    return statement_run(remove, NULL, error);
}

GPtrArray *
list_persons_all(Store *store, gint64 list, GError **error)
{
    g_autoptr(Statement) all = statement_get(store, &list_persons_statements, ALL, error);
    if (!all)
        return NULL;
    statement_bind_int(all, 1, list);
    g_autoptr(GPtrArray) persons = g_ptr_array_new_with_free_func((GDestroyNotify)list_person_free);
    StepResult result;
    while ((result = statement_step(all, error)) == STEP_ROW) {
        gsize length;
        gconstpointer uuid = statement_blob(all, 0, &length);
        ListPerson *person = g_new0(ListPerson, 1);
        memcpy(person->person, uuid, MIN(length, UUID_LENGTH));
        person->included = strcmp(statement_text(all, 1), "include") == 0;
        person->reason = g_strdup(statement_text(all, 2));
        person->author = g_strdup(statement_text(all, 3));
        person->at = statement_int(all, 4);
        g_ptr_array_add(persons, person);
    }
    return result == STEP_DONE ? g_steal_pointer(&persons) : NULL;
}

const ListPerson *
list_persons_find(const GPtrArray *persons, const guint8 person[UUID_LENGTH])
{
    for (guint i = 0; i < persons->len; i++) {
        const ListPerson *one = g_ptr_array_index(persons, i);
        if (memcmp(one->person, person, UUID_LENGTH) == 0)
            return one;
    }
    return NULL;
}
