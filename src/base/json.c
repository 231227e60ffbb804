/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json.h"

#include <math.h>

void
json_append_text(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_string_append_c(out, '"');
    for (const guchar *p = (const guchar *)valid; *p; p++) {
        if (*p == '"' || *p == '\\')
            g_string_append_printf(out, "\\%c", *p);
        else if (*p == '\n')
            g_string_append(out, "\\n");
        else if (*p < 0x20 || *p == 0x7f)
            g_string_append_printf(out, "\\u%04x", *p);
        else
            g_string_append_c(out, (char)*p);
    }
    g_string_append_c(out, '"');
}

void
json_append_real(GString *out, double number)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    const char *const formats[] = {"%.15g", "%.16g", "%.17g"};
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_ascii_formatd(digits, sizeof digits, formats[i], number);
        if (g_ascii_strtod(digits, NULL) == number)
            break;
    }
    g_string_append(out, digits);
}

static void
append_container(GString *out, const Value *value)
{
    gboolean map = value_kind(value) == VALUE_MAP;
    g_string_append_c(out, map ? '{' : '[');
    for (guint i = 0; i < value_count(value); i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        if (map) {
            json_append_text(out, value_key(value, i));
            g_string_append_c(out, ':');
        }
        json_append(out, value_item(value, i));
    }
    g_string_append_c(out, map ? '}' : ']');
}

void
json_append(GString *out, const Value *value)
{
    switch (value_kind(value)) {
    case VALUE_NULL:
        g_string_append(out, "null");
        break;
    case VALUE_BOOL:
        g_string_append(out, value_bool(value) ? "true" : "false");
        break;
    case VALUE_INT:
        g_string_append_printf(out, "%" G_GINT64_FORMAT, value_int(value));
        break;
    case VALUE_REAL: /* JSON has no infinity and no NaN */
        if (isfinite(value_real(value)))
            json_append_real(out, value_real(value));
        else
            g_string_append(out, "null");
        break;
    case VALUE_TEXT:
        json_append_text(out, value_text(value));
        break;
    case VALUE_LIST:
    case VALUE_MAP:
        append_container(out, value);
        break;
    }
}
