/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/transfer.h"

#include <string.h>

#define COLUMNS   75 /* of a line before its soft break */
#define HEX_WIDTH 3

/* A line of quoted-printable that is being written, with room for what may come */
typedef struct {
    char *p;
    gsize column;
    char held; /* a blank or CR that waits for what comes after it; 0: none */
} Quoting;

static void
break_line(Quoting *quoting)
{
    memcpy(quoting->p, "=\r\n", 3);
    quoting->p += 3;
    quoting->column = 0;
}

static void
put_hex(Quoting *quoting, char c)
{
    static const char digits[] = "0123456789ABCDEF";
    *quoting->p++ = '=';
    *quoting->p++ = digits[(guchar)c >> 4];
    *quoting->p++ = digits[(guchar)c & 15];
    quoting->column += HEX_WIDTH;
}

/* What is held goes out as it is within a line (a CR as hex), as hex before a line's end. */
static void
put_held(Quoting *quoting, gboolean as_hex)
{
    if (!quoting->held)
        return;
    if (as_hex || quoting->held == '\r') {
        put_hex(quoting, quoting->held);
    } else {
        *quoting->p++ = quoting->held;
        quoting->column++;
    }
    quoting->held = 0;
}

static gboolean
is_literal(char c)
{
    return c > ' ' && c <= '~' && c != '=';
}

/* Copies what may stand as it is and fits this line; returns what comes next. */
static const char *
put_run(Quoting *quoting, const char *p, const char *end)
{
    const char *limit = p + MIN((gsize)(end - p), COLUMNS - quoting->column);
    const char *start = p;
    while (p < limit && is_literal(*p))
        *quoting->p++ = *p++;
    quoting->column += (gsize)(p - start);
    return p;
}

static void
put_octet(Quoting *quoting, char c)
{
    gboolean blank = c == ' ' || c == '\t';
    put_held(quoting, FALSE);
    if (blank || is_literal(c)) {
        if (quoting->column >= COLUMNS)
            break_line(quoting);
        if (blank) {
            quoting->held = c;
        } else {
            *quoting->p++ = c;
            quoting->column++;
        }
        return;
    }
    if (quoting->column + HEX_WIDTH > COLUMNS)
        break_line(quoting);
    put_hex(quoting, c);
}

static void
put_line_end(Quoting *quoting)
{
    if (quoting->held == '\r')
        quoting->held = 0;
    put_held(quoting, TRUE);
    memcpy(quoting->p, "\r\n", 2);
    quoting->p += 2;
    quoting->column = 0;
}

void
transfer_append_quoted(GString *out, const char *text, gsize length)
{
    gsize start = out->len;
    /* each octet at its longest, each with a soft break, and the end */
    g_string_set_size(out, start + length * 2 * HEX_WIDTH + 2 * HEX_WIDTH);
    Quoting quoting = {.p = out->str + start};
    for (const char *p = text, *end = text + length; p < end; p++) {
        if (*p == '\n') {
            put_line_end(&quoting);
        } else if (*p == '\r') {
            put_held(&quoting, TRUE);
            quoting.held = '\r';
        } else {
            put_octet(&quoting, *p);
            if (!quoting.held)
                p = put_run(&quoting, p + 1, end) - 1;
        }
    }
    if (quoting.held) {
        put_held(&quoting, TRUE);
        break_line(&quoting);
    }
    g_string_truncate(out, (gsize)(quoting.p - out->str));
}

/* Up to three octets as four letters */
static char *
put_base64(char *to, const guchar *from, gsize length)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    guint bits = (guint)from[0] << 16;
    if (length > 1)
        bits |= (guint)from[1] << 8;
    if (length > 2)
        bits |= from[2];
    *to++ = alphabet[bits >> 18];
    *to++ = alphabet[bits >> 12 & 63];
    *to++ = length > 1 ? alphabet[bits >> 6 & 63] : '=';
    *to++ = length > 2 ? alphabet[bits & 63] : '=';
    return to;
}

void
transfer_append_base64(GString *out, const char *data, gsize length)
{
    gsize start = out->len;
    gsize lines = (length + TRANSFER_BASE64_OCTETS - 1) / TRANSFER_BASE64_OCTETS;
    g_string_set_size(out, start + (length + 2) / 3 * 4 + lines * 2);
    const guchar *from = (const guchar *)data, *end = from + length;
    char *to = out->str + start;
    while (from < end) {
        const guchar *line_end = from + MIN((gsize)(end - from), TRANSFER_BASE64_OCTETS);
        for (; from < line_end; from += MIN((gsize)(line_end - from), 3))
            to = put_base64(to, from, (gsize)(line_end - from));
        memcpy(to, "\r\n", 2);
        to += 2;
    }
}
