/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/calendar.h"

#include "base/dates.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

#include <libical/ical.h>
#include <string.h>

#define PRODID     "-//Rundruf//Rundruf//EN"
#define VEVENT_END "END:VEVENT\r\n"
/* The rules' end for an event that is over by then. Programs misread the form that libical gives to
 * rules which end later, or soon after their beginning; those of later events do not end. */
#define LAST_PLAIN_YEAR 2036

/* Octets of a line without its end and the blank that continues it */
#define LINE_OCTETS 74

struct Calendar {
    char *invitation, *publication; /* the heads: all up to the VEVENT's DTSTAMP */
    char *zone;                     /* the VTIMEZONE; "" if there is none */
    char *stamp;                    /* DTSTAMP, of `stamped_at`; NULL: none yet */
    gint64 stamped_at;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC(icalcomponent, icalcomponent_free)

/* An address as a mailto URI: what RFC 6068, 2, does not let stand is percent-encoded. */
static char *
make_mailto(const char *address)
{
    g_autofree char *escaped = g_uri_escape_string(address, "!$'*+@", FALSE);
    return g_strconcat("mailto:", escaped, NULL);
}

/* A clean name fit for CN: Outlook shows the escapes of RFC 6868 as they are, so nothing that needs
 * them. */
static char *
make_cn(const char *name)
{
    char *cn = g_strdup(name);
    char *to = cn;
    for (const char *from = name; *from; from++)
        if (*from != '"' && *from != '^')
            *to++ = *from;
    *to = '\0';
    return cn;
}

/* Text of several lines without other control characters; libical escapes it. */
static char *
make_text(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *out = g_string_sized_new(strlen(valid));
    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c == '\n' || c == '\t' || !g_unichar_iscntrl(c))
            g_string_append_unichar(out, c);
    }
    return g_string_free(out, FALSE);
}

static char *
make_location(const char *venue)
{
    g_auto(GStrv) lines = g_strsplit(venue, "\n", -1);
    GString *out = g_string_new(NULL);
    for (char **line = lines; *line; line++) {
        g_autofree char *clean = text_one_line(*line);
        if (*clean)
            g_string_append_printf(out, "%s%s", out->len > 0 ? ", " : "", clean);
    }
    return g_string_free(out, FALSE);
}

static void
drop_property(icalcomponent *component, icalproperty *property)
{
    icalcomponent_remove_property(component, property);
    icalproperty_free(property);
}

/* libical's own names and marks, which other programs stumble over */
static void
drop_marks(icalcomponent *zone)
{
    icalproperty *until = icalcomponent_get_first_property(zone, ICAL_TZUNTIL_PROPERTY);
    if (until)
        drop_property(zone, until);
    icalproperty *x = icalcomponent_get_first_property(zone, ICAL_X_PROPERTY);
    while (x) {
        icalproperty *next = icalcomponent_get_next_property(zone, ICAL_X_PROPERTY);
        if (g_strcmp0(icalproperty_get_x_name(x), "X-LIC-LOCATION") == 0)
            drop_property(zone, x);
        x = next;
    }
}

/* The VTIMEZONE of a zone with its rules from the year before the event on. */
static char *
make_zone(icaltimezone *zone, const char *name, GDateTime *start, GDateTime *end)
{
    g_autoptr(icalcomponent) component = icalcomponent_new_clone(icaltimezone_get_component(zone));
    icalproperty *tzid = icalcomponent_get_first_property(component, ICAL_TZID_PROPERTY);
    icalproperty_set_tzid(tzid, name);

    icaltimetype from = icaltime_null_time(), to = icaltime_null_time();
    from.zone = to.zone = icaltimezone_get_utc_timezone();
    from.year = g_date_time_get_year(start) - 1;
    from.month = from.day = 1;
    if (g_date_time_get_year(end) <= LAST_PLAIN_YEAR) {
        to.year = LAST_PLAIN_YEAR;
        to.month = 12;
        to.day = 31;
    }
    icaltimezone_truncate_vtimezone(component, from, to, 1);
    drop_marks(component);

    char *text = icalcomponent_as_ical_string_r(component);
    char *copy = g_strdup(text);
    icalmemory_free_buffer(text);
    return copy;
}

static icaltimetype
make_time(GDateTime *wall, gboolean date)
{
    icaltimetype time = icaltime_null_time();
    g_date_time_get_ymd(wall, &time.year, &time.month, &time.day);
    time.is_date = date;
    if (date)
        return time;
    time.hour = g_date_time_get_hour(wall);
    time.minute = g_date_time_get_minute(wall);
    time.second = g_date_time_get_second(wall);
    return time;
}

