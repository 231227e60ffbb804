/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pull.h - brings the store's mirror to what the directory shows: a full refresh by UUID
 *
 * Three steps. The answer is read into a tree (tree.h); the attributes of entries that are new or
 * changed go to an unlinked temporary file, so that an unchanged roster of any size needs memory
 * for names and digests only. Then the difference is made, without the network and without writing.
 * At last it is written in one transaction, if the guard lets it pass. A crash leaves the old
 * mirror or the new one. Two syncs at once: the one that would write second fails with BUSY. */
#ifndef RUNDRUF_SYNC_PULL_H
#define RUNDRUF_SYNC_PULL_H

#include "config/config.h"
#include "directory/directory.h"
#include "store/entries.h"
#include "sync/guard.h"

typedef enum {
    PULL_ADDED = '+',
    PULL_CHANGED = '~', /* attributes, or what kind of entry it is */
    PULL_MOVED = '>',   /* another DN or another municipality; attributes perhaps too */
    PULL_REMOVED = '-'
} PullSign;

typedef struct {
    PullSign sign;
    EntryKind kind;
    const char *name;   /* how people call the entry, or NULL */
    const char *dn;     /* where it is (REMOVED: was) */
    const char *old_dn; /* MOVED: where it was; else NULL */
} PullDifference;

/* Told each difference, in the order added, changed, moved as they came, then removed. */
typedef void (*PullFunc)(const PullDifference *difference, gpointer user_data);

typedef struct {
    gint64 now;        /* Unix seconds */
    const char *actor; /* for the journal */
    gboolean dry_run;  /* make the difference, write nothing */
    gint64 approve;    /* the held difference that may be applied; 0: none */
    PullFunc func;     /* may be NULL */
    gpointer user_data;
} PullOptions;

typedef struct {
    guint64 added, changed, moved, removed,
        unchanged;                   /* entries; their sum is all that were seen */
    guint64 persons, municipalities; /* shown by the directory */
    guint64 referrals;               /* not followed: what lies there is not seen */
    GuardVerdict verdict;            /* dry_run: what the guard would say */
    gint64 held;                     /* number of the held difference; 0: none */
} PullResult;

/* Errors: DIRECTORY (the answer is void; nothing was changed), HELD (nothing was changed but the
 * list of held differences; the message says how to approve), NOT_FOUND (no held difference
 * `approve`), BUSY, STORE. `result` is filled on success and on HELD. */
gboolean pull_run(const Config *config, Directory *directory, Store *store,
                  const PullOptions *options, PullResult *result, GError **error);

#endif
