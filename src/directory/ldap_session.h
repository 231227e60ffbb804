/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ldap_session.h - a connection to one LDAP server, logged in (inside directory/)
 *
 * ldap_session.c opens it: the servers of a URI list one after the other, each with a handle of its
 * own (libldap closes twice when the first of several fails under TLS, ITS#10101); options of
 * ldap.conf overridden; TLS before any bind; deadlines that hold against a silent server. All
 * waiting is ldap_session_next(): poll() on the socket and on wake_fd(), so that a signal neither is
 * lost nor breaks the connection (libldap's own wait makes SERVER_DOWN of EINTR, for ever).
 *
 *   ldap.c          the vtable, opening by the configuration
 *   ldap_entry.c    an entry's message -> DirectoryEntry; ranges and binary identities (AD)
 *   ldap_search.c   complete plain searches, paged, by UUIDs in batches
 *   ldap_content.c  RFC 4533
 *   ldap_write.c    modify, add, delete with assertion and post-read
 *   ldap_change.c   what a write is on the wire, what its answer means
 *   ldap_control.c  the values of controls, decoded
 *   ldap_probe.c    what a server has and lacks */
#ifndef RUNDRUF_DIRECTORY_LDAP_SESSION_H
#define RUNDRUF_DIRECTORY_LDAP_SESSION_H

#include "directory/deadline.h"
#include "directory/directory.h"

#include <ldap.h>

typedef struct LdapContent LdapContent;

typedef struct {
    Directory vtable;
    const Config *config;
    char *uri; /* of the server that answered */
    LDAP *ld;
    Deadline *deadline;           /* while the connection is being made; else NULL */
    struct ldap_conncb connected; /* tells the deadline the socket */
    Attributes *attributes;       /* reused for each entry */
    GString *dn, *csn;
    LdapContent *content; /* while it is followed; ldap_content.c's */
    char **supported;     /* the rootDSE's supportedControl, once ldap_write.c has asked; or NULL */
} Ldap;

typedef LDAPMessage *Message;
static inline void
message_clear(Message *message)
{
    if (*message)
        ldap_msgfree(*message);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Message, message_clear)

typedef LDAPControl *Control;
static inline void
control_clear(Control *control)
{
    if (*control)
        ldap_control_free(*control);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Control, control_clear)

/* Connects `ldap` to the first of `uris` (separated by blanks) that answers. */
gboolean ldap_session_open(Ldap *ldap, const char *uris, GError **error);

/* Ends it; what is open is abandoned. */
void ldap_session_close(Ldap *ldap);

/* The next message of operation `id`, one by one (LDAP_MSG_ONE). `*type` is 0 if none came in
 * `wait_ms`; -1 waits as long as `directory.timeout`, and silence is an error then. FALSE with
 * UNAVAILABLE (the connection is of no use any more) or STOPPED. */
gboolean ldap_session_next(Ldap *ldap, int id, gint64 wait_ms, LDAPMessage **message, int *type,
                           GError **error);

/* Sets an error that tells server, deed, result code, the server's words (NULL: ask libldap), and
 * what to do: UNAVAILABLE for what may pass (no connection, busy, time-out), else DIRECTORY. Returns
 * FALSE. */
gboolean ldap_session_fail(Ldap *ldap, int code, const char *what, const char *server_says,
                           GError **error);

/* Takes an entry's message apart into `entry`, valid until the next call; `listing` wants no
 * attributes. FALSE if it cannot be read, or has no identity. */
gboolean ldap_entry_take(Ldap *ldap, LDAPMessage *message, gboolean listing, DirectoryEntry *entry,
                         GError **error);

/* The attributes that an entry is asked for, NULL at the end; static. */
char **ldap_entry_wanted(Ldap *ldap, gboolean listing);

/* The filter that an identity is found by, (entryUUID=...) or (objectGUID=\xx...); owned by the
 * caller. */
char *ldap_entry_identity_filter(Ldap *ldap, const guint8 uuid[UUID_LENGTH]);

/* The vtable's functions. */
gboolean ldap_session_search(Directory *directory, const DirectoryQuery *query, DirectoryFunc func,
                             gpointer user_data, DirectoryTally *tally, GError **error);
gboolean ldap_content_start(Directory *directory, gconstpointer cookie, gsize length,
                            GError **error);
gboolean ldap_content_next(Directory *directory, gint64 wait_ms, ContentMessage *message,
                           GError **error);
void ldap_content_stop(Directory *directory);
void ldap_content_free(LdapContent *content);
gboolean ldap_write(Directory *directory, GPtrArray *writes, GError **error);
GPtrArray *ldap_probe(Directory *directory, GError **error);

#endif
