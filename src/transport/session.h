/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session.h - one of the sessions of smtp.c: at most one connection, and up to two messages on it
 *
 * Each has a libcurl multi handle, and so a connection cache, of its own: whenever libcurl opens a
 * connection it closes those of the cache that it has not used for two minutes, and so the ones that
 * others use by curl_easy_send() and curl_easy_recv().
 *
 * A session has an Opening while libcurl connects, and a Dialogue from then on. It lasts longer than
 * its connection: a message about which the relay had said nothing when a connection ended goes over
 * the next one, once, without a word about it; a relay may close a kept connection whenever it
 * likes.
 *
 * Nothing here waits. smtp.c polls all sessions together, calls what is due, and chooses the relay. */
#ifndef RUNDRUF_TRANSPORT_SESSION_H
#define RUNDRUF_TRANSPORT_SESSION_H

#include "transport/relay.h"
#include "transport/transport.h"

#include <poll.h>

#define SESSION_POLLED_MAX 8 /* libcurl tries two addresses at a time, and has its resolver's */

typedef enum { SESSION_CLOSED, SESSION_OPENING, SESSION_OPEN } SessionState;

typedef struct Session Session;

/* `number` goes into events; `messages_max` (0: any number) are sent over a connection at most. NULL
 * if libcurl cannot be started. */
Session *session_new(guint number, gint64 messages_max);
void session_free(Session *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)

SessionState session_state(const Session *session);

/* The relay of the connection or of the one being opened; NULL: none. */
const Relay *session_relay(const Session *session);

/* As in Transport. */
gboolean session_wants(const Session *session);
void session_give(Session *session, const TransportMessage *message);
void session_go(Session *session);
void session_drop(Session *session);

/* TRUE if there are messages and no connection for them. */
gboolean session_needs_opening(const Session *session);

/* Begins to connect to `relay`. FALSE with an outcome if that fails at once. */
gboolean session_begin_opening(Session *session, const Relay *relay, Outcome *outcome);

/* Goes on with that; to be called when something of session_collect() happened, and when
 * session_deadline() has come. FALSE while libcurl is at work; TRUE when it has ended, with `result`
 * for session_end_opening(). */
gboolean session_continue_opening(Session *session, const struct pollfd *polled, guint count,
                                  double now, CURLcode *result);

/* TRUE: the session is open; FALSE with an outcome. */
gboolean session_end_opening(Session *session, CURLcode result, double now, Outcome *outcome);

/* Gives all messages back, each with a copy of `outcome`. */
void session_give_back(Session *session, const Outcome *outcome, GArray *events);

/* Fills in what to poll, and returns how many that are. */
guint session_collect(const Session *session, struct pollfd polled[SESSION_POLLED_MAX]);

/* Reads and writes what can be read and written now, and appends TransportEvents. */
void session_read(Session *session, double now, GArray *events);
void session_write(Session *session, double now, GArray *events);

/* When session_expire() is due (seconds of clock_elapsed()): the answer that is waited for does not
 * come, or the connection was idle for long; of a session that opens, session_continue_opening().
 * G_MAXDOUBLE: never. */
double session_deadline(const Session *session);
void session_expire(Session *session, double now, GArray *events);

/* TRUE if the last connection brought a message to its end, be it a refusal. */
gboolean session_works(const Session *session);

/* TRUE, once, if a connection ended that brought no message to an end. */
gboolean session_take_failure(Session *session);

#endif
