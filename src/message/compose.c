/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/compose.h"

#include "base/dates.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "message/calendar.h"
#include "message/encode.h"
#include "message/gate.h"
#include "message/letter.h"
#include "message/mime.h"
#include "message/view.h"
#include "model/mailbox.h"

#include <string.h>

/* Events whose parts are kept; a long-running sender has few at a time. */
#define PARTS_MAX 16

struct Composer {
    const Config *config;
    const TokenKeys *keys;
    Letters *letters;
    Value *network;
    GHashTable *parts; /* "event row|language|sender" -> Parts */
};

/* What all messages about one event have in common in one language, from one sender */
typedef struct {
    char *subject;
    char *sender_name, *sender_address;
    Value *event, *sender;
    Calendar *calendar;
} Parts;

/* What one message is made of */
typedef struct {
    const ComposeRequest *request;
    const char *language;
    const Parts *parts;
    Address *address;
    char *name;          /* clean; may be empty */
    char *message_id;    /* without < > */
    char *token;         /* of its boundaries */
    char *list_title;    /* clean; NULL: no list */
    char *one_click_url; /* NULL: no public web pages */
    char *unsubscribe;   /* mailto: URI */
} Message;

static void
parts_free(gpointer data)
{
    Parts *parts = data;
    if (!parts)
        return;
    g_free(parts->subject);
    g_free(parts->sender_name);
    g_free(parts->sender_address);
    value_unref(parts->event);
    value_unref(parts->sender);
    calendar_free(parts->calendar);
    g_free(parts);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Parts, parts_free)

static void
message_clear(Message *message)
{
    address_free(message->address);
    g_free(message->name);
    g_free(message->message_id);
    g_free(message->token);
    g_free(message->list_title);
    g_free(message->one_click_url);
    g_free(message->unsubscribe);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Message, message_clear)

Composer *
composer_new(const Config *config, const TokenKeys *keys, GError **error)
{
    Letters *letters = letters_load(config->message_templates, error);
    if (!letters)
        return NULL;
    mime_start();
    Composer *composer = g_new0(Composer, 1);
    composer->config = config;
    composer->keys = keys;
    composer->letters = letters;
    composer->parts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, parts_free);
    composer->network = value_new_map();
    value_set_text(composer->network, "name", config->network_name);
    value_set_text(composer->network, "domain", config->network_domain);
    if (config->web_public_url && *config->web_public_url)
        value_set_text(composer->network, "public_url", config->web_public_url);
    return composer;
}

void
composer_free(Composer *composer)
{
    if (!composer)
        return;
    letters_free(composer->letters);
    g_hash_table_unref(composer->parts);
    value_unref(composer->network);
    g_free(composer);
}

char *
compose_message_id(Composer *composer, gint64 delivery)
{
    g_autofree char *token = token_make(composer->keys, TOKEN_MESSAGE_ID, delivery);
    return g_strdup_printf("d%s@%s", token, composer->config->network_domain);
}

/* A test message has no row: its time tells it from the one before. */
static char *
make_message_id(Composer *composer, const ComposeRequest *request)
{
    if (request->delivery > 0)
        return compose_message_id(composer, request->delivery);
    g_autofree char *token = token_make(composer->keys, TOKEN_MESSAGE_ID, request->now);
    return g_strdup_printf("t%s@%s", token, composer->config->network_domain);
}

char *
compose_return_path(Composer *composer, gint64 delivery)
{
    g_autofree char *token = token_make(composer->keys, TOKEN_BOUNCE, delivery);
    return g_strdup_printf("bounce+%s@%s", token, composer->config->network_domain);
}

char *
compose_subject(const Event *event, const char *language)
{
    g_autofree char *title = text_one_line(event->title);
    if (event->status != EVENT_CANCELLED)
        return g_steal_pointer(&title);
    return g_strconcat(strcmp(language, "de") == 0 ? "Abgesagt: " : "Cancelled: ", title, NULL);
}

/* The weight of one item of a language list, 0 to 1, by its "q" parameter; -1: malformed. */
static double
get_weight(const char *item)
{
    const char *p = strchr(item, ';');
    if (!p)
        return 1;
    p += 1 + strspn(p + 1, " \t");
    if ((*p != 'q' && *p != 'Q') || p[1] != '=')
        return -1;
    char *end;
    double weight = g_ascii_strtod(p + 2, &end);
    end += strspn(end, " \t");
    return end > p + 2 && !*end && weight >= 0 && weight <= 1 ? weight : -1;
}

const char *
compose_language(const char *preferred, const char *fallback)
{
    static const char *const known[] = {"de", "en"};
    const char *best = strcmp(fallback, "en") == 0 ? "en" : "de";
    double best_weight = 0;
    g_auto(GStrv) items = g_strsplit(preferred ? preferred : "", ",", 32);
    for (char **item = items; *item; item++) {
        const char *tag = g_strstrip(*item);
        double weight = get_weight(tag);
        gsize length = strcspn(tag, "-_; \t");
        for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
            if (length != 2 || g_ascii_strncasecmp(tag, known[i], 2) != 0 || weight <= best_weight)
                continue;
            best = known[i];
            best_weight = weight;
        }
    }
    return best;
}

