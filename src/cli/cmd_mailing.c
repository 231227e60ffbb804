/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/dates.h"
#include "base/error.h"
#include "cli/cli.h"
#include "cli/holds.h"
#include "cli/output.h"
#include "mailing/control.h"
#include "mailing/held.h"
#include "mailing/report.h"
#include "store/deliveries.h"
#include "store/events.h"
#include "store/mailings.h"

#include <stdio.h>

static gboolean
parse_id(const char *text, gint64 *id, GError **error)
{
    if (g_ascii_string_to_signed(text, 10, 1, G_MAXINT64, id, NULL))
        return TRUE;
    cli_usage(error, _("\"%s\" is no mailing's number; rundruf mailing ls lists them"), text);
    return FALSE;
}

/* What a mailing's state comes to, for JSON and, translated, for people: one that runs and has
 * nothing left to do is done. */
static const char *
state_of(const Mailing *mailing, const MailingReport *report)
{
    static const char *const states[MAILING_STATES] = {
        [MAILING_DRAFT] = N_("draft"),
        [MAILING_RUNNING] = N_("running"),
        [MAILING_PAUSED] = N_("paused"),
        [MAILING_CANCELLED] = N_("cancelled"),
    };
    return mailing->state == MAILING_RUNNING && report->open == 0 ? N_("done")
                                                                  : states[mailing->state];
}

static char *
format_time(const Cli *cli, gint64 time)
{
    GTimeZone *zone = dates_zone(cli->config->network_timezone, NULL);
    return zone ? dates_format_short(zone, time) : NULL;
}

static Value *
mailing_to_value(const Mailing *mailing, const Event *event, const MailingReport *report)
{
    Value *value = value_new_map();
    value_set_int(value, "id", mailing->id);
    value_set_text(value, "kind", mailing->kind);
    value_set_text(value, "event", event ? event->name : NULL);
    value_set_text(value, "list", mailing->list);
    value_set_text(value, "filter", mailing->filter);
    value_set_text(value, "purpose", mailing->purpose);
    value_set_text(value, "sender", mailing->sender);
    value_set_text(value, "state", state_of(mailing, report));
    value_set_text(value, "actor", mailing->actor);
    value_set_int(value, "frozen_at", mailing->frozen_at);
    value_set_int(value, "due", mailing->due);
    value_set_int(value, "not_after", mailing->not_after);
    value_set(value, "report", report_to_value(report));
    return value;
}

ExitStatus
cmd_mailing_ls(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 0, 0, &status, error))
        return status;
    Store *store = cli_store(cli, error);
    g_autoptr(StoreTransaction) snapshot = store ? store_begin_read(store, error) : NULL;
    g_autoptr(GPtrArray) mailings = snapshot ? mailings_all(store, error) : NULL;
    if (!mailings)
        return STATUS_FAILED;
    g_autoptr(OutputTable) table =
        output_table_new(_("ID"), _("EVENT"), _("LIST"), _("STATE"), _("SENT"), _("OPEN"), _("ALL"),
                         _("PREPARED"), NULL);
    for (guint i = 0; i < mailings->len; i++) {
        const Mailing *mailing = g_ptr_array_index(mailings, i);
        MailingReport report;
        if (!report_read(store, mailing->id, &report, error))
            return STATUS_FAILED;
        g_autoptr(Event) event = events_get(store, mailing->event, NULL);
        if (cli->json) {
            g_autoptr(Value) value = mailing_to_value(mailing, event, &report);
            output_json(value);
            continue;
        }
        g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, mailing->id);
        g_autofree char *sent = g_strdup_printf("%u", report.counts[DELIVERY_SENT]);
        g_autofree char *open = g_strdup_printf("%u", report.open);
        g_autofree char *all = g_strdup_printf("%u", report.recipients);
        g_autofree char *prepared = format_time(cli, mailing->frozen_at);
        output_table_add(table, id, event ? event->name : "-",
                         mailing->list ? mailing->list : mailing->filter,
                         _(state_of(mailing, &report)), sent, open, all, prepared, NULL);
    }
    if (!cli->json)
        output_table_print(table);
    return STATUS_DONE;
}

