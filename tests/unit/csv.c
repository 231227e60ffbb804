/* SPDX-License-Identifier: GPL-3.0-or-later */
/* csv: rows written and read again; what spreadsheets write; what is refused, with its place */
#include "base/csv.h"

#include "base/error.h"

#include <string.h>

/* every row as "cell|cell" and a line feed */
static GString *
read_all(const char *text, gssize length, GError **error)
{
    gsize size = length < 0 ? strlen(text) : (gsize)length;
    g_autoptr(CsvReader) reader = csv_reader_new(text, size, "f.csv", error);
    g_autoptr(GString) out = g_string_new(NULL);
    const GArray *row = NULL;
    g_autoptr(GError) wrong = NULL;
    if (!reader)
        return NULL;
    while ((row = csv_reader_next(reader, &wrong)))
        for (guint i = 0; i < row->len; i++)
            g_string_append_printf(out, "%s%s", g_array_index(row, CsvCell, i).text,
                                   i + 1 < row->len ? "|" : "\n");
    if (wrong) {
        g_propagate_error(error, g_steal_pointer(&wrong));
        return NULL;
    }
    return g_steal_pointer(&out);
}

static void
test_write(void)
{
    static const struct {
        const char *text, *cell;
    } rows[] = {
        {"plain", "plain"},
        {"a,b", "\"a,b\""},
        {"a;b", "\"a;b\""},
        {"a\tb", "\"a\tb\""},
        {" a", "\" a\""},
        {"say \"x\"", "\"say \"\"x\"\"\""},
        {"a\r\nb", "\"a\r\nb\""},
        {"=1+1", "\"'=1+1\""},
        {"+49 30 1", "\"'+49 30 1\""},
        {"-", "\"'-\""},
        {"@x", "\"'@x\""},
        {"\tx", "\"'\tx\""},
        {"\rx", "\"'\rx\""},
        {"'=x", "\"''=x\""},
        {"'s Hof", "'s Hof"},
        {"", "\"\""},
        {"Köln", "Köln"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GString) out = g_string_new(NULL);
        csv_append_row(out, (const char *const[]){rows[i].text, NULL});
        g_autofree char *line = g_strconcat(rows[i].cell, "\r\n", NULL);
        g_assert_cmpstr(out->str, ==, line);
        g_autoptr(GString) back = read_all(out->str, -1, &error);
        g_assert_no_error(error);
        g_autofree char *text = g_strconcat(rows[i].text, "\n", NULL);
        g_assert_cmpstr(back->str, ==, text);
    }
}

static void
test_read(void)
{
    static const struct {
        const char *text, *rows;
    } rows[] = {
        {"", ""},
        {"\r\n\n\r", ""},
        {"a,b\r\n1,2\r\n", "a|b\n1|2\n"},
        {"a;b\n1,5;2", "a|b\n1,5|2\n"},
        {"a\tb;c\td\n1\t2\t3\n", "a|b;c|d\n1|2|3\n"},
        {"\"a,b\";c\nx;y\n", "a,b|c\nx|y\n"},
        {"a\rb\rc", "a\nb\nc\n"},
        {"\xef\xbb\xbf\"name\",mail\n", "name|mail\n"},
        {"a,b\n\n1,\n,\n", "a|b\n1|\n|\n"},
        {"a\n\"one\r\ntwo\nthree\"\n", "a\none\r\ntwo\nthree\n"},
        {"a\n\"\"\n", "a\n\n"},
        {"a\n\"\"\"\"\n", "a\n\"\n"},
        {"a,b\n'+49,'''=\n", "a|b\n+49|''=\n"},
        {"a\n'x\n", "a\n'x\n"},
        {"K\xf6ln,\x80\n", "Köln|€\n"},
        {"a,b,\n", "a|b|\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GString) out = read_all(rows[i].text, -1, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(out->str, ==, rows[i].rows);
    }
}

static void
assert_refused(const char *text, gsize length, const char *at, const char *about)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = read_all(text, (gssize)length, &error);
    g_assert_null(out);
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    if (!g_str_has_prefix(error->message, at) || !strstr(error->message, about))
        g_error("%s (%s) expected: %s", at, about, error->message);
}

