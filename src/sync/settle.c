/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/settle.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/journal.h"
#include "store/schemas.h"
#include "store/tombstones.h"
#include "store/traces.h"
#include "sync/cookie.h"
#include "sync/uuids.h"

#include <string.h>

#define HELD_LINES_MAX 1000 /* of a stored difference */
#define CLOCK_AHEAD_S  120

void
pull_clear(Pull *pull)
{
    sync_state_clear(&pull->state);
    g_clear_pointer(&pull->parameters, g_bytes_unref);
    g_clear_pointer(&pull->indexed, g_free);
    g_clear_pointer(&pull->schema, g_free);
    g_clear_pointer(&pull->terms, terms_free);
    g_clear_pointer(&pull->approved, g_bytes_unref);
    g_clear_pointer(&pull->cookie, g_bytes_unref);
}

/* ---- the beginning */

static gboolean
same_bytes(GBytes *a, GBytes *b)
{
    return a == b || (a && b && g_bytes_equal(a, b));
}

gboolean
settle_has_cookie(const Pull *pull)
{
    return pull->state.cookie && g_bytes_get_size(pull->state.cookie) > 0 &&
           g_strcmp0(pull->state.source, pull->config->directory_uri) == 0 &&
           same_bytes(pull->state.parameters, pull->parameters);
}

static void
note_cookie(Pull *pull)
{
    pull->result.cookie_at = cookie_time(pull->cookie);
    if (pull->result.cookie_at > pull->now + CLOCK_AHEAD_S)
        pull->result.notes |= PULL_CLOCK_AHEAD;
}

/* While something is held, time alone lets nothing through: the window stays where it was. */
static gboolean
load_counts(Pull *pull, gint64 approved, GError **error)
{
    gint64 end = pull->held ? MIN(pull->now, pull->held_since) : pull->now;
    return entries_count_missing(pull->store, ENTRY_KEPT, &pull->kept, &pull->kept_people, error) &&
           tombstones_recent(pull->store, end - GUARD_WINDOW_S, approved, &pull->recent, error);
}

gboolean
settle_load(Pull *pull, GError **error)
{
    if (!sync_state_load(pull->store, &pull->state, error))
        return FALSE;
    pull->parameters = cookie_parameters(pull->config);
    if (settle_has_cookie(pull))
        pull->cookie = g_bytes_ref(pull->state.cookie);
    pull->result.generation = pull->state.generation;
    pull->result.persons = (guint64)pull->state.persons;
    pull->result.municipalities = (guint64)pull->state.municipalities;
    note_cookie(pull);
    return TRUE;
}

gboolean
settle_load_rest(Pull *pull, GError **error)
{
    gint64 others;
    const char *source = pull->config->directory_uri;
    gint64 approve = pull->options->approve;
    if (pull->terms)
        return TRUE;
    g_auto(GStrv) indexed = field_map_attributes(pull->config->directory_fields);
    g_autoptr(StoreTransaction) transaction = store_begin_read(pull->store, error);
    if (!transaction || !held_count(pull->store, source, &pull->held, &pull->held_since, error) ||
        !load_counts(pull, pull->state.approved, error))
        return FALSE;
    if (approve && !(pull->approved = held_removals(pull->store, source, approve, &others, error)))
        return FALSE;
    pull->indexed = g_strjoinv(" ", indexed);
    pull->terms = terms_new((const char *const *)indexed);
    pull->rebuild = pull->state.known && strcmp(pull->indexed, pull->state.indexed) != 0;
    pull->result.unchanged = (guint64)(pull->state.entries - pull->kept);
    return TRUE;
}

gboolean
settle_schema(Pull *pull, gboolean again, GError **error)
{
    g_autofree char *known = NULL;
    gboolean there = FALSE;
    const char *source = pull->config->directory_uri;
    if (!again && !schemas_has(pull->store, source, &there, error))
        return FALSE;
    if (there)
        return TRUE;
    if (!schemas_get(pull->store, source, &known, error))
        return FALSE;
    g_autofree char *text = directory_schema(pull->directory);
    g_clear_pointer(&pull->schema, g_free);
    if (g_strcmp0(known, text ? text : "") != 0)
        pull->schema = text ? g_steal_pointer(&text) : g_strdup("");
    return TRUE;
}

