/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/error.h"
#include "base/wake.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "mailing/report.h"
#include "mailing/send.h"
#include "store/mailings.h"
#include "sync/turn.h"

#include <stdio.h>

/* What is to be sent of the running mailings. */
typedef struct {
    guint open;  /* deliveries; of these */
    guint again; /* to be tried again */
} Work;

/* What is shown while it goes on. A sender that watches may have long pauses: each time that all is
 * done, the figures begin anew. */
typedef struct {
    Store *store;
    double began;  /* seconds: the run, */
    double since;  /* and these figures */
    guint settled; /* deliveries that came to an end, as shown last, */
    guint before;  /* and before these figures began */
    gint64 total;  /* of these figures */
    gint64 unseen; /* to be tried again, but not by what the summary says */
} Run;

/* Deliveries that came to an end, well or not. */
static guint
count_settled(const SendSummary *summary)
{
    static const DeliveryState ends[] = {DELIVERY_SENT,       DELIVERY_FAILED, DELIVERY_UNKNOWN,
                                         DELIVERY_SUPPRESSED, DELIVERY_MISSED, DELIVERY_CANCELLED};
    guint count = 0;
    for (guint i = 0; i < G_N_ELEMENTS(ends); i++)
        count += summary->counts[ends[i]];
    return count;
}

/* Reads what is to be sent, and with `print` says it, a line for each mailing. */
static gboolean
read_work(Store *store, gboolean print, Work *work, GError **error)
{
    g_autoptr(StoreTransaction) snapshot = store_begin_read(store, error);
    g_autoptr(GPtrArray) mailings = snapshot ? mailings_all(store, error) : NULL;
    if (!mailings)
        return FALSE;
    for (guint i = 0; i < mailings->len; i++) {
        const Mailing *mailing = g_ptr_array_index(mailings, i);
        MailingReport report;
        if (mailing->state != MAILING_RUNNING)
            continue;
        if (!report_read(store, mailing->id, &report, error))
            return FALSE;
        work->open += report.open;
        work->again += report.counts[DELIVERY_RETRY];
        if (print && report.open > 0)
            printf(P_("Mailing %" PRId64 ": %u message would be sent.\n",
                      "Mailing %" PRId64 ": %u messages would be sent.\n", report.open),
                   mailing->id, report.open);
    }
    return TRUE;
}

static void
begin_figures(Run *run, const SendSummary *summary, guint settled)
{
    Work work = {0};
    run->since = clock_elapsed();
    run->before = run->settled;
    /* only shown: what cannot be read is not known */
    gboolean known = read_work(run->store, FALSE, &work, NULL);
    run->total = known ? (gint64)work.open + settled - run->before : 0;
    run->unseen = (gint64)work.again - ((gint64)summary->counts[DELIVERY_RETRY] - summary->again);
}

static gint64
count_again(const Run *run, const SendSummary *summary)
{
    return MAX(run->unseen + summary->counts[DELIVERY_RETRY] - summary->again, 0);
}

static void
show_progress(const SendSummary *summary, gpointer data)
{
    Run *run = data;
    guint settled = count_settled(summary);
    if (run->settled - run->before + count_again(run, summary) >= run->total)
        begin_figures(run, summary, settled);
    run->settled = settled;
    gint64 again = count_again(run, summary);
    g_autofree char *note =
        again > 0 ? g_strdup_printf(_("%" PRId64 " to be tried again"), again) : NULL;
    output_progress(_("sending"), settled - run->before, run->total, clock_elapsed() - run->since,
                    note);
}

static gint64
tell_synced_at(gpointer data)
{
    const Run *run = data;
    return turn_last_good(run->store);
}

/* What a person must look at, even with -q: not what is tried again by itself. */
static gboolean
alarming(const SendSummary *summary)
{
    return summary->fault || summary->hold ||
           summary->counts[DELIVERY_FAILED] + summary->counts[DELIVERY_UNKNOWN] +
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
        value_set_text(value, "hold", summary->hold);
        if (summary->later)
            output_set_time(value, "later", summary->later);
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
    if (summary->hold)
        puts(summary->hold);
    if (summary->later)
        puts(_("The rest waits for its turn (transport.domains, mailing.window): the next rundruf "
               "send "
               "goes on with it."));
}

