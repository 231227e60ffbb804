/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smtp.c - `smtp://` and `smtps://`: all sessions in one loop
 *
 *     relay      the settings of one relay
 *     opening    libcurl connects, with TLS and login                     \
 *     dialogue   SMTP from then on: reply, envelope                        > session: one connection
 *                                                                         /
 *     smtp       which relay a session goes to, how long it rests, and what is polled
 *
 * A relay that cannot be used, while nobody else is connected to it, is left alone for a while, and the
 * next one (transport.fallback) is tried with the same message. A relay that refuses one connection
 * and keeps another has its reasons (a limit, mostly): the session rests, the others go on. */
#include "transport/transport.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "transport/opening.h"
#include "transport/session.h"
#include "transport/wire.h"

#include <math.h>
#include <poll.h>
#include <string.h>

#define REST_FIRST_S   2.0
#define REST_MOST_S    300.0
#define RELAY_FAILURES 4 /* what the first failure of a relay counts as: half a minute */

typedef struct {
    Relay *relay;
    guint failures;     /* one after the other */
    double rests_until; /* clock_elapsed() */
} Choice;

typedef struct {
    Session *session;
    guint tried; /* how many choices the opening under way has tried */
    guint failures;
    double rests_until; /* 0: does not rest */
    guint first, count; /* what is polled for it */
} Place;

typedef struct {
    Transport transport; /* first: the vtable is the object's address */
    GArray *choices;     /* of Choice, the preferred one first */
    Place *places;
    struct pollfd *polled; /* SESSION_POLLED_MAX for each session, and the caller's */
    gboolean changed;      /* a session may want what it did not want before */
    GArray *refused;       /* TransportEvents of messages that never got to a session */
} Smtp;

static double
rest_s(guint failures)
{
    return MIN(REST_FIRST_S * (double)(1 << MIN(failures, 10)), REST_MOST_S);
}

static Choice *
choice_at(const Smtp *self, guint index)
{
    return &g_array_index(self->choices, Choice, index);
}

static Choice *
choice_of(const Smtp *self, const Relay *relay)
{
    for (guint i = 0; i < self->choices->len; i++) {
        if (choice_at(self, i)->relay == relay)
            return choice_at(self, i);
    }
    return NULL;
}

/* TRUE if another session than `except` is connected to `relay` (NULL: to any). */
static gboolean
is_connected(const Smtp *self, const Place *except, const Relay *relay)
{
    for (guint i = 0; i < self->transport.sessions; i++) {
        const Place *place = &self->places[i];
        if (place != except && session_state(place->session) == SESSION_OPEN &&
            (!relay || session_relay(place->session) == relay))
            return TRUE;
    }
    return FALSE;
}

/* --- which relay ------------------------------------------------------------------------------- */

static void
rest_place(Place *place, double now)
{
    place->rests_until = now + rest_s(place->failures++);
}

/* The session could not work with `relay`. FALSE if that is the session's matter alone. */
static gboolean
blame_relay(Smtp *self, const Place *place, const Relay *relay, double now)
{
    Choice *choice = choice_of(self, relay);
    if (!choice || is_connected(self, place, relay))
        return FALSE;
    if (choice->rests_until <= now) /* of all sessions that fail at once, the first one counts */
        choice->rests_until = now + rest_s(RELAY_FAILURES + choice->failures++);
    return TRUE;
}

/* The next relay for an opening, or NULL. If all rest, each is tried all the same: somebody has given
 * a message. */
static const Relay *
next_relay(const Smtp *self, Place *place, double now)
{
    gboolean all_rest = TRUE;
    for (guint i = 0; i < self->choices->len; i++)
        all_rest &= choice_at(self, i)->rests_until > now;
    while (place->tried < self->choices->len) {
        const Choice *choice = choice_at(self, place->tried++);
        if (all_rest || choice->rests_until <= now)
            return choice->relay;
    }
    return NULL;
}

/* No relay is left to try: the session's messages go back. */
static void
give_up_opening(Smtp *self, Place *place, Outcome *outcome, double now, GArray *events)
{
    if (is_connected(self, place, NULL))
        outcome->kind = OUTCOME_UNTRIED;
    session_give_back(place->session, outcome, events);
    rest_place(place, now);
}

/* Goes on with the next relay, after `outcome` if there was one before it. */
static void
open_next(Smtp *self, Place *place, Outcome *outcome, double now, GArray *events)
{
    const Relay *relay;
    while ((relay = next_relay(self, place, now))) {
        outcome_clear(outcome);
        if (session_begin_opening(place->session, relay, outcome))
            return;
        blame_relay(self, place, relay, now);
    }
    give_up_opening(self, place, outcome, now, events);
}

/* After each step of a session with `relay`, or with none: what that tells of both. */
static void
note_step(Smtp *self, Place *place, const Relay *relay, double now)
{
    Choice *choice = choice_of(self, relay);
    if (choice && session_state(place->session) == SESSION_CLOSED)
        self->changed = TRUE;
    if (choice && session_works(place->session))
        place->failures = choice->failures = 0;
    if (!session_take_failure(place->session))
        return;
    blame_relay(self, place, relay, now);
    rest_place(place, now);
}

