/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/journal.h"

#include "store/statement.h"

enum { ADD };

static const char *const texts[] = {
    [ADD] = "INSERT INTO journal (at, actor, deed, object, detail) VALUES ($1, $2, $3, $4, $5)",
};

const StatementTable journal_statements = {"journal", texts, G_N_ELEMENTS(texts)};

gboolean
journal_add(Store *store, gint64 at, const char *actor, const char *deed, const char *object,
            const char *detail, GError **error)
{
    g_autoptr(Statement) statement = statement_get(store, &journal_statements, ADD, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, at);
    statement_bind_text(statement, 2, actor);
    statement_bind_text(statement, 3, deed);
    statement_bind_text(statement, 4, object);
    statement_bind_text(statement, 5, detail);
    return statement_run(statement, NULL, error);
}