/* Reads "Name <address>" or an address; one of another domain would fail the receivers' checks
 * (RFC 7489, 3.1) and does not get the answers that belong here. */
static gboolean
read_sender(const Config *config, const char *text, Parts *parts, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(Mailbox) mailbox = mailbox_parse(text, &reason);
    const Address *address = mailbox ? mailbox->address : NULL;
    if (!address || strcmp(address->domain, config->network_domain) != 0 || address->smtputf8) {
        g_autofree char *what = g_strdup_printf(_("the sender %s is not \"Name <address>\" with an "
                                                  "address at %s, the network's domain: "
                                                  "set the list's sender or network.sender to one"),
                                                text, config->network_domain);
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG, "%s%s%s", what, reason ? "; " : "",
                    reason ? reason->message : "");
        return FALSE;
    }
    parts->sender_name = view_name(mailbox->name ? mailbox->name : config->network_name);
    parts->sender_address = g_strdup(address->text);
    return TRUE;
}

static Parts *
make_parts(const Config *config, const Event *event, const char *sender, const char *language,
           GError **error)
{
    g_autoptr(Parts) parts = g_new0(Parts, 1);
    if (!read_sender(config, sender, parts, error))
        return NULL;
    GTimeZone *zone = dates_zone(event->timezone, error);
    if (!zone)
        return NULL;
    parts->sender = value_new_map();
    value_set_text(parts->sender, "name", parts->sender_name);
    value_set_text(parts->sender, "address", parts->sender_address);
    parts->subject = compose_subject(event, language);
    parts->event = view_event(event, zone, language);
    g_autofree char *description = view_description(event);
    const CalendarRequest request = {
        .domain = config->network_domain,
        .organizer_name = parts->sender_name,
        .organizer = parts->sender_address,
        .summary = parts->subject,
        .description = description,
    };
    parts->calendar = calendar_new(event, &request, error);
    return parts->calendar ? g_steal_pointer(&parts) : NULL;
}

/* The event's parts, kept if it has a row; owned by the composer. */
static const Parts *
find_parts(Composer *composer, const ComposeRequest *request, const char *language, GError **error)
{
    const Event *event = request->event;
    const char *sender =
        request->mailing->sender ? request->mailing->sender : composer->config->network_sender;
    g_autofree char *key =
        g_strdup_printf("%" G_GINT64_FORMAT "|%s|%s", event->id, language, sender);
    Parts *parts = event->id ? g_hash_table_lookup(composer->parts, key) : NULL;
    if (parts)
        return parts;
    parts = make_parts(composer->config, event, sender, language, error);
    if (!parts)
        return NULL;
    if (g_hash_table_size(composer->parts) >= PARTS_MAX)
        g_hash_table_remove_all(composer->parts);
    g_hash_table_replace(composer->parts, g_steal_pointer(&key), parts);
    return parts;
}

static void
make_links(Composer *composer, gint64 delivery, Message *message)
{
    const Config *config = composer->config;
    g_autofree char *token = token_make(composer->keys, TOKEN_UNSUBSCRIBE, delivery);
    message->unsubscribe =
        g_strdup_printf("mailto:unsubscribe+%s@%s", token, config->network_domain);
    /* one click needs HTTPS (RFC 8058, 3.1) */
    if (config->web_public_url && g_str_has_prefix(config->web_public_url, "https://"))
        message->one_click_url = g_strdup_printf("%s/u/%s", config->web_public_url, token);
}

static gboolean
start_message(Composer *composer, const ComposeRequest *request, Message *message, GError **error)
{
    const Config *config = composer->config;
    message->request = request;
    message->address = address_parse(request->address, -1, error);
    if (!message->address)
        return FALSE;
    g_autofree char *preferred =
        request->person ? person_text(request->person, config->directory_fields, FIELD_LANGUAGE)
                        : NULL;
    message->language = compose_language(preferred, config->network_language);
    message->parts = find_parts(composer, request, message->language, error);
    if (!message->parts)
        return FALSE;
    message->name = view_name(request->name);
    message->message_id = make_message_id(composer, request);
    message->token = g_strndup(message->message_id, strcspn(message->message_id, "@"));
    if (request->mailing->list)
        message->list_title =
            view_name(request->list_title ? request->list_title : request->mailing->list);
    make_links(composer, request->delivery, message);
    return TRUE;
}

