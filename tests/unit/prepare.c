/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailing: freezing a filter, its refusals and remarks; what a coordinator may do afterwards;
 * reports */
#include "../lib/fixture.h"
#include "base/error.h"
#include "mailing/control.h"
#include "mailing/report.h"
#include "store/consents.h"
#include "store/deliveries.h"
#include "store/events.h"
#include "store/lists.h"
#include "store/suppressions.h"

#include <string.h>
#include <time.h>

#define NOW  FIXTURE_NOW
#define HOUR (60 * 60)
#define DAY  (24 * HOUR)

static const Deed deed = {"test", NOW};

static PrepareRequest
request_for(const Fixture *fixture)
{
    return (PrepareRequest){
        .event = fixture->event, .filter = "(sn=Person)", .actor = "test", .now = NOW};
}

static gboolean
note_row(const Value *row, gpointer data, GError **error)
{
    (void)error;
    const Value *address = value_get(row, "address"), *text = value_get(row, "text");
    g_string_append_printf(data, "%s <%s> %s: %s\n", value_text(value_get(row, "name")),
                           value_kind(address) == VALUE_TEXT ? value_text(address) : "",
                           value_text(value_get(row, "state")),
                           value_kind(text) == VALUE_TEXT ? value_text(text) : "-");
    return TRUE;
}

static char *
report_of(Fixture *fixture, gint64 mailing)
{
    g_autoptr(GError) error = NULL;
    GString *rows = g_string_new(NULL);
    report_each(fixture->store, mailing, NULL, note_row, rows, &error);
    g_assert_no_error(error);
    return g_string_free(rows, FALSE);
}

static void
suppress(Fixture *fixture, const char *key, const char *purpose)
{
    g_autoptr(GError) error = NULL;
    Suppression suppression = {.key = key, .purpose = purpose, .at = NOW, .author = "test"};
    suppressions_add(fixture->store, &suppression, NULL, &error);
    g_assert_no_error(error);
}

static void
test_recipients(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_person(fixture, "Anna", "anna@koeln.example");
    fixture_add_person(fixture, "Bernd", NULL);
    fixture_add_person(fixture, "Cem\r\nBcc: x@evil.example", "a@b>\r\nRCPT TO:<evil@x>");
    fixture_add_person(fixture, "Dora", "DORA@koeln.example");
    fixture_add_person(fixture, "Dora 2", "nonsense|dora@KOELN.example");
    fixture_add_person(fixture, "Emil", "emil@köln.example");
    fixture_add_person(fixture, "Frida", "frida@koeln.example");
    fixture_add_person(fixture, "Gina", "gina@koeln.example");
    fixture_add_person(fixture, "Nobody", "nobody@koeln.example");
    fixture_add_person(fixture, "Gina again", "Gina@koeln.example");
    suppress(fixture, "frida@koeln.example", "reminder");
    suppress(fixture, "gina@koeln.example", "*");

    g_auto(PreparedMailing) prepared = {0};
    PrepareRequest request = request_for(fixture);
    request.except = "(name=Nobody)";
    g_assert_true(mailing_prepare(fixture->store, fixture->config, &request, &prepared, &error));
    g_assert_no_error(error);
    g_autofree char *report = report_of(fixture, prepared.mailing);
    g_assert_cmpstr(
        report, ==,
        "Bernd <> failed: no mail address in the roster\n"
        "Cem Bcc: x@evil.example <> failed: \"a@b> RCPT TO:<evil@x>\" is no usable mail address: "
        "column 3: a domain is made of letters, digits, hyphens and dots, without blanks\n"
        "Dora 2 <> suppressed: same address as Dora\n"
        "Gina again <> suppressed: same address as Gina\n"
        "Anna <anna@koeln.example> queued: -\n"
        "Dora <DORA@koeln.example> queued: -\n"
        "Emil <emil@xn--kln-sna.example> queued: -\n"
        "Frida <frida@koeln.example> queued: -\n"
        "Gina <gina@koeln.example> suppressed: opted out\n");
    g_assert_cmpuint(prepared.recipients, ==, 9);
    g_assert_cmpuint(prepared.counts[DELIVERY_QUEUED], ==, 4);
    g_assert_cmpuint(prepared.counts[DELIVERY_FAILED], ==, 2);
    g_assert_cmpuint(prepared.counts[DELIVERY_SUPPRESSED], ==, 3);
    static const guint remarks[PREPARE_REMARKS] = {[PREPARE_NO_ADDRESS] = 1,
                                                   [PREPARE_BAD_ADDRESS] = 1,
                                                   [PREPARE_SUPPRESSED] = 1,
                                                   [PREPARE_DUPLICATE] = 2};
    g_assert_cmpmem(prepared.remarks, sizeof remarks, remarks, sizeof remarks);
    g_assert_cmpstr(prepared.names[0], ==, "Anna");
    g_assert_cmpstr(prepared.names[3], ==, "Frida");
    g_assert_null(prepared.names[4]);
    g_autofree char *filter = fixture_text(fixture, "SELECT filter FROM mailing");
    g_assert_cmpstr(filter, ==, "(&(sn=Person)(!(name=Nobody)))");
}

