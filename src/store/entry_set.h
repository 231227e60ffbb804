/* SPDX-License-Identifier: GPL-3.0-or-later */
/* entry_set.h - a set of rows of `entry` as bits, one for each row number (inside store/)
 *
 * 100,000 rows are 12 KiB: making one, or joining two, takes some microseconds whatever is in
 * them. */
#ifndef RUNDRUF_STORE_ENTRY_SET_H
#define RUNDRUF_STORE_ENTRY_SET_H

#include <glib.h>

typedef struct EntrySet EntrySet;

/* An empty set that row numbers from 1 to `most` fit into; what is beyond is never in it. */
EntrySet *entry_set_new(gint64 most);
void entry_set_free(EntrySet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EntrySet, entry_set_free)

void entry_set_add(EntrySet *set, gint64 entry);
gboolean entry_set_has(const EntrySet *set, gint64 entry);
guint64 entry_set_count(const EntrySet *set);
gboolean entry_set_is_empty(const EntrySet *set);

/* `set` becomes both, either, or what `other` is not; they fit the same numbers. */
void entry_set_and(EntrySet *set, const EntrySet *other);
void entry_set_or(EntrySet *set, const EntrySet *other);
void entry_set_and_not(EntrySet *set, const EntrySet *other);

/* The least row number in it that is greater than `after`; 0 if there is none. */
gint64 entry_set_next(const EntrySet *set, gint64 after);

#endif
