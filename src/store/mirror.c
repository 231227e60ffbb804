/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/mirror.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/statement.h"
#include "store/sync_state.h"
#include "store/terms.h"
#include "store/tombstones.h"

#include <string.h>

enum { BY_UUID, BY_ID, IS_USED, WRITE, NEXT_ID, NEXT_GENERATION, COUNT };

#define COLUMNS "id, uuid, parent, rdn, kind, municipality, csn, digest, attributes, missing_reason"

#define NEXT_GENERATION_TEXT                                                                       \
    "UPDATE sync_state SET generation = generation + 1"                                            \
    " WHERE generation = (SELECT max(generation) FROM sync_state) RETURNING generation"

static const char *const texts[] = {
    [BY_UUID] = "SELECT " COLUMNS " FROM entry WHERE uuid = $1",
    [BY_ID] = "SELECT " COLUMNS " FROM entry WHERE id = $1",
    [IS_USED] = "SELECT 1 FROM entry WHERE parent = $1 OR municipality = $1 LIMIT 1",
    [WRITE] = "UPDATE entry SET attributes = $2, digest = $3, csn = $4 WHERE id = $1",
    [NEXT_ID] = "SELECT coalesce(max(id), 0) + 1 FROM entry",
    [NEXT_GENERATION] = NEXT_GENERATION_TEXT,
    [COUNT] = ("UPDATE sync_state SET entries = entries + $1, persons = persons + $2,"
               " municipalities = municipalities + $3"),
};

const StatementTable mirror_statements = {"mirror", texts, G_N_ELEMENTS(texts)};

void
mirror_entry_free(MirrorEntry *entry)
{
    if (!entry)
        return;
    attributes_free(entry->attributes);
    if (entry->blob)
        g_bytes_unref(entry->blob);
    g_free(entry->rdn);
    g_free(entry->csn);
    g_free(entry->dn);
    g_free(entry);
}

static Statement *
get(Store *store, guint index, GError **error)
{
    return statement_get(store, &mirror_statements, index, error);
}

static EntryKind
kind_of(const char *name)
{
    if (g_strcmp0(name, "person") == 0)
        return ENTRY_PERSON;
    return g_strcmp0(name, "municipality") == 0 ? ENTRY_MUNICIPALITY : ENTRY_OTHER;
}

static MirrorEntry *
read_row(Statement *row, GError **error)
{
    g_autoptr(MirrorEntry) entry = g_new0(MirrorEntry, 1);
    gsize uuid_length, digest_length, length;
    const guint8 *uuid = statement_blob(row, 1, &uuid_length);
    const guint8 *digest = statement_blob(row, 7, &digest_length);
    if (uuid_length != UUID_LENGTH || digest_length != DIGEST_LENGTH) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE,
                    _("entry %" PRId64 " is damaged; say: rundruf db check"),
                    statement_int(row, 0));
        return NULL;
    }
    entry->rdn = g_strdup(statement_text(row, 3));
    entry->csn = g_strdup(statement_text(row, 6));
    entry->row = (EntryRow){.id = statement_int(row, 0),
                            .parent = statement_int(row, 2),
                            .rdn = entry->rdn,
                            .kind = kind_of(statement_text(row, 4)),
                            .municipality = statement_int(row, 5),
                            .csn = entry->csn};
    memcpy(entry->row.uuid, uuid, UUID_LENGTH);
    memcpy(entry->row.digest, digest, DIGEST_LENGTH);
    entry->missing = statement_text(row, 9) != NULL;
    gconstpointer blob = statement_blob(row, 8, &length);
    entry->blob = g_bytes_new(blob, length);
    entry->attributes = attributes_decode(g_bytes_get_data(entry->blob, NULL), length, error);
    return entry->attributes ? g_steal_pointer(&entry) : NULL;
}

/* Takes the statement over. */
static MirrorEntry *
find(Store *store, Statement *bound, GError **error)
{
    g_autoptr(Statement) statement = bound;
    g_autoptr(MirrorEntry) entry = NULL;
    StepResult result = statement_step(statement, error);
    if (result == STEP_DONE)
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND,
                    _("the roster has no such entry (any more)"));
    if (result != STEP_ROW || !(entry = read_row(statement, error)))
        return NULL;
    entry->dn = entries_dn(store, entry->row.id, error);
    return entry->dn ? g_steal_pointer(&entry) : NULL;
}

