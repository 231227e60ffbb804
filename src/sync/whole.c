/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/whole.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/tombstones.h"
#include "sync/overlay.h"
#include "sync/writer.h"

#include <string.h>

struct Whole {
    Pull *pull;
    Refresh *refresh;
    Overlay *overlay;
    SyncState counts; /* of rows afterwards */
    guint64 newer;    /* entries of which only the version, or a mark, is to be written */
    GPtrArray *lost;  /* UUIDs of known persons and municipalities that would be none any more */

    /* a first sync: the rows are written while the directory is read; else both are NULL */
    Writer *writer;
    StoreTransaction *transaction; /* from the first entry on; NULL again once it is committed */
    GPtrArray *indexes;            /* to be made again */
};

void
whole_free(Whole *whole)
{
    if (!whole)
        return;
    if (whole->writer) {
        writer_free(whole->writer);
        g_clear_pointer(&whole->transaction, store_rollback);
        store_end_filling(whole->pull->store);
    }
    g_clear_pointer(&whole->indexes, g_ptr_array_unref);
    refresh_free(whole->refresh);
    overlay_free(whole->overlay);
    g_ptr_array_unref(whole->lost);
    g_free(whole);
}

/* ---- the difference */

/* an entry that was removed here stays away until the directory knows */
static gboolean
is_hidden(const Whole *whole, const guint8 uuid[UUID_LENGTH])
{
    return overlay_removes(whole->overlay, uuid);
}

static gboolean
goes(const Whole *whole, const Known *known)
{
    return !known->node && known->row.missing != ENTRY_KEPT && !is_hidden(whole, known->row.uuid);
}

/* A person or municipality that is shown as something else. */
static gboolean
turns(const Whole *whole, const Known *known)
{
    return known->node && known->row.kind != ENTRY_OTHER && known->node->kind == ENTRY_OTHER &&
           !is_hidden(whole, known->row.uuid);
}

static const Node *
find_municipality(const Whole *whole, const Node *node)
{
    return node->kind == ENTRY_PERSON ? refresh_municipality(whole->refresh, node) : NULL;
}

/* What a node's row must be; `name` gets the text that row.rdn points to. */
static EntryRow
make_row(const Whole *whole, const Node *node, char **name)
{
    const Node *above = tree_above(node);
    const Node *municipality = find_municipality(whole, node);
    *name = above == node->parent ? NULL : tree_name(node, above);
    EntryRow row = {.id = node->id,
                    .parent = above ? above->id : 0,
                    .rdn = *name ? *name : node->rdn,
                    .kind = node->kind,
                    .municipality = municipality ? municipality->id : 0,
                    .csn = node->csn};
    memcpy(row.uuid, node->uuid, UUID_LENGTH);
    memcpy(row.digest, node->digest, DIGEST_LENGTH);
    return row;
}

/* How the row differs from the known one; 0: not at all. */
static PullSign
compare_row(const Node *node, const EntryRow *row)
{
    if (!node->known)
        return PULL_ADDED;
    const EntryRow *old = &node->known->row;
    if (row->parent != old->parent || row->municipality != old->municipality ||
        strcmp(row->rdn, old->rdn) != 0)
        return PULL_MOVED;
    return node->offset >= 0 || row->kind != old->kind ? PULL_CHANGED : (PullSign)0;
}

static void
count_node(PullResult *result, PullSign sign)
{
    switch (sign) {
    case PULL_ADDED:
        result->added++;
        break;
    case PULL_CHANGED:
        result->changed++;
        break;
    case PULL_MOVED:
        result->moved++;
        break;
    case PULL_REMOVED:
        result->removed++;
        break;
    default:
        result->unchanged++;
        break;
    }
}

static void
count_rows(SyncState *counts, EntryKind kind)
{
    counts->entries++;
    counts->persons += kind == ENTRY_PERSON;
    counts->municipalities += kind == ENTRY_MUNICIPALITY;
}

