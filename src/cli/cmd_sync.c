/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "base/wake.h"
#include "cli/output.h"
#include "cli/sync.h"
#include "store/roster.h"
#include "store/sync_state.h"
#include "sync/keep.h"
#include "sync/turn.h"

#include <stdio.h>
#include <string.h>

#define NOT_GIVEN G_MININT64 /* of an option that takes a number */

typedef struct {
    gboolean full, audit, watch, pending, dry_run;
    gint64 approve, drop, undo;
} SyncWish;

typedef struct {
    const Cli *cli;
    gboolean all;    /* every difference is shown; else those that an audit found */
    gint64 expected; /* entries; 0: not known */
    double started;
} Watching;

void
sync_round_clear(SyncRound *round)
{
    push_result_clear(&round->push);
    g_clear_pointer(&round->push_failure, g_free);
}

/* ---- one round */

static void
show_difference(const PullDifference *difference, gpointer data)
{
    const Watching *watching = data;
    if (watching->all || difference->untold)
        sync_report_difference(watching->cli, difference);
}

static void
show_progress(guint64 entries, gpointer data)
{
    const Watching *watching = data;
    output_progress(_("reading"), (gint64)entries, watching->expected,
                    clock_elapsed() - watching->started, NULL);
}

/* Whether the rest of the round makes sense after this. */
static gboolean
ends_round(const GError *wrong)
{
    return g_error_matches(wrong, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE) ||
           g_error_matches(wrong, RUNDRUF_ERROR, RUNDRUF_ERROR_BUSY) ||
           g_error_matches(wrong, RUNDRUF_ERROR, RUNDRUF_ERROR_STOPPED);
}

gboolean
sync_push(Cli *cli, SyncRound *round, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    PushOptions how = {.now = round->now, .actor = cli_actor()};
    if (!push_needed(cli->store, &round->pushed, error))
        return FALSE;
    if (!round->pushed || push_run(cli->config, cli->store, &how, &round->push, &wrong))
        return TRUE;
    round->push_failure = g_strdup(wrong->message);
    if (!ends_round(wrong))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&wrong));
    return FALSE;
}

static gboolean
pull(Cli *cli, const SyncWish *wish, SyncRound *round, GError **error)
{
    g_auto(SyncState) state = {0};
    Watching watching = {
        .cli = cli, .all = wish->dry_run || cli->verbose, .started = clock_elapsed()};
    PullOptions how = {
        .now = round->now,
        .actor = cli_actor(),
        .depth = wish->full    ? PULL_WHOLE
                 : wish->audit ? PULL_AUDIT
                               : PULL_AUTO,
        .dry_run = wish->dry_run,
        .approve = wish->approve == NOT_GIVEN ? 0 : wish->approve,
        .func = watching.all || (wish->audit && !cli->quiet) ? show_difference : NULL,
        .progress = cli->quiet ? NULL : show_progress,
        .user_data = &watching,
    };
    g_autoptr(Directory) directory = directory_open(cli->config, error);
    if (!directory || !sync_state_load(cli->store, &state, error))
        return FALSE;
    watching.expected = state.entries;
    gboolean good = pull_run(cli->config, directory, cli->store, &how, &round->pull, error);
    output_progress_end();
    return good;
}

/* Whoever approves most often finds sync --watch at work, which holds the turn as long as it runs. */
static Turn *
take_turn(Cli *cli, const SyncWish *wish, gint64 now, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    Turn *turn = turn_take(cli->store, now, cli_actor(), &wrong);
    if (turn)
        return turn;
    if (wish->approve != NOT_GIVEN && g_error_matches(wrong, RUNDRUF_ERROR, RUNDRUF_ERROR_BUSY))
        g_set_error(error, wrong->domain, wrong->code,
                    _("%s; if it is sync --watch, stop it for the moment: systemctl stop "
                      "rundruf-sync"),
                    wrong->message);
    else
        g_propagate_error(error, g_steal_pointer(&wrong));
    return NULL;
}

/* A dry run writes nothing, so it needs no turn, and works beside sync --watch. */
static gboolean
run_round(Cli *cli, const SyncWish *wish, SyncRound *round, GError **error)
{
    if (wish->dry_run)
        return pull(cli, wish, round, error);
    g_autoptr(Turn) turn = take_turn(cli, wish, round->now, error);
    return turn && sync_push(cli, round, error) && pull(cli, wish, round, error) &&
           turn_note_good(turn, clock_now(), error);
}

static const char *
kind_name(ChangeKind kind)
{
    switch (kind) {
    case CHANGE_ADD:
        return N_("add");
    case CHANGE_REMOVE:
        return N_("remove");
    case CHANGE_SET:
        break;
    }
    return N_("set");
}

