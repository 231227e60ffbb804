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
read_block(Statement *row, const BlocksRange *range, BlocksFunc func, gpointer user_data,
           GError **error)
{
    gsize length;
    gconstpointer block = statement_blob(row, 0, &length);
    PostingReader reader;
    PostingTerm term;
    if (range->piece && !memmem(block, length, range->piece, strlen(range->piece)))
        return TRUE;
    posting_reader_init(&reader, block, length);
    while (posting_reader_next(&reader, &term)) {
        if (range->from && compare(&term, range->from) < 0)
            continue;
        if (range->to && compare(&term, range->to) > 0)
            return TRUE;
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
    while (rows && (result = statement_step(rows, error)) == STEP_ROW)
        if (!read_block(rows, range, func, user_data, error))
            return FALSE;
    return result == STEP_DONE;
}
