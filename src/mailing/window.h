/* SPDX-License-Identifier: GPL-3.0-or-later */
/* window.h - when mailings may go out: hours of the day, working days, holidays
 *
 * The wall clock of the network's zone decides, also where the clocks are changed: of an hour that
 * comes twice both are inside, one that is left out opens when the clocks have been put forward.
 * A window past midnight ("22:00-06:00") belongs to the day on which it begins: Friday's ends on
 * Saturday morning. Pure. */
#ifndef RUNDRUF_MAILING_WINDOW_H
#define RUNDRUF_MAILING_WINDOW_H

#include "config/config.h"

typedef struct {
    GTimeZone *zone; /* of dates_zone() */
    Hours hours;
    gboolean workdays; /* Monday to Friday only */
    guint32 holidays;  /* on which nothing goes: holidays_region() */
} Window;

/* The window of mailing.window, mailing.days and mailing.holidays. */
Window window_of(const Config *config);

/* When sending is allowed next: `time` itself if it is inside, else the first second of the next
 * opening. Unix seconds. */
gint64 window_next(const Window *window, gint64 time);

/* Why nothing goes out at `time`: "Fronleichnam", or "" for a weekday or hours outside; NULL: it is
 * inside. Static. */
const char *window_closed(const Window *window, gint64 time);

#endif
