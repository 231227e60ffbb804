/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailing: the sender, on a transport that does as it is told: outcomes, faults of the relay, what
 * happens meanwhile, stopping, one sender at a time; and that it may be stopped at each step */
#include "mailing/send.h"
#include "../lib/fixture.h"
#include "base/error.h"
#include "base/lock.h"
#include "mailing/control.h"
#include "mailing/report.h"
#include "mailing/settle.h"
#include "store/deliveries.h"
#include "store/suppressions.h"

#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW FIXTURE_NOW

/* One run's world; callbacks of the sender have no other way to it. Time passes only where the sender
 * waits for it. */
static struct {
    _Atomic gint64 now, milliseconds;
    _Atomic guint steps;
    guint crash_at; /* the process ends at that step; 0: never */
    GString *waits;
} world;

static void
step(void)
{
    if (++world.steps == world.crash_at)
        _exit(9);
}

static gint64
tell_time(void)
{
    step();
    return world.now;
}

static gint64
tell_milliseconds(void)
{
    return world.milliseconds;
}

/* What the fake relay answers: the first row whose recipient (NULL: any) fits; `times` counts down.
 */
typedef struct {
    const char *recipient;
    OutcomeKind kind;
    int code;
    OutcomeBlame blame;
    int times;
    void (*before)(Fixture *fixture); /* something that happens meanwhile */
    gboolean early;                   /* at RCPT, without READY */
} Answer;

#define SESSIONS 2

typedef struct {
    const TransportMessage *message;
    gboolean ready, gone, dropped;
} FakeSession;

typedef struct {
    Transport base;
    Fixture *fixture;
    Answer *answers;
    guint idle; /* turns that found nothing to do, and were not to wait */
    int log;    /* a line for each message: its name and Message-ID; -1: none */
    guint count;
    gint64
        end; /* a wait that passes this time, in milliseconds, ends the run: it never comes back */
    FakeSession at[SESSIONS];
} Fake;

static void
write_log(Fake *fake, const TransportMessage *message)
{
    if (fake->log < 0)
        return;
    const char *id = g_strstr_len(message->content, (gssize)message->length, "Message-ID: ");
    g_assert_nonnull(id);
    g_autofree char *line = g_strdup_printf("%s %.*s\n", message->name, (int)strcspn(id, "\r"), id);
    g_assert_cmpint(write(fake->log, line, strlen(line)), ==, (gssize)strlen(line));
}

static gboolean
fake_wants(Transport *transport, guint session)
{
    return !((Fake *)transport)->at[session].message;
}

static void
fake_give(Transport *transport, guint session, const TransportMessage *message)
{
    Fake *fake = (Fake *)transport;
    step();
    g_assert_null(fake->at[session].message);
    fake->at[session] = (FakeSession){.message = message};
}

static void
fake_go(Transport *transport, guint session)
{
    Fake *fake = (Fake *)transport;
    step();
    g_assert_true(fake->at[session].ready);
    fake->at[session].gone = TRUE;
    write_log(fake, fake->at[session].message);
    fake->count++;
}

static void
fake_drop(Transport *transport, guint session)
{
    Fake *fake = (Fake *)transport;
    g_assert_true(fake->at[session].ready);
    g_assert_false(fake->at[session].gone);
    fake->at[session].dropped = TRUE;
}

static const Answer *
find_answer(Fake *fake, const char *recipient, gboolean early)
{
    for (Answer *answer = fake->answers; answer && answer->times; answer++) {
        if (answer->times < 0 || answer->early != early ||
            (answer->recipient && strcmp(answer->recipient, recipient) != 0))
            continue;
        if (--answer->times == 0)
            answer->times = -1;
        return answer;
    }
    return NULL;
}

static void
end_message(Fake *fake, guint session, const Answer *answer, GArray *events)
{
    const TransportMessage *message = fake->at[session].message;
    TransportEvent event = {TRANSPORT_DONE, session, message, {0}};
    event.outcome.kind = answer ? answer->kind : OUTCOME_SENT;
    event.outcome.code = answer ? answer->code : 250;
    event.outcome.blame = answer ? answer->blame : BLAME_RECIPIENT;
    event.outcome.text = g_strdup_printf("reply to %s", message->recipient);
    if (answer && answer->before)
        answer->before(fake->fixture);
    fake->at[session].message = NULL;
    g_array_append_val(events, event);
}

