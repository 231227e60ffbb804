/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/putback.h"

#include "base/error.h"
#include "directory/dn.h"
#include "sync/classify.h"

#include <string.h>

/* one step down: the child whose name ends what is left of the key */
typedef struct {
    const char *rest; /* dn_key() of what is left */
    gint64 id;        /* 0: no child fits */
    gsize length;     /* octets of the child's key */
    guint names;      /* RDNs in it */
} Step;

static guint
count_names(const char *dn)
{
    guint names = 0;
    for (; *dn; dn = dn_parent(dn))
        names++;
    return names;
}

static void
try_child(gint64 id, const char *rdn, gpointer user_data)
{
    Step *step = user_data;
    g_autofree char *key = step->id ? NULL : dn_key(rdn);
    if (!key || !*key || !dn_key_is_below(step->rest, key))
        return;
    step->id = id;
    step->length = strlen(key);
    step->names = count_names(rdn);
}

/* The deepest entry at or above the DN (0: none), and how many RDNs lie below it. */
static gboolean
descend(Store *store, const char *dn, gint64 *id, guint *below, GError **error)
{
    g_autofree char *rest = dn_key(dn);
    *id = 0;
    *below = count_names(dn);
    while (rest && *rest) {
        Step step = {.rest = rest};
        if (!mirror_children(store, *id, try_child, &step, error))
            return FALSE;
        if (!step.id)
            break;
        *id = step.id;
        *below -= MIN(step.names, *below);
        gsize length = strlen(rest) - step.length;
        rest[length ? length - 1 : 0] = '\0'; /* with the comma before it */
    }
    return TRUE;
}

gboolean
place_find(Store *store, const char *dn, gint64 *id, GError **error)
{
    gint64 found;
    guint below;
    if (!descend(store, dn, &found, &below, error))
        return FALSE;
    *id = below == 0 ? found : 0;
    return TRUE;
}

typedef struct {
    const Config *config;
    Store *store;
    const char *key;
    gint64 id;
} Search;

static gboolean
try_municipality(const EntryRow *row, gpointer user_data, GError **error)
{
    Search *search = user_data;
    if (row->kind != ENTRY_MUNICIPALITY || search->id)
        return TRUE;
    g_autoptr(MirrorEntry) entry = mirror_find_id(search->store, row->id, error);
    if (!entry)
        return FALSE;
    g_auto(GStrv) keys = classify_keys(search->config, entry->attributes);
    if (g_strv_contains((const char *const *)keys, search->key))
        search->id = row->id;
    return TRUE;
}

static gboolean
nearest_municipality(Store *store, gint64 above, gint64 *id, GError **error)
{
    *id = 0;
    while (above) {
        g_autoptr(MirrorEntry) entry = mirror_find_id(store, above, error);
        if (!entry)
            return FALSE;
        if (entry->row.kind == ENTRY_MUNICIPALITY) {
            *id = above;
            return TRUE;
        }
        above = entry->row.parent;
    }
    return TRUE;
}

static gboolean
find_municipality(const Config *config, Store *store, gint64 parent, const Attributes *person,
                  gint64 *id, GError **error)
{
    g_autofree char *reference = classify_reference(config, person);
    Search search = {config, store, reference, 0};
    *id = 0;
    switch (classify_membership(config)) {
    case MEMBERSHIP_TREE:
        return nearest_municipality(store, parent, id, error);
    case MEMBERSHIP_DN:
        return !reference || place_find(store, reference, id, error);
    case MEMBERSHIP_VALUE:
        break;
    }
    if (reference && !entries_each(store, try_municipality, &search, error))
        return FALSE;
    *id = search.id;
    return TRUE;
}

/* the first `names` RDNs; owned by the caller */
static char *
first_names(const char *dn, guint names)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (; names > 0 && *dn; names--, dn = dn_parent(dn)) {
        if (text->len)
            g_string_append_c(text, ',');
        g_string_append_len(text, dn, (gssize)dn_rdn_length(dn));
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

gboolean
place_put(const Config *config, Store *store, const guint8 uuid[UUID_LENGTH], const char *dn,
          const char *csn, Attributes *attributes, GError **error)
{
    g_autoptr(GError) absent = NULL;
    g_autoptr(MirrorEntry) there = mirror_find(store, uuid, &absent);
    if (there)
        return TRUE;
    if (!g_error_matches(absent, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&absent));
        return FALSE;
    }
    g_autofree char *spelled = dn_text(dn);
    EntryRow row = {.csn = csn};
    guint below = 0;
    if (!spelled || !descend(store, spelled, &row.parent, &below, error))
        return spelled != NULL;
    g_autofree char *name = first_names(spelled, below);
    row.rdn = name;
    row.kind = classify_kind(config, spelled, attributes);
    memcpy(row.uuid, uuid, UUID_LENGTH);
    /* another entry has the name by now: the next sync knows which */
    if (below == 0 ||
        (row.kind == ENTRY_PERSON &&
         !find_municipality(config, store, row.parent, attributes, &row.municipality, error)))
        return below == 0;
    return mirror_insert(store, &row, attributes, error);
}