static void
test_list(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 7);
    suppress(fixture, "p2@koeln.example", "meetings");
    suppress(fixture, "p3@koeln.example", "invitation");
    List list = {.name = (char *)"all",
                 .title = (char *)"All",
                 .filter = (char *)"(sn=Person)",
                 .purpose = (char *)"meetings",
                 .basis = (char *)"e",
                 .sender = (char *)"n@netz.example"};
    g_auto(PreparedMailing) prepared = {0};
    PrepareRequest request = request_for(fixture);
    request.list = &list;
    g_assert_true(mailing_prepare(fixture->store, fixture->config, &request, &prepared, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(prepared.counts[DELIVERY_QUEUED], ==, 6);
    g_assert_cmpuint(prepared.counts[DELIVERY_SUPPRESSED], ==, 1);
    g_assert_cmpstr(prepared.names[PREPARE_NAMES_MAX - 1], ==, "Person 6");
    g_assert_null(prepared.names[PREPARE_NAMES_MAX]);
    g_autofree char *row =
        fixture_text(fixture, "SELECT list || purpose || sender || state FROM mailing");
    g_assert_cmpstr(row, ==, "allmeetingsn@netz.exampledraft");
}

static void
consent(Fixture *fixture, gint64 id, const char *purpose, gboolean given)
{
    g_autoptr(GError) error = NULL;
    static const char *const none[] = {NULL};
    Consent row = {.keys = none,
                   .purpose = purpose,
                   .given = given,
                   .at = NOW,
                   .proof = "Formular",
                   .author = "test"};
    memcpy(row.person, &id, sizeof id); /* as fixture_add_person() makes UUIDs */
    consents_add(fixture->store, &row, &error);
    g_assert_no_error(error);
}

/* a list on the basis of consent: per person, and for its purpose alone */
static void
test_consent(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_person(fixture, "Anna", "office@koeln.example");
    fixture_add_person(fixture, "Bernd", "office@koeln.example");
    fixture_add_person(fixture, "Cem", "cem@koeln.example");
    fixture_add_person(fixture, "Dora", "dora@koeln.example");
    fixture_add_person(fixture, "Emil", "emil@koeln.example");
    consent(fixture, 2, "news", TRUE);
    consent(fixture, 3, "invitation", TRUE);
    consent(fixture, 4, "news", TRUE);
    consent(fixture, 4, "news", FALSE);
    consent(fixture, 5, "news", TRUE);
    suppress(fixture, "emil@koeln.example", "*");
    List list = {.name = (char *)"all",
                 .title = (char *)"All",
                 .filter = (char *)"(sn=Person)",
                 .purpose = (char *)"news",
                 .basis = (char *)"a"};
    g_auto(PreparedMailing) prepared = {0};
    PrepareRequest request = request_for(fixture);
    request.list = &list;
    g_assert_true(mailing_prepare(fixture->store, fixture->config, &request, &prepared, &error));
    g_assert_no_error(error);
    g_autofree char *report = report_of(fixture, prepared.mailing);
    g_assert_cmpstr(report, ==,
                    "Anna <> suppressed: no consent\n"
                    "Cem <> suppressed: no consent\n"
                    "Dora <> suppressed: consent withdrawn\n"
                    "Emil <emil@koeln.example> suppressed: opted out\n"
                    "Bernd <office@koeln.example> queued: -\n");
    g_assert_cmpuint(prepared.remarks[PREPARE_SUPPRESSED], ==, 4);
}

static void
test_refusals(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 2);
    static const struct {
        const char *filter, *except;
        gint64 due, not_after;
        int code;
        const char *message;
    } rows[] = {
        {"", NULL, 0, 0, RUNDRUF_ERROR_INPUT, "filter:1:1:"},
        {"(nmae=x)", NULL, 0, 0, RUNDRUF_ERROR_INPUT, "filter:1:1:"},
        {"(name=*)", "(nmae=x)", 0, 0, RUNDRUF_ERROR_INPUT, "except:1:1:"},
        {"(name=*)", "(name=*", 0, 0, RUNDRUF_ERROR_INPUT, "except:1:"},
        {"(name=zz)", NULL, 0, 0, RUNDRUF_ERROR_NOT_FOUND, "(name=zz) selects nobody"},
        {"(name=*)", "(sn=Person)", 0, 0, RUNDRUF_ERROR_NOT_FOUND, "selects nobody"},
        {"(name=*)", NULL, NOW + 61 * DAY, 0, RUNDRUF_ERROR_HELD, "--allow-past"},
        {"(name=*)", NULL, 0, NOW, RUNDRUF_ERROR_INPUT, "end before it begins"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        PreparedMailing prepared = {.mailing = 77};
        PrepareRequest request = request_for(fixture);
        request.filter = rows[i].filter;
        request.except = rows[i].except;
        request.due = rows[i].due;
        request.not_after = rows[i].not_after;
        g_assert_false(
            mailing_prepare(fixture->store, fixture->config, &request, &prepared, &error));
        g_assert_error(error, RUNDRUF_ERROR, rows[i].code);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, rows[i].message));
        g_assert_cmpint(prepared.mailing, ==, 77);
        g_assert_false(store_in_transaction(fixture->store));
    }
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM mailing"), ==, 0);
}

