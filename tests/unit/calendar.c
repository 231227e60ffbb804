/* SPDX-License-Identifier: GPL-3.0-or-later */
/* message/calendar: read back by a small strict reader of its own, not by the library that wrote
 * it */
#include "message/calendar.h"
#include "base/error.h"

#include <string.h>

#define NOW            1600000000 /* 2020-09-13 12:26:40 UTC */
#define MANNHEIM_START 1605094200 /* 2020-11-11 12:30 in Berlin */
#define MANNHEIM_END   1605186000 /* 2020-11-12 14:00 */

static Event *
make_event(void)
{
    Event *event = event_new();
    event->name = g_strdup("mannheim-2020");
    event->title = g_strdup("Integrierte Planung; kommunal, \\ „gut“");
    event->venue = g_strdup("Mannheim\nMarchivum\nArchivplatz 1\n68169 Mannheim");
    event->starts_at = MANNHEIM_START;
    event->ends_at = MANNHEIM_END;
    event->timezone = g_strdup("Europe/Berlin");
    event->sequence = 3;
    return event;
}

static const CalendarRequest plain = {
    .domain = "netz.example",
    .organizer_name = "Großstadtnetzwerk",
    .organizer = "rundruf@netz.example",
    .attendee_name = "Jürgen Müller",
    .attendee = "j@town.example",
    .description = "First line\nsecond; line",
    .now = NOW,
};

static char *
make(const Event *event, const CalendarRequest *request)
{
    g_autoptr(GError) error = NULL;
    char *text = calendar_make(event, request, &error);
    g_assert_no_error(error);
    return text;
}

/* The content lines, unfolded (RFC 5545, 3.1); every rule of the form is checked on the way. */
static GPtrArray *
unfold(const char *text)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    const char *end;
    for (const char *p = text; *p; p = end + 2) {
        end = strstr(p, "\r\n");
        g_assert_nonnull(end);
        g_assert_cmpint(end - p, <=, 75);
        g_assert_cmpint(end - p, >, 0);
        g_assert_true(g_utf8_validate(p, end - p, NULL)); /* no character is split */
        for (const char *c = p; c < end; c++)
            g_assert_true((guchar)*c >= ' ' && *c != 0x7f);
        if (*p == ' ') {
            char *before = g_ptr_array_steal_index(lines, lines->len - 1);
            g_ptr_array_add(lines, g_strdup_printf("%s%.*s", before, (int)(end - p - 1), p + 1));
            g_free(before);
        } else {
            g_ptr_array_add(lines, g_strndup(p, (gsize)(end - p)));
        }
    }
    return lines;
}

/* The names of all lines, in order: an injected property would show. */
static char *
names_of(const GPtrArray *lines)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < lines->len; i++) {
        const char *line = g_ptr_array_index(lines, i);
        gsize length = strcspn(line, ":;");
        g_assert_cmpuint(length, <, strlen(line));
        gboolean frame = g_str_has_prefix(line, "BEGIN:") || g_str_has_prefix(line, "END:");
        g_string_append_printf(names, "%.*s ", frame ? (int)strlen(line) : (int)length, line);
    }
    return g_string_free(names, FALSE);
}

static const char *
find(const GPtrArray *lines, const char *start)
{
    const char *found = NULL;
    for (guint i = 0; i < lines->len; i++) {
        const char *line = g_ptr_array_index(lines, i);
        if (!g_str_has_prefix(line, start))
            continue;
        g_assert_null(found);
        found = line;
    }
    return found;
}

static void
test_request(void)
{
    g_autoptr(Event) event = make_event();
    g_autofree char *text = make(event, &plain);
    g_autoptr(GPtrArray) lines = unfold(text);
    static const char *const expected[] = {
        "PRODID:-//Rundruf//Rundruf//EN",
        "VERSION:2.0",
        "METHOD:REQUEST",
        "TZID:Europe/Berlin",
        "UID:mannheim-2020@netz.example",
        "SEQUENCE:3",
        "DTSTAMP:20200913T122640Z",
        "DTSTART;TZID=Europe/Berlin:20201111T123000",
        "DTEND;TZID=Europe/Berlin:20201112T140000",
        "SUMMARY:Integrierte Planung\\; kommunal\\, \\\\ „gut“",
        "DESCRIPTION:First line\\nsecond\\; line",
        "LOCATION:Mannheim\\, Marchivum\\, Archivplatz 1\\, 68169 Mannheim",
        "ORGANIZER;CN=Großstadtnetzwerk:mailto:rundruf@netz.example",
        ("ATTENDEE;CN=Jürgen Müller;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;"
         "RSVP=TRUE:mailto:j@town.example"),
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
    };
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++)
        g_assert_cmpstr(find(lines, expected[i]), ==, expected[i]);
    g_autofree char *names = names_of(lines);
    g_assert_cmpstr(
        names, ==,
        "BEGIN:VCALENDAR PRODID VERSION METHOD BEGIN:VTIMEZONE TZID BEGIN:DAYLIGHT "
        "TZNAME TZOFFSETFROM TZOFFSETTO DTSTART RRULE END:DAYLIGHT BEGIN:STANDARD "
        "TZNAME TZOFFSETFROM TZOFFSETTO DTSTART RRULE END:STANDARD END:VTIMEZONE BEGIN:VEVENT "
        "UID SEQUENCE DTSTART DTEND SUMMARY DESCRIPTION LOCATION ORGANIZER STATUS "
        "TRANSP DTSTAMP ATTENDEE END:VEVENT END:VCALENDAR ");
    g_autofree char *again = make(event, &plain);
    g_assert_cmpstr(text, ==, again);
}

