/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rate: the limit holds in every span, found by counting; and how much of it can be used */
#include "mailing/rate.h"

/* The most messages in any span of `span` milliseconds, both ends counted in, wherever it begins:
 * it is enough to look at those that end with a message. */
static guint
most_in_span(const GArray *times, gint64 span)
{
    guint most = 0, first = 0;
    for (guint i = 0; i < times->len; i++) {
        while (g_array_index(times, gint64, first) < g_array_index(times, gint64, i) - span)
            first++;
        most = MAX(most, i - first + 1);
    }
    return most;
}

/* A sender that looks in at random: sometimes it is late by much, sometimes it comes in a heap. */
static gint64
later(gint64 now, gint64 span)
{
    switch (g_test_rand_int_range(0, 20)) {
    case 0:
        return now + g_test_rand_int_range(0, (gint32)(2 * span));
    case 1:
    case 2:
    case 3:
        return now + g_test_rand_int_range(0, 50);
    default:
        return now;
    }
}

static void
test_property(void)
{
    static const struct {
        guint messages;
        gint64 span;
    } rows[] = {
        {1, 1000},     {2, 1000},      {10, 1000},      {300, 60000},     {511, 60000},
        {512, 60000},  {513, 60000},   {600, 60000},    {1023, 60000},    {1025, 60000},
        {5000, 60000}, {9999, 600000}, {10000, 600000}, {100000, 600000},
    };
    guint events = g_test_slow() ? 1000000 : 100000;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Rate rate;
        rate_init(&rate, rows[i].messages, rows[i].span);
        g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(gint64));
        gint64 now = g_test_rand_int_range(0, 1000000);
        for (guint event = 0; event < events; event++) {
            now = later(now, rows[i].span);
            now = MAX(now, rate_next(&rate));
            rate_add(&rate, now);
            g_array_append_val(times, now);
        }
        g_assert_cmpuint(most_in_span(times, rows[i].span), <=, rows[i].messages);
        g_assert_cmpuint(rate.last->len, <=, RATE_SLOTS);
        rate_clear(&rate);
    }
}

/* What passes in 20 spans when messages wait at all times, and `gap` ms at least lie between two of
 * them: all but 0.8 % (and one in a thousand for the millisecond). */
static void
test_capacity(void)
{
    static const struct {
        guint messages;
        gint64 span, gap;
    } rows[] = {
        {1, 1000, 0},          {20, 1000, 0},        {600, 60000, 0},       {513, 60000, 0},
        {513, 60000, 100},     {1023, 60000, 50},    {1025, 60000, 50},     {10000, 3600000, 0},
        {10000, 3600000, 300}, {9999, 3600000, 359}, {100000, 3600000, 30}, {1000000, 3600000, 3},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Rate rate;
        rate_init(&rate, rows[i].messages, rows[i].span);
        guint64 sent = 0;
        for (gint64 now = 0; now < 20 * rows[i].span; sent++) {
            rate_add(&rate, now);
            now = MAX(now + rows[i].gap, rate_next(&rate));
        }
        g_test_message("%u in %" G_GINT64_FORMAT " ms: %.2f %%", rows[i].messages, rows[i].span,
                       100.0 * (double)sent / 20 / rows[i].messages);
        g_assert_cmpfloat((double)sent, >=, 0.991 * 20 * rows[i].messages);
        rate_clear(&rate);
    }
}

/* times one by one */
static void
test_exact(void)
{
    static const struct {
        gint64 next, now; /* next: what is asked before the message at `now` */
    } rows[] = {
        {G_MININT64, 5}, {G_MININT64, 5}, {G_MININT64, 900}, {1006, 1006}, {1006, 1006},
        {1901, 5000},    {2007, 5000},    {2007, 5000},      {6001, 6001},
    };
    Rate rate;
    rate_init(&rate, 3, 1000);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_cmpint(rate_next(&rate), ==, rows[i].next);
        rate_add(&rate, rows[i].now);
    }
    rate_clear(&rate);
    rate_clear(&rate);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/exact", test_exact);
    g_test_add_func("/rate/property", test_property);
    g_test_add_func("/rate/capacity", test_capacity);
    return g_test_run();
}
