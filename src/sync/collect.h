/* SPDX-License-Identifier: GPL-3.0-or-later */
/* collect.h - the terms of a first sync, gathered while its rows are written (inside sync/)
 *
 * Making 1.5 million terms takes as long as writing the rows that they belong to, so a second
 * thread does it. It owns `terms` until collect_finish(), and only reads what it shares with the
 * thread that writes: nodes and blobs. It does not touch the store. */
#ifndef RUNDRUF_SYNC_COLLECT_H
#define RUNDRUF_SYNC_COLLECT_H

#include "store/terms.h"
#include "sync/blobs.h"

typedef struct Collect Collect;

/* `nodes`: of Node, by ascending id, all with attributes among `blobs`. */
Collect *collect_start(Terms *terms, const GPtrArray *nodes, const Blobs *blobs);

/* Waits until the terms are complete and sorted. */
gboolean collect_finish(Collect *collect, GError **error);

/* Waits too, if nobody has. */
void collect_free(Collect *collect);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Collect, collect_free)

#endif
