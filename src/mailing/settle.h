/* SPDX-License-Identifier: GPL-3.0-or-later */
/* settle.h - what the outcome of an attempt makes of a delivery: a pure decision
 *
 * Only what is held against the recipient counts as an attempt and makes the next pause longer. A
 * fault of the relay or of the recipient's domain lets the delivery wait SETTLE_DELAY_S. */
#ifndef RUNDRUF_MAILING_SETTLE_H
#define RUNDRUF_MAILING_SETTLE_H

#include "model/mailing.h"
#include "transport/outcome.h"

#define SETTLE_DELAY_S (5 * 60)

/* What is done about a message that perhaps arrived: `mailing.on_unknown`. */
typedef enum {
    UNKNOWN_RESEND, /* again, with the same Message-ID */
    UNKNOWN_ASK,    /* a person decides: mailing retry --state unknown */
    UNKNOWN_SKIP    /* it is left as it is */
} UnknownPolicy;

UnknownPolicy settle_policy(const char *word);

/* Sets state, attempts, due, code, text, settled_at by the outcome of an attempt that ended at `now`
 * and was not OUTCOME_UNTRIED. Nothing is due at `not_after` or later: it is `missed`. */
void settle_delivery(Delivery *delivery, const Outcome *outcome, UnknownPolicy policy, gint64 now,
                     gint64 not_after);

/* The state of what a sender that died had claimed. */
DeliveryState settle_orphan(UnknownPolicy policy);

#endif
