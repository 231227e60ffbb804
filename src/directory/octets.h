/* SPDX-License-Identifier: GPL-3.0-or-later */
/* octets.h - BER as LDAP has it (RFC 4511, 5.1), read where it lies (inside directory/)
 *
 * Definite lengths, of four octets at most; all tags asked for are of one octet. */
#ifndef RUNDRUF_DIRECTORY_OCTETS_H
#define RUNDRUF_DIRECTORY_OCTETS_H

#include <glib.h>

#define TAG_BOOLEAN    0x01
#define TAG_OCTETS     0x04
#define TAG_ENUMERATED 0x0a
#define TAG_SEQUENCE   0x30
#define TAG_SET        0x31

typedef struct {
    const guint8 *data; /* NULL: there is none; a cookie may be there and empty */
    gsize length;
} Octets;

/* Takes the next element from `from` if it has this tag and is whole; else FALSE, and nothing is
 * taken. */
gboolean octets_take(Octets *from, guint8 tag, Octets *content);

#endif
