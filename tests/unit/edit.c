/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edit: what may be edited, and what the mirror and the outbox hold after it */
#include "sync/edit.h"

#include "../lib/fixture.h"
#include "../lib/terms_view.h"
#include "base/error.h"
#include "store/changes.h"
#include "store/mirror.h"
#include "sync/putback.h"

#include <string.h>

#define BASE "dc=netz,dc=example"

static Editor
editor_of(Fixture *fixture)
{
    g_free(fixture->config->directory_uri);
    fixture->config->directory_uri = g_strdup("ldap://x");
    g_free(fixture->config->directory_base);
    fixture->config->directory_base = g_strdup(BASE);
    return (Editor){fixture->config, fixture->store, 100, "test"};
}

static const guint8 city_uuid[UUID_LENGTH] = {1}, anna[UUID_LENGTH] = {2};

static void
put(Editor *editor, const guint8 uuid[UUID_LENGTH], const char *dn, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Attributes) attributes = attributes_new();
    g_auto(GStrv) list = g_strsplit(words, "|", -1);
    for (char **word = list; *word; word++) {
        char *equals = strchr(*word, '=');
        *equals = '\0';
        attributes_add(attributes, *word, equals + 1, strlen(equals + 1));
    }
    g_assert_true(putback_put(editor->config, editor->store, uuid, dn, "csn1", attributes, &error));
    g_assert_no_error(error);
}

static Fixture *
roster(Editor *editor)
{
    Fixture *fixture = fixture_new();
    fixture_run(fixture, "INSERT INTO sync_state (source, indexed, generation, synced_at)"
                         " VALUES ('ldap://x', 'cn mail sn', 1, 1)");
    *editor = editor_of(fixture);
    put(editor, city_uuid, "o=Ulm," BASE, "objectClass=rundrufMunicipality|o=Ulm");
    put(editor, anna, "cn=Anna\\, M.,o=Ulm," BASE,
        "objectClass=inetOrgPerson|cn=Anna, M.|sn=M|mail=a@x.example|title=Dr.");
    return fixture;
}

static gboolean
set(const Editor *editor, const char *attribute, const char *value, guint *changed, GError **error)
{
    AttributeValue octets = {value, value ? strlen(value) : 0};
    EditValue edit = {attribute, &octets, value ? 1 : 0};
    return edit_set(editor, anna, &edit, 1, changed, error);
}

static void
test_refused(void)
{
    static const struct {
        const char *attribute, *value, *about;
    } rows[] = {
        {"cn", "Anna", "rename"},
        {"commonName", "Anna", "rename"},
        {"entryUUID", "x", "directory keeps"},
        {"ENTRYCSN;x-a", "x", "directory keeps"},
        {"userPassword", "x", "secret"},
        {"2.5.4.35;x-a", "x", "secret"},
        {"sambantpassword", "x", "secret"},
        {"mail", "anna", "mail: "},
        {"mail", "a@x.example\nBcc: b@x.example", "mail: "},
        {"mail", "", "empty value"},
        {"population", "many", "whole number"},
        {"manager", "no name", "distinguished name"},
        {"a b", "x", "no name of"},
        {"", "x", "no name of"},
        {"mail;", "x", "no name of"},
        {"-x", "x", "no name of"},
        {"sn", "\xff\xfe", "does not fit"},
    };
    Editor editor;
    g_autoptr(Fixture) fixture = roster(&editor);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        guint changed = 77;
        g_assert_false(set(&editor, rows[i].attribute, rows[i].value, &changed, &error));
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
        if (!strstr(error->message, rows[i].about))
            g_error("row %u: %s", i, error->message);
        g_assert_cmpuint(changed, ==, 77);
    }
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM change"), ==, 0);
}

