/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/feed.h"

#include "base/error.h"
#include "base/i18n.h"
#include "sync/apply.h"
#include "sync/cookie.h"
#include "sync/uuids.h"

#define WAIT_MS          1000
#define PROGRESS_ENTRIES 100

static gboolean
start(Pull *pull, GBytes *cookie, GError **error)
{
    gsize length = 0;
    gconstpointer data = cookie ? g_bytes_get_data(cookie, &length) : NULL;
    return directory_content_start(pull->directory, data, length, error);
}

static const char *
refusal_text(ContentRefusal refusal)
{
    return refusal == REFUSAL_NEWER ? N_("the server knows less than our cookie: it has crashed, "
                                         "or was restored from a backup")
                                    : N_("the server no longer knows what has changed since");
}

/* Whether the refresh can be what has changed since the cookie. */
static gboolean
is_void(const Pull *pull, const Content *content, const char **said)
{
    g_autoptr(GBytes) merged =
        content->cookie ? cookie_merge(pull->cookie, g_bytes_get_data(content->cookie, NULL),
                                       g_bytes_get_size(content->cookie))
                        : NULL;
    gboolean newer = merged && !(pull->cookie && g_bytes_equal(merged, pull->cookie));
    /* entries for which no cookie vouches are those of a server that was asked from nothing */
    gboolean unvouched = content->entries > 0 && (content->empty_cookie || !content->cookie);
    if (unvouched || !cookie_covers(pull->cookie, content->cookie)) {
        *said = N_("the server made nothing of our cookie");
        return TRUE;
    }
    /* taken at its word, it says that nothing is left: a provider that was set up anew */
    if (content->present_phase && g_hash_table_size(content->present) == 0 &&
        (newer || content->items->len > 0)) {
        *said = N_("the server named nothing that is still there");
        return TRUE;
    }
    return FALSE;
}

static gboolean
gather(Pull *pull, Content *content, FeedOutcome *outcome, const char **said, GError **error)
{
    const PullOptions *options = pull->options;
    *outcome = FEED_GOOD;
    while (!content->done) {
        ContentMessage message;
        if (!directory_content_next(pull->directory, WAIT_MS, &message, error))
            return FALSE;
        if (message.kind == CONTENT_REFUSED) {
            *outcome = message.refusal == REFUSAL_UNSUPPORTED ? FEED_UNSUPPORTED : FEED_VOID;
            *said = refusal_text(message.refusal);
            return TRUE;
        }
        if (!content_take(content, &message, error))
            return FALSE;
        if (options->progress && message.kind == CONTENT_ENTRY &&
            content->entries % PROGRESS_ENTRIES == 0)
            options->progress(content->entries, options->user_data);
    }
    if (is_void(pull, content, said))
        *outcome = FEED_VOID;
    return TRUE;
}

gboolean
feed_refresh(Pull *pull, Content *content, FeedOutcome *outcome, const char **said, GError **error)
{
    if (!start(pull, pull->cookie, error))
        return FALSE;
    /* the server is at work meanwhile: of a poll that finds nothing this is a third */
    gboolean good = settle_load_rest(pull, error) && gather(pull, content, outcome, said, error);
    if (!good || *outcome != FEED_GOOD)
        directory_content_stop(pull->directory);
    return good;
}

typedef struct {
    const Content *content;
    Evidence *evidence;
    GHashTable *known;
    GPtrArray *absent;
} Presence;

/* what is there again after it was held or kept: it is shown to prove it */
static gboolean
ask_missing(Pull *pull, const Presence *presence, GError **error)
{
    g_autoptr(GByteArray) missing = g_byte_array_new();
    if (!entries_missing(pull->store, missing, error))
        return FALSE;
    for (guint at = 0; at + UUID_LENGTH <= missing->len; at += UUID_LENGTH)
        if (g_hash_table_contains(presence->content->present, missing->data + at))
            uuids_set_add(presence->evidence->ask, missing->data + at);
    return TRUE;
}

/* Compares the present UUIDs with the known ones: what is known and neither present nor told, and
 * what is present and not known, is looked for. */
