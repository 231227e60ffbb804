/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decode.h - undoes the encodings of a message that Rundruf itself has made
 *
 * Small and strict, and independent of the library that did the encoding, so that the gate sees
 * what a reader will see. Not for foreign mail. */
#ifndef RUNDRUF_MESSAGE_DECODE_H
#define RUNDRUF_MESSAGE_DECODE_H

#include <glib.h>

/* Content in `encoding` (quoted-printable, base64, 7bit, 8bit; RFC 2045, 6); NULL if it is another,
 * if it is malformed, or if the content has a NUL or is not UTF-8. Owned by the caller. */
char *decode_content(const char *content, gsize length, const char *encoding);

/* An unfolded header value with its encoded words (RFC 2047, utf-8 only), or NULL as above. */
char *decode_header(const char *value);

#endif
