/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ldap_change: what is sent for a write, what it asserts, and what answers mean */
#include "directory/ldap_change.h"

#include <string.h>

/* "cn=a|cn=b|sn=c" */
static Attributes *
attributes_from(const char *text)
{
    if (!text)
        return NULL;
    Attributes *attributes = attributes_new();
    g_auto(GStrv) pairs = g_strsplit(text, "|", -1);
    for (char **pair = pairs; *pair && **pair; pair++) {
        char *value = strchr(*pair, '=');
        *value++ = '\0';
        attributes_add(attributes, *pair, value, strlen(value));
    }
    return attributes;
}

static void
fill(DirectoryWrite *write, const char *before, const char *after)
{
    write->before = attributes_from(before);
    write->after = attributes_from(after);
}

static void
empty(DirectoryWrite *write)
{
    attributes_free(write->before);
    attributes_free(write->after);
}

static void
test_assertion(void)
{
    static const struct {
        const char *csn, *before, *after, *filter;
    } rows[] = {
        {NULL, "title=old", "title=new", "(&(U)(title=old))"},
        {NULL, "title=old", "", "(&(U)(title=old))"},
        {NULL, "", "title=new", "(&(U)(!(title=*)))"},
        {NULL, NULL, NULL, "(&(U))"},
        {"2020#1", NULL, NULL, "(&(U)(entryCSN=2020\\231))"},
        {"2", "sn=a|sn=b", "sn=a|mail=x", "(&(U)(entryCSN=2)(sn=a)(sn=b)(!(mail=*)))"},
        /* escapes, RFC 4515 */
        {NULL, "cn=(a*b)\\ö", "cn=x", "(&(U)(cn=\\28a\\2ab\\29\\5c\\c3\\b6))"},
        {NULL, "cn= ", "cn=x", "(&(U)(cn=\\20))"},
        {NULL, "cn=", "cn=x", "(&(U)(cn=*))"},
        {NULL, "cn=|cn=a", "cn=x", "(&(U)(cn=a))"},
        /* no equality rule */
        {NULL, "jpegPhoto=\xff\xd8", "", "(&(U)(jpegPhoto=*))"},
        {"2", "fax=1", "fax=2", "(&(U)(entryCSN=2)(fax=*))"},
        {NULL, "", "jpegPhoto=x", "(&(U)(!(jpegPhoto=*)))"},
        /* a subtype by options would count for its supertype */
        {NULL, "description;lang-de=a", "description;lang-de=a|description=b",
         "(&(U)(description;lang-de=a))"},
        {NULL, "description=a", "description=a|description;lang-de=b",
         "(&(U)(description=a)(!(description;lang-de=*)))"},
        {NULL, "commonName=a", "CN=b", "(&(U)(commonName=a))"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        DirectoryWrite write = {.kind = WRITE_SET, .csn = (char *)rows[i].csn};
        g_autoptr(GString) filter = g_string_new(NULL);
        fill(&write, rows[i].before, rows[i].after);
        ldap_change_assertion(&write, "(U)", "entryCSN", filter);
        g_assert_cmpstr(filter->str, ==, rows[i].filter);
        empty(&write);
    }
}

/* from so many values on none is asserted */
static void
test_assertion_many(void)
{
    for (guint count = ASSERTED_VALUES_MAX - 1; count < ASSERTED_VALUES_MAX + 2; count++) {
        DirectoryWrite write = {.kind = WRITE_SET, .before = attributes_new()};
        g_autoptr(GString) filter = g_string_new(NULL);
        for (guint i = 0; i < count; i++)
            attributes_add(write.before, "member", &i, sizeof i);
        ldap_change_assertion(&write, "(U)", "entryCSN", filter);
        g_assert_cmpint(strcmp(filter->str, "(&(U)(member=*))") == 0, ==,
                        count > ASSERTED_VALUES_MAX);
        empty(&write);
    }
}

static char *
mods_text(GPtrArray *mods)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; g_ptr_array_index(mods, i); i++) {
        const LDAPMod *mod = g_ptr_array_index(mods, i);
        g_assert_true(mod->mod_op & LDAP_MOD_BVALUES);
        int operation = mod->mod_op & ~LDAP_MOD_BVALUES;
        g_string_append_printf(text, "%c%s:", operation == LDAP_MOD_ADD ? '+' : '-', mod->mod_type);
        for (guint j = 0; mod->mod_bvalues && mod->mod_bvalues[j]; j++)
            g_string_append_printf(text, "%s%.*s", j ? "," : "", (int)mod->mod_bvalues[j]->bv_len,
                                   mod->mod_bvalues[j]->bv_val);
        g_string_append_c(text, ' ');
    }
    return g_string_free(text, FALSE);
}

