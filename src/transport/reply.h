/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reply.h - reads one SMTP reply after the other out of octets as they come (RFC 5321, 4.2)
 *
 * A reply is one line or several, of which all but the last have a "-" behind the code. Whoever
 * sends what is none, or one without end, is a broken relay: nothing that it says afterwards can be
 * matched to a command any more. */
#ifndef RUNDRUF_TRANSPORT_REPLY_H
#define RUNDRUF_TRANSPORT_REPLY_H

#include <glib.h>

#define REPLY_KEPT       2048        /* octets of a reply's words that are kept */
#define REPLY_OCTETS_MAX (64 * 1024) /* of a reply, the codes and line ends included */
#define REPLY_LINES_MAX  100

typedef enum { REPLY_PART, REPLY_WHOLE, REPLY_BROKEN } ReplyState;

/* All zero before the first octet. */
typedef struct {
    int code; /* 200 to 599 */
    char text[REPLY_KEPT +
              1]; /* the lines without their codes, joined by blanks; any octets but NUL */

    gsize length; /* of `text` */
    gsize octets;
    guint lines;  /* that are complete */
    gsize column; /* octets of the line under way */
    int line_code;
    char separator; /* what stands behind the line's code */
    gboolean whole;
} Reply;

/* Reads from `octets` up to the end of a reply at most, and says in `used` how many that took. After
 * REPLY_WHOLE `code` and `text` stand until the next call, which begins the next reply.
 * REPLY_BROKEN: no reply, codes that differ from line to line, a NUL, or beyond the limits above;
 * the connection is of no use any more. */
ReplyState reply_read(Reply *reply, const char *octets, gsize length, gsize *used);

#endif
