/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store: suppressions by keyed hash, whom of the roster they concern, and consent */
#include "store/suppressions.h"
#include "../lib/fixture.h"
#include "base/error.h"
#include "store/consents.h"
#include "store/statement.h"
#include "store/suppressed.h"
#include "store/suppression_set.h"

#include <string.h>

#define NOW FIXTURE_NOW

static SuppressionsEffect
add(Fixture *fixture, const char *key, const char *purpose, SuppressionReason reason,
    const char *note)
{
    g_autoptr(GError) error = NULL;
    SuppressionsEffect effect = SUPPRESSIONS_EFFECTS;
    Suppression suppression = {
        .key = key,
        .purpose = purpose,
        .reason = reason,
        .note = note,
        .at = NOW,
        .author = "test",
    };
    suppressions_add(fixture->store, &suppression, &effect, &error);
    g_assert_no_error(error);
    return effect;
}

static char *
find(Fixture *fixture, const char *key, const char *purpose)
{
    g_autoptr(GError) error = NULL;
    char *reason = NULL;
    g_assert_true(suppressions_find(fixture->store, key, purpose, &reason, &error));
    g_assert_no_error(error);
    return reason;
}

static void
test_find(void)
{
    static const struct {
        const char *key, *purpose, *reason;
    } rows[] = {
        {"a@x.example", "invitation", "opted out"}, {"a@x.example", "reminder", "objected to mail"},
        {"b@x.example", "invitation", NULL},        {"b@x.example", "reminder", "opted out"},
        {"A@x.example", "invitation", NULL},        {"", "invitation", NULL},
    };
    g_autoptr(Fixture) fixture = fixture_new();
    add(fixture, "a@x.example", "*", SUPPRESSION_OBJECTION, NULL);
    add(fixture, "a@x.example", "invitation", SUPPRESSION_UNSUBSCRIBE, "<1@x>");
    add(fixture, "b@x.example", "reminder", SUPPRESSION_UNSUBSCRIBE, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *reason = find(fixture, rows[i].key, rows[i].purpose);
        g_assert_cmpstr(reason, ==, rows[i].reason);
    }
}

/* in memory it is the same */
static void
test_set(void)
{
    static const char *const keys[] = {"a@x.example", "b@x.example", "A@x.example", ""};
    static const char *const purposes[] = {"invitation", "reminder", "*"};
    g_autoptr(Fixture) fixture = fixture_new();
    add(fixture, "a@x.example", "*", SUPPRESSION_OBJECTION, NULL);
    add(fixture, "a@x.example", "invitation", SUPPRESSION_UNSUBSCRIBE, "<1@x>");
    add(fixture, "b@x.example", "reminder", SUPPRESSION_UNSUBSCRIBE, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(purposes); i++) {
        g_autoptr(SuppressionSet) set = suppression_set_new(fixture->store, purposes[i], NULL);
        g_assert_false(suppression_set_is_empty(set));
        for (guint j = 0; j < G_N_ELEMENTS(keys); j++) {
            g_autofree char *reason = find(fixture, keys[j], purposes[i]);
            const char *other = NULL;
            GBytes *hash = NULL;
            g_assert_true(suppression_set_find(set, keys[j], &hash, &other) == (reason != NULL));
            g_assert_true((hash != NULL) == (reason != NULL));
            g_assert_cmpstr(other, ==, reason);
        }
    }
    fixture_run(fixture, "DELETE FROM suppression");
    g_autoptr(SuppressionSet) empty = suppression_set_new(fixture->store, NULL, NULL);
    g_assert_true(suppression_set_is_empty(empty));
    g_assert_false(suppression_set_find(empty, "a@x.example", NULL, NULL));
}

/* another secret makes another hash, and without one there is no answer; `expected` is what openssl
 * dgst -sha256 -hmac says */