/* What the templates see; owned by the caller. */
static Value *
make_data(Composer *composer, const Message *message)
{
    const ComposeRequest *request = message->request;
    Value *data = value_new_map();
    g_autofree char *salutation = view_salutation(message->name, message->language);
    g_autofree char *reason =
        view_reason(composer->config->network_name, message->list_title, message->language);
    value_set_text(data, "language", message->language);
    value_set_text(data, "subject", message->parts->subject);
    value_set_text(data, "salutation", salutation);
    value_set_text(data, "reason", reason);
    value_set(data, "event", value_ref(message->parts->event));
    value_set(data, "sender", value_ref(message->parts->sender));
    value_set(data, "network", value_ref(composer->network));
    value_set(data, "person", view_person(request->person, composer->config->directory_fields));
    if (message->list_title) {
        Value *list = value_new_map();
        value_set_text(list, "name", request->mailing->list);
        value_set_text(list, "title", message->list_title);
        value_set(data, "list", list);
    }
    Value *links = value_new_map();
    value_set_text(links, "unsubscribe_mailto", message->unsubscribe);
    if (message->one_click_url)
        value_set_text(links, "unsubscribe_url", message->one_click_url);
    value_set(data, "links", links);
    return data;
}

static void
append_date(GString *out, const Config *config, gint64 now)
{
    GTimeZone *zone = dates_zone(config->network_timezone, NULL);
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(now);
    g_autoptr(GDateTime) wall = zone && utc ? g_date_time_to_timezone(utc, zone) : NULL;
    GDateTime *time = wall ? wall : utc;
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    g_autofree char *rest = g_date_time_format(time, "%Y %H:%M:%S %z");
    g_string_append_printf(
        out, "Date: %s, %d %s %s\r\n", days[g_date_time_get_day_of_week(time) - 1],
        g_date_time_get_day_of_month(time), months[g_date_time_get_month(time) - 1], rest);
}

/* A word for List-Id and Feedback-ID: names of lists and purposes are such, whatever else is not */
static const char *
as_label(const char *text, const char *otherwise)
{
    return text && event_name_valid(text) ? text : otherwise;
}

/* The fields by which programs sort, answer and unsubscribe: RFC 2919, 8058, 3834 */
static void
append_list_fields(GString *out, const Config *config, const Message *message)
{
    const Mailing *mailing = message->request->mailing;
    const char *purpose = as_label(mailing->purpose, "invitation");
    const char *list = as_label(mailing->list, purpose);
    g_autofree char *network = view_name(config->network_name);
    g_autofree char *id = g_strdup_printf("%s.%s", list, config->network_domain);
    g_string_append(out, "List-Id: ");
    encode_append_mailbox(out, message->list_title ? message->list_title : network, id);
    g_string_append(out, "\r\nList-Unsubscribe:");
    if (message->one_click_url)
        g_string_append_printf(out, " <%s>,\r\n", message->one_click_url);
    g_string_append_printf(out, " <%s>\r\n", message->unsubscribe);
    if (message->one_click_url)
        g_string_append(out, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    g_string_append(out, "Auto-Submitted: auto-generated\r\n");
    g_string_append_printf(out, "Feedback-ID: %s:m%" G_GINT64_FORMAT ":%s:rundruf\r\n", list,
                           mailing->id, purpose);
}

static GString *
make_header(const Config *config, const Message *message)
{
    const Parts *parts = message->parts;
    GString *out = g_string_sized_new(32 * 1024);
    g_string_append(out, "From: ");
    encode_append_mailbox(out, parts->sender_name, parts->sender_address);
    g_string_append(out, "\r\nTo: ");
    encode_append_mailbox(out, message->name, message->address->text);
    g_string_append(out, "\r\nSubject: ");
    encode_append_text(out, parts->subject);
    g_string_append(out, "\r\n");
    append_date(out, config, message->request->now);
    g_string_append_printf(out, "Message-ID: <%s>\r\n", message->message_id);
    append_list_fields(out, config, message);
    g_string_append_printf(out, "Content-Language: %s\r\n", message->language);
    return out;
}

GBytes *
compose_invitation(Composer *composer, const ComposeRequest *request, GError **error)
{
    g_auto(Message) message = {0};
    if (!start_message(composer, request, &message, error))
        return NULL;
    gboolean cancelled = request->event->status == EVENT_CANCELLED;
    g_autoptr(Value) data = make_data(composer, &message);
    g_autofree char *text = NULL, *html = NULL;
    if (!letters_render(composer->letters, cancelled ? LETTER_CANCELLATION : LETTER_INVITATION,
                        message.language, data, &text, &html, error))
        return NULL;
    g_autofree char *calendar =
        calendar_for(message.parts->calendar, message.name, message.address->text, request->now);
    const MimeParts parts = {
        .text = text,
        .html = html,
        .calendar = calendar,
        .method = cancelled ? "CANCEL" : "REQUEST",
        .token = message.token,
    };
    g_autoptr(GString) out = make_header(composer->config, &message);
    mime_append(out, &parts);
    if (!gate_check(out->str, out->len, message.address->text, message.message_id, error))
        return NULL;
    return g_string_free_to_bytes(g_steal_pointer(&out));
}
