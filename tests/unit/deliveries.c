/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store: the queue - order of claims, what is withheld, settling, and everything that ends a row */
#include "store/deliveries.h"
#include "../lib/fixture.h"
#include "base/error.h"
#include "store/entries.h"
#include "store/mailings.h"
#include "store/suppressions.h"

#include <string.h>

#define NOW       FIXTURE_NOW
#define NOT_AFTER (NOW + 1000)
#define DOMAIN    "x.example"

static gint64
add_mailing(Fixture *fixture, MailingState state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Mailing) mailing = mailing_new();
    mailing->kind = g_strdup("invitation");
    mailing->event = fixture->event->id;
    mailing->filter = g_strdup("(cn=*)");
    mailing->purpose = g_strdup("invitation");
    mailing->state = state;
    mailing->frozen_at = mailing->due = NOW;
    mailing->not_after = NOT_AFTER;
    mailing->actor = g_strdup("test");
    mailings_insert(fixture->store, mailing, &error);
    g_assert_no_error(error);
    return mailing->id;
}

static gboolean
add_delivery(Fixture *fixture, gint64 mailing, gint64 person, const char *local, gint64 due)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Delivery) delivery = delivery_new();
    delivery->mailing = mailing;
    memcpy(delivery->person, &person, sizeof person);
    delivery->name = g_strdup_printf("N %s", local);
    delivery->address = g_strdup_printf("%s@" DOMAIN, local);
    delivery->due = due;
    gboolean inserted = FALSE;
    deliveries_insert(fixture->store, delivery, delivery->address, &inserted, &error);
    g_assert_no_error(error);
    return inserted;
}

/* Claims what is due at x.example, which all addresses here are at. */
static GPtrArray *
claim(Fixture *fixture, gint64 now, guint limit)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTransaction) transaction = store_begin(fixture->store, &error);
    GPtrArray *due =
        deliveries_due(fixture->store, DOMAIN, now, (DeliveryCursor){0}, limit, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < due->len; i++) {
        Delivery *delivery = due->pdata[i];
        g_free(delivery->message_id);
        delivery->message_id = g_strdup_printf("d%" G_GINT64_FORMAT "@netz.example", delivery->id);
        deliveries_claim(fixture->store, delivery, now, &error);
        g_assert_no_error(error);
    }
    store_commit(g_steal_pointer(&transaction), &error);
    g_assert_no_error(error);
    return due;
}

/* the local parts of a claim, in order */
static void
assert_claim(Fixture *fixture, gint64 now, guint limit, const char *expected)
{
    g_autoptr(GPtrArray) claimed = claim(fixture, now, limit);
    g_autoptr(GString) found = g_string_new(NULL);
    for (guint i = 0; i < claimed->len; i++) {
        const Delivery *delivery = claimed->pdata[i];
        g_string_append_printf(found, "%s%.*s%s", i ? " " : "",
                               (int)strcspn(delivery->address, "@"), delivery->address,
                               delivery->state == DELIVERY_CLAIMED ? "" : "!");
    }
    g_assert_cmpstr(found->str, ==, expected);
}

static void
test_order(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 1);
    gint64 first = add_mailing(fixture, MAILING_RUNNING);
    gint64 paused = add_mailing(fixture, MAILING_PAUSED);
    gint64 draft = add_mailing(fixture, MAILING_DRAFT);
    gint64 second = add_mailing(fixture, MAILING_RUNNING);
    add_delivery(fixture, first, 1, "b", NOW);
    add_delivery(fixture, first, 1, "a", NOW - 5);
    add_delivery(fixture, first, 1, "later", NOW + 5);
    add_delivery(fixture, second, 1, "d", NOW - 3);
    add_delivery(fixture, second, 1, "c", NOW);
    add_delivery(fixture, paused, 1, "p", NOW - 9);
    add_delivery(fixture, draft, 1, "q", NOW - 9);
    g_assert_false(add_delivery(fixture, first, 1, "a", NOW));

    assert_claim(fixture, NOW - 4, 9, ""); /* the mailings are not due */
    assert_claim(fixture, NOW, 3, "a d b");
    assert_claim(fixture, NOW, 9, "c"); /* none twice */
    assert_claim(fixture, NOW, 9, "");
    assert_claim(fixture, NOT_AFTER, 9, ""); /* never late */
    assert_claim(fixture, NOT_AFTER - 1, 9, "later");
}

