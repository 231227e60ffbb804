/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/compiled.h"

#include "base/dates.h"
#include "base/error.h"
#include "base/i18n.h"
#include "message/calendar.h"
#include "message/compose.h"
#include "message/frame.h"
#include "message/gate.h"
#include "message/text_part.h"
#include "message/transfer.h"
#include "message/view.h"
#include "model/mailbox.h"

#include <string.h>

#define ROOM 4096 /* octets by which messages are mostly larger than the sample */

/* The names of the data that differ from message to message */
static const char *const open_names[] = {"salutation", "person", "links", NULL};

struct Compiled {
    const Config *config;
    char *language;
    char *sender_name, *sender_address;
    char *list_title; /* clean; NULL: no list */
    char *one_click;  /* the https: link to unsubscribe, up to its token; NULL: none */
    Header *header;
    Value *data; /* what the templates see; open names are set for each message */
    TextPart *text, *html;
    gboolean asks_salutation, asks_links;
    gboolean asks_person, asks_whole_person; /* whole: for what is no field, or for any of them */
    gboolean asks_fields[FIELDS];
    Calendar *calendar;
    GString *calendar_lines; /* base64 of the calendar, as far as full lines are the same in all */
    const char *calendar_rest;  /* what else is the same */
    GString *tail, *tail_lines; /* of this message: from there on, and as base64 */
    Frame *frame;
    gboolean plain; /* nothing in the sample gives reason to doubt */
    gsize marks;    /* "=_" in the sample: in boundaries alone */
    gsize size;     /* octets of the sample */
};

/* ---- compiling ---- */

/* Reads "Name <address>" or an address; one of another domain would fail the receivers' checks
 * (RFC 7489, 3.1) and does not get the answers that belong here. */
static gboolean
read_sender(Compiled *compiled, const char *text, GError **error)
{
    const Config *config = compiled->config;
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
    compiled->sender_name = view_name(mailbox->name ? mailbox->name : config->network_name);
    compiled->sender_address = g_strdup(address->text);
    return TRUE;
}

static gboolean
make_calendar(Compiled *compiled, const Event *event, const char *subject, GError **error)
{
    g_autofree char *description = view_description(event);
    const CalendarRequest request = {
        .domain = compiled->config->network_domain,
        .organizer_name = compiled->sender_name,
        .organizer = compiled->sender_address,
        .summary = subject,
        .description = description,
    };
    compiled->calendar = calendar_new(event, &request, error);
    if (!compiled->calendar)
        return FALSE;
    const char *head = calendar_head(compiled->calendar, TRUE);
    gsize length = strlen(head), whole = length - length % TRANSFER_BASE64_OCTETS;
    compiled->calendar_lines = g_string_new(NULL);
    transfer_append_base64(compiled->calendar_lines, head, whole);
    compiled->calendar_rest = head + whole;
    return TRUE;
}

/* What the templates see, but for the open names */
static Value *
make_data(const Compiled *compiled, const CompiledRequest *request, const char *subject,
          GTimeZone *zone)
{
    Value *data = value_new_map();
    g_autofree char *reason =
        view_reason(compiled->config->network_name, compiled->list_title, compiled->language);
    value_set_text(data, "language", compiled->language);
    value_set_text(data, "subject", subject);
    value_set_text(data, "reason", reason);
    value_set(data, "event", view_event(request->event, zone, compiled->language));
    Value *sender = value_new_map();
    value_set_text(sender, "name", compiled->sender_name);
    value_set_text(sender, "address", compiled->sender_address);
    value_set(data, "sender", sender);
    value_set(data, "network", value_ref(request->network));
    if (compiled->list_title) {
        Value *list = value_new_map();
        value_set_text(list, "name", request->mailing->list);
        value_set_text(list, "title", compiled->list_title);
        value_set(data, "list", list);
    }
    return data;
}

static gboolean
asks(const Compiled *compiled, const char *name, const char *part)
{
    return text_part_asks(compiled->text, name, part) || text_part_asks(compiled->html, name, part);
}

