/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/dates.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "mailing/report.h"
#include "message/announcement.h"
#include "message/calendar.h"
#include "message/markdown.h"
#include "message/view.h"
#include "model/mailbox.h"
#include "store/events.h"
#include "store/journal.h"
#include "store/mailings.h"

#include <stdio.h>
#include <string.h>

static char *
format_when(const Event *event, GError **error)
{
    GTimeZone *zone = dates_zone(event->timezone, error);
    return zone ? dates_format_span(zone, event->starts_at, event->ends_at, event->all_day,
                                    cli_language())
                : NULL;
}

static void
print_prose(const char *title, const char *markdown)
{
    if (!markdown)
        return;
    g_autofree char *text = markdown_to_text(markdown, MARKDOWN_MAIL_COLUMNS);
    if (title)
        printf("\n%s:", title);
    printf("\n%s", text);
}

static gboolean
print_event(const Event *event, GError **error)
{
    g_autofree char *when = format_when(event, error);
    if (!when)
        return FALSE;
    output_pair(_("Event"), event->name);
    output_pair(_("Title"), event->title);
    output_pair(_("Subtitle"), event->subtitle);
    output_pair(_("Kind"), event->kind);
    output_pair(_("When"), when);
    output_pair(_("Where"), event->venue);
    output_pair(_("Contact"), event->contact);
    output_pair(_("Registration"), event->registration);
    if (event->status == EVENT_CANCELLED)
        output_pair(_("Status"), _("cancelled"));
    print_prose(_("Target group"), event_extra_audience(event));
    print_prose(NULL, event->body);
    return TRUE;
}

static gboolean
show_event(Cli *cli, const Event *event, GError **error)
{
    if (!cli->json)
        return print_event(event, error);
    g_autoptr(Value) value = announcement_to_value(event);
    value_set_int(value, "sequence", event->sequence);
    value_set_text(value, "status", event_status_text(event->status));
    output_json(value);
    return TRUE;
}

/* Stores the next version of an event, with its journal row, in one transaction. */
static gboolean
store_version(Cli *cli, Event *event, const char *deed, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(StoreTransaction) transaction = store ? store_begin(store, error) : NULL;
    if (!transaction)
        return FALSE;
    event->created_at = clock_now();
    return events_insert(store, event, error) &&
           journal_add(store, event->created_at, cli_actor(), deed, event->name, event->title,
                       error) &&
           store_commit(g_steal_pointer(&transaction), error);
}

/* Says which mailings have messages waiting that will tell of the event as it was before. */
static gboolean
warn_of_waiting(Cli *cli, const char *name, GError **error)
{
    g_autoptr(GPtrArray) mailings = mailings_all(cli->store, error);
    for (guint i = 0; mailings && i < mailings->len; i++) {
        const Mailing *mailing = mailings->pdata[i];
        if (mailing->state != MAILING_RUNNING && mailing->state != MAILING_PAUSED)
            continue;
        MailingReport report;
        g_autoptr(Event) event = events_get(cli->store, mailing->event, error);
        if (!event || !report_read(cli->store, mailing->id, &report, error))
            return FALSE;
        if (report.open > 0 && strcmp(event->name, name) == 0)
            fprintf(stderr,
                    _("Warning: mailing %" PRId64 " still sends the event as it was; to "
                      "stop it: rundruf mailing cancel %" PRId64 "\n"),
                    mailing->id, mailing->id);
    }
    return mailings != NULL;
}

/* TRUE if both say the same to a reader */
static gboolean
same_content(const Event *a, const Event *b)
{
    g_autoptr(Value) x = announcement_to_value(a);
    g_autoptr(Value) y = announcement_to_value(b);
    g_autoptr(GString) left = g_string_new(NULL);
    g_autoptr(GString) right = g_string_new(NULL);
    json_append(left, x);
    json_append(right, y);
    return a->status == b->status && g_string_equal(left, right);
}

static Event *
read_announcement(Cli *cli, const char *path, GError **error)
{
    const Config *config = cli_config(cli, error);
    g_autoptr(GBytes) content = config ? file_read(path, ANNOUNCEMENT_BYTES_MAX, error) : NULL;
    if (!content)
        return NULL;
    const char *source = strcmp(path, "-") == 0 ? _("standard input") : path;
    g_autoptr(GPtrArray) warnings = NULL;
    gsize length;
    const char *text = g_bytes_get_data(content, &length);
    Event *event =
        announcement_parse(text, length, source, config->network_timezone, &warnings, error);
    for (guint i = 0; event && i < warnings->len && !cli->quiet; i++) {
        const AnnouncementWarning *warning = g_ptr_array_index(warnings, i);
        fprintf(stderr, _("%s:%u:%u: warning: %s\n"), source, warning->line, warning->column,
                warning->text);
    }
    return event;
}