static void
advance(Fake *fake, guint session, GArray *events)
{
    FakeSession *at = &fake->at[session];
    if (!at->message)
        return;
    if (at->dropped) {
        TransportEvent event = {TRANSPORT_DONE, session, at->message, {.kind = OUTCOME_UNTRIED}};
        at->message = NULL;
        g_array_append_val(events, event);
        return;
    }
    const Answer *early = at->ready ? NULL : find_answer(fake, at->message->recipient, TRUE);
    if (at->gone || early) {
        end_message(fake, session, early ? early : find_answer(fake, at->message->recipient, FALSE),
                    events);
    } else if (!at->ready) {
        at->ready = TRUE;
        TransportEvent event = {TRANSPORT_READY, session, at->message, {0}};
        g_array_append_val(events, event);
    }
}

/* Nothing to do, and nobody speaks: the time passes. */
static void
pass_time(int wake, gint64 milliseconds)
{
    struct pollfd fd = {.fd = wake, .events = POLLIN};
    if (poll(&fd, 1, 30) != 0)
        return;
    g_string_append_printf(world.waits, "%" G_GINT64_FORMAT " ", milliseconds / 1000);
    world.milliseconds += milliseconds;
    world.now += milliseconds / 1000;
}

static gboolean
fake_turn(Transport *transport, int wake, gint64 milliseconds, GArray *events, GError **error)
{
    Fake *fake = (Fake *)transport;
    step();
    for (guint session = 0; session < SESSIONS; session++)
        advance(fake, session, events);
    if (events->len == 0 && milliseconds > 0)
        pass_time(wake, milliseconds);
    else if (events->len == 0)
        fake->idle++;
    if (!fake->end || world.milliseconds < fake->end)
        return TRUE;
    g_set_error_literal(error, RUNDRUF_ERROR, RUNDRUF_ERROR_TRANSPORT, "the end");
    return FALSE;
}

static void
note_progress(const SendSummary *summary, gpointer data)
{
    (void)summary;
    (void)data;
    step();
}

/* A run with a fresh sender; one that watches ends at fake->end. */
static void
run(Fixture *fixture, Fake *fake, gboolean watch, SendSummary *summary)
{
    g_autoptr(GError) error = NULL;
    static const guint8 master[32] = {1};
    g_autoptr(TokenKeys) keys = token_keys_new(master, sizeof master);
    g_autoptr(Composer) composer = composer_new(fixture->config, keys, &error);
    g_assert_no_error(error);
    SendOptions options = {.watch = watch,
                           .actor = "test",
                           .now = tell_time,
                           .milliseconds = tell_milliseconds,
                           .progress = note_progress};
    fake->base = (Transport){.sessions = SESSIONS,
                             .wants = fake_wants,
                             .give = fake_give,
                             .go = fake_go,
                             .drop = fake_drop,
                             .turn = fake_turn};
    memset(fake->at, 0, sizeof fake->at);
    fake->fixture = fixture;
    send_summary_clear(summary);
    *summary = (SendSummary){0};
    gboolean good =
        send_run(fixture->store, fixture->config, composer, &fake->base, &options, summary, &error);
    if (fake->end)
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_TRANSPORT);
    else
        g_assert_no_error(error);
    g_assert_true(good == !fake->end);
    g_assert_cmpuint(fake->idle, ==, 0);
}

static Fixture *
setup(guint persons)
{
    if (world.waits)
        g_string_free(world.waits, TRUE);
    memset(&world, 0, sizeof world);
    world.now = NOW;
    world.waits = g_string_new(NULL);
    Fixture *fixture = fixture_new();
    fixture_add_persons(fixture, persons);
    fixture_invite(fixture);
    return fixture;
}

