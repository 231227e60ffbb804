/* SPDX-License-Identifier: GPL-3.0-or-later */
/* classify.h - what an entry of the directory is, by the configuration: pure functions */
#ifndef RUNDRUF_SYNC_CLASSIFY_H
#define RUNDRUF_SYNC_CLASSIFY_H

#include "config/config.h"
#include "model/attributes.h"
#include "store/entries.h"

/* By objectClass; an entry with both classes is a municipality. The base itself, which often is an
 * organization, is none. */
EntryKind classify_kind(const Config *config, const char *dn, const Attributes *attributes);

typedef enum {
    MEMBERSHIP_TREE, /* the nearest municipality above the person */
    MEMBERSHIP_DN,   /* an attribute of the person is the municipality's DN */
    MEMBERSHIP_VALUE /* ... is equal to an attribute of the municipality */
} Membership;

Membership classify_membership(const Config *config);

/* By what a person names its municipality (the first value that can be compared): a DN as it
 * stands, or a key; NULL if it names none. For MEMBERSHIP_TREE always NULL. Owned by the caller. */
char *classify_reference(const Config *config, const Attributes *person);

/* The keys by which persons can name this municipality; NULL at the end; g_strfreev(). Empty but
 * for MEMBERSHIP_VALUE. */
char **classify_keys(const Config *config, const Attributes *municipality);

/* How people call the entry, by the field map: a person's name, a municipality's; or NULL. Owned by
 * the caller. */
char *classify_name(const Config *config, EntryKind kind, const Attributes *attributes);

#endif
