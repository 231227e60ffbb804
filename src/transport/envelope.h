/* SPDX-License-Identifier: GPL-3.0-or-later */
/* envelope.h - the commands MAIL and RCPT of a message, with what the relay offers for them
 *
 * SIZE (RFC 1870), SMTPUTF8 (RFC 6531) for an address that needs it, and DSN (RFC 3461): a delay or
 * failure is to be reported with the headers only, and the report names the message (ENVID) and the
 * recipient as they stand here (ORCPT, for addresses beyond ASCII by RFC 6533). */
#ifndef RUNDRUF_TRANSPORT_ENVELOPE_H
#define RUNDRUF_TRANSPORT_ENVELOPE_H

#include "transport/dialogue.h"

/* The longest command: an address of 254 octets, and once more with each octet written as \x{HH}. */
#define ENVELOPE_COMMAND_MAX 2048

/* Each writes the command with its line end, and a NUL that does not count, and returns its length. The
 * message is one that wire_check() let pass. */
gsize envelope_mail(const TransportMessage *message, const DialogueOffer *offer,
                    char command[ENVELOPE_COMMAND_MAX]);
gsize envelope_rcpt(const TransportMessage *message, const DialogueOffer *offer,
                    char command[ENVELOPE_COMMAND_MAX]);

#endif
