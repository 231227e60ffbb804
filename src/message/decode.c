/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/decode.h"

#include <string.h>

/* Appends quoted-printable text; FALSE: malformed. */
static gboolean
append_quoted(GString *out, const char *text, gsize length)
{
    gsize run;
    for (gsize i = 0; i < length; i += run) {
        const char *sign = memchr(text + i, '=', length - i);
        run = sign ? (gsize)(sign - text) - i : length - i;
        g_string_append_len(out, text + i, (gssize)run);
        if (!sign)
            break;
        i += run;
        run = 3;
        if (i + 2 >= length)
            return FALSE;
        int high = g_ascii_xdigit_value(text[i + 1]), low = g_ascii_xdigit_value(text[i + 2]);
        if (high >= 0 && low >= 0)
            g_string_append_c(out, (char)(high << 4 | low));
        else if (text[i + 1] != '\r' || text[i + 2] != '\n')
            return FALSE;
    }
    return TRUE;
}

static void
append_base64(GString *out, const char *text, gsize length)
{
    g_autofree char *copy = g_strndup(text, length);
    gsize size;
    g_autofree guchar *data = g_base64_decode(copy, &size);
    g_string_append_len(out, (const char *)data, (gssize)size);
}

static char *
finish(GString *out)
{
    gboolean good =
        !memchr(out->str, 0, out->len) && g_utf8_validate(out->str, (gssize)out->len, NULL);
    return g_string_free(out, !good);
}

char *
decode_content(const char *content, gsize length, const char *encoding)
{
    g_autoptr(GString) out = g_string_sized_new(length + 1);
    if (g_ascii_strcasecmp(encoding, "quoted-printable") == 0) {
        if (!append_quoted(out, content, length))
            return NULL;
    } else if (g_ascii_strcasecmp(encoding, "base64") == 0) {
        append_base64(out, content, length);
    } else if (g_ascii_strcasecmp(encoding, "7bit") == 0 ||
               g_ascii_strcasecmp(encoding, "8bit") == 0) {
        g_string_append_len(out, content, (gssize)length);
    } else {
        return NULL;
    }
    return finish(g_steal_pointer(&out));
}

/* Decodes the encoded word at `p`; the octets that it took, or 0 if there is none, or -1. */
static gssize
append_word(GString *out, const char *p)
{
    static const char start[] = "=?utf-8?";
    gsize prefix = sizeof start - 1;
    if (g_ascii_strncasecmp(p, "=?", 2) != 0)
        return 0;
    if (g_ascii_strncasecmp(p, start, prefix) != 0 || !p[prefix] || p[prefix + 1] != '?')
        return -1;
    const char *text = p + prefix + 2;
    const char *end = strstr(text, "?=");
    if (!end)
        return -1;
    char kind = g_ascii_tolower(p[prefix]);
    g_autofree char *word = g_strdelimit(g_strndup(text, (gsize)(end - text)), "_", ' ');
    if (kind == 'b')
        append_base64(out, word, strlen(word));
    else if (kind != 'q' || !append_quoted(out, word, strlen(word)))
        return -1;
    return end + 2 - p;
}

char *
decode_header(const char *value)
{
    g_autoptr(GString) out = g_string_new(NULL);
    gboolean after_word = FALSE;
    for (const char *p = value; *p;) {
        /* blanks between two encoded words do not count (RFC 2047, 6.2) */
        gsize blanks = strspn(p, " \t");
        if (after_word && blanks > 0 && g_str_has_prefix(p + blanks, "=?"))
            p += blanks;
        gssize taken = append_word(out, p);
        if (taken < 0)
            return NULL;
        after_word = taken > 0;
        if (!after_word)
            g_string_append_c(out, *p++);
        p += taken;
    }
    return finish(g_steal_pointer(&out));
}
