/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/apply.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/journal.h"
#include "sync/cookie.h"

#define ROUNDS_MAX 8 /* each asks only for what is new, so more are a directory gone mad */

gboolean
apply_verify(Pull *pull, Content *content, Evidence *evidence, GPtrArray *absent, GError **error)
{
    if (!evidence_gather(evidence, pull->directory, error))
        return FALSE;
    for (guint i = 0; i < absent->len; i++)
        if (g_hash_table_contains(evidence->gone, g_ptr_array_index(absent, i)))
            content_add_gone(content, g_ptr_array_index(absent, i));
    return TRUE;
}

static void
count_lines(PullResult *result, const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++) {
        const DeltaLine *line = g_ptr_array_index(lines, i);
        result->added += line->sign == PULL_ADDED;
        result->changed += line->sign == PULL_CHANGED;
        result->moved += line->sign == PULL_MOVED;
        result->removed += line->sign == PULL_REMOVED;
    }
}

static void
tell_lines(const Pull *pull, const GPtrArray *lines)
{
    for (guint i = 0; pull->options->func && i < lines->len; i++) {
        const DeltaLine *line = g_ptr_array_index(lines, i);
        PullDifference difference = {line->sign, line->kind,   line->name,
                                     line->dn,   line->old_dn, pull->auditing};
        pull->options->func(&difference, pull->options->user_data);
    }
}

/* what the feed never told is worth more than a number */
static gboolean
journal_untold(Pull *pull, const GPtrArray *lines, GError **error)
{
    for (guint i = 0; i < lines->len; i++) {
        const DeltaLine *line = g_ptr_array_index(lines, i);
        const char sign[] = {(char)line->sign, '\0'};
        if (!journal_add(pull->store, pull->now, pull->options->actor, "sync.audit", line->dn, sign,
                         error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
hold(Pull *pull, const DeltaResult *delta, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GPtrArray) removed = g_ptr_array_new();
    HeldText held = {.text = text};
    for (guint i = 0; i < delta->lines->len; i++) {
        DeltaLine *line = g_ptr_array_index(delta->lines, i);
        if (line->sign == PULL_REMOVED)
            g_ptr_array_add(removed, line->uuid);
        if (line->sign == PULL_REMOVED || line->lost)
            held_text_add(&held, line->sign, line->name, line->dn);
    }
    return settle_hold(pull, delta->lost, removed, &held, error);
}

/* Tells the result what the mirror's rows, as they are written now, come to. */
static gboolean
count_rows(Pull *pull, const SyncState *counts, gint64 *kept_people, GError **error)
{
    PullResult *result = &pull->result;
    gint64 kept;
    if (!entries_count_missing(pull->store, ENTRY_KEPT, &kept, kept_people, error))
        return FALSE;
    gint64 touched = (gint64)(result->added + result->changed + result->moved);
    result->unchanged = (guint64)MAX(0, counts->entries - kept - touched);
    result->persons = (guint64)MAX(0, counts->persons);
    result->municipalities = (guint64)MAX(0, counts->municipalities);
    return TRUE;
}

/* Commits what is written, or rolls it back. */
static gboolean
decide(Pull *pull, StoreTransaction *transaction, const DeltaResult *delta, GError **error)
{
    g_autoptr(StoreTransaction) open = transaction;
    const SyncState *state = &pull->state;
    SyncState counts = {.entries = state->entries + delta->entries,
                        .persons = state->persons + delta->persons,
                        .municipalities = state->municipalities + delta->municipalities};
    gint64 kept_people, known = state->persons + state->municipalities - pull->kept_people;
    count_lines(&pull->result, delta->lines);
    if (!count_rows(pull, &counts, &kept_people, error))
        return FALSE;
    gint64 shown = counts.persons + counts.municipalities - kept_people;
    gboolean allowed =
        settle_allows(pull, (guint64)MAX(0, known), (guint64)MAX(0, shown), delta->lost);
    if (pull->auditing)
        pull->result.untold += delta->lines->len;
    if (pull->options->dry_run || !allowed) {
        g_clear_pointer(&open, store_rollback);
        return pull->options->dry_run || hold(pull, delta, error);
    }
    if ((pull->rebuild && !settle_rebuild(pull, error)) ||
        (pull->auditing && !journal_untold(pull, delta->lines, error)))
        return FALSE;
    return settle_save(pull, g_steal_pointer(&open), delta->written || pull->rebuild, &counts,
                       error);
}

/* `again` if the directory must be asked first; then nothing has been written. */
static gboolean
try(Pull *pull, Content *content, gboolean feed, Evidence *evidence, gboolean *again,
    GError **error)
{
    g_autoptr(StoreTransaction) transaction = store_begin(pull->store, error);
    g_autoptr(Delta) delta =
        delta_new(pull->config, pull->store, pull->rebuild ? NULL : pull->terms, evidence,
                  pull->state.generation + 1, pull->now, cookie_time(pull->state.cookie));
    g_auto(DeltaResult) result = {0};
    if (!transaction || !settle_check(pull, error) || !delta_begin(delta, error))
        return FALSE;
    if (!(feed ? delta_write_feed(delta, content, error)
               : delta_write_refresh(delta, content, error)) ||
        !delta_write_refresh(delta, evidence->found, error))
        return FALSE;
    *again = delta_asks(delta);
    if (*again)
        return TRUE;
    if (!delta_finish(delta, &result, error))
        return FALSE;
    gboolean good = decide(pull, g_steal_pointer(&transaction), &result, error);
    if (good || pull->result.held)
        tell_lines(pull, result.lines);
    return good;
}

/* Entries that must be found if any are: those that were just shown, or else some that are known, of
 * which nobody says that they are gone. */
static gboolean
find_control(Pull *pull, const Content *content, Evidence *evidence, GError **error)
{
    Control *control = &evidence->control;
    for (guint i = 0; i < content->items->len && control->count < CONTROL_MOST; i++) {
        const ContentItem *item = g_ptr_array_index(content->items, i);
        const ContentItem *last = g_hash_table_lookup(content->by_uuid, item->uuid);
        if (!item->gone && (!last || !last->gone))
            control_add(control, item->uuid);
    }
    g_autoptr(GByteArray) uuids = g_byte_array_new();
    if (control->count > 0)
        return TRUE;
    if (!entries_shown(pull->store, uuids, error))
        return FALSE;
    for (guint at = 0; at < uuids->len && control->count < CONTROL_MOST; at += UUID_LENGTH)
        if (!g_hash_table_contains(content->by_uuid, uuids->data + at) &&
            !g_hash_table_contains(evidence->ask, uuids->data + at))
            control_add(control, uuids->data + at);
    return TRUE;
}

gboolean
apply_content(Pull *pull, Content *content, gboolean feed, Evidence *evidence, GError **error)
{
    if (!content_flush(content, error))
        return FALSE;
    for (guint round = 0; round < ROUNDS_MAX; round++) {
        gboolean again;
        if (!try(pull, content, feed, evidence, &again, error))
            return FALSE;
        if (!again)
            return TRUE;
        if (!find_control(pull, content, evidence, error) ||
            !evidence_gather(evidence, pull->directory, error))
            return FALSE;
    }
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY,
                _("the directory changes faster than it can be read; nothing was changed here, "
                  "the next sync tries again"));
    return FALSE;
}
