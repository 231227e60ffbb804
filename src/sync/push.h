/* SPDX-License-Identifier: GPL-3.0-or-later */
/* push.h - brings the edits made here to the directory
 *
 * Batches of up to DIRECTORY_WRITES_MAX entries: mark sent, commit, write, settle, commit. Each
 * entry's changes go as one modify, asserting what was read. Where somebody else was faster, the
 * entry is read and merged attribute by attribute (merge.h), and tried again, at most 3 times; what
 * cannot be merged becomes a conflict for a person. A write whose answer was lost is looked up in
 * the directory before anything is sent again. The caller holds the turn (turn.h). */
#ifndef RUNDRUF_SYNC_PUSH_H
#define RUNDRUF_SYNC_PUSH_H

#include "config/config.h"
#include "directory/directory.h"
#include "store/changes.h"

typedef struct {
    gint64 now;
    const char *actor;
    /* each change as it was settled; may be NULL */
    void (*func)(const Change *change, gpointer user_data);
    gpointer user_data;
} PushOptions;

typedef struct {
    guint64 done;      /* changes that the directory has now */
    guint64 merged;    /* of these: after somebody else's change of the entry */
    guint64 conflicts; /* new ones */
    guint64 refused;   /* new ones */
    guint64 waiting;   /* that the directory does not take now; the last one's reason is: */
    char *reason;      /* owned by the result; or NULL */
} PushResult;

void push_result_clear(PushResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PushResult, push_result_clear)

/* TRUE if something waits to be pushed: one indexed read. */
gboolean push_needed(Store *store, gboolean *needed, GError **error);

/* Opens the directory for writing itself. `result` is filled on failure, too. */
gboolean push_run(const Config *config, Store *store, const PushOptions *options,
                  PushResult *result, GError **error);

/* The same through a directory that is open for writing. */
gboolean push_through(const Config *config, Store *store, Directory *directory,
                      const PushOptions *options, PushResult *result, GError **error);

#endif
