/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench/bare.h - libldap without anything around it: the floor that the program is measured against,
 * and the hand that changes the directory meanwhile; and how times are taken. What goes wrong ends
 * the process. */
#ifndef RUNDRUF_BENCH_BARE_H
#define RUNDRUF_BENCH_BARE_H

#include <glib.h>
#include <ldap.h>

void bare_need(int code, const char *step);

/* Of our own functions. */
void bare_expect(gboolean good, const GError *error);

/* Appends to `times` (of double) the milliseconds since `begun` (clock_elapsed()); their median. */
void bare_note(GArray *times, double begun);
double bare_median(GArray *times);

/* Connected and logged in. */
LDAP *bare_open(const char *uri, const char *dn, const char *password);

/* Reads the answer to a search and throws it away. Returns how many entries came. */
unsigned long bare_discard(LDAP *handle, int search);

/* One entry, by its DN, all attributes. */
void bare_read_one(LDAP *handle, const char *dn);

void bare_set(LDAP *handle, const char *dn, const char *attribute, const char *value);

/* A cookie that covers all there is below `base` now; g_free(). */
char *bare_cookie(LDAP *handle, const char *base);

/* A refresh from the cookie (RFC 4533, refreshOnly), thrown away. Returns how many entries came. */
unsigned long bare_refresh(LDAP *handle, const char *base, const char *cookie);

#endif
