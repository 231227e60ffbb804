/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/schemas.h"

#include "store/statement.h"

enum { HAS, GET, SAVE, CLEAR, LOAD };

static const char *const texts[] = {
    [HAS] = "SELECT count(*) FROM directory_schema WHERE source = $1",
    [GET] = "SELECT text FROM directory_schema WHERE source = $1",
    [SAVE] = "INSERT INTO directory_schema (source, text) VALUES ($1, $2)",
    [CLEAR] = "DELETE FROM directory_schema",
    [LOAD] = "SELECT text FROM directory_schema",
};
const StatementTable schemas_statements = {"schemas", texts, G_N_ELEMENTS(texts)};

gboolean
schemas_has(Store *store, const char *source, gboolean *has, GError **error)
{
    gint64 count = 0;
    g_autoptr(Statement) find = statement_get(store, &schemas_statements, HAS, error);
    if (!find)
        return FALSE;
    statement_bind_text(find, 1, source);
    if (!statement_run_number(find, &count, error))
        return FALSE;
    *has = count > 0;
    return TRUE;
}

gboolean
schemas_get(Store *store, const char *source, char **text, GError **error)
{
    g_autoptr(Statement) get = statement_get(store, &schemas_statements, GET, error);
    if (!get)
        return FALSE;
    statement_bind_text(get, 1, source);
    StepResult result = statement_step(get, error);
    if (result == STEP_FAILED)
        return FALSE;
    *text = result == STEP_ROW ? g_strdup(statement_text(get, 0)) : NULL;
    return TRUE;
}

gboolean
schemas_save(Store *store, const char *source, const char *text, GError **error)
{
    g_autoptr(Statement) clear = statement_get(store, &schemas_statements, CLEAR, error);
    g_autoptr(Statement) save =
        clear ? statement_get(store, &schemas_statements, SAVE, error) : NULL;
    if (!save)
        return FALSE;
    statement_bind_text(save, 1, source);
    statement_bind_text(save, 2, text);
    return statement_run(clear, NULL, error) && statement_run(save, NULL, error);
}

gboolean
schemas_use(Store *store, FieldMap *map, GError **error)
{
    g_autoptr(Statement) load = statement_get(store, &schemas_statements, LOAD, error);
    StepResult result = load ? statement_step(load, error) : STEP_FAILED;
    if (result == STEP_FAILED)
        return FALSE;
    field_map_use_schema(map, result == STEP_ROW ? attribute_schema_read(statement_text(load, 0))
                                                 : NULL);
    return TRUE;
}
