/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/roster.h"

#include "store/blocks.h"
#include "store/statement.h"

#include <string.h>

enum { COUNT, COUNT_MISSING, SOURCE, IS_PERSON };

static const char *const texts[] = {
    [COUNT] = "SELECT count(*) FROM entry WHERE kind = $1",
    [COUNT_MISSING] = "SELECT count(*) FROM entry WHERE missing_reason = $1 AND kind <> 'other'",
    [SOURCE] = "SELECT audited_at, cookie FROM sync_state ORDER BY generation DESC LIMIT 1",
    [IS_PERSON] = "SELECT count(*) FROM entry WHERE id = $1 AND kind = 'person'",
};

const StatementTable roster_statements = {"roster", texts, G_N_ELEMENTS(texts)};

void
roster_figures_clear(RosterFigures *figures)
{
    g_clear_pointer(&figures->cookie, g_bytes_unref);
}

static gboolean
count(Store *store, guint index, const char *which, gint64 *number, GError **error)
{
    g_autoptr(Statement) statement = statement_get(store, &roster_statements, index, error);
    if (!statement)
        return FALSE;
    statement_bind_text(statement, 1, which);
    return statement_run_number(statement, number, error);
}

static gboolean
read_source(Store *store, RosterFigures *figures, GError **error)
{
    g_autoptr(Statement) source = statement_get(store, &roster_statements, SOURCE, error);
    StepResult result = source ? statement_step(source, error) : STEP_FAILED;
    if (result != STEP_ROW)
        return result == STEP_DONE;
    gsize length;
    gconstpointer cookie = statement_blob(source, 1, &length);
    figures->audited_at = statement_int(source, 0);
    figures->cookie = cookie ? g_bytes_new(cookie, length) : NULL;
    return TRUE;
}

gboolean
roster_missing(Store *store, gint64 *held, gint64 *kept, GError **error)
{
    return count(store, COUNT_MISSING, "held", held, error) &&
           count(store, COUNT_MISSING, "kept", kept, error);
}

gboolean
roster_read(Store *store, RosterFigures *figures, GError **error)
{
    g_auto(RosterFigures) read = {0};
    if (!count(store, COUNT, "person", &read.persons, error) ||
        !count(store, COUNT, "municipality", &read.municipalities, error) ||
        !roster_missing(store, &read.held, &read.kept, error) || !read_source(store, &read, error))
        return FALSE;
    *figures = read;
    read.cookie = NULL;
    return TRUE;
}

/* The term at hand, of which more parts may come. */
typedef struct {
    Store *store;
    GString *key;
    GArray *entries;
    RosterSharedFunc func;
    gpointer user_data;
} Sharing;

static gboolean
tell_term(Sharing *sharing, GError **error)
{
    gint64 persons = 0;
    for (guint i = 0; sharing->entries->len > 1 && i < sharing->entries->len; i++) {
        gint64 is_person = 0;
        g_autoptr(Statement) find =
            statement_get(sharing->store, &roster_statements, IS_PERSON, error);
        if (!find)
            return FALSE;
        statement_bind_int(find, 1, g_array_index(sharing->entries, gint64, i));
        if (!statement_run_number(find, &is_person, error))
            return FALSE;
        persons += is_person;
    }
    if (persons > 1)
        sharing->func(sharing->key->str, persons, sharing->user_data);
    g_array_set_size(sharing->entries, 0);
    return TRUE;
}

static gboolean
take_term(const PostingTerm *term, gpointer user_data, GError **error)
{
    Sharing *sharing = user_data;
    gboolean same = sharing->key->len == term->length &&
                    memcmp(sharing->key->str, term->key, term->length) == 0;
    if (!same && !tell_term(sharing, error))
        return FALSE;
    g_string_truncate(sharing->key, 0);
    g_string_append_len(sharing->key, term->key, (gssize)term->length);
    return blocks_entries(term, postings_append, sharing->entries, error);
}

static gboolean
tell_shared(Store *store, const char *attribute, RosterSharedFunc func, gpointer user_data,
            GError **error)
{
    g_autofree char *lower = g_ascii_strdown(attribute, -1);
    g_autoptr(GString) key = g_string_new(NULL);
    g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(gint64));
    Sharing sharing = {store, key, entries, func, user_data};
    return blocks_each(store, lower, &(BlocksRange){0}, take_term, &sharing, error) &&
           tell_term(&sharing, error);
}

gboolean
roster_shared_mails(Store *store, const FieldMap *map, RosterSharedFunc func, gpointer user_data,
                    GError **error)
{
    for (char **attribute = map->attributes[FIELD_MAIL]; *attribute; attribute++)
        if (!tell_shared(store, *attribute, func, user_data, error))
            return FALSE;
    return TRUE;
}