static const char *
state_title(DeliveryState state)
{
    static const char *const titles[DELIVERY_STATES] = {
        [DELIVERY_QUEUED] = N_("queued"),
        [DELIVERY_CLAIMED] = N_("being sent"),
        [DELIVERY_SENT] = N_("sent"),
        [DELIVERY_RETRY] = N_("to be tried again"),
        [DELIVERY_FAILED] = N_("failed"),
        [DELIVERY_UNKNOWN] = N_("unknown"),
        [DELIVERY_SUPPRESSED] = N_("suppressed"),
        [DELIVERY_MISSED] = N_("missed"),
        [DELIVERY_CANCELLED] = N_("cancelled"),
    };
    return _(titles[state]);
}

/* The domains that refuse us and keep something of the mailing waiting. */
static void
print_held(const GPtrArray *held)
{
    for (guint i = 0; i < held->len; i++) {
        const Held *one = held->pdata[i];
        g_autofree char *reason = held_reason(one->hold);
        g_autofree char *line = g_strdup_printf(
            P_("%s, %u delivery waits: %s", "%s, %u deliveries wait: %s", one->waiting),
            one->hold->domain, one->waiting, reason);
        output_pair(_("Held"), line);
    }
}

static void
print_mailing(Cli *cli, const Mailing *mailing, const Event *event, const MailingReport *report,
              const GPtrArray *held)
{
    g_autofree char *due = format_time(cli, mailing->due);
    g_autofree char *until = format_time(cli, mailing->not_after);
    g_autofree char *prepared = format_time(cli, mailing->frozen_at);
    g_autofree char *recipients = g_strdup_printf("%u", report->recipients);
    output_pair(_("Event"), event ? event->title : NULL);
    output_pair(_("List"), mailing->list);
    output_pair(_("Filter"), mailing->filter);
    output_pair(_("State"), _(state_of(mailing, report)));
    output_pair(_("Prepared"), prepared);
    output_pair(_("By"), mailing->actor);
    output_pair(_("Sent from"), due);
    output_pair(_("Sent until"), until);
    output_pair(_("Recipients"), recipients);
    for (guint i = 0; i < DELIVERY_STATES; i++) {
        if (report->counts[i] == 0)
            continue;
        g_autofree char *title = g_strdup_printf("  %s", state_title((DeliveryState)i));
        g_autofree char *count = g_strdup_printf("%u", report->counts[i]);
        output_pair(title, count);
    }
    print_held(held);
}

ExitStatus
cmd_mailing_show(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    gint64 id;
    MailingReport report;
    if (!cli_parse(cli, NULL, &argc, &argv, 1, 1, &status, error))
        return status;
    if (!parse_id(argv[1], &id, error))
        return STATUS_USAGE;
    Store *store = cli_store(cli, error);
    g_autoptr(StoreTransaction) snapshot = store ? store_begin_read(store, error) : NULL;
    g_autoptr(Mailing) mailing = snapshot ? mailings_get(store, id, error) : NULL;
    g_autoptr(GPtrArray) held =
        mailing ? held_of(store, cli->config, id, clock_now(), error) : NULL;
    if (!held || !report_read(store, id, &report, error))
        return STATUS_FAILED;
    g_autoptr(Event) event = events_get(store, mailing->event, NULL);
    if (cli->json) {
        g_autoptr(Value) value = mailing_to_value(mailing, event, &report);
        value_set(value, "held", holds_to_value(held));
        output_json(value);
    } else {
        print_mailing(cli, mailing, event, &report, held);
    }
    return STATUS_DONE;
}

typedef struct {
    OutputTable *table;
    gboolean csv;
} ReportOutput;

