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
        {"rfc822Mailbox", "mail", RULE_CASE_IGNORE_IA5},
        {"userid", "uid", RULE_CASE_IGNORE},
        {"domainComponent", "dc", RULE_CASE_IGNORE_IA5},
        {"labeledURI", "labeledURI", RULE_CASE_EXACT},
        {"telephoneNumber", "telephoneNumber", RULE_TELEPHONE},
        {"seeAlso", "seeAlso", RULE_DN},
        {"createTimestamp", "createTimestamp", RULE_GENERALIZED_TIME},
        {"hasSubordinates", "hasSubordinates", RULE_BOOLEAN},
        {"jpegPhoto", "jpegPhoto", RULE_NONE},
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
        {RULE_CASE_IGNORE, "   ", " "},
        {RULE_CASE_IGNORE, "A\tB\n C", "a\tb\n c"},  /* only U+0020 is a blank */
        {RULE_CASE_IGNORE, "A\u00a0\u2003B", "a b"}, /* and what decomposes to it */
        {RULE_CASE_IGNORE, "Ko\u0308ln", "köln"},
        {RULE_CASE_IGNORE, "ＫÖＬＮ", "köln"},
        {RULE_CASE_IGNORE, "™ ℃", "TM °C"}, /* no letter to make small before it is decomposed */
        {RULE_CASE_IGNORE, "\x01\x02\x03", "\x01\x02\x01\x03\x03"},
        {RULE_CASE_IGNORE_IA5, " A  b@X ", "a b@x"},
        {RULE_CASE_IGNORE_IA5, "", ""},
        {RULE_CASE_IGNORE_IA5, "  ", ""},
        {RULE_CASE_EXACT_IA5, "A b", "A b"},
        {RULE_CASE_IGNORE_LIST, " A $b  C$$D", "a$b c$$d"},
        {RULE_CASE_IGNORE_LIST, "", ""},
        {RULE_OBJECT_IDENTIFIER, "inetOrgPerson", "inetorgperson"},
        {RULE_OBJECT_IDENTIFIER, "2.5.6.6", "2.5.6.6"},
        {RULE_OBJECT_IDENTIFIER, "0.10", "0.10"},
        {RULE_OBJECT_IDENTIFIER, "1.02", NULL},
        {RULE_OBJECT_IDENTIFIER, "1.", NULL},
        {RULE_OBJECT_IDENTIFIER, "1..2", NULL},
        {RULE_OBJECT_IDENTIFIER, "a b", NULL},
        {RULE_OBJECT_IDENTIFIER, "", NULL},
        {RULE_UUID, "0F3C2A55-7d3b-4e0c-9d5e-6f0b8a4c1d22", "0f3c2a55-7d3b-4e0c-9d5e-6f0b8a4c1d22"},
        {RULE_UUID, "0f3c2a55", NULL},
        {RULE_BIT_STRING, "'0101'B", "'0101'B"},
        {RULE_BIT_STRING, "''B", "''B"},
        {RULE_BIT_STRING, "'2'B", NULL},
        {RULE_BIT_STRING, "'B", NULL},
        {RULE_NAME_AND_UID, "CN=A,dc=x#'01'B", ",cn=a,dc=x#'01'B"},
        {RULE_NAME_AND_UID, "CN=A,dc=x", ",cn=a,dc=x"},
        {RULE_CASE_IGNORE, "bad \xff", NULL},
        {RULE_CASE_EXACT, "  Groß  Gerau ", "Groß Gerau"},
        {RULE_NUMERIC_STRING, " 082 22 000", "08222000"},
        {RULE_NUMERIC_STRING, "08222x", NULL},
        {RULE_NUMERIC_STRING, "", NULL},
        {RULE_TELEPHONE, "+49 621 293-0", "+496212930"},
        {RULE_TELEPHONE, " - ", " "},
        {RULE_TELEPHONE, "X(1)", "X(1)"},
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
        {RULE_GENERALIZED_TIME, "20201111113000Z", "20201111113000"},
        {RULE_GENERALIZED_TIME, "20201111123000+0100", "20201111113000"},
        {RULE_GENERALIZED_TIME, "202011111230+01", "20201111113000"},
        {RULE_GENERALIZED_TIME, "2020111111.5Z", "20201111110000.5"},
        {RULE_GENERALIZED_TIME, "202011111129,250Z", "20201111112900.25"},
        {RULE_GENERALIZED_TIME, "20201111113000.0Z", "20201111113000"},
        {RULE_GENERALIZED_TIME, "00001111113000Z", "00001111113000"},
        {RULE_GENERALIZED_TIME, "20201111113000.125Z", "20201111113000.125"},
        {RULE_GENERALIZED_TIME, "20161231235960Z", "20161231235960"},
        {RULE_GENERALIZED_TIME, "20200229000000Z", "20200229000000"},
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
        {RULE_DN, "cn=\"A, b\" ,dc=x", ",cn=a\\, b,dc=x"},
        {RULE_DN, "cn=a\t,\ndc=x", ",cn=a,dc=x"},
        {RULE_DN, "cn=\"a", NULL},
        {RULE_DN, "cn=a\\ ", ",cn=a"},
        {RULE_DN, "cn", NULL},
        {RULE_DN, "-cn=x", NULL},
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
    g_autofree char *low = attribute_norm(RULE_CASE_IGNORE, "a\0b", 3);
    g_assert_cmpstr(low, ==,
                    "a\x01\x01"
                    "b");
    g_assert_null(attribute_norm(RULE_INTEGER, "1\0", 2));
    g_assert_null(attribute_norm(RULE_NUMERIC_STRING, "1\0", 2));
    g_assert_null(attribute_norm(RULE_DN, "cn=a\0", 5));
    g_assert_null(attribute_norm(RULE_GENERALIZED_TIME, "\0", 1));
}

