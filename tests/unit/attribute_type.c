/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model: attribute types and comparison keys */
#include "model/attribute_type.h"
#include "model/dn_value.h"

#include <string.h>

static void
test_find(void)
{
    static const struct {
        const char *description, *name;
        MatchingRule rule;
    } rows[] = {
        {"cn", "cn", RULE_CASE_IGNORE},
        {"COMMONNAME", "cn", RULE_CASE_IGNORE},
        {"2.5.4.3", "cn", RULE_CASE_IGNORE},
        {"cn;lang-de;x-y", "cn", RULE_CASE_IGNORE},
        {"surname", "sn", RULE_CASE_IGNORE},
        {"stateOrProvinceName", "st", RULE_CASE_IGNORE},
        {"rfc822Mailbox", "mail", RULE_CASE_IGNORE},
        {"userid", "uid", RULE_CASE_IGNORE},
        {"domainComponent", "dc", RULE_CASE_IGNORE},
        {"labeledURI", "labeledURI", RULE_CASE_EXACT},
        {"telephoneNumber", "telephoneNumber", RULE_TELEPHONE},
        {"seeAlso", "seeAlso", RULE_DN},
        {"createTimestamp", "createTimestamp", RULE_GENERALIZED_TIME},
        {"hasSubordinates", "hasSubordinates", RULE_BOOLEAN},
        {"jpegPhoto", "jpegPhoto", RULE_OCTETS},
        {"ags", "ags", RULE_NUMERIC_STRING},
        {"population", "population", RULE_INTEGER},
        {"c", "c", RULE_CASE_IGNORE},
        {"", NULL, RULE_CASE_IGNORE},
        {";lang-de", NULL, RULE_CASE_IGNORE},
        {"c n", NULL, RULE_CASE_IGNORE},
        {"2.5.4", NULL, RULE_CASE_IGNORE},
        {"popluation", NULL, RULE_CASE_IGNORE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const AttributeType *type = attribute_type_find(rows[i].description);
        g_assert_cmpstr(type ? type->name : NULL, ==, rows[i].name);
        g_assert_cmpint(attribute_rule(rows[i].description), ==, rows[i].rule);
    }
}

static void
test_names(void)
{
    const char *const *names = attribute_type_names();
    guint count = 0;
    for (; names[count]; count++)
        g_assert_nonnull(attribute_type_find(names[count]));
    g_assert_cmpuint(count, >, 150);
    g_assert_true(g_strv_contains(names, "commonName"));
}

/* no name or OID stands for two types */
static void
test_unique(void)
{
    const char *const *names = attribute_type_names();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; names[i]; i++) {
        const AttributeType *type = attribute_type_find(names[i]);
        g_assert_true(attribute_type_find(type->oid) == type);
        g_assert_true(g_hash_table_add(seen, g_ascii_strdown(names[i], -1)));
    }
}

