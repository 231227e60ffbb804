/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h" /* _GNU_SOURCE, for memmem() */

#include "store/blocks.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/statement.h"

#include <string.h>

enum { READ, READ_TO };

/* the last block that begins before $2 may hold it, too */
#define FROM                                                                                       \
    " FROM posting WHERE attribute = $1 AND norm >= coalesce("                                     \
    "(SELECT max(norm) FROM posting WHERE attribute = $1 AND norm < $2), $2)"

static const char *const texts[] = {
    [READ] = "SELECT block" FROM " ORDER BY norm, first",
    [READ_TO] = "SELECT block" FROM " AND norm <= $3 ORDER BY norm, first",
};
const StatementTable blocks_statements = {"blocks", texts, G_N_ELEMENTS(texts)};

static gboolean
set_damaged(GError **error)
{
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE,
                _("the search index is damaged; say: rundruf db check"));
    return FALSE;
}

gboolean
blocks_entries(const PostingTerm *term, PostingsFunc func, gpointer user_data, GError **error)
{
    return postings_each(term->list, term->list_length, func, user_data) || set_damaged(error);
}

/* as strcmp() does */
static int
compare(const PostingTerm *term, const char *key)
{
    gsize length = strlen(key);
    int order = memcmp(term->key, key, MIN(term->length, length));
    if (order)
        return order;
    return term->length < length ? -1 : term->length > length;
}

/* ---- a piece of text in a block
 *
 * memmem() steps through everything; memchr() flies over it to the piece's rarest octet. Which one
 * that is some blocks tell: the first, second, third, fifth, ninth ... */

#define PIECE_MIN 3 /* octets; of fewer, all may be frequent */

typedef struct {
    const guint8 *piece;
    gsize length;
    gsize rarest;        /* offset of the octet */
    guint blocks;        /* so far */
    guint counts[256];   /* of octets in the blocks that were sampled */
    const guint8 *place; /* the next one in the block at hand; NULL: there is none */
    const guint8 *end;   /* of the block */
} Finder;

static void
finder_init(Finder *finder, const char *piece)
{
    memset(finder, 0, sizeof *finder);
    finder->piece = (const guint8 *)piece;
    finder->length = strlen(piece);
}

static void
sample(Finder *finder, const guint8 *block, gsize length)
{
    for (gsize i = 0; i < length; i++)
        finder->counts[block[i]]++;
    for (gsize i = 0; i < finder->length; i++)
        if (finder->counts[finder->piece[i]] < finder->counts[finder->piece[finder->rarest]])
            finder->rarest = i;
}

/* The first place of the piece, or NULL. */
static const guint8 *
finder_find(const Finder *finder, const guint8 *from, const guint8 *end)
{
    gsize length = (gsize)(end - from);
    if (length < finder->length)
        return NULL;
    if (finder->length < PIECE_MIN)
        return memmem(from, length, finder->piece, finder->length);
    const guint8 octet = finder->piece[finder->rarest];
    const guint8 *at = from + finder->rarest, *last = end - finder->length + finder->rarest;
    while ((at = memchr(at, octet, (gsize)(last - at) + 1))) {
        if (memcmp(at - finder->rarest, finder->piece, finder->length) == 0)
            return at - finder->rarest;
        if (at++ == last)
            return NULL;
    }
    return NULL;
}

/* Begins with a block: FALSE if the piece is not in it. */
static gboolean
finder_begin(Finder *finder, const guint8 *block, gsize length)
{
    if ((finder->blocks & (finder->blocks - 1)) == 0)
        sample(finder, block, length);
    finder->blocks++;
    finder->end = block + length;
    finder->place = finder_find(finder, block, finder->end);
    return finder->place != NULL;
}

/* FALSE if the piece is not in that term, which is not before the one that was asked for last. */
static gboolean
finder_holds(Finder *finder, const PostingTerm *term)
{
    const guint8 *key = (const guint8 *)term->key;
    if (finder->length < PIECE_MIN)
        return TRUE; /* likely in many: let the caller look */
    if (finder->place && finder->place < key)
        finder->place = finder_find(finder, key, finder->end);
    return finder->place && finder->place < key + term->length;
}

/* ---- reading */

static Statement *
get(Store *store, const char *attribute, const BlocksRange *range, GError **error)
{
    Statement *statement =
        statement_get(store, &blocks_statements, range->to ? READ_TO : READ, error);
    if (!statement)
        return NULL;
    statement_bind_text(statement, 1, attribute);
    statement_bind_text(statement, 2, range->from ? range->from : "");
    if (range->to)
        statement_bind_text(statement, 3, range->to);
    return statement;
}

static gboolean
read_block(Statement *row, const BlocksRange *range, Finder *finder, BlocksFunc func,
           gpointer user_data, GError **error)
{
    gsize length;
    gconstpointer block = statement_blob(row, 0, &length);
    PostingReader reader;
    PostingTerm term;
    if (range->piece && !finder_begin(finder, block, length))
        return TRUE;
    posting_reader_init(&reader, block, length);
    while (posting_reader_next(&reader, &term)) {
        if (range->from && compare(&term, range->from) < 0)
            continue;
        if (range->to && compare(&term, range->to) > 0)
            return TRUE;
        if (range->piece && !finder_holds(finder, &term))
            continue;
        if (!func(&term, user_data, error))
            return FALSE;
    }
    return !reader.damaged || set_damaged(error);
}

gboolean
blocks_each(Store *store, const char *attribute, const BlocksRange *range, BlocksFunc func,
            gpointer user_data, GError **error)
{
    g_autoptr(Statement) rows = get(store, attribute, range, error);
    StepResult result = STEP_FAILED;
    Finder finder;
    if (range->piece)
        finder_init(&finder, range->piece);
    while (rows && (result = statement_step(rows, error)) == STEP_ROW)
        if (!read_block(rows, range, &finder, func, user_data, error))
            return FALSE;
    return result == STEP_DONE;
}
