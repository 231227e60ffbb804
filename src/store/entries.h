/* SPDX-License-Identifier: GPL-3.0-or-later */
/* entries.h - the mirror of the directory: one row for each entry, in the directory's tree
 *
 * Only sync writes here, all of one refresh in one transaction, so that a reader sees the roster
 * before or after it. The search index over the entries is terms.h; persons with their
 * municipalities are read through persons.h. */
#ifndef RUNDRUF_STORE_ENTRIES_H
#define RUNDRUF_STORE_ENTRIES_H

#include "base/digest.h"
#include "model/person.h"
#include "store/store.h"

typedef enum { ENTRY_OTHER, ENTRY_PERSON, ENTRY_MUNICIPALITY } EntryKind;

/* why there is a row of an entry that the directory does not show */
typedef enum {
    ENTRY_SHOWN,
    ENTRY_HELD, /* the guard holds its removal until a person decides */
    ENTRY_KEPT  /* a person decided: it stays until the directory shows it again */
} EntryMissing;

typedef struct {
    gint64 id;
    guint8 uuid[UUID_LENGTH];
    gint64 parent;   /* the nearest entry above that is mirrored; 0: none */
    const char *rdn; /* the name below `parent`; RFC 4514, one spelling (directory/dn.h) */
    EntryKind kind;
    gint64 municipality; /* of a person; 0: none */
    const char *csn;     /* of what the directory showed; equality only; NULL: unknown */
    /* of the attributes' BLOB as the directory showed it: edits may lie over what is stored */
    guint8 digest[DIGEST_LENGTH];
    EntryMissing missing;
    gint64 missing_since; /* Unix seconds; 0: it is shown */
} EntryRow;

/* For rows whose texts are owned by the caller: those of entries_find() and entries_get(). */
void entry_row_clear(EntryRow *row);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(EntryRow, entry_row_clear)

/* FALSE ends the reading with the callback's error. The row is valid during the call. */
typedef gboolean (*EntryFunc)(const EntryRow *row, gpointer user_data, GError **error);

/* All entries by id. */
gboolean entries_each(Store *store, EntryFunc func, gpointer user_data, GError **error);

/* The municipalities by id. */
gboolean entries_each_municipality(Store *store, EntryFunc func, gpointer user_data,
                                   GError **error);

/* One entry; its id is 0 if there is none. Cleared by the caller. */
gboolean entries_find(Store *store, const guint8 uuid[UUID_LENGTH], EntryRow *row, GError **error);
gboolean entries_get(Store *store, gint64 id, EntryRow *row, GError **error);

/* Appends the UUIDs of all entries, in their order; from the index alone. */
gboolean entries_uuids(Store *store, GByteArray *uuids, GError **error);

/* The same, of those that are held or kept although the directory does not show them. */
gboolean entries_missing(Store *store, GByteArray *uuids, GError **error);

/* The same, of the others, in no order. */
gboolean entries_shown(Store *store, GByteArray *uuids, GError **error);

/* Appends (gint64) the ids of the entries directly below `parent` (0: of the top) with that name;
 * a name may be used twice while a refresh is being written. */
gboolean entries_named(Store *store, gint64 parent, const char *rdn, GArray *ids, GError **error);

/* The names directly below `parent`. FALSE ends the reading with the callback's error. */
typedef gboolean (*EntryNameFunc)(gint64 id, const char *rdn, gpointer user_data, GError **error);
gboolean entries_names(Store *store, gint64 parent, EntryNameFunc func, gpointer user_data,
                       GError **error);

/* Appends (gint64) the ids of the entries below `id`, the deepest first. */
gboolean entries_below(Store *store, gint64 id, GArray *ids, GError **error);

/* Appends (gint64) the ids of the persons that belong to a municipality. */
gboolean entries_members(Store *store, gint64 municipality, GArray *ids, GError **error);

/* The municipality that `id` is or lies below, as the tree has it; 0: none. */
gboolean entries_municipality_of(Store *store, gint64 id, gint64 *municipality, GError **error);

/* Appends pairs (gint64: person, municipality): the persons at or below `id` whose municipality is
 * not the nearest above them; `outer` is the one of what lies above `id`. */
gboolean entries_misplaced(Store *store, gint64 id, gint64 outer, GArray *pairs, GError **error);

/* The number of an entry that is inserted next. */
gboolean entries_next_id(Store *store, gint64 *id, GError **error);

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

/* Drops the indexes and triggers of an empty mirror before many rows are inserted, and makes them afterwards, in
 * the same transaction: sorting once is cheaper than finding each row's place. entries_unindex()
 * gives what entries_reindex() makes again. */
GPtrArray *entries_unindex(Store *store, GError **error);
gboolean entries_reindex(Store *store, GPtrArray *indexes, GError **error);

/* Parts of a row. `csn` may be NULL, `municipality` 0. */
gboolean entries_set_name(Store *store, gint64 id, gint64 parent, const char *rdn, GError **error);
gboolean entries_set_municipality(Store *store, gint64 id, gint64 municipality, GError **error);
gboolean entries_set_csn(Store *store, gint64 id, const char *csn, GError **error);

/* Hands the children of a row that goes to another that has its name; or (`heir` 0) to its parent,
 * with longer names. Persons that it was the municipality of have none then. */
gboolean entries_bequeath(Store *store, const EntryRow *row, gint64 heir, GError **error);

/* Marks an entry that is not shown (SHOWN takes the mark away). */
gboolean entries_mark(Store *store, gint64 id, EntryMissing missing, gint64 since, GError **error);

/* How many entries are HELD or KEPT, and how many of these are persons or municipalities. */
gboolean entries_count_missing(Store *store, EntryMissing missing, gint64 *entries, gint64 *people,
                               GError **error);

/* Makes HELD of all entries SHOWN or KEPT; `count` (may be NULL) of them. */
gboolean entries_settle_held(Store *store, EntryMissing missing, gint64 since, gint64 *count,
                             GError **error);

#endif
