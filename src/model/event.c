/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/event.h"

#include <string.h>

#define NAME_MAX_LENGTH 64

Event *
event_new(void)
{
    return g_new0(Event, 1);
}

Event *
event_copy(const Event *event)
{
    Event *copy = g_memdup2(event, sizeof *event);
    copy->name = g_strdup(event->name);
    copy->title = g_strdup(event->title);
    copy->subtitle = g_strdup(event->subtitle);
    copy->kind = g_strdup(event->kind);
    copy->venue = g_strdup(event->venue);
    copy->timezone = g_strdup(event->timezone);
    copy->contact = g_strdup(event->contact);
    copy->registration = g_strdup(event->registration);
    copy->audience = g_strdup(event->audience);
    copy->body = g_strdup(event->body);
    return copy;
}

void
event_free(Event *event)
{
    if (!event)
        return;
    g_free(event->name);
    g_free(event->title);
    g_free(event->subtitle);
    g_free(event->kind);
    g_free(event->venue);
    g_free(event->timezone);
    g_free(event->contact);
    g_free(event->registration);
    g_free(event->audience);
    g_free(event->body);
    g_free(event);
}

static const char *const status_texts[] = {
    [EVENT_CONFIRMED] = "confirmed",
    [EVENT_CANCELLED] = "cancelled",
};

const char *
event_status_text(EventStatus status)
{
    return status_texts[status];
}

gboolean
event_status_parse(const char *text, EventStatus *status)
{
    for (guint i = 0; i < G_N_ELEMENTS(status_texts); i++) {
        if (strcmp(status_texts[i], text) == 0) {
            *status = (EventStatus)i;
            return TRUE;
        }
    }
    return FALSE;
}

const char *
event_extra_audience(const Event *event)
{
    gboolean said = event->audience && event->body && strstr(event->body, event->audience);
    return said ? NULL : event->audience;
}

/* German letters as they are written in ASCII; other letters lose their marks (NFKD) */
static void
append_ascii(GString *out, const char *text)
{
    static const struct {
        gunichar letter;
        const char *ascii;
    } special[] = {{0xe4, "ae"}, {0xf6, "oe"}, {0xfc, "ue"}, {0xdf, "ss"}};
    g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
    g_autofree char *lower = g_utf8_strdown(composed, -1);
    for (const char *p = lower; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p), base[8];
        const char *ascii = NULL;
        for (guint i = 0; i < G_N_ELEMENTS(special); i++)
            if (special[i].letter == c)
                ascii = special[i].ascii;
        g_unichar_fully_decompose(c, TRUE, base, G_N_ELEMENTS(base));
        if (ascii)
            g_string_append(out, ascii);
        else if (base[0] < 0x80 && g_ascii_isalnum((char)base[0]))
            g_string_append_c(out, g_ascii_tolower((char)base[0]));
        else if (out->len > 0 && out->str[out->len - 1] != '-')
            g_string_append_c(out, '-');
    }
    while (out->len > 0 && out->str[out->len - 1] == '-')
        g_string_truncate(out, out->len - 1);
}

char *
event_make_name(const char *venue, const char *title, int year)
{
    g_auto(GStrv) lines = g_strsplit(venue ? venue : "", "\n", 2);
    GString *name = g_string_new(NULL);
    if (lines[0])
        append_ascii(name, lines[0]);
    if (name->len == 0)
        append_ascii(name, title);
    if (name->len == 0)
        g_string_append(name, "event");
    g_string_truncate(name, MIN(name->len, NAME_MAX_LENGTH - 8));
    while (name->str[name->len - 1] == '-')
        g_string_truncate(name, name->len - 1);
    g_string_append_printf(name, "-%d", year);
    return g_string_free(name, FALSE);
}

gboolean
event_name_valid(const char *name)
{
    gsize length = strlen(name);
    if (length == 0 || length > NAME_MAX_LENGTH || name[0] == '-' || name[length - 1] == '-')
        return FALSE;
    for (const char *p = name; *p; p++)
        if (!g_ascii_islower(*p) && !g_ascii_isdigit(*p) && *p != '-')
            return FALSE;
    return TRUE;
}
