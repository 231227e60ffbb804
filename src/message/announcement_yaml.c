/* SPDX-License-Identifier: GPL-3.0-or-later */
/* announcement_yaml.c - the YAML form of an announcement, read and written
 *
 * A map with the keys of `keys` below, or JSON with the same. start and end are "2020-11-11T12:30",
 * or "2020-11-11" for an all-day event, whose end is its last day. */
#include "message/announcement_reader.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "config/yaml.h"
#include "message/prose.h"

#include <string.h>

typedef enum { SHAPE_LINE, SHAPE_LINES, SHAPE_MARKDOWN, SHAPE_OTHER } Shape;

/* In the order in which they are written. `text` is the place of the event's field, if it is a
 * text. */
static const struct {
    const char *key;
    Shape shape;
    gsize text;
} keys[] = {
    {"name", SHAPE_LINE, G_STRUCT_OFFSET(Event, name)},
    {"title", SHAPE_LINE, G_STRUCT_OFFSET(Event, title)},
    {"subtitle", SHAPE_LINE, G_STRUCT_OFFSET(Event, subtitle)},
    {"type", SHAPE_LINE, G_STRUCT_OFFSET(Event, kind)},
    {"venue", SHAPE_LINES, G_STRUCT_OFFSET(Event, venue)},
    {"start", SHAPE_OTHER, 0},
    {"end", SHAPE_OTHER, 0},
    {"all_day", SHAPE_OTHER, 0},
    {"timezone", SHAPE_LINE, G_STRUCT_OFFSET(Event, timezone)},
    {"contact", SHAPE_LINES, G_STRUCT_OFFSET(Event, contact)},
    {"registration", SHAPE_LINES, G_STRUCT_OFFSET(Event, registration)},
    {"audience", SHAPE_MARKDOWN, G_STRUCT_OFFSET(Event, audience)},
    {"body", SHAPE_MARKDOWN, G_STRUCT_OFFSET(Event, body)},
};

static char **
text_field(Event *event, guint key)
{
    return G_STRUCT_MEMBER_P(event, keys[key].text);
}

/* The text form never begins like this: its labels are not keys, or not in lower case. */
gboolean
announcement_is_yaml(const char *text)
{
    while (*text) {
        gsize line = strcspn(text, "\n");
        gsize blanks = strspn(text, " \t\r");
        if (blanks < line && text[blanks] != '#')
            break;
        text += line + (text[line] == '\n');
    }
    text += strspn(text, " \t");
    if (*text == '{' || g_str_has_prefix(text, "---"))
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        gsize length = strlen(keys[i].key);
        if (strncmp(text, keys[i].key, length) == 0 && text[length] == ':' &&
            strchr(" \r\n", text[length + 1]))
            return TRUE;
    }
    return FALSE;
}

static AnnouncementPlace
place_of(const Value *value)
{
    return (AnnouncementPlace){value_line(value), value_column(value)};
}

static gboolean
check_keys(const AnnouncementReader *reader, const Value *map, GError **error)
{
    const char *names[G_N_ELEMENTS(keys) + 1] = {NULL};
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++)
        names[i] = keys[i].key;
    for (guint i = 0; i < value_count(map); i++) {
        const char *key = value_key(map, i);
        if (g_strv_contains(names, key))
            continue;
        const char *nearest = text_nearest(key, names);
        if (nearest)
            return announcement_fail(reader, place_of(value_item(map, i)), error,
                                     _("The key \"%s\" is not known; did you mean \"%s\"?"), key,
                                     nearest);
        return announcement_fail(reader, place_of(value_item(map, i)), error,
                                 _("The key \"%s\" is not known; known are title, subtitle, type, "
                                   "venue, start, end, all_day, timezone, contact, registration, "
                                   "audience, body and name."),
                                 key);
    }
    return TRUE;
}

static gboolean
has_only_text(const Value *value, Shape shape)
{
    if (value_kind(value) != VALUE_LIST || shape != SHAPE_LINES)
        return value_kind(value) == VALUE_TEXT;
    for (guint i = 0; i < value_count(value); i++)
        if (value_kind(value_item(value, i)) != VALUE_TEXT)
            return FALSE;
    return TRUE;
}

