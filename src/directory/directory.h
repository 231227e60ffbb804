/* SPDX-License-Identifier: GPL-3.0-or-later */
/* directory.h - where the roster comes from: an LDAP server or an LDIF file, behind one vtable
 *
 * directory_open() connects and logs in (ldap), or opens the file (ldif). search() then streams
 * every entry of the configured base and filter to a callback, in no promised order: a child may
 * come before its parent. It succeeds only if the answer was complete: whatever cut it short (size,
 * time or administrative limit, referral, missing base, lost connection, a page without the next
 * one's cookie, a server that is silent for `directory.timeout`) is an error, and then what the
 * callback has seen must be thrown away. Nobody else sees a type of <ldap.h>.
 *
 * Errors: CONFIG (the settings are wrong), DIRECTORY (the server refused or its answer is void),
 * NOT_FOUND (no such LDIF file), INPUT (what the LDIF file says, "file:line:column: ..."). */
#ifndef RUNDRUF_DIRECTORY_DIRECTORY_H
#define RUNDRUF_DIRECTORY_DIRECTORY_H

#include "config/config.h"
#include "model/person.h"

/* Valid during the callback; the callback may encode (sort) the attributes. entryUUID and entryCSN
 * are not among the attributes. */
typedef struct {
    const char *dn;           /* RFC 4514, as the directory spells it */
    guint8 uuid[UUID_LENGTH]; /* entryUUID; ldif: UUIDv5 of the DN where the file gives none */
    const char *csn;          /* entryCSN, or NULL */
    Attributes *attributes;
} DirectoryEntry;

/* FALSE ends the search with the callback's error. */
typedef gboolean (*DirectoryFunc)(const DirectoryEntry *entry, gpointer user_data, GError **error);

typedef struct {
    guint64 entries;
    guint64 referrals; /* search references: never followed, so what lies there is not seen */
} DirectoryTally;

typedef struct Directory Directory;
struct Directory {
    gboolean (*search)(Directory *directory, DirectoryFunc func, gpointer user_data,
                       DirectoryTally *tally, GError **error);
    void (*close)(Directory *directory);
};

/* Opens `directory.uri`; the Config must outlive the result. Owned by the caller. */
Directory *directory_open(const Config *config, GError **error);

/* `tally` is set on success only. */
gboolean directory_search(Directory *directory, DirectoryFunc func, gpointer user_data,
                          DirectoryTally *tally, GError **error);

void directory_close(Directory *directory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Directory, directory_close)

/* The implementations (directory_open() chooses). */
Directory *directory_ldap_new(const Config *config, GError **error);
Directory *directory_ldif_new(const Config *config, GError **error);

#endif