static void
end_opening(Smtp *self, Place *place, CURLcode result, double now, GArray *events)
{
    const Relay *relay = session_relay(place->session);
    g_auto(Outcome) outcome = {0};
    if (session_end_opening(place->session, result, now, &outcome)) {
        choice_of(self, relay)->rests_until = 0;
        session_read(place->session, now, events); /* nothing may be there yet */
        session_write(place->session, now, events);
        note_step(self, place, relay, now);
    } else if (blame_relay(self, place, relay, now))
        open_next(self, place, &outcome, now, events);
    else
        give_up_opening(self, place, &outcome, now, events);
}

/* --- the loop ---------------------------------------------------------------------------------- */

/* What needs no waiting: opens, writes, and ends what took too long. */
static void
work(Smtp *self, GArray *events)
{
    double now = clock_elapsed();
    for (guint i = 0; i < self->transport.sessions; i++) {
        Place *place = &self->places[i];
        const Relay *relay = session_relay(place->session);
        if (place->rests_until > 0 && place->rests_until <= now) {
            place->rests_until = 0;
            self->changed = TRUE;
        }
        if (session_deadline(place->session) <= now) /* of one that opens: read_polled() */
            session_expire(place->session, now, events);
        else
            session_write(place->session, now, events);
        note_step(self, place, relay, now);
        if (session_needs_opening(place->session)) {
            g_auto(Outcome) outcome = {0};
            place->tried = 0;
            open_next(self, place, &outcome, now, events);
        }
    }
}

static double
next_deadline(const Smtp *self)
{
    double deadline = G_MAXDOUBLE;
    for (guint i = 0; i < self->transport.sessions; i++) {
        const Place *place = &self->places[i];
        deadline = MIN(deadline, session_deadline(place->session));
        if (place->rests_until > 0)
            deadline = MIN(deadline, place->rests_until);
    }
    return deadline;
}

static guint
collect_polled(Smtp *self, int wake_fd)
{
    guint count = 0;
    for (guint i = 0; i < self->transport.sessions; i++) {
        Place *place = &self->places[i];
        place->first = count;
        place->count = session_collect(place->session, self->polled + count);
        count += place->count;
    }
    self->polled[count] =
        (struct pollfd){wake_fd, POLLIN, 0}; /* poll() passes over a negative one */
    return count + 1;
}

/* Waits at most until `until`. FALSE if the caller is wanted: its descriptor, or a signal. */
static gboolean
wait_until(Smtp *self, int wake_fd, double until)
{
    guint count = collect_polled(self, wake_fd);
    double milliseconds = ceil(1000 * (until - clock_elapsed()));
    int timeout = milliseconds >= G_MAXINT ? -1 : MAX((int)milliseconds, 0);
    if (poll(self->polled, count, timeout) < 0) {
        for (guint i = 0; i < count; i++)
            self->polled[i].revents = 0;
        return FALSE;
    }
    return self->polled[count - 1].revents == 0;
}

static gboolean
was_polled(const Smtp *self, const Place *place)
{
    for (guint i = 0; i < place->count; i++) {
        if (self->polled[place->first + i].revents != 0)
            return TRUE;
    }
    return FALSE;
}

static void
continue_opening(Smtp *self, Place *place, double now, GArray *events)
{
    CURLcode result;
    const struct pollfd *polled = self->polled + place->first;
    if (session_continue_opening(place->session, polled, place->count, now, &result))
        end_opening(self, place, result, now, events);
}

static void
read_polled(Smtp *self, GArray *events)
{
    double now = clock_elapsed();
    for (guint i = 0; i < self->transport.sessions; i++) {
        Place *place = &self->places[i];
        const Relay *relay = session_relay(place->session);
        gboolean opening = session_state(place->session) == SESSION_OPENING;
        if (opening && (was_polled(self, place) || session_deadline(place->session) <= now))
            continue_opening(self, place, now, events);
        if (opening || !was_polled(self, place))
            continue;
        session_read(place->session, now, events);
        session_write(place->session, now, events);
        note_step(self, place, relay, now);
    }
}

static void
take_refused(Smtp *self, GArray *events)
{
    g_array_append_vals(events, self->refused->data, self->refused->len);
    g_array_set_size(self->refused, 0);
}

static gboolean
smtp_turn(Transport *transport, int wake_fd, gint64 milliseconds, GArray *events,
          G_GNUC_UNUSED GError **error)
{
    Smtp *self = (Smtp *)transport;
    guint before = events->len;
    double until = milliseconds < 0 ? G_MAXDOUBLE : clock_elapsed() + (double)milliseconds / 1000;
    gboolean goes_on = TRUE;
    take_refused(self, events);
    self->changed = FALSE;
    while (goes_on) {
        work(self, events);
        gboolean happened = events->len > before || self->changed;
        double deadline = happened ? 0 : MIN(until, next_deadline(self));
        gboolean unwoken = wait_until(self, wake_fd, deadline);
        read_polled(self, events);
        happened |= events->len > before || self->changed;
        goes_on = unwoken && !happened && clock_elapsed() < until;
    }
    return TRUE;
}

