/* SPDX-License-Identifier: GPL-3.0-or-later */
/* filter: text to tree and back, names, evaluation in memory */
#include "filter/filter.h"
#include "filter/compile.h"
#include "filter/match.h"

#include "base/error.h"
#include "base/json.h"

#include <string.h>
#include <time.h>

static FilterNode *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    FilterNode *node = filter_parse(text, strlen(text), "filter", &error);
    g_assert_no_error(error);
    return node;
}

static void
test_print(void)
{
    static const struct {
        const char *text, *canonical; /* NULL: the same */
    } rows[] = {
        {"(city=Mannheim)", NULL},
        {"(&(a=1)(|(b>=2)(c<=3))(!(d~=4)))", NULL},
        {"(cn=*)", NULL},
        {"(cn=a*b*c)", NULL},
        {"(cn=*a*)", NULL},
        {"(cn=a*)", NULL},
        {"(cn=*a)", NULL},
        {"(cn=a**b)", "(cn=a*b)"}, /* an empty piece asks nothing */
        {"(cn=**)", "(cn=*)"},
        {"(foo=)", NULL},
        {"(foo>=)", NULL},
        {"(cn=Babs \\28x\\29 \\2A \\5C)", "(cn=Babs \\28x\\29 \\2a \\5c)"},
        {"(city=K\\c3\\b6ln)", "(city=Köln)"},
        {"(city=Köln)", NULL},
        {"(x=\\00\\1f\\7f\\ff\\c3)", NULL},
        {"(x=\\C2\\85)", "(x=\\c2\\85)"},
        {"(x=a\nb)", "(x=a\\0ab)"},
        {"(cn;lang-de;x-1=a)", NULL},
        {"(2.5.4.3=a)", NULL},
        {"(cn:=a)", NULL},
        {"(cn:caseExactMatch:=a)", NULL},
        {"(cn:DN:2.5.13.5:=a)", "(cn:dn:2.5.13.5:=a)"},
        {"(cn:dn:=a)", NULL},
        {"(:dn:2.5.13.5:=a)", NULL},
        {"(:caseExactMatch:=a)", NULL},
        {"(:dn:dn:=a)", NULL},
        {"(x==a=b)", NULL},
        {"(x= a )", NULL},
        /* beyond RFC 4515, on purpose: see filter.h */
        {"(& (a=1) (b=2) )", "(&(a=1)(b=2))"},
        {"(! (a=1))", "(!(a=1))"},
        {"cn:caseExactMatch:=a", "(cn:caseExactMatch:=a)"},
        {":caseExactMatch:=a", "(:caseExactMatch:=a)"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *expected = rows[i].canonical ? rows[i].canonical : rows[i].text;
        g_autoptr(FilterNode) node = parse(rows[i].text);
        g_autofree char *text = filter_to_text(node);
        g_assert_cmpstr(text, ==, expected);
        g_autoptr(FilterNode) again = parse(text);
        g_autofree char *twice = filter_to_text(again);
        g_assert_cmpstr(twice, ==, expected);
    }
}

static void
test_errors(void)
{
    static const struct {
        const char *text;
        guint column;
    } rows[] = {
        {"", 1},
        {" (a=1)", 1},
        {"(a=1) ", 6},
        {"(a=1)(b=2)", 6},
        {"a=1", 1},
        {"a", 1},
        {"(", 2},
        {")", 1},
        {"()", 2},
        {"(&)", 3},
        {"(|)", 3},
        {"(!)", 3},
        {"(&", 3},
        {"(&(a=1)", 1},
        {"(&(a=1)b)", 8},
        {"(!(a=1)(b=2))", 8},
        {"((a=1))", 2},
        {"(a)", 3},
        {"(a", 3},
        {"(=1)", 2},
        {"( a=1)", 2},
        {"(a =1)", 3},
        {"(a>1)", 3},
        {"(a~1)", 3},
        {"(a>=1*)", 6},
        {"(a:=1*)", 6},
        {"(a=1", 1},
        {"(a=(1))", 4},
        {"(a=\\)", 4},
        {"(a=\\4)", 4},
        {"(a=\\zz)", 4},
        {"(ü=1)", 2},
        {"(ß=1)", 2},
        {"(&(city=Köln)(x_y=1))", 16},
        {"(1a=1)", 2},
        {"(1=1)", 2},
        {"(1.02=1)", 2},
        {"(1..2=1)", 2},
        {"(1.2.=1)", 2},
        {"(a.b=1)", 2},
        {"(a-=1)(", 7},
        {"(a;=1)", 4},
        {"(a;x;=1)", 6},
        {"(a;ü=1)", 4},
        {"(a::=1)", 4},
        {"(a:dn=1)", 6},
        {"(a:dn:)", 7},
        {"(:=1)", 2},
        {"(:dn:=1)", 5},
        {"(:r;x:=1)", 4},
        {"(a=\xff)", 4},
        {"(a=\xc3", 4},
        {"(a=\xed\xa0\x80)", 4}, /* a surrogate */
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *start = g_strdup_printf("filter:1:%u: ", rows[i].column);
        g_assert_null(filter_parse(rows[i].text, strlen(rows[i].text), "filter", &error));
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
        if (!g_str_has_prefix(error->message, start))
            g_error("\"%s\": %s", rows[i].text, error->message);
    }
    g_assert_null(filter_parse("(a=\0)", 5, "filter", NULL));
    g_assert_null(filter_parse("(a=1)\0", 6, "filter", NULL));
}

static char *
repeat(const char *before, const char *middle, const char *after, guint count)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
        g_string_append(text, before);
    g_string_append(text, middle);
    for (guint i = 0; i < count; i++)
        g_string_append(text, after);
    return g_string_free(text, FALSE);
}

