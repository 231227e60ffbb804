/* SPDX-License-Identifier: GPL-3.0-or-later */
/* send.h - the sender: delivers what is due, over all sessions of the transport at once
 *
 *     desks (two threads)             sender (one loop)                      transport
 *     domains and rows due ────────►  agenda: whose turn, may it go now ───► MAIL, RCPT, DATA
 *     claim, one commit for all ◄───  the relay would take it            ◄── READY
 *     durable ─────────────────────►  the content may leave ───────────────► content, its end
 *     settle, the same commit ◄─────  what it came to                    ◄── DONE
 *
 * The content of a message leaves only when its claim is durable, and the settlement of the one before
 * it on that session with it. So
 *
 *  - a crash at any instruction leaves at most one claimed row for each session: these may have arrived,
 *    and follow `mailing.on_unknown`; nothing else is repeated, nothing is lost;
 *  - a pause, a cancellation, a suppression, or a person's leaving the roster counts for every message
 *    whose content has not begun to leave.
 *
 * One sender works on a store at a time: it holds a lock (base/lock.h) on the file "<store>.send".
 * Faults of the relay are held against no recipient (settle.h). After some in a row (restraint.h) the
 * sender stops, or (watching) pauses before the next. */
#ifndef RUNDRUF_MAILING_SEND_H
#define RUNDRUF_MAILING_SEND_H

#include "config/config.h"
#include "message/compose.h"
#include "store/store.h"
#include "transport/transport.h"

typedef struct {
    guint attempts; /* messages that came to an end with a relay's word, or for want of it */
    guint counts[DELIVERY_STATES]; /* how often a delivery came to that state in this run */
    guint again;                   /* of these, how often one that had been to be tried again */
    guint orphans;                 /* claimed by a sender that died */
    char *fault;                   /* the last message's fault of the relay; NULL: none */
    char *hold;                    /* why nothing may be sent at the moment; NULL: no reason */
    gint64 later; /* when what waits for its pace or hours may go, Unix seconds; 0: nothing does */
} SendSummary;

void send_summary_clear(SendSummary *summary);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SendSummary, send_summary_clear)

/* Asked to stop (base/wake.h), the sender begins nothing, waits a while for messages whose content has
 * left, and returns. */
typedef struct {
    gboolean watch; /* go on until asked to stop; else return when nothing is due, or the relay is
                          * at fault, or what is due must wait for long */
    const char *actor;   /* named to whoever wants to send meanwhile */
    gint64 (*now)(void); /* Unix seconds: clock_now(); also called in another thread */
    gint64 (*synced_at)(
        gpointer data);           /* when the roster was last in step with the directory, in the
                                         * other thread; NULL: it does not matter */
    gint64 (*milliseconds)(void); /* of a clock that never goes back; NULL: the system's */
    void (*progress)(const SendSummary *summary, gpointer data); /* after each message; or NULL */
    gpointer data;
} SendOptions;

/* Who sends on the store now, as lock_holder() has it (NULL: nobody; owned by the caller), and when
 * somebody last ended, Unix seconds (0: never, or only by a crash). */
char *send_holder(Store *store);
gint64 send_last_end(Store *store);

/* Works until there is no more to do, and tells contact persons what is to be told (notice.h). What goes wrong with one message is its delivery's matter and
 * no error. FALSE with BUSY (another sender is running; the store is locked), STORE, CONFIG,
 * TRANSPORT: then claimed rows may be left for the next sender. `summary` (zeroed by the caller) is
 * right in either case. */
gboolean send_run(Store *store, const Config *config, Composer *composer, Transport *transport,
                  const SendOptions *options, SendSummary *summary, GError **error);

#endif
