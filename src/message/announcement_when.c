/* SPDX-License-Identifier: GPL-3.0-or-later */
/* announcement_when.c - when an announced event is */
#include "message/announcement_reader.h"

#include "base/i18n.h"
#include "base/text.h"
#include "message/prose.h"

#include <string.h>

#define HOUR_S 3600

static AnnouncementPlace
place_at(const char *text, gsize offset, guint line)
{
    return (AnnouncementPlace){line, text_column(text, offset + prose_blanks(text + offset))};
}

static gboolean
resolve(const AnnouncementReader *reader, AnnouncementPlace place, const WallTime *wall, int hour,
        int minute, const char *language, gint64 *time, GError **error)
{
    g_autoptr(GError) cause = NULL;
    if (!dates_from_wall(reader->zone, wall->year, wall->month, wall->day, hour, minute, time,
                         &cause))
        return announcement_fail(reader, place, error, "%s", cause->message);
    int weekday = dates_weekday(wall->year, wall->month, wall->day);
    if (wall->weekday != 0 && wall->weekday != weekday)
        return announcement_fail(
            reader, place, error,
            _("%04d-%02d-%02d is a %s, not a %s; correct the weekday or the date."), wall->year,
            wall->month, wall->day, dates_weekday_name(weekday, language),
            dates_weekday_name(wall->weekday, language));
    return TRUE;
}

/* The first moment of a day: where the clocks are put forward at midnight, that is 01:00. */
static gboolean
resolve_day(const AnnouncementReader *reader, AnnouncementPlace place, const WallTime *wall,
            const char *language, gint64 *time, GError **error)
{
    return resolve(reader, place, wall, 0, 0, language, time, NULL) ||
           resolve(reader, place, wall, 1, 0, language, time, error);
}

static WallTime
next_day(const WallTime *wall)
{
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)wall->day, (GDateMonth)wall->month, (GDateYear)wall->year);
    g_date_add_days(&date, 1);
    return (WallTime){.year = g_date_get_year(&date),
                      .month = (int)g_date_get_month(&date),
                      .day = g_date_get_day(&date)};
}

static gboolean
set_days(AnnouncementReader *reader, AnnouncementPlace start_place, const WallTime *start,
         AnnouncementPlace end_place, const WallTime *end, const char *language, Event *event,
         GError **error)
{
    gint64 first, last, after;
    if (!resolve_day(reader, start_place, start, language, &first, error) ||
        !resolve_day(reader, end_place, end, language, &last, error))
        return FALSE;
    if (last < first)
        return announcement_fail(reader, end_place, error,
                                 _("The event ends before it starts; check both dates."));
    WallTime next = next_day(end);
    if (!resolve_day(reader, end_place, &next, language, &after, error))
        return FALSE;
    event->all_day = TRUE;
    event->starts_at = first;
    event->ends_at = after;
    return TRUE;
}

/* An hour after `start`; two where that is an hour that comes twice and would be read as the
 * first. */
static gint64
default_end(const AnnouncementReader *reader, gint64 start)
{
    gint64 end = start + HOUR_S, read;
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(end);
    g_autoptr(GDateTime) wall = g_date_time_to_timezone(utc, reader->zone);
    gboolean same =
        dates_from_wall(reader->zone, g_date_time_get_year(wall), g_date_time_get_month(wall),
                        g_date_time_get_day_of_month(wall), g_date_time_get_hour(wall),
                        g_date_time_get_minute(wall), &read, NULL) &&
        read == end;
    return same ? end : end + HOUR_S;
}

gboolean
announcement_set_times(AnnouncementReader *reader, AnnouncementPlace start_place,
                       const WallTime *start, AnnouncementPlace end_place, const WallTime *end,
                       const char *language, Event *event, GError **error)
{
    if (end && (end->hour < 0) != (start->hour < 0))
        return announcement_fail(
            reader, end->hour < 0 ? end_place : start_place, error,
            _("One of start and end has a time and the other has none; write both or neither."));
    if (start->hour < 0)
        return set_days(reader, start_place, start, end ? end_place : start_place,
                        end ? end : start, language, event, error);

    gint64 from, to;
    if (!resolve(reader, start_place, start, start->hour, start->minute, language, &from, error))
        return FALSE;
    if (!end) {
        announcement_warn(reader, start_place,
                          _("No end is given; the event is taken to last an hour."));
        to = default_end(reader, from);
    } else if (!resolve(reader, end_place, end, end->hour, end->minute, language, &to, error)) {
        return FALSE;
    }
    if (to <= from)
        return announcement_fail(reader, end_place, error,
                                 _("The end is not after the start; check both, and write the "
                                   "end's date too if it is on "
                                   "another day."));
    event->all_day = FALSE;
    event->starts_at = from;
    event->ends_at = to;
    return TRUE;
}

gboolean
announcement_read_when(AnnouncementReader *reader, const char *text, gsize offset, guint line,
                       const char *language, Event *event, GError **error)
{
    AnnouncementPlace start_place = place_at(text, offset, line);
    WallTime start, end;
    gsize length = dates_scan(text + offset, &start);
    if (length == 0)
        return announcement_fail(reader, start_place, error,
                                 _("There is no date here that can be read; write it such as "
                                   "\"Mittwoch, 11. November 2020 - 12:30 bis 14:00\"."));
    offset += length;

    gboolean ranged = FALSE;
    gsize until = dates_scan_until(text + offset);
    AnnouncementPlace end_place = place_at(text, offset + until, line);
    if (until > 0) {
        length = dates_scan(text + offset + until, &end);
        if (length == 0) {
            end = start;
            end.weekday = 0;
            length = dates_scan_time(text + offset + until, &end.hour, &end.minute);
        }
        if (length == 0)
            return announcement_fail(
                reader, end_place, error,
                _("There is no date or time here that can be read as the end; "
                  "write it such as \"14:00\" or \"12. November 2020 - 14:00\"."));
        offset += until + length;
        ranged = TRUE;
    }

    g_autofree char *rest = text_one_line(text + offset);
    if (*rest && strcmp(rest, ".") != 0)
        return announcement_fail(
            reader, place_at(text, offset, line), error,
            _("\"%s\" cannot be read as part of the date; write start and end such as \"Mittwoch, "
              "11. "
              "November 2020 - 12:30 bis Donnerstag, 12. November 2020 - 14:00\"."),
            rest);
    return announcement_set_times(reader, start_place, &start, end_place, ranged ? &end : NULL,
                                  language, event, error);
}
