/* SPDX-License-Identifier: GPL-3.0-or-later */
/* template_tree.h - a compiled template, as template_parse.c makes and template.c renders it
 *
 * For these two files only. */
#ifndef RUNDRUF_MESSAGE_TEMPLATE_TREE_H
#define RUNDRUF_MESSAGE_TEMPLATE_TREE_H

#include "message/template.h"

typedef enum {
    NODE_TEXT,
    NODE_VALUE, /* {{name}} */
    NODE_RAW,   /* {{{name}}}, {{&name}} */
    NODE_SECTION,
    NODE_INVERTED,
    NODE_PARTIAL
} NodeKind;

/* A template is a flat list of nodes; those between a section and its `end` are its content. */
typedef struct {
    NodeKind kind;
    gboolean starts_line; /* TEXT: a partial's indentation goes before it */
    gsize offset, length; /* TEXT: what it says; else the place of the tag */
    gsize indent;         /* PARTIAL: octets of blanks before a tag that stands alone on its line */
    guint end;            /* SECTION, INVERTED: index of the first node after its content */
    char **path;          /* the parts of the name; none for "." */
} Node;

struct Template {
    char *source;
    char *text;
    gsize length;
    GArray *nodes;
};

/* The node at `index`, owned by the template. */
static inline const Node *
node_at(const Template *template, guint index)
{
    return &g_array_index(template->nodes, Node, index);
}

/* A node's name as it was written; owned by the caller. */
char *node_name(const Node *node);

/* Sets an INPUT error with the place of `offset`; returns FALSE. */
gboolean template_fail_at(const Template *template, gsize offset, GError **error,
                          const char *format, ...) G_GNUC_PRINTF(4, 5);

#endif
