/* SPDX-License-Identifier: GPL-3.0-or-later */
/* transfer.h - content as the octets of a mail body (RFC 2045, 6.7 and 6.8), as GMime writes it
 *
 * Both forms can be made piecewise: quoted-printable begins anew after each line end, base64 after
 * each full line. Lines end with CRLF. That GMime makes the same of the whole is what
 * tests/unit/compiled.c holds against it. */
#ifndef RUNDRUF_MESSAGE_TRANSFER_H
#define RUNDRUF_MESSAGE_TRANSFER_H

#include <glib.h>

/* Octets that fill a line of base64: pieces before the last have a multiple of it. */
#define TRANSFER_BASE64_OCTETS 57

/* Appends whole lines, which end with LF or CRLF; the last one of the content may have no end. */
void transfer_append_quoted(GString *out, const char *text, gsize length);

/* Appends octets; a last line that is not full gets its end all the same. */
void transfer_append_base64(GString *out, const char *data, gsize length);

#endif
