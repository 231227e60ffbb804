/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/place.h"

#include "directory/dn.h"

#include <string.h>

#define DEPTH_MAX 200

static guint
count_rdns(const char *dn)
{
    guint count = 0;
    for (; *dn; dn = dn_parent(dn))
        count++;
    return count;
}

void
places_init(Places *places, Store *store, const char *base)
{
    *places = (Places){
        .store = store,
        .base_rdns = count_rdns(base ? base : ""),
        .pending = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
        .fresh = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
        .former = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
        .unknown = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
}

void
places_clear(Places *places)
{
    g_clear_pointer(&places->pending, g_hash_table_unref);
    g_clear_pointer(&places->fresh, g_hash_table_unref);
    g_clear_pointer(&places->former, g_hash_table_unref);
    g_clear_pointer(&places->unknown, g_hash_table_unref);
}

void
places_add(GHashTable *set, gint64 id)
{
    g_hash_table_add(set, g_memdup2(&id, sizeof id));
}

gboolean
places_has(GHashTable *set, gint64 id)
{
    return g_hash_table_contains(set, &id);
}

gboolean
places_same(const EntryRow *a, const EntryRow *b)
{
    return a->parent == b->parent && g_strcmp0(a->rdn, b->rdn) == 0;
}

/* The best of the rows that share a name; 0: none will do. */
static gint64
choose(Places *places, const GArray *ids, gint64 self)
{
    gint64 chosen = 0;
    for (guint i = 0; i < ids->len; i++) {
        gint64 id = g_array_index(ids, gint64, i);
        if (id == self || places_has(places->pending, id))
            continue;
        if (places_has(places->fresh, id))
            return id;
        if (chosen == 0)
            chosen = id;
    }
    return chosen;
}

typedef struct {
    const char *key;
    gsize type_length; /* of the attribute type in `key`, with its "="; 0: there are several */
    GArray *ids;
} Namesakes;

static gboolean
note_namesake(gint64 id, const char *rdn, gpointer user_data, GError **error)
{
    Namesakes *namesakes = user_data;
    (void)error;
    /* most children are told apart without making their keys */
    if (namesakes->type_length > 0 && !strchr(rdn, '+') &&
        g_ascii_strncasecmp(rdn, namesakes->key, namesakes->type_length) != 0)
        return TRUE;
    g_autofree char *key = dn_key(rdn);
    if (g_strcmp0(key, namesakes->key) == 0)
        g_array_append_val(namesakes->ids, id);
    return TRUE;
}

/* the children whose name is the same in another spelling */
static gboolean
find_spelled(Places *places, gint64 parent, const char *name, GArray *ids, GError **error)
{
    g_autofree char *asked = g_strdup_printf("%" G_GINT64_FORMAT " %s", parent, name);
    if (g_hash_table_contains(places->unknown, asked))
        return TRUE;
    g_autofree char *key = dn_key(name);
    Namesakes namesakes = {key, strchr(name, '+') || !key ? 0 : strcspn(key, "=") + 1, ids};
    if (key && !entries_names(places->store, parent, note_namesake, &namesakes, error))
        return FALSE;
    if (ids->len == 0)
        g_hash_table_add(places->unknown, g_steal_pointer(&asked));
    return TRUE;
}

/* The row below `parent` with the name, `dn` being all of its DN; 0: none. */
static gboolean
find_child(Places *places, gint64 parent, const char *name, const char *dn, gint64 self,
           gint64 *child, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!entries_named(places->store, parent, name, ids, error))
        return FALSE;
    *child = choose(places, ids, self);
    if (*child)
        return TRUE;
    if (ids->len == 0) {
        if (!find_spelled(places, parent, name, ids, error))
            return FALSE;
        *child = choose(places, ids, self);
    }
    const gint64 *former = *child ? NULL : g_hash_table_lookup(places->former, dn);
    if (former && *former != self && !places_has(places->pending, *former))
        *child = *former;
    return TRUE;
}