/* Stores an event that was read, unless the latest version of its name says the `same`; another
 * content needs `update`. */
static gboolean
store_import(Cli *cli, Event *event, gboolean update, gboolean dry_run, gboolean *same,
             GError **error)
{
    g_autoptr(GError) missing = NULL;
    g_autoptr(Event) known = events_find(cli->store, event->name, &missing);
    if (!known && !g_error_matches(missing, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&missing));
        return FALSE;
    }
    *same = known && same_content(known, event);
    if (known && !*same && !update) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED,
                    _("there is an event %s already, and it differs; say --update to make this its "
                      "next version, or --name for another event"),
                    event->name);
        return FALSE;
    }
    if (dry_run || *same)
        return TRUE;
    return store_version(cli, event, "event.import", error) &&
           (!known || warn_of_waiting(cli, event->name, error));
}

ExitStatus
cmd_event_import(Cli *cli, int argc, char **argv, GError **error)
{
    g_autofree char *name = NULL;
    gboolean dry_run = FALSE, update = FALSE;
    const GOptionEntry options[] = {
        {"name", 0, 0, G_OPTION_ARG_STRING, &name, N_("name of the event, e.g. mannheim-2020"),
         N_("NAME")},
        {"update", 0, 0, G_OPTION_ARG_NONE, &update,
         N_("make it the next version of an event that is there"), NULL},
        CLI_DRY_RUN(dry_run),
        CLI_END,
    };
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 1, 1, &status, error))
        return status;
    if (name && !event_name_valid(name))
        return cli_usage(error,
                         _("\"%s\" is no name for an event; use small letters, digits and "
                           "hyphens"),
                         name);
    g_autoptr(Event) event = read_announcement(cli, argv[1], error);
    if (!event || !cli_store(cli, error))
        return STATUS_FAILED;
    if (name) {
        g_free(event->name);
        event->name = g_steal_pointer(&name);
    }
    gboolean same = FALSE;
    if (!store_import(cli, event, update, dry_run, &same, error))
        return STATUS_FAILED;
    if (!cli->quiet && !show_event(cli, event, error))
        return STATUS_FAILED;
    if (!cli->quiet && !cli->json)
        printf(dry_run ? _("\nNothing was stored (--dry-run).\n")
               : same  ? _("\nEvent %s is there already, just as it is.\n")
                       : _("\nEvent %s is stored. Next: rundruf invite %s --list LIST\n"),
               event->name, event->name);
    return STATUS_DONE;
}

ExitStatus
cmd_event_ls(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 0, 0, &status, error))
        return status;
    Store *store = cli_store(cli, error);
    g_autoptr(GPtrArray) events = store ? events_all(store, error) : NULL;
    if (!events)
        return STATUS_FAILED;
    g_autoptr(OutputTable) table =
        output_table_new(_("EVENT"), _("START"), _("END"), _("STATUS"), _("TITLE"), NULL);
    for (guint i = 0; i < events->len; i++) {
        const Event *event = g_ptr_array_index(events, i);
        GTimeZone *zone = dates_zone(event->timezone, NULL);
        if (cli->json) {
            if (!show_event(cli, event, error))
                return STATUS_FAILED;
            continue;
        }
        g_autofree char *start = zone ? dates_format_short(zone, event->starts_at) : NULL;
        g_autofree char *end = zone ? dates_format_short(zone, event->ends_at) : NULL;
        output_table_add(table, event->name, start ? start : "?", end ? end : "?",
                         event->status == EVENT_CANCELLED ? _("cancelled") : _("confirmed"),
                         event->title, NULL);
    }
    if (!cli->json)
        output_table_print(table);
    return STATUS_DONE;
}

static Event *
find_event(Cli *cli, const char *name, GError **error)
{
    Store *store = cli_store(cli, error);
    return store ? events_find(store, name, error) : NULL;
}

ExitStatus
cmd_event_show(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 1, 1, &status, error))
        return status;
    g_autoptr(Event) event = find_event(cli, argv[1], error);
    return event && show_event(cli, event, error) ? STATUS_DONE : STATUS_FAILED;
}