static void
count_known(Whole *whole, Known *known)
{
    if (is_hidden(whole, known->row.uuid))
        return;
    if (goes(whole, known))
        whole->pull->result.removed++;
    else if (!known->node)
        count_rows(&whole->counts, known->row.kind);
    if (known->row.kind != ENTRY_OTHER && (goes(whole, known) || turns(whole, known)))
        g_ptr_array_add(whole->lost, known->row.uuid);
}

static void
count_difference(Whole *whole)
{
    Refresh *refresh = whole->refresh;
    PullResult *result = &whole->pull->result;
    result->unchanged = 0;
    for (guint i = 0; i < refresh->nodes->len; i++) {
        const Node *node = g_ptr_array_index(refresh->nodes, i);
        if (is_hidden(whole, node->uuid))
            continue;
        g_autofree char *name = NULL;
        EntryRow row = make_row(whole, node, &name);
        count_node(result, compare_row(node, &row));
        count_rows(&whole->counts, node->kind);
        whole->newer += node->newer || (node->known && node->known->row.missing != ENTRY_SHOWN);
    }
    for (guint i = 0; i < refresh->known->len; i++)
        count_known(whole, g_ptr_array_index(refresh->known, i));
    result->persons = (guint64)whole->counts.persons;
    result->municipalities = (guint64)whole->counts.municipalities;
    result->referrals = refresh->referrals;
}

static Attributes *
decode(GBytes *blob, GError **error)
{
    gsize length;
    gconstpointer data = g_bytes_get_data(blob, &length);
    return attributes_decode(data, length, error);
}

static gboolean
tell_entry(Whole *whole, PullDifference *difference, GBytes *blob, gint64 old_id, PullFunc func,
           gpointer user_data, GError **error)
{
    g_autoptr(Attributes) attributes = decode(blob, error);
    if (!attributes)
        return FALSE;
    g_autofree char *name = classify_name(whole->pull->config, difference->kind, attributes);
    g_autofree char *old_dn = old_id ? entries_dn(whole->pull->store, old_id, error) : NULL;
    if (old_id && !old_dn)
        return FALSE;
    difference->name = name;
    if (difference->dn)
        difference->old_dn = old_dn;
    else
        difference->dn = old_dn;
    func(difference, user_data);
    return TRUE;
}

static gboolean
tell_node(Whole *whole, const Node *node, PullSign sign, PullFunc func, gpointer user_data,
          GError **error)
{
    g_autofree char *dn = tree_name(node, NULL);
    PullDifference difference = {.sign = sign, .kind = node->kind, .dn = dn};
    gconstpointer shown = node->offset >= 0 ? refresh_blob(whole->refresh, node, error) : NULL;
    g_autoptr(GBytes) blob = NULL;
    if (shown)
        blob = g_bytes_new(shown, node->length);
    else if (node->offset < 0)
        blob = entries_blob(whole->pull->store, node->id, error);
    return blob && tell_entry(whole, &difference, blob, sign == PULL_MOVED ? node->id : 0, func,
                              user_data, error);
}

static gboolean
tell_signed(Whole *whole, PullSign wanted, PullFunc func, gpointer user_data, GError **error)
{
    for (guint i = 0; i < whole->refresh->nodes->len; i++) {
        const Node *node = g_ptr_array_index(whole->refresh->nodes, i);
        g_autofree char *name = NULL;
        EntryRow row = make_row(whole, node, &name);
        if (!is_hidden(whole, node->uuid) && compare_row(node, &row) == wanted &&
            !tell_node(whole, node, wanted, func, user_data, error))
            return FALSE;
    }
    return TRUE;
}

/* as it was known, whatever it is now */
static gboolean
tell_known(Whole *whole, const Known *known, PullSign sign, PullFunc func, gpointer user_data,
           GError **error)
{
    PullDifference difference = {.sign = sign, .kind = known->row.kind};
    g_autoptr(GBytes) blob = entries_blob(whole->pull->store, known->row.id, error);
    return blob && tell_entry(whole, &difference, blob, known->row.id, func, user_data, error);
}

