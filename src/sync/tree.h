/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tree.h - what one answer of the directory shows, as a tree in memory
 *
 * Entries come in any order, so each DN gets a node, and a node is made for every name above it;
 * those that the answer does not show stay empty places. About 250 octets an entry: attributes are
 * not kept here. */
#ifndef RUNDRUF_SYNC_TREE_H
#define RUNDRUF_SYNC_TREE_H

#include "store/entries.h"

/* An entry as the store knows it. */
typedef struct Known Known;

typedef struct Node Node;
struct Node {
    Node *parent;    /* by name; NULL at the top */
    const char *rdn; /* text, RFC 4514 */
    const char *key; /* by which RDNs compare */

    gboolean shown; /* the rest is valid only if so */
    EntryKind kind;
    gint64 id;    /* row it has or will have */
    Known *known; /* NULL: new */
    guint8 uuid[UUID_LENGTH];
    guint8 digest[DIGEST_LENGTH];
    const char *csn;       /* of an entry whose attributes or version are to be written; or NULL */
    gboolean newer;        /* another version than the known one */
    const char *reference; /* by which a person names its municipality, or NULL */
    const Node *above, *municipality; /* of a row that is written already: what it says */
    gint64 offset;         /* of the attributes in the blobs; -1: they are as known */
    gsize length;
};

typedef struct Tree Tree;

Tree *tree_new(void);
void tree_free(Tree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tree, tree_free)

/* The node of a DN, made if need be; owned by the tree. NULL if `dn` is none. */
Node *tree_place(Tree *tree, const char *dn);

/* The node of a DN, or NULL. */
Node *tree_find(Tree *tree, const char *dn);

/* A copy of `text` that lives as long as the tree, the same for the same text; NULL of NULL. */
const char *tree_text(Tree *tree, const char *text);

/* The nearest node above that is shown, or NULL. */
Node *tree_above(const Node *node);

/* The name of `node` below its ancestor `above` (NULL: the whole DN); owned by the caller. */
char *tree_name(const Node *node, const Node *above);

#endif
