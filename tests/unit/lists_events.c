/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store: lists, versions of events; and that every statement can be prepared */
#include "../lib/fixture.h"
#include "base/error.h"
#include "store/events.h"
#include "store/lists.h"
#include "store/schemas.h"

static List *
make_list(const char *name)
{
    List *list = list_new();
    list->name = g_strdup(name);
    list->title = g_strdup("Planerinnen und Planer");
    list->filter = g_strdup("(role=planner)");
    list->purpose = g_strdup("invitation");
    list->created_at = list->changed_at = FIXTURE_NOW;
    return list;
}

static void
test_statements(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    g_assert_true(store_check(fixture->store, &error));
    g_assert_no_error(error);
}

/* the schema of the last source, or none */
static void
test_schemas(void)
{
    static const char text[] = "a\toddText\t1.2.3\t\tcaseIgnoreMatch\t\t\t\t\n";
    g_autofree char *before = NULL, *kept = NULL, *other = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    FieldMap *map = fixture->config->directory_fields;
    g_assert_true(schemas_use(fixture->store, map, &error));
    g_assert_true(field_map_schema(map) == attribute_schema_builtin());
    g_assert_true(schemas_get(fixture->store, "ldap://a", &before, &error));
    g_assert_null(before);
    g_assert_true(schemas_save(fixture->store, "ldap://a", "?", &error));
    g_assert_true(schemas_save(fixture->store, "ldap://a", text, &error));
    g_assert_true(schemas_get(fixture->store, "ldap://a", &kept, &error));
    g_assert_cmpstr(kept, ==, text);
    g_assert_true(schemas_use(fixture->store, map, &error));
    g_assert_nonnull(attribute_schema_find(field_map_schema(map), "ODDTEXT"));
    g_assert_null(attribute_schema_find(field_map_schema(map), "cn"));
    g_assert_true(schemas_save(fixture->store, "ldif:b", "", &error));
    g_assert_true(schemas_get(fixture->store, "ldap://a", &other, &error));
    g_assert_null(other);
    g_assert_true(schemas_use(fixture->store, map, &error));
    g_assert_true(field_map_schema(map) == attribute_schema_builtin());
    g_assert_no_error(error);
}

static void
test_lists(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    g_autoptr(List) b = make_list("b"), a = make_list("a"), again = make_list("a");
    g_assert_true(lists_insert(fixture->store, b, &error));
    g_assert_true(lists_insert(fixture->store, a, &error));
    g_assert_false(lists_insert(fixture->store, again, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    g_clear_error(&error);
    g_assert_cmpint(again->id, ==, 0);

    a->sender = g_strdup("Netz <a@netz.example>");
    a->changed_at++;
    g_assert_true(lists_update(fixture->store, a, &error));
    g_autoptr(List) found = lists_find(fixture->store, "a", &error);
    g_assert_no_error(error);
    g_assert_cmpint(found->id, ==, a->id);
    g_assert_cmpstr(found->title, ==, a->title);
    g_assert_cmpstr(found->filter, ==, a->filter);
    g_assert_cmpstr(found->purpose, ==, a->purpose);
    g_assert_cmpstr(found->sender, ==, a->sender);
    g_assert_cmpint(found->created_at, ==, FIXTURE_NOW);
    g_assert_cmpint(found->changed_at, ==, FIXTURE_NOW + 1);

    g_autoptr(GPtrArray) all = lists_all(fixture->store, &error);
    g_assert_cmpuint(all->len, ==, 2);
    g_assert_cmpstr(((List *)all->pdata[0])->name, ==, "a");
    g_assert_null(((List *)all->pdata[1])->sender);

    g_assert_true(lists_delete(fixture->store, "a", &error));
    g_assert_false(lists_delete(fixture->store, "a", &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_false(lists_update(fixture->store, a, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(lists_find(fixture->store, "'; DROP TABLE list; --", &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
}

static void
test_events(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    g_autoptr(Event) change = event_copy(fixture->event);
    change->status = EVENT_CANCELLED;
    change->all_day = TRUE;
    change->audience = g_strdup("**alle**");
    g_assert_true(events_insert(fixture->store, change, &error));
    g_assert_cmpint(change->sequence, ==, 1);
    g_autoptr(Event) other = event_copy(fixture->event);
    g_free(other->name);
    other->name = g_strdup("aachen-2020");
    other->starts_at--;
    g_assert_true(events_insert(fixture->store, other, &error));
    g_assert_cmpint(other->sequence, ==, 0);

    g_autoptr(Event) latest = events_find(fixture->store, "mannheim-2020", &error);
    g_assert_no_error(error);
    g_assert_cmpint(latest->id, ==, change->id);
    g_assert_cmpint(latest->status, ==, EVENT_CANCELLED);
    g_assert_true(latest->all_day);
    g_assert_cmpstr(latest->audience, ==, "**alle**");
    g_assert_cmpstr(latest->venue, ==, "Mannheim\nStadthaus N1");
    g_assert_null(latest->contact);
    g_autoptr(Event) first = events_get(fixture->store, fixture->event->id, &error);
    g_assert_cmpint(first->sequence, ==, 0);
    g_assert_cmpint(first->status, ==, EVENT_CONFIRMED);

    g_autoptr(GPtrArray) all = events_all(fixture->store, &error);
    g_assert_cmpuint(all->len, ==, 2);
    g_assert_cmpint(((Event *)all->pdata[0])->id, ==, other->id);
    g_assert_cmpint(((Event *)all->pdata[1])->id, ==, change->id);

    g_assert_null(events_find(fixture->store, "nowhere", &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(events_get(fixture->store, 99, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/statements", test_statements);
    g_test_add_func("/store/schemas", test_schemas);
    g_test_add_func("/store/lists", test_lists);
    g_test_add_func("/store/events", test_events);
    return g_test_run();
}
