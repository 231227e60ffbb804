/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/belong.h"

void
belong_init(Belong *belong, const Config *config, Places *places)
{
    *belong = (Belong){
        .config = config,
        .places = places,
        .membership = classify_membership(config),
        .answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
        .subtrees = g_array_new(FALSE, FALSE, sizeof(gint64)),
    };
}

void
belong_clear(Belong *belong)
{
    g_clear_pointer(&belong->answers, g_hash_table_unref);
    g_clear_pointer(&belong->subtrees, g_array_unref);
}

static void
remember(Belong *belong, const char *reference, gint64 municipality)
{
    g_hash_table_insert(belong->answers, g_strdup(reference),
                        g_memdup2(&municipality, sizeof municipality));
}

static Attributes *
read_attributes(Belong *belong, gint64 id, GBytes **blob, GError **error)
{
    *blob = entries_blob(belong->places->store, id, error);
    if (!*blob)
        return NULL;
    gsize length;
    gconstpointer data = g_bytes_get_data(*blob, &length);
    return attributes_decode(data, length, error);
}

static gboolean
note_keys(const EntryRow *row, gpointer user_data, GError **error)
{
    Belong *belong = user_data;
    g_autoptr(GBytes) blob = NULL;
    g_autoptr(Attributes) attributes = read_attributes(belong, row->id, &blob, error);
    if (!attributes)
        return FALSE;
    g_auto(GStrv) keys = classify_keys(belong->config, attributes);
    for (char **key = keys; *key; key++)
        remember(belong, *key, row->id);
    return TRUE;
}

static gboolean
find_named(Belong *belong, const char *dn, GError **error)
{
    gint64 id;
    g_auto(EntryRow) row = {0};
    if (!places_row(belong->places, dn, &id, error) ||
        (id && !entries_get(belong->places->store, id, &row, error)))
        return FALSE;
    remember(belong, dn, row.kind == ENTRY_MUNICIPALITY ? row.id : 0);
    return TRUE;
}

gboolean
belong_of(Belong *belong, gint64 parent, const Attributes *person, gint64 *municipality,
          GError **error)
{
    *municipality = 0;
    if (belong->membership == MEMBERSHIP_TREE)
        return entries_municipality_of(belong->places->store, parent, municipality, error);
    g_autofree char *reference = classify_reference(belong->config, person);
    if (!reference)
        return TRUE;
    if (belong->membership == MEMBERSHIP_VALUE && !belong->keyed) {
        if (!entries_each_municipality(belong->places->store, note_keys, belong, error))
            return FALSE;
        belong->keyed = TRUE;
    }
    if (belong->membership == MEMBERSHIP_DN && !g_hash_table_contains(belong->answers, reference) &&
        !find_named(belong, reference, error))
        return FALSE;
    const gint64 *answer = g_hash_table_lookup(belong->answers, reference);
    *municipality = answer ? *answer : 0;
    return TRUE;
}

void
belong_note(Belong *belong, const EntryRow *old, const EntryRow *now, gboolean named,
            gboolean content_changed)
{
    gboolean before = old->id && old->kind == ENTRY_MUNICIPALITY;
    gboolean after = now && now->kind == ENTRY_MUNICIPALITY;
    gboolean person = now ? now->kind == ENTRY_PERSON : old->kind == ENTRY_PERSON;
    if (belong->membership == MEMBERSHIP_TREE)
        return;
    if (before == after && !(after && (named || content_changed)) && !(named && !person))
        return;
    g_hash_table_remove_all(belong->answers);
    belong->keyed = FALSE;
    belong->all = TRUE;
}

void
belong_note_subtree(Belong *belong, gint64 id)
{
    if (belong->membership == MEMBERSHIP_TREE)
        g_array_append_val(belong->subtrees, id);
}

typedef struct {
    Belong *belong;
    GArray *pairs;
} Resolution;

static gboolean
resolve_person(const EntryRow *row, gpointer user_data, GError **error)
{
    Resolution *resolution = user_data;
    gint64 municipality;
    if (row->kind != ENTRY_PERSON)
        return TRUE;
    g_autoptr(GBytes) blob = NULL;
    g_autoptr(Attributes) person = read_attributes(resolution->belong, row->id, &blob, error);
    if (!person || !belong_of(resolution->belong, row->parent, person, &municipality, error))
        return FALSE;
    if (municipality != row->municipality) {
        g_array_append_val(resolution->pairs, row->id);
        g_array_append_val(resolution->pairs, municipality);
    }
    return TRUE;
}

gboolean
belong_resolve(Belong *belong, GArray *pairs, GError **error)
{
    Store *store = belong->places->store;
    Resolution resolution = {belong, pairs};
    for (guint i = 0; i < belong->subtrees->len; i++) {
        gint64 outer, id = g_array_index(belong->subtrees, gint64, i);
        g_auto(EntryRow) row = {0};
        if (!entries_get(store, id, &row, error) ||
            (row.id && (!entries_municipality_of(store, row.parent, &outer, error) ||
                        !entries_misplaced(store, row.id, outer, pairs, error))))
            return FALSE;
    }
    return !belong->all || entries_each(store, resolve_person, &resolution, error);
}
