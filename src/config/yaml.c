/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/yaml.h"

#include "base/error.h"
#include "base/i18n.h"

#include <string.h>
#include <yaml.h>

typedef struct {
    yaml_parser_t parser;
    const char *source;
    guint depth;
} Reader;

static gboolean
fail_at(const Reader *reader, yaml_mark_t mark, GError **error, const char *what)
{
    return error_set_input(error, reader->source, (guint)mark.line + 1, (guint)mark.column + 1,
                           "%s", what);
}

static gboolean
next_event(Reader *reader, yaml_event_t *event, GError **error)
{
    if (yaml_parser_parse(&reader->parser, event))
        return TRUE;
    const yaml_parser_t *parser = &reader->parser;
    g_autofree char *what =
        g_strdup_printf(_("this is not YAML: %s%s%s"), parser->problem ? parser->problem : "?",
                        parser->context ? ", " : "", parser->context ? parser->context : "");
    yaml_mark_t place = parser->problem_mark;
    if (parser->error == YAML_READER_ERROR) { /* knows an offset only */
        const guchar *start = parser->input.string.start;
        for (gsize i = 0; i < parser->problem_offset && start + i < parser->input.string.end; i++) {
            place.line += start[i] == '\n';
            place.column = start[i] == '\n' ? 0 : place.column + 1;
        }
    }
    return fail_at(reader, place, error, what);
}

static gboolean
is_number(const char *text, gboolean real)
{
    static const char *const patterns[] = {"^-?(0|[1-9][0-9]{0,18})$",
                                           "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?$"};
    return g_regex_match_simple(patterns[real ? 1 : 0], text, 0, 0);
}

/* A number with a leading zero is text: a Gemeindeschlüssel and a postcode are no numbers. */
static Value *
make_scalar(const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return value_new_text(text);
    if (*text == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0)
        return value_new_null();
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        return value_new_bool(*text == 't');
    gint64 number;
    if (is_number(text, FALSE) &&
        g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &number, NULL))
        return value_new_int(number);
    if (is_number(text, TRUE))
        return value_new_real(g_ascii_strtod(text, NULL));
    return value_new_text(text);
}

static gboolean
check_plainness(const Reader *reader, const yaml_event_t *event, GError **error)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        anchor = event->data.alias.anchor;
        break;
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
        break;
    default:
        break;
    }
    if (anchor)
        return fail_at(
            reader, event->start_mark, error,
            _("anchors (&name) and aliases (*name) are not read; write the value out, and "
              "put text that starts with & or * in quotes"));
    if (tag)
        return fail_at(reader, event->start_mark, error,
                       _("tags (!name) are not read; put text that starts with ! in quotes"));
    if (event->type == YAML_SCALAR_EVENT &&
        memchr(event->data.scalar.value, 0, event->data.scalar.length))
        return fail_at(reader, event->start_mark, error, _("a NUL character cannot stand in text"));
    return TRUE;
}

static Value *read_node(Reader *reader, yaml_event_t *event, GError **error);

static Value *
read_list(Reader *reader, GError **error)
{
    g_autoptr(Value) list = value_new_list();
    for (;;) {
        yaml_event_t event;
        if (!next_event(reader, &event, error))
            return NULL;
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            return g_steal_pointer(&list);
        }
        Value *item = read_node(reader, &event, error);
        if (!item)
            return NULL;
        value_append(list, item);
    }
}

/* the key of a map's next pair into `key` (owned by the caller); NULL there at the map's end */
static gboolean
read_key(Reader *reader, const Value *map, char **key, yaml_mark_t *mark, GError **error)
{
    yaml_event_t event;
    *key = NULL;
    if (!next_event(reader, &event, error))
        return FALSE;
    *mark = event.start_mark;
    gboolean good = TRUE;
    if (event.type == YAML_SCALAR_EVENT) {
        good = check_plainness(reader, &event, error);
        if (good && value_get(map, (const char *)event.data.scalar.value))
            good = fail_at(reader, *mark, error, _("this key stands here for the second time"));
        if (good)
            *key = g_strdup((const char *)event.data.scalar.value);
    } else if (event.type != YAML_MAPPING_END_EVENT) {
        good = fail_at(reader, *mark, error, _("a key must be a word"));
    }
    yaml_event_delete(&event);
    return good;
}

