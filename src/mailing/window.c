/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/window.h"

#include "base/dates.h"
#include "base/holidays.h"

#include <string.h>

#define DAY_S        (24 * 60 * 60)
#define EPOCH_JULIAN 719163                                 /* GDate's day number of 1970-01-01 */
#define TIME_MAX     (G_GINT64_CONSTANT(250) * 366 * DAY_S) /* beyond it there is no calendar */

/* Seconds from UTC to the wall clock. */
static gint64
offset_at(GTimeZone *zone, gint64 time)
{
    return g_time_zone_get_offset(zone,
                                  g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, time));
}

Window
window_of(const Config *config)
{
    return (Window){
        .zone = dates_zone(config->network_timezone, NULL), /* config_load() has tried it */
        .hours = config->mailing_window,
        .workdays = strcmp(config->mailing_days, "workdays") == 0,
        .holidays = holidays_region(config->mailing_holidays),
    };
}

/* NULL if the day (since 1970) is one to send on, else why not: a holiday's name, or "" */
static const char *
day_closed(const Window *window, gint64 day)
{
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_julian(&date, (guint32)(day + EPOCH_JULIAN));
    if (window->workdays && g_date_get_weekday(&date) >= G_DATE_SATURDAY)
        return "";
    return holidays_find(window->holidays, &date);
}

/* the same for a time on the wall clock, in seconds since 1970 by that clock */
static const char *
wall_closed(const Window *window, gint64 wall)
{
    const Hours *hours = &window->hours;
    gint64 day = wall / DAY_S, minute = wall % DAY_S / 60;
    if (hours->to < hours->from) {
        if (minute < hours->to)
            return day_closed(window, day - 1);
        return minute < hours->from ? "" : day_closed(window, day);
    }
    return minute < hours->from || minute >= hours->to ? "" : day_closed(window, day);
}

/* The first second after `start`, up to `end`, at which the offset is no longer that of `start`;
 * `end` if there is none. The two are at most a day apart: no zone changes its clocks twice then. */
static gint64
next_change(GTimeZone *zone, gint64 start, gint64 end)
{
    gint64 offset = offset_at(zone, start);
    if (offset_at(zone, end) == offset)
        return end;
    while (end - start > 1) {
        gint64 middle = start + (end - start) / 2;
        if (offset_at(zone, middle) == offset)
            start = middle;
        else
            end = middle;
    }
    return end;
}

const char *
window_closed(const Window *window, gint64 time)
{
    if (time < DAY_S || time > TIME_MAX)
        return NULL;
    return wall_closed(window, time + offset_at(window->zone, time));
}

gint64
window_next(const Window *window, gint64 time)
{
    while (window_closed(window, time)) {
        gint64 second = (time + offset_at(window->zone, time)) % DAY_S;
        gint64 opening = time - second + window->hours.from * 60;
        if (opening <= time)
            opening += DAY_S;
        time = next_change(window->zone, time, opening);
    }
    return time;
}
