/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/putback.h"

#include "base/error.h"
#include "directory/dn.h"
#include "sync/belong.h"

#include <string.h>

gboolean
putback_find(const Config *config, Store *store, const char *dn, gint64 *id, GError **error)
{
    g_auto(Places) places = {0};
    places_init(&places, store, config->directory_base);
    return places_row(&places, dn, id, error);
}

/* `there` gets TRUE if the entry need not be put back. */
static gboolean
find_uuid(Store *store, const guint8 uuid[UUID_LENGTH], gboolean *there, GError **error)
{
    g_autoptr(GError) absent = NULL;
    g_autoptr(MirrorEntry) entry = mirror_find(store, uuid, &absent);
    *there = entry != NULL;
    if (entry || g_error_matches(absent, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&absent));
    return FALSE;
}

/* What came below or beside the entry while it was away is its again. */
static gboolean
take_back(Places *places, Belong *belong, const EntryRow *row, GError **error)
{
    static const EntryRow none = {0};
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(gint64));
    guint adopted = 0;
    if (!places_adopt(places, row, &adopted, error))
        return FALSE;
    belong_note(belong, &none, row, TRUE, TRUE);
    belong_note_subtree(belong, row->id);
    if (!belong_resolve(belong, pairs, error))
        return FALSE;
    for (guint i = 0; i < pairs->len; i += 2)
        if (!entries_set_municipality(places->store, g_array_index(pairs, gint64, i),
                                      g_array_index(pairs, gint64, i + 1), error))
            return FALSE;
    return TRUE;
}

static gboolean
put(Belong *belong, const char *dn, EntryRow *row, Attributes *attributes, GError **error)
{
    Places *places = belong->places;
    g_autofree char *name = NULL;
    gint64 taken = 0;
    if (!places_row(places, dn, &taken, error))
        return FALSE;
    if (taken) /* another entry has the name by now: the next sync knows which */
        return TRUE;
    if (!places_find(places, dn, 0, &row->parent, &name, error))
        return FALSE;
    row->rdn = name;
    return (row->kind != ENTRY_PERSON ||
            belong_of(belong, row->parent, attributes, &row->municipality, error)) &&
           mirror_insert(places->store, row, attributes, error) &&
           take_back(places, belong, row, error);
}

gboolean
putback_put(const Config *config, Store *store, const guint8 uuid[UUID_LENGTH], const char *dn,
            const char *csn, Attributes *attributes, GError **error)
{
    g_autofree char *spelled = dn_text(dn);
    gboolean there;
    if (!find_uuid(store, uuid, &there, error))
        return FALSE;
    if (there || !spelled)
        return TRUE;
    g_auto(Places) places = {0};
    Belong belong;
    places_init(&places, store, config->directory_base);
    belong_init(&belong, config, &places);
    EntryRow row = {.kind = classify_kind(config, spelled, attributes), .csn = csn};
    memcpy(row.uuid, uuid, UUID_LENGTH);
    gboolean good = put(&belong, spelled, &row, attributes, error);
    belong_clear(&belong);
    return good;
}