static void
test_not_after(void)
{
    static const Event event = {.name = (char *)"e", .starts_at = 1000, .ends_at = 2000};
    static const struct {
        gint64 from, lifetime;
        gboolean allow_past;
        gint64 not_after; /* 0: held */
    } rows[] = {
        {0, 500, FALSE, 500},     {0, 5000, FALSE, 1000},   {999, 500, FALSE, 1000},
        {1000, 500, FALSE, 1500}, {1900, 500, FALSE, 2000}, {2000, 500, FALSE, 0},
        {2000, 500, TRUE, 2500},  {0, 5000, TRUE, 1000},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        gint64 not_after = 0;
        gboolean good = mailing_not_after(&event, rows[i].from, rows[i].lifetime,
                                          rows[i].allow_past, &not_after, &error);
        g_assert_cmpint(good, ==, rows[i].not_after != 0);
        g_assert_cmpint(not_after, ==, rows[i].not_after);
        if (!good)
            g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD);
    }
}

static void
test_dry_run_and_discard(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 3);
    g_auto(PreparedMailing) tried = {0}, prepared = {0};
    PrepareRequest request = request_for(fixture);
    request.dry_run = TRUE;
    g_assert_true(mailing_prepare(fixture->store, fixture->config, &request, &tried, &error));
    g_assert_cmpint(tried.mailing, ==, 0);
    g_assert_cmpuint(tried.recipients, ==, 3);
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM delivery"), ==, 0);

    request.dry_run = FALSE;
    g_assert_true(mailing_prepare(fixture->store, fixture->config, &request, &prepared, &error));
    g_assert_true(mailing_discard(fixture->store, prepared.mailing, &error));
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM delivery"), ==, 0);
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM journal"), ==, 0);

    /* a draft that a crash left is gone a day later */
    prepared_mailing_clear(&prepared);
    g_assert_true(mailing_prepare(fixture->store, fixture->config, &request, &prepared, &error));
    prepared_mailing_clear(&prepared);
    request.now += DAY + 1;
    g_assert_true(mailing_prepare(fixture->store, fixture->config, &request, &prepared, &error));
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM mailing"), ==, 1);
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM delivery"), ==, 3);
}

static void
test_repeated(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 3);
    gint64 first = fixture_invite(fixture);
    fixture_run(fixture, "UPDATE delivery SET state = 'failed' WHERE key = 'p2@koeln.example'");
    fixture_add_person(fixture, "New", "new@koeln.example");
    g_auto(PreparedMailing) again = {0}, changed = {0};
    PrepareRequest request = request_for(fixture);
    g_assert_true(mailing_prepare(fixture->store, fixture->config, &request, &again, &error));
    g_assert_cmpuint(again.remarks[PREPARE_REPEATED], ==, 2);
    g_assert_cmpint(again.repeated_in, ==, first);

    /* the next version of the event is news to everybody */
    g_autoptr(Event) next = event_copy(fixture->event);
    g_assert_true(events_insert(fixture->store, next, &error));
    request.event = next;
    g_assert_true(mailing_prepare(fixture->store, fixture->config, &request, &changed, &error));
    g_assert_cmpuint(changed.remarks[PREPARE_REPEATED], ==, 0);
}

