/* SPDX-License-Identifier: GPL-3.0-or-later */
/* overlay.h - edits that the directory has not taken yet, laid over what it shows (inside sync/)
 *
 * The mirror shows an edit from the moment it is made. When a pull writes an entry anew, the open
 * changes (waiting, sent) are laid over it again; an entry that was removed here stays away. The
 * row's digest and csn are those of what the directory showed, not of what lies over it. */
#ifndef RUNDRUF_SYNC_OVERLAY_H
#define RUNDRUF_SYNC_OVERLAY_H

#include "model/attributes.h"
#include "model/person.h"
#include "store/store.h"

typedef struct Overlay Overlay;

/* All open changes; read in the transaction of what it is laid over. */
Overlay *overlay_load(Store *store, GError **error);
void overlay_free(Overlay *overlay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Overlay, overlay_free)

/* TRUE if nothing is open: the usual case. */
gboolean overlay_is_empty(const Overlay *overlay);

/* TRUE if the entry was removed here. */
gboolean overlay_removes(const Overlay *overlay, const guint8 uuid[UUID_LENGTH]);

/* The attributes as edited; owned by the caller; NULL if no edit concerns the entry. */
Attributes *overlay_lay(const Overlay *overlay, const guint8 uuid[UUID_LENGTH],
                        const Attributes *shown);

#endif