/* what a terminal has room for; CSV and JSON have all columns */
static const char *const table_columns[] = {"name", "address",  "state", "time", "next",
                                            "code", "attempts", "text",  NULL};

/* a cell of a report's row as text; owned by the caller */
static char *
cell_text(const Value *cell)
{
    if (!cell || value_kind(cell) == VALUE_NULL)
        return g_strdup("");
    return value_kind(cell) == VALUE_INT ? g_strdup_printf("%" G_GINT64_FORMAT, value_int(cell))
                                         : g_strdup(value_text(cell));
}

static gboolean
report_row(const Value *row, gpointer data, G_GNUC_UNUSED GError **error)
{
    const ReportOutput *output = data;
    if (!output->table && !output->csv) {
        output_json(row);
        return TRUE;
    }
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    const char *const *columns = output->csv ? report_columns : table_columns;
    for (; *columns; columns++)
        g_ptr_array_add(cells, cell_text(value_get(row, *columns)));
    g_ptr_array_add(cells, NULL);
    if (output->csv)
        output_csv((const char *const *)cells->pdata);
    else
        output_table_add_row(output->table, (const char *const *)cells->pdata);
    return TRUE;
}

ExitStatus
cmd_mailing_report(Cli *cli, int argc, char **argv, GError **error)
{
    gboolean csv = FALSE;
    const GOptionEntry options[] = {
        {"csv", 0, 0, G_OPTION_ARG_NONE, &csv, N_("as CSV, for a spreadsheet"), NULL},
        CLI_END,
    };
    ExitStatus status;
    gint64 id;
    MailingReport report;
    if (!cli_parse(cli, options, &argc, &argv, 1, 1, &status, error))
        return status;
    if (!parse_id(argv[1], &id, error))
        return STATUS_USAGE;
    Store *store = cli_store(cli, error);
    GTimeZone *zone = store ? dates_zone(cli->config->network_timezone, error) : NULL;
    g_autoptr(StoreTransaction) snapshot = zone ? store_begin_read(store, error) : NULL;
    g_autoptr(Mailing) mailing = snapshot ? mailings_get(store, id, error) : NULL;
    g_autoptr(GPtrArray) held =
        mailing ? held_of(store, cli->config, id, clock_now(), error) : NULL;
    if (!held || !report_read(store, id, &report, error))
        return STATUS_FAILED;
    gboolean plain = !csv && !cli->json;
    g_autoptr(OutputTable) table =
        plain ? output_table_new(_("NAME"), _("MAIL"), _("STATE"), _("SINCE"), _("NEXT TRY"),
                                 _("CODE"), _("ATTEMPTS"), _("REASON"), NULL)
              : NULL;
    ReportOutput output = {table, csv};
    if (csv)
        output_csv(report_columns);
    if (!report_each(store, id, zone, report_row, &output, error))
        return STATUS_FAILED;
    if (plain) {
        g_autoptr(Event) event = events_get(store, mailing->event, NULL);
        output_table_print(table);
        putchar('\n');
        print_mailing(cli, mailing, event, &report, held);
    }
    return STATUS_DONE;
}

/* pause, resume: one change of state, said in one line */
static ExitStatus
change(Cli *cli, int argc, char **argv,
       gboolean (*deed)(Store *store, gint64 mailing, const Deed *deed, GError **error),
       const char *said, GError **error)
{
    ExitStatus status;
    gint64 id;
    if (!cli_parse(cli, NULL, &argc, &argv, 1, 1, &status, error))
        return status;
    if (!parse_id(argv[1], &id, error))
        return STATUS_USAGE;
    Deed who = {cli_actor(), clock_now()};
    Store *store = cli_store(cli, error);
    if (!store || !deed(store, id, &who, error))
        return STATUS_FAILED;
    if (!cli->quiet)
        printf("%s\n", said);
    return STATUS_DONE;
}

ExitStatus
cmd_mailing_pause(Cli *cli, int argc, char **argv, GError **error)
{
    return change(cli, argc, argv, mailing_pause,
                  _("Paused: nothing more of it is sent until rundruf mailing resume."), error);
}