static gboolean
note_row(const Value *row, gpointer data, GError **error)
{
    (void)error;
    g_string_append_printf(data, "%s/%d ", value_text(value_get(row, "state")),
                           (int)value_int(value_get(row, "attempts")));
    return TRUE;
}

/* "state/attempts" of each row, and that the sums are right */
static char *
states_of(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    GString *states = g_string_new(NULL);
    report_each(fixture->store, 1, NULL, note_row, states, &error);
    g_assert_no_error(error);
    MailingReport report;
    report_read(fixture->store, 1, &report, &error);
    g_assert_no_error(error);
    g_assert_cmpint(report.recipients, ==, fixture->last_person);
    return g_string_free(states, FALSE);
}

static void
assert_states(Fixture *fixture, const char *expected)
{
    g_autofree char *states = states_of(fixture);
    g_assert_cmpstr(states, ==, expected);
}

static void
test_settle(void)
{
    static const struct {
        OutcomeKind kind;
        OutcomeBlame blame;
        UnknownPolicy policy;
        guint attempts;
        gint64 not_after; /* after now */
        DeliveryState state;
        guint attempts_then;
        gint64 due; /* after now */
    } rows[] = {
        {OUTCOME_SENT, 0, 0, 0, 9999, DELIVERY_SENT, 1, 0},
        {OUTCOME_SENT, BLAME_RELAY, 0, 0, 9999, DELIVERY_SENT, 1, 0},
        {OUTCOME_PERMANENT, 0, 0, 2, 9999, DELIVERY_FAILED, 3, 0},
        {OUTCOME_UNKNOWN, 0, UNKNOWN_ASK, 0, 9999, DELIVERY_UNKNOWN, 1, 0},
        {OUTCOME_UNKNOWN, BLAME_RELAY, UNKNOWN_SKIP, 0, 9999, DELIVERY_UNKNOWN, 1, 0},
        {OUTCOME_UNKNOWN, BLAME_RELAY, UNKNOWN_RESEND, 0, 9999, DELIVERY_RETRY, 1, 300},
        {OUTCOME_UNKNOWN, BLAME_RELAY, UNKNOWN_RESEND, 0, 300, DELIVERY_UNKNOWN, 1, 0},
        {OUTCOME_TEMPORARY, 0, 0, 0, 9999, DELIVERY_RETRY, 1, 300},
        {OUTCOME_TEMPORARY, 0, 0, 1, 9999, DELIVERY_RETRY, 2, 900},
        {OUTCOME_TEMPORARY, 0, 0, 2, 9999, DELIVERY_RETRY, 3, 1800},
        {OUTCOME_TEMPORARY, 0, 0, 3, 9999, DELIVERY_RETRY, 4, 3600},
        {OUTCOME_TEMPORARY, 0, 0, 9, 9999, DELIVERY_RETRY, 10, 7200},
        {OUTCOME_TEMPORARY, 0, 0, 4, 7199, DELIVERY_MISSED, 5, 0},
        {OUTCOME_TEMPORARY, BLAME_RELAY, 0, 4, 9999, DELIVERY_RETRY, 4, SETTLE_DELAY_S},
        {OUTCOME_TEMPORARY, BLAME_DOMAIN, 0, 4, 9999, DELIVERY_RETRY, 4, SETTLE_DELAY_S},
        {OUTCOME_PERMANENT, BLAME_RELAY, 0, 0, 9999, DELIVERY_RETRY, 0, SETTLE_DELAY_S},
        {OUTCOME_TEMPORARY, BLAME_RELAY, 0, 0, SETTLE_DELAY_S, DELIVERY_MISSED, 0, 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Delivery) delivery = delivery_new();
        delivery->state = DELIVERY_CLAIMED;
        delivery->attempts = rows[i].attempts;
        char text[] = "words";
        const Outcome outcome = {
            .kind = rows[i].kind, .blame = rows[i].blame, .code = 451, .text = text};
        settle_delivery(delivery, &outcome, rows[i].policy, NOW, NOW + rows[i].not_after);
        g_assert_cmpint(delivery->state, ==, rows[i].state);
        g_assert_cmpuint(delivery->attempts, ==, rows[i].attempts_then);
        g_assert_cmpint(delivery->due, ==, rows[i].due ? NOW + rows[i].due : 0);
        g_assert_cmpint(delivery->settled_at, ==, NOW);
        g_assert_cmpint(delivery->code, ==, 451);
        g_assert_cmpstr(delivery->text, ==, "words");
    }
}

