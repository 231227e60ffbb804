/* SPDX-License-Identifier: GPL-3.0-or-later */
/* delta.h - writes what was told to the mirror, by UUIDs, without reading the rest of it (inside
 * sync/)
 *
 * All happens in the caller's transaction; delta_finish() says what has become of it, and the
 * caller commits it or lets it roll back (a dry run, a guard that holds). Two orders:
 *
 * - A refresh tells the state at its end, in any order: what is higher in the tree is written
 *   first, and what goes goes last.
 * - A feed tells changes as they happen: they are written one by one.
 *
 * What only a search can tell is asked for: whether entries that lie below one that went are still
 * shown; what lies below one that came. Then delta_asks() is TRUE, the transaction must be rolled
 * back, evidence_gather() asks the directory, and a new Delta is made of the same content. */
#ifndef RUNDRUF_SYNC_DELTA_H
#define RUNDRUF_SYNC_DELTA_H

#include "config/config.h"
#include "store/terms.h"
#include "store/tombstones.h"
#include "sync/content.h"
#include "sync/control.h"
#include "sync/pull.h"

/* What has been asked for, and the answers. */
typedef struct {
    Content *found;       /* entries that were looked for and are shown */
    GHashTable *gone;     /* set of UUIDs that were looked for and are not */
    GHashTable *explored; /* set of DNs (keys) below which everything has been looked for */
    GHashTable *ask;      /* set of UUIDs to look for next */
    GPtrArray *below;     /* DNs to look below next; owned */
    Control control;
} Evidence;

Evidence *evidence_new(void);
void evidence_free(Evidence *evidence);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Evidence, evidence_free)

/* Asks the directory for what is to be looked for. */
gboolean evidence_gather(Evidence *evidence, Directory *directory, GError **error);

/* One entry's difference. */
typedef struct {
    guint8 uuid[UUID_LENGTH];
    PullSign sign;
    EntryKind kind;
    gboolean lost; /* a person or municipality that is none now */
    char *name, *dn, *old_dn;
} DeltaLine;

typedef struct {
    GPtrArray *lines; /* of DeltaLine: added, changed, moved, removed; owned */
    GPtrArray *lost; /* const guint8 *, the Delta's: persons and municipalities that are none now */
    gint64 entries, persons, municipalities; /* how many more there are */
    gboolean written;                        /* anything at all, if only a version */
} DeltaResult;

void delta_result_clear(DeltaResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DeltaResult, delta_result_clear)

typedef struct Delta Delta;

/* `terms`: the index, which follows; NULL: it is built anew afterwards. `generation`: the one that
 * is being written. `since`: what was created before is no news of a feed (0: not known). The
 * arguments must outlive the result. */
Delta *delta_new(const Config *config, Store *store, Terms *terms, Evidence *evidence,
                 gint64 generation, gint64 now, gint64 since);
void delta_free(Delta *delta);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Delta, delta_free)

/* Reads the open edits that are laid over; first. */
gboolean delta_begin(Delta *delta, GError **error);

gboolean delta_write_refresh(Delta *delta, Content *content, GError **error);
gboolean delta_write_feed(Delta *delta, Content *content, GError **error);

/* Brings back an entry that the directory does not show. FALSE in `*back` if its UUID is there. */
gboolean delta_restore(Delta *delta, const Tombstone *tombstone, gboolean *back, GError **error);

/* TRUE if nothing may be made of it yet: see above. */
gboolean delta_asks(const Delta *delta);

/* Writes what depends on all of it (which municipality persons belong to), and tells the
 * difference. */
gboolean delta_finish(Delta *delta, DeltaResult *result, GError **error);

#endif
