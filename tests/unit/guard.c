/* SPDX-License-Identifier: GPL-3.0-or-later */
/* guard: what may take people away, and what is held */
#include "sync/guard.h"

static void
test_decide(void)
{
    static const struct {
        guint64 known, shown, lost;
        gint64 percent, count;
        GuardVerdict verdict;
    } rows[] = {
        {0, 0, 0, 5, 20, GUARD_PASS},      /* first sync of nothing */
        {0, 100082, 0, 5, 20, GUARD_PASS}, /* first sync */
        {66, 66, 0, 5, 20, GUARD_PASS},
        {66, 0, 66, 5, 20, GUARD_EMPTY},
        {1, 0, 1, 100, 1000, GUARD_EMPTY}, /* emptied: held whatever the limits */
        {100, 95, 5, 5, 20, GUARD_PASS},   /* exactly at the limit */
        {100, 94, 6, 5, 20, GUARD_PERCENT},
        {1000, 980, 20, 5, 20, GUARD_PASS},
        {1000, 979, 21, 5, 20, GUARD_COUNT},
        {100000, 99979, 21, 5, 20, GUARD_COUNT}, /* far below the share */
        {10, 9, 1, 5, 20, GUARD_PERCENT},        /* a small roster: one is a tenth */
        {10, 9, 1, 10, 20, GUARD_PASS},
        {10, 19, 1, 5, 20, GUARD_PERCENT},  /* what comes does not outweigh what goes */
        {100, 99, 1, 0, 20, GUARD_PERCENT}, /* 0: nothing may go unseen */
        {100, 99, 1, 100, 0, GUARD_COUNT},
        {100, 99, 1, -1, -1, GUARD_COUNT},
        {G_MAXUINT32, 1, G_MAXUINT32 - 1, 100, G_MAXINT64, GUARD_PASS},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(guard_decide(rows[i].known, rows[i].shown, rows[i].lost, rows[i].percent,
                                     rows[i].count),
                        ==, rows[i].verdict);
}

static void
test_reason(void)
{
    static const struct {
        GuardVerdict verdict;
        const char *reason;
    } rows[] = {
        {GUARD_EMPTY, "the directory shows nobody; all 6 persons and municipalities would go"},
        {GUARD_COUNT, "6 of 66 persons and municipalities would go, more than guard.count (20)"},
        {GUARD_PERCENT,
         "6 of 66 persons and municipalities would go, more than guard.percent (5 %)"},
        {GUARD_PASS, "nothing is held"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *reason = guard_reason(rows[i].verdict, 66, 6, 5, 20);
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
