/* SPDX-License-Identifier: GPL-3.0-or-later */
/* terms: many in a block, changed one by one or built at once, as they are read */
#include "store/terms.h"

#include "../lib/terms_view.h"
#include "store/blocks.h"

#include <glib/gstdio.h>
#include <string.h>

#define ENTRIES 3000
#define ROUNDS  12000

typedef struct {
    char *folder, *path;
    Store *store;
    sqlite3 *db; /* a reader of its own */
} Bench;

static void
bench_init(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    bench->folder = g_dir_make_tmp("rundruf-XXXXXX", NULL);
    bench->path = g_build_filename(bench->folder, "terms.db", NULL);
    g_autofree char *uri = g_strconcat("sqlite:", bench->path, NULL);
    bench->store = store_open(uri, STORE_CREATE | STORE_UPGRADE, &error);
    g_assert_no_error(error);
    g_assert_cmpint(sqlite3_open(bench->path, &bench->db), ==, SQLITE_OK);
    terms_view(bench->db);
}

static void
bench_clear(Bench *bench)
{
    sqlite3_close(bench->db);
    store_close(bench->store);
    g_unlink(bench->path);
    g_rmdir(bench->folder);
    g_free(bench->path);
    g_free(bench->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Bench, bench_clear)

/* The text of all rows, "a b c": what a query gives. */
static char *
ask(const Bench *bench, const char *sql)
{
    GString *text = g_string_new(NULL);
    sqlite3_stmt *stmt;
    g_assert_cmpint(sqlite3_prepare_v2(bench->db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
    int code;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW)
        g_string_append_printf(text, "%s%s", text->len ? " " : "",
                               (const char *)sqlite3_column_text(stmt, 0));
    g_assert_cmpint(code, ==, SQLITE_DONE);
    sqlite3_finalize(stmt);
    return g_string_free(text, FALSE);
}

static Attributes *
surname(const char *value)
{
    Attributes *attributes = attributes_new();
    attributes_add(attributes, "sn", value, strlen(value));
    return attributes;
}

static char *
expected(const gboolean *in)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < ENTRIES; i++)
        if (in[i])
            g_string_append_printf(text, "%s%u", text->len ? " " : "", i + 1);
    return g_string_free(text, FALSE);
}

static const char *const indexed[] = {"sn", NULL};
static const char all_sql[] =
    "SELECT entry FROM term WHERE attribute = 'sn' AND norm = 'groß' ORDER BY entry";

/* one term gains and loses entries at random; each is there once, in rows that are not too long */
static void
test_change(void)
{
    g_auto(Bench) bench = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    g_autoptr(Terms) terms = terms_new(indexed);
    g_autoptr(Attributes) gross = surname("Groß");
    g_autofree gboolean *in = g_new0(gboolean, ENTRIES);
    bench_init(&bench);
    g_autoptr(StoreTransaction) transaction = store_begin(bench.store, &error);
    for (guint i = 0; i < ROUNDS; i++) {
        /* first mostly more, then mostly fewer */
        const guint entry = (guint)g_rand_int_range(rand, 0, ENTRIES);
        in[entry] = g_rand_int_range(rand, 0, 10) < (i < ROUNDS / 2 ? 8 : 2);
        g_assert_true(terms_change(terms, bench.store, entry + 1, in[entry] ? NULL : gross,
                                   in[entry] ? gross : NULL, &error));
    }
    g_assert_true(store_commit(g_steal_pointer(&transaction), &error));
    g_autofree char *found = ask(&bench, all_sql), *wanted = expected(in);
    g_assert_cmpstr(found, ==, wanted);
    g_autofree char *joined =
        ask(&bench, "SELECT count(*) FROM term t JOIN (VALUES (1), (2), (3)) ON column1 = t.entry");
    g_assert_cmpint(atoi(joined), ==, in[0] + in[1] + in[2]);

    transaction = store_begin(bench.store, &error);
    for (guint i = 0; i < ENTRIES; i++)
        g_assert_true(terms_change(terms, bench.store, i + 1, gross, NULL, &error));
    g_assert_true(store_commit(g_steal_pointer(&transaction), &error));
    g_autofree char *rows = ask(&bench, "SELECT count(*) FROM posting");
    g_assert_cmpstr(rows, ==, "0");
}