static void
test_limits(void)
{
    static const struct {
        const char *before, *middle, *after;
        guint count;
        gboolean good;
    } rows[] = {
        {"(!", "(a=1)", ")", FILTER_DEPTH_MAX - 1, TRUE},
        {"(!", "(a=1)", ")", FILTER_DEPTH_MAX, FALSE},
        {"(&", "(a=1)", ")", 10000, FALSE},
        {"(&", "(a=1)", ")", 100000, FALSE},
        {"(", "", "", 60000, FALSE},
        {"(&", "", "", 30000, FALSE},
        {"(&(a=1)", "", ")", 9000, FALSE},
        {"a", "", "", 1024 * 1024, FALSE},
        {"(a=1)", "", "", 100000, FALSE},
        {"(!", "(a=1)", ")", 100000, FALSE},
        {"(a=\\41", "", "", 9000, FALSE},
        {"(a=*", "", "", 13000, FALSE},
        {"\xc0\xaf", "", "", 500000, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text =
            repeat(rows[i].before, rows[i].middle, rows[i].after, rows[i].count);
        g_autoptr(GError) error = NULL;
        clock_t begun = clock();
        g_autoptr(FilterNode) node = filter_parse(text, strlen(text), "filter", &error);
        g_assert_cmpint(clock() - begun, <, CLOCKS_PER_SEC / 20);
        g_assert_cmpint(node != NULL, ==, rows[i].good);
        g_assert_cmpint(error == NULL, ==, rows[i].good);
    }
    const guint terms[] = {FILTER_TERMS_MAX - 1, FILTER_TERMS_MAX};
    for (guint i = 0; i < G_N_ELEMENTS(terms); i++) {
        g_autofree char *list = repeat("(a=1)", "", "", terms[i]);
        g_autofree char *text = g_strconcat("(&", list, ")", NULL);
        g_autoptr(FilterNode) node = filter_parse(text, strlen(text), "filter", NULL);
        g_assert_cmpint(node != NULL, ==, i == 0);
    }
    g_autofree char *value = g_strnfill(FILTER_BYTES_MAX - 4, 'x');
    g_autofree char *text = g_strconcat("(a=", value, ")", NULL);
    g_autoptr(FilterNode) node = parse(text);
    g_assert_cmpuint(node->value.length, ==, FILTER_BYTES_MAX - 4);
}

static void
test_value(void)
{
    g_autoptr(FilterNode) node = parse("(&(cn=a*b*c)(!(x;y:dn:r:=\\ff))(z=*))");
    g_autoptr(Value) value = filter_to_value(node);
    g_autoptr(GString) out = g_string_new(NULL);
    json_append(out, value);
    g_assert_cmpstr(
        out->str, ==,
        "{\"kind\":\"and\",\"filters\":[{\"kind\":\"substrings\",\"attribute\":\"cn\","
        "\"initial\":\"a\",\"any\":[\"b\"],\"final\":\"c\"},{\"kind\":\"not\",\"filters\":["
        "{\"kind\":\"extensible\",\"attribute\":\"x;y\",\"rule\":\"r\",\"dn\":true,"
        "\"value\":{\"hex\":\"ff\"}}]},{\"kind\":\"present\",\"attribute\":\"z\"}]}");
}

static void
test_names(void)
{
    static const struct {
        const char *text, *error; /* NULL: fine */
    } rows[] = {
        {"(City=x)", NULL},
        {"(employeetype=x)", NULL},
        {"(commonName=x)", NULL},
        {"(2.5.4.3=x)", NULL},
        {"(entryUUID=x)", NULL},
        {"(x-own=x)", NULL}, /* named by the map */
        {"(name;lang-de=x)", NULL},
        {"(population>=200001)", NULL},
        {"(population=*)", NULL},
        {"(population:=5)", NULL},
        {"(cn:2.5.13.5:=x)", NULL},
        {"(popluation=1)", "filter:1:1: there is no field or attribute \"popluation\"; did you "
                           "mean \"population\"?"},
        {"(&(city=Köln)(!(popluation=1)))",
         "filter:1:16: there is no field or attribute \"popluation\"; did you mean "
         "\"population\"?"},
        {"(invited=mannheim-2020)", NULL}, /* who it concerns, somebody else knows */
        {"(!(list=*))", NULL},
        {"(&(cn=x)(registered>=x))", "filter:1:9: of \"registered\" only whether it holds"},
        {"(list=a*)", "filter:1:1: of \"list\" only whether it holds"},
        {"(hauptperson=x)", "filter:1:1: there is no field or attribute \"hauptperson\"; "
                            "fields are name, givenname, surname, mail, "},
        {"(1.2.3.4=x)", "filter:1:1: there is no field or attribute \"1.2.3.4\""},
        {"(population=abc)", "filter:1:1: population is a number, but \"abc\" is none"},
        {"(population>=)", "filter:1:1: population is a number, but \"\" is none"},
        {"(population:=a\\0ab)", "filter:1:1: population is a number, but \"a b\" is none"},
        {"(population=2*)", "filter:1:1: population is a number: compare it"},
        {"(cn:caseIgnorMatch:=x)",
         "filter:1:1: there is no matching rule \"caseIgnorMatch\"; did you mean "
         "\"caseIgnoreMatch\"?"},
        {"(:1.2.3:=x)", "filter:1:1: there is no matching rule \"1.2.3\"; known are"},
    };
    g_autoptr(FieldMap) map = field_map_new();
    field_map_set(map, FIELD_OFFICE, "X-Own ou");
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(FilterNode) node = parse(rows[i].text);
        g_autoptr(GError) error = NULL;
        g_autoptr(Condition) condition = filter_compile(node, map, "filter", &error);
        g_assert_cmpint(condition == NULL, ==, rows[i].error != NULL);
        if (!rows[i].error)
            g_assert_no_error(error);
        else if (!g_str_has_prefix(error->message, rows[i].error))
            g_error("%s: %s", rows[i].text, error->message);
    }
}

