/* SPDX-License-Identifier: GPL-3.0-or-later */
/* directory.h - where the roster comes from: an LDAP server or an LDIF file, behind one vtable
 *
 * directory_open() connects and logs in (ldap), or opens the file (ldif). Then the roster can be
 * asked for (directory_search()), followed (directory_content_*(), RFC 4533), and changed
 * (directory_write()). An LDIF file can only be read; what a directory cannot do it says by
 * directory_can_follow() and directory_can_write(). Nobody else sees a type of <ldap.h>.
 *
 * Errors: CONFIG (the settings are wrong), DIRECTORY (the server refused or its answer is void),
 * UNAVAILABLE (it cannot be reached or is silent for `directory.timeout`; later it may do),
 * STOPPED (wake.h), NOT_FOUND (no such LDIF file, or nothing at DirectoryQuery.below), INPUT (what
 * the LDIF file says, "file:line:column: ..."). */
#ifndef RUNDRUF_DIRECTORY_DIRECTORY_H
#define RUNDRUF_DIRECTORY_DIRECTORY_H

#include "config/config.h"
#include "model/person.h"

/* Valid during the callback or until the next message; the attributes may be encoded (sorted) by
 * whoever looks at them. Neither the identity nor the version is among the attributes. */
typedef struct {
    const char *dn;           /* RFC 4514, as the directory spells it */
    guint8 uuid[UUID_LENGTH]; /* directory.id_attribute; ldif: UUIDv5 of the DN if there is none */
    const char *csn;          /* directory.version_attribute: equality only; or NULL */
    Attributes *attributes;   /* NULL in a listing */
    gint64 created;           /* createTimestamp, Unix seconds; 0: unknown */
    gboolean has_children;    /* hasSubordinates is TRUE */
    guint line;               /* ldif: where its record begins */
} DirectoryEntry;

/* FALSE ends the search with the callback's error. */
typedef gboolean (*DirectoryFunc)(const DirectoryEntry *entry, gpointer user_data, GError **error);

typedef struct {
    guint64 entries;
    guint64 referrals; /* search references and referral objects: never followed */
} DirectoryTally;

/* What to ask for; always below `directory.base` and by `directory.filter`. */
typedef struct {
    gboolean listing;    /* names, UUIDs and versions alone */
    const guint8 *uuids; /* `count` times UUID_LENGTH octets: only these; NULL: all */
    gsize count;
    const char *below; /* a DN: only this entry and what lies below it; NULL: all */
} DirectoryQuery;

/* ---- changes, as they come (RFC 4533)
 *
 * A directory is followed from a cookie (or from nothing) as refreshAndPersist: the messages of the
 * refresh, then CONTENT_PHASE with `done`, then each change when it happens. A poll stops at
 * `done`. Cookies are the server's octets as they came; sync/cookie.h knows what may be sent. */
typedef enum {
    CONTENT_ENTRY,    /* added or changed: `entry`; `added` as the server says */
    CONTENT_PRESENT,  /* unchanged: `uuids` */
    CONTENT_DELETED,  /* `uuids` are gone (out of the base or the filter) */
    CONTENT_PHASE,    /* a phase of the refresh has ended: `deletes` if it was a delete phase;
                      * `done`: the refresh is complete */
    CONTENT_COOKIE,   /* nothing but a new cookie */
    CONTENT_REFERRAL, /* counted, never followed */
    CONTENT_QUIET,    /* nothing came in time */
    CONTENT_REFUSED   /* the search has ended: `refusal` */
} ContentKind;

typedef enum {
    REFUSAL_REFRESH,    /* e-syncRefreshRequired (4096): come again without a cookie */
    REFUSAL_NEWER,      /* unwillingToPerform (53): the cookie is newer than the server */
    REFUSAL_UNSUPPORTED /* no such control here (12), or entries without its state */
} ContentRefusal;

typedef struct {
    ContentKind kind;
    const DirectoryEntry *entry;
    gboolean added;
    const guint8 *uuids; /* `count` times UUID_LENGTH octets */
    gsize count;
    gboolean deletes, done;
    gconstpointer cookie; /* that came with the message, whatever its kind; NULL: none came */
    gsize cookie_length;  /* may be 0: a cookie that must not be kept */
    ContentRefusal refusal;
    const char *said; /* CONTENT_REFUSED: the server's words */
} ContentMessage;

/* ---- writing */
typedef enum { WRITE_SET, WRITE_ADD, WRITE_REMOVE } WriteKind;

typedef enum {
    WRITE_PENDING, /* not tried */
    WRITE_DONE,
    WRITE_CHANGED, /* the entry is no longer as it was read (122, 16, 20): nothing was written */
    WRITE_GONE,    /* the DN holds no entry, or one with another UUID */
    WRITE_EXISTS,  /* WRITE_ADD: there is such an entry already */
    WRITE_REFUSED, /* the server will not, as things are: schema, syntax, a name in use ... */
    WRITE_LATER,   /* not now or not here: rights (50), read-only replica (10, 53), busy */
    WRITE_UNKNOWN  /* the connection was lost before the answer */
} WriteOutcome;

/* One write to one entry. Owned by the caller, `text` and `after_*` too; see
 * directory_write_free(). */
