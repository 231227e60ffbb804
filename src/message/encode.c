/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/encode.h"

#include <string.h>

#define WIDTH      76 /* of a line that has encoded words: RFC 2047, 2 */
#define WORD_START "=?utf-8?q?"
#define WORD_END   "?="

static gsize
get_column(const GString *out)
{
    const char *line = strrchr(out->str, '\n');
    return line ? (gsize)(out->str + out->len - line - 1) : out->len;
}

static gboolean
is_plain(const GString *out, const char *text)
{
    gsize length = strlen(text);
    for (gsize i = 0; i < length; i++)
        if (text[i] < ' ' || text[i] > '~')
            return FALSE;
    return !strstr(text, "=?") && get_column(out) + length <= WIDTH;
}

/* One character in the Q encoding, kept to what may stand in a phrase (RFC 2047, 5 (3)) */
static void
encode_character(GString *piece, const char *p)
{
    g_string_truncate(piece, 0);
    if (g_ascii_isalnum(*p) || (*p && strchr("!*+-/", *p))) {
        g_string_append_c(piece, *p);
        return;
    }
    if (*p == ' ') {
        g_string_append_c(piece, '_');
        return;
    }
    static const char digits[] = "0123456789ABCDEF";
    for (const char *end = g_utf8_next_char(p); p < end; p++) {
        const char hex[] = {'=', digits[(guchar)*p >> 4], digits[*p & 15]};
        g_string_append_len(piece, hex, sizeof hex);
    }
}

static void
append_words(GString *out, const char *text)
{
    g_autoptr(GString) piece = g_string_new(NULL);
    g_string_append(out, WORD_START);
    gsize column = get_column(out);
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        encode_character(piece, p);
        if (column + piece->len + strlen(WORD_END) > WIDTH) {
            g_string_append(out, WORD_END "\r\n " WORD_START);
            column = 1 + strlen(WORD_START);
        }
        g_string_append_len(out, piece->str, (gssize)piece->len);
        column += piece->len;
    }
    g_string_append(out, WORD_END);
}

void
encode_append_text(GString *out, const char *text)
{
    if (is_plain(out, text))
        g_string_append(out, text);
    else
        append_words(out, text);
}

static void
append_phrase(GString *out, const char *name)
{
    if (!is_plain(out, name)) {
        append_words(out, name);
        return;
    }
    g_string_append_c(out, '"');
    for (const char *p = name; *p; p++) {
        if (*p == '"' || *p == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *p);
    }
    g_string_append_c(out, '"');
}

void
encode_append_mailbox(GString *out, const char *name, const char *address)
{
    if (!name || !*name) {
        g_string_append(out, address);
        return;
    }
    append_phrase(out, name);
    g_autofree char *piece = g_strconcat("<", address, ">", NULL);
    encode_append_piece(out, piece);
}

void
encode_append_piece(GString *out, const char *piece)
{
    g_string_append(out, get_column(out) + 1 + strlen(piece) <= WIDTH ? " " : "\r\n ");
    g_string_append(out, piece);
}
