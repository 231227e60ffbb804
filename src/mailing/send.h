/* SPDX-License-Identifier: GPL-3.0-or-later */
/* send.h - the sender: delivers what is due, one message after the other
 *
 * For each message there is one commit, which settles the delivery before it and claims the next;
 * then the message is composed and handed to the transport, with no transaction open. So
 *
 *  - a crash at any instruction leaves at most one claimed row: the next sender puts it back and
 * sends it, perhaps a second time, with the same Message-ID; nothing else is repeated, nothing is
 * lost;
 *  - a pause, a cancellation, a suppression, or a person's leaving the roster counts from the next
 *    message on.
 *
 * One sender works on a store at a time: it holds a lock (base/lock.h) on the file
 * "<store>.send". A
 * fault that is the relay's (outcome.h: `site`) is held against no recipient: the delivery waits
 * SITE_DELAY_S without counting an attempt. After the third in a row the sender stops, or
 * (watching) pauses before the next. */
#ifndef RUNDRUF_MAILING_SEND_H
#define RUNDRUF_MAILING_SEND_H

#include "message/compose.h"
#include "store/store.h"
#include "transport/transport.h"

#define SITE_DELAY_S (5 * 60)

typedef struct {
    guint attempts;                /* messages handed to the transport */
    guint counts[DELIVERY_STATES]; /* how often a delivery came to that state in this run */
    guint orphans;                 /* put back at the start: claimed by a sender that died */
    char *fault;                   /* the last message's fault of the relay; NULL: none */
} SendSummary;

void send_summary_clear(SendSummary *summary);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SendSummary, send_summary_clear)

/* Asked to stop (base/wake.h), the sender finishes the message in hand and returns. */
typedef struct {
    gboolean watch;      /* go on until asked to stop; else return when nothing is due, or
                                  * the relay is at fault */
    const char *actor;   /* named to whoever wants to send meanwhile */
    gint64 (*now)(void); /* Unix seconds: clock_now() */
    gboolean (*wait)(gint64 milliseconds); /* NULL: wake_wait() */
    void (*progress)(const SendSummary *summary,
                     gpointer data); /* after each message; may be NULL */
    gpointer data;
} SendOptions;

/* Works until there is no more to do. What goes wrong with one message is its delivery's matter and
 * no error. FALSE with BUSY (another sender is running; the store is locked), STORE, FAILED: then a
 * claimed row may be left for the next sender. `summary` (zeroed by the caller) is right in either
 * case. */
gboolean send_run(Store *store, Composer *composer, Transport *transport,
                  const SendOptions *options, SendSummary *summary, GError **error);

/* What the outcome of an attempt at `now` makes of a claimed delivery: state, attempts, due, code,
 * text, settled_at. Pure. */
void send_apply(Delivery *delivery, const Outcome *outcome, gint64 now, gint64 not_after);

#endif
