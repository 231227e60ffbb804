/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mirror.h - one entry of the mirror, taken out and put back: what edits and pushes do to it
 *
 * Whole refreshes work on rows (entries.h); here an entry is read with its name and its attributes,
 * and its search terms follow what is written. `digest` and `csn` of a row are those of what the
 * directory showed, also while an edit lies over it (sync/overlay.h). */
#ifndef RUNDRUF_STORE_MIRROR_H
#define RUNDRUF_STORE_MIRROR_H

#include "model/attributes.h"
#include "store/entries.h"

typedef struct {
    EntryRow row; /* its texts are owned by the MirrorEntry */
    char *rdn, *csn, *dn;
    gboolean missing; /* the directory does not show it (sync/keep.h) */
    GBytes *blob;
    Attributes *attributes;
} MirrorEntry;

void mirror_entry_free(MirrorEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MirrorEntry, mirror_entry_free)

/* NULL with NOT_FOUND, or STORE. */
MirrorEntry *mirror_find(Store *store, const guint8 uuid[UUID_LENGTH], GError **error);
MirrorEntry *mirror_find_id(Store *store, gint64 id, GError **error);

/* TRUE if entries lie below it or persons belong to it. */
gboolean mirror_is_used(Store *store, gint64 id, gboolean *used, GError **error);

/* Lets the entry show `attributes` (sorted by it). `digest` and `csn` are the directory's. All in
 * the caller's transaction, as is what follows. */
gboolean mirror_write(Store *store, const MirrorEntry *entry, Attributes *attributes,
                      const guint8 digest[DIGEST_LENGTH], const char *csn, GError **error);

/* Inserts an entry under a new row number, with its terms; sets row->id and row->digest. */
gboolean mirror_insert(Store *store, EntryRow *row, Attributes *attributes, GError **error);

/* Takes an entry away with its terms; a tombstone stays. The mirror gets a new generation, so that a
 * sync which reads the directory meanwhile notices. */
gboolean mirror_remove(Store *store, const MirrorEntry *entry, gint64 now, GError **error);

#endif
