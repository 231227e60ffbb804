/* SPDX-License-Identifier: GPL-3.0-or-later */
/* traces.h - the table `trace`: what persons and municipalities were before they changed
 *
 * Triggers of `entry` write a row whenever an entry is added, changed or removed, whoever does it: a
 * sync, an edit, a push; in the transaction that does it. A row holds what was before: the attributes
 * of the search index alone, and the municipality. So the first row of an entry since some time is
 * what it was at that time; one without a row since then was what it is. A first sync is not traced:
 * entries_unindex() puts the triggers away for it. Rows are dropped after TRACE_LIFETIME_S. */
#ifndef RUNDRUF_STORE_TRACES_H
#define RUNDRUF_STORE_TRACES_H

#include "store/entries.h"

#define TRACE_LIFETIME_S ((gint64)400 * 24 * 3600)

typedef struct {
    guint8 uuid[UUID_LENGTH];
    gint64 last_at;   /* when it was last changed since then; Unix seconds */
    EntryKind kind;   /* ENTRY_OTHER: it was not there, or nothing that counts */
    gboolean belongs; /* to the municipality with this UUID */
    guint8 municipality[UUID_LENGTH];
    GBytes *attributes; /* BLOB of model/attributes.h; NULL if it was not there */
} Trace;

void trace_free(Trace *trace);

/* The first trace of each entry at or after `since` (Unix seconds): of Trace, owned by the caller. */
GPtrArray *traces_since(Store *store, gint64 since, GError **error);

/* Drops those that are older than TRACE_LIFETIME_S. */
gboolean traces_expire(Store *store, gint64 now, GError **error);

#endif