static void
test_refused(void)
{
    static const struct {
        const char *text, *at, *about;
    } rows[] = {
        {"a,b\nö,\"x\ny\n", "f.csv:2:3: ", "never closed"},
        {"a\n\"", "f.csv:2:1: ", "never closed"},
        {"a,b\n\"öx\"y,2\n", "f.csv:2:5: ", "closing quote"},
        {"a,b\n1,x\"y\n", "f.csv:2:4: ", "not quoted"},
        {"a\n\"1\n2\"\n\"3\" \n", "f.csv:4:4: ", "closing quote"},
        {"\x81\x8d", "f.csv:1:1: ", "Windows-1252"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        assert_refused(rows[i].text, strlen(rows[i].text), rows[i].at, rows[i].about);
    static const char nul[] = "a,b\n1,\0\n";
    assert_refused(nul, sizeof nul - 1, "f.csv:1:1: ", "NUL");
}

static void
test_limits(void)
{
    g_autoptr(GString) wide = g_string_new(NULL);
    for (guint i = 0; i < CSV_COLUMNS_MAX; i++)
        g_string_append_c(wide, ',');
    assert_refused(wide->str, wide->len, "f.csv:1:1001: ", "1000 cells");
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) fits = read_all(wide->str, (gssize)wide->len - 1, &error);
    g_assert_no_error(error);
    g_assert_nonnull(fits);

    g_autofree char *cell = g_strnfill(CSV_CELL_BYTES_MAX, 'x');
    g_autofree char *good = g_strconcat("a\n", cell, "\n", NULL);
    g_autofree char *long_one = g_strconcat("a\n", cell, "x\n", NULL);
    g_autoptr(GString) kept = read_all(good, -1, &error);
    g_assert_no_error(error);
    g_assert_nonnull(kept);
    assert_refused(long_one, strlen(long_one), "f.csv:2:", "1 MiB");

    g_autoptr(GString) rows = g_string_new("a\n");
    for (guint i = 0; i < CSV_ROWS_MAX; i++)
        g_string_append(rows, "x\n");
    g_autoptr(GString) all = read_all(rows->str, (gssize)rows->len, &error);
    g_assert_no_error(error);
    g_assert_nonnull(all);
    g_string_append(rows, "x\n");
    assert_refused(rows->str, rows->len, "f.csv:100002:1: ", "100000 rows");

    /* not looked at: its length alone is wrong */
    assert_refused("a", (gsize)CSV_BYTES_MAX + 1, "f.csv:1:1: ", "64 MiB");
}

static void
test_place(void)
{
    static const char text[] = "a;ö;c\n\"1\n2\";ü;\"3\"\n";
    static const guint places[][2] = {{1, 1}, {1, 3}, {1, 5}, {2, 1}, {3, 4}, {3, 6}};
    g_autoptr(GError) error = NULL;
    g_autoptr(CsvReader) reader = csv_reader_new(text, strlen(text), "f.csv", &error);
    const GArray *row;
    guint n = 0;
    while ((row = csv_reader_next(reader, &error)))
        for (guint i = 0; i < row->len; i++, n++) {
            const CsvCell *cell = &g_array_index(row, CsvCell, i);
            g_assert_cmpuint(cell->line, ==, places[n][0]);
            g_assert_cmpuint(cell->column, ==, places[n][1]);
        }
    g_assert_no_error(error);
    g_assert_cmpuint(n, ==, G_N_ELEMENTS(places));
    g_assert_false(csv_reader_converted(reader));
    g_autoptr(CsvReader) western = csv_reader_new("\xe4", 1, "f.csv", &error);
    g_assert_true(csv_reader_converted(western));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/csv/write", test_write);
    g_test_add_func("/csv/read", test_read);
    g_test_add_func("/csv/refused", test_refused);
    g_test_add_func("/csv/limits", test_limits);
    g_test_add_func("/csv/place", test_place);
    return g_test_run();
}