ExitStatus
cmd_event_ics(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 1, 1, &status, error))
        return status;
    g_autoptr(Event) event = find_event(cli, argv[1], error);
    if (!event)
        return STATUS_FAILED;
    const Config *config = cli_config(cli, error);
    g_autofree char *description = view_description(event);
    g_autoptr(Mailbox) organizer = mailbox_parse(config->network_sender, error);
    if (!organizer)
        return STATUS_FAILED;
    CalendarRequest request = {
        .domain = config->network_domain,
        .organizer_name = organizer->name,
        .organizer = organizer->address->text,
        .description = description,
        .now = clock_now(),
    };
    g_autofree char *calendar = calendar_make(event, &request, error);
    if (!calendar)
        return STATUS_FAILED;
    fputs(calendar, stdout);
    return STATUS_DONE;
}

static Value *
new_item(const char *text)
{
    if (*text == '\0')
        return value_new_null();
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        return value_new_bool(*text == 't');
    return value_new_text(text);
}

/* what stands behind "NAME:LINE:COLUMN: " */
static const char *
skip_place(const char *message)
{
    const char *text = strstr(message, ": ");
    return text ? text + strlen(": ") : message;
}

/* The event with some keys of its YAML form set anew ("" removes one): made by writing it out,
 * changing it, and reading it again, so that every check of an import holds here too. */
static Event *
change_event(const Event *event, char **pairs, GError **error)
{
    g_autoptr(Value) value = announcement_to_value(event);
    value_set(value, "all_day", value_new_null()); /* start and end say it */
    for (char **pair = pairs; *pair; pair++) {
        char *equals = strchr(*pair, '=');
        if (!equals || equals == *pair) {
            cli_usage(error, _("\"%s\" is not KEY=VALUE"), *pair);
            return NULL;
        }
        g_autofree char *key = g_strndup(*pair, (gsize)(equals - *pair));
        if (strcmp(key, "name") == 0) {
            cli_usage(error, _("the name of an event stays: mail that was sent refers to it"));
            return NULL;
        }
        value_set(value, key, new_item(equals + 1));
    }
    g_autoptr(GString) text = g_string_new(NULL);
    json_append(text, value);
    g_autoptr(GError) wrong = NULL;
    Event *changed =
        announcement_parse(text->str, text->len, event->name, event->timezone, NULL, &wrong);
    if (changed)
        changed->status = event->status;
    else /* its place is one in a text that nobody has seen */
        g_set_error_literal(error, wrong->domain, wrong->code, skip_place(wrong->message));
    return changed;
}

ExitStatus
cmd_event_set(Cli *cli, int argc, char **argv, GError **error)
{
    gboolean dry_run = FALSE;
    const GOptionEntry options[] = {CLI_DRY_RUN(dry_run), CLI_END};
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 2, G_MAXINT, &status, error))
        return status;
    g_autoptr(Event) event = find_event(cli, argv[1], error);
    g_autoptr(Event) changed = event ? change_event(event, argv + 2, error) : NULL;
    if (!changed || (!dry_run && (!store_version(cli, changed, "event.set", error) ||
                                  !warn_of_waiting(cli, changed->name, error))))
        return STATUS_FAILED;
    if (!cli->quiet && !show_event(cli, changed, error))
        return STATUS_FAILED;
    if (dry_run && !cli->quiet && !cli->json)
        printf(_("\nNothing was stored (--dry-run).\n"));
    return STATUS_DONE;
}

ExitStatus
cmd_event_cancel(Cli *cli, int argc, char **argv, GError **error)
{
    gboolean dry_run = FALSE, yes = FALSE;
    const GOptionEntry options[] = {CLI_DRY_RUN(dry_run), CLI_YES(yes), CLI_END};
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 1, 1, &status, error))
        return status;
    g_autoptr(Event) event = find_event(cli, argv[1], error);
    if (!event)
        return STATUS_FAILED;
    if (event->status == EVENT_CANCELLED) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED, _("%s is cancelled already"),
                    event->name);
        return STATUS_FAILED;
    }
    event->status = EVENT_CANCELLED;
    g_autofree char *question =
        g_strdup_printf(_("Mark \"%s\" (%s) as cancelled?"), event->title, event->name);
    if (dry_run) {
        printf(_("%s would be marked as cancelled.\n"), event->name);
        return STATUS_DONE;
    }
    if ((!yes && !cli_confirm(question, error)) ||
        !store_version(cli, event, "event.cancel", error) ||
        !warn_of_waiting(cli, event->name, error))
        return STATUS_FAILED;
    if (!cli->quiet)
        printf(_("%s is marked as cancelled. Nobody was told yet; to tell those who were invited: "
                 "rundruf invite %s --list LIST\n"),
               event->name, event->name);
    return STATUS_DONE;
}