/* the directory's own schema is the one that counts */
static void
test_schema(void)
{
    static const struct {
        const char *text, *error; /* NULL: fine */
        MatchResult result;
    } rows[] = {
        {"(oddChild=ANNA)", NULL, MATCH_TRUE},
        {"(oddText=anna)", NULL, MATCH_TRUE}, /* of which oddChild is a kind */
        {"(1.2.3.1=anna)", NULL, MATCH_TRUE},
        {"(text=anna)", NULL, MATCH_TRUE},
        {"(oddText>=a)", NULL, MATCH_TRUE},
        {"(oddText=a*)", NULL, MATCH_UNDEFINED}, /* has no such rule there */
        {"(oddNumber>=9)", NULL, MATCH_TRUE},
        {"(mail=x)", NULL, MATCH_FALSE}, /* a field */
        {"(objectClass=person)", NULL, MATCH_TRUE},
        {"(objectClass=human)", NULL, MATCH_TRUE},
        {"(objectClass=organization)", NULL, MATCH_UNDEFINED}, /* there is none there */
        {"(entryUUID=*)", NULL, MATCH_TRUE},
        {"(entryDN=cn=x,o=k\\c3\\b6ln)", NULL, MATCH_TRUE},
        {"(x-own=*)", NULL, MATCH_FALSE}, /* the configuration has it */
        {"(street=x)",
         "filter:1:1: there is no field or attribute \"street\"; fields are name, givenname, ",
         MATCH_FALSE},
        {"(oddTxt=x)",
         "filter:1:1: there is no field or attribute \"oddTxt\"; did you mean \"oddText\"?",
         MATCH_FALSE},
        {"(|(mail=x)(changed=*))",
         "filter:1:11: \"changed\" is an attribute that the directory keeps for itself",
         MATCH_FALSE},
    };
    static const char text[] =
        "a\toddText text\t1.2.3.1\t\tcaseIgnoreMatch\tcaseIgnoreOrderingMatch\t\t"
        "1.3.6.1.4.1.1466.115.121.1.15\t\n"
        "a\toddChild\t1.2.3.2\toddText\t\t\t\t\t\n"
        "a\toddNumber\t1.2.3.3\t\t2.5.13.14\t2.5.13.15\t\t1.3.6.1.4.1.1466.115.121.1.27\t\n"
        "a\tchanged\t1.2.3.4\t\t2.5.13.27\t\t\t1.3.6.1.4.1.1466.115.121.1.24\to\n"
        "a\tentryUUID\t1.3.6.1.1.16.4\t\tUUIDMatch\t\t\t\to\n"
        "a\tentryDN\t1.3.6.1.1.20\t\tdistinguishedNameMatch\t\t\t\to\n"
        "a\tobjectClass\t2.5.4.0\t\tobjectIdentifierMatch\t\t\t1.3.6.1.4.1.1466.115.121.1.38\t\n"
        "c\tperson human\t2.5.6.6\ttop\n"
        "c\tworker\t1.2.4.1\t2.5.6.6\n";
    g_autoptr(FieldMap) map = field_map_new();
    field_map_set(map, FIELD_OFFICE, "X-Own ou");
    field_map_use_schema(map, attribute_schema_read(text));
    g_autoptr(Attributes) own = attributes_new();
    attributes_add(own, "oddChild", "Anna", 4);
    attributes_add(own, "oddNumber", "10", 2);
    attributes_add(own, "objectClass", "worker", 6);
    Person person = {.id = 1, .dn = (char *)"cn=X,o=Köln", .own = own};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) wrong = NULL;
        g_autoptr(FilterNode) node = parse(rows[i].text);
        gboolean known = filter_resolve(node, map, "filter", &wrong);
        if (known != !rows[i].error || (wrong && !g_str_has_prefix(wrong->message, rows[i].error)))
            g_error("%s: %s", rows[i].text, wrong ? wrong->message : "no error");
        if (known && filter_match(node, &person, map) != rows[i].result)
            g_error("%s", rows[i].text);
    }
    field_map_use_schema(map, NULL);
    g_autoptr(FilterNode) node = parse("(street=x)");
    g_assert_true(filter_resolve(node, map, "filter", NULL));
    g_assert_null(attribute_schema_read("a\tx\n"));
}