static void
test_is(void)
{
    static const struct {
        const char *description, *attribute;
        gboolean is;
    } rows[] = {
        {"cn", "CN", TRUE},         {"cn;lang-de", "cn", TRUE}, {"commonName", "cn", TRUE},
        {"cn", "commonName", TRUE}, {"2.5.4.3", "cn", TRUE},    {"cn", "2.5.4.3", TRUE},
        {"cnx", "cn", FALSE},       {"c", "cn", FALSE},         {"sn", "cn", FALSE},
        {"x-own", "X-Own", TRUE},   {"x-own;a", "x-own", TRUE}, {"x-own", "x-ow", FALSE},
        {"", "cn", FALSE},          {";a", "cn", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(attribute_is(rows[i].description, rows[i].attribute,
                                     attribute_type_find(rows[i].attribute)),
                        ==, rows[i].is);
}

static void
test_norm(void)
{
    static const struct {
        MatchingRule rule;
        const char *value, *key;
    } rows[] = {
        {RULE_CASE_IGNORE, "  Groß  Gerau ", "groß gerau"},
        {RULE_CASE_IGNORE, "", NULL},
        {RULE_CASE_IGNORE, "bad \xff", NULL},
        {RULE_CASE_EXACT, "  Groß  Gerau ", "Groß Gerau"},
        {RULE_NUMERIC_STRING, " 082 22 000", "08222000"},
        {RULE_NUMERIC_STRING, "08222x", NULL},
        {RULE_NUMERIC_STRING, "", NULL},
        {RULE_TELEPHONE, "+49 621 293-0", "+496212930"},
        {RULE_TELEPHONE, " - ", ""},
        {RULE_TELEPHONE, "", NULL},
        {RULE_INTEGER, "0", "p010"},
        {RULE_INTEGER, "200001", "p06200001"},
        {RULE_INTEGER, "-5", "n984"},
        {RULE_INTEGER, "-0", NULL},
        {RULE_INTEGER, "007", NULL},
        {RULE_INTEGER, "+1", NULL},
        {RULE_INTEGER, "", NULL},
        {RULE_INTEGER, "-", NULL},
        {RULE_INTEGER, "1 ", NULL},
        {RULE_INTEGER, "1e3", NULL},
        {RULE_BOOLEAN, "TRUE", "TRUE"},
        {RULE_BOOLEAN, "true", NULL},
        {RULE_GENERALIZED_TIME, "20201111113000Z", "20201111113000.000000000"},
        {RULE_GENERALIZED_TIME, "20201111123000+0100", "20201111113000.000000000"},
        {RULE_GENERALIZED_TIME, "202011111230+01", "20201111113000.000000000"},
        {RULE_GENERALIZED_TIME, "2020111111.5Z", "20201111113000.000000000"},
        {RULE_GENERALIZED_TIME, "202011111129,25Z", "20201111112915.000000000"},
        {RULE_GENERALIZED_TIME, "20201111113000.125Z", "20201111113000.125000000"},
        {RULE_GENERALIZED_TIME, "20161231235960Z", "20170101000000.000000000"},
        {RULE_GENERALIZED_TIME, "20200229000000Z", "20200229000000.000000000"},
        {RULE_GENERALIZED_TIME, "20210229000000Z", NULL},
        {RULE_GENERALIZED_TIME, "20201111113000", NULL},
        {RULE_GENERALIZED_TIME, "20201111113000Zx", NULL},
        {RULE_GENERALIZED_TIME, "20201111113000.Z", NULL},
        {RULE_GENERALIZED_TIME, "20201111113000+9900", NULL},
        {RULE_GENERALIZED_TIME, "99991231235959-2359", NULL},
        {RULE_GENERALIZED_TIME, "2020", NULL},
        {RULE_GENERALIZED_TIME, "", NULL},
        {RULE_DN, "", ""},
        {RULE_DN, "CN=Anna  Meier , commonName=b\\2cc", ",cn=anna meier,cn=b\\,c"},
        {RULE_DN, "uid=1+2.5.4.3=A,dc=X", ",cn=a+uid=1,dc=x"},
        {RULE_DN, "cn=A+uid=1,DC=x", ",cn=a+uid=1,dc=x"},
        {RULE_DN, "cn=#4142", ",cn=ab"},
        {RULE_DN, "cn=a\\ ", ",cn=a"},
        {RULE_DN, "cn", NULL},
        {RULE_DN, "=a", NULL},
        {RULE_DN, "cn=a,", NULL},
        {RULE_DN, "cn=a\\", NULL},
        {RULE_DN, "cn=#4", NULL},
        {RULE_DN, "cn=a\\zz", NULL},
        {RULE_OCTETS, "\x01\xff", "01ff"},
        {RULE_OCTETS, "", ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *key = attribute_norm(rows[i].rule, rows[i].value, strlen(rows[i].value));
        g_assert_cmpstr(key, ==, rows[i].key);
    }
    g_assert_null(attribute_norm(RULE_CASE_IGNORE, "a\0b", 3));
    g_assert_null(attribute_norm(RULE_INTEGER, "1\0", 2));
    g_assert_null(attribute_norm(RULE_NUMERIC_STRING, "1\0", 2));
    g_assert_null(attribute_norm(RULE_DN, "cn=a\0", 5));
    g_assert_null(attribute_norm(RULE_GENERALIZED_TIME, "\0", 1));
}

/* keys of integers sort as the numbers do */
static void
test_order(void)
{
    static const char *const numbers[] = {"-99999999999999999999",
                                          "-9223372036854775808",
                                          "-1000",
                                          "-999",
                                          "-10",
                                          "-9",
                                          "-2",
                                          "-1",
                                          "0",
                                          "1",
                                          "2",
                                          "9",
                                          "10",
                                          "99999",
                                          "200000",
                                          "200001",
                                          "9223372036854775807",
                                          "99999999999999999999"};
    for (guint i = 1; i < G_N_ELEMENTS(numbers); i++) {
        g_autofree char *low = attribute_norm(RULE_INTEGER, numbers[i - 1], strlen(numbers[i - 1]));
        g_autofree char *high = attribute_norm(RULE_INTEGER, numbers[i], strlen(numbers[i]));
        g_assert_cmpstr(low, <, high);
    }
    g_autofree char *most = g_strnfill(99, '9'), *more = g_strnfill(100, '9');
    g_autofree char *key = attribute_norm(RULE_INTEGER, most, 99);
    g_assert_nonnull(key);
    g_assert_null(attribute_norm(RULE_INTEGER, more, 100));
}

static void
test_dn(void)
{
    static const char dn[] = "cn=Anna \\+ Max+uid=7, o = K\\c3\\b6ln ,dc=x";
    g_autoptr(GArray) values = dn_value_parse(dn, strlen(dn));
    g_assert_nonnull(values);
    static const struct {
        const char *type, *data;
        gboolean joined;
    } rows[] = {
        {"cn", "Anna + Max", FALSE}, {"uid", "7", TRUE}, {"o", "Köln", FALSE}, {"dc", "x", FALSE}};
    g_assert_cmpuint(values->len, ==, G_N_ELEMENTS(rows));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const DnValue *value = &g_array_index(values, DnValue, i);
        g_assert_cmpstr(value->type, ==, rows[i].type);
        g_assert_cmpstr(value->data, ==, rows[i].data);
        g_assert_cmpint(value->joined, ==, rows[i].joined);
    }
}

static void
test_secret(void)
{
    static const struct {
        const char *description;
        gboolean secret;
    } rows[] = {
        {"userPassword", TRUE},     {"USERPASSWORD", TRUE},
        {"userPassword;x-a", TRUE}, {"2.5.4.35", TRUE},
        {"2.5.4.35;lang-de", TRUE}, {"unicodePwd", TRUE},
        {"authPassword", TRUE},     {"sambaNTPassword", TRUE},
        {"sambaLMPassword", TRUE},  {"sambaPasswordHistory", TRUE},
        {"krbPrincipalKey", TRUE},  {"krb5Key", TRUE},
        {"userPKCS12", TRUE},       {"dBCSPwd", TRUE},
        {"ntPwdHistory", TRUE},     {"lmPwdHistory", TRUE},
        {"userPasswords", FALSE},   {"userPasswor", FALSE},
        {"description", FALSE},     {"2.5.4.3", FALSE},
        {"2.5.4.350", FALSE},       {"cn;userPassword", FALSE},
        {"userCertificate", FALSE}, {"", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(attribute_is_secret(rows[i].description), ==, rows[i].secret);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/attribute-type/find", test_find);
    g_test_add_func("/model/attribute-type/names", test_names);
    g_test_add_func("/model/attribute-type/unique", test_unique);
    g_test_add_func("/model/attribute-type/is", test_is);
    g_test_add_func("/model/attribute-type/secret", test_secret);
    g_test_add_func("/model/attribute-type/norm", test_norm);
    g_test_add_func("/model/attribute-type/order", test_order);
    g_test_add_func("/model/dn-value", test_dn);
    return g_test_run();
}
