/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sync --watch: follows the directory, pushes edits meanwhile, and connects again when it is lost */
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/wake.h"
#include "cli/sync.h"
#include "sync/backoff.h"
#include "sync/turn.h"

#define NOTE_EVERY_S 60 /* while all is quiet */

typedef struct {
    Cli *cli;
    Turn *turn;
    Directory *directory; /* while it is connected */
    guint failures;       /* in a row, since the last batch */
    gboolean in_step;     /* the last batch was good, and none is held */
    gint64 held;          /* the difference that was told as held last; 0: none */
    gint64 noted_at;      /* Unix seconds */
    guint push_failures;  /* in a row */
    double push_after;    /* clock_elapsed(): not before that */
} Watch;

static void
log_number(GString *line, const char *key, guint64 number)
{
    if (number > 0)
        g_string_append_printf(line, "%s%s:%" G_GUINT64_FORMAT, line->len ? "," : "", key, number);
}

/* A difference that is held again, at each poll, is no new warning. */
static void
log_batch(const PullResult *result, gint64 held_before)
{
    g_autoptr(GString) what = g_string_new(NULL);
    log_number(what, "added", result->added);
    log_number(what, "changed", result->changed);
    log_number(what, "moved", result->moved);
    log_number(what, "removed", result->removed);
    log_number(what, "untold", result->untold);
    g_autofree char *generation = g_strdup_printf("%" G_GINT64_FORMAT, result->generation);
    g_autofree char *held =
        result->held ? g_strdup_printf("%" G_GINT64_FORMAT, result->held) : NULL;
    gboolean warn = result->held && result->held != held_before;
    log_write(warn ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "sync.batch", "generation", generation,
              "held", held, "entries", what->len ? what->str : "0", NULL);
}

static gboolean
note_good(Watch *watch, GError **error)
{
    watch->noted_at = clock_now();
    return turn_note_good(watch->turn, watch->noted_at, error);
}

static void
take_batch(const PullResult *result, gpointer user_data)
{
    Watch *watch = user_data;
    log_batch(result, watch->held);
    watch->held = result->held;
    watch->failures = 0;
    watch->in_step = result->held == 0;
    watch->noted_at = 0; /* the next tick notes it, and can fail */
}

static void
log_push(const SyncRound *round)
{
    const PushResult *push = &round->push;
    g_autoptr(GString) what = g_string_new(NULL);
    log_number(what, "done", push->done);
    log_number(what, "merged", push->merged);
    log_number(what, "conflicts", push->conflicts);
    log_number(what, "refused", push->refused);
    log_number(what, "waiting", push->waiting);
    log_write(sync_push_alarming(round) ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "sync.push", "edits",
              what->len ? what->str : "0", "reason",
              round->push_failure ? round->push_failure : push->reason, NULL);
}

/* Edits that the directory does not take now are tried again as a lost connection is. */
static gboolean
push(Watch *watch, GError **error)
{
    g_auto(SyncRound) round = {.now = clock_now()};
    if (clock_elapsed() < watch->push_after)
        return TRUE;
    if (!sync_push(watch->cli, &round, error))
        return FALSE;
    if (!round.pushed)
        return TRUE;
    log_push(&round);
    if (!round.push_failure && round.push.waiting == 0) {
        watch->push_failures = 0;
        return TRUE;
    }
    gint64 pause = backoff_next_ms(++watch->push_failures, g_random_int());
    watch->push_after = clock_elapsed() + (double)pause / 1000;
    return TRUE;
}

static gboolean
tick(gpointer user_data, GError **error)
{
    Watch *watch = user_data;
    if (!push(watch, error))
        return FALSE;
    if (!watch->in_step || ABS(clock_now() - watch->noted_at) < NOTE_EVERY_S)
        return TRUE;
    /* a server that hangs is as quiet as one that has nothing to tell */
    return directory_alive(watch->directory, error) && note_good(watch, error);
}

static gboolean
follow(Watch *watch, GError **error)
{
    Cli *cli = watch->cli;
    PullOptions how = {.now = clock_now(), .actor = cli_actor(), .user_data = watch};
    g_autoptr(Directory) directory = directory_open(cli->config, error);
    if (!directory)
        return FALSE;
    log_info("sync.connected", "source", cli->config->directory_uri, NULL);
    watch->directory = directory;
    gboolean stopped =
        pull_follow(cli->config, directory, cli->store, &how, take_batch, tick, error);
    watch->directory = NULL;
    watch->in_step = FALSE;
    return stopped;
}

/* What waiting does not mend: then the service manager decides. */
static gboolean
is_fatal(const GError *wrong)
{
    return wrong->domain != RUNDRUF_ERROR || wrong->code == RUNDRUF_ERROR_STORE ||
           wrong->code == RUNDRUF_ERROR_FAILED;
}

/* A refused login is not tried often: servers lock accounts for that. */
static gint64
pause_after(Watch *watch, const GError *wrong)
{
    watch->failures++;
    if (wrong->code == RUNDRUF_ERROR_CONFIG || wrong->code == RUNDRUF_ERROR_DIRECTORY)
        return BACKOFF_MOST_MS;
    return backoff_next_ms(watch->failures, g_random_int());
}

static void
log_failure(const Watch *watch, const GError *wrong, gint64 pause)
{
    g_autofree char *failures = g_strdup_printf("%u", watch->failures);
    g_autofree char *seconds = g_strdup_printf("%.1f", (double)pause / 1000);
    log_warning("sync.failed", "failures", failures, "again_in", seconds, "reason", wrong->message,
                NULL);
}

gboolean
sync_watch(Cli *cli, GError **error)
{
    g_autoptr(Turn) turn = turn_take(cli->store, clock_now(), cli_actor(), error);
    Watch watch = {.cli = cli, .turn = turn};
    if (!turn)
        return FALSE;
    log_set_level(cli->quiet ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO);
    while (!wake_asked()) {
        g_autoptr(GError) wrong = NULL;
        if (follow(&watch, &wrong) || wake_asked())
            break;
        if (is_fatal(wrong)) {
            g_propagate_error(error, g_steal_pointer(&wrong));
            return FALSE;
        }
        gint64 pause = pause_after(&watch, wrong);
        log_failure(&watch, wrong, pause);
        wake_wait(pause);
    }
    log_info("sync.stopped", NULL, NULL);
    return TRUE;
}
