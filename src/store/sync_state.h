/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sync_state.h - what the mirror was last made of, and the differences that the guard held
 *
 * The state of a source is written in the transaction of the rows it vouches for. The generation
 * counts the transactions that wrote the mirror: a sync that read the mirror, then the network,
 * sees by it whether another one was faster.
 *
 * A held difference waits for a person's yes. It is known by the digest of what would go, so that
 * the same difference keeps its id, and an approval never covers another one. */
#ifndef RUNDRUF_STORE_SYNC_STATE_H
#define RUNDRUF_STORE_SYNC_STATE_H

#include "store/store.h"

typedef struct {
    gboolean known;     /* there was a sync before */
    char *source;       /* of the last one */
    GBytes *cookie;     /* RFC 4533, as it may be sent (sync/cookie.h); NULL: none */
    GBytes *parameters; /* digest of the settings that the cookie belongs to; or NULL */
    char *indexed;      /* attributes of the search index, separated by blanks; "" if not known */
    gint64 generation;
    gint64 synced_at;                        /* when the mirror was last changed; Unix seconds */
    gint64 audited_at;                       /* when everything was last compared; 0: never */
    gint64 entries, persons, municipalities; /* rows of the mirror */
    gint64 approved; /* generation of the last sync that a person approved; 0: none */
} SyncState;

void sync_state_clear(SyncState *state);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SyncState, sync_state_clear)

/* The state of the mirror, by whatever source it was written last. */
gboolean sync_state_load(Store *store, SyncState *state, GError **error);

/* Writes all of it but `known`. */
gboolean sync_state_save(Store *store, const SyncState *state, GError **error);

/* Stores a difference, or finds the same one of this source that is held already (not `fresh`): `id`
 * is set, and others of the source are forgotten. One that takes another's place is held since that
 * was. In the caller's transaction. */
gboolean held_add(Store *store, const char *source, gint64 now, const char *reason,
                  GBytes *removals, gint64 removed, gint64 others, const char *difference,
                  gint64 *id, gboolean *fresh, GError **error);

/* The digest of the removals of a difference that is still held, and how many of them the directory
 * shows as something else. NULL with NOT_FOUND. */
GBytes *held_removals(Store *store, const char *source, gint64 id, gint64 *others, GError **error);

/* How many differences of the source are held, and since when (Unix seconds; 0: none is). */
gboolean held_count(Store *store, const char *source, gint64 *count, gint64 *since, GError **error);

/* The differences of the source that are held, the oldest first; valid during the call. */
typedef struct {
    gint64 id, held_at, removed;
    const char *reason, *difference;
} HeldRow;

typedef void (*HeldEach)(const HeldRow *row, gpointer user_data);
gboolean held_each(Store *store, const char *source, HeldEach each, gpointer user_data,
                   GError **error);

/* Marks one as approved (0: none), and forgets the others: the mirror is no longer what they were
 * made against. */
gboolean held_settle(Store *store, const char *source, gint64 approved, GError **error);

#endif