static void
test_withheld(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 2);
    gint64 mailing = add_mailing(fixture, MAILING_RUNNING);
    add_delivery(fixture, mailing, 1, "here", NOW);
    add_delivery(fixture, mailing, 2, "suppressed", NOW);
    add_delivery(fixture, mailing, 3, "gone", NOW);
    Suppression suppression = {.key = "suppressed@" DOMAIN,
                               .purpose = "*",
                               .reason = SUPPRESSION_OBJECTION,
                               .author = "test"};
    suppressions_add(fixture->store, &suppression, NULL, &error);
    g_assert_no_error(error);

    g_autoptr(GPtrArray) claimed = claim(fixture, NOW, 9);
    g_assert_cmpuint(claimed->len, ==, 3);
    const Delivery *here = claimed->pdata[0], *suppressed = claimed->pdata[1],
                   *gone = claimed->pdata[2];
    g_assert_cmpint(here->state, ==, DELIVERY_CLAIMED);
    g_assert_cmpstr(here->message_id, ==, "d1@netz.example");
    g_assert_cmpint(here->claimed_at, ==, NOW);
    g_assert_cmpint(suppressed->state, ==, DELIVERY_SUPPRESSED);
    g_assert_cmpstr(suppressed->text, ==, "objected to mail");
    g_assert_cmpint(gone->state, ==, DELIVERY_SUPPRESSED);
    g_assert_cmpstr(gone->text, ==, DELIVERIES_GONE);
    guint counts[DELIVERY_STATES];
    g_assert_true(deliveries_count(fixture->store, mailing, counts, &error));
    g_assert_cmpuint(counts[DELIVERY_CLAIMED], ==, 1);
    g_assert_cmpuint(counts[DELIVERY_SUPPRESSED], ==, 2);
    g_autofree char *stored =
        fixture_text(fixture, "SELECT message_id FROM delivery WHERE state = 'claimed'");
    g_assert_cmpstr(stored, ==, here->message_id);
}

/* who shares the address of somebody that left the roster gets the message */
static void
test_shared_address(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 2);
    gint64 mailing = add_mailing(fixture, MAILING_RUNNING);
    add_delivery(fixture, mailing, 3, "shared", NOW); /* gone */
    for (gint64 person = 1; person <= 2; person++) {
        g_autoptr(Delivery) sharer = delivery_new();
        gboolean inserted = FALSE;
        sharer->mailing = mailing;
        memcpy(sharer->person, &person, sizeof person);
        sharer->name = g_strdup("sharer");
        sharer->state = DELIVERY_SUPPRESSED;
        sharer->text = g_strdup("same address");
        sharer->due = NOW;
        g_assert_true(
            deliveries_insert(fixture->store, sharer, "shared@" DOMAIN, &inserted, &error));
        g_assert_true(inserted);
    }
    g_autoptr(GPtrArray) first = claim(fixture, NOW, 9);
    g_assert_cmpuint(first->len, ==, 1);
    g_assert_cmpint(((Delivery *)first->pdata[0])->state, ==, DELIVERY_SUPPRESSED);

    g_autoptr(GPtrArray) second = claim(fixture, NOW, 9);
    g_assert_cmpuint(second->len, ==, 1); /* once, though two share it */
    const Delivery *promoted = second->pdata[0];
    g_assert_cmpint(promoted->state, ==, DELIVERY_CLAIMED);
    g_assert_cmpint(promoted->id, ==, 2);
    g_assert_cmpstr(promoted->address, ==, "shared@" DOMAIN);
    g_assert_null(promoted->text);
    /* the one who left keeps the address for the report, and is not queued again with it */
    guint count = 99;
    g_assert_true(
        deliveries_retry(fixture->store, mailing, DELIVERY_SUPPRESSED, NOW, &count, &error));
    g_assert_cmpuint(count, ==, 0);
}

