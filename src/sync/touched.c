/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/touched.h"

#include "sync/classify.h"
#include "sync/uuids.h"

#include <string.h>

static void
touch_free(gpointer data)
{
    Touch *touch = data;
    entry_row_clear(&touch->row);
    g_free(touch->dn);
    g_free(touch->name);
    g_free(touch);
}

void
touched_init(Touched *touched, const Config *config, Places *places)
{
    *touched = (Touched){.config = config,
                         .places = places,
                         .touches = g_ptr_array_new_with_free_func(touch_free),
                         .by_uuid = g_hash_table_new(uuids_hash, uuids_equal)};
}

void
touched_clear(Touched *touched)
{
    g_hash_table_unref(touched->by_uuid);
    g_ptr_array_unref(touched->touches);
}

Touch *
touched_note(Touched *touched, const guint8 uuid[UUID_LENGTH], const EntryRow *row, GError **error)
{
    Touch *known = g_hash_table_lookup(touched->by_uuid, uuid);
    if (known)
        return known;
    gboolean sure;
    g_autofree char *dn = row->id ? places_dn(touched->places, row, &sure, error) : NULL;
    if (row->id && !dn)
        return NULL;
    known = g_new0(Touch, 1);
    memcpy(known->uuid, uuid, UUID_LENGTH);
    known->row = *row;
    known->row.rdn = g_strdup(row->rdn);
    known->row.csn = g_strdup(row->csn);
    known->dn = g_steal_pointer(&dn);
    g_ptr_array_add(touched->touches, known);
    g_hash_table_insert(touched->by_uuid, known->uuid, known);
    return known;
}

Attributes *
touched_content(const Touched *touched, gint64 id, GBytes **blob, GError **error)
{
    *blob = entries_blob(touched->places->store, id, error);
    if (!*blob)
        return NULL;
    gsize length;
    gconstpointer data = g_bytes_get_data(*blob, &length);
    return attributes_decode(data, length, error);
}

static void
line_free(gpointer data)
{
    DeltaLine *line = data;
    g_free(line->name);
    g_free(line->dn);
    g_free(line->old_dn);
    g_free(line);
}

void
delta_result_clear(DeltaResult *result)
{
    g_clear_pointer(&result->lines, g_ptr_array_unref);
    g_clear_pointer(&result->lost, g_ptr_array_unref);
}

static PullSign
compare(const Touch *touch, const EntryRow *now)
{
    const EntryRow *before = &touch->row;
    if (!before->id && !now->id)
        return (PullSign)0;
    if (!before->id || !now->id)
        return now->id ? PULL_ADDED : PULL_REMOVED;
    if (!places_same(before, now) || before->municipality != now->municipality)
        return PULL_MOVED;
    gboolean same = memcmp(before->digest, now->digest, DIGEST_LENGTH) == 0;
    return same && before->kind == now->kind ? (PullSign)0 : PULL_CHANGED;
}

static void
count(DeltaResult *result, EntryKind kind, gint64 by)
{
    result->entries += by;
    result->persons += kind == ENTRY_PERSON ? by : 0;
    result->municipalities += kind == ENTRY_MUNICIPALITY ? by : 0;
}

static gboolean
describe(Touched *touched, const Touch *touch, const EntryRow *now, DeltaLine *line, GError **error)
{
    if (line->sign == PULL_REMOVED) {
        line->name = g_strdup(touch->name);
        line->dn = g_strdup(touch->dn);
        return TRUE;
    }
    gboolean sure;
    g_autoptr(GBytes) blob = NULL;
    g_autoptr(Attributes) content = touched_content(touched, now->id, &blob, error);
    if (!content)
        return FALSE;
    line->name = classify_name(touched->config, line->lost ? touch->row.kind : now->kind, content);
    line->dn = places_dn(touched->places, now, &sure, error);
    line->old_dn = line->sign == PULL_MOVED ? g_strdup(touch->dn) : NULL;
    return line->dn != NULL;
}

static gboolean
note_difference(Touched *touched, Touch *touch, DeltaResult *result, GError **error)
{
    g_auto(EntryRow) now = {0};
    if (!entries_find(touched->places->store, touch->uuid, &now, error))
        return FALSE;
    PullSign sign = compare(touch, &now);
    if (touch->row.id)
        count(result, touch->row.kind, -1);
    if (now.id)
        count(result, now.kind, 1);
    gboolean lost =
        touch->row.id && touch->row.kind != ENTRY_OTHER && (!now.id || now.kind == ENTRY_OTHER);
    if (lost)
        g_ptr_array_add(result->lost, touch->uuid);
    if (!sign)
        return TRUE;
    DeltaLine *line = g_new0(DeltaLine, 1);
    g_ptr_array_add(result->lines, line);
    memcpy(line->uuid, touch->uuid, UUID_LENGTH);
    line->sign = sign;
    line->lost = lost;
    line->kind = now.id ? now.kind : touch->row.kind;
    return describe(touched, touch, &now, line, error);
}

static guint
rank(const DeltaLine *line)
{
    static const char order[] = {PULL_ADDED, PULL_CHANGED, PULL_MOVED, PULL_REMOVED};
    guint rank = 0;
    while (rank < G_N_ELEMENTS(order) && order[rank] != (char)line->sign)
        rank++;
    return rank;
}

/* g_ptr_array_sort() is stable */
static gint
compare_lines(gconstpointer a, gconstpointer b)
{
    guint left = rank(*(const DeltaLine *const *)a), right = rank(*(const DeltaLine *const *)b);
    return left < right ? -1 : left > right;
}

gboolean
touched_compare(Touched *touched, DeltaResult *result, GError **error)
{
    *result = (DeltaResult){.lines = g_ptr_array_new_with_free_func(line_free),
                            .lost = g_ptr_array_new()};
    for (guint i = 0; i < touched->touches->len; i++)
        if (!note_difference(touched, g_ptr_array_index(touched->touches, i), result, error))
            return FALSE;
    g_ptr_array_sort(result->lines, compare_lines);
    return TRUE;
}
