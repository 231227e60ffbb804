/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/relay_fault.h"

#include "store/statement.h"

enum { NOTE, END, READ };

static const char *const texts[] = {
    [NOTE] = ("INSERT INTO relay_fault (id, since, code, text) VALUES (1, $1, $2, $3)"
              " ON CONFLICT (id) DO UPDATE SET code = $2, text = $3"),
    [END] = "DELETE FROM relay_fault",
    [READ] = "SELECT since, code, text FROM relay_fault",
};
const StatementTable relay_fault_statements = {"relay_fault", texts, G_N_ELEMENTS(texts)};

void
relay_fault_clear(RelayFault *fault)
{
    g_clear_pointer(&fault->text, g_free);
}

gboolean
relay_fault_note(Store *store, const RelayFault *fault, GError **error)
{
    g_autoptr(Statement) note = statement_get(store, &relay_fault_statements, NOTE, error);
    if (!note)
        return FALSE;
    statement_bind_int(note, 1, fault->since);
    statement_bind_int(note, 2, fault->code);
    statement_bind_text(note, 3, fault->text);
    return statement_run(note, NULL, error);
}

gboolean
relay_fault_end(Store *store, GError **error)
{
    g_autoptr(Statement) end = statement_get(store, &relay_fault_statements, END, error);
    return end && statement_run(end, NULL, error);
}

gboolean
relay_fault_read(Store *store, RelayFault *fault, GError **error)
{
    g_autoptr(Statement) read = statement_get(store, &relay_fault_statements, READ, error);
    if (!read)
        return FALSE;
    StepResult result = statement_step(read, error);
    if (result == STEP_ROW) {
        fault->since = statement_int(read, 0);
        fault->code = (int)statement_int(read, 1);
        fault->text = g_strdup(statement_text(read, 2));
    }
    return result != STEP_FAILED;
}
