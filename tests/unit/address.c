/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model: mail addresses */
#include "model/address.h"

#include "base/error.h"

#include <string.h>

#define REPEAT_10(x) x x x x x x x x x x

static void
test_valid(void)
{
    static const struct {
        const char *written, *text, *key;
        gboolean smtputf8;
    } rows[] = {
        {"anna@netz.example", "anna@netz.example", "anna@netz.example", FALSE},
        {"Anna.Meier@NETZ.Example", "Anna.Meier@netz.example", "anna.meier@netz.example", FALSE},
        {"!#$%&'*+/=?^_`{|}~-@a.de", "!#$%&'*+/=?^_`{|}~-@a.de", "!#$%&'*+/=?^_`{|}~-@a.de", FALSE},
        {"a@köln.de", "a@xn--kln-sna.de", "a@xn--kln-sna.de", FALSE},
        {"a@KÖLN.de", "a@xn--kln-sna.de", "a@xn--kln-sna.de", FALSE},
        {"a@xn--strae-oqa.de", "a@xn--strae-oqa.de", "a@xn--strae-oqa.de", FALSE},
        {"jürgen@a.de", "jürgen@a.de", "jürgen@a.de", TRUE},
        {"Ju\xcc\x88rgen@a.de", "Ju\xcc\x88rgen@a.de", "jürgen@a.de", TRUE},
        {"test@iana.co-uk", "test@iana.co-uk", "test@iana.co-uk", FALSE},
        {"test@c--n.com", "test@c--n.com", "test@c--n.com", FALSE},
        {REPEAT_10("123456") "1234@a.de", REPEAT_10("123456") "1234@a.de",
         REPEAT_10("123456") "1234@a.de", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Address) address = address_parse(rows[i].written, -1, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(address->text, ==, rows[i].text);
        g_assert_cmpint(address->smtputf8, ==, rows[i].smtputf8);
        g_autofree char *key = address_key(address);
        g_assert_cmpstr(key, ==, rows[i].key);
        g_autofree char *joined = g_strconcat(address->local, "@", address->domain, NULL);
        g_assert_cmpstr(joined, ==, rows[i].text);
    }
}

static void
test_invalid(void)
{
    static const struct {
        const char *written;
        guint column;
    } rows[] = {
        {"", 1},
        {"anna", 1},
        {"@a.de", 1},
        {"anna@", 6},
        {"anna@de", 6},
        {" anna@a.de", 1},
        {"anna@a.de ", 6},
        {"an na@a.de", 3},
        {"an\xc2\xa0na@a.de", 3},
        {"anna@a.de\n", 6},
        {"anna@a.de\r\n", 6},
        {"\r\nanna@a.de", 1},
        {"a@b>\r\nRCPT TO:<evil@x>", 3},
        {"a@b.de>\r\nRCPT TO:<evil@x.de>", 3},
        {"<a@b.de>", 1},
        {"a>\r\nRCPT TO:<evil@x.de", 2},
        {"a\x01@b.de", 2},
        {"a\x7f@b.de", 2},
        {"a\xc2\x85@b.de", 2},
        {"a\xe2\x80\xae@b.de", 2}, /* right-to-left override */
        {"a@b.de\xe2\x80\xa8", 3},
        {"\"a b\"@b.de", 1},
        {"a@[127.0.0.1]", 3},
        {"a@127.0.0.1", 3},
        {"(x)a@b.de", 1},
        {"a(x)@b.de", 2},
        {"a@b@c.de", 3},
        {"a,b@c.de", 2},
        {"a;b@c.de", 2},
        {"a:b@c.de", 2},
        {"a\\b@c.de", 2},
        {".a@b.de", 1},
        {"a.@b.de", 2},
        {"a..b@c.de", 3},
        {"a@.b.de", 3},
        {"a@b..de", 3},
        {"a@b.de.", 3},
        {"a@-b.de", 3},
        {"a@b-.de", 3},
        {"a@b_c.de", 3},
        {"a@straße.de", 7},
        {"jür gen@a.de", 4},
        {"a\xff@b.de", 2},
        {REPEAT_10("123456") "12345@a.de", 1},
        {"a@" REPEAT_10("123456") "1234.de", 3},
        {"a@" REPEAT_10("1234567890123456789012345.") "abcd.de", 3},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *start = g_strdup_printf("column %u: ", rows[i].column);
        g_assert_null(address_parse(rows[i].written, -1, &error));
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
        if (!g_str_has_prefix(error->message, start))
            g_error("\"%s\": %s", rows[i].written, error->message);
        g_assert_null(strpbrk(error->message, "\r\n"));
    }
}

static void
test_hostile(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(address_parse("a@b.de\0x", 8, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    g_clear_error(&error);
    g_assert_null(address_parse("a\0@b.de", 7, NULL));
    g_autofree char *big = g_strnfill(1024 * 1024, 'a');
    big[10] = '@';
    g_assert_null(address_parse(big, -1, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
}

static void
test_domain(void)
{
    static const struct {
        const char *text, *domain;
    } rows[] = {
        {"a@Netz.Example", "netz.example"},
        {"a@köln.de", "xn--kln-sna.de"},
        {"a@b@c.de", "c.de"},
        {"a", NULL},
        {"a@", NULL},
        {"a@b c.de", NULL},
        {"a@b\xff.de", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *domain = address_domain(rows[i].text);
        g_assert_cmpstr(domain, ==, rows[i].domain);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/address/valid", test_valid);
    g_test_add_func("/model/address/invalid", test_invalid);
    g_test_add_func("/model/address/hostile", test_hostile);
    g_test_add_func("/model/address/domain", test_domain);
    return g_test_run();
}
