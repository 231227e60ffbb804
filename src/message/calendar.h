/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calendar.h - the iCalendar part of an invitation (RFC 5545, RFC 5546), by libical
 *
 * What all recipients of an event have in common is made once, as a Calendar: its head, by libical;
 * calendar_append_rest() adds the one attendee. calendar_make() does both, for a single file. One
 * thread only (libical's zones).
 *
 * Lines end with CRLF and are folded at 75 octets. The zone is written out as a VTIMEZONE under its
 * plain name (`Europe/Berlin`) with the rules from before the event on; UTC and all-day events have
 * none. A name or text from outside cannot add a property: control characters are dropped, text is
 * escaped (RFC 5545, 3.3.11), names lose `"` and `^`, addresses are percent-encoded (RFC 6068). */
#ifndef RUNDRUF_MESSAGE_CALENDAR_H
#define RUNDRUF_MESSAGE_CALENDAR_H

#include "model/event.h"

typedef struct {
    const char *domain;         /* of the UID: <event name>@<domain> */
    const char *organizer_name; /* CN; NULL: none */
    const char *organizer;      /* mail address */
    const char *attendee_name;  /* CN; NULL: none */
    const char *attendee;       /* its mail address; NULL: METHOD:PUBLISH for a file */
    const char *summary;        /* NULL: the event's title */
    const char *description;    /* plain text; NULL: none */
    const char *url;            /* NULL: none */
    gint64 now;                 /* DTSTAMP, Unix seconds */
} CalendarRequest;

typedef struct Calendar Calendar;

/* What the event's calendars have in common; `request`'s attendee and time are not read. NULL with
 * CONFIG (no such zone) or FAILED (a zone or time that calendars cannot hold). */
Calendar *calendar_new(const Event *event, const CalendarRequest *request, GError **error);
void calendar_free(Calendar *calendar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Calendar, calendar_free)

/* The calendar up to what depends on the attendee and the time: whole lines; the calendar owns it.
 * METHOD is REQUEST, CANCEL for a cancelled event; `invited` FALSE: PUBLISH. */
const char *calendar_head(const Calendar *calendar, gboolean invited);

/* Appends what comes after that: DTSTAMP, the one ATTENDEE (none if `address` is NULL) and the end.
 * `name` is a clean line, "" for none. The line is folded where libical folds it, but never within
 * its own end. */
void calendar_append_rest(Calendar *calendar, const char *name, const char *address, gint64 now,
                          GString *out);

/* Both in one; owned by the caller; errors as calendar_new(). */
char *calendar_make(const Event *event, const CalendarRequest *request, GError **error);

#endif
