/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/session.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "transport/dialogue.h"
#include "transport/opening.h"

#include <string.h>

#define MESSAGES    2
#define READ_SIZE   (16 * 1024)
#define TLS_RECORD  (16 * 1024)  /* one write, one record: it arrives whole or not at all */
#define TURN_OCTETS (256 * 1024) /* written at a time: the relay may say something, others wait */
#define IDLE_S      30.0
#define QUIT_S      5.0

typedef struct {
    const TransportMessage *message;
    gboolean said;    /* the dialogue has it */
    gboolean alone;   /* nothing went over the connection before it */
    gboolean retried; /* this is its second connection */
} Entry;

struct Session {
    guint number;
    gint64 messages_max;
    Opening *opening;
    CURLM *multi;
    struct pollfd watched[SESSION_POLLED_MAX]; /* while libcurl opens the connection */
    guint watched_count;
    double timer; /* when libcurl wants to be called at the latest */
    const Relay *relay;
    SessionState state;
    Entry entries[MESSAGES]; /* the first NULL ends them */

    /* the connection */
    Dialogue *dialogue;
    curl_socket_t socket;
    gint64 given;
    gboolean completed; /* a message came to an end that the relay decided on */
    gboolean leaving;
    gboolean blocked; /* not all could be written */
    guint64 progress;
    double since; /* when `progress` was last seen to change */

    gboolean failed; /* see session_take_failure() */
};

/* CURLMOPT_SOCKETFUNCTION: libcurl says what to poll for it. */
static int
on_socket(G_GNUC_UNUSED CURL *curl, curl_socket_t socket, int what, void *user,
          G_GNUC_UNUSED void *socket_data)
{
    Session *self = user;
    guint i = 0;
    while (i < self->watched_count && self->watched[i].fd != socket)
        i++;
    if (what == CURL_POLL_REMOVE) {
        if (i < self->watched_count)
            self->watched[i] = self->watched[--self->watched_count];
        return 0;
    }
    if (i == SESSION_POLLED_MAX)
        return -1;
    self->watched_count = MAX(self->watched_count, i + 1);
    short events =
        (short)((what & CURL_POLL_IN ? POLLIN : 0) | (what & CURL_POLL_OUT ? POLLOUT : 0));
    self->watched[i] = (struct pollfd){socket, events, 0};
    return 0;
}

/* CURLMOPT_TIMERFUNCTION */
static int
on_timer(G_GNUC_UNUSED CURLM *multi, long milliseconds, void *user)
{
    Session *self = user;
    self->timer = milliseconds < 0 ? G_MAXDOUBLE : clock_elapsed() + (double)milliseconds / 1000;
    return 0;
}

