/* SPDX-License-Identifier: GPL-3.0-or-later */
/* announcement_reader.h - what the two forms of an announcement share while they are read
 *
 * Only message/announcement*.c include this. */
#ifndef RUNDRUF_MESSAGE_ANNOUNCEMENT_READER_H
#define RUNDRUF_MESSAGE_ANNOUNCEMENT_READER_H

#include "base/dates.h"
#include "message/announcement.h"

typedef struct {
    const char *source;   /* names the text in errors */
    const char *timezone; /* that its times are in, unless it says otherwise */
    GTimeZone *zone;
    GPtrArray *warnings; /* of AnnouncementWarning * */
} AnnouncementReader;

typedef struct {
    guint line, column; /* from 1 */
} AnnouncementPlace;

void announcement_warn(AnnouncementReader *reader, AnnouncementPlace place, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Always returns FALSE, with INPUT "source:line:column: ...". */
gboolean announcement_fail(const AnnouncementReader *reader, AnnouncementPlace place,
                           GError **error, const char *format, ...) G_GNUC_PRINTF(4, 5);

/* FALSE for characters that no text of an event holds and that YAML could not carry: controls but
 * tab and line feed, and noncharacters. */
gboolean announcement_allows(gunichar c);

/* The text form: announcement_text.c. `text` is valid, clean UTF-8. Without name. */
Event *announcement_read_text(AnnouncementReader *reader, const char *text, GError **error);

/* The YAML form: announcement_yaml.c. `event->name` may be set. */
gboolean announcement_is_yaml(const char *text);
Event *announcement_read_yaml(AnnouncementReader *reader, const char *text, gsize length,
                              GError **error);

/* Dates: announcement_when.c. */

/* Reads "START [bis END]" from `text` at `offset` to its end into the event's times; `line` is its
 * number, `language` ("de", "en") the one in which weekdays are named. */
gboolean announcement_read_when(AnnouncementReader *reader, const char *text, gsize offset,
                                guint line, const char *language, Event *event, GError **error);

/* Makes a start and an end, as found, the event's times. A date alone makes the event all-day, its
 * end being the last day; without an `end` it takes an hour or that day, and an hour is warned
 * of. */
gboolean announcement_set_times(AnnouncementReader *reader, AnnouncementPlace start_place,
                                const WallTime *start, AnnouncementPlace end_place,
                                const WallTime *end, const char *language, Event *event,
                                GError **error);

#endif