static void
make_texts(Compiled *compiled, Letters *letters, LetterKind kind)
{
    TemplateFilled *text, *html;
    letters_fill(letters, kind, compiled->language, compiled->data, open_names, &text, &html);
    compiled->text = text_part_new(text, FALSE);
    compiled->html = text_part_new(html, TRUE);
    compiled->asks_salutation = asks(compiled, "salutation", NULL);
    compiled->asks_links = asks(compiled, "links", NULL);
    compiled->asks_person = asks(compiled, "person", NULL);
    compiled->asks_whole_person =
        asks(compiled, "person", "uuid") || asks(compiled, "person", "dn");
    for (guint i = 0; i < FIELDS; i++)
        compiled->asks_fields[i] = asks(compiled, "person", field_table[i].name);
}

static void
make_header(Compiled *compiled, const Mailing *mailing, const char *subject)
{
    const char *url = compiled->config->web_public_url;
    /* one click needs HTTPS (RFC 8058, 3.1) */
    if (url && g_str_has_prefix(url, "https://"))
        compiled->one_click = g_strconcat(url, "/u/", NULL);
    const HeaderRequest request = {
        .config = compiled->config,
        .mailing = mailing,
        .sender_name = compiled->sender_name,
        .sender_address = compiled->sender_address,
        .subject = subject,
        .list_title = compiled->list_title,
        .language = compiled->language,
        .one_click = compiled->one_click,
    };
    compiled->header = header_new(&request);
}

/* ---- a message ---- */

static void
append_calendar(const Compiled *compiled, GString *out)
{
    g_string_append_len(out, compiled->calendar_lines->str, (gssize)compiled->calendar_lines->len);
    g_string_append_len(out, compiled->tail_lines->str, (gssize)compiled->tail_lines->len);
}

static void
write_calendar(Compiled *compiled, const HeaderSlots *slots)
{
    g_string_assign(compiled->tail, compiled->calendar_rest);
    calendar_append_rest(compiled->calendar, slots->name, slots->address, slots->now,
                         compiled->tail);
    g_string_truncate(compiled->tail_lines, 0);
    transfer_append_base64(compiled->tail_lines, compiled->tail->str, compiled->tail->len);
}

/* Appends the body; with `common`, its texts are the common lines alone. */
static void
append_body(const Compiled *compiled, const char *token, gboolean common, GString *out)
{
    void (*append_text)(const TextPart *, GString *) =
        common ? text_part_append_common : text_part_append;
    const Frame *frame = compiled->frame;
    for (guint i = 0; i < frame->pieces->len; i++) {
        const FramePiece *piece = &g_array_index(frame->pieces, FramePiece, i);
        g_string_append_len(out, frame->text + piece->offset, (gssize)piece->length);
        switch (piece->slot) {
        case FRAME_TOKEN:
            g_string_append(out, token);
            break;
        case FRAME_TEXT:
            append_text(compiled->text, out);
            break;
        case FRAME_HTML:
            append_text(compiled->html, out);
            break;
        case FRAME_CALENDAR:
            append_calendar(compiled, out);
            break;
        case FRAME_END:
            break;
        }
    }
}

static char *
make_message_id(const Compiled *compiled, const char *token)
{
    return g_strconcat(token, "@", compiled->config->network_domain, NULL);
}

static void
make_sample(Compiled *compiled, gsize token_length)
{
    g_autofree char *token = g_strnfill(token_length, 'x');
    g_autofree char *message_id = make_message_id(compiled, token);
    const HeaderSlots slots = {
        .address = compiled->sender_address,
        .name = "",
        .token = token,
        .unsubscribe = token,
    };
    g_autoptr(GString) out = g_string_new(NULL);
    gsize to, to_end;
    header_append(compiled->header, &slots, out, &to, &to_end);
    write_calendar(compiled, &slots);
    append_body(compiled, token, TRUE, out);
    compiled->size = out->len;
    compiled->plain = text_part_is_closed(compiled->text) && text_part_is_closed(compiled->html) &&
                      gate_octets_plain(out->str, out->len, &compiled->marks) &&
                      gate_check(out->str, out->len, slots.address, message_id, NULL);
}

