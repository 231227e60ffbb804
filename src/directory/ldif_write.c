/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "directory/ldif_write.h"

#include <string.h>

#define LINE_BYTES_MAX 76 /* RFC 2849, note 10, and what OpenLDAP's tools do */

/* RFC 2849: SAFE-STRING, and no blank at the end (its note 8) */
static gboolean
is_safe(const char *data, gsize length)
{
    if (length == 0)
        return TRUE;
    if (strchr(" :<", data[0]) || data[length - 1] == ' ')
        return FALSE;
    for (gsize i = 0; i < length; i++)
        if (data[i] == '\0' || data[i] == '\n' || data[i] == '\r' || (guchar)data[i] > 0x7f)
            return FALSE;
    return TRUE;
}

/* Appends a line that is ASCII, folded. */
static void
append_line(GString *out, const GString *line)
{
    gsize at = MIN(line->len, LINE_BYTES_MAX);
    g_string_append_len(out, line->str, (gssize)at);
    while (at < line->len) {
        gsize length = MIN(line->len - at, LINE_BYTES_MAX - 1);
        g_string_append(out, "\n ");
        g_string_append_len(out, line->str + at, (gssize)length);
        at += length;
    }
    g_string_append_c(out, '\n');
}

static void
append_value(GString *out, const char *description, const char *data, gsize length)
{
    g_autoptr(GString) line = g_string_new(description);
    if (is_safe(data, length)) {
        g_string_append(line, length > 0 ? ": " : ":");
        g_string_append_len(line, data, (gssize)length);
    } else {
        g_autofree char *base64 = g_base64_encode((const guchar *)data, length);
        g_string_append(line, ":: ");
        g_string_append(line, base64);
    }
    append_line(out, line);
}

void
ldif_append_version(GString *out)
{
    g_string_append(out, "version: 1\n");
}

void
ldif_append_entry(GString *out, const char *dn, const guint8 uuid[UUID_LENGTH],
                  const Attributes *attributes)
{
    g_string_append_c(out, '\n');
    append_value(out, "dn", dn, strlen(dn));
    for (guint i = 0; i < attributes_count(attributes); i++) {
        guint count;
        const AttributeValue *values = attributes_values(attributes, i, &count);
        for (guint j = 0; j < count; j++)
            append_value(out, attributes_description(attributes, i), values[j].data,
                         values[j].length);
    }
    g_autofree char *identity = uuid_to_text(uuid);
    append_value(out, "entryUUID", identity, strlen(identity));
}
