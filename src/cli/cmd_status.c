/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/holds.h"
#include "cli/output.h"
#include "mailing/report.h"
#include "mailing/send.h"
#include "mailing/settle.h"
#include "store/changes.h"
#include "store/mailings.h"
#include "store/relay_fault.h"
#include "store/roster.h"
#include "store/sync_state.h"
#include "sync/cookie.h"
#include "sync/keep.h"
#include "sync/turn.h"

#include <stdio.h>

/* How things stand: all that the command tells, of one moment. */
typedef struct {
    gint64 now, synced_at;
    char *syncing; /* who; NULL: nobody */
    RosterFigures roster;
    SyncState state;
    ChangeCounts edits;
    GPtrArray *mailings; /* of Mailing */
    GPtrArray
        *reports;     /* of MailingReport, of the mailings that are running or paused; else NULL */
    char *sending;    /* who; NULL: nobody */
    gint64 sent_at;   /* when a sender last ended */
    RelayFault fault; /* of the relay */
    GPtrArray *holds; /* of Held: recipient domains that refuse us */
    guint waiting;    /* deliveries that wait for these */
    guint undecided;  /* unknown ones that a person decides about */
    guint64 shared;   /* mail addresses that several persons have */
    GString *shared_text;
    guint held; /* differences */
    GString *held_text;
    Value *held_values;
} Status;

static void
status_clear(Status *status)
{
    g_free(status->syncing);
    roster_figures_clear(&status->roster);
    sync_state_clear(&status->state);
    g_free(status->sending);
    relay_fault_clear(&status->fault);
    g_clear_pointer(&status->holds, g_ptr_array_unref);
    g_clear_pointer(&status->mailings, g_ptr_array_unref);
    g_clear_pointer(&status->reports, g_ptr_array_unref);
    g_string_free(status->shared_text, TRUE);
    g_string_free(status->held_text, TRUE);
    value_unref(status->held_values);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Status, status_clear)

/* ---- reading */

static void
note_shared(const char *mail, gint64 persons, gpointer data)
{
    Status *status = data;
    g_autofree char *line = text_one_line(mail);
    status->shared++;
    g_string_append_printf(status->shared_text, "  %s (%" PRId64 ")\n", line, persons);
}

static void
note_held(const HeldDifference *held, gpointer data)
{
    Status *status = data;
    Value *row = value_new_map();
    g_autofree char *age = output_age(MAX(status->now - held->held_at, 0));
    g_autofree char *reason = text_one_line(held->reason);
    status->held++;
    g_string_append_printf(status->held_text, _("  %" PRId64 ", for %s: %s\n"), held->id, age,
                           reason);
    value_set_int(row, "id", held->id);
    output_set_time(row, "since", held->held_at);
    value_set_text(row, "reason", held->reason);
    value_set_int(row, "removed", held->removed);
    value_append(status->held_values, row);
}

/* Unknown deliveries wait for a person where the settings say so, until it is too late to send. */
static guint
count_undecided(const Config *config, const Mailing *mailing, const MailingReport *report,
                gint64 now)
{
    gboolean ask = settle_policy(config->mailing_on_unknown) == UNKNOWN_ASK;
    return ask && mailing->not_after > now ? report->counts[DELIVERY_UNKNOWN] : 0;
}

static gboolean
read_mailings(Store *store, const Config *config, Status *status, GError **error)
{
    status->mailings = mailings_all(store, error);
    status->reports = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; status->mailings && i < status->mailings->len; i++) {
        const Mailing *mailing = g_ptr_array_index(status->mailings, i);
        gboolean open = mailing->state == MAILING_RUNNING || mailing->state == MAILING_PAUSED;
        MailingReport *report = open ? g_new0(MailingReport, 1) : NULL;
        g_ptr_array_add(status->reports, report);
        if (!report)
            continue;
        if (!report_read(store, mailing->id, report, error))
            return FALSE;
        status->undecided += count_undecided(config, mailing, report, status->now);
    }
    return status->mailings != NULL;
}

static gboolean
read_holds(Store *store, const Config *config, Status *status, GError **error)
{
    status->holds = held_all(store, config, status->now, error);
    for (guint i = 0; status->holds && i < status->holds->len; i++)
        status->waiting += ((const Held *)status->holds->pdata[i])->waiting;
    return status->holds != NULL;
}

static gboolean
read_snapshot(Store *store, const Config *config, Status *status, GError **error)
{
    const FieldMap *map = config->directory_fields;
    g_autoptr(StoreTransaction) snapshot = store_begin_read(store, error);
    return snapshot && roster_read(store, &status->roster, error) &&
           sync_state_load(store, &status->state, error) &&
           changes_count(store, &status->edits, error) &&
           roster_shared_mails(store, map, note_shared, status, error) &&
           read_mailings(store, config, status, error) &&
           read_holds(store, config, status, error) &&
           relay_fault_read(store, &status->fault, error);
}

