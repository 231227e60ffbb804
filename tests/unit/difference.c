/* SPDX-License-Identifier: GPL-3.0-or-later */
/* what entries were before they changed, and who came into a list or left it by that */
#include "mailing/difference.h"
#include "../lib/fixture.h"
#include "base/clock.h"
#include "store/list_changes.h"
#include "store/lists.h"
#include "store/mirror.h"
#include "store/traces.h"

#include <string.h>

static Fixture *
make_roster(void)
{
    static const char *const names[] = {"A", "B", "C"};
    Fixture *fixture = fixture_new();
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        fixture_add_person(fixture, names[i], "x@koeln.example");
    fixture_run(fixture, "INSERT INTO sync_state (source, indexed, generation, synced_at)"
                         " VALUES ('ldif:x', 'cn mail sn', 1, 1)");
    fixture_run(fixture, "DELETE FROM trace");
    return fixture;
}

/* lets a person have another value of an attribute */
static void
change(Fixture *fixture, gint64 id, const char *attribute, const char *value)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MirrorEntry) entry = mirror_find_id(fixture->store, id, &error);
    g_assert_no_error(error);
    g_autoptr(Attributes) from = attributes_new();
    attributes_add(from, attribute, value, strlen(value));
    g_autoptr(Attributes) after = attributes_with(entry->attributes, from, attribute);
    g_assert_true(mirror_write(fixture->store, entry, after, entry->row.digest, NULL, &error));
    g_assert_no_error(error);
}

static void
test_traces(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = make_roster();
    const gint64 now = clock_now();
    change(fixture, 1, "cn", "AA");
    change(fixture, 1, "cn", "AAA");
    change(fixture, 2, "description", "not indexed");
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM trace"), ==, 2);
    fixture_add_person(fixture, "D", NULL);
    g_autoptr(GPtrArray) traces = traces_since(fixture->store, now, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(traces->len, ==, 2);
    const Trace *first = g_ptr_array_index(traces, 0), *added = g_ptr_array_index(traces, 1);
    g_assert_cmpint(first->kind, ==, ENTRY_PERSON);
    g_assert_false(first->belongs);
    gsize length;
    gconstpointer blob = g_bytes_get_data(first->attributes, &length);
    g_autoptr(Attributes) was = attributes_decode(blob, length, &error);
    g_autofree char *name = attributes_text(was, "cn");
    g_assert_cmpstr(name, ==, "A");
    g_assert_cmpint(added->kind, ==, ENTRY_OTHER);
    g_assert_null(added->attributes);

    g_autoptr(GPtrArray) later = traces_since(fixture->store, now + 3600, &error);
    g_assert_cmpuint(later->len, ==, 0);
    g_assert_true(traces_expire(fixture->store, now + TRACE_LIFETIME_S - 3600, &error));
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM trace"), ==, 3);
    g_assert_true(traces_expire(fixture->store, now + TRACE_LIFETIME_S + 3600, &error));
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM trace"), ==, 0);
}

/* "+A(term:(cn=A):x:A) -B(removed:::)" */
static char *
find(Fixture *fixture, const List *list)
{
    static const char *const kinds[] = {"added", "removed", "term", "list", "by_hand"};
    g_autoptr(GError) error = NULL;
    gint64 since = 0;
    g_autoptr(GPtrArray) found = difference_find(
        fixture->store, list, fixture->config->directory_fields, clock_now(), &since, &error);
    g_assert_no_error(error);
    GString *said = g_string_new(NULL);
    for (guint i = 0; i < found->len; i++) {
        const Difference *difference = g_ptr_array_index(found, i);
        g_string_append_printf(said, "%s%s%s(", i ? " " : "", difference->came ? "+" : "-",
                               difference->name);
        for (guint j = 0; j < difference->causes->len; j++) {
            const Cause *cause = g_ptr_array_index(difference->causes, j);
            g_string_append_printf(said, "%s%s:%s:%s:%s", j ? " " : "", kinds[cause->kind],
                                   cause->what ? cause->what : "", cause->old ? cause->old : "",
                                   cause->new ? cause->new : "");
        }
        g_string_append_c(said, ')');
    }
    return g_string_free(said, FALSE);
}

static void
expect(Fixture *fixture, const List *list, const char *wanted)
{
    g_autofree char *said = find(fixture, list);
    g_assert_cmpstr(said, ==, wanted);
}

static void
test_difference(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = make_roster();
    g_autoptr(List) list = list_new();
    list->name = g_strdup("l");
    list->title = g_strdup("L");
    list->purpose = g_strdup("invitation");
    list->filter = g_strdup("(|(cn=A)(cn=B)(cn=Z))");
    g_assert_true(lists_insert(fixture->store, list, &error));
    expect(fixture, list, "");
    change(fixture, 3, "cn", "Z");
    expect(fixture, list, "+Z(term:(cn=Z):C:Z)");
    change(fixture, 3, "cn", "C");
    expect(fixture, list, "");
    change(fixture, 1, "mail", "other@koeln.example");
    expect(fixture, list, "");
    change(fixture, 1, "cn", "Y");
    expect(fixture, list, "-Y(term:(cn=A):A:Y)");

    g_autoptr(MirrorEntry) b = mirror_find_id(fixture->store, 2, &error);
    g_assert_true(mirror_remove(fixture->store, b, clock_now(), &error));
    expect(fixture, list, "-B(removed:::) -Y(term:(cn=A):A:Y)");

    /* the filter follows what A is called now; C comes through the list alone */
    g_autoptr(List) after = lists_find(fixture->store, "l", &error);
    g_free(after->filter);
    after->filter = g_strdup("(|(cn=B)(cn=C)(cn=Y))");
    g_assert_true(lists_update(fixture->store, after, &error));
    g_assert_true(list_changes_compare(fixture->store, list, after, "test", clock_now(), &error));
    expect(fixture, after,
           "+C(list:filter:(|(cn=A)(cn=B)(cn=Z)):(|(cn=B)(cn=C)(cn=Y))) -B(removed:::)");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/traces/before", test_traces);
    g_test_add_func("/difference/causes", test_difference);
    return g_test_run();
}
