/* SPDX-License-Identifier: GPL-3.0-or-later */
/* event.h - a meeting, as one version of it: a value
 *
 * `name` is the id that people type ("mannheim-2020"); a change makes a new version with the next
 * `sequence` (RFC 5545, 3.8.7.4). Text fields are UTF-8 without control characters other than line
 * feeds; NULL where nothing is known. `body` is Markdown (CommonMark). */
#ifndef RUNDRUF_MODEL_EVENT_H
#define RUNDRUF_MODEL_EVENT_H

#include "base/value.h"

typedef enum { EVENT_CONFIRMED, EVENT_CANCELLED } EventStatus;

typedef struct {
    gint64 id; /* row of `event`; 0: not stored */
    char *name;
    gint64 sequence;
    EventStatus status;
    char *title;
    char *subtitle;
    char *kind;       /* Art */
    char *venue;      /* Ort: lines, separated by line feeds; the first is the town or the house */
    gint64 starts_at; /* Unix seconds, UTC */
    gint64 ends_at;   /* exclusive; all-day: midnight after the last day */
    gboolean all_day;
    char *timezone;     /* tz database name */
    char *contact;      /* Kontakt, Ansprechperson: lines */
    char *registration; /* Anmeldung: a text or an address, lines */
    char *audience;     /* Zielgruppe: Markdown */
    char *body;         /* Markdown */
    gint64 created_at;  /* of this version */
} Event;

Event *event_new(void);
Event *event_copy(const Event *event);
void event_free(Event *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Event, event_free)

/* "confirmed", "cancelled", and back (FALSE: no such status). */
const char *event_status_text(EventStatus status);
gboolean event_status_parse(const char *text, EventStatus *status);

/* The audience, if the body does not say it already (an announcement's section on it stands in
 * both); else NULL. For showing it beside the body; owned by the event. */
const char *event_extra_audience(const Event *event);

/* A name made of the venue's first line and the year of the start ("mannheim-2020"), or of the
 * title: lower case ASCII letters, digits and hyphens; owned by the caller. */
char *event_make_name(const char *venue, const char *title, int year);

/* TRUE if `name` is 1 to 64 lower case letters, digits and inner hyphens: fit for a filter and a
 * URL. */
gboolean event_name_valid(const char *name);

#endif