static void
test_methods(void)
{
    static const struct {
        EventStatus status;
        const char *attendee, *method, *status_line;
    } rows[] = {
        {EVENT_CONFIRMED, "j@town.example", "METHOD:REQUEST", "STATUS:CONFIRMED"},
        {EVENT_CONFIRMED, NULL, "METHOD:PUBLISH", "STATUS:CONFIRMED"},
        {EVENT_CANCELLED, "j@town.example", "METHOD:CANCEL", "STATUS:CANCELLED"},
        {EVENT_CANCELLED, NULL, "METHOD:PUBLISH", "STATUS:CANCELLED"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Event) event = make_event();
        event->status = rows[i].status;
        CalendarRequest request = plain;
        request.attendee = rows[i].attendee;
        request.summary = "Other";
        g_autofree char *text = make(event, &request);
        g_autoptr(GPtrArray) lines = unfold(text);
        g_assert_cmpstr(find(lines, "METHOD"), ==, rows[i].method);
        g_assert_cmpstr(find(lines, "STATUS"), ==, rows[i].status_line);
        g_assert_cmpstr(find(lines, "SUMMARY"), ==, "SUMMARY:Other");
        g_assert_cmpint(!find(lines, "ATTENDEE"), ==, !rows[i].attendee);
    }
}

static void
test_zones(void)
{
    static const struct {
        const char *zone;
        gint64 start, end;
        const char *dtstart, *dtend, *tzid;
    } rows[] = {
        {"Europe/Berlin", 1593590400, 1593594000, ";TZID=Europe/Berlin:20200701T100000",
         ";TZID=Europe/Berlin:20200701T110000", "TZID:Europe/Berlin"},
        /* over the change to summer time, and back */
        {"Europe/Berlin", 1616871600, 1616922000, ";TZID=Europe/Berlin:20210327T200000",
         ";TZID=Europe/Berlin:20210328T110000", "TZID:Europe/Berlin"},
        {"Europe/Berlin", 1603566000, 1603620000, ";TZID=Europe/Berlin:20201024T210000",
         ";TZID=Europe/Berlin:20201025T110000", "TZID:Europe/Berlin"},
        {"Europe/Berlin", 2224310400, 2224314000, ";TZID=Europe/Berlin:20400626T100000",
         ";TZID=Europe/Berlin:20400626T110000", "TZID:Europe/Berlin"},
        {"Asia/Kolkata", 1593590400, 1593594000, ";TZID=Asia/Kolkata:20200701T133000",
         ";TZID=Asia/Kolkata:20200701T143000", "TZID:Asia/Kolkata"},
        {"UTC", 1593590400, 1593594000, ":20200701T080000Z", ":20200701T090000Z", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Event) event = make_event();
        g_free(event->timezone);
        event->timezone = g_strdup(rows[i].zone);
        event->starts_at = rows[i].start;
        event->ends_at = rows[i].end;
        g_autofree char *text = make(event, &plain);
        g_assert_null(strstr(text, "freeassociation"));
        g_assert_null(strstr(text, "X-LIC"));
        g_assert_null(strstr(text, "TZUNTIL"));
        char *vevent = strstr(text, "BEGIN:VEVENT");
        g_autoptr(GPtrArray) lines = unfold(vevent);
        g_assert_cmpstr(find(lines, "DTSTART") + strlen("DTSTART"), ==, rows[i].dtstart);
        g_assert_cmpstr(find(lines, "DTEND") + strlen("DTEND"), ==, rows[i].dtend);
        *vevent = '\0';
        g_autoptr(GPtrArray) head = unfold(text);
        g_assert_cmpstr(find(head, "TZID"), ==, rows[i].tzid);
    }
}

static int
number_at(const char *text, gsize digits)
{
    g_autofree char *part = g_strndup(text, digits);
    return (int)g_ascii_strtoll(part, NULL, 10);
}

