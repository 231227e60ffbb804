/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dialogue.h - the client's side of SMTP after the login: octets in, octets out, no network, no clock
 *
 * A dialogue has up to two messages: the first, and one that follows it. With PIPELINING (RFC 2920)
 * the follower's MAIL, RCPT and DATA go out in one write with the content of the first; without, one
 * command waits for the answer to the one before. Commands that were said stand in a queue, and each
 * reply answers the oldest of them: one that comes before its command is out, or answers none, or
 * is none, ends the dialogue (or is a 421, which does so by right).
 *
 * Content is sent for one reason only: 354 came for this very message, with its MAIL and RCPT
 * accepted, and dialogue_go() was called. Where a relay answers DATA with 354 although it refused
 * the recipient, the dialogue is over: what is said next would be content. For the same reason
 * nothing is said while the DATA of a refused message waits for its answer, and RSET comes before the
 * next MAIL.
 *
 * Once it is over, everything that it still had has got its DIALOGUE_DONE; the owner closes the
 * connection. */
#ifndef RUNDRUF_TRANSPORT_DIALOGUE_H
#define RUNDRUF_TRANSPORT_DIALOGUE_H

#include "transport/transport.h"

/* What the relay said to EHLO that matters here. */
typedef struct {
    gboolean pipelining; /* RFC 2920 */
    gboolean size;       /* RFC 1870 */
    gboolean eight_bit;  /* 8BITMIME, RFC 6152 */
    gboolean smtputf8;   /* RFC 6531 */
    gboolean dsn;        /* RFC 3461 */
} DialogueOffer;

typedef enum { DIALOGUE_READY, DIALOGUE_DONE } DialogueEventKind;

typedef struct {
    DialogueEventKind kind;
    const TransportMessage *message;
    Outcome outcome;    /* DONE; its text belongs to whoever takes the event */
    gboolean untouched; /* DONE: the relay said nothing about the message but, perhaps, 421; over
                         * another connection it may go well */
} DialogueEvent;

/* What the dialogue waits for. */
typedef enum {
    DIALOGUE_WAITS_FOR_NOTHING, /* for its owner: a message, or go or drop */
    DIALOGUE_WAITS_FOR_REPLY,   /* to MAIL, RCPT, RSET */
    DIALOGUE_WAITS_FOR_DATA,    /* for 354 */
    DIALOGUE_WAITS_FOR_WRITE,   /* that octets can be written */
    DIALOGUE_WAITS_FOR_END,     /* the answer to the end of a content */
    DIALOGUE_WAITS_FOR_QUIT
} DialogueWait;

typedef struct Dialogue Dialogue;

/* Reads one line of the relay's answer to EHLO ("250-SIZE 1000", with or without its end). */
void dialogue_read_offer(DialogueOffer *offer, const char *line, gsize length);

Dialogue *dialogue_new(const DialogueOffer *offer);
void dialogue_free(Dialogue *dialogue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dialogue, dialogue_free)

/* TRUE if there is room for a message: none is there, or one that is past its DATA. */
gboolean dialogue_wants(const Dialogue *dialogue);

/* Adds a message that wire_check() let pass; it is the caller's again with its DIALOGUE_DONE. */
void dialogue_give(Dialogue *dialogue, const TransportMessage *message);

/* After DIALOGUE_READY: sends the content of the first message; or ends the dialogue, since a relay
 * that has said 354 can only be left. A dropped message is done as OUTCOME_UNTRIED. Without a
 * message that is ready neither does anything. */
void dialogue_go(Dialogue *dialogue);
void dialogue_drop(Dialogue *dialogue);

/* Says QUIT as soon as there is no message; takes none any more. */
void dialogue_quit(Dialogue *dialogue);

/* Takes what the relay sent. */
void dialogue_read(Dialogue *dialogue, const char *octets, gsize length);

/* The next octets to write (`length` 0: none now), at the same place until they are reported as
 * written. */
const char *dialogue_output(Dialogue *dialogue, gsize *length);
void dialogue_wrote(Dialogue *dialogue, gsize length);

/* The connection ended (`closed`: by the relay), or is given up; `why` in the reader's words. */
void dialogue_end(Dialogue *dialogue, gboolean closed, const char *why);

gboolean dialogue_is_over(const Dialogue *dialogue);

/* Takes the next event, if there is one. */
gboolean dialogue_take_event(Dialogue *dialogue, DialogueEvent *event);

DialogueWait dialogue_waits_for(const Dialogue *dialogue);

/* Grows whenever the dialogue came a step further: a reply was read, a write was completed. */
guint64 dialogue_progress(const Dialogue *dialogue);

#endif
