/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/dates.h"
#include "base/error.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/where.h"
#include "mailing/control.h"
#include "mailing/membership.h"
#include "mailing/prepare.h"
#include "message/compose.h"
#include "model/address.h"
#include "store/events.h"
#include "store/lists.h"
#include "sync/turn.h"
#include "transport/transport.h"

#include <stdio.h>

typedef struct {
    char *list, *filter, *where, *except, *at, *test_to;
    gboolean allow_past, dry_run, yes;
} InviteOptions;

static void
invite_options_clear(InviteOptions *options)
{
    g_free(options->list);
    g_free(options->filter);
    g_free(options->where);
    g_free(options->except);
    g_free(options->at);
    g_free(options->test_to);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(InviteOptions, invite_options_clear)

static gboolean
parse_invite(Cli *cli, InviteOptions *given, int *argc, char ***argv, ExitStatus *status,
             GError **error)
{
    const GOptionEntry options[] = {
        {"list", 'l', 0, G_OPTION_ARG_STRING, &given->list, N_("the list that is invited"),
         N_("LIST")},
        {"filter", 'f', 0, G_OPTION_ARG_STRING, &given->filter,
         N_("instead of a list: those that the filter selects"), N_("FILTER")},
        CLI_WHERE(given->where),
        {"except", 'x', 0, G_OPTION_ARG_STRING, &given->except,
         N_("without those that this filter selects"), N_("FILTER")},
        {"at", 0, 0, G_OPTION_ARG_STRING, &given->at,
         N_("send from then on, e.g. \"2027-01-15 08:00\""), N_("TIME")},
        {"test-to", 0, 0, G_OPTION_ARG_STRING, &given->test_to,
         N_("only send one sample to this address, at once"), N_("ADDRESS")},
        {"allow-past", 0, 0, G_OPTION_ARG_NONE, &given->allow_past, N_("though the event is over"),
         NULL},
        CLI_DRY_RUN(given->dry_run),
        CLI_YES(given->yes),
        CLI_END,
    };
    if (!cli_parse(cli, options, argc, argv, 1, 1, status, error))
        return FALSE;
    *status = STATUS_USAGE;
    guint ways = (given->list != NULL) + (given->filter != NULL) + (given->where != NULL);
    if (ways > 1)
        cli_usage(error, _("say only one of --list, --filter and --where"));
    else if (ways == 0)
        cli_usage(error, _("say who is invited: --list LIST (rundruf list ls), --where SENTENCE or "
                           "--filter FILTER"));
    else
        return TRUE;
    return FALSE;
}

/* "2027-01-15 08:00" in the network's zone */
static gboolean
parse_time(const Config *config, const char *text, gint64 *time, GError **error)
{
    WallTime wall;
    GTimeZone *zone = dates_zone(config->network_timezone, error);
    if (!zone)
        return FALSE;
    gsize length = dates_scan(text, &wall);
    if (length == 0 || text[length] != '\0' || wall.hour < 0) {
        cli_usage(error, _("\"%s\" is no date and time; write it as 2027-01-15 08:00"), text);
        return FALSE;
    }
    if (!dates_from_wall(zone, wall.year, wall.month, wall.day, wall.hour, wall.minute, time,
                         error))
        return FALSE;
    if (*time > clock_now())
        return TRUE;
    cli_usage(error, _("--at \"%s\" is past; leave it out to send at once"), text);
    return FALSE;
}

static void
print_remarks(const PreparedMailing *prepared)
{
    static const struct {
        PrepareRemark remark;
        const char *one, *many;
    } texts[] = {
        {PREPARE_NO_ADDRESS, NP_("%u person has no address", "%u persons have no address")},
        {PREPARE_BAD_ADDRESS, NP_("%u person has an address that cannot be used",
                                  "%u persons have an address that cannot be used")},
        {PREPARE_SUPPRESSED,
         NP_("%u person must not be written to", "%u persons must not be written to")},
        {PREPARE_DUPLICATE,
         NP_("%u person has an address that another has too: one message",
             "%u persons have an address that another has too: one message each")},
        {PREPARE_REPEATED,
         NP_("%u person was invited to this already", "%u persons were invited to this already")},
        {PREPARE_EVENT_BEGUN, NP_("this event has begun", "this event has begun")},
        {PREPARE_EVENT_OVER, NP_("this event is over", "this event is over")},
    };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        guint count = prepared->remarks[texts[i].remark];
        if (count == 0)
            continue;
        fputs(_("Warning: "), stdout);
        /* the format is one of the table's, or its translation, which msgfmt checked */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        printf(P_(texts[i].one, texts[i].many, count), count);
#pragma GCC diagnostic pop
        if (texts[i].remark == PREPARE_REPEATED)
            printf(_(" (mailing %" PRId64 ")"), prepared->repeated_in);
        putchar('\n');
    }
}

