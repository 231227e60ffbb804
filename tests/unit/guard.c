/* SPDX-License-Identifier: GPL-3.0-or-later */
/* guard: what may take people away, and what is held */
#include "sync/guard.h"

static void
test_decide(void)
{
    static const struct {
        GuardCounts counts;
        gint64 percent, count;
        GuardVerdict verdict;
    } rows[] = {
        /* known, shown, lost, recent */
        {{0, 0, 0, 0}, 5, 20, GUARD_PASS},      /* first sync of nothing */
        {{0, 100082, 0, 0}, 5, 20, GUARD_PASS}, /* first sync */
        {{66, 66, 0, 0}, 5, 20, GUARD_PASS},
        {{66, 0, 66, 0}, 5, 20, GUARD_EMPTY},
        {{1, 0, 1, 0}, 100, 1000, GUARD_EMPTY}, /* emptied: held whatever the limits */
        {{100, 95, 5, 0}, 5, 20, GUARD_PASS},   /* exactly at the limit */
        {{100, 94, 6, 0}, 5, 20, GUARD_PERCENT},
        {{1000, 980, 20, 0}, 5, 20, GUARD_PASS},
        {{1000, 979, 21, 0}, 5, 20, GUARD_COUNT},
        {{100000, 99979, 21, 0}, 5, 20, GUARD_COUNT}, /* far below the share */
        {{10, 9, 1, 0}, 5, 20, GUARD_PERCENT},        /* a small roster: one is a tenth */
        {{10, 9, 1, 0}, 10, 20, GUARD_PASS},
        {{10, 19, 1, 0}, 5, 20, GUARD_PERCENT},  /* what comes does not outweigh what goes */
        {{100, 99, 1, 0}, 0, 20, GUARD_PERCENT}, /* 0: nothing may go unseen */
        {{100, 99, 1, 0}, 100, 0, GUARD_COUNT},
        {{100, 99, 1, 0}, -1, -1, GUARD_COUNT},
        {{G_MAXUINT32, 1, G_MAXUINT32 - 1, 0}, 100, G_MAXINT64, GUARD_PASS},
        /* one by one: against what was known before the first of them */
        {{96, 95, 1, 4}, 5, 20, GUARD_PASS},
        {{95, 94, 1, 5}, 5, 20, GUARD_PERCENT},
        {{981, 980, 1, 19}, 5, 20, GUARD_PASS},
        {{980, 979, 1, 20}, 5, 20, GUARD_COUNT},
        {{980, 980, 0, 20}, 5, 5, GUARD_PASS}, /* nothing goes now, whatever went before */
        {{1, 0, 1, 5}, 100, 1000, GUARD_EMPTY},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(guard_decide(&rows[i].counts, rows[i].percent, rows[i].count), ==,
                        rows[i].verdict);
}

static void
test_reason(void)
{
    static const struct {
        GuardVerdict verdict;
        guint64 recent;
        const char *reason;
    } rows[] = {
        {GUARD_EMPTY, 0, "the directory shows nobody; all 6 persons and municipalities would go"},
        {GUARD_EMPTY, 4, "the directory shows nobody; all 6 persons and municipalities would go"},
        {GUARD_COUNT, 0, "6 of 66 persons and municipalities would go, more than guard.count (20)"},
        {GUARD_PERCENT, 0,
         "6 of 66 persons and municipalities would go, more than guard.percent (5 %)"},
        {GUARD_COUNT, 15,
         "6 of 66 persons and municipalities would go, and with what went in the last 24 hours "
         "that "
         "is 21 of 81, more than guard.count (20)"},
        {GUARD_PASS, 0, "nothing is held"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        GuardCounts counts = {.known = 66, .shown = 60, .lost = 6, .recent = rows[i].recent};
        g_autofree char *reason = guard_reason(rows[i].verdict, &counts, 5, 20);
        g_assert_cmpstr(reason, ==, rows[i].reason);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/guard/decide", test_decide);
    g_test_add_func("/guard/reason", test_reason);
    return g_test_run();
}