static void
test_hash(void)
{
    static const guint8 expected[ADDRESS_HASH_LENGTH] = {
        0x5a, 0x37, 0x92, 0x08, 0xcd, 0x4f, 0x1f, 0x78, 0xe4, 0xa1, 0xac,
        0x1d, 0x09, 0x17, 0x3c, 0x76, 0x9a, 0x1d, 0xbb, 0x27, 0x85, 0x69,
        0xf5, 0x8c, 0xad, 0xec, 0xf4, 0xa0, 0xd3, 0x22, 0xc1, 0x41};
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    guint8 before[ADDRESS_HASH_LENGTH], after[ADDRESS_HASH_LENGTH];
    g_assert_cmpint(fixture_number(fixture, "SELECT length(value) FROM secret"), ==, 32);
    g_assert_true(suppressions_hash(fixture->store, "a@x.example", before, &error));
    fixture_run(fixture,
                "UPDATE secret SET value = CAST('0123456789abcdef0123456789abcdef' AS BLOB)");
    g_assert_true(suppressions_hash(fixture->store, "a@x.example", after, &error));
    g_assert_cmpmem(after, sizeof after, expected, sizeof expected);
    g_assert_true(memcmp(before, after, sizeof after) != 0);

    fixture_run(fixture, "DELETE FROM secret");
    char *reason = NULL;
    g_assert_false(suppressions_find(fixture->store, "a@x.example", "*", &reason, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE);
    g_clear_error(&error);
    g_assert_null(suppression_set_new(fixture->store, "*", &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE);
}

/* one after the other on the same address and purpose */
static void
test_effects(void)
{
    static const struct {
        SuppressionReason reason;
        const char *note;
        SuppressionsEffect effect;
        const char *left; /* in the store afterwards */
    } rows[] = {
        {SUPPRESSION_BOUNCE, "550", SUPPRESSIONS_ADDED, "bounce 550"},
        {SUPPRESSION_BOUNCE, NULL, SUPPRESSIONS_KEPT, "bounce 550"},
        {SUPPRESSION_BOUNCE, "551", SUPPRESSIONS_CHANGED, "bounce 551"},
        {SUPPRESSION_MANUAL, NULL, SUPPRESSIONS_CHANGED, "manual -"},
        {SUPPRESSION_COMPLAINT, "<1@x>", SUPPRESSIONS_CHANGED, "complaint <1@x>"},
        {SUPPRESSION_BOUNCE, "552", SUPPRESSIONS_KEPT, "complaint <1@x>"},
        {SUPPRESSION_MANUAL, "no", SUPPRESSIONS_KEPT, "complaint <1@x>"},
        {SUPPRESSION_OBJECTION, "letter", SUPPRESSIONS_CHANGED, "objection letter"},
    };
    g_autoptr(Fixture) fixture = fixture_new();
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        SuppressionsEffect effect = add(fixture, "a@x.example", "*", rows[i].reason, rows[i].note);
        g_autofree char *left =
            fixture_text(fixture, "SELECT reason || ' ' || coalesce(note, '-') FROM suppression");
        g_assert_cmpint(effect, ==, rows[i].effect);
        g_assert_cmpstr(left, ==, rows[i].left);
    }
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM journal WHERE object LIKE"
                                            " 'suppression ____________'"
                                            " AND deed LIKE 'suppression.%'"),
                    ==, 5);
    g_assert_cmpint(
        fixture_number(fixture, "SELECT count(*) FROM journal WHERE object || detail LIKE '%@%'"),
        ==, 0);
}

