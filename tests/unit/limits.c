/* SPDX-License-Identifier: GPL-3.0-or-later */
/* limits, hours: what people write in the settings, and the providers' own limits */
#include "model/limits.h"
#include "model/hours.h"

#include <string.h>

static void
test_parse(void)
{
    static const struct {
        const char *text;
        gboolean sessions, good;
        Limits limits;
    } rows[] = {
        {"none", FALSE, TRUE, {0, {0, 0, 0}}},
        {"none", TRUE, TRUE, {0, {0, 0, 0}}},
        {"20/s 600/m 10000/h", FALSE, TRUE, {0, {20, 600, 10000}}},
        {"10000/h  20/s", FALSE, TRUE, {0, {20, 0, 10000}}},
        {" 1/m ", FALSE, TRUE, {0, {0, 1, 0}}},
        {"1000000/h", FALSE, TRUE, {0, {0, 0, 1000000}}},
        {"2 sessions 10/s 300/m", TRUE, TRUE, {2, {10, 300, 0}}},
        {"300/m 1 session", TRUE, TRUE, {1, {0, 300, 0}}},
        {"256 sessions", TRUE, TRUE, {256, {0, 0, 0}}},
        {"257 sessions", TRUE, FALSE, {0}},
        {"2 sessions", FALSE, FALSE, {0}},
        {"2  sessions", TRUE, FALSE, {0}},
        {"2", TRUE, FALSE, {0}},
        {"sessions", TRUE, FALSE, {0}},
        {"2 sessions 3 sessions", TRUE, FALSE, {0}},
        {"1/s 2/s", TRUE, FALSE, {0}},
        {"0/s", TRUE, FALSE, {0}},
        {"-1/s", TRUE, FALSE, {0}},
        {"+1/s", TRUE, FALSE, {0}},
        {"1000001/h", TRUE, FALSE, {0}},
        {"99999999999999999999/h", TRUE, FALSE, {0}},
        {"1/d", TRUE, FALSE, {0}},
        {"1/", TRUE, FALSE, {0}},
        {"1/sec", TRUE, FALSE, {0}},
        {"1 /s", TRUE, FALSE, {0}},
        {"1.5/s", TRUE, FALSE, {0}},
        {"1/s,2/m", TRUE, FALSE, {0}},
        {"none 1/s", TRUE, FALSE, {0}},
        {"", TRUE, FALSE, {0}},
        {" ", TRUE, FALSE, {0}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Limits limits = {7, {7, 7, 7}};
        const Limits before = limits;
        gboolean good = limits_parse(rows[i].text, rows[i].sessions, &limits);
        g_test_message("row %u: %s", i, rows[i].text);
        g_assert_cmpint(good, ==, rows[i].good);
        g_assert_cmpmem(&limits, sizeof limits, good ? &rows[i].limits : &before, sizeof limits);
    }
}

static void
test_hours(void)
{
    static const struct {
        const char *text;
        Hours hours; /* 0, 0: refused */
    } rows[] = {
        {"08:00-18:00", {8 * 60, 18 * 60}},
        {"00:00-24:00", {0, 24 * 60}},
        {"22:00-06:30", {22 * 60, 6 * 60 + 30}},
        {"22:00-00:00", {22 * 60, 24 * 60}},
        {"23:59-24:00", {24 * 60 - 1, 24 * 60}},
        {"00:00-00:00", {0, 24 * 60}},
        {"08:00-08:00", {0, 0}},
        {"24:00-06:00", {0, 0}},
        {"8:00-18:00", {0, 0}},
        {"08:00 - 18:00", {0, 0}},
        {"08:60-18:00", {0, 0}},
        {"08:00-24:01", {0, 0}},
        {"08:00-25:00", {0, 0}},
        {"08:00", {0, 0}},
        {"08:00-18:00\n", {0, 0}},
        {"", {0, 0}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Hours hours = {0, 0};
        g_assert_cmpint(hours_parse(rows[i].text, &hours), ==, rows[i].hours.to != 0);
        g_assert_cmpmem(&hours, sizeof hours, &rows[i].hours, sizeof hours);
    }
}

/* each domain once, lower case; names that no domain can have; limits that fit together */
static void
test_providers(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (const LimitsProvider *provider = limits_providers; provider->name; provider++) {
        g_assert_null(strchr(provider->name, '.'));
        g_assert_true(limits_provider(provider->name) == provider);
        g_auto(GStrv) domains = g_strsplit(provider->domains, " ", -1);
        for (char **domain = domains; *domain; domain++) {
            g_autofree char *lower = g_ascii_strdown(*domain, -1);
            g_assert_cmpstr(*domain, ==, lower);
            g_assert_nonnull(strchr(*domain, '.'));
            g_assert_true(g_hash_table_add(seen, g_strdup(*domain)));
        }
        const Limits *limits = &provider->limits;
        g_assert_cmpuint(limits->sessions, >, 0);
        g_assert_cmpuint(limits->messages[SPAN_SECOND] * 60, >=, limits->messages[SPAN_MINUTE]);
        g_assert_cmpuint(limits->messages[SPAN_MINUTE] * 60, >=, limits->messages[SPAN_HOUR]);
    }
    g_assert_null(limits_provider("web.de"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/limits/parse", test_parse);
    g_test_add_func("/limits/hours", test_hours);
    g_test_add_func("/limits/providers", test_providers);
    return g_test_run();
}
