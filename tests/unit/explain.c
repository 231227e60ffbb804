/* SPDX-License-Identifier: GPL-3.0-or-later */
/* filter/explain: verdict and values at each node; mailing/why: the end result in one sentence */
#include "filter/explain.h"
#include "../lib/fixture.h"
#include "mailing/why.h"
#include "store/list_persons.h"
#include "store/lists.h"
#include "store/suppressions.h"

#include <string.h>

/* "yes(no[planner] yes[])" */
static void
print(GString *out, const Explanation *node)
{
    static const char *const verdicts[] = {
        [MATCH_FALSE] = "no", [MATCH_TRUE] = "yes", [MATCH_UNDEFINED] = "?"};
    g_string_append(out, verdicts[node->verdict]);
    g_assert_true(!node->children != !node->text);
    if (!node->children) {
        g_ptr_array_add(node->values, NULL);
        g_autofree char *values = g_strjoinv(";", (char **)node->values->pdata);
        g_ptr_array_remove_index(node->values, node->values->len - 1);
        g_string_append_printf(out, "[%s]", values);
        return;
    }
    for (guint i = 0; i < node->children->len; i++) {
        g_string_append_c(out, i ? ' ' : '(');
        print(out, g_ptr_array_index(node->children, i));
    }
    g_string_append_c(out, ')');
}

static Person
make_person(Attributes *own, Attributes *town)
{
    static const char *const rows[][2] = {
        {"cn", "Jürgen Groß"},
        {"employeeType", "planner"},
        {"businessCategory", "Sozialplanung"},
        {"businessCategory", "Bildungsplanung"},
        {"mail;x-work", "a@a.example"},
        {"description", "\xff\xfe"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        attributes_add(own, rows[i][0], rows[i][1], strlen(rows[i][1]));
    attributes_add(town, "o", "Mannheim", strlen("Mannheim"));
    attributes_add(town, "population", "315000", strlen("315000"));
    return (Person){.own = own, .municipality = town, .dn = (char *)"cn=x,o=Mannheim"};
}

static void
test_trees(void)
{
    static const struct {
        const char *filter, *wanted;
    } rows[] = {
        {"(role=planner)", "yes[planner]"},
        {"(role=head)", "no[planner]"},
        {"(planning=Sozialplanung)", "yes[Bildungsplanung;Sozialplanung]"},
        {"(population>=200001)", "yes[315000]"},
        {"(city=Köln)", "no[Mannheim]"},
        {"(title=x)", "no[]"},
        {"(title=*)", "no[]"},
        {"(mail=*)", "yes[a@a.example]"},
        {"(mail;x-work=*)", "yes[a@a.example]"},
        {"(mail;x-home=*)", "no[]"},
        {"(population=many)", "?[315000]"},
        {"(!(population=many))", "?(?[315000])"},
        {"(!(role=head))", "yes(no[planner])"},
        {"(&(role=planner)(city=Köln))", "no(yes[planner] no[Mannheim])"},
        {"(&(role=planner)(population=many))", "?(yes[planner] ?[315000])"},
        {"(&(role=head)(population=many))", "no(no[planner] ?[315000])"},
        {"(|(role=head)(population=many))", "?(no[planner] ?[315000])"},
        {"(|(role=planner)(population=many))", "yes(yes[planner] ?[315000])"},
        {"(|(!(role=planner))(&(cn=jürgen*)(!(title=*))))",
         "yes(no(yes[planner]) yes(yes[Jürgen Groß] yes(no[])))"},
        {"(description=*)",
         "no[\xef\xbf\xbd\xef\xbf\xbd]"}, /* no text: equal to nothing, but shown */
        {"(:dn:caseIgnoreMatch:=Mannheim)", "yes[]"},
    };
    g_autoptr(FieldMap) map = field_map_new();
    g_autoptr(Attributes) own = attributes_new(), town = attributes_new();
    const Person person = make_person(own, town);
    g_byte_array_unref(attributes_encode(own));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(FilterNode) node = filter_parse(rows[i].filter, -1, "filter", &error);
        g_assert_no_error(error);
        g_autoptr(Explanation) tree = filter_explain(node, &person, map);
        g_autoptr(GString) said = g_string_new(NULL);
        print(said, tree);
        g_assert_cmpstr(said->str, ==, rows[i].wanted);
        g_assert_cmpint(tree->verdict, ==, filter_match(node, &person, map));
    }
}

/* of many values not all are kept */
static void
test_many_values(void)
{
    g_autoptr(FieldMap) map = field_map_new();
    g_autoptr(Attributes) own = attributes_new();
    g_autoptr(FilterNode) node = filter_parse("(mail=p500@a.example)", -1, "filter", NULL);
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *mail = g_strdup_printf("p%u@a.example", i);
        attributes_add(own, "mail", mail, strlen(mail));
    }
    const Person person = {.own = own};
    g_autoptr(Explanation) tree = filter_explain(node, &person, map);
    g_assert_cmpint(tree->verdict, ==, MATCH_TRUE);
    g_assert_cmpuint(tree->values->len, ==, EXPLAIN_VALUES_MAX);
}