static void
test_outcomes(void)
{
    g_autoptr(Fixture) fixture = setup(7);
    g_auto(SendSummary) summary = {0};
    Answer answers[] = {
        {"p2@koeln.example", OUTCOME_TEMPORARY, 451, 0, 2, NULL, FALSE},
        {"p3@koeln.example", OUTCOME_PERMANENT, 550, 0, 1, NULL, TRUE},
        {"p4@koeln.example", OUTCOME_UNKNOWN, 0, BLAME_RELAY, 1, NULL, FALSE},
        {"p7@koeln.example", OUTCOME_UNTRIED, 0, BLAME_RELAY, 2, NULL, TRUE},
        {0},
    };
    Fake fake = {.answers = answers, .log = -1};
    /* what cannot be composed fails for itself */
    fixture_run(fixture, "UPDATE delivery SET address = 'no address@koeln.example' WHERE id = 5");
    run(fixture, &fake, FALSE, &summary);
    assert_states(fixture, "sent/1 retry/1 failed/1 retry/1 failed/0 sent/1 sent/1 ");
    g_assert_cmpuint(summary.attempts, ==, 6);
    g_assert_cmpuint(summary.counts[DELIVERY_SENT], ==, 3);
    g_assert_cmpuint(summary.counts[DELIVERY_FAILED], ==, 2);

    world.now = NOW + 299;
    run(fixture, &fake, FALSE, &summary);
    g_assert_cmpuint(summary.attempts, ==, 0);
    world.now = NOW + 300;
    run(fixture, &fake, FALSE, &summary);
    g_assert_null(summary.fault);
    assert_states(fixture, "sent/1 retry/2 failed/1 sent/2 failed/0 sent/1 sent/1 ");
    world.now = NOW + 1200;
    run(fixture, &fake, FALSE, &summary);
    assert_states(fixture, "sent/1 sent/3 failed/1 sent/2 failed/0 sent/1 sent/1 ");
    g_assert_cmpuint(fake.count, ==, 8);
}

/* what is done about a message that perhaps arrived is a setting, after a crash, too */
static void
test_unknown(void)
{
    static const struct {
        const char *policy, *live, *orphan;
    } rows[] = {
        {"resend", "retry/1 ", "sent/2 "},
        {"ask", "unknown/1 ", "unknown/1 "},
        {"skip", "unknown/1 ", "unknown/1 "},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Fixture) fixture = setup(1);
        g_auto(SendSummary) summary = {0};
        Answer answers[] = {{NULL, OUTCOME_UNKNOWN, 0, BLAME_RELAY, 1, NULL, FALSE}, {0}};
        Fake fake = {.answers = answers, .log = -1};
        g_free(fixture->config->mailing_on_unknown);
        fixture->config->mailing_on_unknown = g_strdup(rows[i].policy);
        run(fixture, &fake, FALSE, &summary);
        assert_states(fixture, rows[i].live);
        fixture_run(fixture, "UPDATE delivery SET state = 'claimed', attempts = 0");
        run(fixture, &fake, FALSE, &summary);
        g_assert_cmpuint(summary.orphans, ==, 1);
        assert_states(fixture, rows[i].orphan);
    }
}

