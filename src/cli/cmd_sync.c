/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "store/persons.h"
#include "sync/pull.h"

#include <stdio.h>

static const char *
sign_name(PullSign sign)
{
    switch (sign) {
    case PULL_ADDED:
        return "added";
    case PULL_CHANGED:
        return "changed";
    case PULL_MOVED:
        return "moved";
    case PULL_REMOVED:
        break;
    }
    return "removed";
}

typedef struct {
    const Cli *cli;
    gint64 expected; /* entries; 0: not known */
    double started;
} Watching;

static void
show_difference(const PullDifference *difference, gpointer data)
{
    const Cli *cli = ((Watching *)data)->cli;
    if (cli->json) {
        g_autoptr(Value) row = value_new_map();
        value_set_text(row, "difference", sign_name(difference->sign));
        value_set_text(row, "name", difference->name);
        value_set_text(row, "dn", difference->dn);
        value_set_text(row, "old_dn", difference->old_dn);
        output_json(row);
        return;
    }
    g_autofree char *name = difference->name ? text_one_line(difference->name) : g_strdup("-");
    g_autofree char *dn = text_one_line(difference->dn);
    g_autofree char *old = difference->old_dn ? text_one_line(difference->old_dn) : NULL;
    printf("%c %s  (%s%s%s)\n", (char)difference->sign, name, old ? old : "", old ? " > " : "", dn);
}

static void
print_summary(const Cli *cli, const PullResult *result, gboolean dry_run, double seconds)
{
    if (cli->json) {
        g_autoptr(Value) value = value_new_map();
        value_set_int(value, "added", (gint64)result->added);
        value_set_int(value, "changed", (gint64)result->changed);
        value_set_int(value, "moved", (gint64)result->moved);
        value_set_int(value, "removed", (gint64)result->removed);
        value_set_int(value, "unchanged", (gint64)result->unchanged);
        value_set_int(value, "persons", (gint64)result->persons);
        value_set_int(value, "municipalities", (gint64)result->municipalities);
        value_set_int(value, "referrals", (gint64)result->referrals);
        value_set_int(value, "held", result->held);
        value_set_bool(value, "dry_run", dry_run);
        value_set(value, "seconds", value_new_real(seconds));
        output_json(value);
        return;
    }
    if (cli->quiet)
        return;
    printf(_("%" PRIu64 " added, %" PRIu64 " changed, %" PRIu64 " moved, %" PRIu64
             " removed, %" PRIu64 " unchanged; the directory "
             "shows %" PRIu64 " persons in %" PRIu64 " municipalities; %.1f s "
             "from %s.\n"),
           result->added, result->changed, result->moved, result->removed, result->unchanged,
           result->persons, result->municipalities, seconds, cli->config->directory_uri);
    if (result->referrals > 0)
        printf(_("Warning: %" PRIu64 " references to other servers were not followed.\n"),
               result->referrals);
    if (result->held)
        puts(_("Nothing was changed."));
    if (dry_run && result->verdict != GUARD_PASS)
        puts(_("The guard would hold this."));
    if (dry_run)
        puts(_("Nothing was stored (--dry-run)."));
}

static void
show_progress(guint64 entries, gpointer data)
{
    const Watching *watching = data;
    output_progress(_("reading"), (gint64)entries, watching->expected,
                    clock_elapsed() - watching->started);
}

static gboolean
pull(Cli *cli, PullOptions *how, PullResult *result, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(Directory) directory = store ? directory_open(cli->config, error) : NULL;
    Watching *watching = how->user_data;
    if (!directory || !persons_count(store, NULL, &watching->expected, error))
        return FALSE;
    gboolean good = pull_run(cli->config, directory, store, how, result, error);
    output_progress_end();
    return good;
}

ExitStatus
cmd_sync(Cli *cli, int argc, char **argv, GError **error)
{
    gboolean dry_run = FALSE;
    gint64 approve = 0;
    const GOptionEntry options[] = {
        {"approve", 0, 0, G_OPTION_ARG_INT64, &approve,
         N_("apply the difference with this number, which the guard held"), N_("ID")},
        CLI_DRY_RUN(dry_run),
        CLI_END,
    };
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 0, 0, &status, error))
        return status;
    Watching watching = {.cli = cli, .started = clock_elapsed()};
    PullOptions how = {
        .now = clock_now(),
        .actor = cli_actor(),
        .dry_run = dry_run,
        .approve = approve,
        .func = dry_run || cli->verbose ? show_difference : NULL,
        .progress = cli->quiet ? NULL : show_progress,
        .user_data = &watching,
    };
    PullResult result = {0};
    g_autoptr(GError) wrong = NULL;
    gboolean good = pull(cli, &how, &result, &wrong);
    if (good || g_error_matches(wrong, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD))
        print_summary(cli, &result, dry_run, clock_elapsed() - watching.started);
    else if (!cli->quiet && !cli->json)
        puts(_("Nothing was changed."));
    if (wrong)
        g_propagate_error(error, g_steal_pointer(&wrong));
    return good ? STATUS_DONE : STATUS_FAILED;
}