/* of assertions more is asked than of values; pieces keep the blanks at their inner edges */
static void
test_asserted(void)
{
    static const struct {
        MatchingRule rule;
        const char *text, *whole, *initial, *any, *final;
    } rows[] = {
        {RULE_CASE_IGNORE, " A  B ", "a b", "a b ", " a b ", " a b"},
        {RULE_CASE_IGNORE, "  ", " ", " ", " ", ""},
        {RULE_CASE_EXACT, "A ", "A", "A ", "A ", "A"},
        {RULE_CASE_IGNORE_IA5, " A ", "a", "a", "a", "a"},
        {RULE_CASE_IGNORE_IA5, "ä", NULL, NULL, NULL, NULL},
        {RULE_CASE_IGNORE_LIST, " a $ b ", "a$b", "a $b ", " a $ b ", " a$ b"},
        {RULE_TELEPHONE, "+49 6-2", "+4962", "+4962", "+4962", "+4962"},
        {RULE_TELEPHONE, "4_2", NULL, NULL, NULL, NULL},
        {RULE_TELEPHONE, "ü", NULL, NULL, NULL, NULL},
        {RULE_NUMERIC_STRING, " ", " ", " ", " ", " "},
        {RULE_NONE, "x", NULL, NULL, NULL, NULL},
        {RULE_DN, "dc=ü", NULL, NULL, NULL, NULL}, /* dc is ASCII only */
        {RULE_DN, "dc=", NULL, NULL, NULL, NULL},
        {RULE_DN, "x-own=Ü", ",x-own=ü", ",x-own=ü", ",x-own=ü", ",x-own=ü"},
        {RULE_OCTETS, "x", "78", "78", "78", "78"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *text = rows[i].text, *const pieces[] = {rows[i].initial, rows[i].any,
                                                            rows[i].final};
        g_autofree char *whole = attribute_norm_asserted(rows[i].rule, text, strlen(text));
        g_assert_cmpstr(whole, ==, rows[i].whole);
        for (guint place = PIECE_INITIAL; place <= PIECE_FINAL; place++) {
            g_autofree char *piece =
                attribute_norm_piece(rows[i].rule, (PiecePlace)place, text, strlen(text));
            g_assert_cmpstr(piece, ==, pieces[place]);
        }
    }
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
    g_test_add_func("/model/attribute-type/asserted", test_asserted);
    g_test_add_func("/model/attribute-type/order", test_order);
    g_test_add_func("/model/dn-value", test_dn);
    return g_test_run();
}
