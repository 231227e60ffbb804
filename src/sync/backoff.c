/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/backoff.h"

#define FIRST_MS      1000
#define DOUBLINGS_MAX 9 /* 512 s: beyond the most */

gint64
backoff_next_ms(guint attempt, guint32 random)
{
    guint doublings = attempt > 1 ? MIN(attempt - 1, DOUBLINGS_MAX) : 0;
    gint64 bound = MIN((gint64)FIRST_MS << doublings, BACKOFF_MOST_MS);
    return BACKOFF_LEAST_MS + (gint64)random % (bound - BACKOFF_LEAST_MS + 1);
}