/* --- the rest of the vtable -------------------------------------------------------------------- */

static gboolean
smtp_wants(Transport *transport, guint session)
{
    const Smtp *self = (Smtp *)transport;
    const Place *place = &self->places[session];
    return place->rests_until == 0 && session_wants(place->session);
}

static void
smtp_give(Transport *transport, guint session, const TransportMessage *message)
{
    Smtp *self = (Smtp *)transport;
    TransportEvent event = {.kind = TRANSPORT_DONE, .session = session, .message = message};
    if (wire_check(message, &event.outcome))
        session_give(self->places[session].session, message);
    else
        g_array_append_val(self->refused, event);
}

static void
smtp_go(Transport *transport, guint session)
{
    session_go(((Smtp *)transport)->places[session].session);
}

static void
smtp_drop(Transport *transport, guint session)
{
    session_drop(((Smtp *)transport)->places[session].session);
}

static gboolean
check_relay(const Relay *relay, GError **error)
{
    g_autoptr(Opening) opening = opening_new();
    if (!opening)
        return TRUE;
    g_auto(Outcome) outcome = {0};
    opening_begin(opening, relay);
    CURL *curl = opening_handle(opening);
    if (opening_end(opening, curl_easy_perform(curl), &outcome)) {
        size_t sent;
        curl_easy_send(curl, "QUIT\r\n", strlen("QUIT\r\n"), &sent);
        return TRUE;
    }
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_TRANSPORT,
                _("the mail relay of transport.uri cannot be used: %s"), outcome.text);
    return FALSE;
}

static gboolean
smtp_check(Transport *transport, GError **error)
{
    const Smtp *self = (Smtp *)transport;
    for (guint i = 0; i < self->choices->len; i++) {
        if (!check_relay(choice_at(self, i)->relay, error))
            return FALSE;
    }
    return TRUE;
}

static void
clear_choice(gpointer choice)
{
    relay_free(((Choice *)choice)->relay);
}

static void
smtp_close(Transport *transport)
{
    Smtp *self = (Smtp *)transport;
    for (guint i = 0; self->places && i < self->transport.sessions; i++)
        session_free(self->places[i].session);
    for (guint i = 0; i < self->refused->len; i++)
        outcome_clear(&g_array_index(self->refused, TransportEvent, i).outcome);
    curl_global_cleanup();
    g_array_free(self->choices, TRUE);
    g_array_free(self->refused, TRUE);
    g_free(self->places);
    g_free(self->polled);
    g_free(self);
}

static gboolean
add_choice(Smtp *self, const Config *config, const char *uri, GError **error)
{
    Choice choice = {.relay = relay_new(config, uri, error)};
    if (choice.relay)
        g_array_append_val(self->choices, choice);
    return choice.relay != NULL;
}

static gboolean
add_choices(Smtp *self, const Config *config, GError **error)
{
    if (!add_choice(self, config, config->transport_uri, error))
        return FALSE;
    const char *further = config->transport_fallback ? config->transport_fallback : "";
    g_auto(GStrv) uris = g_strsplit(further, " ", -1);
    for (char **uri = uris; *uri; uri++) {
        if (**uri && !add_choice(self, config, *uri, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
add_places(Smtp *self, const Config *config, GError **error)
{
    guint sessions = (guint)CLAMP(config->transport_sessions, 1, TRANSPORT_SESSIONS_MAX);
    self->places = g_new0(Place, sessions);
    self->polled = g_new0(struct pollfd, SESSION_POLLED_MAX * sessions + 1);
    self->transport.sessions = sessions;
    for (guint i = 0; i < sessions; i++) {
        self->places[i].session = session_new(i, config->transport_session_messages);
        if (!self->places[i].session) {
            g_set_error_literal(error, RUNDRUF_ERROR, RUNDRUF_ERROR_TRANSPORT,
                                _("libcurl cannot be started; is its installation whole?"));
            return FALSE;
        }
    }
    return TRUE;
}

Transport *
transport_smtp_new(const Config *config, GError **error)
{
    Smtp *self = g_new0(Smtp, 1);
    self->transport = (Transport){
        .wants = smtp_wants,
        .give = smtp_give,
        .go = smtp_go,
        .drop = smtp_drop,
        .turn = smtp_turn,
        .check = smtp_check,
        .close = smtp_close,
    };
    self->choices = g_array_new(FALSE, FALSE, sizeof(Choice));
    g_array_set_clear_func(self->choices, clear_choice);
    self->refused = g_array_new(FALSE, FALSE, sizeof(TransportEvent));
    curl_global_init(CURL_GLOBAL_DEFAULT); /* counted; if it fails, so does the next */
    if (add_choices(self, config, error) && add_places(self, config, error))
        return &self->transport;
    smtp_close(&self->transport);
    return NULL;
}
