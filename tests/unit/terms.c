/* SPDX-License-Identifier: GPL-3.0-or-later */
/* terms: lists of entries in a few octets, changed one by one or built at once, as SQL reads them */
#include "store/terms.h"

#include "store/postings.h"

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
    g_assert_cmpint(postings_register(bench->db), ==, SQLITE_OK);
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

/* damaged rows are an error, not a wrong answer */
static void
test_damaged(void)
{
    static const struct {
        const char *rest;
        gsize length;
        guint entries; /* 0: damaged */
    } rows[] = {
        {"", 0, 1},
        {"\x01", 1, 2},
        {"\x01\x80\x01", 3, 3},
        {"\0", 1, 0},
        {"\x80", 1, 0},
        {"\x01\x80\x80", 3, 0},
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10, 0},
        {"\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 9, 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(gint64));
        g_assert_true(postings_take(5, rows[i].rest, rows[i].length, entries) ==
                      (rows[i].entries > 0));
        if (rows[i].entries)
            g_assert_cmpuint(entries->len, ==, rows[i].entries);
    }
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    sqlite3_stmt *stmt;
    g_assert_cmpint(
        sqlite3_prepare_v2(bench.db, "SELECT entry FROM entries_of(5, x'0180')", -1, &stmt, NULL),
        ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(stmt), ==, SQLITE_ROW);
    g_assert_cmpint(sqlite3_step(stmt), ==, SQLITE_ROW);
    g_assert_cmpint(sqlite3_step(stmt), ==, SQLITE_CORRUPT);
    sqlite3_finalize(stmt);
    /* without its arguments it is no table */
    g_assert_cmpint(sqlite3_prepare_v2(bench.db, "SELECT entry FROM entries_of", -1, &stmt, NULL),
                    !=, SQLITE_OK);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/terms/change", test_change);
    g_test_add_func("/terms/build", test_build);
    g_test_add_func("/terms/damaged", test_damaged);
    return g_test_run();
}
