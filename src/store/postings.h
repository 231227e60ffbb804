/* SPDX-License-Identifier: GPL-3.0-or-later */
/* postings.h - which entries have a term: ascending row ids in few octets, and SQL's view of them
 * (inside store/)
 *
 * A row of `posting` holds up to POSTINGS_MAX entries of one term: `first`, and in `rest` the
 * differences between the following ones as LEB128. Half the postings of a roster belong to terms
 * that tens of thousands share, where an entry takes an octet or two instead of a row; a change
 * writes one such row anew, never a whole list. SQL reads them through the view `term` with the
 * table-valued function entries_of(first, rest). */
#ifndef RUNDRUF_STORE_POSTINGS_H
#define RUNDRUF_STORE_POSTINGS_H

#include <glib.h>
#include <sqlite3.h>

#define POSTINGS_MAX 256

/* Makes entries_of() known to a connection; an SQLite result code. */
int postings_register(sqlite3 *db);

/* Appends the difference (1 or more) between an entry and the one before it to `rest`. */
void postings_put(GByteArray *rest, guint64 difference);

/* Appends the entries (gint64) of one row to `entries`; FALSE if `rest` is damaged. */
gboolean postings_take(gint64 first, gconstpointer rest, gsize length, GArray *entries);

#endif
