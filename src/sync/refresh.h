/* SPDX-License-Identifier: GPL-3.0-or-later */
/* refresh.h - what the store knows and what the directory shows, side by side in memory (inside
 * sync/)
 *
 * refresh_load() reads the known rows, refresh_read() the directory's answer; then every node that
 * is shown has its row's id, and every known row its node, if it is still shown. */
#ifndef RUNDRUF_SYNC_REFRESH_H
#define RUNDRUF_SYNC_REFRESH_H

#include "config/config.h"
#include "directory/directory.h"
#include "store/entries.h"
#include "sync/blobs.h"
#include "sync/classify.h"
#include "sync/tree.h"

struct Known {
    EntryRow row; /* rdn in the texts of the refresh */
    Node *node;   /* NULL: not shown */
};

typedef struct {
    const Config *config;
    Membership membership;
    GPtrArray *known;     /* of Known, by id */
    GHashTable *by_uuid;  /* uuid -> Known */
    guint64 known_people; /* persons and municipalities */
    gint64 next_id;
    GStringChunk *texts;

    Tree *tree;
    GPtrArray *nodes;      /* the shown ones as they came; owned by the tree */
    GHashTable *new_uuids; /* uuid -> Node of those that are not known */
    GHashTable *by_key;    /* MEMBERSHIP_VALUE: key -> municipality's Node */
    DirectoryTally tally;
    guint64 persons, municipalities;

    void (*progress)(guint64 entries, gpointer user_data); /* may be NULL */
    gpointer user_data;

    Blobs *blobs;
    BlobReader *reader;
    GChecksum *checksum;
} Refresh;

Refresh *refresh_new(const Config *config);
void refresh_free(Refresh *refresh);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Refresh, refresh_free)

gboolean refresh_load(Refresh *refresh, Store *store, GError **error);
gboolean refresh_read(Refresh *refresh, Directory *directory, GError **error);

/* The municipality that a shown person belongs to, or NULL. */
Node *refresh_municipality(const Refresh *refresh, const Node *person);

/* The attributes' BLOB (node->length octets) of a node as it was shown, if it was kept; valid until
 * the next call. */
gconstpointer refresh_blob(Refresh *refresh, const Node *node, GError **error);

#endif