ExitStatus
cmd_mailing_resume(Cli *cli, int argc, char **argv, GError **error)
{
    return change(cli, argc, argv, mailing_resume, _("It goes on with the next rundruf send."),
                  error);
}

ExitStatus
cmd_mailing_cancel(Cli *cli, int argc, char **argv, GError **error)
{
    gboolean dry_run = FALSE, yes = FALSE;
    const GOptionEntry options[] = {CLI_DRY_RUN(dry_run), CLI_YES(yes), CLI_END};
    ExitStatus status;
    gint64 id;
    guint count;
    MailingReport report;
    if (!cli_parse(cli, options, &argc, &argv, 1, 1, &status, error))
        return status;
    if (!parse_id(argv[1], &id, error))
        return STATUS_USAGE;
    Store *store = cli_store(cli, error);
    if (!store || !report_read(store, id, &report, error))
        return STATUS_FAILED;
    g_autofree char *question =
        g_strdup_printf(P_("End this mailing? %u person would not get it any more.",
                           "End this mailing? %u persons would not get it any more.", report.open),
                        report.open);
    if (dry_run) {
        printf(P_("%u person would not get it any more.\n",
                  "%u persons would not get it any more.\n", report.open),
               report.open);
        return STATUS_DONE;
    }
    if (!yes && !cli_confirm(question, error))
        return STATUS_FAILED;
    Deed who = {cli_actor(), clock_now()};
    if (!mailing_cancel(store, id, &who, &count, error))
        return STATUS_FAILED;
    if (!cli->quiet)
        printf(P_("Cancelled: %u person does not get it.\n",
                  "Cancelled: %u persons do not get it.\n", count),
               count);
    return STATUS_DONE;
}

ExitStatus
cmd_mailing_retry(Cli *cli, int argc, char **argv, GError **error)
{
    g_autofree char *state = NULL;
    gboolean allow_past = FALSE, dry_run = FALSE, yes = FALSE;
    const GOptionEntry options[] = {
        {"state", 0, 0, G_OPTION_ARG_STRING, &state,
         N_("which of them: failed (the default), unknown, missed, suppressed or retry"),
         N_("STATE")},
        {"allow-past", 0, 0, G_OPTION_ARG_NONE, &allow_past, N_("though the event is over"), NULL},
        CLI_DRY_RUN(dry_run),
        CLI_YES(yes),
        CLI_END,
    };
    ExitStatus status;
    RetryRequest request = {.state = DELIVERY_FAILED};
    MailingReport report;
    guint count;
    if (!cli_parse(cli, options, &argc, &argv, 1, 1, &status, error))
        return status;
    if (!parse_id(argv[1], &request.mailing, error))
        return STATUS_USAGE;
    if (state && !delivery_state_parse(state, &request.state))
        return cli_usage(error, _("\"%s\" is no state; rundruf help mailing retry lists them"),
                         state);
    request.allow_past = allow_past;
    Store *store = cli_store(cli, error);
    if (!store || !report_read(store, request.mailing, &report, error))
        return STATUS_FAILED;
    guint most = report.counts[request.state];
    if (dry_run) {
        printf(P_("%u delivery would be queued again.\n",
                  "Up to %u deliveries would be queued "
                  "again.\n",
                  most),
               most);
        return STATUS_DONE;
    }
    g_autofree char *question = g_strdup_printf(
        P_("Queue %u delivery again?", "Queue up to %u deliveries again?", most), most);
    if (!yes && !cli_confirm(question, error))
        return STATUS_FAILED;
    Deed who = {cli_actor(), clock_now()};
    if (!mailing_retry(store, cli->config, &request, &who, &count, error))
        return STATUS_FAILED;
    if (!cli->quiet)
        printf(P_("%u delivery is queued again.\n", "%u deliveries are queued again.\n", count),
               count);
    return STATUS_DONE;
}
