/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/blocks.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/statement.h"

#include <string.h>

enum { READ, READ_TO, COUNT, COUNT_TO };

/* the last block that begins before $2 may hold it, too */
#define FROM                                                                                       \
    " FROM posting WHERE attribute = $1 AND norm >= coalesce("                                     \
    "(SELECT max(norm) FROM posting WHERE attribute = $1 AND norm < $2), $2)"

static const char *const texts[] = {
    [READ] = "SELECT block" FROM " ORDER BY norm, first",
    [READ_TO] = "SELECT block" FROM " AND norm <= $3 ORDER BY norm, first",
    [COUNT] = "SELECT count(*)" FROM,
    [COUNT_TO] = "SELECT count(*)" FROM " AND norm <= $3",
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
blocks_entries(const PostingTerm *term, GArray *entries, GError **error)
{
    return postings_take(term->list, term->list_length, entries) || set_damaged(error);
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
get(Store *store, guint index, const char *attribute, const char *from, const char *to,
    GError **error)
{
    Statement *statement = statement_get(store, &blocks_statements, to ? index + 1 : index, error);
    if (!statement)
        return NULL;
    statement_bind_text(statement, 1, attribute);
    statement_bind_text(statement, 2, from ? from : "");
    if (to)
        statement_bind_text(statement, 3, to);
    return statement;
}

static gboolean
read_block(Statement *row, const char *from, const char *to, BlocksFunc func, gpointer user_data,
           GError **error)
{
    gsize length;
    gconstpointer block = statement_blob(row, 0, &length);
    PostingReader reader;
    PostingTerm term;
    posting_reader_init(&reader, block, length);
    while (posting_reader_next(&reader, &term)) {
        if (from && compare(&term, from) < 0)
            continue;
        if (to && compare(&term, to) > 0)
            return TRUE;
        if (!func(&term, user_data, error))
            return FALSE;
    }
    return !reader.damaged || set_damaged(error);
}

gboolean
blocks_each(Store *store, const char *attribute, const char *from, const char *to, BlocksFunc func,
            gpointer user_data, GError **error)
{
    g_autoptr(Statement) rows = get(store, READ, attribute, from, to, error);
    StepResult result = STEP_FAILED;
    while (rows && (result = statement_step(rows, error)) == STEP_ROW)
        if (!read_block(rows, from, to, func, user_data, error))
            return FALSE;
    return result == STEP_DONE;
}

gboolean
blocks_count(Store *store, const char *attribute, const char *from, const char *to, gint64 *count,
             GError **error)
{
    g_autoptr(Statement) statement = get(store, COUNT, attribute, from, to, error);
    return statement && statement_run_number(statement, count, error);
}
