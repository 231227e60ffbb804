/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sessions: several at once, what they take and when, further relays, and how turn() waits; skipped
 * without python3-aiosmtpd */
#include "../lib/smtp_peer.h"

#include "base/clock.h"
#include "transport/transport.h"

#include <string.h>
#include <unistd.h>

#define MAIL    "To: a@b.example\r\nSubject: x\r\n\r\nHallo\r\n"
#define LETTERS 40

typedef struct {
    TransportMessage message;
    char recipient[32];
} Letter;

/* Everybody who writes to the relay, and what came of it. */
typedef struct {
    Transport *transport;
    Letter letters[LETTERS];
    guint given, done;
    guint outcomes[OUTCOME_UNTRIED + 1];
    gboolean drops; /* each that is ready */
    Outcome last;
} Writer;

static void
writer_clear(Writer *writer)
{
    outcome_clear(&writer->last);
    transport_close(writer->transport);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Writer, writer_clear)

typedef struct {
    guint port, fallback_port;
    gint64 sessions, session_messages;
} Settings;

static void
writer_open(Writer *writer, Settings settings)
{
    g_autofree char *uri = g_strdup_printf("smtp://127.0.0.1:%u", settings.port);
    g_autofree char *fallback =
        g_strdup_printf("smtp://127.0.0.1:1 smtp://127.0.0.1:%u", settings.fallback_port);
    Config config = {
        .transport_uri = uri,
        .transport_fallback = settings.fallback_port ? fallback : NULL,
        .transport_starttls = (char *)"off",
        .transport_helo = (char *)"mail.netz.example",
        .transport_timeout = 2,
        .transport_sessions = settings.sessions,
        .transport_session_messages = settings.session_messages,
    };
    writer->transport = transport_open(&config, NULL);
    g_assert_nonnull(writer->transport);
    for (guint i = 0; i < LETTERS; i++) {
        Letter *letter = &writer->letters[i];
        g_snprintf(letter->recipient, sizeof letter->recipient, "r%u@b.example", i);
        letter->message = (TransportMessage){
            .return_path = "b@n.example",
            .recipient = letter->recipient,
            .name = letter->recipient,
            .content = MAIL,
            .length = strlen(MAIL),
            .owner = letter,
        };
    }
}

static void
give(Writer *writer, guint session)
{
    Transport *transport = writer->transport;
    transport->give(transport, session, &writer->letters[writer->given++].message);
}

static void
take(Writer *writer, const TransportEvent *event)
{
    Transport *transport = writer->transport;
    if (event->kind == TRANSPORT_READY) {
        (writer->drops ? transport->drop : transport->go)(transport, event->session);
        return;
    }
    writer->done++;
    writer->outcomes[event->outcome.kind]++;
    outcome_clear(&writer->last);
    writer->last = event->outcome;
}

static void
turn(Writer *writer, int wake_fd, gint64 milliseconds)
{
    g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(TransportEvent));
    g_assert_true(writer->transport->turn(writer->transport, wake_fd, milliseconds, events, NULL));
    for (guint i = 0; i < events->len; i++)
        take(writer, &g_array_index(events, TransportEvent, i));
}

/* Gives up to `count` messages to whoever wants one, and waits until all are done. */
static void
write_all(Writer *writer, guint count)
{
    Transport *transport = writer->transport;
    double until = clock_elapsed() + 20;
    while (writer->done < count && clock_elapsed() < until) {
        for (guint i = 0; i < transport->sessions; i++) {
            if (writer->given < count && transport->wants(transport, i))
                give(writer, i);
        }
        turn(writer, -1, 1000);
    }
    g_assert_cmpuint(writer->done, ==, count);
}

static void
test_several(void)
{
    PEER(peer, "--port", "0");
    g_auto(Writer) writer = {0};
    writer_open(&writer, (Settings){.port = peer.port, .sessions = 4});
    g_assert_cmpuint(writer.transport->sessions, ==, 4);
    write_all(&writer, LETTERS);
    g_assert_cmpuint(writer.outcomes[OUTCOME_SENT], ==, LETTERS);
    g_assert_cmpuint(peer_count(&peer, "messages"), ==, LETTERS);
    g_assert_cmpuint(peer_count(&peer, "sessions"), ==, 4);
    g_autofree char *messages = peer_file(&peer, "messages");
    for (guint i = 0; i < LETTERS; i++) {
        g_autofree char *recipient = g_strdup_printf("\"r%u@b.example\"", i);
        const char *once = strstr(messages, recipient);
        g_assert_nonnull(once);
        g_assert_null(once ? strstr(once + 1, recipient) : NULL);
    }
}

static void
test_session_messages(void)
{
    PEER(peer, "--fault", "none:none");
    g_auto(Writer) writer = {0};
    writer_open(&writer, (Settings){.port = peer.port, .sessions = 1, .session_messages = 2});
    write_all(&writer, 5);
    g_assert_cmpuint(writer.outcomes[OUTCOME_SENT], ==, 5);
    g_assert_cmpuint(peer_count(&peer, "sessions"), ==, 3);
    g_autofree char *commands = peer_file(&peer, "commands");
    g_assert_nonnull(strstr(commands, "1 QUIT"));
}

