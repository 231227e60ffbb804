/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/limits.h"

#include <string.h>

/* No provider publishes the number at which it begins to refuse: that depends on the sender's
 * reputation. What they do publish, at postmaster.gmx.net, postmaster.web.de,
 * postmaster.t-online.de, Microsoft's "Policies, practices and guidelines" for outlook.com (at most
 * 500 connections at once) and Google's "Email sender guidelines", is that they slow down who sends
 * much of a sudden, answer 421 or 4.7.x then, and want few connections and a steady flow. The
 * figures are chosen to stay clear of that as a sender whom they seldom see: a mailing's 1,000
 * messages to one of them take up to an hour. */
const LimitsProvider limits_providers[] = {
    {"gmx",
     "gmx.de gmx.net gmx.at gmx.ch gmx.com gmx.eu gmx.org gmx.info gmx.biz web.de mail.com "
     "email.de "
     "online.de onlinehome.de 1und1.de",
     {2, {2, 60, 1200}}},
    {"t-online", "t-online.de magenta.de", {2, {2, 60, 1200}}},
    {"outlook",
     "outlook.com outlook.de outlook.at outlook.fr outlook.it outlook.es hotmail.com hotmail.de "
     "hotmail.at hotmail.ch hotmail.co.uk hotmail.fr hotmail.it hotmail.es live.com live.de "
     "live.at "
     "live.co.uk live.fr live.it live.nl msn.com windowslive.com",
     {4, {5, 120, 3000}}},
    {"gmail", "gmail.com googlemail.com", {4, {5, 150, 4000}}},
    {0},
};

const LimitsProvider *
limits_provider(const char *name)
{
    for (const LimitsProvider *provider = limits_providers; provider->name; provider++)
        if (strcmp(provider->name, name) == 0)
            return provider;
    return NULL;
}

gint64
limits_span_ms(Span span)
{
    static const gint64 lengths[SPANS] = {1000, 60 * 1000, 60 * 60 * 1000};
    return lengths[span];
}

/* where a word's number belongs; `next` is the word after it; NULL: nowhere */
static guint *
place_of(const char *unit, const char *next, gboolean sessions, Limits *limits)
{
    static const char units[] = "smh";
    if (unit[0] == '/' && unit[1] && !unit[2] && strchr(units, unit[1]))
        return &limits->messages[strchr(units, unit[1]) - units];
    if (!*unit && sessions && next &&
        (strcmp(next, "session") == 0 || strcmp(next, "sessions") == 0))
        return &limits->sessions;
    return NULL;
}

gboolean
limits_parse(const char *text, gboolean sessions, Limits *limits)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    Limits found = {0};
    gboolean none = strcmp(text, "none") == 0, any = FALSE;
    for (char **word = words; *word && !none; word++) {
        if (!**word)
            continue;
        char *unit;
        guint64 number = g_ascii_strtoull(*word, &unit, 10);
        guint *place = place_of(unit, word[1], sessions, &found);
        guint most = place == &found.sessions ? LIMITS_SESSIONS_MAX : LIMITS_MESSAGES_MAX;
        if (!g_ascii_isdigit(**word) || !place || *place || number < 1 || number > most)
            return FALSE;
        *place = (guint)number;
        any = TRUE;
        if (place == &found.sessions)
            word++;
    }
    if (!none && !any)
        return FALSE;
    *limits = found;
    return TRUE;
}
