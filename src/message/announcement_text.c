/* SPDX-License-Identifier: GPL-3.0-or-later */
/* announcement_text.c - the text form: what a coordinator copies from the network's website
 *
 *     Neuer Termin: TITLE          the heading, first; the title may stand on the next line
 *
 *     SUBTITLE                     the paragraph below it, if any
 *
 *     Art: KIND                    labels in any order, the value behind the colon or below
 *     Ort:
 *     LINES
 *     Datum: START [bis END]
 *     Kontakt: LINES
 *     Anmeldung: LINES
 *                                  then the text, with sections
 *     Zielgruppe
 *
 *     PARAGRAPH
 *
 * The head reaches from the heading to the first line of text below the date; there each line may
 * be a label. In the text only the first line of a paragraph, or one directly below a label's
 * value, may be one, and only a word of announcement_label.c makes it so: "Hinweis: ..." is text.
 *
 * A value ends at a blank line, at a label, and, so that an empty label does not swallow the text
 * that follows it directly, at a line of more than VALUE_LINE_MAX characters, which is prose.
 * Title, kind and date take one line. A label without value is a warning.
 *
 * Labels that can head a section (Zielgruppe, Kontakt, Ansprechperson, Anmeldung) may stand without
 * colon, alone on their line; then blank lines may follow, and the value is the next paragraph
 * whatever its lines' length. A section on the target group (in the text also with colon) stays in
 * the text too, where it was; its first paragraph is the audience.
 *
 * "Word:" with an unknown word is an error in the head, since a mistyped label's value would be
 * lost. If it is not like a known one, it passes in the subtitle and in a value of several lines
 * with text behind the colon ("Telefon: 0621 1"), and where the text begins: below the date and a
 * blank line.
 */
#include "message/announcement_label.h"
#include "message/announcement_reader.h"

#include "base/i18n.h"
#include "base/text.h"
#include "message/prose.h"

#include <string.h>

#define VALUE_LINE_MAX 120 /* characters */

typedef struct {
    AnnouncementReader *reader;
    char **lines;
    guint count, at; /* lines; the next one */
    const char *language;
    Event *event;
    GString *subtitle, *venue, *contact, *registration;
    Prose *audience, *body;
    guint seen[LABEL_FIELDS]; /* line of the first such label, 0: none */
    gboolean in_text;         /* the head is over */
    gboolean fresh;           /* the line above is blank */
    gboolean after_label;     /* the line above is a label's or its value's */
    gboolean subtitle_done;
    gboolean has_audience;
} Reading;

static AnnouncementPlace
place_in(const Reading *reading, guint at, gsize offset)
{
    return (AnnouncementPlace){at + 1, text_column(reading->lines[at], offset)};
}

static gboolean
is_blank_line(const char *line)
{
    return line[prose_blanks(line)] == '\0';
}

static gboolean
is_long(const char *line)
{
    return g_utf8_strlen(line, -1) > VALUE_LINE_MAX;
}

static gboolean
fail_unknown(const Reading *reading, const Label *label, const char *nearest, GError **error)
{
    AnnouncementPlace place = place_in(reading, reading->at, label->start);
    if (nearest)
        return announcement_fail(
            reading->reader, place, error,
            _("\"%s:\" is no label that is known here; did you mean \"%s:\"? If it "
              "is text, put other words before it."),
            label->word, nearest);
    g_autofree char *words = label_list(reading->language);
    return announcement_fail(
        reading->reader, place, error,
        _("\"%s:\" is no label that is known here (%s). If it is text, put it below "
          "the date, after an empty line."),
        label->word, words);
}

/* Fails if the next line, in the head and not in a value, is a label that is not known. */
static gboolean
check_head_line(const Reading *reading, GError **error)
{
    g_auto(Label) label = {0};
    if (!label_scan(reading->lines[reading->at], &label))
        return TRUE;
    const char *nearest = label_nearest(label.word);
    gboolean begins_text = reading->seen[LABEL_DATE] > 0 && reading->fresh;
    gboolean in_subtitle = !reading->subtitle_done && !label.alone;
    if (nearest || (!begins_text && !in_subtitle))
        return fail_unknown(reading, &label, nearest, error);
    return TRUE;
}

