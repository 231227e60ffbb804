/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dates.h - calendar dates and times as coordinators write and read them, German and English
 *
 * Names of weekdays and months are this module's own tables, not the locale's: an announcement in
 * German must be read on an English machine. Times are Unix seconds, UTC; a zone says which wall
 * clock is meant. */
#ifndef RUNDRUF_BASE_DATES_H
#define RUNDRUF_BASE_DATES_H

#include <glib.h>

/* The zone of that tz database name; cached for the life of the process (GTimeZone reads the file
 * anew for each object otherwise). NULL with CONFIG if there is none. Owned by this module. */
GTimeZone *dates_zone(const char *name, GError **error);

/* A wall-clock time in `zone`, made Unix seconds. Fails with INPUT for a date that does not exist
 * (31 June), a time that does not (25:00), and one in the gap of the change to summer time; of an
 * hour that comes twice in autumn it takes the first. The message has no position: callers prefix
 * it. */
gboolean dates_from_wall(GTimeZone *zone, int year, int month, int day, int hour, int minute,
                         gint64 *time, GError **error);

/* One date-time or date found by dates_scan(). */
typedef struct {
    int year, month, day;
    int hour, minute; /* -1, -1: a date alone */
    int weekday;      /* 1 Monday .. 7 Sunday, as written; 0: not written */
} WallTime;

/* Reads a date, optionally with weekday before it and time behind it, at `text`: "Mittwoch, 11.
 * November 2020 - 12:30", "Mi 11.11.2020, 12.30 Uhr", "Wednesday, 11 November 2020, 12:30",
 * "November 11, 2020 12:30 pm", "2020-11-11T12:30", "2020-11-11". A year has four digits. Blanks
 * before it (no-break ones too) are taken along. Returns the octets taken, or 0 if there is no date
 * there, and then `found` stays as it was; what is well formed but impossible is left to
 * dates_from_wall() and dates_weekday(). */
gsize dates_scan(const char *text, WallTime *found);

/* A time alone, "14:00", "14.00 Uhr", "14 Uhr", "2 pm", and the "9" of "9 bis 17 Uhr"; octets taken
 * with blanks before it, or 0. */
gsize dates_scan_time(const char *text, int *hour, int *minute);

/* What joins a start and an end, with the blanks around it: "bis", "bis zum", "to", "until", a
 * dash; octets taken or 0. */
gsize dates_scan_until(const char *text);

/* Weekday of a date, 1 Monday .. 7 Sunday; 0 if there is no such date. */
int dates_weekday(int year, int month, int day);

/* "Mittwoch" / "Wednesday" for 1..7 and "November" for 1..12, "" for other numbers; `language` is
 * "de" or "en". */
const char *dates_weekday_name(int weekday, const char *language);
const char *dates_month_name(int month, const char *language);

/* When an event is, as a person reads it, in `zone`:
 * "Mittwoch, 11. November 2020, 12:30 Uhr, bis Donnerstag, 12. November 2020, 14:00 Uhr",
 * "Mittwoch, 11. November 2020, 12:30 bis 14:00 Uhr", all-day: "Mittwoch, 11. November 2020";
 * "Wednesday, 11 November 2020, 12:30, to Thursday, 12 November 2020, 14:00".
 * `end` of an all-day event is exclusive (RFC 5545, 3.6.1). Owned by the caller. */
char *dates_format_span(GTimeZone *zone, gint64 start, gint64 end, gboolean all_day,
                        const char *language);

/* "2020-11-11 12:30" in `zone`, for tables; owned by the caller. */
char *dates_format_short(GTimeZone *zone, gint64 time);

#endif