static void
test_mods(void)
{
    static const struct {
        const char *before, *after, *mods;
    } rows[] = {
        {"title=a", "title=b", "-title:a +title:b "},
        {"title=a", "", "-title:a "},
        {"title=a", NULL, "-title:a "},
        {"", "title=b", "+title:b "},
        {NULL, "title=b", "+title:b "},
        {"title=a", "title=a", ""},
        {"title=a", "TITLE=a", ""},
        {"title=a", "title=A", "-title:a +title:A "},
        {"mail=a|mail=b|mail=c", "mail=c|mail=d|mail=a", "-mail:b +mail:d "},
        {"mail=a", "mail=b|mail=b", "-mail:a +mail:b "},
        {"sn=a|cn=b", "cn=c|sn=a|l=d", "-cn:b +cn:c +l:d "},
        {"cn;lang-de=a|cn=a", "cn=a", "-cn;lang-de:a "},
        /* no equality rule: no value can be named */
        {"jpegPhoto=a", "", "-jpegPhoto: "},
        {"fax=1|fax=2", "fax=2|fax=3", "-fax: +fax:2,3 "},
        {"fax=1", "fax=1|fax=2", "+fax:2 "},
        {"c n=a", "", NULL},
        {"", "cn)(uid=a", NULL},
        {"", "ä=a", NULL},
        {"", "=a", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        DirectoryWrite write = {.kind = WRITE_SET};
        const char *bad = NULL;
        fill(&write, rows[i].before, rows[i].after);
        g_autoptr(GPtrArray) mods = ldap_change_mods(&write, &bad);
        g_autofree char *text = mods ? mods_text(mods) : NULL;
        g_assert_cmpstr(text, ==, rows[i].mods);
        g_assert_cmpint(bad != NULL, ==, mods == NULL);
        empty(&write);
    }
}

static void
test_blind(void)
{
    static const struct {
        WriteKind kind;
        const char *before, *after;
        gboolean blind;
    } rows[] = {
        {WRITE_SET, "title=a", "title=b", FALSE}, {WRITE_SET, "jpegPhoto=a", "jpegPhoto=b", TRUE},
        {WRITE_SET, "", "jpegPhoto=b", FALSE},    {WRITE_ADD, NULL, "jpegPhoto=b", FALSE},
        {WRITE_REMOVE, NULL, NULL, TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        DirectoryWrite write = {.kind = rows[i].kind};
        fill(&write, rows[i].before, rows[i].after);
        g_assert_cmpint(ldap_change_is_blind(&write), ==, rows[i].blind);
        empty(&write);
    }
}

static void
test_outcome(void)
{
    static const struct {
        int code;
        WriteOutcome set, add, remove;
    } rows[] = {
        {0, WRITE_DONE, WRITE_DONE, WRITE_DONE},
        {122, WRITE_CHANGED, WRITE_CHANGED, WRITE_CHANGED},
        {16, WRITE_CHANGED, WRITE_REFUSED, WRITE_REFUSED},
        {20, WRITE_CHANGED, WRITE_REFUSED, WRITE_REFUSED},
        {32, WRITE_GONE, WRITE_REFUSED, WRITE_GONE},
        {68, WRITE_REFUSED, WRITE_EXISTS, WRITE_REFUSED},
        {8, WRITE_LATER, WRITE_LATER, WRITE_LATER},
        {10, WRITE_LATER, WRITE_LATER, WRITE_LATER},
        {13, WRITE_LATER, WRITE_LATER, WRITE_LATER},
        {50, WRITE_LATER, WRITE_LATER, WRITE_LATER},
        {51, WRITE_LATER, WRITE_LATER, WRITE_LATER},
        {52, WRITE_LATER, WRITE_LATER, WRITE_LATER},
        {53, WRITE_LATER, WRITE_LATER, WRITE_LATER},
        {17, WRITE_REFUSED, WRITE_REFUSED, WRITE_REFUSED},
        {19, WRITE_REFUSED, WRITE_REFUSED, WRITE_REFUSED},
        {21, WRITE_REFUSED, WRITE_REFUSED, WRITE_REFUSED},
        {34, WRITE_REFUSED, WRITE_REFUSED, WRITE_REFUSED},
        {64, WRITE_REFUSED, WRITE_REFUSED, WRITE_REFUSED},
        {65, WRITE_REFUSED, WRITE_REFUSED, WRITE_REFUSED},
        {66, WRITE_REFUSED, WRITE_REFUSED, WRITE_REFUSED},
        {67, WRITE_REFUSED, WRITE_REFUSED, WRITE_REFUSED},
        {69, WRITE_REFUSED, WRITE_REFUSED, WRITE_REFUSED},
        {71, WRITE_REFUSED, WRITE_REFUSED, WRITE_REFUSED},
        {80, WRITE_REFUSED, WRITE_REFUSED, WRITE_REFUSED},
        {4711, WRITE_REFUSED, WRITE_REFUSED, WRITE_REFUSED},
        {-1, WRITE_REFUSED, WRITE_REFUSED, WRITE_REFUSED},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_cmpint(ldap_change_outcome(WRITE_SET, rows[i].code), ==, rows[i].set);
        g_assert_cmpint(ldap_change_outcome(WRITE_ADD, rows[i].code), ==, rows[i].add);
        g_assert_cmpint(ldap_change_outcome(WRITE_REMOVE, rows[i].code), ==, rows[i].remove);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ldap_change/assertion", test_assertion);
    g_test_add_func("/ldap_change/assertion-many", test_assertion_many);
    g_test_add_func("/ldap_change/mods", test_mods);
    g_test_add_func("/ldap_change/blind", test_blind);
    g_test_add_func("/ldap_change/outcome", test_outcome);
    return g_test_run();
}
