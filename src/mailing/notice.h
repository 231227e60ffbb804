/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notice.h - the contact person is told when a mailing is done, or stuck
 *
 * A mailing that runs is done when nothing of it is left to send. It is stuck when a recipient domain
 * of what is left refuses us (store/holds.h), or the relay has been at fault for NOTICE_STUCK_S while
 * something of it could have been sent. Each is told once, until it is otherwise; `mailing retry`
 * lets a mailing be done anew. With mailing.notify `none` nothing is said, then or later.
 *
 * A notice goes to the first mail address in the event's contact, unless that is suppressed for every
 * purpose, else to the mailing's sender, from whom it also comes. It is written down after it was sent:
 * after a crash between the two it comes again, with the same Message-ID. */
#ifndef RUNDRUF_MAILING_NOTICE_H
#define RUNDRUF_MAILING_NOTICE_H

#include "config/config.h"
#include "store/notices.h"
#include "transport/transport.h"

#define NOTICE_STUCK_S (24 * 60 * 60)
#define NOTICE_RETRY_S (10 * 60) /* until one that could not be sent is tried again */

/* What is to be said of a mailing at `now`, whatever was said before. `held`: a domain of what is
 * open refuses us; `fault_since`: of the relay, 0: it is not at fault. Pure. */
NoticeKind notice_kind(const Notice *notice, gboolean held, gint64 fault_since, gint64 now);

/* The first mail address in a text, as it may be written to; NULL: there is none. Owned by the
 * caller. */
char *notice_contact(const char *text);

/* Sends all notices that are due, over `transport`, on which nothing else may be on the way, one after
 * the other. What fails is logged, and tried again later. */
void notice_send_due(Store *store, const Config *config, Transport *transport, gint64 now);

#endif
