/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/hours.h"

/* "HH:MM" in minutes; the form is known */
static int
minutes_of(const char *text)
{
    return (10 * (text[0] - '0') + (text[1] - '0')) * 60 + 10 * (text[3] - '0') + (text[4] - '0');
}

gboolean
hours_parse(const char *text, Hours *hours)
{
    if (!g_regex_match_simple(
            "^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", text,
            G_REGEX_DOLLAR_ENDONLY, 0))
        return FALSE;
    Hours found = {minutes_of(text), minutes_of(text + 6)};
    if (found.to == 0)
        found.to = HOURS_DAY;
    if (found.from == found.to)
        return FALSE;
    *hours = found;
    return TRUE;
}
