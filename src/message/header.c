/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/header.h"

#include "base/dates.h"
#include "message/encode.h"
#include "message/view.h"
#include "model/event.h"

struct Header {
    const Config *config;
    char *before_to, *before_date, *before_links, *after_links;
    char *one_click; /* NULL: none */
    char *date;      /* of `dated_at`; NULL: none yet */
    gint64 dated_at;
};

/* A word for List-Id and Feedback-ID: names of lists and purposes are such, whatever else is not */
static const char *
as_label(const char *text, const char *otherwise)
{
    return text && event_name_valid(text) ? text : otherwise;
}

static char *
make_before_to(const HeaderRequest *request)
{
    GString *out = g_string_new("From: ");
    encode_append_mailbox(out, request->sender_name, request->sender_address);
    g_string_append(out, "\r\n");
    return g_string_free(out, FALSE);
}

static char *
make_before_date(const HeaderRequest *request)
{
    GString *out = g_string_new("Subject: ");
    encode_append_text(out, request->subject);
    g_string_append(out, "\r\nDate: ");
    return g_string_free(out, FALSE);
}

/* The fields by which programs sort, answer and unsubscribe: RFC 2919, 8058, 3834 */
static void
make_list_fields(const HeaderRequest *request, const char *purpose, const char *list,
                 Header *header)
{
    const Config *config = request->config;
    g_autofree char *network = view_name(config->network_name);
    g_autofree char *id = g_strdup_printf("%s.%s", list, config->network_domain);
    GString *before = g_string_new(NULL);
    g_string_append_printf(before, "@%s>\r\nList-Id: ", config->network_domain);
    encode_append_mailbox(before, request->list_title ? request->list_title : network, id);
    g_string_append(before, "\r\nList-Unsubscribe:");
    header->before_links = g_string_free(before, FALSE);

    header->after_links = g_strdup_printf(
        "@%s>\r\n%sAuto-Submitted: auto-generated\r\n"
        "Feedback-ID: %s:m%" G_GINT64_FORMAT ":%s:rundruf\r\nContent-Language: %s\r\n",
        config->network_domain,
        request->one_click ? "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" : "", list,
        request->mailing->id, purpose, request->language);
}

Header *
header_new(const HeaderRequest *request)
{
    Header *header = g_new0(Header, 1);
    header->config = request->config;
    header->before_to = make_before_to(request);
    header->before_date = make_before_date(request);
    header->one_click = g_strdup(request->one_click);
    const char *purpose = as_label(request->mailing->purpose, "invitation");
    make_list_fields(request, purpose, as_label(request->mailing->list, purpose), header);
    return header;
}

void
header_free(Header *header)
{
    if (!header)
        return;
    g_free(header->before_to);
    g_free(header->before_date);
    g_free(header->before_links);
    g_free(header->after_links);
    g_free(header->one_click);
    g_free(header->date);
    g_free(header);
}

char *
header_date(const Config *config, gint64 now)
{
    GTimeZone *zone = dates_zone(config->network_timezone, NULL);
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(now);
    g_autoptr(GDateTime) wall = zone && utc ? g_date_time_to_timezone(utc, zone) : NULL;
    GDateTime *time = wall ? wall : utc;
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    g_autofree char *rest = g_date_time_format(time, "%Y %H:%M:%S %z");
    return g_strdup_printf("%s, %d %s %s", days[g_date_time_get_day_of_week(time) - 1],
                           g_date_time_get_day_of_month(time),
                           months[g_date_time_get_month(time) - 1], rest);
}

/* Messages come many to a second. */
static const char *
get_date(Header *header, gint64 now)
{
    if (header->date && header->dated_at == now)
        return header->date;
    g_free(header->date);
    header->date = header_date(header->config, now);
    header->dated_at = now;
    return header->date;
}

static void
append_links(const Header *header, const char *token, GString *out)
{
    if (header->one_click) {
        g_string_append(out, " <");
        g_string_append(out, header->one_click);
        g_string_append(out, token);
        g_string_append(out, ">,\r\n");
    }
    g_string_append(out, " <mailto:unsubscribe+");
    g_string_append(out, token);
}

void
header_append(Header *header, const HeaderSlots *slots, GString *out, gsize *to, gsize *to_end)
{
    g_string_append(out, header->before_to);
    *to = out->len;
    g_string_append(out, "To: ");
    encode_append_mailbox(out, slots->name, slots->address);
    g_string_append(out, "\r\n");
    *to_end = out->len;
    g_string_append(out, header->before_date);
    g_string_append(out, get_date(header, slots->now));
    g_string_append(out, "\r\nMessage-ID: <");
    g_string_append(out, slots->token);
    g_string_append(out, header->before_links);
    append_links(header, slots->unsubscribe, out);
    g_string_append(out, header->after_links);
}