gboolean
settle_check(Pull *pull, GError **error)
{
    g_auto(SyncState) state = {0};
    if (!sync_state_load(pull->store, &state, error))
        return FALSE;
    /* an edit that adds or removes an entry is no new generation, but counts the rows anew */
    if (state.generation == pull->state.generation && state.entries == pull->state.entries &&
        state.persons == pull->state.persons && state.municipalities == pull->state.municipalities)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_BUSY,
                _("the roster was changed here while the directory was read; say rundruf sync "
                  "again"));
    return FALSE;
}

/* ---- the guard */

gboolean
settle_allows(Pull *pull, guint64 known, guint64 shown, GPtrArray *lost)
{
    pull->guard = (GuardCounts){known, shown, lost->len, pull->recent};
    GuardVerdict verdict =
        guard_decide(&pull->guard, pull->config->guard_percent, pull->config->guard_count);
    pull->result.verdict = verdict;
    pull->approving = FALSE;
    if (verdict == GUARD_PASS)
        return TRUE;
    g_autoptr(GBytes) digest = uuids_digest(lost);
    pull->approving = same_bytes(pull->approved, digest);
    return pull->approving;
}

void
held_text_add(HeldText *held, PullSign sign, const char *name, const char *dn)
{
    held->others += sign != PULL_REMOVED;
    if (held->lines++ < HELD_LINES_MAX)
        g_string_append_printf(held->text, "%c %s <%s>\n", sign == PULL_REMOVED ? '-' : '~',
                               name ? name : "", dn);
}

static void
held_text_end(HeldText *held)
{
    if (held->lines > HELD_LINES_MAX)
        g_string_append_printf(held->text, _("... and %u more\n"), held->lines - HELD_LINES_MAX);
}

static gboolean
mark_held(Pull *pull, GPtrArray *removed, GError **error)
{
    if (!entries_settle_held(pull->store, ENTRY_SHOWN, 0, NULL, error))
        return FALSE;
    for (guint i = 0; i < removed->len; i++) {
        g_auto(EntryRow) row = {0};
        if (!entries_find(pull->store, g_ptr_array_index(removed, i), &row, error) ||
            (row.id && !entries_mark(pull->store, row.id, ENTRY_HELD, pull->now, error)))
            return FALSE;
    }
    return TRUE;
}

/* The same difference is held under the same number, and nothing is written for it again. */
static gboolean
store_held(Pull *pull, const char *reason, GPtrArray *lost, GPtrArray *removed,
           const HeldText *text, GError **error)
{
    gboolean fresh;
    gint64 id;
    g_autoptr(GBytes) digest = uuids_digest(lost);
    g_autoptr(StoreTransaction) transaction = store_begin(pull->store, error);
    if (!transaction ||
        !held_add(pull->store, pull->config->directory_uri, pull->now, reason, digest, lost->len,
                  text->others, text->text->str, &id, &fresh, error))
        return FALSE;
    if (fresh &&
        (!mark_held(pull, removed, error) || !store_commit(g_steal_pointer(&transaction), error)))
        return FALSE;
    pull->result.held = id;
    return TRUE;
}

gboolean
settle_hold(Pull *pull, GPtrArray *lost, GPtrArray *removed, HeldText *text, GError **error)
{
    const Config *config = pull->config;
    g_autofree char *reason = guard_reason(pull->result.verdict, &pull->guard,
                                           config->guard_percent, config->guard_count);
    held_text_end(text);
    if (!store_held(pull, reason, lost, removed, text, error))
        return FALSE;
    const char *what = pull->options->approve
                           ? _("this is not the difference that was approved, and nothing was "
                               "changed")
                           : _("nothing was changed");
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD,
                _("%s; %s. Until this is decided, nothing else of the directory arrives here, "
                  "either: look at it with rundruf sync --pending; then say rundruf sync "
                  "--approve %" PRId64 " or rundruf sync --drop %" PRId64),
                reason, what, pull->result.held, pull->result.held);
    return FALSE;
}

/* ---- the end */

static gboolean
write_journal(Pull *pull, GError **error)
{
    const PullResult *result = &pull->result;
    g_autofree char *detail = g_strdup_printf(
        "added=%" G_GUINT64_FORMAT " changed=%" G_GUINT64_FORMAT " moved=%" G_GUINT64_FORMAT
        " removed=%" G_GUINT64_FORMAT " approved=%" G_GINT64_FORMAT,
        result->added, result->changed, result->moved, result->removed,
        pull->approving ? pull->options->approve : 0);
    return journal_add(pull->store, pull->now, pull->options->actor, "sync",
                       pull->config->directory_uri, detail, error);
}

