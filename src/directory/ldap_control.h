/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ldap_control.h - what controls and messages of RFC 4533 and 4527 hold, decoded (inside directory/)
 *
 * Functions of the octets alone, which a hostile server may have written: FALSE if they are not
 * what the RFC says, and then the results hold nothing. Octets pointed to are those given. What
 * follows the known parts inside of a sequence is skipped (RFC 4511, 4: extensibility). */
#ifndef RUNDRUF_DIRECTORY_LDAP_CONTROL_H
#define RUNDRUF_DIRECTORY_LDAP_CONTROL_H

#include "directory/octets.h"
#include "model/attributes.h"
#include "model/person.h"

typedef enum { SYNC_PRESENT, SYNC_ADD, SYNC_MODIFY, SYNC_DELETE } SyncState;

/* Sync State: goes with each entry */
typedef struct {
    SyncState state;
    const guint8 *uuid; /* UUID_LENGTH octets */
    Octets cookie;
} SyncStateValue;

gboolean ldap_control_sync_state(Octets value, SyncStateValue *out);

/* Sync Done: goes with the search's result */
typedef struct {
    Octets cookie;
    gboolean deletes;
} SyncDoneValue;

gboolean ldap_control_sync_done(Octets value, SyncDoneValue *out);

/* Sync Info: comes between the entries */
typedef enum { SYNC_NEW_COOKIE, SYNC_REFRESH_DELETE, SYNC_REFRESH_PRESENT, SYNC_ID_SET } SyncInfo;

typedef struct {
    SyncInfo info;
    Octets cookie;
    gboolean done;    /* SYNC_REFRESH_*: the refresh is complete */
    gboolean deletes; /* SYNC_ID_SET: these are gone; else they are there */
} SyncInfoValue;

/* The UUIDs of a SYNC_ID_SET are put into `uuids`, UUID_LENGTH octets each; else it is empty. */
gboolean ldap_control_sync_info(Octets value, SyncInfoValue *out, GByteArray *uuids);

/* Post-Read: the entry as a write has left it. Its attributes, but no passwords
 * (attribute_type.h), are added to `out`. */
gboolean ldap_control_post_read(Octets value, Attributes *out);

#endif