static gboolean
check_text(const AnnouncementReader *reader, const Value *value, Shape shape, GError **error)
{
    if (!has_only_text(value, shape))
        return announcement_fail(reader, place_of(value), error, "%s",
                                 shape == SHAPE_LINES
                                     ? _("Text, or a list of texts, belongs here; put numbers in "
                                         "quotes.")
                                     : _("Text belongs here; put numbers in quotes."));
    guint count = value_kind(value) == VALUE_LIST ? value_count(value) : 1;
    for (guint i = 0; i < count; i++) {
        const Value *item = value_kind(value) == VALUE_LIST ? value_item(value, i) : value;
        for (const char *p = value_text(item); *p; p = g_utf8_next_char(p))
            if (!announcement_allows(g_utf8_get_char(p)))
                return announcement_fail(reader, place_of(item), error,
                                         _("There is a control character in this text (U+%04X); "
                                           "delete it."),
                                         g_utf8_get_char(p));
    }
    return TRUE;
}

/* Adds the lines of `text`, each on one line, without empty ones. */
static void
append_lines(GString *out, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        g_autofree char *clean = prose_clean_line(lines[i]);
        g_autofree char *line = text_one_line(clean);
        if (*line)
            g_string_append_printf(out, "%s%s", out->len > 0 ? "\n" : "", line);
    }
}

/* Markdown without blank lines at its start and blanks at its end; a tab is four columns. */
static void
append_markdown(GString *out, const char *text)
{
    while (*text == '\n')
        text++;
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        if (c == '\t')
            g_string_append(out, "    ");
        else if (c != 0xfeff)
            g_string_append_unichar(out, c);
    }
    g_strchomp(out->str);
    g_string_truncate(out, strlen(out->str));
}

/* The text of a value in its shape; NULL if it is empty. */
static char *
shape_text(const Value *value, Shape shape)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (value_kind(value) == VALUE_LIST) {
        for (guint i = 0; i < value_count(value); i++)
            append_lines(out, value_text(value_item(value, i)));
    } else if (shape == SHAPE_MARKDOWN) {
        append_markdown(out, value_text(value));
    } else if (shape == SHAPE_LINES) {
        append_lines(out, value_text(value));
    } else {
        g_autofree char *clean = prose_clean_line(value_text(value));
        g_autofree char *line = text_one_line(clean);
        g_string_append(out, line);
    }
    return out->len > 0 ? g_strdup(out->str) : NULL;
}

static gboolean
read_texts(const AnnouncementReader *reader, const Value *map, Event *event, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        const Value *value = value_get(map, keys[i].key);
        if (keys[i].shape == SHAPE_OTHER || !value || value_kind(value) == VALUE_NULL)
            continue;
        if (!check_text(reader, value, keys[i].shape, error))
            return FALSE;
        *text_field(event, i) = shape_text(value, keys[i].shape);
    }
    if (!event->title)
        return announcement_fail(reader, place_of(map), error,
                                 _("The title is missing; write it as \"title: ...\"."));
    if (event->name && !event_name_valid(event->name))
        return announcement_fail(reader, place_of(value_get(map, "name")), error,
                                 _("\"%s\" cannot be an event's name; take 1 to 64 small letters, "
                                   "digits and hyphens inside, such as \"mannheim-2020\"."),
                                 event->name);
    return TRUE;
}

static gboolean
read_zone(AnnouncementReader *reader, const Value *map, Event *event, GError **error)
{
    if (!event->timezone) {
        event->timezone = g_strdup(reader->timezone);
        return TRUE;
    }
    g_autoptr(GError) cause = NULL;
    reader->zone = dates_zone(event->timezone, &cause);
    if (!reader->zone)
        return announcement_fail(reader, place_of(value_get(map, "timezone")), error, "%s",
                                 cause->message);
    return TRUE;
}