typedef struct {
    Fixture *fixture;
    const List *list;
    const Membership *membership;
    GString *said;
} Ask;

static gboolean
ask(const Person *person, gpointer data, GError **error)
{
    Ask *ask = data;
    g_auto(Why) why = {0};
    const FieldMap *map = ask->fixture->config->directory_fields;
    if (!why_find(ask->fixture->store, ask->list, ask->membership, person, map, &why, error))
        return FALSE;
    g_autofree char *name = person_text(person, map, FIELD_NAME);
    g_autofree char *sentence = why_sentence(&why, name, "l");
    g_string_append_printf(ask->said, "%s\n", sentence);
    return TRUE;
}

static void
fix(Fixture *fixture, gint64 list, gint64 id, gboolean included)
{
    ListPerson person = {.included = included,
                         .reason = (char *)"said so",
                         .author = (char *)"test",
                         .at = FIXTURE_NOW};
    memcpy(person.person, &id, sizeof id);
    g_assert_true(list_persons_set(fixture->store, list, &person, NULL));
}

static void
suppress(Fixture *fixture, const char *key, const char *purpose)
{
    g_autoptr(GError) error = NULL;
    const Suppression suppression = {.key = key,
                                     .purpose = purpose,
                                     .reason = SUPPRESSION_UNSUBSCRIBE,
                                     .at = FIXTURE_NOW,
                                     .author = "test"};
    suppressions_add(fixture->store, &suppression, NULL, &error);
    g_assert_no_error(error);
}

/* eight persons, each with another end of the story */
static void
test_sentences(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    g_autoptr(List) list = list_new();
    fixture_add_person(fixture, "A", "a@koeln.example");
    fixture_add_person(fixture, "B", "bad|A@KOELN.example");
    fixture_add_person(fixture, "C", NULL);
    fixture_add_person(fixture, "D", "d@koeln.example");
    fixture_add_person(fixture, "E", "e@koeln.example");
    fixture_add_person(fixture, "F", "f@koeln.example");
    fixture_add_person(fixture, "G", "no address");
    fixture_add_person(fixture, "H", "h@koeln.example");
    suppress(fixture, "h@koeln.example", "invitation");
    suppress(fixture, "a@koeln.example", "newsletter");
    list->name = g_strdup("l");
    list->title = g_strdup("L");
    list->purpose = g_strdup("invitation");
    list->filter = g_strdup("(!(cn=F))");
    list->except = g_strdup("(cn=E)");
    g_assert_true(lists_insert(fixture->store, list, &error));
    fix(fixture, list->id, 4, FALSE);
    g_autoptr(Membership) membership =
        membership_new(fixture->store, list, NULL, fixture->config->directory_fields, &error);
    g_autoptr(GString) said = g_string_new(NULL);
    Ask asked = {fixture, list, membership, said};
    g_assert_true(persons_each(fixture->store, NULL, ask, &asked, &error));
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(said->str, "\n", -1);
    static const char *const wanted[] = {
        "A is in the list l and would get mail, at a@koeln.example.",
        "B is in the list l, but gets no mail: same address as A, who gets the message.",
        "C is in the list l, but gets no mail: no mail address in the roster.",
        "D is not in the list l: left out by hand (said so).",
        "E is not in the list l: the list's exception leaves them out.",
        "F is not in the list l: the filter does not select them.",
        "G is in the list l, but gets no mail: \"no address\" is no usable mail address: ",
        "H is in the list l, but gets no mail: h@koeln.example must not be written to (",
    };
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++)
        g_assert_true(g_str_has_prefix(lines[i], wanted[i]));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/explain/trees", test_trees);
    g_test_add_func("/explain/many-values", test_many_values);
    g_test_add_func("/why/sentences", test_sentences);
    return g_test_run();
}
