/* SPDX-License-Identifier: GPL-3.0-or-later */
/* announcement.h - the text in which a coordinator has an event, made an Event
 *
 * Reads the form of design section 10: a heading line "Neuer Termin: TITLE", a subtitle, labels
 * with the value on the same or on following lines, then the text with its sections, German or
 * English; or the exact alternative, a YAML map with the same fields. Plain text becomes Markdown,
 * so that nothing in it turns into markup by chance. The grammar: announcement_text.c; the keys:
 * announcement_yaml.c.
 *
 * A section on the target group stays in the body, where it was, and its first paragraph is the
 * audience too: who shows both leaves out an audience that the body holds word for word. */
#ifndef RUNDRUF_MESSAGE_ANNOUNCEMENT_H
#define RUNDRUF_MESSAGE_ANNOUNCEMENT_H

#include "model/event.h"

#define ANNOUNCEMENT_BYTES_MAX (256 * 1024)

/* A remark that does not stop the import, with its place. */
typedef struct {
    guint line, column;
    char *text; /* in the language of the caller's locale */
} AnnouncementWarning;

/* Reads an announcement; which of the two forms it is, the text tells. `zone` is the tz name that
 * its times are in. `warnings` (or NULL) gets an array of AnnouncementWarning *, owned by the
 * caller. NULL with INPUT "source:line:column: ...": unknown label, wrong weekday, a date or time
 * that does not exist, an end before its start, no title, no date, not UTF-8; or with CONFIG if
 * there is no such zone. Messages are in the user's language. The event has a name, sequence 0; its
 * body may be NULL. */
Event *announcement_parse(const char *text, gsize length, const char *source, const char *zone,
                          GPtrArray **warnings, GError **error);

/* The event as a map with the keys of the YAML form: what `rundruf parse announcement` and `event
 * show --json` print. Owned by the caller. */
Value *announcement_to_value(const Event *event);

#endif
