/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ldap_session.h - a connection to one LDAP server, logged in (inside directory/)
 *
 * ldap_session.c opens it: the servers of a URI list one after the other, each with a handle of its
 * own (libldap closes twice when the first of several fails under TLS, ITS#10101); options of
 * ldap.conf overridden; TLS before any bind; deadlines that hold against a silent server. All
 * waiting is ldap_session_next(): poll() on the socket and on wake_fd(), so that a signal neither is
 * lost nor breaks the connection (libldap's own wait makes SERVER_DOWN of EINTR, for ever).
 *
 *   ldap.c          the vtable
 *   ldap_login.c    who this program is: password, SASL EXTERNAL, SASL GSSAPI
 *   ldap_entry.c    an entry's message -> DirectoryEntry; ranges and binary identities (AD)
 *   ldap_search.c   complete plain searches, paged, by UUIDs in batches; single looks
 *   ldap_content.c  RFC 4533
 *   ldap_write.c    modify, add, delete with assertion and post-read
 *   ldap_change.c   what a write is on the wire, what its answer means
 *   ldap_control.c  the values of controls, decoded
 *   octets.c        the elements of BER where they lie
 *   ldap_probe.c    what a server has and lacks */
#ifndef RUNDRUF_DIRECTORY_LDAP_SESSION_H
#define RUNDRUF_DIRECTORY_LDAP_SESSION_H

#include "directory/deadline.h"
#include "directory/directory.h"

#include <ldap.h>

typedef struct LdapContent LdapContent;

#define MESSAGE_OCTETS_MAX  (64 * 1024 * 1024) /* one message; one entry with all its ranges */
#define ANSWER_MESSAGES_MAX 2000000
#define ANSWER_OCTETS_MAX   (G_GUINT64_CONSTANT(8) << 30)

/* What has come of one answer: there must be an end to it. */
typedef struct {
    guint64 messages, octets;
} LdapVolume;

#define LDAP_DESCRIPTION_MAX 256 /* octets of an attribute's description, with a NUL */
#define LDAP_PLACES          64

/* What the attribute is that stood in this place of the last entry. Entries resemble each other: the
 * next one mostly has the same there. */
typedef struct {
    char description[LDAP_DESCRIPTION_MAX];
    gsize length; /* 0: nothing stood there */
    guint role;   /* ldap_entry.c's */
} LdapPlace;

typedef struct {
    Directory vtable;
    const Config *config;
    char *uri; /* of the server that answered */
    LDAP *ld;
    Deadline *deadline;            /* while the connection is being made; else NULL */
    struct ldap_conncb connected;  /* tells the deadline the socket */
    Attributes *attributes;        /* reused for each entry; lent from its message */
    LdapPlace places[LDAP_PLACES]; /* all attributes from the last one on have that */
    GString *dn, *csn;
    guint64 octets;       /* of its values */
    GPtrArray *ranges;    /* attributes of the entry at hand of which only some values came */
    LdapContent *content; /* while it is followed; ldap_content.c's */
    char *followed[6], *listed[3], *plain[4]; /* what an entry is asked for; ldap_entry_wanted() */
    char **supported; /* the rootDSE's supportedControl, once ldap_write.c has asked; or NULL */
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

/* Like ldap_session_next() with -1, for operations that have but one answer: takes its result code,
 * and the server's words (or NULL) into `*said`, owned by the caller. */
gboolean ldap_session_result(Ldap *ldap, int id, int *code, char **said, GError **error);

/* Adds to the volume of an answer; FALSE with DIRECTORY if that is more than any roster has. */
gboolean ldap_session_weigh(const Ldap *ldap, LdapVolume *volume, guint64 messages, guint64 octets,
                            GError **error);

/* directory_alive() */
gboolean ldap_session_alive(Directory *directory, GError **error);

/* ManageDsaIT (RFC 3296), for searches whose referral objects shall come as entries; NULL if
 * directory.referrals does not want that. Static. */
LDAPControl *ldap_session_manage(const Ldap *ldap);

/* Logs in as the configuration says, when TLS has been started. */
gboolean ldap_session_log_in(Ldap *ldap, GError **error);

/* Sets an error that tells server, deed, result code, the server's words (NULL: ask libldap), and
 * what to do: UNAVAILABLE for what may pass (no connection, busy, time-out), else DIRECTORY. Returns
 * FALSE. */
gboolean ldap_session_fail(Ldap *ldap, int code, const char *what, const char *server_says,
                           GError **error);

/* Takes an entry's message apart into `entry`, valid until the next call; `listing` wants no
 * attributes. Values that the server held back (Active Directory's range retrieval) are fetched.
 * FALSE if it cannot be read, or has no identity. */
gboolean ldap_entry_take(Ldap *ldap, LDAPMessage *message, gboolean listing, DirectoryEntry *entry,
                         GError **error);

/* TRUE for an object that only names other servers (RFC 3296). */
gboolean ldap_entry_is_referral(const DirectoryEntry *entry);

/* Takes "member;range=0-1499" apart: `*base` octets of it are the attribute's own description
 * (options that follow the range are not expected), `*next` is the first value that is missing; 0 if
 * the last is among these ("*"). FALSE if there is no range, or none that makes sense. */
gboolean ldap_entry_range(const char *description, gsize *base, guint64 *next);

/* What a search can ask an entry for. */
typedef enum {
    WANTED_FOLLOWED, /* all, with DirectoryEntry.created and has_children */
    WANTED_LISTED,   /* identity and version */
    WANTED_PLAIN     /* all but those two, which cost the server a look-up for each entry */
} LdapWanted;

/* The attributes' names, NULL at the end; valid as long as `ldap`. */
char **ldap_entry_wanted(Ldap *ldap, LdapWanted wanted);

/* The filter that an identity is found by, (entryUUID=...) or (objectGUID=\xx...); owned by the
 * caller. */
char *ldap_entry_identity_filter(Ldap *ldap, const guint8 uuid[UUID_LENGTH]);

/* A complete search like ldap_session_search(), in pages of so many entries; 0: not paged. */
gboolean ldap_search_run(Ldap *ldap, const DirectoryQuery *query, gint64 page_size,
                         DirectoryFunc func, gpointer user_data, DirectoryTally *tally,
                         GError **error);

/* A search below any base, whose result code, whatever it is, goes to `*code`; adds the attributes of
 * all entries to `found` and the first one's DN to `*dn` (NULL: unwanted; owned by the caller). */
gboolean ldap_search_look(Ldap *ldap, const char *base, int scope, const char *filter,
                          char **attributes, int limit, Attributes *found, char **dn, int *code,
                          GError **error);

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
char *ldap_schema(Directory *directory);
GPtrArray *ldap_probe(Directory *directory, GError **error);

#endif