/* the whole index at once is the same as one by one */
static void
test_build(void)
{
    g_auto(Bench) bench = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(Terms) terms = terms_new(indexed);
    g_autofree gboolean *in = g_new0(gboolean, ENTRIES);
    bench_init(&bench);
    for (guint i = 0; i < ENTRIES; i += 1 + i % 3) {
        g_autoptr(Attributes) gross = surname(i % 2 ? "GROSS" : "Groß");
        in[i] = i % 2 == 0;
        terms_collect(terms, i + 1, gross);
    }
    terms_sort(terms);
    g_autoptr(StoreTransaction) transaction = store_begin(bench.store, &error);
    g_assert_true(terms_build(terms, bench.store, &error));
    g_assert_true(store_commit(g_steal_pointer(&transaction), &error));
    g_autofree char *found = ask(&bench, all_sql), *wanted = expected(in);
    g_assert_cmpstr(found, ==, wanted);
    g_autofree char *norms = ask(&bench, "SELECT DISTINCT norm FROM term ORDER BY 1");
    g_assert_cmpstr(norms, ==, "gross groß");
}

/* damaged lists and blocks are an error, not a wrong answer */
static void
test_damaged(void)
{
    static const struct {
        const char *list;
        gsize length;
        guint entries; /* 0: damaged */
    } lists[] = {
        {"\x05", 1, 1},
        {"\x05\x01", 2, 2},
        {"\x05\x01\x80\x01", 4, 3},
        {"", 0, 0},
        {"\0", 1, 0},
        {"\x05\0", 2, 0},
        {"\x80", 1, 0},
        {"\x05\x01\x80\x80", 4, 0},
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10, 0},
        {"\x01\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10, 0},
    };
    static const struct {
        const char *block;
        gsize length;
        guint terms;
        gboolean damaged;
    } blocks[] = {
        {"", 0, 0, FALSE},
        {"\x01"
         "a\x01\x05",
         4, 1, FALSE},
        {"\x01"
         "a\x01\x05\x01"
         "b\x01\x05",
         8, 2, FALSE},
        {"\x01"
         "a\x01\x05\x01"
         "b\x01",
         7, 1, TRUE},
        {"\x02"
         "a",
         2, 0, TRUE},
        {"\x01"
         "a",
         2, 0, TRUE},
        {"\xff\xff\xff\xff\xff\xff\xff\xff\x7f"
         "a",
         10, 0, TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(gint64));
        g_assert_true(postings_each((const guint8 *)lists[i].list, lists[i].length, postings_append,
                                    entries) == (lists[i].entries > 0));
        if (lists[i].entries)
            g_assert_cmpuint(entries->len, ==, lists[i].entries);
    }
    for (guint i = 0; i < G_N_ELEMENTS(blocks); i++) {
        PostingReader reader;
        PostingTerm term;
        guint terms = 0;
        posting_reader_init(&reader, blocks[i].block, blocks[i].length);
        while (posting_reader_next(&reader, &term))
            terms++;
        g_assert_cmpuint(terms, ==, blocks[i].terms);
        g_assert_cmpint(reader.damaged, ==, blocks[i].damaged);
    }
}

/* ---- many terms */

#define WORDS  800
#define PEOPLE 400

static gboolean
note_term(const PostingTerm *term, gpointer text, GError **error)
{
    g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_assert_true(blocks_entries(term, postings_append, entries, error));
    for (guint i = 0; i < entries->len; i++)
        g_string_append_printf(text, "%.*s:%d ", (int)term->length, term->key,
                               (int)g_array_index(entries, gint64, i));
    return TRUE;
}

static gint
compare_words(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* what a range of the words must give */
static char *
words_between(GPtrArray *sorted, gboolean has[][PEOPLE], GHashTable *numbers, const char *from,
              const char *to)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < sorted->len; i++) {
        const char *word = g_ptr_array_index(sorted, i);
        if ((from && strcmp(word, from) < 0) || (to && strcmp(word, to) > 0))
            continue;
        guint number = GPOINTER_TO_UINT(g_hash_table_lookup(numbers, word));
        for (guint j = 0; j < PEOPLE; j++)
            if (has[number][j])
                g_string_append_printf(text, "%s:%u ", word, j + 1);
    }
    return g_string_free(text, FALSE);
}

static void
assert_range(Bench *bench, GPtrArray *sorted, gboolean has[][PEOPLE], GHashTable *numbers,
             const char *from, const char *to)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) found = g_string_new(NULL);
    g_assert_true(
        blocks_each(bench->store, "sn", &(BlocksRange){from, to, NULL}, note_term, found, &error));
    g_autofree char *wanted = words_between(sorted, has, numbers, from, to);
    g_assert_cmpstr(found->str, ==, wanted);
}