static void
test_remove(void)
{
    static const struct {
        SuppressionReason reason;
        const char *proof;
        gint code; /* of the error; -1: it is removed */
    } rows[] = {
        {SUPPRESSION_UNSUBSCRIBE, NULL, RUNDRUF_ERROR_HELD},
        {SUPPRESSION_COMPLAINT, NULL, RUNDRUF_ERROR_HELD},
        {SUPPRESSION_OBJECTION, NULL, RUNDRUF_ERROR_HELD},
        {SUPPRESSION_BOUNCE, NULL, -1},
        {SUPPRESSION_MANUAL, NULL, -1},
        {SUPPRESSION_OBJECTION, "mail <3@x.example>", -1},
        {SUPPRESSION_OBJECTION, "", RUNDRUF_ERROR_INPUT},
        {SUPPRESSION_OBJECTION, "A@X.example says so", RUNDRUF_ERROR_INPUT},
    };
    g_autoptr(Fixture) fixture = fixture_new();
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        gboolean removed = FALSE;
        Suppression which = {
            .key = "a@x.example",
            .purpose = "*",
            .note = rows[i].proof,
            .at = NOW,
            .author = "test",
        };
        add(fixture, "a@x.example", "*", rows[i].reason, NULL);
        if (suppressions_remove(fixture->store, &which, &removed, &error)) {
            g_assert_cmpint(rows[i].code, ==, -1);
            g_assert_true(removed);
            g_assert_true(suppressions_remove(fixture->store, &which, &removed, &error));
            g_assert_false(removed);
        } else {
            g_assert_error(error, RUNDRUF_ERROR, rows[i].code);
        }
        g_autofree char *reason = find(fixture, "a@x.example", "x");
        g_assert_true((reason != NULL) == (rows[i].code != -1));
        fixture_run(fixture, "DELETE FROM suppression");
    }
}

static void
test_notes(void)
{
    g_autofree char *longest = g_strnfill(SUPPRESSION_NOTE_MAX, 'x');
    g_autofree char *longer = g_strnfill(SUPPRESSION_NOTE_MAX + 1, 'x');
    const struct {
        const char *note;
        gboolean good;
    } rows[] = {
        {"letter of 2 May", TRUE},
        {"mail <1.2@mx.example>, by telephone", TRUE},
        {"", FALSE},
        {" blank", FALSE},
        {"two\nlines", FALSE},
        {"bell\a", FALSE},
        {"of a@x.example", FALSE},
        {"From: \"A\" <A@X.EXAMPLE>.", FALSE},
        {"(a@x.example...)", FALSE},
        {"aa@x.example", TRUE},
        {longest, TRUE},
        {longer, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(suppression_check_note(rows[i].note, "a@x.example", &error), ==,
                        rows[i].good);
        g_assert_true(rows[i].good || g_error_matches(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT));
    }
}

static char *
persons(Fixture *fixture, const char *purpose)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) ids =
        suppressed_persons(fixture->store, purpose, fixture->config->directory_fields, &error);
    g_assert_no_error(error);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < ids->len; i++)
        g_string_append_printf(text, "%" G_GINT64_FORMAT ";", g_array_index(ids, gint64, i));
    return g_string_free(text, FALSE);
}

static void
test_persons(void)
{
    static const struct {
        const char *purpose, *ids;
    } rows[] = {
        {NULL, "1;2;3;5;6;"}, {"invitation", "1;2;5;"}, {"news", "1;3;5;6;"}, {"x", "1;5;"}};
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_person(fixture, "One", "other@x.example|One@X.example");
    fixture_add_person(fixture, "Two", "two@x.example|two@x.example");
    fixture_add_person(fixture, "Three", "three@x.example");
    fixture_add_person(fixture, "Four", "four@x.example|no address");
    fixture_add_person(fixture, "Five", "one@x.example");
    fixture_add_person(fixture, "Six", "six@bücher.example");
    g_autofree char *before = persons(fixture, NULL);
    g_assert_cmpstr(before, ==, "");
    add(fixture, "one@x.example", "*", SUPPRESSION_MANUAL, NULL);
    add(fixture, "two@x.example", "invitation", SUPPRESSION_MANUAL, NULL);
    add(fixture, "three@x.example", "news", SUPPRESSION_MANUAL, NULL);
    add(fixture, "six@xn--bcher-kva.example", "news", SUPPRESSION_MANUAL, NULL);
    add(fixture, "gone@x.example", "*", SUPPRESSION_MANUAL, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *ids = persons(fixture, rows[i].purpose);
        g_assert_cmpstr(ids, ==, rows[i].ids);
    }
    g_autoptr(GHashTable) addresses =
        suppressed_addresses(fixture->store, fixture->config->directory_fields, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_hash_table_size(addresses), ==, 4);
}

/* ---- consent */

