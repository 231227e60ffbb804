/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire.h - what may go on the wire: the last look at a message before a transport takes it
 *
 * libcurl sends what it is given: CR LF in an address becomes a further SMTP command, a bare LF in
 * the content stays bare. Nothing is relied on that somebody else checked earlier. */
#ifndef RUNDRUF_TRANSPORT_WIRE_H
#define RUNDRUF_TRANSPORT_WIRE_H

#include "transport/transport.h"

/* TRUE if the addresses and the content can be sent as they are. Else FALSE, with a permanent
 * outcome that says what is wrong. Addresses: no blank, control character or < >, UTF-8 in the
 * local part alone and only with `smtputf8`, at most 254 octets (RFC 5321, 4.5.3.1.3); the
 * return path may be empty. Content: not empty, no NUL, CRLF line ends only, at most 998 octets
 * a line (RFC 5322, 2.1.1). `outcome` is untouched where all is well. */
gboolean wire_check(const TransportMessage *message, Outcome *outcome);

#endif
