/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outcome: the table of outcomes and the times of further attempts */
#include "transport/outcome.h"

static void
test_judge(void)
{
    static const struct {
        gboolean ok;
        int code;
        gboolean body_ended;
        OutcomeKind kind;
    } rows[] = {
        {TRUE, 250, TRUE, OUTCOME_SENT},
        {TRUE, 250, FALSE, OUTCOME_TEMPORARY},
        {TRUE, 0, TRUE, OUTCOME_TEMPORARY},
        {TRUE, 251, TRUE, OUTCOME_TEMPORARY},
        {FALSE, 250, TRUE, OUTCOME_TEMPORARY},
        {FALSE, 250, FALSE, OUTCOME_TEMPORARY}, /* closed after RCPT */
        {FALSE, 400, FALSE, OUTCOME_TEMPORARY},
        {FALSE, 421, TRUE, OUTCOME_TEMPORARY},
        {FALSE, 450, FALSE, OUTCOME_TEMPORARY},
        {FALSE, 499, TRUE, OUTCOME_TEMPORARY},
        {FALSE, 500, FALSE, OUTCOME_PERMANENT},
        {FALSE, 550, FALSE, OUTCOME_PERMANENT},
        {FALSE, 554, TRUE, OUTCOME_PERMANENT},
        {FALSE, 599, TRUE, OUTCOME_PERMANENT},
        {FALSE, 354, TRUE, OUTCOME_UNKNOWN},
        {FALSE, 0, TRUE, OUTCOME_UNKNOWN},
        {FALSE, 354, FALSE, OUTCOME_TEMPORARY},
        {FALSE, 0, FALSE, OUTCOME_TEMPORARY},
        {FALSE, 220, TRUE, OUTCOME_TEMPORARY},
        {FALSE, 600, TRUE, OUTCOME_TEMPORARY},
        {FALSE, 399, FALSE, OUTCOME_TEMPORARY},
        {FALSE, -1, TRUE, OUTCOME_TEMPORARY},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(outcome_judge(rows[i].ok, rows[i].code, rows[i].body_ended), ==,
                        rows[i].kind);
}

static void
test_retry_at(void)
{
    static const struct {
        guint attempts;
        gint64 now, not_after, due;
    } rows[] = {
        {1, 1000, 100000, 1000 + 5 * 60},
        {2, 1000, 100000, 1000 + 15 * 60},
        {3, 1000, 100000, 1000 + 30 * 60},
        {4, 1000, 100000, 1000 + 60 * 60},
        {5, 1000, 100000, 1000 + 120 * 60},
        {6, 1000, 100000, 1000 + 120 * 60},
        {G_MAXUINT, 1000, 100000, 1000 + 120 * 60},
        {0, 1000, 100000, 1000 + 5 * 60},
        {1, 1000, 1300, 1300}, /* exactly then is not after */
        {1, 1000, 1299, 0},
        {1, 1000, 1000, 0},
        {1, 1000, 0, 0},
        {5, 1000, 8199, 0},
        {5, G_MAXINT64 - 1, G_MAXINT64, 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(outcome_retry_at(rows[i].attempts, rows[i].now, rows[i].not_after), ==,
                        rows[i].due);
}

static void
test_clear(void)
{
    Outcome outcome = {.kind = OUTCOME_SENT, .code = 250, .text = g_strdup("ok")};
    outcome_clear(&outcome);
    g_assert_null(outcome.text);
    outcome_clear(&outcome);
    g_assert_cmpint(outcome.kind, !=, OUTCOME_SENT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/outcome/judge", test_judge);
    g_test_add_func("/outcome/retry_at", test_retry_at);
    g_test_add_func("/outcome/clear", test_clear);
    return g_test_run();
}
