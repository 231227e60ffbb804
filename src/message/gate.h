/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gate.h - the last look at a message's octets before they may go out
 *
 * Looks at what is there, not at what made it: CRLF only, no NUL, lines of at most 998 octets, ASCII or
 * UTF-8 header, one To with the one expected address, no Cc, no Bcc, one From, Date, Subject and
 * Message-ID, the List-Unsubscribe pair (RFC 8058) unencoded, at most 998 octets a header line, no
 * unresolved template name and nothing remote that a mail program would load in the HTML part. */
#ifndef RUNDRUF_MESSAGE_GATE_H
#define RUNDRUF_MESSAGE_GATE_H

#include <glib.h>

#define GATE_MESSAGE_MAX (1024 * 1024) /* octets */

/* `address` and `message_id` (without < >) are those that must be there. FALSE with INPUT: what is
 * wrong, in words for the report. */
gboolean gate_check(const char *message, gsize length, const char *address, const char *message_id,
                    GError **error);

#endif
