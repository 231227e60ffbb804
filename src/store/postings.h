/* SPDX-License-Identifier: GPL-3.0-or-later */
/* postings.h - which entries have a term: many terms with their entries in one block of octets
 * (inside store/)
 *
 * A row of `posting` holds a block: terms of one attribute in the order of their keys, each with up
 * to POSTINGS_MAX entries, ascending. A term with more comes again, in the same block or in the
 * next ones. The row's key is the block's first term and that term's first entry. 450,000 terms of
 * a roster of 100,000 so are some 5,000 rows instead of as many: a first sync writes them, and a
 * search for a piece in the middle reads them, twenty times faster. A change writes one block anew.
 *
 * Block: for each term the length of the key, the key, the length of the list, the list; the list:
 * the first entry, then differences. Numbers are unsigned LEB128. */
#ifndef RUNDRUF_STORE_POSTINGS_H
#define RUNDRUF_STORE_POSTINGS_H

#include <glib.h>

#define POSTINGS_MAX       256  /* entries of one term in a block */
#define POSTINGS_BLOCK_MAX 1900 /* octets, unless there is but one term: a quarter of a page */

/* One term of a block, as it lies there. */
typedef struct {
    const char *key; /* no NUL at its end */
    gsize length;
    const guint8 *list;
    gsize list_length;
} PostingTerm;

typedef struct {
    const guint8 *at, *end;
    gboolean damaged;
} PostingReader;

void posting_reader_init(PostingReader *reader, gconstpointer block, gsize length);

/* The next term; FALSE at the end, or where the block is damaged. */
gboolean posting_reader_next(PostingReader *reader, PostingTerm *term);

/* Calls back for each entry of a list; FALSE if it is damaged. */
typedef void (*PostingsFunc)(gint64 entry, gpointer user_data);
gboolean postings_each(const guint8 *list, gsize length, PostingsFunc func, gpointer user_data);

/* A PostingsFunc that appends to a GArray of gint64. */
void postings_append(gint64 entry, gpointer entries);

/* Appends a number to a list: the first entry, or a difference (1 or more). */
void postings_put(GByteArray *list, guint64 number);

/* Appends a term to a block. */
void postings_add(GByteArray *block, const char *key, gsize length, const GByteArray *list);

#endif
