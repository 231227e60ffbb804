/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calendar.h - the iCalendar part of an invitation (RFC 5545, RFC 5546), by libical
 *
 * One thread only. Lines end with CRLF and are folded. */
#ifndef RUNDRUF_MESSAGE_CALENDAR_H
#define RUNDRUF_MESSAGE_CALENDAR_H

#include "model/event.h"

typedef struct {
    const char *domain;         /* of the UID: <event name>@<domain> */
    const char *organizer_name; /* CN; NULL: none */
    const char *organizer;      /* mail address */
    const char *attendee_name;  /* CN; NULL with attendee NULL */
    const char *attendee;       /* mail address of the one attendee; NULL: METHOD:PUBLISH for a file */
    const char *description;    /* plain text */
    const char *url;            /* NULL: none */
    gint64 now;                 /* DTSTAMP, Unix seconds */
} CalendarRequest;

/* METHOD:REQUEST (CANCEL for a cancelled event, PUBLISH without attendee), one VEVENT, the VTIMEZONE
 * of the event's zone unless all-day. Owned by the caller; NULL with FAILED (no such zone). */
char *calendar_make(const Event *event, const CalendarRequest *request, GError **error);

#endif