typedef struct {
    WriteKind kind;
    char *dn;
    guint8 uuid[UUID_LENGTH]; /* asserted; WRITE_ADD: unused */
    char *csn;                /* asserted if not NULL: nobody has changed anything */
    Attributes *before; /* WRITE_SET: the changed attributes as they were read, asserted ... */
    Attributes *after;  /* ... and as they shall be; WRITE_ADD: all of the entry;
                               * WRITE_REMOVE: `before` may be set to be asserted, too */

    WriteOutcome outcome;
    char *text; /* what the server said, or NULL */
    /* WRITE_DONE of SET and ADD, where the server knows post-read (RFC 4527); else NULL */
    Attributes *read;
    guint8 read_uuid[UUID_LENGTH];
    char *read_csn;
} DirectoryWrite;

void directory_write_free(DirectoryWrite *write);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DirectoryWrite, directory_write_free)

#define DIRECTORY_WRITES_MAX 50 /* on their way at once: slapd closes or stalls above some 300 */

typedef struct Directory Directory;
struct Directory {
    gboolean (*search)(Directory *directory, const DirectoryQuery *query, DirectoryFunc func,
                       gpointer user_data, DirectoryTally *tally, GError **error);
    /* NULL where a directory cannot */
    gboolean (*content_start)(Directory *directory, gconstpointer cookie, gsize length,
                              GError **error);
    gboolean (*content_next)(Directory *directory, gint64 wait_ms, ContentMessage *message,
                             GError **error);
    void (*content_stop)(Directory *directory);
    gboolean (*write)(Directory *directory, GPtrArray *writes, GError **error);
    gboolean (*alive)(Directory *directory, GError **error);
    char *(*schema)(Directory *directory);
    GPtrArray *(*probe)(Directory *directory, GError **error);
    void (*close)(Directory *directory);
};

/* Opens the first server of `directory.uri` that answers. The Config must outlive the result. Owned
 * by the caller. */
Directory *directory_open(const Config *config, GError **error);

/* The same, for writing: `directory.write_uri` where the configuration has one. */
Directory *directory_open_writer(const Config *config, GError **error);

/* Streams every entry that the query (NULL: all) asks for, in no promised order: a child may come
 * before its parent. It succeeds only if the answer was complete: whatever cut it short (size, time
 * or administrative limit, referral, missing base, lost connection, a page without the next one's
 * cookie, silence) is an error, and then what the callback has seen must be thrown away. `tally`
 * (or NULL) is set on success only. */
gboolean directory_search(Directory *directory, const DirectoryQuery *query, DirectoryFunc func,
                          gpointer user_data, DirectoryTally *tally, GError **error);

gboolean directory_can_follow(const Directory *directory);
gboolean directory_can_write(const Directory *directory);

/* Begins to follow; `cookie` NULL: from nothing. One at a time; a search by UUIDs or `below` may
 * run on the same directory meanwhile, between two messages. */
gboolean directory_content_start(Directory *directory, gconstpointer cookie, gsize length,
                                 GError **error);

/* The next message, valid until the next call; waits for it at most `wait_ms`, and in the refresh
 * as long as `directory.timeout`. A lost connection and whatever else ends the search without a
 * refusal is an error; then what came since the last cookie must be thrown away. */
gboolean directory_content_next(Directory *directory, gint64 wait_ms, ContentMessage *message,
                                GError **error);

/* Ends the search with Abandon (RFC 4511, 4.11), which has no answer. */
void directory_content_stop(Directory *directory);

/* Sends up to DIRECTORY_WRITES_MAX writes (of DirectoryWrite, each to another entry), each as one
 * operation with an assertion (RFC 4528) on UUID, `csn`, and `before`; waits for all answers; sets
 * each one's outcome. FALSE with UNAVAILABLE, STOPPED or DIRECTORY if the connection broke: writes
 * without an answer are WRITE_UNKNOWN then, those not sent WRITE_PENDING. */
gboolean directory_write(Directory *directory, GPtrArray *writes, GError **error);

/* Asks the server for next to nothing, between two messages too: TRUE if it answers, whatever it
 * says. A silent feed alone does not tell whether there is nothing new or nobody any more. A file is
 * always there. */
gboolean directory_alive(Directory *directory, GError **error);

/* What the directory says of its attribute types and object classes, as model/attribute_schema.h
 * reads it; NULL if it says nothing, or not now. Owned by the caller. */
char *directory_schema(Directory *directory);

/* What the server has and lacks for this program: of DirectoryFinding, grave ones first. */
typedef struct {
    gboolean grave; /* sync or write-back will fail; else advice */
    char *text;     /* what is wrong and what to do, in the user's language */
} DirectoryFinding;

GPtrArray *directory_probe(Directory *directory, GError **error);

/* An empty list of findings; owned by the caller. */
GPtrArray *directory_findings_new(void);

void directory_close(Directory *directory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Directory, directory_close)

/* The implementations (directory_open() chooses). `uris`: separated by blanks. */
Directory *directory_ldap_new(const Config *config, const char *uris, GError **error);
Directory *directory_ldif_new(const Config *config, GError **error);

#endif