static void
test_file(void)
{
    g_autoptr(GError) error = NULL;
    guint changed;
    Editor editor;
    g_autoptr(Fixture) fixture = roster(&editor);
    g_free(fixture->config->directory_uri);
    fixture->config->directory_uri = g_strdup("ldif:roster.ldif");
    g_assert_false(set(&editor, "mail", "b@x.example", &changed, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG);
}

static void
test_set(void)
{
    g_autoptr(GError) error = NULL;
    guint changed;
    Editor editor;
    g_autoptr(Fixture) fixture = roster(&editor);
    g_assert_true(set(&editor, "MAIL", "b@x.example", &changed, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(changed, ==, 1);
    g_autoptr(MirrorEntry) entry = mirror_find(fixture->store, anna, &error);
    g_autofree char *mail = attributes_text(entry->attributes, "mail");
    g_assert_cmpstr(mail, ==, "b@x.example");
    g_assert_cmpstr(entry->csn, ==, "csn1");
    g_assert_cmpstr(entry->dn, ==, "cn=Anna\\2C M.,o=Ulm," BASE);
    g_assert_cmpint(terms_ask(store_path(fixture->store),
                              "SELECT count(*) FROM term WHERE norm = 'b@x.example'"),
                    ==, 1);
    g_assert_cmpint(terms_ask(store_path(fixture->store),
                              "SELECT count(*) FROM term WHERE norm = 'a@x.example'"),
                    ==, 0);
    g_assert_true(set(&editor, "mail", "b@x.example", &changed, &error));
    g_assert_cmpuint(changed, ==, 0);
    g_assert_true(set(&editor, "title", NULL, &changed, &error));
    g_assert_cmpuint(changed, ==, 1);
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM change"), ==, 2);
    /* back to what the directory shows: one by one, and then nothing is left to send */
    g_assert_true(set(&editor, "title", "Dr.", &changed, &error));
    g_assert_true(set(&editor, "mail", "a@x.example", &changed, &error));
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM change"), ==, 0);
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM journal"), ==, 4);
}

static void
test_remove(void)
{
    g_autoptr(GError) error = NULL;
    guint changed;
    Editor editor;
    g_autoptr(Fixture) fixture = roster(&editor);
    g_assert_false(edit_remove(&editor, city_uuid, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    g_clear_error(&error);
    g_assert_true(set(&editor, "mail", "b@x.example", &changed, &error));
    g_assert_true(edit_remove(&editor, anna, &error));
    g_assert_no_error(error);
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM entry"), ==, 1);
    g_assert_cmpint(terms_ask(store_path(fixture->store), "SELECT count(*) FROM term"), ==, 0);
    g_assert_cmpint(fixture_number(fixture, "SELECT generation FROM tombstone"), ==, 2);
    g_autofree char *states =
        fixture_text(fixture, "SELECT group_concat(kind || ' ' || state) FROM change");
    g_assert_cmpstr(states, ==, "set dropped,remove waiting");
    g_assert_false(edit_remove(&editor, anna, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
}

static void
test_missing(void)
{
    g_autoptr(GError) error = NULL;
    guint changed;
    Editor editor;
    g_autoptr(Fixture) fixture = roster(&editor);
    fixture_run(fixture, "UPDATE entry SET missing_reason = 'kept' WHERE kind = 'person'");
    g_assert_false(set(&editor, "mail", "b@x.example", &changed, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    g_clear_error(&error);
    g_assert_true(edit_remove(&editor, anna, &error));
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM change"), ==, 0);
}

static void
test_add(void)
{
    static const struct {
        const char *dn, *class;
        gboolean good;
    } rows[] = {
        {"cn=Bert,o=Ulm," BASE, "inetOrgPerson", TRUE},
        {"cn=bert, o=ulm," BASE, "inetOrgPerson", FALSE}, /* waits already */
        {"cn=Bert\\+Co,o=Ulm," BASE, "inetOrgPerson", TRUE},
        {"CN=Anna\\, M.,o=ULM," BASE, "inetOrgPerson", FALSE}, /* is there */
        {"cn=Bert,dc=elsewhere", "inetOrgPerson", FALSE},
        {BASE, "inetOrgPerson", FALSE},
        {"no name", "inetOrgPerson", FALSE},
        {"", "inetOrgPerson", FALSE},
        {"cn=Carla,o=Ulm," BASE, NULL, FALSE},
    };
    Editor editor;
    g_autoptr(Fixture) fixture = roster(&editor);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Attributes) attributes = attributes_new();
        if (rows[i].class)
            attributes_add(attributes, "objectClass", rows[i].class, strlen(rows[i].class));
        gboolean good = edit_add(&editor, rows[i].dn, attributes, &error);
        if (good != rows[i].good)
            g_error("row %u: %s", i, error ? error->message : "added");
        if (!good)
            g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(Change) change = changes_find(fixture->store, 2, &error);
    g_assert_no_error(error);
    g_autofree char *cn = attributes_text(change->new, "cn");
    g_assert_cmpstr(cn, ==, "Bert+Co");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/edit/refused", test_refused);
    g_test_add_func("/edit/file", test_file);
    g_test_add_func("/edit/set", test_set);
    g_test_add_func("/edit/remove", test_remove);
    g_test_add_func("/edit/missing", test_missing);
    g_test_add_func("/edit/add", test_add);
    return g_test_run();
}
