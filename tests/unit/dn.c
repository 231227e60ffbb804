/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dn: names written differently compare equal, different ones do not */
#include "directory/dn.h"

#include <string.h>

static void
test_equal(void)
{
    static const struct {
        const char *a, *b;
    } rows[] = {
        {"uid=p1,dc=Netz,dc=example", "UID=P1, DC=netz,dc=EXAMPLE"},
        {"cn=a\\,b,dc=x", "cn=a\\2cb,dc=x"},
        {"cn=\\#a\\+b\\\"c\\<d\\>e\\;f\\\\,dc=x", "cn=\\23a\\2Bb\\22c\\3cd\\3ee\\3Bf\\5C,dc=x"},
        {"o=K\\C3\\B6ln,dc=x", "o=Köln,dc=x"},
        {"o=KÖLN,dc=x", "o=köln,dc=x"},
        {"cn=Anna+uid=p1,dc=x", "UID=P1+CN=anna,dc=x"},
        {"cn=a \\ ,dc=x", "cn=A,dc=x"}, /* caseIgnore: blanks at the ends do not count */
        {"cn=a  b,dc=x", "cn=a b,dc=x"},
        {"cn=#0401FF,dc=x", "cn=#0401ff,dc=x"},
        {"2.5.4.3=a,2.5.4.11=b,0.9.2342.19200300.100.1.25=x", "cn=a,ou=b,dc=x"},
        {"commonName=a,STREET=b,domainComponent=x", "cn=a,2.5.4.9=b,dc=x"},
        {"userid=p1+commonName=a b,dc=x", "cn=a b+uid=p1,dc=x"},
        {"", ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *a = dn_key(rows[i].a), *b = dn_key(rows[i].b);
        g_assert_nonnull(a);
        g_assert_cmpstr(a, ==, b);
        g_autofree char *text = dn_text(rows[i].a);
        g_autofree char *again = dn_key(text);
        g_assert_cmpstr(again, ==, a);
    }
}

static void
test_different(void)
{
    static const struct {
        const char *a, *b;
    } rows[] = {
        {"cn=a\\,dc\\=x", "cn=a,dc=x"},
        {"cn=a\\+uid\\=b,dc=x", "cn=a+uid=b,dc=x"},
        {"cn=Groß,dc=x", "cn=Gross,dc=x"},
        {"cn=\\#0401,dc=x", "cn=#0401,dc=x"},
        {"cn=a", "uid=a"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *a = dn_key(rows[i].a), *b = dn_key(rows[i].b);
        g_assert_nonnull(a);
        g_assert_nonnull(b);
        g_assert_cmpstr(a, !=, b);
    }
}

static void
test_refused(void)
{
    static const char *const rows[] = {"a",      "=a",      "cn=a,",      ",cn=a", "cn=a,,dc=x",
                                       "cn=a\\", "cn=\\zz", "cn=a+,dc=x", "cn=#0", "cn=\"a,dc=x"};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *key = dn_key(rows[i]);
        g_assert_cmpstr(key, ==, NULL);
    }
    g_autofree char *blanks = g_strnfill(DN_BYTES_MAX + 1, 'a');
    memcpy(blanks, "cn=", 3);
    g_assert_null(dn_key(blanks));
}

static void
test_take_apart(void)
{
    static const struct {
        const char *dn;
        gsize rdn;
        const char *parent;
    } rows[] = {
        {"uid=a,dc=x", 5, "dc=x"},
        {"uid=a\\,b, dc=x", 8, "dc=x"},
        {"uid=a\\\\,dc=x", 7, "dc=x"},
        {"dc=x", 4, ""},
        {"", 0, ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_cmpuint(dn_rdn_length(rows[i].dn), ==, rows[i].rdn);
        g_assert_cmpstr(dn_parent(rows[i].dn), ==, rows[i].parent);
    }
}

static void
test_below(void)
{
    static const struct {
        const char *key, *base;
        gboolean below;
    } rows[] = {
        {"uid=a,dc=x", "dc=x", TRUE},
        {"dc=x", "dc=x", TRUE},
        {"dc=x", "", TRUE},
        {"uid=a,dc=xx", "dc=x", FALSE},
        {"uid=a\\,dc=x", "dc=x", FALSE},
        {"uid=a\\\\,dc=x", "dc=x", TRUE},
        {"dc=x", "uid=a,dc=x", FALSE},
        {"adc=x", "dc=x", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(dn_key_is_below(rows[i].key, rows[i].base), ==, rows[i].below);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dn/equal", test_equal);
    g_test_add_func("/dn/different", test_different);
    g_test_add_func("/dn/refused", test_refused);
    g_test_add_func("/dn/take-apart", test_take_apart);
    g_test_add_func("/dn/below", test_below);
    return g_test_run();
}
