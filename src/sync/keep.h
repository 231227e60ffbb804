/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keep.h - what a person decides about entries that the directory does not show (any more)
 *
 * The guard holds a difference that would take too many away; its entries are marked as missing
 * ('held') and stay. A person approves it (sync --approve), or says that they shall stay (sync
 * --drop): they are kept then until the directory shows them again. What a sync removed can be
 * brought back from its tombstones (sync --undo), and is kept likewise. */
#ifndef RUNDRUF_SYNC_KEEP_H
#define RUNDRUF_SYNC_KEEP_H

#include "config/config.h"
#include "store/entries.h"

typedef struct {
    gint64 id;
    gint64 held_at;
    const char *reason;
    gint64 removed; /* persons and municipalities */
    /* one line for each: "- NAME <DN>", or "~ NAME <DN>" if it is shown, but as something else */
    const char *difference;
} HeldDifference;

typedef void (*HeldFunc)(const HeldDifference *held, gpointer user_data);

/* Calls back for each difference of this directory that is held now, the oldest first. */
gboolean keep_pending(const Config *config, Store *store, HeldFunc func, gpointer user_data,
                      GError **error);

/* Keeps the entries that the held difference `id` would remove. NOT_FOUND if nothing is held under
 * that number; FAILED if some of them are shown as something else. `kept`: entries. */
gboolean keep_drop(const Config *config, Store *store, gint64 id, gint64 now, const char *actor,
                   guint64 *kept, GError **error);

/* Brings back, with their UUIDs, what the sync that made `generation` removed. NOT_FOUND if it
 * removed nothing that is still known. `back`: entries; those that are there again by themselves
 * do not count. */
gboolean keep_undo(const Config *config, Store *store, gint64 generation, gint64 now,
                   const char *actor, guint64 *back, GError **error);

#endif
