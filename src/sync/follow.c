/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/wake.h"
#include "sync/apply.h"
#include "sync/cookie.h"
#include "sync/feed.h"
#include "sync/ladder.h"
#include "sync/pull.h"

#define BATCH_MESSAGES 500
#define TICK_MS        1000
#define COOKIE_S       60 /* a cookie without rows is saved so often at most */
#define REFUSALS_MAX   1  /* in a row, before somebody must look at it */

typedef struct {
    const Config *config;
    Directory *directory;
    Store *store;
    const PullOptions *options;
    PullBatch batch;
    PullTick tick;
    double ticked, saved; /* clock_elapsed() */
    GBytes *cookie;       /* as of all that has come */
    guint refusals;
} Follow;

static gboolean
begin(const Follow *follow, Pull *pull, GError **error)
{
    *pull = (Pull){.config = follow->config,
                   .store = follow->store,
                   .directory = follow->directory,
                   .options = follow->options,
                   .now = clock_now()};
    return settle_load(pull, error) && settle_load_rest(pull, error);
}

static void
tell(const Follow *follow, const PullResult *result)
{
    if (follow->batch)
        follow->batch(result, follow->options->user_data);
}

static gboolean
run_tick(Follow *follow, GError **error)
{
    double now = clock_elapsed();
    if (!follow->tick || now - follow->ticked < TICK_MS / 1000.0)
        return TRUE;
    follow->ticked = now;
    return follow->tick(follow->options->user_data, error);
}

/* Lets `directory.poll` pass, with its ticks, or until asked to stop. */
static gboolean
idle(Follow *follow, GError **error)
{
    double end = clock_elapsed() + (double)follow->config->directory_poll;
    while (clock_elapsed() < end && !wake_wait(TICK_MS))
        if (!run_tick(follow, error))
            return FALSE;
    return TRUE;
}

/* A held difference is told and does not end it. FALSE with any other error. */
static gboolean
tell_held(const Follow *follow, const Pull *pull, GError *wrong, GError **error)
{
    if (!pull->result.held) {
        g_propagate_error(error, wrong);
        return FALSE;
    }
    g_error_free(wrong);
    tell(follow, &pull->result);
    return TRUE;
}

/* ---- what comes while it is followed */

typedef enum { FOLLOW_ON, FOLLOW_AGAIN, FOLLOW_PAUSED } FollowState;

/* Commits what has come. */
static gboolean
apply(Follow *follow, Content *content, FollowState *state, GError **error)
{
    g_auto(Pull) pull = {0};
    g_autoptr(Evidence) evidence = evidence_new();
    GError *wrong = NULL;
    if (!begin(follow, &pull, error))
        return FALSE;
    g_clear_pointer(&pull.cookie, g_bytes_unref);
    pull.cookie = g_bytes_ref(follow->cookie);
    pull.result.referrals = content->referrals;
    if (!apply_content(&pull, content, TRUE, evidence, &wrong)) {
        *state = FOLLOW_PAUSED;
        return tell_held(follow, &pull, wrong, error);
    }
    follow->saved = clock_elapsed();
    follow->refusals = 0;
    if (content->items->len > 0)
        tell(follow, &pull.result);
    return TRUE;
}

static gboolean
flush(Follow *follow, Content **content, FollowState *state, GError **error)
{
    if (!apply(follow, *content, state, error))
        return FALSE;
    content_free(*content);
    *content = content_new();
    return TRUE;
}

static gboolean
audit_if_due(Follow *follow, FollowState *state, GError **error)
{
    g_auto(Pull) pull = {0};
    GError *wrong = NULL;
    if (!begin(follow, &pull, error))
        return FALSE;
    if (!ladder_audit_is_due(&pull))
        return TRUE;
    g_clear_pointer(&pull.cookie, g_bytes_unref);
    pull.cookie = g_bytes_ref(follow->cookie);
    if (!ladder_audit(&pull, &wrong)) {
        *state = FOLLOW_PAUSED;
        return tell_held(follow, &pull, wrong, error);
    }
    tell(follow, &pull.result);
    return TRUE;
}

static void
note_cookie(Follow *follow, const ContentMessage *message)
{
    g_autoptr(GBytes) old = g_steal_pointer(&follow->cookie);
    follow->cookie = cookie_merge(old, message->cookie, message->cookie_length);
}

