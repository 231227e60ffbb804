/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/settle.h"

#include <string.h>

UnknownPolicy
settle_policy(const char *word)
{
    if (strcmp(word, "ask") == 0)
        return UNKNOWN_ASK;
    return strcmp(word, "skip") == 0 ? UNKNOWN_SKIP : UNKNOWN_RESEND;
}

DeliveryState
settle_orphan(UnknownPolicy policy)
{
    return policy == UNKNOWN_RESEND ? DELIVERY_RETRY : DELIVERY_UNKNOWN;
}

static gboolean
counts(const Outcome *outcome)
{
    return outcome->kind == OUTCOME_SENT || outcome->kind == OUTCOME_UNKNOWN ||
           outcome->blame == BLAME_RECIPIENT;
}

static void
try_again(Delivery *delivery, gboolean counted, gint64 now, gint64 not_after)
{
    gint64 due =
        counted ? outcome_retry_at(delivery->attempts, now, not_after) : now + SETTLE_DELAY_S;
    delivery->state = due > 0 && due < not_after ? DELIVERY_RETRY : DELIVERY_MISSED;
    if (delivery->state == DELIVERY_RETRY)
        delivery->due = due;
}

void
settle_delivery(Delivery *delivery, const Outcome *outcome, UnknownPolicy policy, gint64 now,
                gint64 not_after)
{
    g_free(delivery->text);
    delivery->text = g_strdup(outcome->text);
    delivery->code = outcome->code;
    delivery->settled_at = now;
    gboolean counted = counts(outcome);
    delivery->attempts += counted ? 1 : 0;
    if (outcome->kind == OUTCOME_SENT)
        delivery->state = DELIVERY_SENT;
    else if (outcome->kind == OUTCOME_UNKNOWN && policy != UNKNOWN_RESEND)
        delivery->state = DELIVERY_UNKNOWN;
    else if (outcome->kind == OUTCOME_PERMANENT && counted)
        delivery->state = DELIVERY_FAILED;
    else
        try_again(delivery, counted, now, not_after);
    /* late is worse than unknown: a person sees that it may have arrived */
    if (outcome->kind == OUTCOME_UNKNOWN && delivery->state == DELIVERY_MISSED)
        delivery->state = DELIVERY_UNKNOWN;
}
