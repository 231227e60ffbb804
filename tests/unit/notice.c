/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailing: who is told when of a mailing that is done or stuck, and in which words */
#include "mailing/notice.h"
#include "../lib/fixture.h"
#include "base/error.h"
#include "mailing/control.h"
#include "mailing/held.h"
#include "mailing/notice_text.h"
#include "store/events.h"
#include "store/relay_fault.h"
#include "store/suppressions.h"

#include <string.h>

#define NOW    FIXTURE_NOW
#define HOUR_S 3600

static void
test_kind(void)
{
    static const struct {
        gboolean open, held;
        gint64 open_for, fault_for; /* seconds; fault 0: none */
        NoticeKind kind;
    } rows[] = {
        {FALSE, FALSE, 0, 0, NOTICE_DONE},
        {FALSE, FALSE, 9 * 24 * HOUR_S, 9 * 24 * HOUR_S, NOTICE_DONE},
        {TRUE, FALSE, 9 * 24 * HOUR_S, 0, NOTICE_NONE},
        {TRUE, TRUE, 0, 0, NOTICE_STUCK},
        {TRUE, FALSE, 24 * HOUR_S, 24 * HOUR_S, NOTICE_STUCK},
        {TRUE, FALSE, 24 * HOUR_S - 1, 48 * HOUR_S, NOTICE_NONE},
        {TRUE, FALSE, 48 * HOUR_S, 24 * HOUR_S - 1, NOTICE_NONE},
        {TRUE, FALSE, -HOUR_S, 48 * HOUR_S, NOTICE_NONE}, /* it is to go out later */
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Notice notice = {.open = rows[i].open, .open_at = NOW - rows[i].open_for};
        gint64 since = rows[i].fault_for ? NOW - rows[i].fault_for : 0;
        g_assert_cmpint(notice_kind(&notice, rows[i].held, since, NOW), ==, rows[i].kind);
    }
}

static void
test_contact(void)
{
    static const char *const rows[][2] = {
        {NULL, NULL},
        {"", NULL},
        {"Anna Müller\nTelefon 0621 1234", NULL},
        {"anna@netz.example", "anna@netz.example"},
        {"Anna Müller\nanna@netz.example\nbert@netz.example", "anna@netz.example"},
        {"Schreiben Sie an anna@netz.example.", "anna@netz.example"},
        {"Anna Müller <anna@netz.example>, Bert", "anna@netz.example"},
        {"mailto:anna@netz.example", "anna@netz.example"},
        {"E-Mail:\tanna@B\303\274cher.example;", "anna@xn--bcher-kva.example"},
        {"@netz anna@ a@b (at) bert@netz.example", "bert@netz.example"},
        {"anna@netz.example\r\nRCPT TO:<evil@x.example>", "evil@x.example"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *found = notice_contact(rows[i][0]);
        g_assert_cmpstr(found, ==, rows[i][1]);
    }
}

static GPtrArray *
make_held(const char *domain)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)held_free);
    Held *held = g_new0(Held, 1);
    held->hold = g_new0(Hold, 1);
    held->hold->domain = g_strdup(domain);
    held->hold->since = NOW;
    held->hold->until = NOW + HOUR_S;
    held->hold->code = 554;
    held->hold->text = g_strdup("blocked\n{{title}}");
    held->waiting = 7;
    g_ptr_array_add(all, held);
    return all;
}

