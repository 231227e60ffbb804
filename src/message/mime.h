/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mime.h - the parts of an invitation, put together (RFC 2045, RFC 2046), by GMime
 *
 *     multipart/mixed
 *         multipart/alternative
 *             text/plain, text/html    quoted-printable
 *             text/calendar; method=   base64: gateways trim the blanks at the end of folded lines
 *         application/ics              the same calendar as a file, for programs that want one
 *
 * UTF-8 throughout; nothing in it is random or names this machine. Messages are made of frames
 * (frame.h), and those by mime_append(). */
#ifndef RUNDRUF_MESSAGE_MIME_H
#define RUNDRUF_MESSAGE_MIME_H

#include <glib.h>

typedef struct {
    const char *text, *html; /* lines end with LF */
    const char *calendar;    /* lines end with CRLF */
    const char *method;      /* of the calendar: REQUEST, CANCEL */
    const char *token;       /* what the boundaries are made of: letters, digits, hyphens */
} MimeParts;

/* Before the first mime_append(); again does no harm. There is no end: GMime cannot start anew. */
void mime_start(void);

/* Appends the body to a header (each line with its CRLF), beginning with MIME-Version. */
void mime_append(GString *message, const MimeParts *parts);

#endif
