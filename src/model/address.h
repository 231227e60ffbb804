/* SPDX-License-Identifier: GPL-3.0-or-later */
/* address.h - mail addresses that Rundruf sends to: checked here, whatever was checked before
 *
 * Stricter than RFC 5321 on purpose: a dot-atom local part (RFC 5321, 4.1.2; up to 64 octets;
 * UTF-8 allowed as RFC 6531 extends it), "@", and a domain of at least two labels. No quoted
 * local part, no address literal, no comment, no blank, no control character, no < or >, 254
 * octets at most. A domain in other letters is made ASCII; one for which IDNA 2003 and 2008 give
 * different hosts (with "ß", final sigma or a joiner) must be written in its ASCII form, lest
 * mail go to a stranger. */
#ifndef RUNDRUF_MODEL_ADDRESS_H
#define RUNDRUF_MODEL_ADDRESS_H

#include <glib.h>

typedef struct {
    char *local;       /* as written */
    char *domain;      /* ASCII (A-labels, RFC 5891), lower case */
    char *text;        /* local@domain: what goes into RCPT and To */
    gboolean smtputf8; /* the local part is not ASCII: only relays with SMTPUTF8 take it */
} Address;

/* Reads an address. A blank is refused wherever it stands, at the ends too. NULL with INPUT:
 * what is wrong and what would be right ("column N: ...", the first character is 1). `length`
 * -1: up to the NUL. Owned by the caller. */
Address *address_parse(const char *text, gssize length, GError **error);
void address_free(Address *address);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Address, address_free)

/* The key under which two addresses are the same recipient: `text` as text_normalize() makes it,
 * its local part in lower case too (RFC 5321 leaves it to the host, but no host in use tells
 * them apart). Owned by the caller. */
char *address_key(const Address *address);

/* The domain of "user@domain" in ASCII, or NULL; for comparing a sender's and the network's
 * domain. */
char *address_domain(const char *text);

#endif
