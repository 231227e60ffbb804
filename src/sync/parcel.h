/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parcel.h - the changes of one entry that travel as one write, and what becomes of them: pure
 * decisions (inside sync/)
 *
 * A parcel is composed of changes that are marked sent. After each write parcel_judge() gives each
 * change its new state by the outcome and by what the directory shows; those that stay CHANGE_SENT
 * are written again, as merged with what somebody else wrote meanwhile. */
#ifndef RUNDRUF_SYNC_PARCEL_H
#define RUNDRUF_SYNC_PARCEL_H

#include "directory/directory.h"
#include "store/changes.h"

#define PARCEL_ROUNDS_MAX 3 /* writes after a first one that somebody else was faster than */

/* An entry as the directory shows it now. */
typedef struct {
    char *dn, *csn; /* csn: or NULL */
    guint8 uuid[UUID_LENGTH];
    Attributes *attributes;
} Seen;

Seen *seen_new(const char *dn, const guint8 uuid[UUID_LENGTH], const char *csn,
               const Attributes *attributes);
void seen_free(Seen *seen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Seen, seen_free)

typedef struct {
    ChangeKind kind;
    guint8 uuid[UUID_LENGTH]; /* not of CHANGE_ADD */
    GPtrArray *changes;       /* of Change, in their order */
    char *dn, *csn;           /* of the next write */
    Attributes *before, *after;
    gboolean is_blind; /* the write's values alone do not tell what it overwrites: `csn` must */
    gboolean compared; /* ... or what the directory showed has been looked at */
    gboolean tried;    /* the last round was a write, not a look alone */
    guint rounds;      /* writes begun */
    gboolean merged;
    WriteOutcome outcome; /* of the last write ... */
    char *text;
    Seen *seen; /* ... and what the directory shows after it; NULL: no such entry, or not asked */
} Parcel;

/* Takes the change over; `dn`: where the entry is. */
Parcel *parcel_new(Change *change, const char *dn);
void parcel_free(Parcel *parcel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Parcel, parcel_free)

/* Makes the first write of all changes. */
void parcel_compose(Parcel *parcel);

/* FALSE if the write would change nothing, or somebody else's change unseen: then a look tells what
 * the directory has. */
gboolean parcel_must_write(const Parcel *parcel);

/* Owned by the caller. */
DirectoryWrite *parcel_write(const Parcel *parcel);

/* Takes the answer over from the write. */
void parcel_take_outcome(Parcel *parcel, DirectoryWrite *write);

/* TRUE if parcel_judge() wants to know what the directory shows. */
gboolean parcel_must_look(const Parcel *parcel);

/* Sets state, theirs and reason of each change that is CHANGE_SENT, and the next write of those
 * that stay so. */
void parcel_judge(Parcel *parcel);

/* Lets what is CHANGE_SENT wait again. */
void parcel_put_back(Parcel *parcel);

/* TRUE while changes are CHANGE_SENT. */
gboolean parcel_is_open(const Parcel *parcel);

#endif