Session *
session_new(guint number, gint64 messages_max)
{
    g_autoptr(Session) self = g_new0(Session, 1);
    self->number = number;
    self->messages_max = messages_max > 0 ? messages_max : G_MAXINT64;
    self->timer = G_MAXDOUBLE;
    self->opening = opening_new();
    self->multi = curl_multi_init();
    if (!self->opening || !self->multi)
        return NULL;
    curl_multi_setopt(self->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(self->multi, CURLMOPT_SOCKETDATA, self);
    curl_multi_setopt(self->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(self->multi, CURLMOPT_TIMERDATA, self);
    return g_steal_pointer(&self);
}

static void
disconnect(Session *self)
{
    if (self->state != SESSION_CLOSED)
        curl_multi_remove_handle(self->multi, opening_handle(self->opening));
    g_clear_pointer(&self->dialogue, dialogue_free);
    self->watched_count = 0;
    self->timer = G_MAXDOUBLE;
    self->state = SESSION_CLOSED;
    self->relay = NULL;
    for (guint i = 0; i < MESSAGES; i++)
        self->entries[i].said = FALSE;
}

void
session_free(Session *self)
{
    if (!self)
        return;
    if (self->dialogue && !self->entries[0].message && !self->leaving) {
        /* the one thing that is worth saying without waiting for the answer */
        size_t sent;
        curl_easy_send(opening_handle(self->opening), "QUIT\r\n", 6, &sent);
    }
    disconnect(self);
    opening_free(self->opening);
    curl_multi_cleanup(self->multi);
    g_free(self);
}

SessionState
session_state(const Session *self)
{
    return self->state;
}

const Relay *
session_relay(const Session *self)
{
    return self->relay;
}

/* --- messages ---------------------------------------------------------------------------------- */

gboolean
session_wants(const Session *self)
{
    if (!self->entries[0].message)
        return TRUE;
    return !self->entries[1].message && self->state == SESSION_OPEN && !self->leaving &&
           self->given < self->messages_max && dialogue_wants(self->dialogue);
}

static void
say_entry(Session *self, Entry *entry)
{
    entry->said = TRUE;
    entry->alone = self->given++ == 0;
    dialogue_give(self->dialogue, entry->message);
}

static gboolean
is_usable(const Session *self)
{
    return self->state == SESSION_OPEN && !self->leaving && !dialogue_is_over(self->dialogue);
}

void
session_give(Session *self, const TransportMessage *message)
{
    Entry *entry = &self->entries[self->entries[0].message ? 1 : 0];
    g_return_if_fail(!entry->message);
    *entry = (Entry){.message = message};
    if (is_usable(self))
        say_entry(self, entry);
}

void
session_go(Session *self)
{
    if (self->dialogue)
        dialogue_go(self->dialogue);
}

void
session_drop(Session *self)
{
    if (self->dialogue)
        dialogue_drop(self->dialogue);
}

static void
remove_entry(Session *self, const TransportMessage *message)
{
    if (self->entries[0].message == message)
        self->entries[0] = self->entries[1];
    self->entries[1] = (Entry){0};
}

static void
append_event(const Session *self, TransportEventKind kind, const TransportMessage *message,
             Outcome outcome, GArray *events)
{
    TransportEvent event = {kind, self->number, message, outcome};
    g_array_append_val(events, event);
}

/* TRUE if the message stays, for the next connection. */
static gboolean
retry(Session *self, const DialogueEvent *event)
{
    Entry *entry = &self->entries[self->entries[0].message == event->message ? 0 : 1];
    if (!event->untouched || entry->alone || entry->retried)
        return FALSE;
    entry->retried = TRUE;
    return TRUE;
}

/* TRUE if the relay works, as far as the message can tell. */
static gboolean
is_completed(const Outcome *outcome)
{
    return outcome->kind == OUTCOME_SENT || outcome->kind == OUTCOME_UNTRIED ||
           outcome->blame != BLAME_RELAY;
}

static void
take_events(Session *self, GArray *events)
{
    DialogueEvent event;
    while (dialogue_take_event(self->dialogue, &event)) {
        if (event.kind == DIALOGUE_READY) {
            append_event(self, TRANSPORT_READY, event.message, (Outcome){0}, events);
        } else if (retry(self, &event)) {
            outcome_clear(&event.outcome);
        } else {
            self->completed |= is_completed(&event.outcome);
            remove_entry(self, event.message);
            append_event(self, TRANSPORT_DONE, event.message, event.outcome, events);
        }
    }
}

void
session_give_back(Session *self, const Outcome *outcome, GArray *events)
{
    for (guint i = 0; i < MESSAGES && self->entries[i].message; i++) {
        Outcome copy = *outcome;
        copy.text = g_strdup(outcome->text);
        append_event(self, TRANSPORT_DONE, self->entries[i].message, copy, events);
    }
    for (guint i = 0; i < MESSAGES; i++)
        self->entries[i] = (Entry){0};
}

/* --- opening ----------------------------------------------------------------------------------- */

gboolean
session_needs_opening(const Session *self)
{
    return self->entries[0].message &&
           (self->state == SESSION_CLOSED || (self->state == SESSION_OPEN && self->leaving));
}

gboolean
session_begin_opening(Session *self, const Relay *relay, Outcome *outcome)
{
    disconnect(self);
    self->completed = FALSE;
    opening_begin(self->opening, relay);
    CURLMcode result = curl_multi_add_handle(self->multi, opening_handle(self->opening));
    if (result != CURLM_OK) {
        outcome_of_loss(PHASE_CONNECT, FALSE, curl_multi_strerror(result), outcome);
        return FALSE;
    }
    self->relay = relay;
    self->state = SESSION_OPENING;
    return TRUE;
}

gboolean
session_continue_opening(Session *self, const struct pollfd *polled, guint count, double now,
                         CURLcode *result)
{
    int running = 0, left = 0;
    for (guint i = 0; i < count; i++) {
        int events = (polled[i].revents & POLLIN ? CURL_CSELECT_IN : 0) |
                     (polled[i].revents & POLLOUT ? CURL_CSELECT_OUT : 0) |
                     (polled[i].revents & (POLLERR | POLLHUP | POLLNVAL) ? CURL_CSELECT_ERR : 0);
        if (events)
            curl_multi_socket_action(self->multi, polled[i].fd, events, &running);
    }
    if (self->timer <= now) {
        self->timer = G_MAXDOUBLE; /* until it is set again */
        curl_multi_socket_action(self->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    const CURLMsg *said = curl_multi_info_read(self->multi, &left);
    if (!said || said->msg != CURLMSG_DONE)
        return FALSE;
    *result = said->data.result;
    return TRUE;
}

gboolean
session_end_opening(Session *self, CURLcode result, double now, Outcome *outcome)
{
    if (!opening_end(self->opening, result, outcome)) {
        disconnect(self);
        return FALSE;
    }
    self->state = SESSION_OPEN;
    self->dialogue = dialogue_new(opening_offer(self->opening));
    self->socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(opening_handle(self->opening), CURLINFO_ACTIVESOCKET, &self->socket);
    self->given = 0;
    self->leaving = self->blocked = FALSE;
    self->progress = 0;
    self->since = now;
    for (guint i = 0; i < MESSAGES && self->entries[i].message; i++)
        say_entry(self, &self->entries[i]);
    return TRUE;
}

/* --- reading and writing ----------------------------------------------------------------------- */

guint
session_collect(const Session *self, struct pollfd polled[SESSION_POLLED_MAX])
{
    if (self->state == SESSION_OPEN) {
        polled[0] = (struct pollfd){self->socket, POLLIN, 0};
        if (self->blocked)
            polled[0].events |= POLLOUT;
        return 1;
    }
    memcpy(polled, self->watched, self->watched_count * sizeof *polled);
    return self->watched_count;
}

/* After each step: what happened goes to the caller, and a dialogue that is over takes its connection
 * with it. */
static void
after_step(Session *self, double now, GArray *events)
{
    take_events(self, events);
    if (self->progress != dialogue_progress(self->dialogue)) {
        self->progress = dialogue_progress(self->dialogue);
        self->since = now;
    }
    if (dialogue_is_over(self->dialogue)) {
        self->failed |= !self->completed && self->given > 0;
        disconnect(self);
    } else if (!self->entries[0].message && self->given >= self->messages_max && !self->leaving) {
        self->leaving = TRUE;
        dialogue_quit(self->dialogue);
    }
}

static void
end_connection(Session *self, gboolean closed, const char *why, double now, GArray *events)
{
    dialogue_end(self->dialogue, closed, why);
    after_step(self, now, events);
}

/* FALSE if the connection is at its end, with `why`. */
static gboolean
read_all(Session *self, const char **why)
{
    char octets[READ_SIZE];
    while (!dialogue_is_over(self->dialogue)) {
        size_t length = 0;
        CURLcode result =
            curl_easy_recv(opening_handle(self->opening), octets, sizeof octets, &length);
        if (result == CURLE_AGAIN)
            return TRUE;
        if (result != CURLE_OK || length == 0) {
            *why = result == CURLE_OK ? _("the relay closed the connection")
                                      : curl_easy_strerror(result);
            return FALSE;
        }
        dialogue_read(self->dialogue, octets, length);
        /* what TLS has decoded already no poll() tells of */
        if (!self->relay->tls && length < sizeof octets)
            return TRUE;
    }
    return TRUE;
}

void
session_read(Session *self, double now, GArray *events)
{
    const char *why = NULL;
    if (self->state != SESSION_OPEN)
        return;
    if (read_all(self, &why))
        after_step(self, now, events);
    else
        end_connection(self, TRUE, why, now, events);
}

/* FALSE if the connection is at its end. */
static gboolean
write_all(Session *self)
{
    gsize length, written = 0;
    const char *octets;
    self->blocked = FALSE;
    while ((octets = dialogue_output(self->dialogue, &length)), length > 0) {
        size_t sent = 0;
        if (self->relay->tls)
            length = MIN(length, TLS_RECORD);
        CURLcode result = curl_easy_send(opening_handle(self->opening), octets, length, &sent);
        if (result != CURLE_OK && result != CURLE_AGAIN)
            return FALSE;
        dialogue_wrote(self->dialogue, sent);
        written += sent;
        self->blocked = result == CURLE_AGAIN || written >= TURN_OCTETS;
        if (self->blocked)
            return TRUE;
    }
    return TRUE;
}

void
session_write(Session *self, double now, GArray *events)
{
    if (self->state != SESSION_OPEN)
        return;
    if (write_all(self)) {
        after_step(self, now, events);
        return;
    }
    /* the relay may have said why before it closed */
    const char *why = _("the relay closed the connection");
    read_all(self, &why);
    end_connection(self, TRUE, why, now, events);
}

/* --- time -------------------------------------------------------------------------------------- */

/* RFC 5321, 4.5.3.2, for a transport.timeout of 5 minutes. */
static double
patience(const Session *self, DialogueWait wait)
{
    double timeout_s = (double)self->relay->timeout_s;
    switch (wait) {
    case DIALOGUE_WAITS_FOR_REPLY:
        return timeout_s;
    case DIALOGUE_WAITS_FOR_DATA:
        return 0.4 * timeout_s;
    case DIALOGUE_WAITS_FOR_WRITE:
        return 0.6 * timeout_s;
    case DIALOGUE_WAITS_FOR_END:
        return 2 * timeout_s;
    case DIALOGUE_WAITS_FOR_QUIT:
        return MIN(timeout_s, QUIT_S);
    default:
        return IDLE_S;
    }
}

double
session_deadline(const Session *self)
{
    if (self->state != SESSION_OPEN)
        return self->timer;
    DialogueWait wait = dialogue_waits_for(self->dialogue);
    if (wait == DIALOGUE_WAITS_FOR_NOTHING && self->entries[0].message)
        return G_MAXDOUBLE; /* the caller has its time */
    return self->since + patience(self, wait);
}

void
session_expire(Session *self, double now, GArray *events)
{
    if (self->state != SESSION_OPEN)
        return;
    if (dialogue_waits_for(self->dialogue) == DIALOGUE_WAITS_FOR_NOTHING && !self->leaving) {
        self->leaving = TRUE;
        dialogue_quit(self->dialogue);
        session_write(self, now, events);
        return;
    }
    end_connection(self, FALSE, _("the relay did not answer in time (transport.timeout)"), now,
                   events);
}

gboolean
session_works(const Session *self)
{
    return self->completed;
}

gboolean
session_take_failure(Session *self)
{
    gboolean failed = self->failed;
    self->failed = FALSE;
    return failed;
}
