/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/prose.h"

#include "message/markdown.h"

#include <string.h>

#define HEADING_MAX     80 /* characters */
#define MEANT_BREAK_MAX 50
#define BYTE_ORDER_MARK 0xfeff

typedef struct {
    char *text; /* clean; empty: a blank line */
    gboolean indented, heading;
} Line;

struct Prose {
    GArray *lines; /* of Line */
};

static void
clear_line(gpointer line)
{
    g_free(((Line *)line)->text);
}

Prose *
prose_new(void)
{
    Prose *prose = g_new0(Prose, 1);
    prose->lines = g_array_new(FALSE, FALSE, sizeof(Line));
    g_array_set_clear_func(prose->lines, clear_line);
    return prose;
}

void
prose_free(Prose *prose)
{
    if (!prose)
        return;
    g_array_unref(prose->lines);
    g_free(prose);
}

static gboolean
is_blank(gunichar c)
{
    return c == '\t' || c == BYTE_ORDER_MARK || g_unichar_type(c) == G_UNICODE_SPACE_SEPARATOR;
}

gsize
prose_blanks(const char *text)
{
    const char *p = text;
    while (*p && is_blank(g_utf8_get_char(p)))
        p = g_utf8_next_char(p);
    return (gsize)(p - text);
}

char *
prose_clean_line(const char *line)
{
    line += prose_blanks(line);
    GString *out = g_string_new(NULL);
    gsize end = 0; /* behind the last character that is no blank */
    for (const char *p = line; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c != BYTE_ORDER_MARK)
            g_string_append_unichar(out, c == '\t' ? ' ' : c);
        if (!is_blank(c))
            end = out->len;
    }
    g_string_truncate(out, end);
    return g_string_free(out, FALSE);
}

static void
add_line(Prose *prose, const char *line, gboolean heading)
{
    Line added = {
        .text = prose_clean_line(line),
        .indented = prose_blanks(line) > 0,
        .heading = heading,
    };
    g_array_append_val(prose->lines, added);
}

void
prose_add(Prose *prose, const char *line)
{
    add_line(prose, line, FALSE);
}

void
prose_add_heading(Prose *prose, const char *line)
{
    add_line(prose, "", FALSE);
    add_line(prose, line, TRUE);
    add_line(prose, "", FALSE);
}

/* Octets of the bullet and the blanks behind it, 0 if the line is no list item. */
static gsize
bullet_octets(const char *text, gboolean can_begin)
{
    static const gunichar signs[] = {0x2022, 0x2023, 0x2043, 0x25aa, 0x25ab, 0x25a0,
                                     0x25cb, 0x25cf, 0x25e6, 0x27a2, 0xb7,   0xf0b7};
    gunichar c = g_utf8_get_char(text);
    gboolean sign = FALSE, typed = c == '-' || c == '*' || c == 0x2013;
    for (guint i = 0; i < G_N_ELEMENTS(signs); i++)
        sign = sign || c == signs[i];
    if (!sign && !(typed && can_begin))
        return 0;
    const char *p = g_utf8_next_char(text);
    if (typed && prose_blanks(p) == 0)
        return 0;
    p += prose_blanks(p);
    return *p ? (gsize)(p - text) : 0;
}

/* The line behind the last one of the block that begins at `start`. */
static guint
block_end(const Prose *prose, guint start)
{
    guint end = start;
    while (end < prose->lines->len && *g_array_index(prose->lines, Line, end).text)
        end++;
    return end;
}

static gboolean
looks_like_heading(const Prose *prose, guint start, guint end)
{
    const char *text = g_array_index(prose->lines, Line, start).text;
    gunichar last = g_utf8_get_char(g_utf8_prev_char(text + strlen(text)));
    GUnicodeType type = g_unichar_type(last);
    return end == start + 1 && g_utf8_strlen(text, -1) <= HEADING_MAX &&
           bullet_octets(text, TRUE) == 0 &&
           (g_unichar_isalnum(last) || type == G_UNICODE_CLOSE_PUNCTUATION ||
            type == G_UNICODE_FINAL_PUNCTUATION || type == G_UNICODE_INITIAL_PUNCTUATION ||
            last == '"');
}

/* A heading needs something to head: two such lines in a row are a closing ("Mit freundlichen
 * Grüßen"). */
static gboolean
is_heading(const Prose *prose, guint start, guint end)
{
    if (!looks_like_heading(prose, start, end))
        return FALSE;
    while (end < prose->lines->len && !*g_array_index(prose->lines, Line, end).text)
        end++;
    return end < prose->lines->len && !g_array_index(prose->lines, Line, end).heading &&
           !looks_like_heading(prose, end, block_end(prose, end));
}

static void
append_block(GString *out, const Prose *prose, guint start, guint end)
{
    const char *previous = NULL; /* the line above in this block */
    gboolean in_item = FALSE;
    for (guint i = start; i < end; i++) {
        const Line *line = &g_array_index(prose->lines, Line, i);
        gsize bullet =
            bullet_octets(line->text, !previous || in_item || g_str_has_suffix(previous, ":"));
        if (bullet > 0) {
            if (previous)
                g_string_append(out, in_item ? "\n" : "\n\n");
            g_string_append(out, "- ");
        } else if (in_item) {
            g_string_append(out, line->indented ? "\n  " : "\n\n");
        } else if (previous) {
            g_string_append(out, g_utf8_strlen(previous, -1) < MEANT_BREAK_MAX ? "\\\n" : "\n");
        }
        in_item = bullet > 0 || (in_item && line->indented);
        markdown_append_escaped(out, line->text + bullet);
        previous = line->text;
    }
}

char *
prose_to_markdown(const Prose *prose)
{
    g_autoptr(GString) out = g_string_new(NULL);
    gboolean headed = FALSE; /* the block above is a heading, so that this one is text */
    for (guint start = 0; start < prose->lines->len;) {
        guint end = block_end(prose, start);
        if (end == start) {
            start++;
            continue;
        }
        if (out->len > 0)
            g_string_append(out, "\n\n");
        headed = g_array_index(prose->lines, Line, start).heading ||
                 (!headed && is_heading(prose, start, end));
        if (headed) {
            g_string_append(out, "## ");
            markdown_append_escaped(out, g_array_index(prose->lines, Line, start).text);
        } else {
            append_block(out, prose, start, end);
        }
        start = end;
    }
    return out->len > 0 ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}
