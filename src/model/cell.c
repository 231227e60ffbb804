/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/cell.h"

#include <string.h>

char *
cell_join(const AttributeValue *values, guint count)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < count; i++) {
        g_autofree char *value = g_utf8_make_valid(values[i].data, (gssize)values[i].length);
        if (i > 0)
            g_string_append(text, "; ");
        for (const char *p = value; *p; p++) {
            if (*p == ';' || *p == '\\')
                g_string_append_c(text, '\\');
            g_string_append_c(text, *p);
        }
    }
    return g_string_free(text, FALSE);
}

static void
take_value(GStrvBuilder *values, GString *value)
{
    g_strstrip(value->str);
    if (*value->str)
        g_strv_builder_add(values, value->str);
    g_string_truncate(value, 0);
}

char **
cell_split(const char *text)
{
    g_autoptr(GStrvBuilder) values = g_strv_builder_new();
    g_autoptr(GString) value = g_string_new(NULL);
    for (; *text; text++) {
        if (*text == ';') {
            take_value(values, value);
            continue;
        }
        if (text[0] == '\\' && (text[1] == ';' || text[1] == '\\'))
            text++;
        g_string_append_c(value, *text);
    }
    take_value(values, value);
    return g_strv_builder_end(values);
}
