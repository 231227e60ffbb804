/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/view.h"

#include "base/dates.h"
#include "base/text.h"
#include "message/markdown.h"

#include <string.h>

/* Headings of an event's text begin below the message's own. */
#define HEADING 2

static gboolean
is_german(const char *language)
{
    return strcmp(language, "de") == 0;
}

static void
set_line(Value *map, const char *key, const char *text)
{
    g_autofree char *line = text_one_line(text ? text : "");
    if (*line)
        value_set_text(map, key, line);
}

static void
set_lines(Value *map, const char *key, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
    g_autoptr(Value) list = value_new_list();
    for (char **line = lines; *line; line++) {
        g_autofree char *clean = text_one_line(*line);
        if (*clean)
            value_append(list, value_new_text(clean));
    }
    if (value_count(list) > 0)
        value_set(map, key, g_steal_pointer(&list));
}

static void
set_markdown(Value *map, const char *html_key, const char *text_key, const char *markdown)
{
    if (!markdown || !*markdown)
        return;
    g_autofree char *html = markdown_to_html(markdown, HEADING);
    g_autofree char *text = markdown_to_text(markdown, MARKDOWN_MAIL_COLUMNS);
    value_set_text(map, html_key, html);
    value_set_text(map, text_key, text);
}

Value *
view_event(const Event *event, GTimeZone *zone, const char *language)
{
    Value *map = value_new_map();
    g_autofree char *when =
        dates_format_span(zone, event->starts_at, event->ends_at, event->all_day, language);
    set_line(map, "name", event->name);
    set_line(map, "title", event->title);
    set_line(map, "subtitle", event->subtitle);
    set_line(map, "kind", event->kind);
    set_line(map, "when", when);
    set_lines(map, "venue_lines", event->venue);
    set_lines(map, "contact_lines", event->contact);
    set_lines(map, "registration_lines", event->registration);
    set_markdown(map, "audience_html", "audience_text", event_extra_audience(event));
    set_markdown(map, "body_html", "body_text", event->body);
    if (event->status == EVENT_CANCELLED)
        value_set_bool(map, "cancelled", TRUE);
    return map;
}

static Value *
clean_value(Value *value)
{
    if (value_kind(value) == VALUE_TEXT) {
        g_autofree char *line = view_name(value_text(value));
        return value_new_text(line);
    }
    if (value_kind(value) != VALUE_LIST)
        return value_ref(value);
    Value *list = value_new_list();
    for (guint i = 0; i < value_count(value); i++)
        value_append(list, clean_value(value_item(value, i)));
    return list;
}

char *
view_description(const Event *event)
{
    g_autofree char *body = event->body ? markdown_to_text(event->body, 0) : NULL;
    gboolean titled = event->subtitle && *event->subtitle, told = body && *body;
    if (!titled && !told)
        return NULL;
    return g_strconcat(titled ? event->subtitle : "", titled && told ? "\n\n" : "",
                       told ? body : "", NULL);
}

Value *
view_person(const Person *person, const FieldMap *map)
{
    Value *clean = value_new_map();
    if (!person)
        return clean;
    g_autoptr(Value) fields = person_to_value(person, map);
    for (guint i = 0; i < value_count(fields); i++)
        value_set(clean, value_key(fields, i), clean_value(value_item(fields, i)));
    return clean;
}

Value *
view_person_fields(const Person *person, const FieldMap *map, const gboolean wanted[FIELDS])
{
    Value *clean = value_new_map();
    for (guint i = 0; person && i < FIELDS; i++) {
        g_autoptr(Value) value = wanted[i] ? person_field_to_value(person, map, (FieldId)i) : NULL;
        if (value)
            value_set(clean, field_table[i].name, clean_value(value));
    }
    return clean;
}

char *
view_name(const char *name)
{
    g_autofree char *line = text_one_line(name ? name : "");
    if (strlen(line) <= VIEW_NAME_MAX)
        return g_steal_pointer(&line);
    return g_strstrip(g_utf8_substring(line, 0, MIN(g_utf8_strlen(line, -1), VIEW_NAME_MAX)));
}

char *
view_salutation(const char *name, const char *language)
{
    const char *greeting = is_german(language) ? "Guten Tag" : *name ? "Dear" : "Good day";
    return g_strconcat(greeting, *name ? " " : "", name, ",", NULL);
}

/* Wrapped as text is; line feeds do no harm in HTML. */
static char *
wrap(const char *sentence)
{
    g_autoptr(GString) markdown = g_string_new(NULL);
    markdown_append_escaped(markdown, sentence);
    return g_strchomp(markdown_to_text(markdown->str, MARKDOWN_MAIL_COLUMNS));
}

char *
view_reason(const char *network, const char *list, const char *language)
{
    g_autoptr(GString) reason = g_string_new(NULL);
    if (is_german(language)) {
        g_string_printf(
            reason, "Sie erhalten diese Nachricht, weil Sie im Verzeichnis von %s stehen", network);
        if (list)
            g_string_append_printf(reason, " und zum Verteiler „%s“ gehören", list);
    } else {
        g_string_printf(reason, "You receive this message because you are in the directory of %s",
                        network);
        if (list)
            g_string_append_printf(reason, " and belong to the list “%s”", list);
    }
    g_string_append_c(reason, '.');
    return wrap(reason->str);
}
