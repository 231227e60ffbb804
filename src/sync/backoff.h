/* SPDX-License-Identifier: GPL-3.0-or-later */
/* backoff.h - how long to wait before connecting again: a pure function
 *
 * Full jitter: anything up to a bound that doubles from 1 s to 5 min, so that many clients of a
 * server that comes back do not all come at once. */
#ifndef RUNDRUF_SYNC_BACKOFF_H
#define RUNDRUF_SYNC_BACKOFF_H

#include <glib.h>

#define BACKOFF_LEAST_MS 100 /* never at once: a server that hangs up each time is no busy loop */
#define BACKOFF_MOST_MS  (5 * 60 * 1000)

/* `attempt`: failures in a row, from 1. `random`: any 32 bits. */
gint64 backoff_next_ms(guint attempt, guint32 random);

#endif