static void
test_words(void)
{
    static const struct {
        const char *language;
        NoticeKind kind;
        gboolean cancelled, fault;
        const char *subject;
        const char *parts[6]; /* of the text, in this order */
    } rows[] = {
        {"de",
         NOTICE_DONE,
         FALSE,
         FALSE,
         "Fertig: Einladung zu „Fachtagung Bildung“",
         {"Die Einladung zu „Fachtagung Bildung“\nist fertig:\n\n  41 verschickt\n  2 "
          "fehlgeschlagen\n"
          "  1 ungewiss: vielleicht angekommen\n  44 zusammen\n\n",
          "    rundruf mailing retry 7 --state unknown\n", "    rundruf mailing retry 7\n",
          "    rundruf mailing report 7\n"}},
        {"en",
         NOTICE_DONE,
         TRUE,
         FALSE,
         "Done: cancellation of “Fachtagung Bildung”",
         {"The cancellation of “Fachtagung Bildung”\nis done:\n\n  41 sent\n  2 failed\n",
          "  44 in all\n", "report 7\n"}},
        {"de",
         NOTICE_STUCK,
         FALSE,
         TRUE,
         "Stockt: Einladung zu „Fachtagung Bildung“",
         {"kommt nicht voran.", "seit 2020-09-12 14:26 nichts an: 421 go away\n",
          "gmx nimmt bis 2020-09-13 15:26 nichts von uns an; 7 warten darauf:\n554 blocked "
          "{{title}}\n",
          "lift gmx\n"}},
        {"en",
         NOTICE_STUCK,
         FALSE,
         FALSE,
         "Stuck: invitation to “Fachtagung Bildung”",
         {"does not get on.", "gmx takes nothing from us until 2020-09-13 15:26; 7 wait for it:\n",
          "lift gmx\n"}},
    };
    g_autoptr(Fixture) fixture = fixture_new();
    g_autoptr(GPtrArray) held = make_held("gmx");
    MailingReport report = {.recipients = 44};
    report.counts[DELIVERY_SENT] = 41;
    report.counts[DELIVERY_FAILED] = 2;
    report.counts[DELIVERY_UNKNOWN] = 1;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        char words[] = "go away";
        const RelayFault fault = {rows[i].fault ? NOW - 24 * HOUR_S : 0, 421, words};
        fixture->event->status = rows[i].cancelled ? EVENT_CANCELLED : EVENT_CONFIRMED;
        g_free(fixture->config->network_language);
        fixture->config->network_language = g_strdup(rows[i].language);
        const NoticeFacts facts = {rows[i].kind, 7, fixture->event, &report, held, &fault};
        g_autofree char *subject = NULL;
        g_autofree char *text = NULL;
        notice_text(fixture->config, &facts, &subject, &text, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(subject, ==, rows[i].subject);
        const char *rest = text;
        for (guint j = 0; rows[i].parts[j]; j++) {
            const char *found = strstr(rest, rows[i].parts[j]);
            if (!found)
                g_error("row %u: \"%s\" is not in:\n%s", i, rows[i].parts[j], rest);
            rest = found + strlen(rows[i].parts[j]);
        }
        g_assert_null(strstr(text, "\n\n\n"));
    }
}

/* A relay that takes what it gets, or not. */
typedef struct {
    Transport base;
    const TransportMessage *message;
    OutcomeKind kind;
    GString *seen; /* "recipient Message-ID-number; " of each message */
} Relay;

static void
give(Transport *transport, guint session, const TransportMessage *message)
{
    g_assert_cmpuint(session, ==, 0);
    ((Relay *)transport)->message = message;
}

static gboolean
end(Transport *transport, int wake, gint64 milliseconds, GArray *events, GError **error)
{
    (void)wake;
    (void)milliseconds;
    (void)error;
    Relay *relay = (Relay *)transport;
    const TransportMessage *message = relay->message;
    g_autofree char *content = g_strndup(message->content, message->length);
    g_assert_nonnull(strstr(content, "\r\nAuto-Submitted: auto-generated\r\n"));
    g_assert_nonnull(strstr(content, "\r\nSubject: "));
    const char *id = strstr(content, "Message-ID: <notice-1-1600000000-");
    g_assert_nonnull(id);
    g_string_append_printf(relay->seen, "%s %.1s%s; ", message->recipient,
                           id + strlen("Message-ID: <notice-1-1600000000-"),
                           strstr(content, "kommt nicht voran") ? " stuck" : "");
    TransportEvent event = {.kind = TRANSPORT_DONE, .message = message};
    event.outcome.kind = relay->kind;
    event.outcome.blame = relay->kind == OUTCOME_SENT ? BLAME_RECIPIENT : BLAME_RELAY;
    g_array_append_val(events, event);
    return TRUE;
}

