/* SPDX-License-Identifier: GPL-3.0-or-later */
/* header.h - the header of a mailing's messages, up to the fields that belong to the body
 *
 * Made once for all of them; header_append() puts in what one message has for itself. */
#ifndef RUNDRUF_MESSAGE_HEADER_H
#define RUNDRUF_MESSAGE_HEADER_H

#include "config/config.h"
#include "model/mailing.h"

typedef struct {
    const Config *config;
    const Mailing *mailing;
    const char *sender_name, *sender_address;
    const char *subject;
    const char *list_title; /* clean; NULL: no list */
    const char *language;
    const char *one_click; /* the https: link to unsubscribe, up to its token; NULL: none */
} HeaderRequest;

/* What one message has for itself. Tokens are letters, digits and hyphens. */
typedef struct {
    const char *address;     /* checked */
    const char *name;        /* clean; may be empty */
    const char *token;       /* of the Message-ID, before its "@" */
    const char *unsubscribe; /* token of the links */
    gint64 now;              /* Date, Unix seconds */
} HeaderSlots;

typedef struct Header Header;

/* `config` must outlive it. Owned by the caller. */
Header *header_new(const HeaderRequest *request);
void header_free(Header *header);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Header, header_free)

/* Appends the header's lines, From first, to an empty `out`; `to` and `to_end` are set to where the
 * field To stands. */
void header_append(Header *header, const HeaderSlots *slots, GString *out, gsize *to,
                   gsize *to_end);

/* The value of a Date field (RFC 5322, 3.3), in the network's zone; owned by the caller. */
char *header_date(const Config *config, gint64 now);

#endif