static const guint8 anna[UUID_LENGTH] = "anna";

static gboolean
consent(Fixture *fixture, const char *key, const char *purpose, gboolean given, gint64 at,
        const char *proof, GError **error)
{
    const char *keys[] = {key, NULL};
    Consent row = {
        .keys = keys,
        .purpose = purpose,
        .given = given,
        .at = at,
        .proof = proof,
        .author = "test",
    };
    memcpy(row.person, anna, UUID_LENGTH);
    return consents_add(fixture->store, &row, error);
}

static void
assert_consent(Fixture *fixture, const char *purpose, gboolean given, gint64 at)
{
    g_autoptr(GError) error = NULL;
    gboolean found = !given;
    gint64 when = -1;
    g_assert_true(consents_find(fixture->store, anna, purpose, &found, &when, &error));
    g_assert_cmpint(found, ==, given);
    g_assert_cmpint(when, ==, at);
}

static gboolean
count_row(const Consent *row, gpointer user_data, G_GNUC_UNUSED GError **error)
{
    guint *count = user_data;
    g_assert_cmpint(row->given, ==, *count != 1);
    (*count)++;
    return TRUE;
}

static void
test_consents(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    assert_consent(fixture, "news", FALSE, 0);
    g_assert_true(consent(fixture, "old@x.example", "news", TRUE, NOW, "form", &error));
    assert_consent(fixture, "news", TRUE, NOW);
    assert_consent(fixture, "invitation", FALSE, 0);
    g_assert_true(consent(fixture, "new@x.example", "news", FALSE, NOW + 1, "mail <1@x>", &error));
    assert_consent(fixture, "news", FALSE, NOW + 1);
    /* both the address that the person has and the one that consent was given for */
    static const char *const keys[] = {"old@x.example", "new@x.example"};
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *news = find(fixture, keys[i], "news");
        g_autofree char *other = find(fixture, keys[i], "invitation");
        g_assert_cmpstr(news, ==, "opted out");
        g_assert_null(other);
    }
    g_assert_true(consent(fixture, NULL, "news", TRUE, NOW + 2, "telephone", &error));
    assert_consent(fixture, "news", TRUE, NOW + 2);
    g_autofree char *still = find(fixture, "new@x.example", "news");
    g_assert_cmpstr(still, ==, "opted out");
    guint count = 0;
    g_assert_true(consents_each(fixture->store, anna, count_row, &count, &error));
    g_assert_cmpuint(count, ==, 3);

    g_assert_false(consent(fixture, NULL, "news", TRUE, NOW, "", &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    g_clear_error(&error);
    g_assert_false(consent(fixture, "a@x.example", "news", TRUE, NOW, "of a@x.example", &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM consent"), ==, 3);
    g_assert_cmpint(
        fixture_number(fixture, "SELECT count(*) FROM journal WHERE object || detail LIKE '%@%'"),
        ==, 0);
}

/* no statement changes or deletes a consent */
static void
test_append_only(void)
{
    static const char *const writes[] = {"UPDATE consent", "DELETE FROM consent", "REPLACE"};
    guint inserts = 0;
    for (const StatementTable *const *table = statement_tables; *table; table++) {
        for (guint i = 0; i < (*table)->count; i++) {
            inserts += strstr((*table)->sql[i], "INSERT INTO consent") != NULL;
            for (guint j = 0; j < G_N_ELEMENTS(writes); j++)
                g_assert_null(strstr((*table)->sql[i], writes[j]));
        }
    }
    g_assert_cmpuint(inserts, ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/suppressions/find", test_find);
    g_test_add_func("/suppressions/set", test_set);
    g_test_add_func("/suppressions/hash", test_hash);
    g_test_add_func("/suppressions/effects", test_effects);
    g_test_add_func("/suppressions/remove", test_remove);
    g_test_add_func("/suppressions/notes", test_notes);
    g_test_add_func("/suppressions/persons", test_persons);
    g_test_add_func("/consents", test_consents);
    g_test_add_func("/consents/append-only", test_append_only);
    return g_test_run();
}