/* What is dropped does not arrive; what was given behind it does, over another connection. */
static void
test_drop(void)
{
    PEER(peer, "--fault", "none:none");
    g_auto(Writer) writer = {.drops = TRUE};
    writer_open(&writer, (Settings){.port = peer.port, .sessions = 1});
    give(&writer, 0);
    while (writer.done < 1)
        turn(&writer, -1, 1000);
    g_assert_cmpint(writer.last.kind, ==, OUTCOME_UNTRIED);
    writer.drops = FALSE;
    write_all(&writer, 2);
    g_assert_cmpint(writer.last.kind, ==, OUTCOME_SENT);
    g_autofree char *messages = peer_file(&peer, "messages");
    g_assert_null(strstr(messages, "r0@"));
    g_assert_nonnull(strstr(messages, "r1@"));
    g_assert_cmpuint(peer_count(&peer, "sessions"), ==, 2);
}

/* The first relay refuses, the second is deaf, the third takes all; and for a while it is the only
 * one that is asked. */
static void
test_fallback(void)
{
    PEER(first, "--fault", "banner:554 not for you+close");
    PEER(third, "--port", "0");
    g_auto(Writer) writer = {0};
    writer_open(&writer, (Settings){
                             .port = first.port,
                             .fallback_port = third.port,
                             .sessions = 1,
                             .session_messages = 1,
                         });
    write_all(&writer, 3);
    g_assert_cmpuint(writer.outcomes[OUTCOME_SENT], ==, 3);
    g_assert_cmpuint(peer_count(&third, "sessions"), ==, 3);
}

/* A relay that is gone: the message comes back, and the session wants nothing for a while. */
static void
test_rest(void)
{
    PEER(peer, "--port", "0");
    g_auto(Writer) writer = {0};
    writer_open(&writer, (Settings){.port = 1, .sessions = 2});
    Transport *transport = writer.transport;
    give(&writer, 0);
    while (writer.done < 1)
        turn(&writer, -1, 1000);
    g_assert_cmpint(writer.last.kind, ==, OUTCOME_TEMPORARY);
    g_assert_cmpint(writer.last.blame, ==, BLAME_RELAY);
    g_assert_false(transport->wants(transport, 0));
    g_assert_true(transport->wants(transport, 1));
    double begun = clock_elapsed();
    turn(&writer, -1, -1); /* ends with the rest */
    g_assert_true(transport->wants(transport, 0));
    g_assert_cmpfloat(clock_elapsed() - begun, >, 1);
    g_assert_cmpfloat(clock_elapsed() - begun, <, 10);
}

/* A relay that wants no second connection is no reason to send less over the first. */
static void
test_untried(void)
{
    PEER(peer, "--fault", "banner:421 one at a time+close", "--skip", "1");
    g_auto(Writer) writer = {0};
    writer_open(&writer, (Settings){.port = peer.port, .sessions = 2});
    write_all(&writer, 1);
    give(&writer, 1);
    while (writer.done < 2)
        turn(&writer, -1, 1000);
    g_assert_cmpint(writer.last.kind, ==, OUTCOME_UNTRIED);
    g_assert_cmpint(writer.last.code, ==, 421);
    write_all(&writer, 4);
    g_assert_cmpuint(writer.outcomes[OUTCOME_SENT], ==, 3);
}

static void
test_waiting(void)
{
    PEER(peer, "--fault", "none:none");
    g_auto(Writer) writer = {0};
    writer_open(&writer, (Settings){.port = peer.port, .sessions = 1});
    int ends[2];
    g_assert_cmpint(pipe(ends), ==, 0);
    double begun = clock_elapsed();
    turn(&writer, ends[0], 100); /* nothing happens */
    g_assert_cmpfloat(clock_elapsed() - begun, >=, 0.099);
    turn(&writer, ends[0], 0);
    g_assert_cmpint(write(ends[1], "x", 1), ==, 1);
    begun = clock_elapsed();
    turn(&writer, ends[0], -1);
    g_assert_cmpfloat(clock_elapsed() - begun, <, 1);
    write_all(&writer, 2);
    turn(&writer, ends[0], -1); /* with a connection that is idle, too */
    g_assert_cmpfloat(clock_elapsed() - begun, <, 5);
    close(ends[0]);
    close(ends[1]);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* the peers must be ended in any case */
    {
        g_auto(Peer) probe = {0};
        if (!peer_start(&probe, NULL))
            return 77;
    }
    g_test_add_func("/sessions/several", test_several);
    g_test_add_func("/sessions/session_messages", test_session_messages);
    g_test_add_func("/sessions/drop", test_drop);
    g_test_add_func("/sessions/fallback", test_fallback);
    g_test_add_func("/sessions/rest", test_rest);
    g_test_add_func("/sessions/untried", test_untried);
    g_test_add_func("/sessions/waiting", test_waiting);
    return g_test_run();
}
