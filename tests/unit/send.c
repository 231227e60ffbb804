/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailing: the sender, on a transport that does as it is told: outcomes, faults of the relay,
 * stopping, pausing, one sender at a time; and that it may be stopped at each step */
#include "mailing/send.h"
#include "../lib/fixture.h"
#include "base/error.h"
#include "base/lock.h"
#include "mailing/control.h"
#include "mailing/report.h"
#include "store/deliveries.h"
#include "store/suppressions.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW FIXTURE_NOW

/* One run's world; callbacks of the sender have no other way to it. */
static struct {
    gint64 now;
    gboolean stop;
    guint steps, crash_at; /* the process ends at that step; 0: never */
    GString *waits;
    gint64 stop_at; /* a wait that passes this time stops the sender */
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

static gboolean
wait_for(gint64 milliseconds)
{
    if (milliseconds > 0)
        g_string_append_printf(world.waits, "%" G_GINT64_FORMAT " ", milliseconds / 1000);
    world.now += milliseconds / 1000;
    world.stop = world.stop || world.now >= world.stop_at;
    return world.stop;
}

/* What the fake relay answers: the first row whose recipient (NULL: any) fits; `times` counts down.
 */
typedef struct {
    const char *recipient;
    OutcomeKind kind;
    int code;
    gboolean site;
    int times;
    void (*before)(Fixture *fixture); /* something that happens meanwhile */
} Answer;

typedef struct {
    Transport base;
    Fixture *fixture;
    Answer *answers;
    int log; /* a line for each message: its name and Message-ID; -1: none */
    guint count;
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

static void
fake_send(Transport *transport, const TransportMessage *message, Outcome *outcome)
{
    Fake *fake = (Fake *)transport;
    g_assert_false(store_in_transaction(fake->fixture->store));
    step();
    write_log(fake, message);
    fake->count++;
    outcome->kind = OUTCOME_SENT;
    outcome->code = 250;
    for (Answer *answer = fake->answers; answer && answer->times; answer++) {
        if (answer->times < 0 ||
            (answer->recipient && strcmp(answer->recipient, message->recipient) != 0))
            continue;
        if (--answer->times == 0)
            answer->times = -1;
        outcome->kind = answer->kind;
        outcome->code = answer->code;
        outcome->site = answer->site;
        if (answer->before)
            answer->before(fake->fixture);
        break;
    }
    outcome->text = g_strdup_printf("reply to %s", message->recipient);
    step();
}

static void
note_progress(const SendSummary *summary, gpointer data)
{
    (void)summary;
    (void)data;
    step();
}

/* A run with a fresh sender. */
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
                           .wait = wait_for,
                           .progress = note_progress};
    fake->base.send = fake_send;
    fake->fixture = fixture;
    send_summary_clear(summary);
    *summary = (SendSummary){0};
    send_run(fixture->store, composer, &fake->base, &options, summary, &error);
    g_assert_no_error(error);
}