static void
retry_failed(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    const RetryRequest request = {1, DELIVERY_FAILED, FALSE};
    const Deed deed = {"anna", NOW};
    guint count;
    mailing_retry(fixture->store, fixture->config, &request, &deed, &count, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(count, ==, 1);
}

static void
hold_koeln(Fixture *fixture)
{
    fixture_run(fixture, "INSERT INTO hold (domain, since, until, code, text)"
                         " VALUES ('koeln.example', 1600000000, 1700000000, 554, 'blocked')");
}

static void
lift_koeln(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    const Deed deed = {"anna", NOW};
    g_assert_true(mailing_lift(fixture->store, fixture->config, "Koeln.EXAMPLE", &deed, &error));
    g_assert_no_error(error);
}

static void
suppress_contact(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    char key[] = "anna@netz.example", purpose[] = "*";
    const Suppression row = {
        .key = key, .purpose = purpose, .reason = SUPPRESSION_OBJECTION, .author = (char *)"anna"};
    suppressions_add(fixture->store, &row, NULL, &error);
    g_assert_no_error(error);
}

/* One mailing's life: what happens, and what is said after it. */
static void
test_told(void)
{
    static const struct {
        gint64 after; /* seconds */
        void (*deed)(Fixture *fixture);
        const char *sql;
        OutcomeKind kind; /* of the notice */
        const char *said;
    } rows[] = {
        {0, NULL, NULL, OUTCOME_SENT, ""},
        {1, hold_koeln, NULL, OUTCOME_SENT, "anna@netz.example 1 stuck; "},
        {2, NULL, NULL, OUTCOME_SENT, ""},
        {3, lift_koeln, NULL, OUTCOME_SENT, ""},
        {4, hold_koeln, NULL, OUTCOME_SENT, "anna@netz.example 2 stuck; "},
        {5, NULL, "UPDATE delivery SET state = 'sent' WHERE id > 1", OUTCOME_SENT, ""},
        {6, NULL, "UPDATE delivery SET state = 'failed' WHERE id = 1", OUTCOME_TEMPORARY,
         "anna@netz.example 3; "},
        {NOTICE_RETRY_S + 5, NULL, NULL, OUTCOME_SENT, ""},
        {NOTICE_RETRY_S + 6, NULL, NULL, OUTCOME_SENT, "anna@netz.example 3; "},
        {NOTICE_RETRY_S + 7, NULL, NULL, OUTCOME_SENT, ""},
        /* over again before anybody looked */
        {NOTICE_RETRY_S + 8, retry_failed, "UPDATE delivery SET state = 'sent'", OUTCOME_SENT,
         "anna@netz.example 4; "},
        {NOTICE_RETRY_S + 9, lift_koeln, "UPDATE delivery SET state = 'retry' WHERE id = 1",
         OUTCOME_SENT, ""},
        {NOTICE_RETRY_S + 10, NULL,
         "INSERT INTO relay_fault VALUES (1, 1600000000, 421, 'go away')", OUTCOME_SENT, ""},
        {NOTICE_STUCK_S, NULL, NULL, OUTCOME_SENT, "anna@netz.example 5 stuck; "},
        {NOTICE_STUCK_S + 1, NULL, "UPDATE mailing SET state = 'paused'", OUTCOME_SENT, ""},
        {NOTICE_STUCK_S + 2, suppress_contact,
         "UPDATE mailing SET state = 'running'; UPDATE delivery SET state = 'missed' WHERE id = 1",
         OUTCOME_SENT, "rundruf@netz.example 6; "},
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 3);
    fixture->event->contact = g_strdup("Anna\nanna@netz.example");
    events_insert(fixture->store, fixture->event, &error);
    g_assert_no_error(error);
    fixture_invite(fixture);
    g_free(fixture->config->mailing_notify);
    fixture->config->mailing_notify = g_strdup("contact");
    g_autoptr(GString) seen = g_string_new(NULL);
    Relay relay = {.base = {.sessions = 1, .give = give, .turn = end}, .seen = seen};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].deed)
            rows[i].deed(fixture);
        g_auto(GStrv) statements = g_strsplit(rows[i].sql ? rows[i].sql : "", ";", -1);
        for (char **sql = statements; *sql; sql++)
            if (**sql)
                fixture_run(fixture, *sql);
        relay.kind = rows[i].kind;
        g_string_truncate(seen, 0);
        notice_send_due(fixture->store, fixture->config, &relay.base, NOW + rows[i].after);
        g_assert_cmpstr(seen->str, ==, rows[i].said);
    }
}

