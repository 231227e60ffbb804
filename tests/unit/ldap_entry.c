/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ldap_entry: ranges of values, filters for identities, referral objects */
#include "directory/ldap_session.h"

#include "base/error.h"

#include <string.h>

static void
test_range(void)
{
    static const struct {
        const char *description, *base;
        guint64 next;
    } rows[] = {
        {"member;range=0-1499", "member", 1500},
        {"member;Range=1500-2999", "member", 3000},
        {"member;range=3000-*", "member", 0},
        {"member;lang-de;range=0-0", "member;lang-de", 1},
        {"member;range=0-999999999999", "member", 1000000000000},
        {"member", NULL, 0},
        {"member;binary", NULL, 0},
        {"member;range=", NULL, 0},
        {"member;range=-", NULL, 0},
        {"member;range=0-", NULL, 0},
        {"member;range=*-5", NULL, 0},
        {"member;range=5-4", NULL, 0},
        {"member;range=0-5;binary", NULL, 0},
        {"member;range=0-99999999999999999999", NULL, 0},
        {"member;range=-1-5", NULL, 0},
        {"member;ranged=0-5", NULL, 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        gsize length = 0;
        guint64 next = 7;
        gboolean is_range = ldap_entry_range(rows[i].description, &length, &next);
        g_assert_cmpint(is_range, ==, rows[i].base != NULL);
        if (!is_range)
            continue;
        g_assert_cmpuint(next, ==, rows[i].next);
        g_assert_cmpmem(rows[i].description, length, rows[i].base, strlen(rows[i].base));
    }
}

static void
test_identity(void)
{
    static const guint8 uuid[UUID_LENGTH] = {0x00, 0x28, 0x29, 0x2a, 0x5c, 5,  6,  7,
                                             8,    9,    10,   11,   12,   13, 14, 0xff};
    static const struct {
        const char *attribute, *filter;
    } rows[] = {
        {NULL, "(entryUUID=0028292a-5c05-0607-0809-0a0b0c0d0eff)"},
        {"entryUUID", "(entryUUID=0028292a-5c05-0607-0809-0a0b0c0d0eff)"},
        {"ipaUniqueID", "(ipaUniqueID=0028292a-5c05-0607-0809-0a0b0c0d0eff)"},
        {"objectGUID", "(objectGUID=\\00\\28\\29\\2a\\5c\\05\\06\\07\\08\\09\\0a\\0b\\0c\\0d\\0e"
                       "\\ff)"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Config config = {.directory_id_attribute = (char *)rows[i].attribute};
        Ldap ldap = {.config = &config};
        g_autofree char *filter = ldap_entry_identity_filter(&ldap, uuid);
        g_assert_cmpstr(filter, ==, rows[i].filter);
    }
}

static void
test_referral(void)
{
    static const struct {
        const char *classes;
        gboolean referral;
    } rows[] = {
        {"top referral", TRUE}, {"REFERRAL", TRUE}, {"referralx person", FALSE}, {"", FALSE}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Attributes) attributes = attributes_new();
        g_auto(GStrv) classes = g_strsplit(rows[i].classes, " ", -1);
        for (char **class = classes; *class; class ++)
            attributes_add(attributes, "objectclass", *class, strlen(*class));
        DirectoryEntry entry = {.attributes = attributes};
        g_assert_cmpint(ldap_entry_is_referral(&entry), ==, rows[i].referral);
    }
    DirectoryEntry listed = {.attributes = NULL};
    g_assert_false(ldap_entry_is_referral(&listed));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ldap_entry/range", test_range);
    g_test_add_func("/ldap_entry/identity", test_identity);
    g_test_add_func("/ldap_entry/referral", test_referral);
    return g_test_run();
}
