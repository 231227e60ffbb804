/* SPDX-License-Identifier: GPL-3.0-or-later */
/* provider.h - for tests: a slapd of one's own in a temporary folder, ended by its pid
 *
 * It holds dc=netz,dc=example with ou=a and ou=b below, and uid=p1 to p4 below ou=a. What goes wrong
 * here ends the test. */
#ifndef TESTS_LIB_PROVIDER_H
#define TESTS_LIB_PROVIDER_H

#include "directory/directory.h"

#define PROVIDER_BASE "dc=netz,dc=example"

typedef struct {
    char *folder;
    Config *config; /* that reaches it as the root DN */
    GPid pid;       /* 0: it does not run */
} Provider;

/* TRUE if there is a slapd on this machine. */
gboolean provider_is_here(void);

/* Starts one; `overlay` is what the database's configuration ends with. */
Provider *provider_new(const char *overlay);
void provider_free(Provider *provider);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Provider, provider_free)

void provider_start(Provider *provider);

/* Ends it by SIGTERM or SIGKILL, and waits. */
void provider_end(Provider *provider, int signal_number);

/* Applies LDIF change records. */
void provider_change(Provider *provider, const char *ldif);

/* A new connection. */
Directory *provider_open(Provider *provider);

/* Change records; a person lies below ou=a. */
#define PROVIDER_PERSON(uid)                                                                       \
    "dn: uid=" uid ",ou=a," PROVIDER_BASE                                                          \
    "\nchangetype: add\nobjectClass: inetOrgPerson\nuid: " uid "\ncn: " uid "\nsn: " uid "\n\n"
#define PROVIDER_UNIT(ou)                                                                          \
    "dn: ou=" ou "," PROVIDER_BASE "\nchangetype: add\nobjectClass: organizationalUnit\nou: " ou   \
    "\n\n"
#define PROVIDER_DELETE(uid) "dn: uid=" uid ",ou=a," PROVIDER_BASE "\nchangetype: delete\n\n"
#define PROVIDER_TITLE(uid, title)                                                                 \
    "dn: uid=" uid ",ou=a," PROVIDER_BASE "\nchangetype: modify\nreplace: title\ntitle: " title    \
    "\n\n"

#endif
