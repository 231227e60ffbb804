/* SPDX-License-Identifier: GPL-3.0-or-later */
/* send_log.h - the sender's log: one line for each attempt, and for what keeps one from being made
 *
 * Ids come first, so that `grep delivery=ID` tells a delivery's story. There is no address in it, and
 * never a relay's words: they like to quote one. */
#ifndef RUNDRUF_MAILING_SEND_LOG_H
#define RUNDRUF_MAILING_SEND_LOG_H

#include "mailing/draft.h"

/* delivery.WHAT; `took_ms`: since the draft was given to a session, if it was. */
void send_log_delivery(const Draft *draft, const char *what, gint64 took_ms);

/* A delivery that a sender which died had claimed, and what becomes of it. */
void send_log_orphan(gint64 delivery, gint64 mailing, guint attempts, DeliveryState state);

/* EVENT count=N, if there are any. */
void send_log_count(const char *event, guint count);

/* A fault of the relay. */
void send_log_fault(int code);

#endif
