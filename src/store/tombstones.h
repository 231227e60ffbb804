/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tombstones.h - what the mirror has lost: the last content of each entry that a sync removed
 *
 * Written in the transaction that removes the entry. sync --undo reads them by the generation of
 * that transaction; after TOMBSTONE_LIFETIME_S they are dropped. */
#ifndef RUNDRUF_STORE_TOMBSTONES_H
#define RUNDRUF_STORE_TOMBSTONES_H

#include "store/entries.h"

#define TOMBSTONE_LIFETIME_S ((gint64)400 * 24 * 3600)

/* Buries entry `id`, which must still be there; `dn` is where it is. */
gboolean tombstones_add(Store *store, gint64 generation, gint64 id, const char *dn, gint64 now,
                        GError **error);

typedef struct {
    gint64 id;
    guint8 uuid[UUID_LENGTH];
    char *dn;
    char *csn;
    guint8 digest[DIGEST_LENGTH];
    GBytes *attributes;
} Tombstone;

void tombstone_free(Tombstone *tombstone);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tombstone, tombstone_free)

/* Those of one generation, the shortest DNs first, so that a parent comes before its children: of
 * Tombstone, owned by the caller. */
GPtrArray *tombstones_of(Store *store, gint64 generation, GError **error);

gboolean tombstones_remove(Store *store, gint64 id, GError **error);

/* How many persons and municipalities were removed at or after `since` (Unix seconds), by syncs after
 * generation `after`, and are not back; without those that were removed here. */
gboolean tombstones_recent(Store *store, gint64 since, gint64 after, guint64 *count,
                           GError **error);

/* Drops those that are older than TOMBSTONE_LIFETIME_S. */
gboolean tombstones_expire(Store *store, gint64 now, GError **error);

#endif
