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

/* Which terms of an attribute. */
typedef struct {
    const char *from, *to; /* keys not less and not greater, octet by octet; NULL: no bound */
    const char *piece;     /* blocks without these octets are passed over; NULL: none is */
} BlocksRange;

/* Calls back for each term of `attribute` (lower case) in the range, with a piece perhaps for some that
 * have it not. STORE if the index is damaged. */
gboolean blocks_each(Store *store, const char *attribute, const BlocksRange *range, BlocksFunc func,
                     gpointer user_data, GError **error);

/* Calls back for each entry of a term; STORE if they are damaged. */
gboolean blocks_entries(const PostingTerm *term, PostingsFunc func, gpointer user_data,
                        GError **error);

#endif