static gboolean
take(Follow *follow, const ContentMessage *message, Content **content, FollowState *state,
     GError **error)
{
    gboolean quiet = message->kind == CONTENT_QUIET;
    if (message->kind == CONTENT_REFUSED) {
        *state = FOLLOW_AGAIN;
        return TRUE;
    }
    note_cookie(follow, message);
    if (!content_take(*content, message, error))
        return FALSE;
    guint count = (*content)->items->len;
    gboolean stale = (*content)->cookie && clock_elapsed() - follow->saved >= COOKIE_S;
    if (count >= BATCH_MESSAGES || (quiet && (count > 0 || stale)))
        return flush(follow, content, state, error);
    return TRUE;
}

/* The feed is open and its refresh is written. */
static gboolean
listen(Follow *follow, FollowState *state, GError **error)
{
    g_autoptr(Content) content = content_new();
    double audited = clock_elapsed();
    *state = FOLLOW_ON;
    while (*state == FOLLOW_ON && !wake_asked()) {
        ContentMessage message;
        gint64 wait = content->items->len > 0 ? 0 : TICK_MS;
        if (!directory_content_next(follow->directory, wait, &message, error) ||
            !take(follow, &message, &content, state, error) || !run_tick(follow, error))
            return FALSE;
        if (*state == FOLLOW_ON && content->items->len == 0 &&
            clock_elapsed() - audited >= COOKIE_S) {
            audited = clock_elapsed();
            if (!audit_if_due(follow, state, error))
                return FALSE;
        }
    }
    /* what has come and is not written, comes again: the cookie does not vouch for it */
    return *state != FOLLOW_ON || content->items->len > 0 || !content->cookie ||
           apply(follow, content, state, error);
}

/* Opens the feed from where the pull ended, and stays. */
static gboolean
stay(Follow *follow, FollowState *state, GError **error)
{
    FeedOutcome outcome;
    const char *said = NULL;
    GError *wrong = NULL;
    g_auto(Pull) pull = {0};
    g_autoptr(Content) content = content_new();
    if (!begin(follow, &pull, error) || !feed_refresh(&pull, content, &outcome, &said, error))
        return FALSE;
    *state = FOLLOW_AGAIN;
    if (outcome != FEED_GOOD)
        return TRUE;
    if (!feed_apply(&pull, content, &wrong)) {
        directory_content_stop(follow->directory);
        *state = FOLLOW_PAUSED;
        return tell_held(follow, &pull, wrong, error);
    }
    if (content->items->len > 0)
        tell(follow, &pull.result);
    g_clear_pointer(&follow->cookie, g_bytes_unref);
    follow->cookie = g_bytes_ref(pull.cookie);
    follow->saved = clock_elapsed();
    gboolean good = listen(follow, state, error);
    directory_content_stop(follow->directory);
    return good;
}

static gboolean
check_refusals(Follow *follow, GError **error)
{
    if (follow->refusals++ < REFUSALS_MAX)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY,
                _("%s ends the feed again and again; say: rundruf check"),
                follow->config->directory_uri);
    return FALSE;
}

/* One pull, and then the feed as long as it lasts. */
static gboolean
follow_once(Follow *follow, GError **error)
{
    FollowState state = FOLLOW_PAUSED;
    GError *wrong = NULL;
    {
        g_auto(Pull) pull = {0};
        if (!begin(follow, &pull, error))
            return FALSE;
        gboolean good = ladder_run(&pull, PULL_AUTO, &wrong);
        gboolean feed = good && !(pull.result.notes & PULL_NO_FEED) && settle_has_cookie(&pull);
        if (good)
            tell(follow, &pull.result);
        else if (!tell_held(follow, &pull, wrong, error))
            return FALSE;
        state = feed ? FOLLOW_ON : FOLLOW_PAUSED;
    }
    if (state == FOLLOW_ON && !stay(follow, &state, error))
        return FALSE;
    if (state == FOLLOW_AGAIN)
        return check_refusals(follow, error);
    return state == FOLLOW_ON || idle(follow, error);
}

gboolean
pull_follow(const Config *config, Directory *directory, Store *store, const PullOptions *options,
            PullBatch batch, PullTick tick, GError **error)
{
    Follow follow = {.config = config,
                     .directory = directory,
                     .store = store,
                     .options = options,
                     .batch = batch,
                     .tick = tick};
    g_autoptr(GError) wrong = NULL;
    while (!wrong && !wake_asked())
        follow_once(&follow, &wrong);
    g_clear_pointer(&follow.cookie, g_bytes_unref);
    if (!wrong || wake_asked())
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&wrong));
    return FALSE;
}
