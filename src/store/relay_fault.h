/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay_fault.h - the table `relay_fault`: since when the relay lets nobody's mail through
 *
 * The sender's desk (mailing/desk.c) notes a fault with what came of a message, and ends it with the
 * first message of which the relay is not to blame. It outlives senders: those that cron starts see
 * some minutes each. */
#ifndef RUNDRUF_STORE_RELAY_FAULT_H
#define RUNDRUF_STORE_RELAY_FAULT_H

#include "store/store.h"

typedef struct {
    gint64 since; /* Unix seconds; 0: there is none */
    int code;     /* SMTP reply code of the last one; 0: none */
    char *text;   /* the last words; may be NULL */
} RelayFault;

void relay_fault_clear(RelayFault *fault);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RelayFault, relay_fault_clear)

/* Begins a fault, or goes on with the one that there is: `since` is then the older one. */
gboolean relay_fault_note(Store *store, const RelayFault *fault, GError **error);

gboolean relay_fault_end(Store *store, GError **error);

/* Fills `fault` (zeroed by the caller), owned by the caller. */
gboolean relay_fault_read(Store *store, RelayFault *fault, GError **error);

#endif
