/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/announcement.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "message/announcement_reader.h"

#include <string.h>

#define TITLE_MAX 300 /* characters: it becomes a Subject */

static void
warning_free(gpointer data)
{
    AnnouncementWarning *warning = data;
    g_free(warning->text);
    g_free(warning);
}

void
announcement_warn(AnnouncementReader *reader, AnnouncementPlace place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    AnnouncementWarning *warning = g_new(AnnouncementWarning, 1);
    *warning = (AnnouncementWarning){place.line, place.column, g_strdup_vprintf(format, args)};
    va_end(args);
    g_ptr_array_add(reader->warnings, warning);
}

gboolean
announcement_fail(const AnnouncementReader *reader, AnnouncementPlace place, GError **error,
                  const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    return error_set_input(error, reader->source, place.line, place.column, "%s", message);
}

/* The place of the octet at `offset`, all before which is valid UTF-8. */
static AnnouncementPlace
place_of(const char *text, gsize offset)
{
    AnnouncementPlace place = {1, 1};
    const char *line = text;
    for (const char *p = text; p < text + offset; p++) {
        if (*p != '\n')
            continue;
        place.line++;
        line = p + 1;
    }
    place.column = text_column(line, (gsize)(text + offset - line));
    return place;
}

gboolean
announcement_allows(gunichar c)
{
    return c == '\t' || c == '\n' ||
           (c >= 0x20 && (c < 0x7f || c >= 0xa0) && c != 0x2028 && c != 0x2029 &&
            (c & 0xfffe) != 0xfffe);
}

static gboolean
check_characters(const AnnouncementReader *reader, const char *text, gsize length, GError **error)
{
    if (length > ANNOUNCEMENT_BYTES_MAX)
        return announcement_fail(
            reader, (AnnouncementPlace){1, 1}, error,
            _("The announcement is larger than %d KiB, the most that is read."),
            ANNOUNCEMENT_BYTES_MAX / 1024);
    const char *end;
    if (!g_utf8_validate(text, (gssize)length, &end) && (gsize)(end - text) < length && *end)
        return announcement_fail(reader, place_of(text, (gsize)(end - text)), error,
                                 _("The text is not UTF-8 from here on; save it with the encoding "
                                   "UTF-8."));
    for (const char *p = text; p < text + length; p = g_utf8_next_char(p)) {
        gunichar c = *p ? g_utf8_get_char(p) : 0;
        gboolean line_end = c == '\r' && p + 1 < text + length && p[1] == '\n';
        if (!announcement_allows(c) && !line_end)
            return announcement_fail(reader, place_of(text, (gsize)(p - text)), error,
                                     _("There is a control character here (U+%04X); delete it."),
                                     c);
    }
    return TRUE;
}

/* Gives the event what both forms leave open. */
static gboolean
complete(const AnnouncementReader *reader, Event *event, GError **error)
{
    if (g_utf8_strlen(event->title, -1) > TITLE_MAX)
        return announcement_fail(reader, (AnnouncementPlace){1, 1}, error,
                                 _("The title is longer than %d characters; shorten it."),
                                 TITLE_MAX);
    if (!event->name) {
        g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(event->starts_at);
        g_autoptr(GDateTime) local =
            g_date_time_to_timezone(utc, dates_zone(event->timezone, NULL));
        event->name = event_make_name(event->venue, event->title, g_date_time_get_year(local));
    }
    event->status = EVENT_CONFIRMED;
    return TRUE;
}

Event *
announcement_parse(const char *text, gsize length, const char *source, const char *zone,
                   GPtrArray **warnings, GError **error)
{
    g_autoptr(GPtrArray) remarks = g_ptr_array_new_with_free_func(warning_free);
    AnnouncementReader reader = {.source = source, .timezone = zone, .warnings = remarks};
    reader.zone = dates_zone(zone, error);
    if (!reader.zone || !check_characters(&reader, text, length, error))
        return NULL;

    /* byte order marks come along with copied text, also in its middle, and mean nothing */
    g_autoptr(GString) clean = g_string_new_len(text, (gssize)length);
    g_string_replace(clean, "\xef\xbb\xbf", "", 0);
    g_autoptr(Event) event = announcement_is_yaml(clean->str)
                                 ? announcement_read_yaml(&reader, clean->str, clean->len, error)
                                 : announcement_read_text(&reader, clean->str, error);
    if (!event || !complete(&reader, event, error))
        return NULL;
    if (warnings)
        *warnings = g_steal_pointer(&remarks);
    return g_steal_pointer(&event);
}
