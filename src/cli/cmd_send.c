/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/error.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "mailing/send.h"

#include <stdio.h>

typedef struct {
    double started;
} Progress;

static void
show_progress(const SendSummary *summary, gpointer data)
{
    const Progress *progress = data;
    output_progress(_("sending"), summary->attempts, 0, clock_elapsed() - progress->started);
}

/* What a person must look at, even with -q: not what is tried again by itself. */
static gboolean
alarming(const SendSummary *summary)
{
    return summary->fault || summary->counts[DELIVERY_FAILED] + summary->counts[DELIVERY_UNKNOWN] +
                                     summary->counts[DELIVERY_MISSED] >
                                 0;
}

static void
print_summary(const Cli *cli, const SendSummary *summary, double seconds)
{
    if (cli->json) {
        g_autoptr(Value) value = value_new_map();
        value_set_int(value, "attempts", summary->attempts);
        for (guint i = 0; i < DELIVERY_STATES; i++)
            if (summary->counts[i])
                value_set_int(value, delivery_state_text((DeliveryState)i), summary->counts[i]);
        value_set_text(value, "fault", summary->fault);
        value_set(value, "seconds", value_new_real(seconds));
        output_json(value);
        return;
    }
    if (cli->quiet && !alarming(summary))
        return;
    printf(_("%u sent, %u to be tried again, %u failed, %u unknown, %u suppressed, %u missed, in "
             "%.1f s.\n"),
           summary->counts[DELIVERY_SENT], summary->counts[DELIVERY_RETRY],
           summary->counts[DELIVERY_FAILED], summary->counts[DELIVERY_UNKNOWN],
           summary->counts[DELIVERY_SUPPRESSED], summary->counts[DELIVERY_MISSED], seconds);
    if (summary->fault)
        printf(_("The mail relay was at fault: %s\nWhat is left is tried again with the next "
                 "rundruf send.\n"),
               summary->fault);
}

/* Whether everything that was tried arrived at the relay. */
static ExitStatus
status_of(const SendSummary *summary)
{
    gboolean all = summary->counts[DELIVERY_RETRY] + summary->counts[DELIVERY_FAILED] +
                       summary->counts[DELIVERY_UNKNOWN] + summary->counts[DELIVERY_MISSED] ==
                   0;
    return all && !summary->fault ? STATUS_DONE : STATUS_PARTLY;
}

ExitStatus
cmd_send(Cli *cli, int argc, char **argv, GError **error)
{
    gboolean once = FALSE, watch = FALSE;
    const GOptionEntry options[] = {
        {"once", 0, 0, G_OPTION_ARG_NONE, &once, N_("send what is due now, then end (the default)"),
         NULL},
        {"watch", 0, 0, G_OPTION_ARG_NONE, &watch, N_("go on until a signal ends it"), NULL},
        CLI_END,
    };
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 0, 0, &status, error))
        return status;
    if (once && watch)
        return cli_usage(error, _("say either --once or --watch"));
    Store *store = cli_store(cli, error);
    const TokenKeys *keys = store ? cli_keys(cli, error) : NULL;
    g_autoptr(Composer) composer = keys ? composer_new(cli->config, keys, error) : NULL;
    g_autoptr(Transport) transport = composer ? transport_open(cli->config, error) : NULL;
    if (!transport)
        return STATUS_FAILED;
    cli_catch_signals();
    Progress progress = {clock_elapsed()};
    SendOptions how = {
        .watch = watch,
        .stop = &cli_stop,
        .now = clock_now,
        .progress = cli->quiet ? NULL : show_progress,
        .data = &progress,
    };
    g_auto(SendSummary) summary = {0};
    gboolean good = send_run(store, composer, transport, &how, &summary, error);
    output_progress_end();
    if (good || summary.attempts > 0)
        print_summary(cli, &summary, clock_elapsed() - progress.started);
    return good ? status_of(&summary) : STATUS_FAILED;
}