static void
test_missed(void)
{
    g_autoptr(Fixture) fixture = setup(2);
    g_auto(SendSummary) summary = {0};
    Answer answers[] = {{"p1@koeln.example", OUTCOME_TEMPORARY, 451, 0, 9, NULL, FALSE},
                        {"p2@koeln.example", OUTCOME_TEMPORARY, 451, 0, 9, NULL, FALSE},
                        {0}};
    Fake fake = {.answers = answers, .log = -1};
    run(fixture, &fake, FALSE, &summary);
    fixture_run(fixture, "UPDATE delivery SET due = due + 100 WHERE id = 2");
    fixture_run(fixture, "UPDATE mailing SET not_after = 1600000400");
    world.now += 300;
    run(fixture, &fake, FALSE, &summary); /* the next try would be too late */
    assert_states(fixture, "missed/2 retry/1 ");
    world.now += 100;
    run(fixture, &fake, FALSE, &summary); /* due just now, but that is too late */
    assert_states(fixture, "missed/2 missed/1 ");
    g_assert_cmpuint(summary.counts[DELIVERY_MISSED], ==, 1);
    g_autofree char *text = fixture_text(fixture, "SELECT text FROM delivery WHERE id = 2");
    g_assert_cmpstr(text, ==, "reply to p2@koeln.example");
}

static void
test_relay_fault(void)
{
    g_autoptr(Fixture) fixture = setup(50);
    g_auto(SendSummary) summary = {0};
    Answer answers[] = {{NULL, OUTCOME_TEMPORARY, 535, BLAME_RELAY, 10, NULL, TRUE}, {0}};
    Fake fake = {.answers = answers, .log = -1};
    run(fixture, &fake, FALSE, &summary); /* gives it up after three, and what was on its way */
    g_assert_cmpuint(fake.count, ==, 0);
    g_assert_cmpuint(summary.attempts, >=, 3);
    g_assert_cmpuint(summary.attempts, <=, 4);
    g_assert_nonnull(summary.fault);
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM delivery WHERE state = 'queued'"),
                    ==, 50 - summary.attempts);
    g_assert_cmpint(fixture_number(fixture, "SELECT sum(attempts) FROM delivery"), ==, 0);

    /* watching, it waits longer each time; then all is sent, the first ones at last */
    fake.end = 500 * 1000;
    run(fixture, &fake, TRUE, &summary);
    g_assert_true(g_str_has_prefix(world.waits->str, "60 120 "));
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM delivery WHERE state = 'sent'"),
                    ==, 50);
    g_assert_null(summary.fault);
    g_assert_cmpuint(fake.count, ==, 50);
}

static void
pause_now(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    mailing_pause(fixture->store, 1, &(Deed){"test", NOW}, &error);
    g_assert_no_error(error);
}

static void
cancel_now(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    guint count;
    mailing_cancel(fixture->store, 1, &(Deed){"test", NOW}, &count, &error);
    g_assert_no_error(error);
}

static void
suppress_p6(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    Suppression suppression = {
        .key = "p6@koeln.example", .purpose = "*", .reason = SUPPRESSION_COMPLAINT, .author = "x"};
    suppressions_add(fixture->store, &suppression, NULL, &error);
    g_assert_no_error(error);
}

static void
remove_p6(Fixture *fixture)
{
    fixture_run(fixture, "DELETE FROM entry WHERE id = 6");
}

/* whom the guard or a person keeps is in the roster */
static void
hold_p6(Fixture *fixture)
{
    fixture_run(fixture,
                "UPDATE entry SET missing_since = 1, missing_reason = 'held' WHERE id = 6");
}

/* What happens while the first of six is sent counts for every message that is not claimed: of two
 * sessions at most two are. */
static void
test_meanwhile(void)
{
    static const struct {
        void (*happens)(Fixture *fixture);
        OutcomeKind first;
        const char *last, *left; /* states of the sixth; of those that did not go */
        guint least, most;       /* went */
    } rows[] = {
        {pause_now, OUTCOME_SENT, "queued", "queued", 1, 2},
        {cancel_now, OUTCOME_SENT, "cancelled", "cancelled", 1, 2},
        {cancel_now, OUTCOME_TEMPORARY, "cancelled", "cancelled", 0, 1},
        {suppress_p6, OUTCOME_SENT, "suppressed", "suppressed", 5, 5},
        {remove_p6, OUTCOME_SENT, "suppressed", "suppressed", 5, 5},
        {hold_p6, OUTCOME_SENT, "sent", "sent", 6, 6},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Fixture) fixture = setup(6);
        g_auto(SendSummary) summary = {0};
        Answer answers[] = {{"p1@koeln.example", rows[i].first, 250, 0, 1, rows[i].happens, FALSE},
                            {0}};
        Fake fake = {.answers = answers, .log = -1};
        run(fixture, &fake, FALSE, &summary);
        g_autofree char *last = fixture_text(fixture, "SELECT state FROM delivery WHERE id = 6");
        g_assert_cmpstr(last, ==, rows[i].last);
        g_autofree char *others = g_strdup_printf(
            "SELECT count(*) FROM delivery WHERE state NOT IN ('sent', '%s')", rows[i].left);
        g_assert_cmpint(fixture_number(fixture, others), ==, 0);
        g_assert_cmpuint(summary.counts[DELIVERY_SENT], >=, rows[i].least);
        g_assert_cmpuint(summary.counts[DELIVERY_SENT], <=, rows[i].most);
    }
}