static gboolean
compare_present(Pull *pull, Presence *presence, GByteArray *uuids, GError **error)
{
    const Content *content = presence->content;
    if (!entries_uuids(pull->store, uuids, error))
        return FALSE;
    for (guint at = 0; at + UUID_LENGTH <= uuids->len; at += UUID_LENGTH) {
        guint8 *uuid = uuids->data + at;
        g_hash_table_add(presence->known, uuid);
        if (g_hash_table_contains(content->present, uuid) ||
            g_hash_table_contains(content->by_uuid, uuid))
            continue;
        g_ptr_array_add(presence->absent, uuid);
        uuids_set_add(presence->evidence->ask, uuid);
    }
    GHashTableIter iter;
    gpointer uuid;
    g_hash_table_iter_init(&iter, content->present);
    while (g_hash_table_iter_next(&iter, &uuid, NULL)) {
        control_add(&presence->evidence->control, uuid);
        if (!g_hash_table_contains(presence->known, uuid))
            uuids_set_add(presence->evidence->ask, uuid);
    }
    return TRUE;
}

static gboolean
apply_present(Pull *pull, Content *content, Evidence *evidence, GError **error)
{
    g_autoptr(GHashTable) known = g_hash_table_new(uuids_hash, uuids_equal);
    g_autoptr(GPtrArray) absent = g_ptr_array_new();
    g_autoptr(GByteArray) uuids = g_byte_array_new();
    Presence presence = {content, evidence, known, absent};
    return compare_present(pull, &presence, uuids, error) && ask_missing(pull, &presence, error) &&
           apply_verify(pull, content, evidence, absent, error);
}

gboolean
feed_apply(Pull *pull, Content *content, GError **error)
{
    if (content->cookie) {
        g_autoptr(GBytes) old = g_steal_pointer(&pull->cookie);
        pull->cookie = cookie_merge(old, g_bytes_get_data(content->cookie, NULL),
                                    g_bytes_get_size(content->cookie));
    }
    pull->result.referrals = content->referrals;
    gboolean same = g_bytes_equal(pull->cookie, pull->state.cookie);
    if (content_is_empty(content) && same && !pull->rebuild && pull->state.known)
        return TRUE;
    g_autoptr(Evidence) evidence = evidence_new();
    if (g_hash_table_size(content->present) > 0) {
        pull->result.route = PULL_PRESENT;
        if (!apply_present(pull, content, evidence, error))
            return FALSE;
    }
    return apply_content(pull, content, FALSE, evidence, error);
}

static gboolean
set_refused(Pull *pull, const char *said, GError **error)
{
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY,
                _("%s refuses to tell its content even from nothing: %s; nothing was changed"),
                pull->config->directory_uri, said ? said : "-");
    return FALSE;
}

static gboolean
read_whole(Pull *pull, Refresh *refresh, FeedOutcome *outcome, GError **error)
{
    *outcome = FEED_GOOD;
    for (;;) {
        ContentMessage message;
        if (!directory_content_next(pull->directory, WAIT_MS, &message, error))
            return FALSE;
        if (message.kind == CONTENT_REFUSED && message.refusal != REFUSAL_UNSUPPORTED)
            return set_refused(pull, message.said, error);
        if (message.kind == CONTENT_REFUSED) {
            *outcome = FEED_UNSUPPORTED;
            return TRUE;
        }
        if (message.kind == CONTENT_ENTRY && !refresh_take(message.entry, refresh, error))
            return FALSE;
        refresh->referrals += message.kind == CONTENT_REFERRAL;
        if (message.cookie) {
            g_autoptr(GBytes) old = g_steal_pointer(&pull->cookie);
            pull->cookie = cookie_merge(old, message.cookie, message.cookie_length);
        }
        if (message.kind == CONTENT_PHASE && message.done)
            return TRUE;
    }
}

gboolean
feed_whole(Pull *pull, Whole *whole, FeedOutcome *outcome, GError **error)
{
    /* the old one vouches for nothing that is read now */
    g_clear_pointer(&pull->cookie, g_bytes_unref);
    if (!start(pull, NULL, error))
        return FALSE;
    gboolean good = read_whole(pull, whole_refresh(whole), outcome, error);
    directory_content_stop(pull->directory);
    return good;
}
