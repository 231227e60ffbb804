/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/fact.h"

#include "base/dates.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "model/event.h"

#include <string.h>

#define ANY_YEAR "any:"

const char *const fact_names[] = {
    [FACT_INVITED] = "invited",   [FACT_REGISTERED] = "registered",
    [FACT_DECLINED] = "declined", [FACT_UNANSWERED] = "unanswered",
    [FACT_ATTENDED] = "attended", [FACT_SUPPRESSED] = "suppressed",
    [FACT_LIST] = "list",         [FACTS] = NULL,
};

FactKind
fact_find(const char *name)
{
    guint kind = 0;
    while (kind < FACTS && g_ascii_strcasecmp(fact_names[kind], name) != 0)
        kind++;
    return (FactKind)kind;
}

/* four digits, and nothing else; 0: it is no year */
static int
read_year(const char *text)
{
    int year = 0;
    for (const char *p = text; *p; p++) {
        if (!g_ascii_isdigit(*p) || p - text >= 4)
            return 0;
        year = 10 * year + g_ascii_digit_value(*p);
    }
    return strlen(text) == 4 ? year : 0;
}

gboolean
fact_events_read(FactEvents *events, const char *text, GTimeZone *zone, GError **error)
{
    FactEvents read = {NULL, G_MININT64, G_MAXINT64};
    if (g_ascii_strncasecmp(text, ANY_YEAR, strlen(ANY_YEAR)) == 0) {
        int year = read_year(text + strlen(ANY_YEAR));
        if (year == 0 || year == 9999) {
            g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                        _("four digits of a year must follow \"any:\", as in any:2025"));
            return FALSE;
        }
        if (!dates_from_wall(zone, year, 1, 1, 0, 0, &read.from, error) ||
            !dates_from_wall(zone, year + 1, 1, 1, 0, 0, &read.to, error))
            return FALSE;
    } else if (strcmp(text, "*") != 0) {
        if (!event_name_valid(text)) {
            g_autofree char *shown = text_one_line(text);
            g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                        _("\"%s\" is no event's name; for any event write *, for any of a year "
                          "any:2025"),
                        shown);
            return FALSE;
        }
        read.name = g_strdup(text);
    }
    *events = read;
    return TRUE;
}

void
fact_events_clear(FactEvents *events)
{
    g_clear_pointer(&events->name, g_free);
}