static void
test_control(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 2);
    gint64 id = fixture_invite(fixture);
    guint count;
    g_assert_false(mailing_confirm(fixture->store, id, &deed, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    g_clear_error(&error);
    g_assert_false(mailing_discard(fixture->store, id, &error));
    g_clear_error(&error);
    g_assert_false(mailing_resume(fixture->store, id, &deed, &error));
    g_assert_cmpstr(error->message, ==, "mailing 1 is running: it cannot be resumed");
    g_clear_error(&error);
    g_assert_true(mailing_pause(fixture->store, id, &deed, &error));
    g_assert_true(mailing_resume(fixture->store, id, &deed, &error));
    g_assert_true(mailing_pause(fixture->store, id, &deed, &error));
    g_assert_true(mailing_cancel(fixture->store, id, &deed, &count, &error));
    g_assert_cmpuint(count, ==, 2);
    g_assert_false(mailing_cancel(fixture->store, id, &deed, &count, &error));
    g_clear_error(&error);
    g_assert_false(mailing_pause(fixture->store, 99, &deed, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
    g_autofree char *journal = fixture_text(
        fixture, "SELECT group_concat(deed || '/' || object || '/' || coalesce(detail, ''), ';')"
                 " FROM journal");
    g_assert_cmpstr(journal, ==,
                    "invite/mailing 1/event mannheim-2020 version 0, (sn=Person), 2 to send;"
                    "pause/mailing 1/;resume/mailing 1/;pause/mailing 1/;"
                    "cancel/mailing 1/2 not sent");
}

static void
test_retry(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 3);
    fixture_add_person(fixture, "No mail", NULL);
    gint64 id = fixture_invite(fixture);
    fixture_run(fixture, "UPDATE delivery SET state = 'failed' WHERE key IN"
                         " ('p1@koeln.example', 'p2@koeln.example')");
    guint count = 9;
    RetryRequest request = {.mailing = id, .state = DELIVERY_SENT};
    g_assert_false(mailing_retry(fixture->store, fixture->config, &request, &deed, &count, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    g_clear_error(&error);
    request.state = DELIVERY_UNKNOWN;
    g_assert_true(mailing_retry(fixture->store, fixture->config, &request, &deed, &count, &error));
    g_assert_cmpuint(count, ==, 0);
    request.state = DELIVERY_FAILED;
    g_assert_true(mailing_retry(fixture->store, fixture->config, &request, &deed, &count, &error));
    g_assert_cmpuint(count, ==, 2);
    MailingReport report;
    g_assert_true(report_read(fixture->store, id, &report, &error));
    g_assert_cmpuint(report.counts[DELIVERY_QUEUED], ==, 3);
    g_assert_cmpuint(report.counts[DELIVERY_FAILED], ==, 1);
    g_assert_cmpuint(report.recipients, ==, 4);
    g_assert_cmpuint(report.open, ==, 3);

    /* its time is up: it gets a new one, unless the event is over */
    fixture_run(fixture, "UPDATE mailing SET not_after = 1600000100");
    fixture_run(fixture, "UPDATE delivery SET state = 'missed' WHERE state = 'queued'");
    request.state = DELIVERY_MISSED;
    Deed later = {"test", NOW + 2 * DAY}, past = {"test", NOW + 61 * DAY};
    g_assert_false(mailing_retry(fixture->store, fixture->config, &request, &past, &count, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD);
    g_clear_error(&error);
    g_assert_true(mailing_retry(fixture->store, fixture->config, &request, &later, &count, &error));
    g_assert_cmpuint(count, ==, 3);
    g_assert_cmpint(fixture_number(fixture, "SELECT not_after FROM mailing"), ==,
                    later.now + fixture->config->mailing_lifetime);
    g_assert_false(report_read(fixture->store, 99, &report, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
}

static void
test_report(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 1);
    gint64 id = fixture_invite(fixture);
    MailingReport report;
    g_assert_true(report_read(fixture->store, id, &report, &error));
    g_autoptr(Value) value = report_to_value(&report);
    g_assert_cmpint(value_int(value_get(value, "recipients")), ==, 1);
    g_assert_cmpint(value_int(value_get(value, "done")), ==, 0);
    g_assert_cmpint(value_int(value_get(value, "queued")), ==, 1);
}

/* what a list must have before anything goes to it, and how fresh the roster must be */
static void
test_held(void)
{
    static const struct {
        const char *basis;
        gint64 max_members;
        const char *said; /* NULL: not held */
    } lists[] = {
        {NULL, 0, "list set all --basis e"},
        {NULL, 9, "list set all --basis e"},
        {"e", 2, "list set all --max-members 3"},
        {"a", 3, NULL},
        {"f", 0, NULL},
    };
    static const struct {
        gint64 synced_at, max_age;
        const char *said;
    } rosters[] = {
        {0, 3600, "never brought in step"},
        {FIXTURE_NOW - 3601, 3600, "1 hour ago"},
        {FIXTURE_NOW - 7200, 3600, "2 hours ago"},
        {FIXTURE_NOW - 3600, 3600, NULL},
        {FIXTURE_NOW + 5, 3600, NULL}, /* a clock that was set back */
    };
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 3);
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(PreparedMailing) prepared = {0};
        List list = {.name = (char *)"all",
                     .title = (char *)"All",
                     .filter = (char *)"(sn=Person)",
                     .purpose = (char *)"meetings",
                     .basis = (char *)lists[i].basis,
                     .max_members = lists[i].max_members};
        PrepareRequest request = request_for(fixture);
        request.list = &list;
        gboolean done =
            mailing_prepare(fixture->store, fixture->config, &request, &prepared, &error);
        g_assert_true(done == !lists[i].said);
        if (lists[i].said) {
            g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD);
            g_assert_nonnull(strstr(error->message, lists[i].said));
        }
    }
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM mailing"), ==, 2);
    for (guint i = 0; i < G_N_ELEMENTS(rosters); i++) {
        g_autoptr(GError) error = NULL;
        gboolean good =
            mailing_check_roster(rosters[i].synced_at, rosters[i].max_age, FIXTURE_NOW, &error);
        g_assert_true(good == !rosters[i].said);
        if (rosters[i].said) {
            g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD);
            g_assert_nonnull(strstr(error->message, rosters[i].said));
        }
    }
}

static void
test_space(void)
{
    static const struct {
        const char *path;
        gint64 min_free; /* MiB */
        gboolean good;
    } disks[] = {
        {"/", 0, TRUE},
        {"/", G_MAXINT64, FALSE},
        {"/nowhere", G_MAXINT64, TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(disks); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_true(mailing_check_space(disks[i].path, disks[i].min_free, &error) ==
                      disks[i].good);
        if (disks[i].good)
            continue;
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD);
        g_assert_nonnull(strstr(error->message, "make room"));
    }
}

/* 100,000 persons: time and memory are printed; run with -m perf */
static void
test_many(void)
{
    if (!g_test_perf()) {
        g_test_skip("a measurement: run with -m perf");
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 100000);
    g_auto(PreparedMailing) prepared = {0};
    PrepareRequest request = request_for(fixture);
    clock_t before = clock();
    g_test_timer_start();
    g_assert_true(mailing_prepare(fixture->store, fixture->config, &request, &prepared, &error));
    g_test_message("%.2f s of processor time", (double)(clock() - before) / CLOCKS_PER_SEC);
    double seconds = g_test_timer_elapsed();
    g_test_minimized_result(seconds, "prepare of 100,000 deliveries: %.2f s", seconds);
    g_assert_cmpuint(prepared.counts[DELIVERY_QUEUED], ==, 100000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/prepare/recipients", test_recipients);
    g_test_add_func("/prepare/list", test_list);
    g_test_add_func("/prepare/consent", test_consent);
    g_test_add_func("/prepare/refusals", test_refusals);
    g_test_add_func("/prepare/not-after", test_not_after);
    g_test_add_func("/prepare/dry-run-and-discard", test_dry_run_and_discard);
    g_test_add_func("/prepare/repeated", test_repeated);
    g_test_add_func("/prepare/held", test_held);
    g_test_add_func("/prepare/space", test_space);
    g_test_add_func("/control/states", test_control);
    g_test_add_func("/control/retry", test_retry);
    g_test_add_func("/report/value", test_report);
    g_test_add_func("/prepare/many", test_many);
    return g_test_run();
}
