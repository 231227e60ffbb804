/* SPDX-License-Identifier: GPL-3.0-or-later */
/* place.h - where a DN belongs among the rows of the mirror, without reading them all (inside sync/)
 *
 * A row's parent is the nearest mirrored entry above, its rdn the name below that: mostly one RDN.
 * A DN is walked from the top by the index over (parent, rdn); only where no row has the name as it
 * is spelled, the children are compared by their keys.
 *
 * While changes are being written, rows may have names that are no longer theirs. `pending` rows
 * (news of them is still to be written) are never taken for what they are called; of two rows with
 * one name the `fresh` one (just written) is taken; and a name that nobody has now leads to the
 * row that had it before (`former`), as a server may tell a child by its parent's old name when the
 * parent is renamed in the midst of the answer. */
#ifndef RUNDRUF_SYNC_PLACE_H
#define RUNDRUF_SYNC_PLACE_H

#include "store/entries.h"

typedef struct {
    Store *store;
    guint base_rdns;     /* no entry lies above the base, so no name is looked for there */
    GHashTable *pending; /* set of row ids (gint64) */
    GHashTable *fresh;   /* set of row ids */
    GHashTable *former;  /* DN (text) -> row id */
    GHashTable *unknown; /* set of "PARENT NAME" that no child is called by */
} Places;

void places_init(Places *places, Store *store, const char *base);
void places_clear(Places *places);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Places, places_clear)

/* Sets of row ids. */
void places_add(GHashTable *set, gint64 id);
gboolean places_has(GHashTable *set, gint64 id);

/* Whether two rows have the same name below the same row. */
gboolean places_same(const EntryRow *a, const EntryRow *b);

/* The nearest row above the entry that is called `dn` (dn_text()'s spelling), but not `self` (0:
 * none); and the name below it, owned by the caller. */
gboolean places_find(Places *places, const char *dn, gint64 self, gint64 *parent, char **rdn,
                     GError **error);

/* The row that is called `dn` (in any spelling); 0: none. */
gboolean places_row(Places *places, const char *dn, gint64 *id, GError **error);

/* The DN of a row, owned by the caller; `*sure` is FALSE if a row above it is pending. */
char *places_dn(Places *places, const EntryRow *row, gboolean *sure, GError **error);

/* Makes what is called by a name that leads through `row` its children, where they hung above it
 * for want of it; `count` of them. */
gboolean places_adopt(Places *places, const EntryRow *row, guint *count, GError **error);

#endif