/* Day in `month` of a rule like BYDAY=-1SU or BYDAY=2SU */
static int
sunday(int year, int month, int which)
{
    int days = g_date_get_days_in_month((GDateMonth)month, (GDateYear)year);
    int first = which > 0 ? (which - 1) * 7 + 1 : days - 6;
    g_autoptr(GDateTime) day = g_date_time_new_utc(year, month, first, 0, 0, 0);
    return first + (7 - g_date_time_get_day_of_week(day)) % 7;
}

/* The last onset of an observance not after `wall` (both as YYYYMMDDhhmmss, local; RFC 5545,
 * 3.6.5), or 0: its DTSTART, and its yearly rule up to UNTIL. */
static gint64
last_onset(const char *dtstart, const char *rule, gint64 wall)
{
    gint64 start = (gint64)number_at(dtstart, 8) * 1000000 + number_at(dtstart + 9, 6);
    if (start > wall)
        return 0;
    if (!rule)
        return start;
    const char *until = strstr(rule, "UNTIL="), *day = strstr(rule, "BYDAY=");
    int month = (int)g_ascii_strtoll(strstr(rule, "BYMONTH=") + 8, NULL, 10);
    int which = (int)g_ascii_strtoll(day + 6, NULL, 10);
    g_assert_true(g_str_has_prefix(rule, "RRULE:FREQ=YEARLY;"));
    g_assert_nonnull(strstr(day, "SU"));
    int last = until ? number_at(until + 6, 4) : 9999;
    for (int year = MIN((int)(wall / 10000000000), last); year >= start / 10000000000; year--) {
        gint64 date = (year * 100 + month) * 100 + sunday(year, month, which);
        gint64 onset = date * 1000000 + start % 1000000;
        if (onset <= wall)
            return onset;
    }
    return start;
}

/* The offset from UTC, as "+0200", that a reader finds for a wall clock in the VTIMEZONE. */
static const char *
read_offset(const GPtrArray *lines, gint64 wall)
{
    const char *offset = NULL, *dtstart = NULL, *to = NULL, *rule = NULL;
    gint64 latest = 0;
    for (guint i = 0; i < lines->len; i++) {
        const char *line = g_ptr_array_index(lines, i);
        g_assert_false(g_str_has_prefix(line, "RDATE"));
        if (g_str_has_prefix(line, "BEGIN:"))
            dtstart = to = rule = NULL;
        else if (g_str_has_prefix(line, "DTSTART:"))
            dtstart = line + strlen("DTSTART:");
        else if (g_str_has_prefix(line, "TZOFFSETTO:"))
            to = line + strlen("TZOFFSETTO:");
        else if (g_str_has_prefix(line, "RRULE:"))
            rule = line;
        gint64 onset = g_str_has_prefix(line, "END:") && to ? last_onset(dtstart, rule, wall) : 0;
        if (onset > latest) {
            latest = onset;
            offset = to;
        }
    }
    return offset;
}

/* Whatever the year, what a reader makes of the VTIMEZONE is the offset that the event has. */
static void
test_rules(void)
{
    static const char *const zones[] = {"Europe/Berlin", "America/New_York", "Asia/Kolkata"};
    for (guint i = 0; i < G_N_ELEMENTS(zones) * 60 * 12; i++) {
        const char *name = zones[i % G_N_ELEMENTS(zones)];
        g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(name);
        guint months = i / G_N_ELEMENTS(zones);
        g_autoptr(GDateTime) start =
            g_date_time_new(zone, 1998 + (int)months / 12, (int)months % 12 + 1, 28, 20, 0, 0);
        g_autoptr(GDateTime) end = g_date_time_add_days(start, 3);
        g_autoptr(Event) event = make_event();
        g_free(event->timezone);
        event->timezone = g_strdup(name);
        event->starts_at = g_date_time_to_unix(start);
        event->ends_at = g_date_time_to_unix(end);
        g_autofree char *text = make(event, &plain);
        *strstr(text, "BEGIN:VEVENT") = '\0';
        g_autoptr(GPtrArray) lines = unfold(text);
        GDateTime *times[] = {start, end};
        for (guint j = 0; j < 2; j++) {
            g_autofree char *right = g_date_time_format(times[j], "%z");
            g_autofree char *wall = g_date_time_format(times[j], "%Y%m%d%H%M%S");
            g_assert_cmpstr(read_offset(lines, g_ascii_strtoll(wall, NULL, 10)), ==, right);
        }
    }
}

static void
test_all_day(void)
{
    g_autoptr(Event) event = make_event();
    event->all_day = TRUE;
    event->starts_at = 1605049200; /* 2020-11-11 00:00 in Berlin */
    event->ends_at = event->starts_at + 2 * 86400;
    g_autofree char *text = make(event, &plain);
    g_autoptr(GPtrArray) lines = unfold(text);
    g_assert_cmpstr(find(lines, "DTSTART"), ==, "DTSTART;VALUE=DATE:20201111");
    g_assert_cmpstr(find(lines, "DTEND"), ==, "DTEND;VALUE=DATE:20201113"); /* exclusive */
    g_assert_null(strstr(text, "VTIMEZONE"));
}

