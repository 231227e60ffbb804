/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"

#include "mailing/control.h"
#include "store/events.h"
#include "store/statement.h"

#include <glib/gstdio.h>
#include <string.h>

#define DAY_S (24 * 60 * 60)

static Event *
make_event(void)
{
    Event *event = event_new();
    event->name = g_strdup("mannheim-2020");
    event->title = g_strdup("Fachtagung Bildung");
    event->venue = g_strdup("Mannheim\nStadthaus N1");
    event->starts_at = FIXTURE_NOW + 59 * DAY_S;
    event->ends_at = event->starts_at + DAY_S;
    event->timezone = g_strdup("Europe/Berlin");
    event->body = g_strdup("Guten Tag");
    event->created_at = FIXTURE_NOW;
    return event;
}

Fixture *
fixture_new(void)
{
    g_autoptr(GError) error = NULL;
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->folder = g_dir_make_tmp("rundruf-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(fixture->folder, "rundruf.yaml", NULL);
    g_file_set_contents(
        path, "web: {public_url: \"https://netz.example\"}\nmailing: {notify: none}\n", -1, &error);
    g_assert_no_error(error);
    fixture->config = config_load(path, &error);
    g_assert_no_error(error);
    fixture->store = store_open(fixture->config->store_uri, STORE_CREATE, &error);
    g_assert_no_error(error);
    g_auto(GStrv) indexed = field_map_attributes(fixture->config->directory_fields);
    fixture->terms = terms_new((const char *const *)indexed);
    fixture->event = make_event();
    events_insert(fixture->store, fixture->event, &error);
    g_assert_no_error(error);
    return fixture;
}

static void
remove_folder(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;
    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        g_unlink(file);
    }
    g_rmdir(path);
}

void
fixture_free(Fixture *fixture)
{
    if (!fixture)
        return;
    store_close(fixture->store);
    terms_free(fixture->terms);
    config_free(fixture->config);
    event_free(fixture->event);
    remove_folder(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture);
}

gint64
fixture_add_entry(Fixture *fixture, EntryKind kind, gint64 parent, const char *rdn,
                  FixtureValue *values, guint count)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Attributes) attributes = attributes_new();
    for (guint i = 0; i < count; i++)
        attributes_add(attributes, values[i][0], values[i][1], strlen(values[i][1]));
    g_autoptr(GByteArray) blob = attributes_encode(attributes);
    EntryRow row = {.id = ++fixture->last_person,
                    .kind = kind,
                    .rdn = (char *)rdn,
                    .parent = parent,
                    .municipality = kind == ENTRY_PERSON ? parent : 0};
    memcpy(row.uuid, &row.id, sizeof row.id);
    entries_insert(fixture->store, &row, blob->data, blob->len, &error);
    g_assert_no_error(error);
    terms_change(fixture->terms, fixture->store, row.id, NULL, attributes, &error);
    g_assert_no_error(error);
    return row.id;
}

gint64
fixture_add_person(Fixture *fixture, const char *name, const char *mails)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Attributes) attributes = attributes_new();
    attributes_add(attributes, "cn", name, strlen(name));
    attributes_add(attributes, "sn", "Person", strlen("Person"));
    g_auto(GStrv) mail = g_strsplit(mails ? mails : "", "|", -1);
    for (char **at = mail; *at; at++)
        attributes_add(attributes, "mail", *at, strlen(*at));
    g_autoptr(GByteArray) blob = attributes_encode(attributes);
    EntryRow row = {.id = ++fixture->last_person, .kind = ENTRY_PERSON, .rdn = "cn=somebody"};
    memcpy(row.uuid, &row.id, sizeof row.id);
    entries_insert(fixture->store, &row, blob->data, blob->len, &error);
    g_assert_no_error(error);
    terms_change(fixture->terms, fixture->store, row.id, NULL, attributes, &error);
    g_assert_no_error(error);
    return row.id;
}

void
fixture_add_persons(Fixture *fixture, guint count)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTransaction) transaction = store_begin(fixture->store, &error);
    for (guint i = 1; i <= count; i++) {
        g_autofree char *name = g_strdup_printf("Person %u", i);
        g_autofree char *mail = g_strdup_printf("p%u@koeln.example", i);
        fixture_add_person(fixture, name, mail);
    }
    store_commit(g_steal_pointer(&transaction), &error);
    g_assert_no_error(error);
}

gint64
fixture_invite(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_auto(PreparedMailing) prepared = {0};
    PrepareRequest request = {
        .event = fixture->event,
        .filter = "(sn=Person)",
        .actor = "test",
        .now = FIXTURE_NOW,
    };
    mailing_prepare(fixture->store, fixture->config, &request, &prepared, &error);
    g_assert_no_error(error);
    mailing_confirm(fixture->store, prepared.mailing, &(Deed){"test", FIXTURE_NOW}, &error);
    g_assert_no_error(error);
    return prepared.mailing;
}

gint64
fixture_number(Fixture *fixture, const char *sql)
{
    g_autofree char *text = fixture_text(fixture, sql);
    return g_ascii_strtoll(text, NULL, 10);
}

char *
fixture_text(Fixture *fixture, const char *sql)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Statement) statement = statement_prepare(fixture->store, sql, &error);
    g_assert_no_error(error);
    g_assert_cmpint(statement_step(statement, &error), ==, STEP_ROW);
    return g_strdup(statement_text(statement, 0));
}

void
fixture_run(Fixture *fixture, const char *sql)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Statement) statement = statement_prepare(fixture->store, sql, &error);
    g_assert_no_error(error);
    statement_run(statement, NULL, &error);
    g_assert_no_error(error);
}