static void
add_time(icalcomponent *vevent, icalproperty *property, const Event *event, gboolean utc)
{
    if (!event->all_day && !utc)
        icalproperty_add_parameter(property, icalparameter_new_tzid(event->timezone));
    icalcomponent_add_property(vevent, property);
}

/* DTSTART and DTEND, and the VTIMEZONE that they refer to */
static gboolean
add_times(Calendar *calendar, icalcomponent *vevent, const Event *event, GError **error)
{
    GTimeZone *zone = dates_zone(event->timezone, error);
    if (!zone)
        return FALSE;
    icaltimezone *calendar_zone = icaltimezone_get_builtin_timezone(event->timezone);
    if (!calendar_zone) {
        g_set_error(
            error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED,
            _("the calendar library knows no time zone %s: install tzdata, or name another"),
            event->timezone);
        return FALSE;
    }
    g_autoptr(GDateTime) start_utc = g_date_time_new_from_unix_utc(event->starts_at);
    g_autoptr(GDateTime) end_utc = g_date_time_new_from_unix_utc(event->ends_at);
    g_autoptr(GDateTime) start = start_utc ? g_date_time_to_timezone(start_utc, zone) : NULL;
    g_autoptr(GDateTime) end = end_utc ? g_date_time_to_timezone(end_utc, zone) : NULL;
    if (!start || !end) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED,
                    _("the time of event %s is beyond any calendar: give it a year up to 9999"),
                    event->name);
        return FALSE;
    }
    gboolean utc = calendar_zone == icaltimezone_get_utc_timezone();
    icaltimetype times[2] = {make_time(start, event->all_day), make_time(end, event->all_day)};
    if (utc && !event->all_day)
        times[0].zone = times[1].zone = icaltimezone_get_utc_timezone();
    add_time(vevent, icalproperty_new_dtstart(times[0]), event, utc);
    add_time(vevent, icalproperty_new_dtend(times[1]), event, utc);
    calendar->zone = utc || event->all_day ? g_strdup("")
                                           : make_zone(calendar_zone, event->timezone, start, end);
    return TRUE;
}

static char *
make_head(const Calendar *calendar, const char *method, const char *vevent)
{
    return g_strconcat("BEGIN:VCALENDAR\r\nPRODID:" PRODID "\r\nVERSION:2.0\r\nMETHOD:", method,
                       "\r\n", calendar->zone, vevent, NULL);
}

/* What libical wrote, without its end. libical takes the CRLF of a line for a part of it, and if
 * the line then is one octet too long, folds it between CR and LF. */
static char *
make_vevent(icalcomponent *component)
{
    char *text = icalcomponent_as_ical_string_r(component);
    GString *vevent = g_string_new_len(text, (gssize)(strlen(text) - strlen(VEVENT_END)));
    icalmemory_free_buffer(text);
    g_string_replace(vevent, "\r\r\n \n", "\r\n", 0);
    return g_string_free(vevent, FALSE);
}

static void
add_organizer(icalcomponent *vevent, const CalendarRequest *request)
{
    g_autofree char *uri = make_mailto(request->organizer);
    icalproperty *organizer = icalproperty_new_organizer(uri);
    g_autofree char *name = text_one_line(request->organizer_name ? request->organizer_name : "");
    g_autofree char *cn = make_cn(name);
    if (*cn)
        icalproperty_add_parameter(organizer, icalparameter_new_cn(cn));
    icalcomponent_add_property(vevent, organizer);
}

/* SUMMARY, DESCRIPTION, LOCATION, URL: what a person reads */
static void
add_texts(icalcomponent *vevent, const Event *event, const CalendarRequest *request)
{
    g_autofree char *summary = text_one_line(request->summary ? request->summary : event->title);
    icalcomponent_add_property(vevent, icalproperty_new_summary(summary));
    if (request->description) {
        g_autofree char *description = make_text(request->description);
        icalcomponent_add_property(vevent, icalproperty_new_description(description));
    }
    if (event->venue) {
        g_autofree char *location = make_location(event->venue);
        icalcomponent_add_property(vevent, icalproperty_new_location(location));
    }
    if (request->url) {
        g_autofree char *url = g_uri_escape_string(request->url, ":/?#[]@!$&'()*+,;=%", FALSE);
        icalcomponent_add_property(vevent, icalproperty_new_url(url));
    }
}