static void
append_line(GString *value, const char *line, const char *separator)
{
    g_autofree char *clean = text_one_line(line);
    if (*clean && value->len > 0)
        g_string_append(value, separator);
    g_string_append(value, clean);
}

/* Whether the next line goes on with a value of several lines; fails at a mistyped label. */
static gboolean
continues(const Reading *reading, gboolean long_lines, gboolean *yes, GError **error)
{
    *yes = FALSE;
    if (reading->at == reading->count)
        return TRUE;
    const char *line = reading->lines[reading->at];
    if (is_blank_line(line) || (is_long(line) && !long_lines))
        return TRUE;
    g_auto(Label) label = {0};
    if (label_scan(line, &label)) {
        if (label.known)
            return TRUE;
        const char *nearest = reading->in_text ? NULL : label_nearest(label.word);
        if (nearest || (!reading->in_text && label.alone))
            return fail_unknown(reading, &label, nearest, error);
    }
    *yes = TRUE;
    return TRUE;
}

/* A section's value begins below blank lines: goes to it, unless a label or the end comes first. */
static void
skip_to_section(Reading *reading)
{
    guint next = reading->at;
    while (next < reading->count && is_blank_line(reading->lines[next]))
        next++;
    if (next < reading->count && !label_is_known(reading->lines[next]))
        reading->at = next;
}

/* Reads a value of several lines whose label was just taken, and appends it to `value`. */
static gboolean
read_lines(Reading *reading, const Label *label, GString *value, gboolean *empty, GError **error)
{
    gsize before = value->len;
    append_line(value, reading->lines[reading->at - 1] + label->value, "\n");
    if (!label->colon)
        skip_to_section(reading);
    for (;;) {
        gboolean more;
        if (!continues(reading, !label->colon, &more, error))
            return FALSE;
        if (!more)
            break;
        append_line(value, reading->lines[reading->at++], "\n");
    }
    *empty = value->len == before;
    return TRUE;
}

/* Where a one-line value stands: `line` with `offset`, or FALSE if there is none. */
static gboolean
find_line(Reading *reading, const Label *label, guint *line, gsize *offset)
{
    *line = reading->at - 1;
    *offset = label->value;
    if (!label->alone)
        return TRUE;
    if (reading->at == reading->count)
        return FALSE;
    const char *next = reading->lines[reading->at];
    if (is_blank_line(next) || label_is_known(next))
        return FALSE;
    *line = reading->at++;
    *offset = 0;
    return TRUE;
}

static gboolean
read_line(Reading *reading, const Label *label, char **value)
{
    guint line;
    gsize offset;
    if (!find_line(reading, label, &line, &offset))
        return FALSE;
    *value = text_one_line(reading->lines[line] + offset);
    return TRUE;
}

static gboolean
read_date(Reading *reading, const Label *label, GError **error)
{
    guint line, label_line = reading->at - 1;
    gsize offset;
    if (!find_line(reading, label, &line, &offset))
        return announcement_fail(reading->reader, place_in(reading, label_line, label->start),
                                 error,
                                 _("\"%s:\" has no value; write the date behind it or on the next "
                                   "line."),
                                 label->word);
    if (!announcement_read_when(reading->reader, reading->lines[line], offset, line + 1,
                                reading->language, reading->event, error))
        return FALSE;

    /* a date in two lines would lose its end to the text */
    const char *next = reading->at < reading->count ? reading->lines[reading->at] : "";
    WallTime wall;
    int hour, minute;
    gsize until = dates_scan_until(next);
    if (dates_scan(next + until, &wall) > 0 || dates_scan_time(next + until, &hour, &minute) > 0)
        return announcement_fail(
            reading->reader, place_in(reading, reading->at, prose_blanks(next)), error,
            _("The date seems to go on here; write start and end on one line, or "
              "put an empty line above the text."));
    return TRUE;
}

/* Takes a section's paragraph into audience (if there is none yet) and body, and the list below it
 * if it announces one with a colon. */
