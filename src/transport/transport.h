/* SPDX-License-Identifier: GPL-3.0-or-later */
/* transport.h - carries finished messages to a relay or into a spool folder: the vtable
 *
 * Made by transport_open() from the settings transport.*; used by mailing/send only; one thread. A
 * transport has `sessions`, numbered from 0, that work side by side; none blocks another. A message
 * goes this way:
 *
 *     give()   the session connects if it must, and says MAIL, RCPT, DATA; nothing of the content
 *              leaves yet
 *     READY    (event) the relay would take the content
 *     go()     the caller has made durable that this message may arrive from now on: the content goes
 *              out to its end; or
 *     drop()   the caller has found that it must not: it never arrives, and the session goes on with
 *              the next, over a new connection if need be
 *     DONE     (event) how it ended, once for each message that was given, a dropped one
 *              (OUTCOME_UNTRIED) too; without READY before it if the relay did not want it. The
 *              message is the caller's again.
 *
 * A session takes the next message as soon as the one before it is READY (wants() says so). Given
 * before the next turn(), the content of the one and the commands of the other go in one write,
 * "content . MAIL RCPT DATA" (RFC 2920). The READY of the next never comes before the DONE of the one
 * before it. A message can be DONE between its READY and go(), since a relay may close at any time:
 * go() and drop() mean the message of the last READY, and must not come once it is DONE. Connections
 * are opened when first needed, kept for the next message, and closed when idle for long, after
 * transport.session_messages, and by close(). A message of which the relay has said nothing when a
 * kept connection ends goes over a new one, without an event.
 *
 * What goes wrong is the outcome of the message that it hit; a session that cannot connect gives its
 * messages back, as OUTCOME_UNTRIED where another session works, else with BLAME_RELAY, and rests for
 * a while, longer each time: it wants nothing then, but tries at once what it is given. */
#ifndef RUNDRUF_TRANSPORT_TRANSPORT_H
#define RUNDRUF_TRANSPORT_TRANSPORT_H

#include "config/config.h"
#include "transport/outcome.h"

#define TRANSPORT_SESSIONS_MAX 256

typedef struct {
    const char *return_path; /* MAIL FROM, without < > */
    const char *recipient;   /* the one RCPT TO, without < > */
    gboolean smtputf8;       /* the recipient's local part is not ASCII */
    /* unique and repeatable for a delivery: the spool's file name stem, and ENVID (RFC 3461, 4.4) */
    const char *name;
    const char *content; /* CRLF, as it goes on the wire (before dot-stuffing) */
    gsize length;
    gpointer owner; /* the caller's: comes back in events */
} TransportMessage;

typedef enum { TRANSPORT_READY, TRANSPORT_DONE } TransportEventKind;

typedef struct {
    TransportEventKind kind;
    guint session;
    const TransportMessage *message;
    Outcome outcome; /* DONE: how it ended; its text belongs to whoever takes the event */
} TransportEvent;

typedef struct Transport Transport;
struct Transport {
    guint sessions;

    /* TRUE if `session` would take a message now. */
    gboolean (*wants)(Transport *transport, guint session);

    /* Begins with `message`, which the caller keeps as it is until its DONE. */
    void (*give)(Transport *transport, guint session, const TransportMessage *message);

    /* After READY: send the content of the session's message; or do not. Nothing is sent before the
     * next turn(). */
    void (*go)(Transport *transport, guint session);
    void (*drop)(Transport *transport, guint session);

    /* Waits until something happened, `wake_fd` (-1: none) is readable, or so many milliseconds have
     * passed (0: only looks; -1: as long as it takes), does what can be done, and appends
     * TransportEvents, those of a session in their order. It also returns when a session wants what it
     * did not before. FALSE with TRANSPORT if it cannot work at all any more. */
    gboolean (*turn)(Transport *transport, int wake_fd, gint64 milliseconds, GArray *events,
                     GError **error);

    /* Tries everything short of sending: connection, TLS, login; or that the folder can be
     * written. Blocks. */
    gboolean (*check)(Transport *transport, GError **error);

    /* Says QUIT where it can do so at once, and frees all. Messages that are not DONE are forgotten. */
    void (*close)(Transport *transport);
};

/* NULL with CONFIG (bad URI, missing file of a password or token) or TRANSPORT (spool folder). */
Transport *transport_open(const Config *config, GError **error);
void transport_close(Transport *transport);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Transport, transport_close)

/* Sends one message on session 0, and waits for how it ended; for messages that have no row, such as
 * a test to oneself. Nothing else may be on the way. */
void transport_send(Transport *transport, const TransportMessage *message, Outcome *outcome);

/* The implementations (transport_open() chooses). */
Transport *transport_smtp_new(const Config *config, GError **error);
Transport *transport_spool_new(const Config *config, GError **error);

#endif
