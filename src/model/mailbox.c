/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/mailbox.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

#include <string.h>

/* The display name without its quotes and backslashes into `*name` (owned by the caller; NULL if
 * it is empty). FALSE if it is not quoted and has a < or >, as in "A <a@x.example>
 * <b@x.example>". */
static gboolean
read_name(const char *text, gsize length, char **name)
{
    g_autofree char *raw = g_strndup(text, length);
    g_autofree char *line = text_one_line(raw);
    gsize end = strlen(line);
    *name = NULL;
    if (end < 2 || line[0] != '"' || line[end - 1] != '"') {
        if (end > 0)
            *name = g_strdup(line);
        return !strpbrk(line, "<>");
    }
    g_autoptr(GString) plain = g_string_new(NULL);
    for (gsize i = 1; i < end - 1; i++) {
        if (line[i] == '\\' && i + 1 < end - 1)
            i++;
        g_string_append_c(plain, line[i]);
    }
    if (plain->len > 0)
        *name = g_strdup(plain->str);
    return TRUE;
}

Mailbox *
mailbox_parse(const char *text, GError **error)
{
    const char *open = strrchr(text, '<');
    const char *close = open ? strchr(open, '>') : NULL;
    g_autofree char *name = NULL;
    if (open && (!close || close[1 + strspn(close + 1, " \t")] ||
                 !read_name(text, (gsize)(open - text), &name))) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("\"%s\" is no sender; write Name <address>"), text);
        return NULL;
    }
    g_autofree char *spec = open ? g_strndup(open + 1, (gsize)(close - open - 1)) : g_strdup(text);
    g_autoptr(Address) address = address_parse(g_strstrip(spec), -1, error);
    if (!address)
        return NULL;
    Mailbox *mailbox = g_new0(Mailbox, 1);
    mailbox->name = g_steal_pointer(&name);
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
