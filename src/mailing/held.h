/* SPDX-License-Identifier: GPL-3.0-or-later */
/* held.h - which recipient domains refuse us at the moment, and how much waits for each */
#ifndef RUNDRUF_MAILING_HELD_H
#define RUNDRUF_MAILING_HELD_H

#include "config/config.h"
#include "store/holds.h"

typedef struct {
    Hold *hold;
    guint waiting; /* deliveries that will go there */
} Held;

void held_free(Held *held);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Held, held_free)

/* The holds that last beyond `now`, by domain, with what waits of all mailings that run or are
 * paused: an array of Held *, owned by the caller. NULL with STORE. Read it within one
 * store_begin_read() to have holds and figures of the same moment. */
GPtrArray *held_all(Store *store, const Config *config, gint64 now, GError **error);

/* The same for one mailing, and only those for which something of it waits. */
GPtrArray *held_of(Store *store, const Config *config, gint64 mailing, gint64 now, GError **error);

/* "550 5.7.1 blocked": code and words of a hold, one line; owned by the caller. */
char *held_reason(const Hold *hold);

#endif
