/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/dn_value.h"

#include <string.h>

typedef struct {
    const char *at, *end;
} Reader;

static void
dn_value_clear(gpointer data)
{
    DnValue *value = data;
    g_free(value->type);
    g_free(value->data);
}

/* RFC 4514 has none; OpenLDAP passes over these where nothing is meant by them */
static gboolean
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
skip_blanks(Reader *reader)
{
    while (reader->at < reader->end && is_blank(*reader->at))
        reader->at++;
}

static char *
read_type(Reader *reader)
{
    skip_blanks(reader);
    const char *start = reader->at;
    while (reader->at < reader->end &&
           (g_ascii_isalnum(*reader->at) || *reader->at == '-' || *reader->at == '.'))
        reader->at++;
    g_autofree char *type = g_strndup(start, (gsize)(reader->at - start));
    skip_blanks(reader);
    if (!g_ascii_isalnum(*type) || reader->at == reader->end || *reader->at != '=')
        return NULL;
    reader->at++;
    skip_blanks(reader);
    return g_steal_pointer(&type);
}

static gboolean
read_hex(Reader *reader, GString *out)
{
    if (reader->end - reader->at < 2)
        return FALSE;
    int high = g_ascii_xdigit_value(reader->at[0]), low = g_ascii_xdigit_value(reader->at[1]);
    if (high < 0 || low < 0)
        return FALSE;
    g_string_append_c(out, (char)(high << 4 | low));
    reader->at += 2;
    return TRUE;
}

/* RFC 2253, 4: a value in quotation marks, up to the one that closes it */
static GString *
read_quoted(Reader *reader)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (reader->at++; reader->at < reader->end && *reader->at != '"'; reader->at++) {
        if (*reader->at == '\\' && ++reader->at == reader->end)
            return NULL;
        g_string_append_c(out, *reader->at);
    }
    if (reader->at == reader->end)
        return NULL;
    reader->at++;
    skip_blanks(reader);
    gboolean ends = reader->at == reader->end || strchr(",+;", *reader->at);
    return ends ? g_steal_pointer(&out) : NULL;
}

/* the octets up to an unescaped "," or "+" (";" was one in RFC 2253), or to the end */
static GString *
read_data(Reader *reader)
{
    if (reader->at < reader->end && *reader->at == '"')
        return read_quoted(reader);
    g_autoptr(GString) out = g_string_new(NULL);
    gsize kept = 0; /* blanks behind this length are no part of the value */
    gboolean hex = reader->at < reader->end && *reader->at == '#';
    if (hex)
        reader->at++;
    while (reader->at < reader->end && !strchr(",+;", *reader->at)) {
        if (hex) {
            if (!read_hex(reader, out))
                return NULL;
        } else if (*reader->at == '\\') {
            if (++reader->at == reader->end)
                return NULL;
            if (strchr(" \"#+,;<=>\\", *reader->at))
                g_string_append_c(out, *reader->at++);
            else if (!read_hex(reader, out))
                return NULL;
            kept = out->len;
        } else {
            g_string_append_c(out, *reader->at);
            if (!is_blank(*reader->at++))
                kept = out->len;
        }
    }
    g_string_truncate(out, hex ? out->len : kept);
    return g_steal_pointer(&out);
}

GArray *
dn_value_parse(const char *text, gsize length)
{
    Reader reader = {text, text + length};
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(DnValue));
    g_array_set_clear_func(values, dn_value_clear);
    if (memchr(text, 0, length))
        return NULL;
    for (gboolean joined = FALSE; length > 0;) {
        g_autofree char *type = read_type(&reader);
        g_autoptr(GString) data = type ? read_data(&reader) : NULL;
        if (!data)
            return NULL;
        gsize size = data->len;
        DnValue value = {g_steal_pointer(&type), g_string_free(g_steal_pointer(&data), FALSE), size,
                         joined};
        g_array_append_val(values, value);
        if (reader.at == reader.end)
            break;
        joined = *reader.at++ == '+';
    }
    return g_steal_pointer(&values);
}
