/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reference.h"

#include "base/dates.h"
#include "message/calendar.h"
#include "message/encode.h"
#include "message/gate.h"
#include "message/mime.h"
#include "message/template.h"
#include "message/view.h"
#include "model/mailbox.h"
#include "resources.h"

#include <gio/gio.h>
#include <libical/ical.h>
#include <string.h>

/* One message, and what it is made of */
typedef struct {
    const Config *config;
    const ComposeRequest *request;
    const char *language;
    Address *address;
    Mailbox *sender;
    char *sender_name, *subject, *name, *list_title;
    char *token, *unsubscribe, *one_click;
} Letter;

static void
letter_clear(Letter *letter)
{
    address_free(letter->address);
    mailbox_free(letter->sender);
    g_free(letter->sender_name);
    g_free(letter->subject);
    g_free(letter->name);
    g_free(letter->list_title);
    g_free(letter->token);
    g_free(letter->unsubscribe);
    g_free(letter->one_click);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Letter, letter_clear)

static gboolean
start(Letter *letter, const TokenKeys *keys, GError **error)
{
    const Config *config = letter->config;
    const ComposeRequest *request = letter->request;
    const Mailing *mailing = request->mailing;
    letter->address = address_parse(request->address, -1, error);
    letter->sender =
        letter->address
            ? mailbox_parse(mailing->sender ? mailing->sender : config->network_sender, error)
            : NULL;
    if (!letter->sender)
        return FALSE;
    g_autofree char *preferred =
        request->person ? person_text(request->person, config->directory_fields, FIELD_LANGUAGE)
                        : NULL;
    letter->language = compose_language(preferred, config->network_language);
    letter->sender_name =
        view_name(letter->sender->name ? letter->sender->name : config->network_name);
    letter->subject = compose_subject(request->event, letter->language);
    letter->name = view_name(request->name);
    if (mailing->list)
        letter->list_title = view_name(request->list_title ? request->list_title : mailing->list);
    gboolean stored = request->delivery > 0;
    g_autofree char *id =
        token_make(keys, TOKEN_MESSAGE_ID, stored ? request->delivery : request->now);
    letter->token = g_strconcat(stored ? "d" : "t", id, NULL);
    g_autofree char *link = token_make(keys, TOKEN_UNSUBSCRIBE, request->delivery);
    letter->unsubscribe = g_strdup_printf("mailto:unsubscribe+%s@%s", link, config->network_domain);
    if (config->web_public_url && g_str_has_prefix(config->web_public_url, "https://"))
        letter->one_click = g_strdup_printf("%s/u/%s", config->web_public_url, link);
    return TRUE;
}

static Value *
make_data(const Letter *letter)
{
    const Config *config = letter->config;
    const Event *event = letter->request->event;
    Value *data = value_new_map(), *sender = value_new_map(), *network = value_new_map();
    Value *links = value_new_map(), *list = value_new_map();
    g_autofree char *salutation = view_salutation(letter->name, letter->language);
    g_autofree char *reason =
        view_reason(config->network_name, letter->list_title, letter->language);
    value_set_text(data, "language", letter->language);
    value_set_text(data, "subject", letter->subject);
    value_set_text(data, "salutation", salutation);
    value_set_text(data, "reason", reason);
    value_set(data, "event",
              view_event(event, dates_zone(event->timezone, NULL), letter->language));
    value_set_text(sender, "name", letter->sender_name);
    value_set_text(sender, "address", letter->sender->address->text);
    value_set(data, "sender", sender);
    value_set_text(network, "name", config->network_name);
    value_set_text(network, "domain", config->network_domain);
    if (config->web_public_url && *config->web_public_url)
        value_set_text(network, "public_url", config->web_public_url);
    value_set(data, "network", network);
    value_set(data, "person", view_person(letter->request->person, config->directory_fields));
    if (letter->list_title) {
        value_set_text(list, "name", letter->request->mailing->list);
        value_set_text(list, "title", letter->list_title);
        value_set(data, "list", value_ref(list));
    }
    value_unref(list);
    value_set_text(links, "unsubscribe_mailto", letter->unsubscribe);
    if (letter->one_click)
        value_set_text(links, "unsubscribe_url", letter->one_click);
    value_set(data, "links", links);
    return data;
}

