/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base: text keys, tokens, values and JSON, files */
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/numbers.h"
#include "base/text.h"
#include "base/token.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

static void
test_normalize(void)
{
    static const struct {
        const char *value, *key;
    } rows[] = {
        {"  Köln  ", "köln"},
        {"KÖLN", "köln"},
        {"Ko\xcc\x88ln", "köln"}, /* decomposed */
        {"Groß", "groß"},         /* no folding to ss */
        {"a \xc2\xa0 b", "a b"},  /* no-break space */
        {"\xef\xac\x81n", "fin"}, /* ligature fi, NFKC */
        {"", ""},
        {"  ", ""},
        {"A\tB\nC", "a b c"},
        {" \f\r Ab  \t c D\n", "ab c d"},
        {"\v \x7f\x01", "\v \x7f\x01"}, /* controls are no blanks */
        {"\v \x7f\x01 \xc3\x84", "\v \x7f\x01 \xc3\xa4"},
        {"bad \xff", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *key = text_normalize(rows[i].value, -1);
        g_assert_cmpstr(key, ==, rows[i].key);
    }
    g_assert_null(text_normalize("a\0b", 3));
}

static void
test_numbers(void)
{
    static const struct {
        const char *given, *expected;
    } rows[] = {
        {"", ""},
        {"7 ", "7 "},
        {"3 1 2 ", "1 2 3 "},
        {"2 2 1 2 1 ", "1 2 "},
        {"9 -5000000000 9 ", "-5000000000 9 "},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(gint64));
        g_autoptr(GString) text = g_string_new(NULL);
        char *at = (char *)rows[i].given;
        while (*at) {
            gint64 number = g_ascii_strtoll(at, &at, 10);
            g_array_append_val(numbers, number);
            at++;
        }
        numbers_sort_unique(numbers);
        for (guint j = 0; j < numbers->len; j++)
            g_string_append_printf(text, "%" G_GINT64_FORMAT " ",
                                   g_array_index(numbers, gint64, j));
        g_assert_cmpstr(text->str, ==, rows[i].expected);
    }
}

static void
test_one_line(void)
{
    g_autofree char *line = text_one_line(" a\r\nBcc: x\t\xe2\x80\xa8 b\xff ");
    g_assert_cmpstr(line, ==, "a Bcc: x b\xef\xbf\xbd");
    g_autofree char *plain = text_one_line("\xe2\x80\xae"
                                           "evil\xe2\x80\xac \xef\xbb\xbf");
    g_assert_cmpstr(plain, ==, "evil");
}

static void
test_nearest(void)
{
    static const char *const names[] = {"mail", "population", "planning", NULL};
    g_assert_cmpstr(text_nearest("popluation", names), ==, "population");
    g_assert_cmpstr(text_nearest("Planing", names), ==, "planning");
    g_assert_cmpstr(text_nearest("amil", names), ==, "mail");
    g_assert_null(text_nearest("xyz", names));
    g_assert_null(text_nearest("", names));
}

static void
test_token(void)
{
    static const guint8 master[32] = {1, 2, 3};
    g_autoptr(TokenKeys) keys = token_keys_new(master, sizeof master);
    const gint64 ids[] = {0, 1, 35, 36, 1000000, G_MAXINT64};
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autofree char *token = token_make(keys, TOKEN_BOUNCE, ids[i]);
        g_autofree char *upper = g_ascii_strup(token, -1);
        g_assert_cmpint(token_check(keys, TOKEN_BOUNCE, token), ==, ids[i]);
        g_assert_cmpint(token_check(keys, TOKEN_BOUNCE, upper), ==, ids[i]);
        g_assert_cmpint(token_check(keys, TOKEN_REGISTER, token), ==, -1);
        token[strlen(token) - 1] ^= 1;
        g_assert_cmpint(token_check(keys, TOKEN_BOUNCE, token), ==, -1);
    }
    const char *bad[] = {"", "-", "1-", "0-aaaaaaaaaaaaaaaa", "zzzzzzzzzzzzzz-aaaaaaaaaaaaaaaa"};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_cmpint(token_check(keys, TOKEN_BOUNCE, bad[i]), ==, -1);
}

static void
test_files(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("rundruf-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "key", NULL);

    g_assert_null(token_keys_load(path, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_true(token_keys_create(path, &error));
    g_assert_no_error(error);
    g_autoptr(TokenKeys) keys = token_keys_load(path, &error);
    g_assert_no_error(error);
    g_assert_true(token_keys_create(path, &error)); /* leaves it as it is */
    struct stat status;
    g_assert_cmpint(stat(path, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 0777, ==, 0600);
    g_autoptr(TokenKeys) again = token_keys_load(path, &error);
    g_autofree char *token = token_make(keys, TOKEN_BOUNCE, 7);
    g_assert_cmpint(token_check(again, TOKEN_BOUNCE, token), ==, 7);

    g_chmod(path, 0644);
    g_assert_null(file_read_secret(path, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG);
    g_assert_nonnull(strstr(error->message, "chmod 600"));
    g_clear_error(&error);

    g_assert_null(file_read(path, 3, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    g_unlink(path);
    g_rmdir(folder);
}

static void
test_json(void)
{
    g_autoptr(Value) map = value_new_map();
    value_set_text(map, "a", "x\"\\\n\x01ß");
    value_set_int(map, "b", -5);
    value_set_bool(map, "c", TRUE);
    value_set(map, "d", value_new_list());
    value_append(value_get(map, "d"), value_new_null());
    value_append(value_get(map, "d"), value_new_real(1.5));
    value_append(value_get(map, "d"), value_new_real(1.1));
    for (int i = 0; i < 40; i++) { /* past the size at which a map gets an index */
        g_autofree char *key = g_strdup_printf("k%d", i);
        value_set_int(map, key, i);
    }
    value_set_int(map, "b", 6);
    g_assert_cmpint(value_int(value_get(map, "k39")), ==, 39);
    g_assert_null(value_get(map, "k40"));
    g_autoptr(GString) out = g_string_new(NULL);
    json_append(out, map);
    g_assert_true(g_str_has_prefix(
        out->str,
        "{\"a\":\"x\\\"\\\\\\n\\u0001ß\",\"b\":6,\"c\":true,\"d\":[null,1.5,1.1],\"k0\":0,"));
}

static void
test_log(void)
{
    g_autoptr(GString) line = g_string_new(NULL);
    log_append_value(line, "plain/1");
    log_append_value(line, "a b\nevent=forged \"x\"");
    g_assert_cmpstr(line->str, ==, "plain/1\"a b\\x0aevent=forged \\\"x\\\"\"");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/text/normalize", test_normalize);
    g_test_add_func("/base/text/one-line", test_one_line);
    g_test_add_func("/base/numbers", test_numbers);
    g_test_add_func("/base/text/nearest", test_nearest);
    g_test_add_func("/base/token", test_token);
    g_test_add_func("/base/file", test_files);
    g_test_add_func("/base/json", test_json);
    g_test_add_func("/base/log", test_log);
    return g_test_run();
}