static gboolean
note_row(const Delivery *delivery, gpointer data, GError **error)
{
    (void)error;
    g_string_append_printf(data, "%.*s:%s:%u:%d:%s ", (int)strcspn(delivery->address, "@"),
                           delivery->address, delivery_state_text(delivery->state),
                           delivery->attempts, delivery->code,
                           delivery->text ? delivery->text : "-");
    return TRUE;
}

static void
assert_rows(Fixture *fixture, gint64 mailing, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) rows = g_string_new(NULL);
    deliveries_each(fixture->store, mailing, note_row, rows, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(rows->str, ==, expected);
}

static void
test_settle(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 1);
    gint64 mailing = add_mailing(fixture, MAILING_RUNNING);
    add_delivery(fixture, mailing, 1, "a", NOW);
    add_delivery(fixture, mailing, 1, "b", NOW);
    g_autoptr(GPtrArray) claimed = claim(fixture, NOW, 9);
    Delivery *a = claimed->pdata[0], *b = claimed->pdata[1];
    a->state = DELIVERY_SENT;
    a->attempts = 1;
    a->code = 250;
    a->text = g_strdup("ok");
    a->settled_at = NOW + 1;
    gboolean settled;
    g_assert_true(deliveries_settle(fixture->store, a, &settled, &error));
    g_assert_true(settled);
    a->state = DELIVERY_FAILED; /* what is settled stays so */
    g_assert_true(deliveries_settle(fixture->store, a, &settled, &error));
    g_assert_false(settled);
    b->state = DELIVERY_RETRY;
    b->attempts = 1;
    b->due = NOW + 300;
    g_assert_true(deliveries_settle(fixture->store, b, &settled, &error));
    g_assert_true(settled);
    assert_rows(fixture, mailing, "a:sent:1:250:ok b:retry:1:0:- ");
    assert_claim(fixture, NOW + 299, 9, "");
    assert_claim(fixture, NOW + 300, 9, "b");
}

/* a row that the relay refused before it was claimed */
static void
test_settle_unclaimed(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 1);
    gint64 mailing = add_mailing(fixture, MAILING_RUNNING);
    add_delivery(fixture, mailing, 1, "a", NOW);
    g_autoptr(GPtrArray) due =
        deliveries_due(fixture->store, DOMAIN, NOW, (DeliveryCursor){0}, 9, &error);
    g_assert_cmpuint(due->len, ==, 1);
    Delivery *refused = due->pdata[0];
    refused->state = DELIVERY_FAILED;
    refused->attempts = 1;
    refused->code = 550;
    gboolean settled;
    g_assert_true(deliveries_settle(fixture->store, refused, &settled, &error));
    g_assert_true(settled);
    assert_rows(fixture, mailing, "a:failed:1:550:- ");
}

/* what happened between reading a row and claiming it */
static void
test_claim_refused(void)
{
    static const char *const happenings[] = {
        "UPDATE mailing SET state = 'paused'",       "UPDATE mailing SET state = 'cancelled'",
        "UPDATE mailing SET not_after = 1600000000", "UPDATE delivery SET state = 'cancelled'",
        "UPDATE delivery SET state = 'sent'",        "UPDATE delivery SET state = 'claimed'",
    };
    for (guint i = 0; i < G_N_ELEMENTS(happenings); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Fixture) fixture = fixture_new();
        fixture_add_persons(fixture, 1);
        add_delivery(fixture, add_mailing(fixture, MAILING_RUNNING), 1, "a", NOW);
        g_autoptr(GPtrArray) due =
            deliveries_due(fixture->store, DOMAIN, NOW, (DeliveryCursor){0}, 9, &error);
        g_assert_cmpuint(due->len, ==, 1);
        fixture_run(fixture, happenings[i]);
        g_assert_true(deliveries_claim(fixture->store, due->pdata[0], NOW, &error));
        g_assert_cmpint(((Delivery *)due->pdata[0])->state, ==, DELIVERY_QUEUED);
        g_assert_cmpint(
            fixture_number(fixture, "SELECT count(*) FROM delivery WHERE claimed_at > 0"), ==, 0);
    }
}