/* the starts of the RDNs, the lowest first */
static GArray *
find_rdns(const char *dn)
{
    GArray *starts = g_array_new(FALSE, FALSE, sizeof(gsize));
    for (const char *at = dn; *at; at = dn_parent(at)) {
        gsize start = (gsize)(at - dn);
        g_array_append_val(starts, start);
    }
    return starts;
}

/* Walks down to the nearest row at (`whole`) or above the entry: `rest` octets of the DN are left
 * below it. */
static gboolean
walk(Places *places, const char *dn, gboolean whole, gint64 self, gint64 *row, gsize *rest,
     GError **error)
{
    g_autoptr(GArray) starts = find_rdns(dn);
    gint64 current = 0;
    gsize end = strlen(dn);
    for (guint k = starts->len; k > (whole ? 0 : 1); k--) {
        gsize start = g_array_index(starts, gsize, k - 1);
        if (starts->len - k + 1 < places->base_rdns)
            continue;
        g_autofree char *name = g_strndup(dn + start, end - start);
        gint64 child;
        if (!find_child(places, current, name, dn + start, self, &child, error))
            return FALSE;
        if (child == 0)
            continue;
        current = child;
        end = start ? start - 1 : 0;
    }
    *row = current;
    *rest = end;
    return TRUE;
}

gboolean
places_find(Places *places, const char *dn, gint64 self, gint64 *parent, char **rdn, GError **error)
{
    gsize rest;
    if (!walk(places, dn, FALSE, self, parent, &rest, error))
        return FALSE;
    *rdn = g_strndup(dn, rest);
    return TRUE;
}

gboolean
places_row(Places *places, const char *dn, gint64 *id, GError **error)
{
    gsize rest = 1;
    g_autofree char *text = dn_text(dn);
    *id = 0;
    if (!text || !*text)
        return TRUE;
    if (!walk(places, text, TRUE, 0, id, &rest, error))
        return FALSE;
    if (rest > 0)
        *id = 0;
    return TRUE;
}

char *
places_dn(Places *places, const EntryRow *row, gboolean *sure, GError **error)
{
    g_autoptr(GString) dn = g_string_new(row->rdn);
    gint64 id = row->parent;
    *sure = TRUE;
    for (guint depth = 0; id != 0 && depth < DEPTH_MAX; depth++) {
        g_auto(EntryRow) above = {0};
        *sure = *sure && !places_has(places->pending, id);
        if (!entries_get(places->store, id, &above, error))
            return NULL;
        if (above.id == 0)
            break;
        g_string_append_printf(dn, ",%s", above.rdn);
        id = above.parent;
    }
    return g_string_free(g_steal_pointer(&dn), FALSE);
}

typedef struct {
    const EntryRow *row;
    gsize length; /* of its name */
    GArray *ids;
    GPtrArray *rdns; /* what is left of their names */
} Adoption;

static gboolean
note_adopted(gint64 id, const char *rdn, gpointer user_data, GError **error)
{
    Adoption *adoption = user_data;
    gsize length = strlen(rdn);
    (void)error;
    if (length < adoption->length + 2 || id == adoption->row->id)
        return TRUE;
    const char *tail = rdn + length - adoption->length;
    if (g_ascii_strcasecmp(tail, adoption->row->rdn) != 0 || tail[-1] != ',')
        return TRUE;
    /* the comma must not be an escaped one: it must be where some RDN ends */
    const char *at = rdn;
    while (at < tail)
        at = dn_parent(at);
    if (at != tail)
        return TRUE;
    g_array_append_val(adoption->ids, id);
    g_ptr_array_add(adoption->rdns, g_strndup(rdn, (gsize)(tail - rdn) - 1));
    return TRUE;
}

gboolean
places_adopt(Places *places, const EntryRow *row, guint *count, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GPtrArray) rdns = g_ptr_array_new_with_free_func(g_free);
    Adoption adoption = {row, strlen(row->rdn), ids, rdns};
    if (!entries_names(places->store, row->parent, note_adopted, &adoption, error))
        return FALSE;
    for (guint i = 0; i < ids->len; i++)
        if (!entries_set_name(places->store, g_array_index(ids, gint64, i), row->id,
                              g_ptr_array_index(rdns, i), error))
            return FALSE;
    *count = ids->len;
    return TRUE;
}
