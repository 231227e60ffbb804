/* SPDX-License-Identifier: GPL-3.0-or-later */
/* refresh.h - what the store knows and what the directory shows, side by side in memory (inside
 * sync/)
 *
 * refresh_load() reads the known rows, refresh_take() each entry of the directory's answer; then
 * every node that is shown has its row's id, and every known row its node, if it is still shown. */
#ifndef RUNDRUF_SYNC_REFRESH_H
#define RUNDRUF_SYNC_REFRESH_H

#include "config/config.h"
#include "directory/directory.h"
#include "store/entries.h"
#include "sync/blobs.h"
#include "sync/classify.h"
#include "sync/control.h"
#include "sync/tree.h"

struct Known {
    EntryRow row; /* rdn and csn in the texts of the refresh */
    Node *node;   /* NULL: not shown */
};

typedef struct {
    const Config *config;
    Membership membership;
    GPtrArray *known;     /* of Known, by id */
    GHashTable *by_uuid;  /* uuid -> Known */
    guint64 known_people; /* persons and municipalities; but for `kept` */
    guint64 kept_people;  /* those that are kept although they are not shown */
    gint64 next_id;
    GStringChunk *texts;

    Tree *tree;
    GPtrArray *nodes;      /* the shown ones as they came; owned by the tree */
    GHashTable *new_uuids; /* uuid -> Node of those that are not known */
    GHashTable *by_key;    /* MEMBERSHIP_VALUE: key -> municipality's Node */
    guint64 referrals;
    guint64 persons, municipalities;
    Control control;

    void (*progress)(guint64 entries, gpointer user_data); /* may be NULL */
    gpointer user_data;

    /* If set, takes the attributes' BLOB of each entry instead of `blobs`. */
    gboolean (*sink)(Node *node, const GByteArray *blob, gpointer sink_data, GError **error);
    gpointer sink_data;
    Blobs *blobs;
    BlobReader *reader;
    GByteArray *blob; /* of the entry at hand */
} Refresh;

Refresh *refresh_new(const Config *config);
void refresh_free(Refresh *refresh);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Refresh, refresh_free)

gboolean refresh_load(Refresh *refresh, Store *store, GError **error);

/* Takes an entry; a DirectoryFunc, with the Refresh as its data. */
gboolean refresh_take(const DirectoryEntry *entry, gpointer refresh, GError **error);

/* Looks once more, by their UUIDs, for the known rows that were not shown, and takes those that are
 * after all. */
gboolean refresh_verify(Refresh *refresh, Directory *directory, GError **error);

/* Gives the rows that are kept although they are not shown (sync/keep.h) their places in the tree,
 * so that what is shown below them finds them; after the last entry. */
void refresh_keep(Refresh *refresh);

/* After the last entry. */
gboolean refresh_flush(Refresh *refresh, GError **error);

/* The municipality that a shown person belongs to, or NULL. */
Node *refresh_municipality(const Refresh *refresh, const Node *person);

/* The attributes' BLOB (node->length octets) of a node as it was shown, if it was kept; valid until
 * the next call. */
gconstpointer refresh_blob(Refresh *refresh, const Node *node, GError **error);

#endif