static gboolean
read_status(Cli *cli, Status *status, GError **error)
{
    Store *store = cli_store(cli, error);
    if (!store || !read_snapshot(store, cli->config, status, error) ||
        !keep_pending(cli->config, store, note_held, status, error))
        return FALSE;
    status->synced_at = turn_last_good(store);
    status->syncing = turn_holder(store);
    status->sending = send_holder(store);
    status->sent_at = send_last_end(store);
    return TRUE;
}

static gint64
newest_change(const Status *status)
{
    return cookie_time(status->roster.cookie);
}

/* ---- as JSON */

static Value *
mailings_to_value(const Status *status)
{
    Value *list = value_new_list();
    for (guint i = 0; i < status->mailings->len; i++) {
        const Mailing *mailing = g_ptr_array_index(status->mailings, i);
        const MailingReport *report = g_ptr_array_index(status->reports, i);
        if (!report)
            continue;
        Value *row = report_to_value(report);
        value_set_int(row, "mailing", mailing->id);
        value_set_text(row, "state", mailing_state_text(mailing->state));
        value_append(list, row);
    }
    return list;
}

static Value *
edits_to_value(const ChangeCounts *edits)
{
    Value *value = value_new_map();
    value_set_int(value, "waiting", edits->waiting);
    output_set_time(value, "oldest", edits->oldest);
    value_set_int(value, "conflicts", edits->conflicts);
    value_set_int(value, "refused", edits->refused);
    return value;
}

static Value *
fault_to_value(const RelayFault *fault)
{
    if (fault->since == 0)
        return value_new_null();
    Value *value = value_new_map();
    output_set_time(value, "since", fault->since);
    value_set(value, "code", fault->code ? value_new_int(fault->code) : value_new_null());
    value_set_text(value, "text", fault->text);
    return value;
}

static void
print_json(const Cli *cli, const Status *status)
{
    g_autoptr(Value) value = value_new_map();
    value_set_int(value, "persons", status->roster.persons);
    value_set_int(value, "municipalities", status->roster.municipalities);
    value_set_text(value, "source", cli->config->directory_uri);
    output_set_time(value, "synced_at", status->synced_at);
    value_set(value, "age",
              status->synced_at ? value_new_int(MAX(status->now - status->synced_at, 0))
                                : value_new_null());
    output_set_time(value, "changed_at", status->state.synced_at);
    output_set_time(value, "newest_change", newest_change(status));
    output_set_time(value, "audited_at", status->roster.audited_at);
    value_set_text(value, "syncing", status->syncing);
    value_set_int(value, "generation", status->state.generation);
    value_set_int(value, "missing_held", status->roster.held);
    value_set_int(value, "missing_kept", status->roster.kept);
    value_set_int(value, "shared_addresses", (gint64)status->shared);
    value_set(value, "held", value_ref(status->held_values));
    value_set(value, "edits", edits_to_value(&status->edits));
    value_set(value, "mailings", mailings_to_value(status));
    value_set_text(value, "sending", status->sending);
    output_set_time(value, "sent_at", status->sent_at);
    value_set(value, "relay_fault", fault_to_value(&status->fault));
    value_set(value, "holds", holds_to_value(status->holds));
    value_set_int(value, "undecided", status->undecided);
    output_json(value);
}

/* ---- in words */

static void
print_time(const Cli *cli, const Status *status, const char *title, gint64 time)
{
    g_autofree char *text = cli_ago(cli, status->now, time);
    output_pair(title, text);
}

static void
print_roster(const Cli *cli, const Status *status)
{
    g_autofree char *roster =
        g_strdup_printf(_("%" PRId64 " persons in %" PRId64 " municipalities"),
                        status->roster.persons, status->roster.municipalities);
    output_pair(_("Roster"), roster);
    output_pair(_("Source"), cli->config->directory_uri);
    print_time(cli, status, _("In step"), status->synced_at);
    if (newest_change(status))
        print_time(cli, status, _("Newest change"), newest_change(status));
    print_time(cli, status, _("Last audit"), status->roster.audited_at);
    output_pair(_("Syncing now"), status->syncing ? status->syncing : _("nobody"));
    output_pair(_("Sending now"), status->sending ? status->sending : _("nobody"));
    print_time(cli, status, _("Last sender ended"), status->sent_at);
}