static void
test_domains(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 1);
    gint64 mailing = add_mailing(fixture, MAILING_RUNNING);
    gint64 paused = add_mailing(fixture, MAILING_PAUSED);
    add_delivery(fixture, mailing, 1, "a", NOW);
    add_delivery(fixture, mailing, 1, "b@b.example", NOW); /* b@b.example@x.example */
    add_delivery(fixture, mailing, 1, "c", NOW + 9);
    add_delivery(fixture, paused, 1, "p", NOW);
    fixture_run(fixture, "UPDATE delivery SET key = 'b@b.example', address = key WHERE id = 2");
    fixture_run(fixture, "UPDATE delivery SET key = 'c@c.example', address = key WHERE id = 3");
    fixture_run(fixture, "UPDATE delivery SET key = 'd@d.example', address = key WHERE id = 4");
    g_autoptr(GPtrArray) domains = g_ptr_array_new_with_free_func(g_free);
    g_assert_true(deliveries_domains(fixture->store, NOW, 9, domains, &error));
    g_assert_cmpuint(domains->len, ==, 2);
    g_assert_cmpstr(domains->pdata[0], ==, "b.example");
    g_assert_cmpstr(domains->pdata[1], ==, DOMAIN);
    g_assert_true(deliveries_domains(fixture->store, NOW + 9, 2, domains, &error));
    g_assert_cmpuint(domains->len, ==, 4); /* two more: the limit */
    g_assert_cmpstr(domains->pdata[3], ==, "c.example");
}

static void
note_orphan(gint64 delivery, gint64 mailing, guint attempts, gpointer data)
{
    g_string_append_printf(data, "%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "/%u ", delivery, mailing,
                           attempts);
}

static void
test_recover(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 1);
    gint64 mailing = add_mailing(fixture, MAILING_RUNNING);
    add_delivery(fixture, mailing, 1, "a", NOW);
    add_delivery(fixture, mailing, 1, "b", NOW);
    fixture_run(fixture,
                "UPDATE delivery SET attempts = 2, state = 'retry', code = 451 WHERE name = 'N b'");
    assert_claim(fixture, NOW, 9, "a b");
    g_autoptr(GString) orphans = g_string_new(NULL);
    g_assert_true(deliveries_recover(fixture->store, DELIVERY_RETRY, NOW + 5, "died", note_orphan,
                                     orphans, &error));
    g_assert_cmpstr(orphans->str, ==, "1/1/1 2/1/3 ");
    assert_rows(fixture, mailing, "a:retry:1:0:died b:retry:3:0:died ");
    assert_claim(fixture, NOW + 4, 9, "");
    assert_claim(fixture, NOW + 5, 9, "a b");
    g_assert_true(deliveries_recover(fixture->store, DELIVERY_UNKNOWN, NOW + 6, "died", note_orphan,
                                     orphans, &error));
    assert_rows(fixture, mailing, "a:unknown:2:0:died b:unknown:4:0:died ");
    assert_claim(fixture, NOW + 9, 9, "");
}

static void
test_pull_in(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 1);
    gint64 mailing = add_mailing(fixture, MAILING_RUNNING);
    add_delivery(fixture, mailing, 1, "soon", NOW + 99);
    add_delivery(fixture, mailing, 1, "far", NOW + 101);
    add_delivery(fixture, mailing, 1, "meant",
                 NOW + 101); /* queued: for a time that somebody chose */
    fixture_run(fixture, "UPDATE delivery SET state = 'retry' WHERE name <> 'N meant'");
    g_assert_true(deliveries_pull_in(fixture->store, NOW + 100, NOW, &error));
    assert_claim(fixture, NOW, 9, "far");
}

static void
note_claimed(const char *domain, gint64 claimed_at, gpointer data)
{
    g_string_append_printf(data, "%s:%d ", domain, (int)(claimed_at - NOW));
}

static void
test_each_claimed(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 1);
    gint64 mailing = add_mailing(fixture, MAILING_RUNNING);
    for (gint64 i = 0; i < 3; i++) {
        g_autofree char *local = g_strdup_printf("p%d", (int)i);
        add_delivery(fixture, mailing, 1, local, NOW + 20 - i);
        g_autoptr(GPtrArray) claimed = claim(fixture, NOW + 20 + i, 9);
        g_assert_cmpuint(claimed->len, ==, 1);
    }
    g_autoptr(GString) found = g_string_new(NULL);
    deliveries_each_claimed(fixture->store, NOW + 21, note_claimed, found, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(found->str, ==, DOMAIN ":21 " DOMAIN ":22 ");
}