/* The clock was a day ahead and is set right: what was to be tried again does not wait for that day. */
static void
test_clock_set_back(void)
{
    g_autoptr(Fixture) fixture = setup(2);
    g_auto(SendSummary) summary = {0};
    Answer answers[] = {{NULL, OUTCOME_TEMPORARY, 451, 0, 2, NULL, FALSE}, {0}};
    Fake fake = {.answers = answers, .log = -1};
    world.now = NOW + 24 * 3600;
    run(fixture, &fake, FALSE, &summary);
    assert_states(fixture, "retry/1 retry/1 ");
    world.now = NOW + 60;
    run(fixture, &fake, FALSE, &summary);
    assert_states(fixture, "sent/2 sent/2 ");
}

static gint64
synced_long_ago(gpointer data)
{
    (void)data;
    return NOW - 30 * 3600;
}

/* nothing goes out from an old roster */
static void
test_old_roster(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = setup(2);
    g_auto(SendSummary) summary = {0};
    Transport nothing = {.sessions = 1, .wants = fake_wants, .turn = fake_turn};
    Fake fake = {.base = nothing, .log = -1};
    SendOptions options = {.actor = "test", .now = tell_time, .synced_at = synced_long_ago};
    g_assert_true(
        send_run(fixture->store, fixture->config, NULL, &fake.base, &options, &summary, &error));
    g_assert_nonnull(strstr(summary.hold, "longer than mailing.max_roster_age allows"));
    assert_states(fixture, "queued/0 queued/0 ");
}

static void
test_pause_and_resume(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = setup(3);
    g_auto(SendSummary) summary = {0};
    Fake fake = {.log = -1};
    Deed deed = {"test", NOW};
    mailing_pause(fixture->store, 1, &deed, &error);
    run(fixture, &fake, FALSE, &summary);
    assert_states(fixture, "queued/0 queued/0 queued/0 ");
    mailing_resume(fixture->store, 1, &deed, &error);
    run(fixture, &fake, FALSE, &summary);
    assert_states(fixture, "sent/1 sent/1 sent/1 ");
    g_assert_no_error(error);
}

static void
test_one_sender(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = setup(1);
    g_auto(SendSummary) summary = {0};
    g_autofree char *path = g_strconcat(store_path(fixture->store), ".send", NULL);
    Lock *lock = lock_take(path, "anna", NOW, &error);
    g_assert_no_error(error);
    Transport transport = {0};
    SendOptions options = {.actor = "test", .now = tell_time};
    g_assert_false(
        send_run(fixture->store, fixture->config, NULL, &transport, &options, &summary, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_BUSY);
    g_assert_nonnull(strstr(error->message, "another rundruf send is running"));
    g_assert_nonnull(strstr(error->message, "anna, process "));
    lock_free(lock);
}

#define CRASH_PERSONS 5

static void
run_logged(Fixture *fixture)
{
    g_auto(SendSummary) summary = {0};
    g_autofree char *path = g_build_filename(fixture->folder, "log", NULL);
    Answer answers[] = {{"p3@koeln.example", OUTCOME_PERMANENT, 550, 0, 99, NULL, FALSE}, {0}};
    Fake fake = {.answers = answers, .log = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600)};
    run(fixture, &fake, FALSE, &summary);
    close(fake.log);
}