static void
show_waiting(const Cli *cli, const Change *change)
{
    if (cli->json) {
        g_autoptr(Value) row = value_new_map();
        value_set_int(row, "edit", change->id);
        value_set_text(row, "kind", kind_name(change->kind));
        value_set_text(row, "dn", change->dn);
        value_set_text(row, "attribute", change->attribute);
        value_set_text(row, "author", change->author);
        output_set_time(row, "at", change->at);
        value_set_text(row, "reason", change->reason);
        output_json(row);
        return;
    }
    g_autofree char *dn = text_one_line(change->dn);
    printf(_("Edit %" PRId64 " waits: %s %s  (%s)\n"), change->id, _(kind_name(change->kind)),
           change->attribute ? change->attribute : "", dn);
}

static gboolean
list_waiting(Cli *cli, SyncRound *round, GError **error)
{
    static const ChangeState open[] = {CHANGE_WAITING, CHANGE_SENT};
    g_autoptr(GPtrArray) changes = changes_list(cli->store, open, G_N_ELEMENTS(open), error);
    for (guint i = 0; changes && i < changes->len; i++)
        show_waiting(cli, g_ptr_array_index(changes, i));
    round->push.waiting = changes ? changes->len : 0;
    return changes != NULL;
}

static ExitStatus
sync_once(Cli *cli, const SyncWish *wish, GError **error)
{
    double started = clock_elapsed();
    g_autoptr(GError) wrong = NULL;
    g_auto(SyncRound) round = {
        .now = clock_now(), .dry_run = wish->dry_run, .asked_audit = wish->audit};
    if (wish->dry_run && !list_waiting(cli, &round, error))
        return STATUS_FAILED;
    gboolean good = run_round(cli, wish, &round, &wrong);
    round.seconds = clock_elapsed() - started;
    round.failed = !good && !g_error_matches(wrong, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD);
    if (!round.failed && !roster_missing(cli->store, &round.held, &round.kept, error))
        return STATUS_FAILED;
    sync_report(cli, &round);
    if (wrong)
        g_propagate_error(error, g_steal_pointer(&wrong));
    if (!good)
        return STATUS_FAILED;
    return sync_push_alarming(&round) ? STATUS_PARTLY : STATUS_DONE;
}

/* ---- what was held, and what was removed */

typedef struct {
    const Cli *cli;
    guint shown;
} Pending;

/* "- NAME <DN>"; a DN has its "<" escaped. FALSE for the line that tells how many more there are. */
static gboolean
split_held_line(const char *line, char **name, const char **dn, gsize *dn_length)
{
    const char *begin = g_strrstr(line, " <");
    gsize length = strlen(line);
    if (!g_str_has_prefix(line, "- ") || !begin || line[length - 1] != '>')
        return FALSE;
    *name = begin > line + 2 ? g_strndup(line + 2, (gsize)(begin - line - 2)) : NULL;
    *dn = begin + 2;
    *dn_length = length - 1 - (gsize)(*dn - line);
    return TRUE;
}

static Value *
held_line_to_value(const char *line)
{
    Value *row = value_new_map();
    g_autofree char *name = NULL;
    const char *begin;
    gsize length;
    if (!split_held_line(line, &name, &begin, &length)) {
        value_set_text(row, "note", line);
        return row;
    }
    g_autofree char *dn = g_strndup(begin, length);
    value_set_text(row, "difference", "removed");
    value_set_text(row, "name", name);
    value_set_text(row, "dn", dn);
    return row;
}

static void
print_held_line(const char *line)
{
    g_autofree char *name = NULL;
    const char *begin;
    gsize length;
    if (!split_held_line(line, &name, &begin, &length)) {
        g_autofree char *clean = text_one_line(line);
        printf("  %s\n", clean);
        return;
    }
    g_autofree char *dn = g_strndup(begin, length);
    printf("  ");
    sync_report_entry(PULL_REMOVED, name, NULL, dn);
}

static void
show_held(const HeldDifference *held, gpointer data)
{
    Pending *pending = data;
    const Cli *cli = pending->cli;
    pending->shown++;
    g_auto(GStrv) lines = g_strsplit(held->difference, "\n", -1);
    if (cli->json) {
        g_autoptr(Value) row = value_new_map();
        Value *list = value_new_list();
        for (char **line = lines; *line; line++)
            if (**line)
                value_append(list, held_line_to_value(*line));
        value_set_int(row, "held", held->id);
        output_set_time(row, "since", held->held_at);
        value_set_text(row, "reason", held->reason);
        value_set_int(row, "removed", held->removed);
        value_set(row, "difference", list);
        output_json(row);
        return;
    }
    g_autofree char *since = cli_when(cli, held->held_at);
    g_autofree char *reason = text_one_line(held->reason);
    printf(_("Difference %" PRId64 ", held since %s: %s\n"), held->id, since, reason);
    for (char **line = lines; *line; line++)
        if (**line)
            print_held_line(*line);
    printf(_("rundruf sync --approve %" PRId64 " removes these; rundruf sync --drop %" PRId64
             " keeps them.\n"),
           held->id, held->id);
}

