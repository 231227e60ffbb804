/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/registrations.h"

#include "base/numbers.h"
#include "store/statement.h"

#include <string.h>

enum { REMOVE, SET, SET_ATTENDED, FIND, INVITED, UNANSWERED, ANSWERED, ATTENDED };

/* the names of events that are asked for: $1 (NULL: any), beginning from $2 and before $3, as the
 * latest version has it */
#define EVENTS                                                                                     \
    "(SELECT w.name FROM event w WHERE (CAST($1 AS TEXT) IS NULL OR w.name = $1)"                  \
    " AND w.starts_at >= $2 AND w.starts_at < $3"                                                  \
    " AND w.sequence = (SELECT max(x.sequence) FROM event x WHERE x.name = w.name))"

/* CROSS JOIN keeps this order, in which indexes serve; else SQLite reads all mailings' rows. No
 * row of `entry` is read, its indexes have all that is asked for. */
#define WHO_IS_INVITED                                                                             \
    "SELECT e.id FROM event v CROSS JOIN mailing m CROSS JOIN delivery d"                          \
    " CROSS JOIN entry e WHERE v.name IN " EVENTS                                                  \
    " AND m.event = v.id AND m.state <> 'draft' AND d.mailing = m.id"                              \
    " AND d.state IN ('queued', 'claimed', 'sent', 'retry', 'unknown')"                            \
    " AND (d.state IN ('claimed', 'sent', 'unknown') OR m.state IN ('running', 'paused'))"         \
    " AND e.uuid = d.person"                                                                       \
    " AND e.id NOT IN (SELECT o.id FROM entry o WHERE o.kind <> 'person')"

#define WHO_ANSWERED                                                                               \
    "SELECT e.id FROM registration r JOIN entry e ON e.uuid = r.person"                            \
    " WHERE r.event IN " EVENTS " AND e.kind = 'person'"

static const char *const texts[] = {
    [REMOVE] = "DELETE FROM registration WHERE event = $1 AND person = $2",
    [SET] = "INSERT INTO registration (event, person, state, attended, at, author)"
            " VALUES ($1, $2, $3, 0, $4, $5) ON CONFLICT (event, person)"
            " DO UPDATE SET state = excluded.state, at = excluded.at, author = excluded.author,"
            " attended = CASE WHEN excluded.state = 'declined' THEN 0 ELSE registration.attended"
            " END",
    [SET_ATTENDED] = "INSERT INTO registration (event, person, state, attended, at, author)"
                     " VALUES ($1, $2, NULL, 1, $3, $4) ON CONFLICT (event, person)"
                     " DO UPDATE SET state = nullif(registration.state, 'declined'), attended = 1,"
                     " at = excluded.at, author = excluded.author",
    [FIND] = "SELECT state, attended FROM registration WHERE event = $1 AND person = $2",
    [INVITED] = WHO_IS_INVITED,
    [UNANSWERED] = WHO_IS_INVITED " AND NOT EXISTS (SELECT 1 FROM registration r"
                                  " WHERE r.event = v.name AND r.person = d.person"
                                  " AND r.state IS NOT NULL)",
    [ANSWERED] = WHO_ANSWERED " AND r.state = $4",
    [ATTENDED] = WHO_ANSWERED " AND r.attended = 1",
};
const StatementTable registrations_statements = {"registrations", texts, G_N_ELEMENTS(texts)};

const char *const answer_names[] = {
    [ANSWER_NONE] = "none",
    [ANSWER_REGISTERED] = "registered",
    [ANSWER_DECLINED] = "declined",
    [ANSWER_ATTENDED] = "attended",
    [ANSWERS] = NULL,
};

gboolean
registrations_set(Store *store, const Registration *registration, GError **error)
{
    Answer answer = registration->answer;
    guint index = answer == ANSWER_NONE ? REMOVE : answer == ANSWER_ATTENDED ? SET_ATTENDED : SET;
    g_autoptr(Statement) set = statement_get(store, &registrations_statements, index, error);
    if (!set)
        return FALSE;
    guint number = 1;
    statement_bind_text(set, number++, registration->event);
    statement_bind_blob(set, number++, registration->person, UUID_LENGTH);
    if (index == SET)
        statement_bind_text(set, number++, answer_names[answer]);
    if (index != REMOVE) {
        statement_bind_int(set, number++, registration->at);
        statement_bind_text(set, number++, registration->author);
    }
    return statement_run(set, NULL, error);
}

gboolean
registrations_find(Store *store, const char *event, const guint8 person[UUID_LENGTH],
                   Answer *answer, gboolean *attended, GError **error)
{
    g_autoptr(Statement) find = statement_get(store, &registrations_statements, FIND, error);
    if (!find)
        return FALSE;
    statement_bind_text(find, 1, event);
    statement_bind_blob(find, 2, person, UUID_LENGTH);
    StepResult result = statement_step(find, error);
    if (result == STEP_FAILED)
        return FALSE;
    const char *state = result == STEP_ROW ? statement_text(find, 0) : NULL;
    *answer = !state                                                ? ANSWER_NONE
              : strcmp(state, answer_names[ANSWER_REGISTERED]) == 0 ? ANSWER_REGISTERED
                                                                    : ANSWER_DECLINED;
    *attended = result == STEP_ROW && statement_int(find, 1) != 0;
    return TRUE;
}

gboolean
registrations_select(Store *store, FactKind fact, const FactEvents *events, GArray *ids,
                     GError **error)
{
    static const guint statements[FACTS] = {
        [FACT_INVITED] = INVITED,       [FACT_REGISTERED] = ANSWERED, [FACT_DECLINED] = ANSWERED,
        [FACT_UNANSWERED] = UNANSWERED, [FACT_ATTENDED] = ATTENDED,
    };
    g_return_val_if_fail(fact < FACTS, FALSE);
    g_autoptr(Statement) select =
        statement_get(store, &registrations_statements, statements[fact], error);
    if (!select)
        return FALSE;
    statement_bind_text(select, 1, events->name);
    statement_bind_int(select, 2, events->from);
    statement_bind_int(select, 3, events->to);
    if (statements[fact] == ANSWERED)
        statement_bind_text(select, 4, fact_names[fact]);
    StepResult result;
    while ((result = statement_step(select, error)) == STEP_ROW) {
        gint64 id = statement_int(select, 0);
        g_array_append_val(ids, id);
    }
    /* the same person may be there for several mailings and events */
    numbers_sort_unique(ids);
    return result == STEP_DONE;
}