/* Whatever a name holds, it stays in CN, and the list of properties stays as it is. */
static void
test_hostile(void)
{
    g_autofree char *long_name = g_strnfill(300, 'x');
    g_autoptr(GString) long_umlauts = g_string_new(NULL);
    for (guint i = 0; i < 300; i++)
        g_string_append(long_umlauts, i % 2 ? "ü" : "🎉");
    const struct {
        const char *name, *cn;
    } rows[] = {
        {"Jürgen Straß", "CN=Jürgen Straß;"},
        {"Żaneta", "CN=Żaneta;"},
        {"Eva \"Evi\" M^n", "CN=Eva Evi Mn;"},
        {"Müller, Jürgen", "CN=\"Müller, Jürgen\";"},
        {"a;X=1:mailto:evil@x", "CN=\"a;X=1:mailto:evil@x\";"},
        {"a\r\nATTENDEE:mailto:evil@x", "CN=\"a ATTENDEE:mailto:evil@x\";"},
        {"a\nEND:VEVENT", "CN=\"a END:VEVENT\";"},
        {"a\xe2\x80\xa8"
         "b\x7f\x1b[0m\xc2\x85",
         "CN=a b [0m;"},
        {"back\\slash\\n", "CN=back\\slash\\n;"},
        {"bad \xff\xc3", "CN=bad \xef\xbf\xbd\xef\xbf\xbd;"},
        {"\r\n", "CUTYPE"},
        {"", "CUTYPE"},
        {NULL, "CUTYPE"},
        {long_name, long_name},
        {long_umlauts->str, long_umlauts->str},
    };
    g_autoptr(Event) event = make_event();
    g_autofree char *usual = make(event, &plain);
    g_autoptr(GPtrArray) usual_lines = unfold(usual);
    g_autofree char *usual_names = names_of(usual_lines);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        CalendarRequest request = plain;
        request.attendee_name = request.organizer_name = rows[i].name;
        request.summary = request.description = rows[i].name;
        if (!request.description)
            request.description = "";
        g_autofree char *text = make(event, &request);
        g_autoptr(GPtrArray) lines = unfold(text);
        g_autofree char *names = names_of(lines);
        g_assert_cmpstr(names, ==, usual_names);
        const char *attendee = find(lines, "ATTENDEE;");
        g_assert_nonnull(strstr(attendee, rows[i].cn));
        g_assert_true(g_str_has_suffix(attendee, ";RSVP=TRUE:mailto:j@town.example"));
    }
}

static void
test_addresses(void)
{
    static const struct {
        const char *address, *uri;
    } rows[] = {
        {"a+b@x.example", ":mailto:a+b@x.example"},
        {"o'neil@x.example", ":mailto:o'neil@x.example"},
        {"a?b&c=d%e/f#g@x.example", ":mailto:a%3Fb%26c%3Dd%25e%2Ff%23g@x.example"},
        {"jürgen@x.example", ":mailto:j%C3%BCrgen@x.example"},
        {"a@b>\r\nX:y", ":mailto:a@b%3E%0D%0AX%3Ay"},
    };
    g_autoptr(Event) event = make_event();
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        CalendarRequest request = plain;
        request.attendee = rows[i].address;
        g_autofree char *text = make(event, &request);
        g_autoptr(GPtrArray) lines = unfold(text);
        g_assert_true(g_str_has_suffix(find(lines, "ATTENDEE"), rows[i].uri));
    }
}

static void
test_errors(void)
{
    g_autoptr(Event) event = make_event();
    g_autoptr(GError) error = NULL;
    g_free(event->timezone);
    event->timezone = g_strdup("Europe/Nowhere");
    g_assert_null(calendar_make(event, &plain, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG);
    g_clear_error(&error);
    g_free(event->timezone);
    event->timezone = g_strdup("Europe/Berlin");
    event->starts_at = G_MAXINT64;
    g_assert_null(calendar_make(event, &plain, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/message/calendar/request", test_request);
    g_test_add_func("/message/calendar/methods", test_methods);
    g_test_add_func("/message/calendar/zones", test_zones);
    g_test_add_func("/message/calendar/rules", test_rules);
    g_test_add_func("/message/calendar/all-day", test_all_day);
    g_test_add_func("/message/calendar/hostile", test_hostile);
    g_test_add_func("/message/calendar/addresses", test_addresses);
    g_test_add_func("/message/calendar/errors", test_errors);
    return g_test_run();
}