static void
take_section(Reading *reading)
{
    gboolean announces = TRUE; /* the paragraph above ends with a colon, or none was there yet */
    while (reading->at < reading->count && !label_is_known(reading->lines[reading->at])) {
        const char *line = reading->lines[reading->at];
        g_autofree char *clean = prose_clean_line(line);
        if (!*clean && !announces)
            break;
        if (!reading->has_audience)
            prose_add(reading->audience, line);
        prose_add(reading->body, line);
        if (*clean)
            announces = g_str_has_suffix(clean, ":");
        reading->at++;
    }
    reading->has_audience = TRUE;
}

static void
read_audience(Reading *reading, const Label *label, gboolean *empty)
{
    const char *next = reading->at < reading->count ? reading->lines[reading->at] : NULL;
    *empty = FALSE;
    if (label->alone && next && is_blank_line(next) && (!label->colon || reading->in_text)) {
        guint before = reading->at;
        skip_to_section(reading);
        *empty = reading->at == before;
        if (!*empty) {
            prose_add_heading(reading->body, label->word);
            take_section(reading);
        }
        return;
    }
    guint first = reading->at;
    prose_add(reading->audience, ""); /* below what an earlier label said */
    prose_add(reading->audience, reading->lines[first - 1] + label->value);
    while (reading->at < reading->count && !is_blank_line(reading->lines[reading->at]) &&
           !label_is_known(reading->lines[reading->at]))
        prose_add(reading->audience, reading->lines[reading->at++]);
    *empty = label->alone && reading->at == first;
    reading->has_audience = reading->has_audience || !*empty;
}

static gboolean
check_first(Reading *reading, const Label *label, GError **error)
{
    guint first = reading->seen[label->field];
    AnnouncementPlace place = place_in(reading, reading->at, label->start);
    if (first == 0)
        reading->seen[label->field] = place.line;
    if (first == 0 || label->field >= LABEL_CONTACT)
        return TRUE;
    if (label->field == LABEL_TITLE)
        return announcement_fail(reading->reader, place, error,
                                 _("A second announcement begins here; put each into a file of its "
                                   "own."));
    return announcement_fail(reading->reader, place, error,
                             _("\"%s:\" stands here for the second time, first in line %u; delete "
                               "one, or put other words before it if it is text."),
                             label->word, first);
}

/* Reads the known label in the next line, with its value. */
static gboolean
read_label(Reading *reading, const Label *label, GError **error)
{
    gboolean empty = FALSE;
    AnnouncementPlace place = place_in(reading, reading->at, label->start);
    if (!check_first(reading, label, error))
        return FALSE;
    reading->at++;
    prose_add(reading->body, "");
    switch (label->field) {
    case LABEL_TITLE:
        empty = !read_line(reading, label, &reading->event->title);
        break;
    case LABEL_KIND:
        empty = !read_line(reading, label, &reading->event->kind);
        break;
    case LABEL_DATE:
        if (!read_date(reading, label, error))
            return FALSE;
        break;
    case LABEL_VENUE:
    case LABEL_CONTACT:
    case LABEL_REGISTRATION: {
        GString *value = label->field == LABEL_VENUE     ? reading->venue
                         : label->field == LABEL_CONTACT ? reading->contact
                                                         : reading->registration;
        if (!read_lines(reading, label, value, &empty, error))
            return FALSE;
        break;
    }
    default:
        read_audience(reading, label, &empty);
    }
    if (empty && label->field == LABEL_TITLE)
        return announcement_fail(reading->reader, place, error,
                                 _("The title is missing; write it behind \"%s:\"."), label->word);
    if (empty)
        announcement_warn(reading->reader, place, _("\"%s\" has no value."), label->word);
    return TRUE;
}

/* Reads the heading line, which also tells the language. */
static gboolean
read_heading(Reading *reading, GError **error)
{
    while (reading->at < reading->count && is_blank_line(reading->lines[reading->at]))
        reading->at++;
    if (reading->at == reading->count)
        return announcement_fail(reading->reader, (AnnouncementPlace){1, 1}, error,
                                 _("The announcement is empty."));
    g_auto(Label) label = {0};
    const char *line = reading->lines[reading->at];
    if (!label_scan(line, &label) || !label.known || label.field != LABEL_TITLE)
        return announcement_fail(
            reading->reader, place_in(reading, reading->at, prose_blanks(line)), error,
            _("An announcement begins with the line \"Neuer Termin: TITLE\" or "
              "\"New event: TITLE\"."));
    reading->language = label.language;
    return read_label(reading, &label, error);
}

