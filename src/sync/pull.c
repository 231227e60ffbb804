/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/pull.h"

#include "base/i18n.h"
#include "sync/audit.h"
#include "sync/feed.h"
#include "sync/ladder.h"

static gboolean
pull_searched(Pull *pull, Whole *whole, GError **error)
{
    DirectoryTally tally;
    Refresh *refresh = whole_refresh(whole);
    if (!directory_search(pull->directory, NULL, refresh_take, refresh, &tally, error))
        return FALSE;
    refresh->referrals = tally.referrals;
    return whole_apply(whole, error);
}

/* A server without a feed: all of it the first time, then only what the list of versions shows. */
static gboolean
pull_without_feed(Pull *pull, GError **error)
{
    pull->result.notes |= PULL_NO_FEED;
    /* a cookie of better times vouches for less than there is, which does no harm */
    if (!pull->cookie && settle_has_cookie(pull))
        pull->cookie = g_bytes_ref(pull->state.cookie);
    if (pull->state.entries > 0) {
        pull->result.route = PULL_LISTING;
        return audit_run(pull, error);
    }
    g_autoptr(Whole) whole = whole_new(pull, error);
    return whole && pull_searched(pull, whole, error);
}

gboolean
ladder_whole(Pull *pull, const char *said, GError **error)
{
    FeedOutcome outcome;
    g_autoptr(Whole) whole = whole_new(pull, error);
    if (!whole)
        return FALSE;
    pull->result.route = PULL_ALL;
    if (said) {
        pull->result.notes |= PULL_VOID_COOKIE;
        pull->result.said = said;
    }
    if (!directory_can_follow(pull->directory))
        return pull_searched(pull, whole, error);
    if (!feed_whole(pull, whole, &outcome, error))
        return FALSE;
    return outcome == FEED_UNSUPPORTED ? pull_without_feed(pull, error) : whole_apply(whole, error);
}

gboolean
ladder_audit_is_due(const Pull *pull)
{
    gint64 every = pull->config->directory_audit;
    gint64 age = pull->now - pull->state.audited_at;
    return pull->held > 0 || (every > 0 && (age < 0 || age >= every));
}

gboolean
ladder_audit(Pull *pull, GError **error)
{
    pull->auditing = TRUE;
    gboolean good = audit_run(pull, error);
    pull->auditing = FALSE;
    if (good)
        pull->result.notes |= PULL_AUDITED;
    return good;
}

static gboolean
pull_changes(Pull *pull, PullDepth depth, GError **error)
{
    FeedOutcome outcome;
    const char *said = NULL;
    g_autoptr(Content) content = content_new();
    if (!feed_refresh(pull, content, &outcome, &said, error))
        return FALSE;
    if (outcome == FEED_UNSUPPORTED)
        return pull_without_feed(pull, error);
    if (outcome == FEED_VOID)
        return ladder_whole(pull, said, error);
    gboolean good = feed_apply(pull, content, error);
    directory_content_stop(pull->directory);
    /* a dry run has left what was told for an audit to find again */
    gboolean audit = depth == PULL_AUDIT || (ladder_audit_is_due(pull) && !pull->options->dry_run);
    return good && (!audit || ladder_audit(pull, error));
}

gboolean
ladder_run(Pull *pull, PullDepth depth, GError **error)
{
    const char *said = NULL;
    if (pull->options->approve && !settle_load_rest(pull, error))
        return FALSE;
    if (!settle_schema(pull, depth != PULL_AUTO, error))
        return FALSE;
    if (depth != PULL_WHOLE && directory_can_follow(pull->directory)) {
        if (settle_has_cookie(pull))
            return pull_changes(pull, depth, error);
        if (pull->state.cookie)
            said = N_("the settings that it belonged to are others now");
    }
    if (!settle_load_rest(pull, error))
        return FALSE;
    /* which compares everything, too */
    if (depth == PULL_AUDIT)
        pull->result.notes |= PULL_AUDITED;
    return ladder_whole(pull, said, error);
}

gboolean
pull_run(const Config *config, Directory *directory, Store *store, const PullOptions *options,
         PullResult *result, GError **error)
{
    g_auto(Pull) pull = {.config = config,
                         .store = store,
                         .directory = directory,
                         .options = options,
                         .now = options->now};
    if (!settle_load(&pull, error))
        return FALSE;
    gboolean good = ladder_run(&pull, options->depth, error);
    if (good || pull.result.held)
        *result = pull.result;
    return good;
}
