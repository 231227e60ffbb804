/* SPDX-License-Identifier: GPL-3.0-or-later */
/* who is in a list: what weighs more, and that all ways of asking agree */
#include "mailing/membership.h"
#include "../lib/fixture.h"
#include "base/error.h"
#include "base/i18n.h"
#include "store/list_changes.h"
#include "store/list_persons.h"
#include "store/lists.h"

#include <string.h>

static void
test_decide(void)
{
    static const struct {
        gboolean filter, except;
        int fixed; /* 1: taken in, -1: left out, 0: nothing by hand */
        gboolean in;
    } rows[] = {
        {FALSE, FALSE, 0, FALSE}, {TRUE, FALSE, 0, TRUE},   {FALSE, TRUE, 0, FALSE},
        {TRUE, TRUE, 0, FALSE},   {FALSE, FALSE, 1, TRUE},  {TRUE, FALSE, 1, TRUE},
        {FALSE, TRUE, 1, FALSE},  {TRUE, TRUE, 1, FALSE},   {FALSE, FALSE, -1, FALSE},
        {TRUE, FALSE, -1, FALSE}, {FALSE, TRUE, -1, FALSE}, {TRUE, TRUE, -1, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        ListPerson fixed = {.included = rows[i].fixed > 0};
        g_assert_true(membership_decide(rows[i].filter, rows[i].except,
                                        rows[i].fixed ? &fixed : NULL) == rows[i].in);
    }
}

typedef struct {
    const Membership *membership;
    GString *ids;
} Ask;

static gboolean
note(const Person *person, gpointer data, G_GNUC_UNUSED GError **error)
{
    g_string_append_printf(data, "%" PRId64 " ", person->id);
    return TRUE;
}

static gboolean
note_if_member(const Person *person, gpointer data, GError **error)
{
    Ask *ask = data;
    return !membership_has(ask->membership, person) || note(person, ask->ids, error);
}

static void
set_fixed(Fixture *fixture, gint64 list, gint64 id, gboolean included)
{
    g_autoptr(GError) error = NULL;
    ListPerson person = {.included = included,
                         .reason = (char *)"told so",
                         .author = (char *)"test",
                         .at = FIXTURE_NOW};
    memcpy(person.person, &id, sizeof id); /* as fixture_add_person() makes UUIDs */
    list_persons_set(fixture->store, list, &person, &error);
    g_assert_no_error(error);
}

/* Six persons, 1 to 6; in the roster's order, and by name, which is the other way round. */
static Fixture *
make_six(List *list)
{
    static const char *const names[] = {"F", "E", "D", "C", "B", "A"};
    g_autoptr(GError) error = NULL;
    Fixture *fixture = fixture_new();
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        fixture_add_person(fixture, names[i], NULL);
    list->name = g_strdup("six");
    list->title = g_strdup("Six");
    list->purpose = g_strdup("invitation");
    list->filter = g_strdup("(cn=none)");
    lists_insert(fixture->store, list, &error);
    g_assert_no_error(error);
    return fixture;
}

static void
test_streams(void)
{
    static const struct {
        const char *filter, *except, *of_mailing;
        gint64 in[3], out[3]; /* by hand; 0 ends */
        const char *wanted, *by_name;
    } rows[] = {
        {"(sn=Person)", NULL, NULL, {0}, {0}, "1 2 3 4 5 6 ", "6 5 4 3 2 1 "},
        {"(cn=none)", NULL, NULL, {0}, {0}, "", ""},
        {"(cn=none)", NULL, NULL, {4, 1}, {0}, "1 4 ", "4 1 "},
        {"(|(cn=F)(cn=E)(cn=D))", NULL, NULL, {5}, {0}, "1 2 3 5 ", "5 3 2 1 "},
        {"(|(cn=F)(cn=E)(cn=D))", NULL, NULL, {5, 6}, {2}, "1 3 5 6 ", "6 5 3 1 "},
        {"(|(cn=C)(cn=B)(cn=A))", NULL, NULL, {1, 2}, {4}, "1 2 5 6 ", "6 5 2 1 "},
        {"(|(cn=C)(cn=B)(cn=A))", "(cn=B)", NULL, {5, 3}, {0}, "3 4 6 ", "6 4 3 "},
        {"(|(cn=C)(cn=B)(cn=A))", "(cn=B)", "(cn=D)", {5, 3}, {0}, "4 6 ", "6 4 "},
        {"(|(cn=C)(cn=B)(cn=A))", NULL, "(cn=A)", {6, 1}, {5}, "1 4 ", "4 1 "},
        /* cn has no order: an exception that cannot be decided leaves everybody out */
        {"(sn=Person)", "(cn>=B)", NULL, {5}, {0}, "", ""},
        {"(sn=Person)", "(&(cn=A)(cn>=B))", NULL, {5}, {0}, "1 2 3 4 5 ", "5 4 3 2 1 "},
        {"(sn=Person)", NULL, "(cn>=B)", {5}, {0}, "", ""},
        {"(sn=Person)", NULL, NULL, {2}, {0}, "1 2 3 4 5 6 ", "6 5 4 3 2 1 "},
        {"(sn=Person)", NULL, NULL, {99}, {98, 3}, "1 2 4 5 6 ", "6 5 4 2 1 "},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(List) list = list_new();
        g_autoptr(Fixture) fixture = make_six(list);
        g_free(list->filter);
        list->filter = g_strdup(rows[i].filter);
        list->except = g_strdup(rows[i].except);
        for (guint j = 0; j < 3 && rows[i].in[j]; j++)
            set_fixed(fixture, list->id, rows[i].in[j], TRUE);
        for (guint j = 0; j < 3 && rows[i].out[j]; j++)
            set_fixed(fixture, list->id, rows[i].out[j], FALSE);
        g_autoptr(Membership) membership = membership_new(
            fixture->store, list, rows[i].of_mailing, fixture->config->directory_fields, &error);
        g_assert_no_error(error);
        g_autoptr(GString) ids = g_string_new(NULL), by_name = g_string_new(NULL);
        g_autoptr(GString) asked = g_string_new(NULL);
        Ask ask = {membership, asked};
        gint64 count = -1;
        g_assert_true(membership_each(membership, note, ids, &error));
        g_assert_true(membership_each_by_name(membership, note, by_name, &error));
        g_assert_true(persons_each(fixture->store, NULL, note_if_member, &ask, &error));
        g_assert_true(membership_count(membership, &count, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(ids->str, ==, rows[i].wanted);
        g_assert_cmpstr(by_name->str, ==, rows[i].by_name);
        g_assert_cmpstr(asked->str, ==, rows[i].wanted);
        g_assert_cmpint(count, ==, (gint64)strlen(rows[i].wanted) / 2);
    }
}

static void
test_wrong(void)
{
    g_autoptr(List) list = list_new();
    g_autoptr(Fixture) fixture = make_six(list);
    const FieldMap *map = fixture->config->directory_fields;
    g_autoptr(GError) error = NULL;
    g_assert_null(membership_new(fixture->store, list, "(cn=", map, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    g_assert_true(g_str_has_prefix(error->message, "except:1:"));
    g_clear_error(&error);
    list->except = g_strdup("(nosuch=x)");
    g_assert_null(membership_new(fixture->store, list, NULL, map, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
}

/* What is by hand and the history: kept, replaced, forgotten, gone with the list, or not. */
static void
test_tables(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(List) list = list_new();
    g_autoptr(Fixture) fixture = make_six(list);
    set_fixed(fixture, list->id, 1, TRUE);
    set_fixed(fixture, list->id, 1, FALSE);
    g_autoptr(GPtrArray) fixed = list_persons_all(fixture->store, list->id, &error);
    g_assert_cmpuint(fixed->len, ==, 1);
    const ListPerson *person = g_ptr_array_index(fixed, 0);
    g_assert_false(person->included);
    g_assert_cmpstr(person->reason, ==, "told so");
    g_assert_true(list_persons_find(fixed, person->person) == person);

    g_autoptr(List) after = lists_find(fixture->store, "six", &error);
    after->basis = g_strdup("e");
    after->max_members = 7;
    g_assert_true(list_changes_compare(fixture->store, list, after, "test", 5, &error));
    g_assert_true(list_changes_compare(fixture->store, after, after, "test", 6, &error));
    g_assert_true(list_changes_compare(fixture->store, after, NULL, "test", 7, &error));
    g_assert_true(lists_delete(fixture->store, "six", &error));
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM list_person"), ==, 0);
    g_autoptr(GPtrArray) changes = list_changes_since(fixture->store, "six", 0, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(changes->len, ==, 2 + 5);
    const ListChange *first = g_ptr_array_index(changes, 0);
    g_assert_cmpstr(first->property, ==, "basis");
    g_assert_null(first->old);
    g_assert_cmpstr(first->new, ==, "e");
    g_autoptr(GPtrArray) late = list_changes_since(fixture->store, "six", 7, &error);
    g_assert_cmpuint(late->len, ==, 5);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/membership/decide", test_decide);
    g_test_add_func("/membership/streams", test_streams);
    g_test_add_func("/membership/wrong", test_wrong);
    g_test_add_func("/membership/tables", test_tables);
    return g_test_run();
}