/* A line that is neither label nor value: the subtitle, or text. */
static gboolean
read_text_line(Reading *reading, GError **error)
{
    const char *line = reading->lines[reading->at];
    if (!reading->in_text && !check_head_line(reading, error))
        return FALSE;
    if (!reading->subtitle_done && !is_long(line)) {
        append_line(reading->subtitle, line, " ");
    } else {
        gboolean dated = reading->seen[LABEL_DATE] > 0;
        if (!dated && reading->after_label)
            announcement_warn(reading->reader, place_in(reading, reading->at, prose_blanks(line)),
                              _("This line belongs to no label; it is taken as text."));
        reading->in_text = reading->in_text || dated;
        prose_add(reading->body, line);
    }
    reading->at++;
    return TRUE;
}

static gboolean
read_next(Reading *reading, GError **error)
{
    const char *line = reading->lines[reading->at];
    if (is_blank_line(line)) {
        reading->subtitle_done = reading->subtitle_done || reading->subtitle->len > 0;
        reading->fresh = TRUE;
        prose_add(reading->body, "");
        reading->at++;
        return TRUE;
    }
    g_auto(Label) label = {0};
    if ((!reading->in_text || reading->fresh || reading->after_label) && label_scan(line, &label) &&
        label.known) {
        reading->subtitle_done = TRUE;
        if (!read_label(reading, &label, error))
            return FALSE;
        reading->after_label = TRUE;
    } else {
        if (!read_text_line(reading, error))
            return FALSE;
        reading->after_label = FALSE;
    }
    reading->fresh = FALSE;
    return TRUE;
}

static char *
take_text(GString *text)
{
    return text->len > 0 ? g_strdup(text->str) : NULL;
}

static gboolean
read_all(Reading *reading, GError **error)
{
    if (!read_heading(reading, error))
        return FALSE;
    while (reading->at < reading->count)
        if (!read_next(reading, error))
            return FALSE;
    if (reading->seen[LABEL_DATE] == 0)
        return announcement_fail(
            reading->reader, place_in(reading, reading->count - 1, 0), error,
            _("The announcement has no date; write a line such as \"Datum: "
              "Mittwoch, 11. November 2020 - 12:30 bis 14:00\" above the text."));
    Event *event = reading->event;
    event->subtitle = take_text(reading->subtitle);
    event->venue = take_text(reading->venue);
    event->contact = take_text(reading->contact);
    event->registration = take_text(reading->registration);
    event->audience = prose_to_markdown(reading->audience);
    event->body = prose_to_markdown(reading->body);
    event->timezone = g_strdup(reading->reader->timezone);
    return TRUE;
}

/* The lines without their ends, LF or CRLF; at least one. */
static GPtrArray *
split_lines(const char *text)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    for (;;) {
        gsize length = strcspn(text, "\n");
        gboolean carriage_return = length > 0 && text[length - 1] == '\r';
        g_ptr_array_add(lines, g_strndup(text, carriage_return ? length - 1 : length));
        if (text[length] == '\0')
            return lines;
        text += length + 1;
    }
}

Event *
announcement_read_text(AnnouncementReader *reader, const char *text, GError **error)
{
    g_autoptr(GPtrArray) lines = split_lines(text);
    g_autoptr(Event) event = event_new();
    g_autoptr(GString) subtitle = g_string_new(NULL), venue = g_string_new(NULL);
    g_autoptr(GString) contact = g_string_new(NULL), registration = g_string_new(NULL);
    g_autoptr(Prose) audience = prose_new(), body = prose_new();
    Reading reading = {
        .reader = reader,
        .lines = (char **)lines->pdata,
        .count = lines->len,
        .event = event,
        .subtitle = subtitle,
        .venue = venue,
        .contact = contact,
        .registration = registration,
        .audience = audience,
        .body = body,
    };
    return read_all(&reading, error) ? g_steal_pointer(&event) : NULL;
}
