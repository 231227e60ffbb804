/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/outcome.h"

void
outcome_clear(Outcome *outcome)
{
    g_clear_pointer(&outcome->text, g_free);
    *outcome = (Outcome){.kind = OUTCOME_TEMPORARY};
}

OutcomeKind
outcome_judge(gboolean ok, int code, gboolean body_ended)
{
    if (ok && code == 250 && body_ended)
        return OUTCOME_SENT;
    if (!ok && code >= 400 && code <= 499)
        return OUTCOME_TEMPORARY;
    if (!ok && code >= 500 && code <= 599)
        return OUTCOME_PERMANENT;
    if (!ok && (code == 354 || code == 0) && body_ended)
        return OUTCOME_UNKNOWN;
    return OUTCOME_TEMPORARY;
}

gint64
outcome_retry_at(guint attempts, gint64 now, gint64 not_after)
{
    static const gint64 minutes[] = {5, 15, 30, 60, 120};
    gint64 delay = 60 * minutes[CLAMP(attempts, 1, G_N_ELEMENTS(minutes)) - 1];
    return now <= not_after - delay ? now + delay : 0;
}
