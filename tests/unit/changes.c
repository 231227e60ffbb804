/* SPDX-License-Identifier: GPL-3.0-or-later */
/* changes: the outbox's states, and what lies over the mirror meanwhile */
#include "store/changes.h"
#include "../lib/fixture.h"
#include "base/error.h"
#include "sync/overlay.h"

#include <string.h>

static const guint8 uuid[UUID_LENGTH] = {1, 2, 3}, other[UUID_LENGTH] = {9};

static Attributes *
mail(const char *value)
{
    Attributes *attributes = attributes_new();
    if (*value)
        attributes_add(attributes, "mail", value, strlen(value));
    return attributes;
}

static gint64
add(Fixture *fixture, ChangeKind kind, const char *old, const char *new)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Attributes) before = mail(old), after = mail(new);
    Change change = {.kind = kind,
                     .dn = (char *)"cn=a,dc=x",
                     .attribute = kind == CHANGE_SET ? (char *)"mail" : NULL,
                     .old = kind == CHANGE_ADD ? NULL : before,
                     .new = kind == CHANGE_REMOVE ? NULL : after,
                     .author = (char *)"test",
                     .at = 100};
    memcpy(change.uuid, uuid, UUID_LENGTH);
    changes_add(fixture->store, &change, &error);
    g_assert_no_error(error);
    return change.id;
}

static void
settle(Fixture *fixture, gint64 id, ChangeState state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Attributes) theirs = mail("t");
    changes_settle(fixture->store, id, state, theirs, "why", 200, &error);
    g_assert_no_error(error);
}

static void
test_states(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    g_autoptr(GError) error = NULL;
    ChangeCounts counts;
    gboolean open;
    g_assert_true(changes_open(fixture->store, &open, &error));
    g_assert_false(open);
    gint64 set = add(fixture, CHANGE_SET, "a", "b"), gone = add(fixture, CHANGE_REMOVE, "a", "");
    add(fixture, CHANGE_ADD, "", "n");
    g_assert_true(changes_open(fixture->store, &open, &error));
    g_assert_true(open);
    settle(fixture, gone, CHANGE_CONFLICT);
    g_assert_true(changes_send(fixture->store, set, &error));
    g_assert_true(changes_count(fixture->store, &counts, &error));
    g_assert_cmpint(counts.waiting, ==, 2);
    g_assert_cmpint(counts.conflicts, ==, 1);
    g_assert_cmpint(counts.refused, ==, 0);
    g_assert_cmpint(counts.oldest, ==, 100);
    g_autoptr(Change) found = changes_find(fixture->store, gone, &error);
    g_assert_no_error(error);
    g_assert_cmpint(found->state, ==, CHANGE_CONFLICT);
    g_assert_cmpstr(found->reason, ==, "why");
    g_autofree char *theirs = attributes_text(found->theirs, "mail");
    g_assert_cmpstr(theirs, ==, "t");
    g_autoptr(GPtrArray) of = changes_of(fixture->store, uuid, &error);
    g_assert_cmpuint(of->len, ==, 1);
    g_autoptr(GPtrArray) unsettled = changes_unsettled(fixture->store, uuid, &error);
    g_assert_cmpuint(unsettled->len, ==, 2);
    settle(fixture, set, CHANGE_DONE);
    static const ChangeState done[] = {CHANGE_DONE, CHANGE_WAITING};
    g_autoptr(GPtrArray) list = changes_list(fixture->store, done, 2, &error);
    g_assert_cmpuint(list->len, ==, 2);
    g_assert_null(changes_find(fixture->store, 99, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
}

/* the last one that waits is found and extended; nothing is forgotten while one is on its way */
static void
test_extend(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(Change) none = NULL, last = NULL;
    gint64 first = add(fixture, CHANGE_SET, "a", "b");
    g_assert_true(changes_send(fixture->store, first, &error));
    g_assert_true(changes_waiting(fixture->store, uuid, "mail", &none, &error));
    g_assert_null(none);
    gint64 second = add(fixture, CHANGE_SET, "b", "c");
    g_assert_true(changes_take_back(fixture->store, uuid, &error));
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM change"), ==, 2);
    settle(fixture, first, CHANGE_WAITING);
    g_assert_true(changes_waiting(fixture->store, uuid, "MAIL", &last, &error));
    g_assert_cmpint(last->id, ==, second);
    attributes_free(last->new);
    last->new = mail("d");
    g_assert_true(changes_extend(fixture->store, last, &error));
    g_autoptr(Change) change = changes_find(fixture->store, second, &error);
    g_autofree char *old = attributes_text(change->old, "mail"),
                    *new = attributes_text(change->new, "mail");
    g_assert_cmpstr(old, ==, "b");
    g_assert_cmpstr(new, ==, "d");
    g_assert_true(changes_take_back(fixture->store, uuid, &error));
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM change"), ==, 0);
}

/* What is settled is forgotten by when it was settled, and nothing else. */
static void
test_forget(void)
{
    static const struct {
        ChangeState state;
        gint64 before;
        int left;
    } rows[] = {
        {CHANGE_DONE, 200, 1},    {CHANGE_DONE, 201, 0},     {CHANGE_DROPPED, 201, 0},
        {CHANGE_REFUSED, 999, 1}, {CHANGE_CONFLICT, 999, 1}, {CHANGE_WAITING, 999, 1},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Fixture) fixture = fixture_new();
        g_autoptr(GError) error = NULL;
        settle(fixture, add(fixture, CHANGE_SET, "a", "b"), rows[i].state);
        g_assert_true(changes_forget(fixture->store, rows[i].before, &error));
        g_assert_no_error(error);
        g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM change"), ==, rows[i].left);
    }
}

static void
test_overlay(void)
{
    static const struct {
        const char *old, *new, *shown, *laid;
    } rows[] = {
        {"a", "b", "a", "b"}, {"a", "b", "c", "b"}, /* ours, until push finds out */
        {"a", "b", "b", "b"}, {"a", "", "a", NULL}, {"", "b", "", "b"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Fixture) fixture = fixture_new();
        g_autoptr(GError) error = NULL;
        g_autoptr(Overlay) empty = overlay_load(fixture->store, &error);
        g_assert_true(overlay_is_empty(empty));
        add(fixture, CHANGE_SET, rows[i].old, rows[i].new);
        g_autoptr(Overlay) overlay = overlay_load(fixture->store, &error);
        g_assert_no_error(error);
        g_assert_false(overlay_is_empty(overlay));
        g_assert_false(overlay_removes(overlay, uuid));
        g_autoptr(Attributes) shown = mail(rows[i].shown);
        attributes_add(shown, "sn", "x", 1);
        g_assert_null(overlay_lay(overlay, other, shown));
        g_autoptr(Attributes) laid = overlay_lay(overlay, uuid, shown);
        g_autofree char *text = attributes_text(laid, "mail"), *sn = attributes_text(laid, "sn");
        g_assert_cmpstr(text, ==, rows[i].laid);
        g_assert_cmpstr(sn, ==, "x");
        add(fixture, CHANGE_REMOVE, "a", "");
        g_autoptr(Overlay) gone = overlay_load(fixture->store, &error);
        g_assert_true(overlay_removes(gone, uuid));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/changes/states", test_states);
    g_test_add_func("/changes/extend", test_extend);
    g_test_add_func("/changes/forget", test_forget);
    g_test_add_func("/changes/overlay", test_overlay);
    return g_test_run();
}