Compiled *
compiled_new(const CompiledRequest *request, GError **error)
{
    g_autoptr(Compiled) compiled = g_new0(Compiled, 1);
    const Mailing *mailing = request->mailing;
    gboolean cancelled = request->event->status == EVENT_CANCELLED;
    compiled->config = request->config;
    compiled->language = g_strdup(request->language);
    if (!read_sender(compiled, request->sender, error))
        return NULL;
    GTimeZone *zone = dates_zone(request->event->timezone, error);
    g_autofree char *subject = compose_subject(request->event, request->language);
    if (!zone || !make_calendar(compiled, request->event, subject, error))
        return NULL;
    if (mailing->list)
        compiled->list_title = view_name(request->list_title ? request->list_title : mailing->list);
    compiled->data = make_data(compiled, request, subject, zone);
    compiled->tail = g_string_new(NULL);
    compiled->tail_lines = g_string_new(NULL);
    compiled->frame = frame_new(cancelled ? "CANCEL" : "REQUEST", request->token_length);
    make_texts(compiled, request->letters, cancelled ? LETTER_CANCELLATION : LETTER_INVITATION);
    make_header(compiled, mailing, subject);
    make_sample(compiled, request->token_length);
    return g_steal_pointer(&compiled);
}

static void
string_free(GString *string)
{
    if (string)
        g_string_free(string, TRUE);
}

void
compiled_free(Compiled *compiled)
{
    if (!compiled)
        return;
    g_free(compiled->language);
    g_free(compiled->sender_name);
    g_free(compiled->sender_address);
    g_free(compiled->list_title);
    g_free(compiled->one_click);
    header_free(compiled->header);
    value_unref(compiled->data);
    text_part_free(compiled->text);
    text_part_free(compiled->html);
    calendar_free(compiled->calendar);
    string_free(compiled->calendar_lines);
    string_free(compiled->tail);
    string_free(compiled->tail_lines);
    frame_free(compiled->frame);
    g_free(compiled);
}

/* The links as a person may follow them */
static Value *
make_links(const Compiled *compiled, const char *token)
{
    Value *links = value_new_map();
    g_autofree char *mailto =
        g_strconcat("mailto:unsubscribe+", token, "@", compiled->config->network_domain, NULL);
    value_set_text(links, "unsubscribe_mailto", mailto);
    if (compiled->one_click) {
        g_autofree char *url = g_strconcat(compiled->one_click, token, NULL);
        value_set_text(links, "unsubscribe_url", url);
    }
    return links;
}

/* The person as far as the templates look at it */
static Value *
make_person(const Compiled *compiled, const Person *person)
{
    const FieldMap *fields = compiled->config->directory_fields;
    return compiled->asks_whole_person ? view_person(person, fields)
                                       : view_person_fields(person, fields, compiled->asks_fields);
}

static gboolean
write_texts(Compiled *compiled, const HeaderSlots *slots, const Person *person, GError **error)
{
    if (compiled->asks_salutation) {
        g_autofree char *salutation = view_salutation(slots->name, compiled->language);
        value_set_text(compiled->data, "salutation", salutation);
    }
    if (compiled->asks_person)
        value_set(compiled->data, "person", make_person(compiled, person));
    if (compiled->asks_links)
        value_set(compiled->data, "links", make_links(compiled, slots->unsubscribe));
    return text_part_render(compiled->text, error) && text_part_render(compiled->html, error);
}

/* TRUE if the gate need not be asked about this message: see compiled.h. */
static gboolean
is_plain(const Compiled *compiled, const GString *out)
{
    gsize marks, common = strlen(compiled->calendar_rest);
    return compiled->plain && text_part_is_plain(compiled->text) &&
           text_part_is_plain(compiled->html) &&
           gate_text_plain(compiled->tail->str + common, compiled->tail->len - common, FALSE) &&
           gate_octets_plain(out->str, out->len, &marks) && marks == compiled->marks;
}

GBytes *
compiled_message(Compiled *compiled, const HeaderSlots *slots, const Person *person, GError **error)
{
    if (!write_texts(compiled, slots, person, error))
        return NULL;
    write_calendar(compiled, slots);
    g_autoptr(GString) out = g_string_sized_new(compiled->size + ROOM);
    gsize to, to_end;
    header_append(compiled->header, slots, out, &to, &to_end);
    append_body(compiled, slots->token, FALSE, out);
    if (!is_plain(compiled, out) ||
        !gate_recipient_plain(out->str + to, to_end - to, slots->address)) {
        g_autofree char *message_id = make_message_id(compiled, slots->token);
        if (!gate_check(out->str, out->len, slots->address, message_id, error))
            return NULL;
    }
    return g_string_free_to_bytes(g_steal_pointer(&out));
}
