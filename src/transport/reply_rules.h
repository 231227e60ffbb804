/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reply_rules.h - the table of what refusals mean: what servers say, in codes and in words
 *
 * Pure. Rows are facts: enhanced status codes as RFC 3463 and IANA's registry (RFC 5248) have them,
 * and what servers really say, from their documentation. transport/outcome.c makes an Outcome of
 * it; tests/unit/outcome.c has the replies that rows are there for. */
#ifndef RUNDRUF_TRANSPORT_REPLY_RULES_H
#define RUNDRUF_TRANSPORT_REPLY_RULES_H

#include <glib.h>

typedef enum {
    MEANING_MESSAGE,   /* what MAIL announces of the message: its size, or that it needs SMTPUTF8 */
    MEANING_RECIPIENT, /* the address, its mailbox, or what the message says */
    MEANING_GREYLISTED, /* come again in some minutes */
    MEANING_SLOWER,     /* too much at once */
    MEANING_HOLD,       /* we are refused as senders */
    MEANING_DOMAIN,     /* the domain's servers are in trouble */
    MEANING_RELAY       /* the relay, our login there, or our sender address */
} Meaning;

/* What a reply with a code from 400 to 599 means. `subject` and `detail`: of its enhanced status
 * code, or -1. `words`: its text, see reply_rules_words(). */
Meaning reply_rules_find(int code, int subject, int detail, const char *words);

/* A reply's text (UTF-8, one line) made ready for reply_rules_find(): ASCII in lower case, and mail
 * addresses left out, so that nobody is judged by what an address contains. Owned by the caller. */
char *reply_rules_words(const char *text);

#endif
