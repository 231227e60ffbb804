/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gate.h - the last look at a message's octets before they may go out
 *
 * Looks at what is there, not at what made it, with scanners of its own:
 * - CRLF only, no NUL, lines of at most 998 octets, a body of ASCII, a header of ASCII or UTF-8;
 * - exactly one From, Date, Subject, MIME-Version and Message-ID (the expected one); one To with
 *   the one expected address; no Cc, Bcc, Sender, Return-Path or Resent-*;
 * - List-Unsubscribe unencoded, with a mailto: link; with an https: link too if and only if
 *   List-Unsubscribe-Post: List-Unsubscribe=One-Click stands beside it (RFC 8058);
 * - every multipart complete to its closing boundary, text parts in UTF-8;
 * - no template name left over: in the subject and in text parts, decoded, nothing that looks like
 *   a Mustache tag, that is "{{", a name (with the signs # ^ / > & ! before it), "}}". A text that
 *   means to speak of such tags is refused too: better one message named in the report than a
 *   letter to "Dear {{name}}". Two braces alone are text;
 * - nothing in the HTML part that a mail program would load from elsewhere (message/remote.h). */
#ifndef RUNDRUF_MESSAGE_GATE_H
#define RUNDRUF_MESSAGE_GATE_H

#include <glib.h>

#define GATE_MESSAGE_MAX (1024 * 1024) /* octets */

/* `address` and `message_id` (without < >) are those that must be there. FALSE with INPUT: what is
 * wrong, in words for the report. */
gboolean gate_check(const char *message, gsize length, const char *address, const char *message_id,
                    GError **error);

/* A shorter look at one of many messages that have most lines in common (compiled.h says why it is
 * enough). Each tells whether what it is given is plain: such that no check could refuse it for it.
 * What is not plain is not bad; gate_check() must look.
 *
 * gate_octets_plain(): the octets of a whole message, all ASCII; `marks` is set to how often "=_" is
 * there, as in each boundary. gate_recipient_plain(): a header field with its line end, which is To
 * with that address alone. gate_text_plain(): whole lines of a text part, decoded. */
gboolean gate_octets_plain(const char *message, gsize length, gsize *marks);
gboolean gate_recipient_plain(const char *field, gsize length, const char *address);
gboolean gate_text_plain(const char *text, gsize length, gboolean html);

#endif