static void
print_decisions(const Status *status)
{
    const ChangeCounts *edits = &status->edits;
    if (status->held > 0)
        printf(P_("%u difference is held (rundruf sync --pending shows it):\n%s",
                  "%u differences are held (rundruf sync --pending shows them):\n%s", status->held),
               status->held, status->held_text->str);
    if (status->roster.held + status->roster.kept > 0)
        printf(_("The directory does not show %" PRId64 " persons and municipalities: %" PRId64
                 " held, %" PRId64 " kept by a person's decision.\n"),
               status->roster.held + status->roster.kept, status->roster.held, status->roster.kept);
    if (edits->waiting > 0) {
        g_autofree char *age = output_age(MAX(status->now - edits->oldest, 0));
        printf(P_("%" PRId64 " edit waits for the directory, for %s.\n",
                  "%" PRId64 " edits wait for the directory, the oldest for %s.\n", edits->waiting),
               edits->waiting, age);
    }
    if (edits->conflicts > 0)
        printf(P_("%" PRId64 " edit is in conflict with a change in the directory; rundruf member "
                  "conflicts shows it.\n",
                  "%" PRId64 " edits are in conflict with changes in the directory; rundruf member "
                  "conflicts shows them.\n",
                  edits->conflicts),
               edits->conflicts);
    if (edits->refused > 0)
        printf(P_("%" PRId64 " edit was refused by the directory; rundruf member conflicts shows "
                  "why.\n",
                  "%" PRId64 " edits were refused by the directory; rundruf member conflicts shows "
                  "why.\n",
                  edits->refused),
               edits->refused);
}

static void
print_sending(const Status *status)
{
    for (guint i = 0; i < status->holds->len; i++) {
        const Held *held = status->holds->pdata[i];
        g_autofree char *reason = held_reason(held->hold);
        printf(P_("%s refuses our mail, %u delivery waits for it: %s\n",
                  "%s refuses our mail, %u deliveries wait for it: %s\n", held->waiting),
               held->hold->domain, held->waiting, reason);
    }
    if (status->holds->len > 0)
        puts(_("Once the cause is mended: rundruf mailing lift DOMAIN."));
    if (status->fault.since > 0) {
        const Hold said = {.code = status->fault.code, .text = status->fault.text};
        g_autofree char *age = output_age(MAX(status->now - status->fault.since, 0));
        g_autofree char *reason = held_reason(&said);
        printf(_("The mail relay has been at fault for %s: %s\n"), age, reason);
    }
    if (status->undecided > 0)
        printf(
            P_("Of %u delivery nobody knows whether it arrived; rundruf mailing retry ID --state "
               "unknown sends it again.\n",
               "Of %u deliveries nobody knows whether they arrived; rundruf mailing retry ID "
               "--state unknown sends them again.\n",
               status->undecided),
            status->undecided);
}

static void
print_mailings(const Status *status)
{
    for (guint i = 0; i < status->mailings->len; i++) {
        const Mailing *mailing = g_ptr_array_index(status->mailings, i);
        const MailingReport *report = g_ptr_array_index(status->reports, i);
        if (report)
            printf(_("Mailing %" PRId64 " (%s): %u of %u sent, %u open, %u failed, %u unknown.\n"),
                   mailing->id, mailing_state_text(mailing->state), report->counts[DELIVERY_SENT],
                   report->recipients, report->open, report->counts[DELIVERY_FAILED],
                   report->counts[DELIVERY_UNKNOWN]);
    }
}

static void
print_words(const Cli *cli, const Status *status)
{
    if (!cli->quiet)
        print_roster(cli, status);
    print_decisions(status);
    print_sending(status);
    if (cli->quiet)
        return;
    if (status->shared > 0)
        printf(P_("%" PRIu64 " address is shared by several persons",
                  "%" PRIu64 " addresses are shared by several persons", status->shared),
               status->shared);
    if (status->shared > 0 && cli->verbose)
        printf(":\n%s", status->shared_text->str);
    else if (status->shared > 0)
        puts(_(" (rundruf status -v lists them)."));
    print_mailings(status);
}

ExitStatus
cmd_status(Cli *cli, int argc, char **argv, GError **error)
{
    g_auto(Status) status = {.now = clock_now(),
                             .shared_text = g_string_new(NULL),
                             .held_text = g_string_new(NULL),
                             .held_values = value_new_list()};
    ExitStatus parsed;
    if (!cli_parse(cli, NULL, &argc, &argv, 0, 0, &parsed, error))
        return parsed;
    if (!read_status(cli, &status, error))
        return STATUS_FAILED;
    if (cli->json)
        print_json(cli, &status);
    else
        print_words(cli, &status);
    if (status.held > 0 || status.waiting > 0 || status.undecided > 0)
        return STATUS_HELD;
    return status.edits.conflicts + status.edits.refused > 0 ? STATUS_PARTLY : STATUS_DONE;
}
