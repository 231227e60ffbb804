/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/tree.h"

#include "directory/dn.h"

#include <string.h>

struct Tree {
    GHashTable *nodes; /* set of Node, by parent and key */
    GStringChunk *texts;
    char *last_dn; /* of the last parent looked up: siblings mostly come together */
    Node *last_node;
};

static guint
node_hash(gconstpointer data)
{
    const Node *node = data;
    return g_str_hash(node->key) ^ (g_direct_hash(node->parent) * 2654435761u);
}

static gboolean
node_equal(gconstpointer a, gconstpointer b)
{
    const Node *x = a, *y = b;
    return x->parent == y->parent && strcmp(x->key, y->key) == 0;
}

Tree *
tree_new(void)
{
    Tree *tree = g_new0(Tree, 1);
    tree->nodes = g_hash_table_new_full(node_hash, node_equal, g_free, NULL);
    tree->texts = g_string_chunk_new(64 * 1024);
    return tree;
}

void
tree_free(Tree *tree)
{
    if (!tree)
        return;
    g_hash_table_unref(tree->nodes);
    g_string_chunk_free(tree->texts);
    g_free(tree->last_dn);
    g_free(tree);
}

const char *
tree_text(Tree *tree, const char *text)
{
    return text ? g_string_chunk_insert_const(tree->texts, text) : NULL;
}

static Node *
add_node(Tree *tree, Node *parent, const char *text, const char *key)
{
    Node *node = g_new0(Node, 1);
    node->parent = parent;
    node->rdn = g_string_chunk_insert(tree->texts, text);
    node->key = strcmp(text, key) == 0 ? node->rdn : g_string_chunk_insert(tree->texts, key);
    g_hash_table_add(tree->nodes, node);
    return node;
}

static Node *walk(Tree *tree, const char *dn, gboolean make);

/* FALSE if there is no such node; NULL is the place above the top */
static gboolean
walk_parent(Tree *tree, const char *dn, gboolean make, Node **node)
{
    *node = NULL;
    if (!*dn)
        return TRUE;
    if (g_strcmp0(tree->last_dn, dn) == 0) {
        *node = tree->last_node;
        return TRUE;
    }
    *node = walk(tree, dn, make);
    if (!*node)
        return FALSE;
    g_free(tree->last_dn);
    tree->last_dn = g_strdup(dn);
    tree->last_node = *node;
    return TRUE;
}

/* as deep as the DN has RDNs, which its length limits */
static Node *
walk(Tree *tree, const char *dn, gboolean make)
{
    gsize length = dn_rdn_length(dn);
    const char *rest = dn_parent(dn);
    Node *parent;
    if ((dn[length] && !*rest) || !walk_parent(tree, rest, make, &parent))
        return NULL;
    g_autofree char *text = NULL, *key = NULL;
    if (!dn_normalize_rdn(dn, length, &text, &key))
        return NULL;
    Node probe = {.parent = parent, .key = key};
    Node *node = g_hash_table_lookup(tree->nodes, &probe);
    return node || !make ? node : add_node(tree, parent, text, key);
}

Node *
tree_place(Tree *tree, const char *dn)
{
    return strlen(dn) <= DN_BYTES_MAX ? walk(tree, dn, TRUE) : NULL;
}

Node *
tree_find(Tree *tree, const char *dn)
{
    return strlen(dn) <= DN_BYTES_MAX ? walk(tree, dn, FALSE) : NULL;
}

Node *
tree_above(const Node *node)
{
    Node *above = node->parent;
    while (above && !above->shown)
        above = above->parent;
    return above;
}

char *
tree_name(const Node *node, const Node *above)
{
    GString *name = g_string_new(node->rdn);
    for (const Node *up = node->parent; up && up != above; up = up->parent) {
        g_string_append_c(name, ',');
        g_string_append(name, up->rdn);
    }
    return g_string_free(name, FALSE);
}