/* The text of a template, of the folder `data` or built in; `source` is where it came from. */
static char *
load(const char *name, const char *folder, char **source)
{
    g_autofree char *path = folder ? g_build_filename(folder, name, NULL) : NULL;
    char *text = NULL;
    if (path && g_file_get_contents(path, &text, NULL, NULL)) {
        *source = g_steal_pointer(&path);
        return text;
    }
    g_autofree char *place = g_strconcat("/rundruf/templates/", name, NULL);
    g_autoptr(GBytes) built_in =
        g_resource_lookup_data(conf_get_resource(), place, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    *source = g_strconcat(name, " (built in)", NULL);
    return built_in ? g_strndup(g_bytes_get_data(built_in, NULL), g_bytes_get_size(built_in))
                    : NULL;
}

static char *
get_partial(const char *name, gpointer folder)
{
    g_autofree char *source = NULL;
    return strchr(name, '/') || strstr(name, "..") ? NULL : load(name, folder, &source);
}

static char *
render(const Letter *letter, const char *extension, TemplateFlags flags, GError **error)
{
    char *folder = letter->config->message_templates;
    gboolean cancelled = letter->request->event->status == EVENT_CANCELLED;
    g_autofree char *name = g_strdup_printf("%s.%s.%s", cancelled ? "cancellation" : "invitation",
                                            letter->language, extension);
    g_autofree char *source = NULL;
    g_autofree char *text = load(name, folder, &source);
    g_autoptr(Template) template = template_parse(text, strlen(text), source, error);
    g_autoptr(Value) data = make_data(letter);
    return template ? template_render(template, data, flags | TEMPLATE_STRICT, get_partial, folder,
                                      error)
                    : NULL;
}

static char *
make_calendar(const Letter *letter, GError **error)
{
    const Event *event = letter->request->event;
    g_autofree char *description = view_description(event);
    const CalendarRequest request = {
        .domain = letter->config->network_domain,
        .organizer_name = letter->sender_name,
        .organizer = letter->sender->address->text,
        .attendee_name = letter->name,
        .attendee = letter->address->text,
        .summary = letter->subject,
        .description = description,
        .now = letter->request->now,
    };
    return calendar_make(event, &request, error);
}

static void
append_date(const Letter *letter, GString *out)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(letter->request->now);
    g_autoptr(GDateTime) wall =
        g_date_time_to_timezone(utc, dates_zone(letter->config->network_timezone, NULL));
    g_autofree char *date = g_date_time_format(wall, "%a, %-d %b %Y %H:%M:%S %z");
    g_string_append_printf(out, "Date: %s\r\n", date);
}

static const char *
as_label(const char *text, const char *otherwise)
{
    return text && event_name_valid(text) ? text : otherwise;
}

static void
append_header(const Letter *letter, GString *out)
{
    const Config *config = letter->config;
    const Mailing *mailing = letter->request->mailing;
    const char *purpose = as_label(mailing->purpose, "invitation");
    const char *list = as_label(mailing->list, purpose);
    g_autofree char *network = view_name(config->network_name);
    g_autofree char *list_id = g_strdup_printf("%s.%s", list, config->network_domain);
    g_string_append(out, "From: ");
    encode_append_mailbox(out, letter->sender_name, letter->sender->address->text);
    g_string_append(out, "\r\nTo: ");
    encode_append_mailbox(out, letter->name, letter->address->text);
    g_string_append(out, "\r\nSubject: ");
    encode_append_text(out, letter->subject);
    g_string_append(out, "\r\n");
    append_date(letter, out);
    g_string_append_printf(out, "Message-ID: <%s@%s>\r\nList-Id: ", letter->token,
                           config->network_domain);
    encode_append_mailbox(out, letter->list_title ? letter->list_title : network, list_id);
    g_string_append(out, "\r\nList-Unsubscribe:");
    if (letter->one_click)
        g_string_append_printf(out, " <%s>,\r\n", letter->one_click);
    g_string_append_printf(out, " <%s>\r\n", letter->unsubscribe);
    if (letter->one_click)
        g_string_append(out, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    g_string_append_printf(out,
                           "Auto-Submitted: auto-generated\r\n"
                           "Feedback-ID: %s:m%" G_GINT64_FORMAT ":%s:rundruf\r\n"
                           "Content-Language: %s\r\n",
                           list, mailing->id, purpose, letter->language);
}

GBytes *
reference_invitation(const Config *config, const TokenKeys *keys, const ComposeRequest *request,
                     GError **error)
{
    mime_start();
    g_auto(Letter) letter = {.config = config, .request = request};
    if (!start(&letter, keys, error))
        return NULL;
    g_autofree char *text = render(&letter, "txt", 0, error);
    g_autofree char *html = text ? render(&letter, "html", TEMPLATE_ESCAPE_HTML, error) : NULL;
    g_autofree char *calendar = html ? make_calendar(&letter, error) : NULL;
    if (!calendar)
        return NULL;
    const MimeParts parts = {
        .text = text,
        .html = html,
        .calendar = calendar,
        .method = request->event->status == EVENT_CANCELLED ? "CANCEL" : "REQUEST",
        .token = letter.token,
    };
    g_autoptr(GString) out = g_string_new(NULL);
    append_header(&letter, out);
    mime_append(out, &parts);
    g_autofree char *message_id = g_strconcat(letter.token, "@", config->network_domain, NULL);
    if (!gate_check(out->str, out->len, letter.address->text, message_id, error))
        return NULL;
    return g_string_free_to_bytes(g_steal_pointer(&out));
}

char *
reference_attendee(const char *name, const char *uri)
{
    icalproperty *attendee = icalproperty_new_attendee(uri);
    if (*name)
        icalproperty_add_parameter(attendee, icalparameter_new_cn(name));
    icalproperty_add_parameter(attendee, icalparameter_new_cutype(ICAL_CUTYPE_INDIVIDUAL));
    icalproperty_add_parameter(attendee, icalparameter_new_role(ICAL_ROLE_REQPARTICIPANT));
    icalproperty_add_parameter(attendee, icalparameter_new_partstat(ICAL_PARTSTAT_NEEDSACTION));
    icalproperty_add_parameter(attendee, icalparameter_new_rsvp(ICAL_RSVP_TRUE));
    char *text = icalproperty_as_ical_string_r(attendee);
    GString *lines = g_string_new(text);
    icalmemory_free_buffer(text);
    icalproperty_free(attendee);
    g_string_replace(lines, "\r\r\n \n", "\r\n", 0);
    if (g_str_has_suffix(lines->str, "\r\n \r\n"))
        g_string_truncate(lines, lines->len - 3);
    return g_string_free(lines, FALSE);
}
