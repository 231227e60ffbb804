/* SPDX-License-Identifier: GPL-3.0-or-later */
/* touched.h - the entries that a transaction touches as they were before it, and what has become of
 * them: the difference (inside sync/) */
#ifndef RUNDRUF_SYNC_TOUCHED_H
#define RUNDRUF_SYNC_TOUCHED_H

#include "sync/delta.h"
#include "sync/place.h"

/* An entry as it was before anything was written. */
typedef struct {
    guint8 uuid[UUID_LENGTH];
    EntryRow row; /* id 0: there was none; owns its texts */
    char *dn;     /* NULL if there was none */
    char *name;   /* of one that was removed; set by whoever removes it */
} Touch;

typedef struct {
    const Config *config;
    Places *places;
    GPtrArray *touches; /* of Touch, as they came; owned */
    GHashTable *by_uuid;
} Touched;

void touched_init(Touched *touched, const Config *config, Places *places);
void touched_clear(Touched *touched);

/* Remembers what the entry is (`row`) before its first change; later calls find that. NULL with an
 * error. */
Touch *touched_note(Touched *touched, const guint8 uuid[UUID_LENGTH], const EntryRow *row,
                    GError **error);

/* The attributes of a row as it is, which point into the BLOB. */
Attributes *touched_content(const Touched *touched, gint64 id, GBytes **blob, GError **error);

/* Compares what was with what is; all of the result but `written`. */
gboolean touched_compare(Touched *touched, DeltaResult *result, GError **error);

#endif