/* A time of the map; `*found` is FALSE if the key is not there. */
static gboolean
read_time(const AnnouncementReader *reader, const Value *map, const char *key, WallTime *time,
          gboolean *found, GError **error)
{
    const Value *value = value_get(map, key);
    *found = value && value_kind(value) != VALUE_NULL;
    if (!*found)
        return TRUE;
    const char *text = value_kind(value) == VALUE_TEXT ? value_text(value) : "";
    gsize length = dates_scan(text, time);
    if (length == 0 || text[length])
        return announcement_fail(
            reader, place_of(value), error,
            _("This is no date; write it as 2020-11-11T12:30, or as 2020-11-11 "
              "for a whole day."));
    return TRUE;
}

static gboolean
read_times(AnnouncementReader *reader, const Value *map, Event *event, GError **error)
{
    WallTime start, end;
    gboolean has_start, has_end;
    if (!read_time(reader, map, "start", &start, &has_start, error) ||
        !read_time(reader, map, "end", &end, &has_end, error))
        return FALSE;
    if (!has_start)
        return announcement_fail(
            reader, place_of(map), error,
            _("The date is missing; write it as \"start: 2020-11-11T12:30\"."));
    const Value *all_day = value_get(map, "all_day");
    if (all_day && value_kind(all_day) != VALUE_NULL) {
        if (value_kind(all_day) != VALUE_BOOL)
            return announcement_fail(reader, place_of(all_day), error,
                                     _("all_day is true or false."));
        if (value_bool(all_day) != (start.hour < 0))
            return announcement_fail(
                reader, place_of(all_day), error,
                _("all_day does not fit the start: a whole day is a date alone, "
                  "such as 2020-11-11; everything else has a time."));
    }
    const Value *start_value = value_get(map, "start"), *end_value = value_get(map, "end");
    return announcement_set_times(reader, place_of(start_value), &start,
                                  place_of(has_end ? end_value : start_value),
                                  has_end ? &end : NULL, "en", event, error);
}

Event *
announcement_read_yaml(AnnouncementReader *reader, const char *text, gsize length, GError **error)
{
    g_autoptr(Value) map = yaml_parse(text, length, reader->source, error);
    if (!map)
        return NULL;
    if (value_kind(map) != VALUE_MAP) {
        announcement_fail(reader, (AnnouncementPlace){1, 1}, error,
                          _("An announcement in YAML is a map of keys and values, such as \"title: "
                            "...\"."));
        return NULL;
    }
    g_autoptr(Event) event = event_new();
    if (!check_keys(reader, map, error) || !read_texts(reader, map, event, error) ||
        !read_zone(reader, map, event, error) || !read_times(reader, map, event, error))
        return NULL;
    return g_steal_pointer(&event);
}

static void
set_time(Value *map, const char *key, const Event *event, gint64 time)
{
    GTimeZone *zone = dates_zone(event->timezone, NULL);
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(time);
    g_autoptr(GDateTime) local = zone && utc ? g_date_time_to_timezone(utc, zone) : NULL;
    g_autofree char *text =
        local ? g_date_time_format(local, event->all_day ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M") : NULL;
    value_set_text(map, key, text);
}

static Value *
lines_to_value(const char *text)
{
    if (!text)
        return value_new_null();
    Value *list = value_new_list();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++)
        value_append(list, value_new_text(lines[i]));
    return list;
}

Value *
announcement_to_value(const Event *event)
{
    Value *map = value_new_map();
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        const char *key = keys[i].key;
        char *const *text = G_STRUCT_MEMBER_P(event, keys[i].text);
        if (strcmp(key, "venue") == 0)
            value_set(map, key, lines_to_value(event->venue));
        else if (keys[i].shape != SHAPE_OTHER)
            value_set_text(map, key, *text);
        else if (strcmp(key, "start") == 0)
            set_time(map, key, event, event->starts_at);
        else if (strcmp(key, "end") == 0)
            set_time(map, key, event, event->all_day ? event->ends_at - 1 : event->ends_at);
        else
            value_set_bool(map, key, event->all_day);
    }
    return map;
}