/* With "none" nothing is said, and nothing is made up for later. */
static void
test_none(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 1);
    fixture_invite(fixture);
    fixture_run(fixture, "UPDATE delivery SET state = 'sent'");
    g_autoptr(GString) seen = g_string_new(NULL);
    Relay relay = {.base = {.sessions = 1, .give = give, .turn = end}, .seen = seen};
    notice_send_due(fixture->store, fixture->config, &relay.base, NOW);
    g_free(fixture->config->mailing_notify);
    fixture->config->mailing_notify = g_strdup("contact");
    notice_send_due(fixture->store, fixture->config, &relay.base, NOW);
    g_assert_cmpstr(seen->str, ==, "");
}

static void
test_relay_fault(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    char first[] = "go away", second[] = "closed";
    const RelayFault faults[] = {{NOW, 421, first}, {NOW + 9, 0, second}};
    g_auto(RelayFault) found = {0};
    g_assert_true(relay_fault_read(fixture->store, &found, &error));
    g_assert_cmpint(found.since, ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(faults); i++)
        g_assert_true(relay_fault_note(fixture->store, &faults[i], &error));
    g_assert_true(relay_fault_read(fixture->store, &found, &error));
    g_assert_cmpint(found.since, ==, NOW);
    g_assert_cmpint(found.code, ==, 0);
    g_assert_cmpstr(found.text, ==, "closed");
    g_assert_true(relay_fault_end(fixture->store, &error));
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM relay_fault"), ==, 0);
}

static void
test_held(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 2);
    fixture_add_person(fixture, "Web", "web@web.de");
    fixture_add_person(fixture, "Gmx", "gmx@gmx.net");
    gint64 mailing = fixture_invite(fixture);
    fixture_run(fixture,
                "INSERT INTO hold (domain, since, until, code, text) VALUES"
                " ('gmx', 1, 1600000001, 554, 'no'), ('other.example', 1, 1600000001, 0, NULL),"
                " ('koeln.example', 1, 1600000000, 554, 'over')");
    g_autoptr(GPtrArray) all = held_all(fixture->store, fixture->config, NOW, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(all->len, ==, 2);
    g_assert_cmpuint(((Held *)all->pdata[0])->waiting, ==, 2);
    g_assert_cmpuint(((Held *)all->pdata[1])->waiting, ==, 0);
    g_autoptr(GPtrArray) of = held_of(fixture->store, fixture->config, mailing, NOW, &error);
    g_assert_cmpuint(of->len, ==, 1);
    g_assert_cmpstr(((Held *)of->pdata[0])->hold->domain, ==, "gmx");

    const Deed deed = {"anna", NOW};
    g_assert_true(mailing_lift(fixture->store, fixture->config, "web.de", &deed, &error));
    g_autofree char *journal =
        fixture_text(fixture, "SELECT actor || ' ' || deed || ' ' || object FROM journal"
                              " ORDER BY id DESC LIMIT 1");
    g_assert_cmpstr(journal, ==, "anna lift domain gmx");
    g_assert_false(mailing_lift(fixture->store, fixture->config, "web.de", &deed, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/notice/kind", test_kind);
    g_test_add_func("/notice/contact", test_contact);
    g_test_add_func("/notice/words", test_words);
    g_test_add_func("/notice/told", test_told);
    g_test_add_func("/notice/none", test_none);
    g_test_add_func("/notice/relay_fault", test_relay_fault);
    g_test_add_func("/notice/held", test_held);
    return g_test_run();
}