static Fixture *
setup(guint persons)
{
    if (world.waits)
        g_string_free(world.waits, TRUE);
    memset(&world, 0, sizeof world);
    world.now = NOW;
    world.stop_at = G_MAXINT64;
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
test_apply(void)
{
    static const struct {
        OutcomeKind kind;
        gboolean site;
        guint attempts;
        gint64 not_after; /* after now */
        DeliveryState state;
        guint attempts_then;
        gint64 due; /* after now */
    } rows[] = {
        {OUTCOME_SENT, FALSE, 0, 9999, DELIVERY_SENT, 1, 0},
        {OUTCOME_PERMANENT, FALSE, 2, 9999, DELIVERY_FAILED, 3, 0},
        {OUTCOME_UNKNOWN, FALSE, 0, 9999, DELIVERY_UNKNOWN, 1, 0},
        {OUTCOME_UNKNOWN, TRUE, 0, 9999, DELIVERY_UNKNOWN, 1, 0},
        {OUTCOME_TEMPORARY, FALSE, 0, 9999, DELIVERY_RETRY, 1, 300},
        {OUTCOME_TEMPORARY, FALSE, 1, 9999, DELIVERY_RETRY, 2, 900},
        {OUTCOME_TEMPORARY, FALSE, 2, 9999, DELIVERY_RETRY, 3, 1800},
        {OUTCOME_TEMPORARY, FALSE, 3, 9999, DELIVERY_RETRY, 4, 3600},
        {OUTCOME_TEMPORARY, FALSE, 9, 9999, DELIVERY_RETRY, 10, 7200},
        {OUTCOME_TEMPORARY, FALSE, 4, 7199, DELIVERY_MISSED, 5, 0},
        {OUTCOME_TEMPORARY, TRUE, 4, 9999, DELIVERY_RETRY, 4, SITE_DELAY_S},
        {OUTCOME_PERMANENT, TRUE, 0, 9999, DELIVERY_RETRY, 0, SITE_DELAY_S},
        {OUTCOME_TEMPORARY, TRUE, 0, SITE_DELAY_S, DELIVERY_MISSED, 0, 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Delivery) delivery = delivery_new();
        delivery->state = DELIVERY_CLAIMED;
        delivery->attempts = rows[i].attempts;
        char text[] = "words";
        Outcome outcome = {rows[i].kind, 451, text, rows[i].site};
        send_apply(delivery, &outcome, NOW, NOW + rows[i].not_after);
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
    g_autoptr(Fixture) fixture = setup(6);
    g_auto(SendSummary) summary = {0};
    Answer answers[] = {
        {"p2@koeln.example", OUTCOME_TEMPORARY, 451, FALSE, 2, NULL},
        {"p3@koeln.example", OUTCOME_PERMANENT, 550, FALSE, 1, NULL},
        {"p4@koeln.example", OUTCOME_UNKNOWN, 0, FALSE, 1, NULL},
        {0},
    };
    Fake fake = {.answers = answers, .log = -1};
    /* what cannot be composed fails for itself */
    fixture_run(fixture, "UPDATE delivery SET address = 'no address' WHERE id = 5");
    run(fixture, &fake, FALSE, &summary);
    assert_states(fixture, "sent/1 retry/1 failed/1 unknown/1 failed/0 sent/1 ");
    g_assert_cmpuint(summary.attempts, ==, 5);
    g_assert_cmpuint(summary.counts[DELIVERY_SENT], ==, 2);
    g_assert_cmpuint(summary.counts[DELIVERY_FAILED], ==, 2);
    g_assert_null(summary.fault);

    world.now += 299;
    run(fixture, &fake, FALSE, &summary);
    g_assert_cmpuint(summary.attempts, ==, 0);
    world.now += 1;
    run(fixture, &fake, FALSE, &summary);
    assert_states(fixture, "sent/1 retry/2 failed/1 unknown/1 failed/0 sent/1 ");
    world.now += 900;
    run(fixture, &fake, FALSE, &summary);
    assert_states(fixture, "sent/1 sent/3 failed/1 unknown/1 failed/0 sent/1 ");
    g_assert_cmpuint(fake.count, ==, 7);
}

static void
test_missed(void)
{
    g_autoptr(Fixture) fixture = setup(2);
    g_auto(SendSummary) summary = {0};
    Answer answers[] = {{"p1@koeln.example", OUTCOME_TEMPORARY, 451, FALSE, 9, NULL},
                        {"p2@koeln.example", OUTCOME_TEMPORARY, 451, FALSE, 9, NULL},
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
test_site_fault(void)
{
    g_autoptr(Fixture) fixture = setup(50);
    g_auto(SendSummary) summary = {0};
    Answer answers[] = {{NULL, OUTCOME_PERMANENT, 535, TRUE, 8, NULL}, {0}};
    Fake fake = {.answers = answers, .log = -1};
    run(fixture, &fake, FALSE, &summary); /* gives it up after three */
    g_assert_cmpuint(fake.count, ==, 3);
    g_assert_cmpstr(summary.fault, ==, "reply to p3@koeln.example");
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM delivery WHERE state = 'queued'"),
                    ==, 47);
    g_assert_cmpint(fixture_number(fixture, "SELECT sum(attempts) FROM delivery"), ==, 0);

    /* watching, it waits longer each time; then all is sent, the first ones at last */
    world.stop_at = NOW + 1000;
    run(fixture, &fake, TRUE, &summary);
    g_assert_true(g_str_has_prefix(world.waits->str, "60 120 240 2 "));
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM delivery WHERE state = 'sent'"),
                    ==, 50);
    g_assert_null(summary.fault);
    g_assert_cmpuint(fake.count, ==, 58);
}

static void
stop_now(Fixture *fixture)
{
    (void)fixture;
    world.stop = TRUE;
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
suppress_p4(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    Suppression suppression = {
        .key = "p4@koeln.example", .purpose = "*", .reason = SUPPRESSION_COMPLAINT, .author = "x"};
    suppressions_add(fixture->store, &suppression, NULL, &error);
    g_assert_no_error(error);
}

static void
remove_p4(Fixture *fixture)
{
    fixture_run(fixture, "DELETE FROM entry WHERE id = 4");
}

/* whom the guard or a person keeps is in the roster */
static void
hold_p4(Fixture *fixture)
{
    fixture_run(fixture,
                "UPDATE entry SET missing_since = 1, missing_reason = 'held' WHERE id = 4");
}

/* what happens while the second of four messages is sent counts from the third on */
static void
test_meanwhile(void)
{
    static const struct {
        void (*happens)(Fixture *fixture);
        OutcomeKind second;
        const char *states;
    } rows[] = {
        {stop_now, OUTCOME_SENT, "sent/1 sent/1 queued/0 queued/0 "},
        {pause_now, OUTCOME_SENT, "sent/1 sent/1 queued/0 queued/0 "},
        {cancel_now, OUTCOME_SENT, "sent/1 sent/1 cancelled/0 cancelled/0 "},
        {cancel_now, OUTCOME_TEMPORARY, "sent/1 cancelled/1 cancelled/0 cancelled/0 "},
        {suppress_p4, OUTCOME_SENT, "sent/1 sent/1 sent/1 suppressed/0 "},
        {remove_p4, OUTCOME_SENT, "suppressed/0 sent/1 sent/1 sent/1 "},
        {hold_p4, OUTCOME_SENT, "sent/1 sent/1 sent/1 sent/1 "},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Fixture) fixture = setup(4);
        g_auto(SendSummary) summary = {0};
        Answer answers[] = {{"p2@koeln.example", rows[i].second, 250, FALSE, 1, rows[i].happens},
                            {0}};
        Fake fake = {.answers = answers, .log = -1};
        run(fixture, &fake, FALSE, &summary);
        assert_states(fixture, rows[i].states);
    }
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
    Transport transport = {.send = fake_send};
    SendOptions options = {.actor = "test", .now = tell_time};
    g_assert_false(send_run(fixture->store, NULL, &transport, &options, &summary, &error));
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
    Answer answers[] = {{"p2@koeln.example", OUTCOME_TEMPORARY, 451, FALSE, 99, NULL},
                        {"p3@koeln.example", OUTCOME_PERMANENT, 550, FALSE, 99, NULL},
                        {"p4@koeln.example", OUTCOME_UNKNOWN, 0, FALSE, 99, NULL},
                        {0}};
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
        g_assert_cmpint(
            fixture_number(fixture, "SELECT count(*) FROM delivery WHERE state = 'claimed'"), <=,
            finished ? 0 : 1);
        run_logged(fixture);
        assert_states(fixture, "sent/1 retry/1 failed/1 unknown/1 sent/1 ");
        guint extra = count_extra(fixture);
        g_assert_cmpuint(extra, <=, finished ? 0 : 1);
        extras += extra;
    }
    g_test_message("%u steps, %u extra copies", crashes - 1, extras);
    g_assert_cmpuint(crashes, >, 3 * CRASH_PERSONS);
    g_assert_cmpuint(extras, >, 0);
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
    g_test_add_func("/send/apply", test_apply);
    g_test_add_func("/send/outcomes", test_outcomes);
    g_test_add_func("/send/missed", test_missed);
    g_test_add_func("/send/site-fault", test_site_fault);
    g_test_add_func("/send/meanwhile", test_meanwhile);
    g_test_add_func("/send/pause-and-resume", test_pause_and_resume);
    g_test_add_func("/send/one-sender", test_one_sender);
    g_test_add_func("/send/stopped-at-each-step", test_stopped_at_each_step);
    g_test_add_func("/send/many", test_many);
    int failed = g_test_run();
    g_string_free(world.waits, TRUE);
    return failed;
}