static void
test_missed_and_cancelled(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 1);
    gint64 mailing = add_mailing(fixture, MAILING_RUNNING);
    gint64 draft = add_mailing(fixture, MAILING_DRAFT);
    gint64 cancelled = add_mailing(fixture, MAILING_CANCELLED);
    add_delivery(fixture, mailing, 1, "a", NOW);
    add_delivery(fixture, mailing, 1, "b", NOW);
    add_delivery(fixture, draft, 1, "a", NOW);
    add_delivery(fixture, cancelled, 1, "a", NOW);
    fixture_run(fixture, "UPDATE delivery SET text = 'greylisted', code = 451, state = 'retry'"
                         " WHERE name = 'N b'");
    guint count;
    g_assert_true(deliveries_miss(fixture->store, NOT_AFTER - 1, &count, &error));
    g_assert_cmpuint(count, ==, 0);
    g_assert_true(deliveries_miss(fixture->store, NOT_AFTER, &count, &error));
    g_assert_cmpuint(count, ==, 2);
    assert_rows(fixture, mailing,
                "a:missed:0:0:not sent before the end of the mailing b:missed:0:451:greylisted ");
    assert_rows(fixture, draft, "a:queued:0:0:- ");
    g_assert_true(deliveries_cancel(fixture->store, NOW, &count, &error));
    g_assert_cmpuint(count, ==, 1);
    assert_rows(fixture, cancelled, "a:cancelled:0:0:- ");

    g_assert_true(deliveries_retry(fixture->store, mailing, DELIVERY_MISSED, NOW, &count, &error));
    g_assert_cmpuint(count, ==, 2);
    assert_claim(fixture, NOW, 9, "a b");
}

static void
test_mailings(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    gint64 first = add_mailing(fixture, MAILING_DRAFT);
    gint64 second = add_mailing(fixture, MAILING_DRAFT);
    add_delivery(fixture, first, 1, "a", NOW);
    gboolean changed;
    g_assert_true(
        mailings_move(fixture->store, second, MAILING_RUNNING, MAILING_PAUSED, &changed, &error));
    g_assert_false(changed);
    g_assert_true(
        mailings_move(fixture->store, second, MAILING_DRAFT, MAILING_RUNNING, &changed, &error));
    g_assert_true(changed);
    g_assert_true(mailings_delete_draft(fixture->store, second, &changed, &error));
    g_assert_false(changed);
    g_autoptr(GPtrArray) all = mailings_all(fixture->store, &error);
    g_assert_cmpuint(all->len, ==, 2);
    g_assert_cmpint(((Mailing *)all->pdata[0])->id, ==, second);
    g_assert_cmpint(((Mailing *)all->pdata[0])->state, ==, MAILING_RUNNING);

    g_assert_true(mailings_delete_drafts_before(fixture->store, NOW, &error));
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM mailing"), ==, 2);
    g_assert_true(mailings_delete_drafts_before(fixture->store, NOW + 1, &error));
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM mailing"), ==, 1);
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM delivery"), ==, 0);
    g_assert_null(mailings_get(fixture->store, first, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/deliveries/order", test_order);
    g_test_add_func("/deliveries/withheld", test_withheld);
    g_test_add_func("/deliveries/shared-address", test_shared_address);
    g_test_add_func("/deliveries/settle", test_settle);
    g_test_add_func("/deliveries/settle-unclaimed", test_settle_unclaimed);
    g_test_add_func("/deliveries/claim-refused", test_claim_refused);
    g_test_add_func("/deliveries/domains", test_domains);
    g_test_add_func("/deliveries/recover", test_recover);
    g_test_add_func("/deliveries/pull-in", test_pull_in);
    g_test_add_func("/deliveries/each-claimed", test_each_claimed);
    g_test_add_func("/deliveries/missed-and-cancelled", test_missed_and_cancelled);
    g_test_add_func("/deliveries/mailings", test_mailings);
    return g_test_run();
}