static void
print_preview(const Cli *cli, const Event *event, const PreparedMailing *prepared, gint64 synced_at)
{
    const Config *config = cli->config;
    g_autofree char *age = cli_ago(cli, clock_now(), synced_at);
    GTimeZone *zone = dates_zone(config->network_timezone, NULL);
    g_autofree char *subject = compose_subject(event, config->network_language);
    g_autofree char *due = dates_format_short(zone, prepared->due);
    g_autofree char *until = dates_format_short(zone, prepared->not_after);
    g_autofree char *names = g_strjoinv(", ", (char **)prepared->names);
    g_autofree char *to =
        g_strdup_printf(P_("%u of %u person", "%u of %u persons", prepared->recipients),
                        prepared->counts[DELIVERY_QUEUED], prepared->recipients);
    output_pair(_("Subject"), subject);
    output_pair(_("To"), to);
    output_pair(_("First of them"), *names ? names : "-");
    output_pair(_("Roster as of"), age);
    output_pair(_("Sent from"), due);
    output_pair(_("Sent until"), until);
    print_remarks(prepared);
}

static void
print_json(const Event *event, const PreparedMailing *prepared, gint64 synced_at)
{
    static const char *const names[PREPARE_REMARKS] = {
        [PREPARE_NO_ADDRESS] = "no_address", [PREPARE_BAD_ADDRESS] = "bad_address",
        [PREPARE_SUPPRESSED] = "suppressed", [PREPARE_DUPLICATE] = "duplicate",
        [PREPARE_REPEATED] = "repeated",     [PREPARE_EVENT_BEGUN] = "event_begun",
        [PREPARE_EVENT_OVER] = "event_over",
    };
    g_autoptr(Value) value = value_new_map();
    value_set_text(value, "event", event->name);
    value_set_int(value, "mailing", prepared->mailing);
    value_set_int(value, "recipients", prepared->recipients);
    value_set_int(value, "queued", prepared->counts[DELIVERY_QUEUED]);
    output_set_time(value, "roster_at", synced_at);
    value_set_int(value, "due", prepared->due);
    value_set_int(value, "not_after", prepared->not_after);
    Value *remarks = value_new_map();
    for (guint i = 0; i < PREPARE_REMARKS; i++)
        if (prepared->remarks[i])
            value_set_int(remarks, names[i], prepared->remarks[i]);
    value_set(value, "remarks", remarks);
    output_json(value);
}

typedef struct {
    Composer *composer;
    Transport *transport;
    const Event *event;
    const Mailing *mailing;
    const List *list; /* or NULL */
    const Config *config;
    const Address *address;
    gboolean dry_run; /* compose it, so that its faults show, and send nothing */
    gboolean done;
} Sample;

/* The first person's message, to the tester's address; ends the search. */
static gboolean
send_sample(const Person *person, gpointer data, GError **error)
{
    Sample *sample = data;
    if (sample->done)
        return TRUE;
    g_autofree char *name = person_text(person, sample->config->directory_fields, FIELD_NAME);
    ComposeRequest request = {
        .event = sample->event,
        .mailing = sample->mailing,
        .address = sample->address->text,
        .list_title = sample->list ? sample->list->title : NULL,
        .name = name,
        .person = person,
        .now = clock_now(),
    };
    g_autoptr(GBytes) message = compose_invitation(sample->composer, &request, error);
    if (!message)
        return FALSE;
    if (sample->dry_run)
        return sample->done = TRUE;
    g_autofree char *return_path = compose_return_path(sample->composer, 0);
    gsize length;
    const char *content = g_bytes_get_data(message, &length);
    TransportMessage handed = {
        .return_path = return_path,
        .recipient = sample->address->text,
        .smtputf8 = sample->address->smtputf8,
        .name = "sample",
        .content = content,
        .length = length,
    };
    g_auto(Outcome) outcome = {0};
    transport_send(sample->transport, &handed, &outcome);
    sample->done = outcome.kind == OUTCOME_SENT;
    if (!sample->done)
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_TRANSPORT, _("the sample was not sent: %s"),
                    outcome.text ? outcome.text : "?");
    return sample->done;
}

static void
print_sample(const Cli *cli, const Sample *sample)
{
    if (cli->json) {
        g_autoptr(Value) value = value_new_map();
        value_set_text(value, "event", sample->event->name);
        value_set_text(value, "sample", sample->address->text);
        value_set_bool(value, "sent", !sample->dry_run);
        output_json(value);
    } else if (!cli->quiet) {
        printf(sample->dry_run ? _("A sample would be sent to %s (--dry-run).\n")
                               : _("A sample was sent to %s; nobody else was written to.\n"),
               sample->address->text);
    }
}