MirrorEntry *
mirror_find(Store *store, const guint8 uuid[UUID_LENGTH], GError **error)
{
    Statement *statement = get(store, BY_UUID, error);
    if (!statement)
        return NULL;
    statement_bind_blob(statement, 1, uuid, UUID_LENGTH);
    return find(store, statement, error);
}

MirrorEntry *
mirror_find_id(Store *store, gint64 id, GError **error)
{
    Statement *statement = get(store, BY_ID, error);
    if (!statement)
        return NULL;
    statement_bind_int(statement, 1, id);
    return find(store, statement, error);
}

gboolean
mirror_is_used(Store *store, gint64 id, gboolean *used, GError **error)
{
    g_autoptr(Statement) statement = get(store, IS_USED, error);
    gint64 found = 0;
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, id);
    if (!statement_run_number(statement, &found, error))
        return FALSE;
    *used = found != 0;
    return TRUE;
}

/* The index is kept as it was built, whatever the configuration says by now: the next sync builds
 * it anew then. */
static gboolean
change_terms(Store *store, gint64 id, const Attributes *before, const Attributes *after,
             GError **error)
{
    g_auto(SyncState) state = {0};
    if (!sync_state_load(store, &state, error))
        return FALSE;
    g_auto(GStrv) indexed = g_strsplit(state.indexed, " ", -1);
    g_autoptr(Terms) terms = terms_new((const char *const *)indexed);
    return terms_change(terms, store, id, before, after, error);
}

gboolean
mirror_write(Store *store, const MirrorEntry *entry, Attributes *attributes,
             const guint8 digest[DIGEST_LENGTH], const char *csn, GError **error)
{
    g_autoptr(GByteArray) blob = attributes_encode(attributes);
    gsize length;
    gconstpointer old = g_bytes_get_data(entry->blob, &length);
    gboolean same = length == blob->len && memcmp(old, blob->data, length) == 0;
    if (same && g_strcmp0(csn, entry->csn) == 0 &&
        memcmp(digest, entry->row.digest, DIGEST_LENGTH) == 0)
        return TRUE;
    g_autoptr(Statement) statement = get(store, WRITE, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, entry->row.id);
    statement_bind_blob(statement, 2, blob->data, blob->len);
    statement_bind_blob(statement, 3, digest, DIGEST_LENGTH);
    statement_bind_text(statement, 4, csn);
    return statement_run(statement, NULL, error) &&
           (same || change_terms(store, entry->row.id, entry->attributes, attributes, error));
}

/* Counting all rows anew for each entry would be slow: 1000 removals take as many counts. */
static gboolean
count(Store *store, EntryKind kind, int more, GError **error)
{
    g_autoptr(Statement) statement = get(store, COUNT, error);
    if (!statement)
        return FALSE;
    statement_bind_int(statement, 1, more);
    statement_bind_int(statement, 2, kind == ENTRY_PERSON ? more : 0);
    statement_bind_int(statement, 3, kind == ENTRY_MUNICIPALITY ? more : 0);
    return statement_run(statement, NULL, error);
}

gboolean
mirror_insert(Store *store, EntryRow *row, Attributes *attributes, GError **error)
{
    g_autoptr(Statement) next = get(store, NEXT_ID, error);
    g_autoptr(GByteArray) blob = attributes_encode(attributes);
    if (!next || !statement_run_number(next, &row->id, error))
        return FALSE;
    digest_sha256(blob->data, blob->len, row->digest);
    return entries_insert(store, row, blob->data, blob->len, error) &&
           change_terms(store, row->id, NULL, attributes, error) &&
           count(store, row->kind, 1, error);
}

gboolean
mirror_remove(Store *store, const MirrorEntry *entry, gint64 now, GError **error)
{
    const gint64 id = entry->row.id;
    g_autoptr(Statement) next = get(store, NEXT_GENERATION, error);
    gint64 generation = 0;
    return next && statement_run_number(next, &generation, error) &&
           tombstones_add(store, generation, id, entry->dn, now, error) &&
           change_terms(store, id, entry->attributes, NULL, error) &&
           entries_remove(store, id, error) && count(store, entry->row.kind, -1, error);
}