/* Words come and go in any order; each range of them is what it should be, and no block too long. */
static void
test_many(void)
{
    static gboolean has[WORDS][PEOPLE];
    g_auto(Bench) bench = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GRand) rand = g_rand_new_with_seed(11);
    g_autoptr(Terms) terms = terms_new(indexed);
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    g_autoptr(GHashTable) numbers = g_hash_table_new(g_str_hash, g_str_equal);
    bench_init(&bench);
    for (guint i = 0; i < WORDS; i++) {
        g_autofree char *end = g_strnfill(i % 97 == 0 ? 2500 : i % 7, 'x');
        char *word = g_strdup_printf("%s%u%s", i % 3 ? "wort" : "ähre", i * 7919 % WORDS, end);
        g_ptr_array_add(words, word);
        g_ptr_array_add(sorted, word);
        g_hash_table_insert(numbers, word, GUINT_TO_POINTER(i));
    }
    g_ptr_array_sort(sorted, compare_words);
    g_autoptr(StoreTransaction) transaction = store_begin(bench.store, &error);
    for (guint i = 0; i < ROUNDS; i++) {
        guint word = (guint)g_rand_int_range(rand, 0, WORDS);
        guint entry = (guint)g_rand_int_range(rand, 0, PEOPLE);
        g_autoptr(Attributes) value = surname(g_ptr_array_index(words, word));
        gboolean in = g_rand_int_range(rand, 0, 10) < (i < ROUNDS / 2 ? 9 : 4);
        g_assert_true(terms_change(terms, bench.store, entry + 1, has[word][entry] ? value : NULL,
                                   in ? value : NULL, &error));
        has[word][entry] = in;
    }
    g_assert_true(store_commit(g_steal_pointer(&transaction), &error));
    assert_range(&bench, sorted, has, numbers, NULL, NULL);
    for (guint i = 0; i < 50; i++) {
        const char *from = g_ptr_array_index(words, (guint)g_rand_int_range(rand, 0, WORDS));
        const char *to = g_ptr_array_index(words, (guint)g_rand_int_range(rand, 0, WORDS));
        assert_range(&bench, sorted, has, numbers, from, NULL);
        assert_range(&bench, sorted, has, numbers, NULL, to);
        assert_range(&bench, sorted, has, numbers, from, to);
        assert_range(&bench, sorted, has, numbers, from, from);
    }
    g_autofree char *longest =
        ask(&bench, "SELECT max(length(block)) FROM posting WHERE length(block) < 2500");
    g_assert_cmpint(atoi(longest), <=, POSTINGS_BLOCK_MAX);
    g_autofree char *rows = ask(&bench, "SELECT count(*) FROM posting");
    g_assert_cmpint(atoi(rows), <, WORDS / 8);
}

/* a word of few letters, so that pieces are in many keys, across their ends, and nowhere */
static char *
make_word(GRand *rand, gint32 longest)
{
    static const char *const letters[] = {"a", "b", "c", "ß", "ö"};
    GString *word = g_string_new(NULL);
    for (gint32 n = g_rand_int_range(rand, 1, longest + 1); n > 0; n--)
        g_string_append(word, letters[g_rand_int_range(rand, 0, G_N_ELEMENTS(letters))]);
    return g_string_free(word, FALSE);
}

typedef struct {
    const char *piece;
    guint found;
} PieceCount;

static gboolean
count_piece(const PostingTerm *term, gpointer data, G_GNUC_UNUSED GError **error)
{
    PieceCount *count = data;
    g_autofree char *key = g_strndup(term->key, term->length);
    count->found += strstr(key, count->piece) != NULL;
    return TRUE;
}

/* no term with a piece is left out */
static void
test_pieces(void)
{
    g_auto(Bench) bench = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GRand) rand = g_rand_new_with_seed(11);
    g_autoptr(Terms) terms = terms_new(indexed);
    g_autoptr(GHashTable) words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    bench_init(&bench);
    for (guint i = 0; i < ENTRIES; i++) {
        char *word = make_word(rand, 12);
        g_autoptr(Attributes) attributes = surname(word);
        terms_collect(terms, i + 1, attributes);
        g_hash_table_add(words, word);
    }
    terms_sort(terms);
    g_autoptr(StoreTransaction) transaction = store_begin(bench.store, &error);
    g_assert_nonnull(transaction);
    g_assert_true(terms_build(terms, bench.store, &error));
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *piece = make_word(rand, 6);
        BlocksRange range = {.piece = piece};
        PieceCount count = {piece, 0};
        guint wanted = 0;
        GHashTableIter iter;
        gpointer word;
        g_hash_table_iter_init(&iter, words);
        while (g_hash_table_iter_next(&iter, &word, NULL))
            wanted += strstr(word, piece) != NULL;
        g_assert_true(blocks_each(bench.store, "sn", &range, count_piece, &count, &error));
        g_assert_cmpuint(count.found, ==, wanted);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/terms/change", test_change);
    g_test_add_func("/terms/build", test_build);
    g_test_add_func("/terms/many", test_many);
    g_test_add_func("/terms/damaged", test_damaged);
    g_test_add_func("/terms/pieces", test_pieces);
    return g_test_run();
}
