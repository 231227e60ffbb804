/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outcome.h - what one attempt to send came to, whose fault that is, and when to try again: pure
 * functions
 *
 * A relay's reply is judged by its enhanced status code first (RFC 3463, RFC 5248), by its reply code
 * second (RFC 5321, 4.2), by its words last: servers that mean "slow down" or "we refuse your
 * address" say so in words mostly (transport/reply_rules.c has the table). Whether it is for now or
 * for ever the reply code alone decides. What matters beside "again or never" is whom it is held
 * against: a fault of the relay or of the recipient's whole domain says nothing about the person, and
 * costs the delivery no attempt. So OUTCOME_PERMANENT comes with BLAME_RECIPIENT only; a refusal for
 * ever by relay or domain is OUTCOME_TEMPORARY, and stands until somebody has mended it or the
 * mailing's time is over.
 *
 * Relay or domain? Most use one relay for all domains, which says "250" and fetches the domain's
 * answer later; but some ask the domain's server while we wait. Before RCPT no domain was named:
 * all that is said there is the relay's, but for what MAIL announces of the message (its size, or
 * that it needs SMTPUTF8). From RCPT on, a refusal of our login or of our sender address is the
 * relay's, and so is a 421 that names no reason; limits, reputation, and trouble are the domain's. A
 * relay that means itself by such words is then found so domain by domain, which stops too little
 * rather than too much. */
#ifndef RUNDRUF_TRANSPORT_OUTCOME_H
#define RUNDRUF_TRANSPORT_OUTCOME_H

#include <glib.h>

#define OUTCOME_TEXT_MAX     500        /* characters kept of a relay's words */
#define OUTCOME_PAUSE_MOST_S (2 * 3600) /* between two attempts */

typedef enum {
    OUTCOME_SENT,      /* 2xx to the end of data */
    OUTCOME_TEMPORARY, /* try again later */
    OUTCOME_PERMANENT, /* never again in this mailing; BLAME_RECIPIENT only */
    OUTCOME_UNKNOWN,   /* the end of data went out, and no answer came (RFC 1047) or none that says
                        * whether it arrived */
    OUTCOME_UNTRIED    /* no relay has said a word about it: give it again at once, if one works */
} OutcomeKind;

typedef enum {
    BLAME_RECIPIENT, /* this address or this message: counts as an attempt */
    BLAME_DOMAIN,    /* the recipient's domain takes nothing from us for now */
    BLAME_RELAY      /* the relay, the way to it, or our login there: nobody's mail goes */
} OutcomeBlame;

/* Each with OUTCOME_TEMPORARY and the blame that it names. */
typedef enum {
    REMEDY_NONE,
    REMEDY_GREYLISTED, /* BLAME_RECIPIENT: the usual first answer of a greylisting server: again in
                        * some minutes */
    REMEDY_SLOWER,     /* BLAME_DOMAIN: too much at once: fewer messages and sessions for it */
    REMEDY_HOLD        /* BLAME_DOMAIN: it refuses us as senders (reputation, our own SPF, DKIM,
                        * DMARC, PTR): it is held and a person told; nothing mends it by itself */
} OutcomeRemedy;

typedef struct {
    OutcomeKind kind;
    OutcomeBlame blame;
    OutcomeRemedy remedy;
    int code;        /* SMTP reply code, 200 to 599; 0: none */
    char status[12]; /* enhanced status code as in "5.1.1"; "": none was said */
    char *text; /* the relay's words, without codes, or what went wrong: one line, UTF-8, at most
                      * OUTCOME_TEXT_MAX characters; may be NULL */
} Outcome;

/* Where in the dialogue a reply came. */
typedef enum {
    PHASE_CONNECT, /* the banner, and what comes before it */
    PHASE_EHLO,
    PHASE_STARTTLS,
    PHASE_AUTH,
    PHASE_MAIL,
    PHASE_RCPT,
    PHASE_DATA, /* DATA, or BDAT that is not the last */
    PHASE_END   /* the end of the content: "." or BDAT LAST */
} Phase;

void outcome_clear(Outcome *outcome);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

/* What a whole reply in `phase` means that refuses, that is not what was asked for (250 to DATA, 354
 * to RCPT), or that answers the end of the content. `code` as said: a value that is no reply code, or
 * none for this phase, means a broken relay (at PHASE_END: OUTCOME_UNKNOWN, for the message may have
 * arrived). `text`: its lines without the codes, joined by blanks, enhanced status codes still in
 * it; any octets, or NULL; what is beyond 4 KiB is not looked at. Fills `outcome`, owned by the
 * caller: outcome_clear(). */
void outcome_of_reply(Phase phase, int code, const char *text, Outcome *outcome);

/* What it means that the connection ended, or an answer did not come in time, in `phase`: `why`, in
 * the reader's words; any octets, or NULL. `ended`: the end of the content had begun to go out, and so
 * the message may have arrived (before PHASE_DATA it cannot). The relay is blamed. Fills `outcome`,
 * as outcome_of_reply() does. */
void outcome_of_loss(Phase phase, gboolean ended, const char *why, Outcome *outcome);

/* When a delivery that has had `attempts` (1 or more) is due again after a temporary failure at
 * `now`: 5, 15, 30, 60 minutes, then every 2 hours; 0 if that would be after `not_after`. Unix
 * seconds. */
gint64 outcome_retry_at(guint attempts, gint64 now, gint64 not_after);

#endif
