/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/traces.h"

#include "store/connection.h"
#include "store/statement.h"
#include "store/terms.h"

#include <string.h>

enum { SINCE, EXPIRE };

static const char *const texts[] = {
    [SINCE] = "SELECT t.uuid, f.last_at, t.kind, t.municipality, t.attributes"
              " FROM (SELECT min(id) AS id, max(at) AS last_at FROM trace WHERE at >= $1"
              " GROUP BY uuid) f JOIN trace t ON t.id = f.id ORDER BY t.id",
    [EXPIRE] = "DELETE FROM trace WHERE at < $1",
};

const StatementTable traces_statements = {"traces", texts, G_N_ELEMENTS(texts)};

void
trace_free(Trace *trace)
{
    if (!trace)
        return;
    g_clear_pointer(&trace->attributes, g_bytes_unref);
    g_free(trace);
}

static Trace *
read_row(Statement *row)
{
    gsize length;
    Trace *trace = g_new0(Trace, 1);
    gconstpointer uuid = statement_blob(row, 0, &length);
    memcpy(trace->uuid, uuid, MIN(length, UUID_LENGTH));
    trace->last_at = statement_int(row, 1);
    const char *kind = statement_text(row, 2);
    trace->kind = strcmp(kind, "person") == 0         ? ENTRY_PERSON
                  : strcmp(kind, "municipality") == 0 ? ENTRY_MUNICIPALITY
                                                      : ENTRY_OTHER;
    gconstpointer municipality = statement_blob(row, 3, &length);
    trace->belongs = length == UUID_LENGTH;
    if (trace->belongs)
        memcpy(trace->municipality, municipality, UUID_LENGTH);
    gconstpointer attributes = statement_blob(row, 4, &length);
    trace->attributes = attributes ? g_bytes_new(attributes, length) : NULL;
    return trace;
}

GPtrArray *
traces_since(Store *store, gint64 since, GError **error)
{
    g_autoptr(Statement) rows = statement_get(store, &traces_statements, SINCE, error);
    if (!rows)
        return NULL;
    statement_bind_int(rows, 1, since);
    g_autoptr(GPtrArray) traces = g_ptr_array_new_with_free_func((GDestroyNotify)trace_free);
    StepResult result;
    while ((result = statement_step(rows, error)) == STEP_ROW)
        g_ptr_array_add(traces, read_row(rows));
    return result == STEP_DONE ? g_steal_pointer(&traces) : NULL;
}

gboolean
traces_expire(Store *store, gint64 now, GError **error)
{
    g_autoptr(Statement) expire = statement_get(store, &traces_statements, EXPIRE, error);
    if (!expire)
        return FALSE;
    statement_bind_int(expire, 1, now - TRACE_LIFETIME_S);
    return statement_run(expire, NULL, error);
}

/* ---- traced(attributes, indexed): the BLOB with the indexed attributes alone */

/* Of one connection: which descriptions are indexed is found out once for each. */
typedef struct {
    char *indexed; /* as `terms` has them; NULL: none yet */
    Terms *terms;
} Tracer;

static void
tracer_free(gpointer data)
{
    Tracer *tracer = data;
    g_free(tracer->indexed);
    terms_free(tracer->terms);
    g_free(tracer);
}

static void
tracer_set(Tracer *tracer, const char *indexed)
{
    if (g_strcmp0(tracer->indexed, indexed) == 0)
        return;
    g_auto(GStrv) names = g_strsplit(indexed, " ", -1);
    g_free(tracer->indexed);
    terms_free(tracer->terms);
    tracer->indexed = g_strdup(indexed);
    tracer->terms = terms_new((const char *const *)names);
}

/* all of them before the first sync */
static GByteArray *
reduce(Tracer *tracer, gconstpointer blob, gsize length)
{
    g_autoptr(Attributes) all = attributes_decode(blob, length, NULL);
    g_autoptr(Attributes) some = attributes_new();
    for (guint i = 0; all && i < attributes_count(all); i++) {
        const char *description = attributes_description(all, i);
        if (!*tracer->indexed || terms_has(tracer->terms, description))
            attributes_add_from(some, all, description);
    }
    return attributes_encode(some);
}

static void
traced(sqlite3_context *context, G_GNUC_UNUSED int count, sqlite3_value **arguments)
{
    Tracer *tracer = sqlite3_user_data(context);
    const char *indexed = (const char *)sqlite3_value_text(arguments[1]);
    gconstpointer blob = sqlite3_value_blob(arguments[0]);
    tracer_set(tracer, indexed ? indexed : "");
    g_autoptr(GByteArray) some =
        reduce(tracer, blob ? blob : "", (gsize)sqlite3_value_bytes(arguments[0]));
    sqlite3_result_blob64(context, some->data, some->len, SQLITE_TRANSIENT);
}

int
traces_register(sqlite3 *db)
{
    /* innocuous: it may stand in the schema */
    return sqlite3_create_function_v2(db, "traced", 2,
                                      SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                      g_new0(Tracer, 1), traced, NULL, NULL, tracer_free);
}
