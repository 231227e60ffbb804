/* SPDX-License-Identifier: GPL-3.0-or-later */
/* turn.h - one sync at a time for a store, and when the last good one was
 *
 * A lock on the file "STORE.sync", which the kernel drops when the process ends, however it ends.
 * The holder writes into it who it is, and after each good sync the time: a sync that finds nothing
 * to change writes nothing to the store, but must be known to have been. */
#ifndef RUNDRUF_SYNC_TURN_H
#define RUNDRUF_SYNC_TURN_H

#include "store/store.h"

typedef struct Turn Turn;

/* NULL with BUSY, and the message names the holder (user, process, since when). */
Turn *turn_take(Store *store, gint64 now, const char *actor, GError **error);

/* Notes that all is in step as of `now` (Unix seconds). */
gboolean turn_note_good(Turn *turn, gint64 now, GError **error);

void turn_free(Turn *turn);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Turn, turn_free)

/* When the last good sync was; 0: never. */
gint64 turn_last_good(Store *store);

/* Who syncs right now, in words; NULL: nobody. Owned by the caller. */
char *turn_holder(Store *store);

#endif