static ExitStatus
show_pending(Cli *cli, GError **error)
{
    Pending pending = {cli, 0};
    if (!keep_pending(cli->config, cli->store, show_held, &pending, error))
        return STATUS_FAILED;
    if (pending.shown == 0 && !cli->json && !cli->quiet)
        puts(_("Nothing is held."));
    return STATUS_DONE;
}

static ExitStatus
drop(Cli *cli, gint64 id, GError **error)
{
    guint64 kept;
    if (!keep_drop(cli->config, cli->store, id, clock_now(), cli_actor(), &kept, error))
        return STATUS_FAILED;
    if (cli->json) {
        g_autoptr(Value) value = value_new_map();
        value_set_int(value, "kept", (gint64)kept);
        output_json(value);
    } else if (!cli->quiet) {
        printf(P_("%" PRIu64 " entry stays until the directory shows it again.\n",
                  "%" PRIu64 " entries stay until the directory shows them again.\n", kept),
               kept);
    }
    return STATUS_DONE;
}

static ExitStatus
undo(Cli *cli, gint64 generation, GError **error)
{
    guint64 back;
    if (!keep_undo(cli->config, cli->store, generation, clock_now(), cli_actor(), &back, error))
        return STATUS_FAILED;
    if (cli->json) {
        g_autoptr(Value) value = value_new_map();
        value_set_int(value, "back", (gint64)back);
        output_json(value);
    } else if (!cli->quiet) {
        printf(P_("%" PRIu64 " entry is back, and stays until the directory shows it again.\n",
                  "%" PRIu64 " entries are back, and stay until the directory shows them again.\n",
                  back),
               back);
    }
    return STATUS_DONE;
}

/* ---- the command line */

static gboolean
check_wish(const SyncWish *wish, GError **error)
{
    guint deeds = (wish->watch != 0) + (wish->pending != 0) + (wish->drop != NOT_GIVEN) +
                  (wish->undo != NOT_GIVEN);
    gboolean pulls = deeds == 0, approves = wish->approve != NOT_GIVEN;
    if (deeds + approves > 1)
        cli_usage(error, _("say only one of --watch, --pending, --approve, --drop, --undo"));
    else if (wish->full && wish->audit)
        cli_usage(error, _("say either --full or --audit"));
    else if ((wish->full || wish->audit || wish->dry_run) && !pulls)
        cli_usage(error, _("--full, --audit and --dry-run are for a single sync"));
    else if (approves && wish->dry_run)
        cli_usage(error, _("rundruf sync --pending shows what --approve would remove"));
    else if ((approves && wish->approve < 1) || (wish->drop != NOT_GIVEN && wish->drop < 1) ||
             (wish->undo != NOT_GIVEN && wish->undo < 1))
        cli_usage(error, _("numbers of differences and syncs begin with 1"));
    else
        return TRUE;
    return FALSE;
}

static ExitStatus
obey(Cli *cli, const SyncWish *wish, GError **error)
{
    if (wish->watch)
        return sync_watch(cli, error) ? STATUS_DONE : STATUS_FAILED;
    if (wish->pending)
        return show_pending(cli, error);
    if (wish->drop != NOT_GIVEN)
        return drop(cli, wish->drop, error);
    if (wish->undo != NOT_GIVEN)
        return undo(cli, wish->undo, error);
    return sync_once(cli, wish, error);
}

ExitStatus
cmd_sync(Cli *cli, int argc, char **argv, GError **error)
{
    SyncWish wish = {.approve = NOT_GIVEN, .drop = NOT_GIVEN, .undo = NOT_GIVEN};
    const GOptionEntry options[] = {
        {"full", 0, 0, G_OPTION_ARG_NONE, &wish.full,
         N_("read everything, whatever was read before"), NULL},
        {"audit", 0, 0, G_OPTION_ARG_NONE, &wish.audit,
         N_("compare everything: what did the directory never tell?"), NULL},
        {"watch", 0, 0, G_OPTION_ARG_NONE, &wish.watch,
         N_("stay with the directory until a signal ends it"), NULL},
        {"pending", 0, 0, G_OPTION_ARG_NONE, &wish.pending,
         N_("show the differences that the guard holds"), NULL},
        {"approve", 0, 0, G_OPTION_ARG_INT64, &wish.approve,
         N_("apply the difference with this number, which the guard held"), N_("ID")},
        {"drop", 0, 0, G_OPTION_ARG_INT64, &wish.drop,
         N_("keep the persons whom the held difference with this number would remove"), N_("ID")},
        {"undo", 0, 0, G_OPTION_ARG_INT64, &wish.undo,
         N_("bring back what the sync with this number removed"), N_("ID")},
        CLI_DRY_RUN(wish.dry_run),
        CLI_END,
    };
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 0, 0, &status, error))
        return status;
    if (!check_wish(&wish, error))
        return STATUS_USAGE;
    if (!cli_store(cli, error))
        return STATUS_FAILED;
    wake_catch();
    return obey(cli, &wish, error);
}
