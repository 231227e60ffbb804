/* SPDX-License-Identifier: GPL-3.0-or-later */
/* putback.h - one entry found by its DN, or put back into the mirror (place.h and belong.h do so for
 * many) */
#ifndef RUNDRUF_SYNC_PUTBACK_H
#define RUNDRUF_SYNC_PUTBACK_H

#include "config/config.h"
#include "store/mirror.h"

/* The entry with this DN, however it is spelled; 0 if the mirror has none. FALSE with STORE. */
gboolean putback_find(const Config *config, Store *store, const char *dn, gint64 *id,
                      GError **error);

/* Puts an entry (back) into the mirror, below the nearest entry above its DN, with the municipality
 * that it belongs to. Does nothing if its UUID is there. In the caller's transaction. */
gboolean putback_put(const Config *config, Store *store, const guint8 uuid[UUID_LENGTH],
                     const char *dn, const char *csn, Attributes *attributes, GError **error);

#endif
