/* SPDX-License-Identifier: GPL-3.0-or-later */
/* encode.h - text as it may stand in a message header (RFC 5322, RFC 2047)
 *
 * GMime's own encoder makes encoded words longer than the 75 octets that RFC 2047 allows, and lets
 * text that looks like an encoded word pass as one; so these are made here. `out` ends with a
 * header line that has been begun, "Subject: " say; lines are folded at 76 octets, between
 * characters. */
#ifndef RUNDRUF_MESSAGE_ENCODE_H
#define RUNDRUF_MESSAGE_ENCODE_H

#include <glib.h>

/* Appends one line of clean text (text_one_line()): as it is, or as encoded words. */
void encode_append_text(GString *out, const char *text);

/* Appends "Name <address>", or the address alone if `name` is NULL or empty. The name is a clean
 * line, the address has been checked. */
void encode_append_mailbox(GString *out, const char *name, const char *address);

/* Appends a folded value's next piece, not to be broken or encoded: on this line if it fits. */
void encode_append_piece(GString *out, const char *piece);

#endif
