/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <string.h>

gboolean
text_is_ascii(const char *text, gsize length)
{
    gsize i = 0;
    while (i < length && (guchar)(text[i] - 1) < 0x7f)
        i++;
    return i == length;
}

static gboolean
is_blank(gunichar c)
{
    if (c < 0x80)
        return g_ascii_isspace((char)c);
    return g_unichar_isspace(c) || g_unichar_type(c) == G_UNICODE_SPACE_SEPARATOR;
}

/* what text_normalize() makes of ASCII, in a tenth of the time */
static char *
normalize_ascii(const char *value, gsize length)
{
    char *out = g_malloc(length + 1), *end = out;
    gboolean blank = FALSE;
    for (gsize i = 0; i < length; i++) {
        if (g_ascii_isspace(value[i])) {
            blank = end > out;
            continue;
        }
        if (blank)
            *end++ = ' ';
        blank = FALSE;
        *end++ = g_ascii_tolower(value[i]);
    }
    *end = '\0';
    return out;
}

char *
text_normalize(const char *value, gssize length)
{
    if (length < 0)
        length = (gssize)strlen(value);
    if (text_is_ascii(value, (gsize)length))
        return normalize_ascii(value, (gsize)length);
    if (memchr(value, 0, (gsize)length) || !g_utf8_validate(value, length, NULL))
        return NULL;
    g_autofree char *composed = g_utf8_normalize(value, length, G_NORMALIZE_NFKC);
    GString *out = g_string_sized_new((gsize)length + 1);
    gboolean blank = FALSE;
    for (const char *p = composed; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (is_blank(c)) {
            blank = out->len > 0;
            continue;
        }
        if (blank)
            g_string_append_c(out, ' ');
        blank = FALSE;
        g_string_append_unichar(out, g_unichar_tolower(c));
    }
    return g_string_free(out, FALSE);
}

/* Optimal string alignment (Levenshtein's distance with swapped neighbours as one change), ASCII
 * case apart; `rows` has room for 3 * (strlen(b) + 1) */
static guint
distance(const char *a, const char *b, guint *rows)
{
    gsize width = strlen(b);
    guint *before = rows, *above = before + width + 1, *row = above + width + 1;
    for (gsize j = 0; j <= width; j++)
        row[j] = (guint)j;
    for (gsize i = 1; a[i - 1]; i++) {
        guint *oldest = before;
        before = above;
        above = row;
        row = oldest;
        row[0] = (guint)i;
        for (gsize j = 1; j <= width; j++) {
            char x = g_ascii_tolower(a[i - 1]), y = g_ascii_tolower(b[j - 1]);
            row[j] = MIN(above[j - 1] + (x != y ? 1 : 0), MIN(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && x == g_ascii_tolower(b[j - 2]) && y == g_ascii_tolower(a[i - 2]))
                row[j] = MIN(row[j], before[j - 2] + 1);
        }
    }
    return row[width];
}

const char *
text_nearest(const char *word, const char *const *candidates)
{
    const char *best = NULL;
    guint best_distance = G_MAXUINT;
    gsize length = strlen(word);
    if (length > 64)
        return NULL;
    for (gsize i = 0; candidates[i]; i++) {
        gsize other = strlen(candidates[i]);
        g_autofree guint *rows = g_new(guint, 3 * (other + 1));
        guint d = distance(word, candidates[i], rows);
        if (d < best_distance && d <= MAX(length, other) / 3) {
            best = candidates[i];
            best_distance = d;
        }
    }
    return best;
}

static gboolean
is_control(gunichar c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

/* Marks that turn the direction of text, or have no width: good for a name that looks like another.
 * Joiners stay, emoji and some scripts need them. */
static gboolean
is_deceiving(gunichar c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200b ||
           c == 0x200e || c == 0x200f || c == 0x2060 || c == 0xfeff || c == 0x61c ||
           (c >= 0xe0000 && c <= 0xe007f);
}

gboolean
text_is_clean(const char *text)
{
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (is_control(c) && c != '\t' && c != '\n')
            return FALSE;
    }
    return TRUE;
}

char *
text_one_line(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *out = g_string_new(NULL);
    gboolean blank = FALSE;
    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (is_control(c) || is_blank(c)) {
            blank = out->len > 0;
            continue;
        }
        if (is_deceiving(c))
            continue;
        if (blank)
            g_string_append_c(out, ' ');
        blank = FALSE;
        g_string_append_unichar(out, c);
    }
    return g_string_free(out, FALSE);
}

void
text_append_html(GString *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        switch (*p) {
        case '&':
            g_string_append(out, "&amp;");
            break;
        case '<':
            g_string_append(out, "&lt;");
            break;
        case '>':
            g_string_append(out, "&gt;");
            break;
        case '"':
            g_string_append(out, "&quot;");
            break;
        case '\'':
            g_string_append(out, "&#39;");
            break;
        default:
            g_string_append_c(out, *p);
        }
    }
}

guint
text_column(const char *line, gsize offset)
{
    guint column = 1;
    for (gsize i = 0; i < offset; i++)
        column += ((guchar)line[i] & 0xc0) != 0x80;
    return column;
}