/* Whether everything that was tried arrived at the relay. */
static ExitStatus
status_of(const SendSummary *summary)
{
    gboolean all = summary->counts[DELIVERY_RETRY] + summary->counts[DELIVERY_FAILED] +
                       summary->counts[DELIVERY_UNKNOWN] + summary->counts[DELIVERY_MISSED] ==
                   0;
    if (summary->hold)
        return STATUS_HELD;
    return all && !summary->fault && !summary->later ? STATUS_DONE : STATUS_PARTLY;
}

/* A run that was to end by itself, and was ended by a signal before that. */
static ExitStatus
tell_stopped(const Cli *cli, guint open)
{
    if (!cli->json && !cli->quiet)
        printf(P_("Stopped: %u message waits for the next rundruf send.\n",
                  "Stopped: %u messages wait for the next rundruf send.\n", open),
               open);
    return STATUS_PARTLY;
}

static ExitStatus
send_nothing(Cli *cli, GError **error)
{
    Work work = {0};
    Store *store = cli_store(cli, error);
    if (!store || !read_work(store, TRUE, &work, error))
        return STATUS_FAILED;
    puts(_("Nothing was sent (--dry-run)."));
    return STATUS_DONE;
}

/* What a run that could not begin, or go on, ends with. Those that cron starts are silent while a long
 * one is at work. */
static ExitStatus
give_way(const Cli *cli, GError **error)
{
    g_autofree char *holder = send_holder(cli->store);
    if (!cli->quiet || !holder || !g_error_matches(*error, RUNDRUF_ERROR, RUNDRUF_ERROR_BUSY))
        return STATUS_FAILED;
    g_clear_error(error);
    return STATUS_AGAIN;
}

ExitStatus
cmd_send(Cli *cli, int argc, char **argv, GError **error)
{
    gboolean once = FALSE, watch = FALSE, dry_run = FALSE;
    const GOptionEntry options[] = {
        {"once", 0, 0, G_OPTION_ARG_NONE, &once, N_("send what is due now, then end (the default)"),
         NULL},
        {"watch", 0, 0, G_OPTION_ARG_NONE, &watch, N_("go on until a signal ends it"), NULL},
        CLI_DRY_RUN(dry_run),
        CLI_END,
    };
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 0, 0, &status, error))
        return status;
    if (once && watch)
        return cli_usage(error, _("say either --once or --watch"));
    if (dry_run)
        return send_nothing(cli, error);
    Store *store = cli_store(cli, error);
    const TokenKeys *keys = store ? cli_keys(cli, error) : NULL;
    g_autoptr(Composer) composer = keys ? composer_new(cli->config, keys, error) : NULL;
    g_autoptr(Transport) transport = composer ? transport_open(cli->config, error) : NULL;
    if (!transport)
        return STATUS_FAILED;
    wake_catch();
    Run run = {.store = store, .began = clock_elapsed()};
    SendOptions how = {
        .watch = watch,
        .actor = cli_actor(),
        .now = clock_now,
        .synced_at = tell_synced_at,
        .progress = cli->quiet ? NULL : show_progress,
        .data = &run,
    };
    g_auto(SendSummary) summary = {0};
    begin_figures(&run, &summary, 0);
    gboolean good = send_run(store, cli->config, composer, transport, &how, &summary, error);
    output_progress_end();
    if (good || summary.attempts > 0)
        print_summary(cli, &summary, clock_elapsed() - run.began);
    if (!good)
        return give_way(cli, error);
    if (watch)
        return STATUS_DONE; /* it ends because somebody asked it to */
    Work left = {0};
    if (wake_asked() && !read_work(store, FALSE, &left, error))
        return STATUS_FAILED;
    return left.open > 0 && !summary.hold ? tell_stopped(cli, left.open) : status_of(&summary);
}