/* types and classes that inherit in a ring */
static void
test_ring(void)
{
    g_autoptr(AttributeSchema) schema = attribute_schema_read(
        "a\tx\t1.1\ty\t\t\t\t\t\na\ty\t1.2\tx\t\t\t\t\t\na\tz\t1.3\t\t\t\t\t\t\n"
        "c\tp\t1.4\tq\nc\tq\t1.5\tp\n");
    const AttributeType *x = attribute_schema_find(schema, "x");
    g_assert_cmpint(x->rule, ==, RULE_NONE);
    g_assert_true(attribute_schema_is_kind(schema, x, attribute_schema_find(schema, "1.2")));
    g_assert_false(attribute_schema_is_kind(schema, x, attribute_schema_find(schema, "z")));
    g_assert_true(attribute_schema_class_is(schema, "p", "q"));
    g_assert_false(attribute_schema_class_is(schema, "p", "nobody"));
}

static void
test_match(void)
{
    static const struct {
        const char *filter;
        MatchResult result;
    } rows[] = {
        {"(cn=anna  MEIER)", MATCH_TRUE},
        {"(commonName~=Anna Meier)", MATCH_TRUE},
        {"(cn=Anna)", MATCH_FALSE},
        {"(name=Frau Dr. Meier)", MATCH_TRUE}, /* displayName before cn */
        {"(name=Anna Meier)", MATCH_FALSE},
        {"(city=KÖLN)", MATCH_TRUE},
        {"(!(city=Köln))", MATCH_FALSE},
        {"(o=Köln)", MATCH_FALSE}, /* the person has no such attribute */
        {"(population>=200001)", MATCH_TRUE},
        {"(population>=1087353)", MATCH_FALSE},
        {"(population<=99)", MATCH_FALSE},
        {"(population=1087352)", MATCH_TRUE},
        {"(ags=05 315 000)", MATCH_TRUE},
        {"(ags=0531*)", MATCH_TRUE},
        {"(ags=x)", MATCH_UNDEFINED},
        {"(!(ags=x))", MATCH_UNDEFINED},
        {"(phone=+49-221-2210)", MATCH_TRUE},
        {"(title=*)", MATCH_FALSE},
        {"(!(title=x))", MATCH_TRUE}, /* no value is not equal */
        {"(title=\\ff)", MATCH_UNDEFINED},
        {"(description=*)", MATCH_TRUE}, /* by its subtype */
        {"(description=leitung)", MATCH_TRUE},
        {"(description;lang-de=leitung)", MATCH_TRUE},
        {"(description;LANG-DE;x-a=*)", MATCH_TRUE},
        {"(description;lang-en=leitung)", MATCH_FALSE},
        {"(planning=Sozialplanung)", MATCH_TRUE},
        {"(planning=bildungsplanung)", MATCH_TRUE},
        {"(planning=*planung)", MATCH_TRUE},
        {"(planning=So*al*pl*g)", MATCH_TRUE},
        {"(planning=So*soz*)", MATCH_FALSE},
        {"(planning=*sozialplanung*sozial*)", MATCH_FALSE},
        {"(cn=Anna *)", MATCH_TRUE},
        {"(cn=Anna M*)", MATCH_TRUE},
        {"(cn=Anna* *)", MATCH_TRUE},
        {"(cn=*a m*)", MATCH_TRUE},
        {"(cn=*a  m*)", MATCH_TRUE},
        {"(cn=* meier)", MATCH_TRUE},
        {"(cn=* eier)", MATCH_FALSE},
        {"(cn=anna meier *)", MATCH_FALSE},
        {"(cn=anna meier*r)", MATCH_FALSE},
        {"(cn=anna*anna meier)", MATCH_FALSE},
        {"(cn>=anna)", MATCH_UNDEFINED}, /* names have no ordering rule */
        {"(createTimestamp>=20201111120000Z)", MATCH_FALSE},
        {"(dnQualifier>=a)", MATCH_TRUE},
        {"(dnQualifier<=a)", MATCH_FALSE},
        {"(!(dnQualifier<=a))", MATCH_TRUE},
        {"(seeAlso=CN=Max,O=Köln)", MATCH_TRUE},
        {"(seeAlso=cn=Max*)", MATCH_UNDEFINED},
        {"(seeAlso>=cn=a)", MATCH_UNDEFINED},
        {"(objectClass=INETORGPERSON)", MATCH_TRUE},
        {"(objectClass=person)", MATCH_TRUE}, /* which an inetOrgPerson is */
        {"(objectClass=2.5.6.6)", MATCH_TRUE},
        {"(objectClass=organization)", MATCH_FALSE},
        {"(objectClass=noSuchClass)", MATCH_UNDEFINED},
        {"(objectClass=1.2.3)", MATCH_UNDEFINED},
        {"(objectClass:objectIdentifierMatch:=2.5.6.6)", MATCH_UNDEFINED},
        {"(supportedApplicationContext=person)", MATCH_UNDEFINED},
        {"(supportedApplicationContext=1.2)", MATCH_FALSE},
        {"(2.5.4.41=anna meier)", MATCH_TRUE}, /* the type "name", of which cn is a kind */
        {"(2.5.4.41=leitung)", MATCH_FALSE},
        {"(distinguishedName=cn=max,o=köln)", MATCH_TRUE},
        {"(entryUUID=00000000-0000-0000-0000-000000000000)", MATCH_TRUE},
        {"(entryUUID=x)", MATCH_UNDEFINED},
        {"(entryDN=UID=7+CN=anna  meier,o=köln,dc=NETZ,dc=example)", MATCH_TRUE},
        {"(jpegPhoto=\\ff\\d8\\00)", MATCH_UNDEFINED}, /* has no rule */
        {"(!(jpegPhoto=x))", MATCH_UNDEFINED},
        {"(cn~=Ana Mayr)", MATCH_TRUE},
        {"(cn~=maiar)", MATCH_TRUE},
        {"(cn~=Anna\\00Meier)", MATCH_TRUE},
        {"(cn~=Anna\\00b)", MATCH_FALSE},
        {"(cn~=Mayer Anna)", MATCH_FALSE}, /* in that order */
        {"(cn~=Anna Schmidt)", MATCH_FALSE},
        {"(jpegPhoto=*)", MATCH_TRUE},
        {"(cn:=anna meier)", MATCH_TRUE},
        {"(cn:caseExactMatch:=Anna Meier)", MATCH_TRUE},
        {"(cn:caseExactMatch:=anna meier)", MATCH_FALSE},
        {"(city:2.5.13.5:=Köln)", MATCH_TRUE},
        {"(cn:integerMatch:=x)", MATCH_UNDEFINED},
        {"(:caseIgnoreMatch:=leitung)", MATCH_TRUE},
        {"(:caseExactMatch:=Leitung)", MATCH_TRUE},
        {"(:caseExactMatch:=leitung)", MATCH_FALSE},
        {"(telephoneNumber:caseIgnoreMatch:=+49 221 2210)", MATCH_TRUE},
        {"(telephoneNumber:caseIgnoreMatch:=+49-221-2210)", MATCH_FALSE},
        {"(cn:telephoneNumberMatch:=Anna Meier)", MATCH_UNDEFINED}, /* does not fit */
        {"(cn:caseIgnoreOrderingMatch:=b)", MATCH_TRUE},
        {"(cn:caseIgnoreOrderingMatch:=a)", MATCH_FALSE},
        {"(cn:caseIgnoreSubstringsMatch:=anna)", MATCH_UNDEFINED},
        {"(population:1.2.840.113556.1.4.803:=8)", MATCH_TRUE}, /* 1087352 is ...01111000 */
        {"(population:1.2.840.113556.1.4.803:=9)", MATCH_FALSE},
        {"(population:integerBitOrMatch:=9)", MATCH_TRUE},
        {"(o:dn:=Köln)", MATCH_TRUE},
        {"(o:dn:caseExactMatch:=köln)", MATCH_FALSE},
        {"(:dn:caseIgnoreMatch:=köln)", MATCH_TRUE},
        {"(uid:dn:=7)", MATCH_TRUE},
        {"(&(cn=*)(ags=x))", MATCH_UNDEFINED},
        {"(&(cn=x)(ags=x))", MATCH_FALSE},
        {"(|(cn=*)(ags=x))", MATCH_TRUE},
        {"(|(cn=x)(ags=x))", MATCH_UNDEFINED},
    };
    g_autoptr(FieldMap) map = field_map_new();
    g_autoptr(Attributes) own = attributes_new(), municipality = attributes_new();
    static const char *const texts[][2] = {
        {"cn", "Anna Meier"},
        {"displayName", "Frau Dr. Meier"},
        {"telephoneNumber", "+49 221 2210"},
        {"description;lang-de;x-a", "Leitung"},
        {"businessCategory", "Sozialplanung"},
        {"businessCategory", "Bildungsplanung"},
        {"title", "\xff"}, /* no text: filters do not see it */
        {"seeAlso", "cn=Max,o=K\\c3\\b6ln"},
        {"objectClass", "inetOrgPerson"},
        {"dnQualifier", "b"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        attributes_add(own, texts[i][0], texts[i][1], strlen(texts[i][1]));
    attributes_add(own, "jpegPhoto", "\xff\xd8\0", 3);
    attributes_add(municipality, "o", "Köln", strlen("Köln"));
    attributes_add(municipality, "ags", "05315000", 8);
    attributes_add(municipality, "population", "1087352", 7);
    Person person = {.id = 1,
                     .dn = (char *)"cn=Anna Meier+uid=7,o=Köln,dc=netz,dc=example",
                     .own = own,
                     .municipality = municipality};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(FilterNode) node = parse(rows[i].filter);
        if (filter_match(node, &person, map) != rows[i].result)
            g_error("%s", rows[i].filter);
    }
    person.municipality = NULL;
    g_autoptr(FilterNode) none = parse("(!(city=Köln))");
    g_assert_cmpint(filter_match(none, &person, map), ==, MATCH_TRUE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/filter/print", test_print);
    g_test_add_func("/filter/errors", test_errors);
    g_test_add_func("/filter/limits", test_limits);
    g_test_add_func("/filter/value", test_value);
    g_test_add_func("/filter/names", test_names);
    g_test_add_func("/filter/schema", test_schema);
    g_test_add_func("/filter/ring", test_ring);
    g_test_add_func("/filter/match", test_match);
    return g_test_run();
}