static ExitStatus
invite_sample(Cli *cli, const InviteOptions *given, const PrepareRequest *request, GError **error)
{
    g_autoptr(Address) address = address_parse(given->test_to, -1, error);
    if (!address) {
        g_prefix_error(error, "--test-to: ");
        return STATUS_FAILED;
    }
    const TokenKeys *keys = cli_keys(cli, error);
    g_autoptr(Composer) composer = keys ? composer_new(cli->config, keys, error) : NULL;
    g_autoptr(Transport) transport = composer ? transport_open(cli->config, error) : NULL;
    if (!transport)
        return STATUS_FAILED;
    const List *list = request->list;
    Mailing mailing = {
        .kind = (char *)"invitation",
        .event = request->event->id,
        .list = list ? list->name : NULL,
        .purpose = list ? list->purpose : (char *)"invitation",
        .sender = list ? list->sender : NULL,
    };
    Sample sample = {
        .composer = composer,
        .transport = transport,
        .event = request->event,
        .mailing = &mailing,
        .list = list,
        .config = cli->config,
        .address = address,
        .dry_run = given->dry_run,
    };
    const List filtered = {.filter = (char *)request->filter};
    g_autoptr(Membership) membership = membership_new(
        cli->store, list ? list : &filtered, request->except, cli->config->directory_fields, error);
    if (!membership || !membership_each(membership, send_sample, &sample, error))
        return STATUS_FAILED;
    if (!sample.done) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND,
                    _("the filter selects nobody whose message could be shown"));
        return STATUS_FAILED;
    }
    print_sample(cli, &sample);
    return STATUS_DONE;
}

/* Shows what was prepared, asks, and lets it run; or takes it back. */
static ExitStatus
decide(Cli *cli, const InviteOptions *given, const Event *event, PreparedMailing *prepared,
       GError **error)
{
    const gint64 synced_at = turn_last_good(cli->store);
    if (cli->json)
        print_json(event, prepared, synced_at);
    else if (!cli->quiet)
        print_preview(cli, event, prepared, synced_at);
    if (given->dry_run) {
        if (!cli->json)
            puts(_("Nothing was queued (--dry-run)."));
        return STATUS_DONE;
    }
    guint queued = prepared->counts[DELIVERY_QUEUED];
    g_autofree char *question =
        g_strdup_printf(P_("Send this to %u person?", "Send this to %u persons?", queued), queued);
    if (!given->yes && !cli_confirm(question, error)) {
        mailing_discard(cli->store, prepared->mailing, NULL);
        return STATUS_FAILED;
    }
    Deed deed = {cli_actor(), clock_now()};
    if (!mailing_confirm(cli->store, prepared->mailing, &deed, error))
        return STATUS_FAILED;
    if (!cli->quiet && !cli->json)
        printf(_("Mailing %" PRId64 " is queued. \"rundruf send\" delivers it, \"rundruf "
                 "mailing report %" PRId64 "\" tells how far it is.\n"),
               prepared->mailing, prepared->mailing);
    return STATUS_DONE;
}

ExitStatus
cmd_invite(Cli *cli, int argc, char **argv, GError **error)
{
    g_auto(InviteOptions) given = {0};
    ExitStatus status;
    if (!parse_invite(cli, &given, &argc, &argv, &status, error))
        return status;
    Store *store = cli_store(cli, error);
    if (!store || !where_translate(cli, given.where, &given.filter, error))
        return STATUS_FAILED;
    g_autoptr(Event) event = events_find(store, argv[1], error);
    g_autoptr(List) list = event && given.list ? lists_find(store, given.list, error) : NULL;
    if (!event || (given.list && !list))
        return STATUS_FAILED;
    PrepareRequest request = {
        .event = event,
        .list = list,
        .filter = given.filter,
        .except = given.except,
        .allow_past = given.allow_past,
        .dry_run = given.dry_run,
        .actor = cli_actor(),
        .now = clock_now(),
    };
    if (given.at && !parse_time(cli->config, given.at, &request.due, error))
        return STATUS_USAGE;
    if (given.test_to)
        return invite_sample(cli, &given, &request, error);
    g_auto(PreparedMailing) prepared = {0};
    if (!mailing_check_roster(turn_last_good(store), cli->config->mailing_max_roster_age,
                              request.now, error) ||
        !mailing_check_space(store_path(store), cli->config->transport_min_free, error) ||
        !mailing_prepare(store, cli->config, &request, &prepared, error))
        return STATUS_FAILED;
    return decide(cli, &given, event, &prepared, error);
}
