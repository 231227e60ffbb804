/* SPDX-License-Identifier: GPL-3.0-or-later */
/* blocks.h - reading the search index: the terms of an attribute in the order of their keys (inside
 * store/) */
#ifndef RUNDRUF_STORE_BLOCKS_H
#define RUNDRUF_STORE_BLOCKS_H

#include "store/postings.h"
#include "store/store.h"

/* The term is valid during the call; one with many entries comes in parts. FALSE ends the reading with
 * the callback's error. */
typedef gboolean (*BlocksFunc)(const PostingTerm *term, gpointer user_data, GError **error);

/* Calls back for each term of `attribute` (lower case) whose key is neither less than `from` nor
 * greater than `to`, octet by octet; NULL: no bound. STORE if the index is damaged. */
gboolean blocks_each(Store *store, const char *attribute, const char *from, const char *to,
                     BlocksFunc func, gpointer user_data, GError **error);

/* How many blocks blocks_each() would read: what it costs, and how many entries it may give. */
gboolean blocks_count(Store *store, const char *attribute, const char *from, const char *to,
                      gint64 *count, GError **error);

/* Appends the entries of a term; STORE if they are damaged. */
gboolean blocks_entries(const PostingTerm *term, GArray *entries, GError **error);

#endif
