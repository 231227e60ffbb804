/* SPDX-License-Identifier: GPL-3.0-or-later */
/* entries.h - the mirror of the directory: one row for each entry, in the directory's tree
 *
 * Only sync writes here, all of one refresh in one transaction, so that a reader sees the roster
 * before or after it. The search index over the entries is terms.h; persons with their
 * municipalities are read through persons.h. */
#ifndef RUNDRUF_STORE_ENTRIES_H
#define RUNDRUF_STORE_ENTRIES_H

#include "model/person.h"
#include "store/store.h"

#define ENTRY_DIGEST_LENGTH 32

typedef enum { ENTRY_OTHER, ENTRY_PERSON, ENTRY_MUNICIPALITY } EntryKind;

typedef struct {
    gint64 id;
    guint8 uuid[UUID_LENGTH];
    gint64 parent;   /* the nearest entry above that is mirrored; 0: none */
    const char *rdn; /* the name below `parent`; RFC 4514, one spelling (directory/dn.h) */
    EntryKind kind;
    gint64 municipality;                /* of a person; 0: none */
    const char *csn;                    /* when the row was written; equality only; NULL: unknown */
    guint8 digest[ENTRY_DIGEST_LENGTH]; /* of the attributes' BLOB */
} EntryRow;

/* FALSE ends the reading with the callback's error. The row is valid during the call. */
typedef gboolean (*EntryFunc)(const EntryRow *row, gpointer user_data, GError **error);

/* All entries by id; `csn` is not read. */
gboolean entries_each(Store *store, EntryFunc func, gpointer user_data, GError **error);

/* The attributes' BLOB of an entry. NULL with STORE, or NOT_FOUND. */
GBytes *entries_blob(Store *store, gint64 id, GError **error);

/* The DN, built from the tree; "" if there is no such entry. Owned by the caller; NULL with STORE.
 */
char *entries_dn(Store *store, gint64 id, GError **error);

/* Writes of one transaction may refer to entries that are inserted later in it. entries_update()
 * leaves csn and attributes as they are if `blob` is NULL. */
gboolean entries_insert(Store *store, const EntryRow *row, gconstpointer blob, gsize length,
                        GError **error);
gboolean entries_update(Store *store, const EntryRow *row, gconstpointer blob, gsize length,
                        GError **error);
gboolean entries_remove(Store *store, gint64 id, GError **error);

#endif