static Value *
read_map(Reader *reader, GError **error)
{
    g_autoptr(Value) map = value_new_map();
    for (;;) {
        g_autofree char *key = NULL;
        yaml_mark_t mark;
        yaml_event_t event;
        if (!read_key(reader, map, &key, &mark, error))
            return NULL;
        if (!key)
            return g_steal_pointer(&map);
        if (!next_event(reader, &event, error))
            return NULL;
        Value *item = read_node(reader, &event, error);
        if (!item)
            return NULL;
        value_set(map, key, item);
    }
}

/* Reads the node that `event` begins, and takes the event over. */
static Value *
read_node(Reader *reader, yaml_event_t *event, GError **error)
{
    Value *value = NULL;
    yaml_mark_t mark = event->start_mark;
    if (!check_plainness(reader, event, error)) {
        yaml_event_delete(event);
        return NULL;
    }
    if (event->type == YAML_SCALAR_EVENT) {
        value = make_scalar(event);
    } else if (reader->depth == YAML_DEPTH_MAX) {
        fail_at(reader, mark, error, _("lists and maps are nested too deep here"));
    } else {
        reader->depth++;
        value = event->type == YAML_SEQUENCE_START_EVENT ? read_list(reader, error)
                                                         : read_map(reader, error);
        reader->depth--;
    }
    yaml_event_delete(event);
    if (value)
        value_set_mark(value, (guint)mark.line + 1, (guint)mark.column + 1);
    return value;
}

/* Reads up to the first document's content; a null value if there is none. */
static Value *
read_document(Reader *reader, GError **error)
{
    g_autoptr(Value) value = NULL;
    for (;;) {
        yaml_event_t event;
        if (!next_event(reader, &event, error))
            return NULL;
        yaml_event_type_t type = event.type;
        if (type == YAML_DOCUMENT_START_EVENT && value) {
            fail_at(reader, event.start_mark, error,
                    _("a second document begins here; one is read"));
            yaml_event_delete(&event);
            return NULL;
        }
        if (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT ||
            type == YAML_DOCUMENT_END_EVENT || type == YAML_STREAM_END_EVENT) {
            yaml_event_delete(&event);
            if (type == YAML_STREAM_END_EVENT)
                return value ? g_steal_pointer(&value) : value_new_null();
            continue;
        }
        value = read_node(reader, &event, error);
        if (!value)
            return NULL;
    }
}

/* the code unit of "\uXXXX" at `at`; 0 if there is none */
static guint
read_escape(const char *at, const char *end)
{
    guint unit = 0;
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return 0;
    for (guint i = 2; i < 6; i++) {
        if (!g_ascii_isxdigit(at[i]))
            return 0;
        unit = unit << 4 | (guint)g_ascii_xdigit_value(at[i]);
    }
    return unit;
}

/* JSON writes characters beyond U+FFFF as two escapes (RFC 8259, 7), which YAML does not know: they
 * become the character itself. Owned by the caller; NULL if `text` is no JSON, or has none of them. */
static GString *
join_surrogates(const char *text, gsize length)
{
    const char *end = text + length, *start = text;
    while (start < end && g_ascii_isspace(*start))
        start++;
    if (start == end || !strchr("{[\"", *start) || !g_strstr_len(text, (gssize)length, "\\u"))
        return NULL;
    GString *joined = g_string_sized_new(length);
    for (const char *p = text; p < end;) {
        guint high = read_escape(p, end), low = high ? read_escape(p + 6, end) : 0;
        if (high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
            g_string_append_unichar(joined, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
            p += 12;
            continue;
        }
        gsize taken = *p == '\\' && end - p > 1 ? 2 : 1; /* a backslash may escape another one */
        g_string_append_len(joined, p, (gssize)taken);
        p += taken;
    }
    return joined;
}

Value *
yaml_parse(const char *text, gsize length, const char *source, GError **error)
{
    if (length > YAML_BYTES_MAX) {
        error_set_input(error, source, 1, 1, _("this is larger than %d KiB, the most that is read"),
                        YAML_BYTES_MAX / 1024);
        return NULL;
    }
    Reader reader = {.source = source};
    if (!yaml_parser_initialize(&reader.parser)) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED, _("no memory for the YAML reader"));
        return NULL;
    }
    g_autoptr(GString) joined = join_surrogates(text, length);
    yaml_parser_set_input_string(&reader.parser, (const guchar *)(joined ? joined->str : text),
                                 joined ? joined->len : length);
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    Value *value = read_document(&reader, error);
    yaml_parser_delete(&reader.parser);
    return value;
}