static gboolean
tell_removed(Whole *whole, PullFunc func, gpointer user_data, GError **error)
{
    for (guint i = 0; i < whole->refresh->known->len; i++) {
        const Known *known = g_ptr_array_index(whole->refresh->known, i);
        if (goes(whole, known) && !tell_known(whole, known, PULL_REMOVED, func, user_data, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
tell_all(Whole *whole, GError **error)
{
    PullFunc func = whole->pull->options->func;
    gpointer user_data = whole->pull->options->user_data;
    return !func || (tell_signed(whole, PULL_ADDED, func, user_data, error) &&
                     tell_signed(whole, PULL_CHANGED, func, user_data, error) &&
                     tell_signed(whole, PULL_MOVED, func, user_data, error) &&
                     tell_removed(whole, func, user_data, error));
}

static void
note_held(const PullDifference *difference, gpointer user_data)
{
    held_text_add(user_data, difference->sign, difference->name, difference->dn);
}

static gboolean
hold(Whole *whole, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GPtrArray) removed = g_ptr_array_new();
    HeldText held = {.text = text};
    for (guint i = 0; i < whole->refresh->known->len; i++) {
        Known *known = g_ptr_array_index(whole->refresh->known, i);
        gboolean gone = goes(whole, known);
        if (gone)
            g_ptr_array_add(removed, known->row.uuid);
        if ((gone || turns(whole, known)) &&
            !tell_known(whole, known, gone ? PULL_REMOVED : PULL_CHANGED, note_held, &held, error))
            return FALSE;
    }
    return settle_hold(whole->pull, whole->lost, removed, &held, error);
}

/* ---- writing */

/* the index follows, unless it is built anew */
static gboolean
change_terms(Whole *whole, const Node *node, const Attributes *after, GError **error)
{
    Pull *pull = whole->pull;
    if (pull->rebuild)
        return TRUE;
    g_autoptr(GBytes) old = node->known ? entries_blob(pull->store, node->id, error) : NULL;
    g_autoptr(Attributes) before = old ? decode(old, error) : NULL;
    if (node->known && !before)
        return FALSE;
    return terms_change(pull->terms, pull->store, node->id, before, after, error);
}

static gboolean
write_blob(Whole *whole, const Node *node, const EntryRow *row, gconstpointer blob, gsize length,
           GError **error)
{
    Store *store = whole->pull->store;
    return node->known ? entries_update(store, row, blob, length, error)
                       : entries_insert(store, row, blob, length, error);
}

static gboolean
write_content(Whole *whole, const Node *node, const EntryRow *row, GError **error)
{
    gconstpointer blob = refresh_blob(whole->refresh, node, error);
    if (!blob)
        return FALSE;
    g_autoptr(Attributes) shown = attributes_decode(blob, node->length, error);
    if (!shown)
        return FALSE;
    g_autoptr(Attributes) laid = overlay_lay(whole->overlay, node->uuid, shown);
    g_autoptr(GByteArray) over = laid ? attributes_encode(laid) : NULL;
    return change_terms(whole, node, laid ? laid : shown, error) &&
           write_blob(whole, node, row, over ? over->data : blob, over ? over->len : node->length,
                      error);
}

static gboolean
write_node(Whole *whole, const Node *node, GError **error)
{
    Store *store = whole->pull->store;
    g_autofree char *name = NULL;
    EntryRow row = make_row(whole, node, &name);
    PullSign sign = compare_row(node, &row);
    if (node->offset >= 0)
        return write_content(whole, node, &row, error);
    return (!sign || entries_update(store, &row, NULL, 0, error)) &&
           (!node->newer || entries_set_csn(store, row.id, node->csn, error));
}

static gboolean
clear_mark(Whole *whole, const Node *node, GError **error)
{
    return !node->known || node->known->row.missing == ENTRY_SHOWN ||
           entries_mark(whole->pull->store, node->id, ENTRY_SHOWN, 0, error);
}

/* all of them before the first is removed, while the DNs are whole */
static gboolean
bury(Whole *whole, GError **error)
{
    Pull *pull = whole->pull;
    for (guint i = 0; i < whole->refresh->known->len; i++) {
        const Known *known = g_ptr_array_index(whole->refresh->known, i);
        if (!goes(whole, known))
            continue;
        g_autofree char *dn = entries_dn(pull->store, known->row.id, error);
        if (!dn || !tombstones_add(pull->store, pull->state.generation + 1, known->row.id, dn,
                                   pull->now, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
remove_known(Whole *whole, const Known *known, GError **error)
{
    Pull *pull = whole->pull;
    g_auto(EntryRow) row = {0};
    if (!pull->rebuild) {
        g_autoptr(GBytes) blob = entries_blob(pull->store, known->row.id, error);
        g_autoptr(Attributes) before = blob ? decode(blob, error) : NULL;
        if (!before || !terms_change(pull->terms, pull->store, known->row.id, before, NULL, error))
            return FALSE;
    }
    /* as it is by now: its parent may have gone before it */
    return entries_get(pull->store, known->row.id, &row, error) &&
           entries_bequeath(pull->store, &row, 0, error) &&
           entries_remove(pull->store, row.id, error);
}

static gboolean
write_rows(Whole *whole, GError **error)
{
    Refresh *refresh = whole->refresh;
    if (!bury(whole, error))
        return FALSE;
    for (guint i = 0; i < refresh->known->len; i++) {
        const Known *known = g_ptr_array_index(refresh->known, i);
        if (goes(whole, known) && !remove_known(whole, known, error))
            return FALSE;
    }
    for (guint i = 0; i < refresh->nodes->len; i++) {
        const Node *node = g_ptr_array_index(refresh->nodes, i);
        if (!is_hidden(whole, node->uuid) &&
            (!write_node(whole, node, error) || !clear_mark(whole, node, error)))
            return FALSE;
    }
    return TRUE;
}

static gboolean
write_all(Whole *whole, GError **error)
{
    return write_rows(whole, error) &&
           (!whole->pull->rebuild || settle_rebuild(whole->pull, error));
}

/* ---- */

static gboolean
check_shown(const Whole *whole, GError **error)
{
    const Config *config = whole->pull->config;
    const Refresh *refresh = whole->refresh;
    if (refresh->nodes->len > 0 || refresh->known_people + refresh->kept_people > 0)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY,
                _("%s shows no entry at or below directory.base (%s): nothing was changed"),
                config->directory_uri, config->directory_base);
    return FALSE;
}

/* The edits that wait are read with what they are laid over. */
static gboolean
compare(Whole *whole, GError **error)
{
    Pull *pull = whole->pull;
    if (!settle_check(pull, error))
        return FALSE;
    overlay_free(whole->overlay);
    whole->overlay = overlay_load(pull->store, error);
    if (!whole->overlay)
        return FALSE;
    count_difference(whole);
    return tell_all(whole, error);
}

static gboolean
is_changed(const Whole *whole)
{
    const PullResult *result = &whole->pull->result;
    return result->added + result->changed + result->moved + result->removed + whole->newer > 0 ||
           whole->pull->rebuild;
}

static gboolean
apply(Whole *whole, GError **error)
{
    Pull *pull = whole->pull;
    Refresh *refresh = whole->refresh;
    g_autoptr(StoreTransaction) transaction = store_begin(pull->store, error);
    if (!transaction || !compare(whole, error))
        return FALSE;
    gboolean allowed = settle_allows(pull, refresh->known_people,
                                     refresh->persons + refresh->municipalities, whole->lost);
    pull->complete = TRUE;
    if (pull->options->dry_run)
        return TRUE;
    if (!allowed) {
        g_clear_pointer(&transaction, store_rollback);
        return hold(whole, error);
    }
    gboolean changed = is_changed(whole);
    return (!changed || write_all(whole, error)) &&
           settle_save(pull, g_steal_pointer(&transaction), changed, &whole->counts, error);
}

/* ---- a first sync
 *
 * Reading takes as long as writing, and there is nothing here that a wrong answer could take away:
 * so both go on side by side, and what does not end well is rolled back. Meanwhile the store is
 * the sync's alone. */

static gboolean
start_early(Whole *whole, GError **error)
{
    Pull *pull = whole->pull;
    store_start_filling(pull->store);
    g_autoptr(StoreTransaction) transaction = store_begin(pull->store, error);
    if (!transaction || !settle_check(pull, error) ||
        !(whole->indexes = entries_unindex(pull->store, error))) {
        g_clear_pointer(&transaction, store_rollback);
        store_end_filling(pull->store);
        return FALSE;
    }
    whole->transaction = g_steal_pointer(&transaction);
    whole->writer = writer_start(pull->store, pull->terms);
    return TRUE;
}

static gboolean
write_early(Node *node, const GByteArray *blob, gpointer user_data, GError **error)
{
    Whole *whole = user_data;
    if (!whole->writer && !start_early(whole, error))
        return FALSE;
    g_autofree char *name = NULL;
    EntryRow row = make_row(whole, node, &name);
    node->above = tree_above(node);
    node->municipality = find_municipality(whole, node);
    return writer_add(whole->writer, &row, blob, error);
}

/* What lies above an entry, or what it belongs to, may have come after it. */
static gboolean
correct_rows(Whole *whole, GError **error)
{
    const GPtrArray *nodes = whole->refresh->nodes;
    for (guint i = 0; i < nodes->len; i++) {
        const Node *node = g_ptr_array_index(nodes, i);
        if (node->above == tree_above(node) && node->municipality == find_municipality(whole, node))
            continue;
        g_autofree char *name = NULL;
        EntryRow row = make_row(whole, node, &name);
        if (!entries_update(whole->pull->store, &row, NULL, 0, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
finish_early(Whole *whole, GError **error)
{
    Pull *pull = whole->pull;
    count_difference(whole);
    pull->complete = TRUE;
    return writer_rows(whole->writer, error) && correct_rows(whole, error) &&
           tell_all(whole, error) && entries_reindex(pull->store, whole->indexes, error) &&
           writer_finish(whole->writer, error) && terms_build(pull->terms, pull->store, error) &&
           settle_save(pull, g_steal_pointer(&whole->transaction), TRUE, &whole->counts, error);
}

/* ---- */

Whole *
whole_new(Pull *pull, GError **error)
{
    g_autoptr(Whole) whole = g_new0(Whole, 1);
    whole->pull = pull;
    whole->lost = g_ptr_array_new();
    whole->refresh = refresh_new(pull->config);
    whole->refresh->progress = pull->options->progress;
    whole->refresh->user_data = pull->options->user_data;
    g_autoptr(StoreTransaction) transaction = store_begin_read(pull->store, error);
    if (!transaction || !settle_check(pull, error) ||
        !refresh_load(whole->refresh, pull->store, error))
        return NULL;
    whole->overlay = overlay_load(pull->store, error);
    if (!whole->overlay)
        return NULL;
    gboolean first = whole->refresh->known->len == 0;
    pull->rebuild = first || strcmp(pull->indexed, pull->state.indexed) != 0;
    if (first && overlay_is_empty(whole->overlay) && !pull->options->dry_run) {
        whole->refresh->sink = write_early;
        whole->refresh->sink_data = whole;
    }
    return g_steal_pointer(&whole);
}

Refresh *
whole_refresh(Whole *whole)
{
    return whole->refresh;
}

gboolean
whole_apply(Whole *whole, GError **error)
{
    Pull *pull = whole->pull;
    if (!check_shown(whole, error) || !refresh_verify(whole->refresh, pull->directory, error) ||
        !refresh_flush(whole->refresh, error))
        return FALSE;
    refresh_keep(whole->refresh);
    return whole->writer ? finish_early(whole, error) : apply(whole, error);
}