Calendar *
calendar_new(const Event *event, const CalendarRequest *request, GError **error)
{
    g_autoptr(Calendar) calendar = g_new0(Calendar, 1);
    gboolean cancelled = event->status == EVENT_CANCELLED;
    g_autoptr(icalcomponent) vevent = icalcomponent_new(ICAL_VEVENT_COMPONENT);
    g_autofree char *uid = g_strdup_printf("%s@%s", event->name, request->domain);
    icalcomponent_add_property(vevent, icalproperty_new_uid(uid));
    icalcomponent_add_property(vevent, icalproperty_new_sequence((int)event->sequence));
    if (!add_times(calendar, vevent, event, error))
        return NULL;
    add_texts(vevent, event, request);
    add_organizer(vevent, request);
    icalcomponent_add_property(
        vevent, icalproperty_new_status(cancelled ? ICAL_STATUS_CANCELLED : ICAL_STATUS_CONFIRMED));
    icalcomponent_add_property(
        vevent, icalproperty_new_transp(cancelled ? ICAL_TRANSP_TRANSPARENT : ICAL_TRANSP_OPAQUE));
    g_autofree char *text = make_vevent(vevent);
    calendar->invitation = make_head(calendar, cancelled ? "CANCEL" : "REQUEST", text);
    calendar->publication = make_head(calendar, "PUBLISH", text);
    return g_steal_pointer(&calendar);
}

void
calendar_free(Calendar *calendar)
{
    if (!calendar)
        return;
    g_free(calendar->invitation);
    g_free(calendar->publication);
    g_free(calendar->zone);
    g_free(calendar->stamp);
    g_free(calendar);
}

const char *
calendar_head(const Calendar *calendar, gboolean invited)
{
    return invited ? calendar->invitation : calendar->publication;
}

/* Messages come many to a second. */
static const char *
get_stamp(Calendar *calendar, gint64 now)
{
    if (calendar->stamp && calendar->stamped_at == now)
        return calendar->stamp;
    icalproperty *property = icalproperty_new_dtstamp(
        icaltime_from_timet_with_zone((time_t)now, 0, icaltimezone_get_utc_timezone()));
    char *text = icalproperty_as_ical_string_r(property);
    g_free(calendar->stamp);
    calendar->stamp = g_strdup(text);
    calendar->stamped_at = now;
    icalmemory_free_buffer(text);
    icalproperty_free(property);
    return calendar->stamp;
}

/* How many octets of a line stay before its fold: up to the last blank, ";" or ":" that has room;
 * else as many whole characters as have. */
static gsize
get_fold(const char *line, gsize length)
{
    gsize fold = MIN(length, LINE_OCTETS);
    for (gsize i = fold; i > 0; i--)
        if (strchr(" ;:", line[i - 1]))
            return i;
    while (fold > 0 && fold < length && ((guchar)line[fold] & 0xc0) == 0x80)
        fold--;
    return fold;
}

/* libical counts the line's end as two octets of it, so a line is folded before it must be. */
static void
append_folded(GString *out, const char *line)
{
    gsize left = strlen(line);
    while (left + 2 > LINE_OCTETS) {
        gsize fold = get_fold(line, left);
        g_string_append_len(out, line, (gssize)fold);
        line += fold;
        left -= fold;
        if (left > 0)
            g_string_append(out, "\r\n ");
    }
    g_string_append_len(out, line, (gssize)left);
    g_string_append(out, "\r\n");
}

static void
append_attendee(GString *out, const char *name, const char *address)
{
    g_autofree char *uri = make_mailto(address);
    g_autofree char *cn = make_cn(name);
    const char *quote = strpbrk(cn, ",;:") ? "\"" : "";
    g_autofree char *line = g_strconcat(
        "ATTENDEE", *cn ? ";CN=" : "", quote, cn, quote,
        ";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:", uri, NULL);
    append_folded(out, line);
}

void
calendar_append_rest(Calendar *calendar, const char *name, const char *address, gint64 now,
                     GString *out)
{
    g_string_append(out, get_stamp(calendar, now));
    if (address)
        append_attendee(out, name, address);
    g_string_append(out, VEVENT_END "END:VCALENDAR\r\n");
}

char *
calendar_make(const Event *event, const CalendarRequest *request, GError **error)
{
    g_autoptr(Calendar) calendar = calendar_new(event, request, error);
    if (!calendar)
        return NULL;
    g_autofree char *name = text_one_line(request->attendee_name ? request->attendee_name : "");
    GString *out = g_string_new(calendar_head(calendar, request->attendee != NULL));
    calendar_append_rest(calendar, name, request->attendee, request->now, out);
    return g_string_free(out, FALSE);
}
