/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns.h - the LDAP servers of a domain by DNS (RFC 2782), and an end to waiting for DNS (inside
 * directory/)
 *
 * Names of servers come from DNS unsigned, so TLS cannot take them for what was configured (RFC
 * 6125, 1.8; RFC 4513, 3.1.3): whoever forges an answer would name a server of his own, with a good
 * certificate for that name. libldap checks the certificate against the target, and servers seldom
 * have the bare domain in theirs. So a target must be the configured domain or lie in it: a
 * certificate for such a name only the domain's owner gets. */
#ifndef RUNDRUF_DIRECTORY_DNS_H
#define RUNDRUF_DIRECTORY_DNS_H

#include <glib.h>

#define DNS_SERVICES_MAX 64 /* records of an answer that are looked at */

/* Makes this thread's resolver, getaddrinfo() too, give up after about half of so many seconds if no
 * name server answers. glibc's default is 5 s twice for each one; libldap asks for the host's own
 * name as well when it is used first, and none of its time-outs covers that (ITS#10297). */
void dns_set_patience(gint64 seconds);

typedef struct {
    guint priority, weight, port;
    char *target; /* lower case, no dot at its end; "" says that there is no service */
} DnsService;

/* Puts them in the order in which they shall be tried: by priority, and in each one by chance, as
 * often as their weights say. `draw` gives a number from 0 to `most`; NULL: a random one. */
void dns_order_services(DnsService *services, guint count, guint (*draw)(guint most, gpointer data),
                        gpointer data);

/* The domain's servers as URIs, in that order: of _ldap._tcp, and if there are none, of _ldaps._tcp.
 * Owned by the caller; NULL with UNAVAILABLE (no answer, no server), or CONFIG if all lie outside the
 * domain. */
char **dns_find_servers(const char *domain, GError **error);

#endif
