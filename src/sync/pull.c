/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/pull.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/journal.h"
#include "store/sync_state.h"
#include "sync/collect.h"
#include "sync/refresh.h"

#include <string.h>

#define HELD_LINES_MAX 1000 /* of a stored difference */

typedef struct {
    const Config *config;
    Store *store;
    const PullOptions *options;
    Refresh *refresh;
    Terms *terms;
    PullResult result;
    SyncState state;
    char *indexed;    /* what the index must hold */
    gboolean first;   /* nothing is known: the index is made of the answer alone */
    gboolean rebuild; /* the index holds other attributes */
    guint64 lost;     /* known persons and municipalities that would be none any more */
    GBytes *lost_digest;
} Pull;

static void
pull_clear(Pull *pull)
{
    refresh_free(pull->refresh);
    terms_free(pull->terms);
    sync_state_clear(&pull->state);
    g_free(pull->indexed);
    if (pull->lost_digest)
        g_bytes_unref(pull->lost_digest);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pull, pull_clear)

/* What a node's row must be; `name` gets the text that row.rdn points to. */
static EntryRow
make_row(const Pull *pull, const Node *node, char **name)
{
    const Node *above = tree_above(node);
    const Node *municipality =
        node->kind == ENTRY_PERSON ? refresh_municipality(pull->refresh, node) : NULL;
    *name = above == node->parent ? NULL : tree_name(node, above);
    EntryRow row = {.id = node->id,
                    .parent = above ? above->id : 0,
                    .rdn = *name ? *name : node->rdn,
                    .kind = node->kind,
                    .municipality = municipality ? municipality->id : 0,
                    .csn = node->csn};
    memcpy(row.uuid, node->uuid, UUID_LENGTH);
    memcpy(row.digest, node->digest, ENTRY_DIGEST_LENGTH);
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

static gint
compare_uuids(gconstpointer a, gconstpointer b)
{
    return memcmp(*(const guint8 *const *)a, *(const guint8 *const *)b, UUID_LENGTH);
}

/* SHA-256 over the sorted UUIDs: equal for equal losses */
static GBytes *
digest_uuids(GPtrArray *uuids)
{
    guint8 digest[ENTRY_DIGEST_LENGTH];
    gsize length = sizeof digest;
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_ptr_array_sort(uuids, compare_uuids);
    for (guint i = 0; i < uuids->len; i++)
        g_checksum_update(sum, g_ptr_array_index(uuids, i), UUID_LENGTH);
    g_checksum_get_digest(sum, digest, &length);
    return g_bytes_new(digest, length);
}

static void
count_difference(Pull *pull)
{
    Refresh *refresh = pull->refresh;
    PullResult *result = &pull->result;
    g_autoptr(GPtrArray) lost = g_ptr_array_new();
    for (guint i = 0; i < refresh->nodes->len; i++) {
        const Node *node = g_ptr_array_index(refresh->nodes, i);
        g_autofree char *name = NULL;
        EntryRow row = make_row(pull, node, &name);
        count_node(result, compare_row(node, &row));
    }
    for (guint i = 0; i < refresh->known->len; i++) {
        Known *known = g_ptr_array_index(refresh->known, i);
        if (!known->node)
            count_node(result, PULL_REMOVED);
        if (known->row.kind != ENTRY_OTHER && (!known->node || known->node->kind == ENTRY_OTHER))
            g_ptr_array_add(lost, known->row.uuid);
    }
    pull->lost = lost->len;
    pull->lost_digest = digest_uuids(lost);
    result->persons = refresh->persons;
    result->municipalities = refresh->municipalities;
    result->referrals = refresh->tally.referrals;
    result->verdict =
        guard_decide(refresh->known_people, refresh->persons + refresh->municipalities, pull->lost,
                     pull->config->guard_percent, pull->config->guard_count);
}

static Attributes *
decode(GBytes *blob, GError **error)
{
    gsize length;
    gconstpointer data = g_bytes_get_data(blob, &length);
    return attributes_decode(data, length, error);
}

static gboolean
tell_entry(Pull *pull, PullDifference *difference, GBytes *blob, gint64 old_id, PullFunc func,
           gpointer user_data, GError **error)
{
    g_autoptr(Attributes) attributes = decode(blob, error);
    if (!attributes)
        return FALSE;
    g_autofree char *name = classify_name(pull->config, difference->kind, attributes);
    g_autofree char *old_dn = old_id ? entries_dn(pull->store, old_id, error) : NULL;
    if (old_id && !old_dn)
        return FALSE;
    difference->name = name;
    if (difference->sign == PULL_REMOVED)
        difference->dn = old_dn;
    else
        difference->old_dn = old_dn;
    func(difference, user_data);
    return TRUE;
}

static gboolean
tell_node(Pull *pull, const Node *node, PullSign sign, PullFunc func, gpointer user_data,
          GError **error)
{
    g_autofree char *dn = tree_name(node, NULL);
    PullDifference difference = {.sign = sign, .kind = node->kind, .dn = dn};
    gconstpointer shown = node->offset >= 0 ? refresh_blob(pull->refresh, node, error) : NULL;
    g_autoptr(GBytes) blob = NULL;
    if (shown)
        blob = g_bytes_new(shown, node->length);
    else if (node->offset < 0)
        blob = entries_blob(pull->store, node->id, error);
    return blob && tell_entry(pull, &difference, blob, sign == PULL_MOVED ? node->id : 0, func,
                              user_data, error);
}

static gboolean
tell_signed(Pull *pull, PullSign wanted, PullFunc func, gpointer user_data, GError **error)
{
    for (guint i = 0; i < pull->refresh->nodes->len; i++) {
        const Node *node = g_ptr_array_index(pull->refresh->nodes, i);
        g_autofree char *name = NULL;
        EntryRow row = make_row(pull, node, &name);
        if (compare_row(node, &row) == wanted &&
            !tell_node(pull, node, wanted, func, user_data, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
tell_removed(Pull *pull, PullFunc func, gpointer user_data, GError **error)
{
    for (guint i = 0; i < pull->refresh->known->len; i++) {
        const Known *known = g_ptr_array_index(pull->refresh->known, i);
        if (known->node)
            continue;
        PullDifference difference = {.sign = PULL_REMOVED, .kind = known->row.kind};
        g_autoptr(GBytes) blob = entries_blob(pull->store, known->row.id, error);
        if (!blob || !tell_entry(pull, &difference, blob, known->row.id, func, user_data, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
tell_all(Pull *pull, PullFunc func, gpointer user_data, GError **error)
{
    return tell_signed(pull, PULL_ADDED, func, user_data, error) &&
           tell_signed(pull, PULL_CHANGED, func, user_data, error) &&
           tell_signed(pull, PULL_MOVED, func, user_data, error) &&
           tell_removed(pull, func, user_data, error);
}

typedef struct {
    GString *text;
    guint lines;
} HeldText;

/* what would go matters most: removals are what a person must judge */
static void
note_held(const PullDifference *difference, gpointer user_data)
{
    HeldText *held = user_data;
    if (held->lines++ < HELD_LINES_MAX)
        g_string_append_printf(held->text, "%c %s <%s>\n", difference->sign,
                               difference->name ? difference->name : "", difference->dn);
}

static gboolean
hold(Pull *pull, GError **error)
{
    const Config *config = pull->config;
    g_autofree char *reason = guard_reason(pull->result.verdict, pull->refresh->known_people,
                                           pull->lost, config->guard_percent, config->guard_count);
    g_autoptr(GString) text = g_string_new(NULL);
    HeldText held = {text, 0};
    gint64 id;
    if (!tell_removed(pull, note_held, &held, error))
        return FALSE;
    if (held.lines > HELD_LINES_MAX)
        g_string_append_printf(text, _("... and %u more\n"), held.lines - HELD_LINES_MAX);
    if (!held_add(pull->store, config->directory_uri, pull->options->now, reason, pull->lost_digest,
                  (gint64)pull->lost, text->str, &id, error))
        return FALSE;
    pull->result.held = id;
    if (pull->options->approve)
        g_set_error(
            error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD,
            _("%s; nothing was changed; this is not the difference that was approved. If this "
              "is right, say: rundruf sync --approve %" PRId64),
            reason, id);
    else
        g_set_error(
            error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD,
            _("%s; nothing was changed. If this is right, say: rundruf sync --approve %" PRId64),
            reason, id);
    return FALSE;
}

static gboolean
is_approved(Pull *pull, gboolean *approved, GError **error)
{
    *approved = FALSE;
    if (pull->options->approve == 0)
        return TRUE;
    g_autoptr(GBytes) removals =
        held_removals(pull->store, pull->config->directory_uri, pull->options->approve, error);
    if (!removals)
        return FALSE;
    *approved = pull->lost_digest && g_bytes_equal(removals, pull->lost_digest);
    return TRUE;
}

/* the index follows, unless it is built anew */
static gboolean
change_terms(Pull *pull, const Node *node, gconstpointer blob, GError **error)
{
    if (pull->rebuild || pull->first)
        return TRUE;
    g_autoptr(Attributes) after = attributes_decode(blob, node->length, error);
    if (!after)
        return FALSE;
    g_autoptr(GBytes) old = node->known ? entries_blob(pull->store, node->id, error) : NULL;
    g_autoptr(Attributes) before = old ? decode(old, error) : NULL;
    if (node->known && !before)
        return FALSE;
    return terms_change(pull->terms, pull->store, node->id, before, after, error);
}

static gboolean
write_node(Pull *pull, const Node *node, GError **error)
{
    g_autofree char *name = NULL;
    EntryRow row = make_row(pull, node, &name);
    if (!compare_row(node, &row))
        return TRUE;
    if (node->offset < 0)
        return entries_update(pull->store, &row, NULL, 0, error);
    gconstpointer blob = refresh_blob(pull->refresh, node, error);
    if (!blob || !change_terms(pull, node, blob, error))
        return FALSE;
    return node->known ? entries_update(pull->store, &row, blob, node->length, error)
                       : entries_insert(pull->store, &row, blob, node->length, error);
}

static gboolean
remove_known(Pull *pull, const Known *known, GError **error)
{
    if (!pull->rebuild) {
        g_autoptr(GBytes) blob = entries_blob(pull->store, known->row.id, error);
        g_autoptr(Attributes) before = blob ? decode(blob, error) : NULL;
        if (!before || !terms_change(pull->terms, pull->store, known->row.id, before, NULL, error))
            return FALSE;
    }
    return entries_remove(pull->store, known->row.id, error);
}

static gboolean
collect_row(const EntryRow *row, gpointer user_data, GError **error)
{
    Pull *pull = user_data;
    g_autoptr(GBytes) blob = entries_blob(pull->store, row->id, error);
    g_autoptr(Attributes) attributes = blob ? decode(blob, error) : NULL;
    if (!attributes)
        return FALSE;
    terms_collect(pull->terms, row->id, attributes);
    return TRUE;
}

static gboolean
write_rows(Pull *pull, GError **error)
{
    Refresh *refresh = pull->refresh;
    for (guint i = 0; i < refresh->known->len; i++) {
        const Known *known = g_ptr_array_index(refresh->known, i);
        if (!known->node && !remove_known(pull, known, error))
            return FALSE;
    }
    for (guint i = 0; i < refresh->nodes->len; i++)
        if (!write_node(pull, g_ptr_array_index(refresh->nodes, i), error))
            return FALSE;
    return TRUE;
}

static gboolean
write_first(Pull *pull, GError **error)
{
    Refresh *refresh = pull->refresh;
    g_autoptr(Collect) collect = collect_start(pull->terms, refresh->nodes, refresh->blobs);
    return write_rows(pull, error) && collect_finish(collect, error) &&
           terms_build(pull->terms, pull->store, error);
}

static gboolean
write_all(Pull *pull, GError **error)
{
    if (pull->first)
        return write_first(pull, error);
    if (!write_rows(pull, error))
        return FALSE;
    if (!pull->rebuild)
        return TRUE;
    if (!entries_each(pull->store, collect_row, pull, error))
        return FALSE;
    terms_sort(pull->terms);
    return terms_build(pull->terms, pull->store, error);
}

/* another sync may have written while this one listened to the network */
static gboolean
check_generation(Pull *pull, GError **error)
{
    g_auto(SyncState) state = {0};
    if (!sync_state_load(pull->store, &state, error))
        return FALSE;
    if (state.generation == pull->state.generation)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_BUSY,
                _("another sync has changed the roster meanwhile; say rundruf sync again"));
    return FALSE;
}

static gboolean
write_journal(Pull *pull, GError **error)
{
    const PullResult *result = &pull->result;
    g_autofree char *detail = g_strdup_printf(
        "added=%" G_GUINT64_FORMAT " changed=%" G_GUINT64_FORMAT " moved=%" G_GUINT64_FORMAT
        " removed=%" G_GUINT64_FORMAT " approved=%" G_GINT64_FORMAT,
        result->added, result->changed, result->moved, result->removed, pull->options->approve);
    return journal_add(pull->store, pull->options->now, pull->options->actor, "sync",
                       pull->config->directory_uri, detail, error);
}

static gboolean
apply(Pull *pull, gint64 approved, GError **error)
{
    const char *source = pull->config->directory_uri;
    g_autoptr(StoreTransaction) transaction = store_begin(pull->store, error);
    return transaction && check_generation(pull, error) && write_all(pull, error) &&
           held_settle(pull->store, source, approved, error) &&
           sync_state_save(pull->store, source, pull->indexed, pull->state.generation + 1,
                           pull->options->now, error) &&
           write_journal(pull, error) && store_commit(g_steal_pointer(&transaction), error);
}

/* Writes nothing at all if there is nothing to write. */
static gboolean
settle(Pull *pull, GError **error)
{
    const PullResult *result = &pull->result;
    gboolean approved;
    gint64 held;
    if (!is_approved(pull, &approved, error))
        return FALSE;
    if (result->verdict != GUARD_PASS && !approved)
        return hold(pull, error);
    if (!held_count(pull->store, pull->config->directory_uri, &held, error))
        return FALSE;
    if (result->added + result->changed + result->moved + result->removed + (guint64)held == 0 &&
        !pull->rebuild && pull->state.known)
        return TRUE;
    return apply(pull, approved ? pull->options->approve : 0, error);
}

static gboolean
load(Pull *pull, GError **error)
{
    gboolean approved;
    g_auto(GStrv) indexed = field_map_attributes(pull->config->directory_fields);
    pull->indexed = g_strjoinv(" ", indexed);
    pull->terms = terms_new((const char *const *)indexed);
    pull->refresh = refresh_new(pull->config);
    pull->refresh->progress = pull->options->progress;
    pull->refresh->user_data = pull->options->user_data;
    g_autoptr(StoreTransaction) transaction = store_begin_read(pull->store, error);
    if (!transaction || !sync_state_load(pull->store, &pull->state, error) ||
        !refresh_load(pull->refresh, pull->store, error) || !is_approved(pull, &approved, error))
        return FALSE;
    pull->first = pull->refresh->known->len == 0;
    pull->rebuild = !pull->first && strcmp(pull->indexed, pull->state.indexed) != 0;
    return TRUE;
}

gboolean
pull_run(const Config *config, Directory *directory, Store *store, const PullOptions *options,
         PullResult *result, GError **error)
{
    g_auto(Pull) pull = {.config = config, .store = store, .options = options};
    if (!load(&pull, error) || !refresh_read(pull.refresh, directory, error))
        return FALSE;
    if (pull.refresh->tally.entries == 0 && pull.refresh->known_people == 0) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY,
                    _("%s shows no entry at or below directory.base (%s): nothing was changed"),
                    config->directory_uri, config->directory_base);
        return FALSE;
    }
    count_difference(&pull);
    if (options->func && !tell_all(&pull, options->func, options->user_data, error))
        return FALSE;
    gboolean good = options->dry_run || settle(&pull, error);
    if (good || pull.result.held)
        *result = pull.result;
    return good;
}
