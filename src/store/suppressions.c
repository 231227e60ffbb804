/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/suppressions.h"

#include "store/statement.h"

enum { ADD, REMOVE, FIND };

static const char *const texts[] = {
    [ADD] = "INSERT INTO suppression (address, purpose, reason, proof, since)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (address, purpose)"
            " DO UPDATE SET reason = excluded.reason, proof = excluded.proof",
    [REMOVE] = "DELETE FROM suppression WHERE address = $1 AND purpose = $2",
    /* '*' sorts before every purpose: the particular reason comes first */
    [FIND] = "SELECT reason FROM suppression WHERE address = $1"
             " AND purpose IN ($2, '" SUPPRESSIONS_ALL_PURPOSES "') ORDER BY purpose DESC LIMIT 1",
};
const StatementTable suppressions_statements = {"suppressions", texts, G_N_ELEMENTS(texts)};

gboolean
suppressions_add(Store *store, const Suppression *suppression, GError **error)
{
    g_autoptr(Statement) add = statement_get(store, &suppressions_statements, ADD, error);
    if (!add)
        return FALSE;
    statement_bind_text(add, 1, suppression->key);
    statement_bind_text(add, 2, suppression->purpose);
    statement_bind_text(add, 3, suppression->reason);
    statement_bind_text(add, 4, suppression->proof);
    statement_bind_int(add, 5, suppression->since);
    return statement_run(add, NULL, error);
}

gboolean
suppressions_remove(Store *store, const char *key, const char *purpose, gboolean *removed,
                    GError **error)
{
    g_autoptr(Statement) delete = statement_get(store, &suppressions_statements, REMOVE, error);
    if (!delete)
        return FALSE;
    statement_bind_text(delete, 1, key);
    statement_bind_text(delete, 2, purpose);
    gint64 changes = 0;
    if (!statement_run(delete, &changes, error))
        return FALSE;
    *removed = changes > 0;
    return TRUE;
}

gboolean
suppressions_find(Store *store, const char *key, const char *purpose, char **reason, GError **error)
{
    g_autoptr(Statement) find = statement_get(store, &suppressions_statements, FIND, error);
    if (!find)
        return FALSE;
    statement_bind_text(find, 1, key);
    statement_bind_text(find, 2, purpose);
    StepResult result = statement_step(find, error);
    if (result == STEP_FAILED)
        return FALSE;
    *reason = result == STEP_ROW ? g_strdup(statement_text(find, 0)) : NULL;
    return TRUE;
}
