/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outcome.h - what one attempt to send came to, and when to try again: pure functions */
#ifndef RUNDRUF_TRANSPORT_OUTCOME_H
#define RUNDRUF_TRANSPORT_OUTCOME_H

#include <glib.h>

typedef enum {
    OUTCOME_SENT,      /* 250 to the end of data */
    OUTCOME_TEMPORARY, /* try again later */
    OUTCOME_PERMANENT, /* never again in this mailing */
    OUTCOME_UNKNOWN    /* the end of data went out, no answer came (RFC 1047) */
} OutcomeKind;

typedef struct {
    OutcomeKind kind;
    int code;      /* SMTP reply code; 0: none */
    char *text;    /* the relay's words or what went wrong, one line, UTF-8; may be NULL */
    gboolean site; /* the fault is the relay's or the connection's, not this recipient's */
} Outcome;

void outcome_clear(Outcome *outcome);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

/* Judges an SMTP transaction: `ok`: the library reported success; `code`: the last reply code
 * that it knows, 0 if none; `body_ended`: every octet of the message had been taken for sending. */
OutcomeKind outcome_judge(gboolean ok, int code, gboolean body_ended);

/* When a delivery that has had `attempts` (1 or more) is due again after a temporary failure at
 * `now`: 5, 15, 30, 60 minutes, then every 2 hours; 0 if that would be after `not_after`. Unix
 * seconds. */
gint64 outcome_retry_at(guint attempts, gint64 now, gint64 not_after);

#endif