/* whether what would be saved is what is there; but for when all was compared, which is not worth a
 * transaction */
static gboolean
is_saved(const Pull *pull, const SyncState *next)
{
    const SyncState *state = &pull->state;
    return state->known && g_strcmp0(state->source, next->source) == 0 &&
           g_strcmp0(state->indexed, next->indexed) == 0 &&
           same_bytes(state->cookie, next->cookie) &&
           same_bytes(state->parameters, next->parameters) && state->entries == next->entries &&
           state->persons == next->persons && state->municipalities == next->municipalities;
}

static SyncState
make_next(const Pull *pull, gboolean written, const SyncState *counts)
{
    const SyncState *state = &pull->state;
    gboolean fresh = !state->known || g_strcmp0(state->source, pull->config->directory_uri) != 0;
    return (SyncState){.known = TRUE,
                       .source = g_strdup(pull->config->directory_uri),
                       .cookie = pull->cookie ? g_bytes_ref(pull->cookie) : NULL,
                       .parameters = g_bytes_ref(pull->parameters),
                       .indexed = g_strdup(pull->indexed),
                       .generation = state->generation + (written || fresh),
                       .synced_at = written || fresh ? pull->now : state->synced_at,
                       .audited_at = pull->complete ? pull->now : state->audited_at,
                       .entries = counts->entries,
                       .persons = counts->persons,
                       .municipalities = counts->municipalities,
                       .approved = pull->approving ? state->generation + 1 : state->approved};
}

/* A clock that is far ahead for once must not cost what sync --undo needs. */
static gboolean
expire(const Pull *pull, GError **error)
{
    const gint64 now = MIN(pull->now, pull->state.synced_at);
    return tombstones_expire(pull->store, now, error) && traces_expire(pull->store, now, error);
}

static void
take_next(Pull *pull, SyncState *next)
{
    sync_state_clear(&pull->state);
    pull->state = *next;
    *next = (SyncState){0};
    pull->rebuild = FALSE;
    g_clear_pointer(&pull->schema, g_free);
    pull->result.generation = pull->state.generation;
    pull->result.persons = (guint64)pull->state.persons;
    pull->result.municipalities = (guint64)pull->state.municipalities;
    note_cookie(pull);
}

gboolean
settle_save(Pull *pull, StoreTransaction *transaction, gboolean written, const SyncState *counts,
            GError **error)
{
    g_autoptr(StoreTransaction) open = transaction;
    g_auto(SyncState) next = make_next(pull, written, counts);
    gboolean settles = pull->approving || (pull->complete && pull->held > 0);
    if (!written && !settles && !pull->auditing && !pull->schema && is_saved(pull, &next)) {
        note_cookie(pull);
        return TRUE;
    }
    if (settles && (!held_settle(pull->store, next.source,
                                 pull->approving ? pull->options->approve : 0, error) ||
                    !entries_settle_held(pull->store, ENTRY_SHOWN, 0, NULL, error)))
        return FALSE;
    if (settles)
        pull->held = 0;
    if (pull->schema && !schemas_save(pull->store, next.source, pull->schema, error))
        return FALSE;
    if ((written && pull->result.removed > 0 && !expire(pull, error)) ||
        !sync_state_save(pull->store, &next, error) || (written && !write_journal(pull, error)) ||
        !load_counts(pull, next.approved, error) || !store_commit(g_steal_pointer(&open), error))
        return FALSE;
    take_next(pull, &next);
    return TRUE;
}

static gboolean
collect_row(const EntryRow *row, gpointer user_data, GError **error)
{
    Pull *pull = user_data;
    g_autoptr(GBytes) blob = entries_blob(pull->store, row->id, error);
    if (!blob)
        return FALSE;
    gsize length;
    gconstpointer data = g_bytes_get_data(blob, &length);
    g_autoptr(Attributes) attributes = attributes_decode(data, length, error);
    if (!attributes)
        return FALSE;
    terms_collect(pull->terms, row->id, attributes);
    return TRUE;
}

gboolean
settle_rebuild(Pull *pull, GError **error)
{
    if (!entries_each(pull->store, collect_row, pull, error))
        return FALSE;
    terms_sort(pull->terms);
    return terms_build(pull->terms, pull->store, error);
}
