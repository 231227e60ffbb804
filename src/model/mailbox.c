/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/mailbox.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

#include <string.h>

/* the display name without its quotes and backslashes; NULL if empty */
static char *
read_name(const char *text, gsize length)
{
    g_autofree char *raw = g_strndup(text, length);
    g_autofree char *line = text_one_line(raw);
    gsize end = strlen(line);
    if (end < 2 || line[0] != '"' || line[end - 1] != '"')
        return end > 0 ? g_steal_pointer(&line) : NULL;
    GString *name = g_string_new(NULL);
    for (gsize i = 1; i < end - 1; i++) {
        if (line[i] == '\\' && i + 1 < end - 1)
            i++;
        g_string_append_c(name, line[i]);
    }
    return g_string_free(name, name->len == 0);
}

Mailbox *
mailbox_parse(const char *text, GError **error)
{
    const char *open = strrchr(text, '<');
    const char *close = open ? strchr(open, '>') : NULL;
    if (open && (!close || close[1 + strspn(close + 1, " \t")])) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("\"%s\" is no sender; write Name <address>"), text);
        return NULL;
    }
    g_autofree char *spec = open ? g_strndup(open + 1, (gsize)(close - open - 1)) : g_strdup(text);
    g_autoptr(Address) address = address_parse(g_strstrip(spec), -1, error);
    if (!address)
        return NULL;
    Mailbox *mailbox = g_new0(Mailbox, 1);
    mailbox->name = open ? read_name(text, (gsize)(open - text)) : NULL;
    mailbox->address = g_steal_pointer(&address);
    return mailbox;
}

void
mailbox_free(Mailbox *mailbox)
{
    if (!mailbox)
        return;
    g_free(mailbox->name);
    address_free(mailbox->address);
    g_free(mailbox);
}