/* TRUE if the run came to its end before step `crash_at` */
static gboolean
run_in_child(Fixture *fixture, guint crash_at)
{
    g_autoptr(GError) error = NULL;
    /* SQLite connections must not be carried through a fork */
    g_clear_pointer(&fixture->store, store_close);
    pid_t child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        world.crash_at = crash_at;
        fixture->store = store_open(fixture->config->store_uri, 0, NULL);
        run_logged(fixture);
        _exit(0);
    }
    int status;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    fixture->store = store_open(fixture->config->store_uri, 0, &error);
    g_assert_no_error(error);
    return WEXITSTATUS(status) == 0;
}

/* how many lines of the log are repetitions; all those of a message are alike */
static guint
count_extra(Fixture *fixture)
{
    g_autofree char *path = g_build_filename(fixture->folder, "log", NULL);
    g_autofree char *log = NULL;
    g_assert_true(g_file_get_contents(path, &log, NULL, NULL));
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_auto(GStrv) lines = g_strsplit(log, "\n", -1);
    guint extra = 0;
    for (guint i = 0; lines[i] && *lines[i]; i++) {
        g_auto(GStrv) parts = g_strsplit(lines[i], " ", 2);
        const char *known = g_hash_table_lookup(ids, parts[0]);
        extra += known ? 1 : 0;
        if (known)
            g_assert_cmpstr(known, ==, parts[1]);
        g_hash_table_insert(ids, g_strdup(parts[0]), g_strdup(parts[1]));
    }
    g_assert_cmpuint(g_hash_table_size(ids), ==, CRASH_PERSONS);
    return extra;
}

static void
test_stopped_at_each_step(void)
{
    guint crashes = 0, extras = 0;
    for (gboolean finished = FALSE; !finished; crashes++) {
        g_autoptr(Fixture) fixture = setup(CRASH_PERSONS);
        finished = run_in_child(fixture, crashes + 1);
        gint64 claimed =
            fixture_number(fixture, "SELECT count(*) FROM delivery WHERE state = 'claimed'");
        g_assert_cmpint(claimed, <=, finished ? 0 : SESSIONS);
        run_logged(fixture);
        g_assert_cmpint(
            fixture_number(fixture, "SELECT count(*) FROM delivery WHERE state = 'sent'"), ==,
            CRASH_PERSONS - 1);
        guint extra = count_extra(fixture);
        g_assert_cmpint(extra, <=, claimed);
        extras += extra;
    }
    g_test_message("%u steps, %u extra copies", crashes - 1, extras);
    g_assert_cmpuint(crashes, >, 3 * CRASH_PERSONS);
}

/* messages a second with a transport that does nothing; run with -m perf */
static void
test_many(void)
{
    if (!g_test_perf()) {
        g_test_skip("a measurement: run with -m perf");
        return;
    }
    g_autoptr(Fixture) fixture = setup(5000);
    g_auto(SendSummary) summary = {0};
    Fake fake = {.log = -1};
    g_test_timer_start();
    run(fixture, &fake, FALSE, &summary);
    double rate = summary.attempts / g_test_timer_elapsed();
    g_test_maximized_result(rate, "5,000 messages to nowhere: %.0f a second", rate);
    g_assert_cmpuint(summary.counts[DELIVERY_SENT], ==, 5000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/send/settle", test_settle);
    g_test_add_func("/send/outcomes", test_outcomes);
    g_test_add_func("/send/missed", test_missed);
    g_test_add_func("/send/unknown", test_unknown);
    g_test_add_func("/send/relay-fault", test_relay_fault);
    g_test_add_func("/send/meanwhile", test_meanwhile);
    g_test_add_func("/send/clock-set-back", test_clock_set_back);
    g_test_add_func("/send/old-roster", test_old_roster);
    g_test_add_func("/send/pause-and-resume", test_pause_and_resume);
    g_test_add_func("/send/one-sender", test_one_sender);
    g_test_add_func("/send/stopped-at-each-step", test_stopped_at_each_step);
    g_test_add_func("/send/many", test_many);
    int failed = g_test_run();
    g_string_free(world.waits, TRUE);
    return failed;
}
