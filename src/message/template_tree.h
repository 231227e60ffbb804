/* SPDX-License-Identifier: GPL-3.0-or-later */
/* template_tree.h - a compiled template, as template_parse.c makes, template.c renders and
 * template_fill.c fills it
 *
 * For these three files only. */
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

/* A rendering on its way; or, with `filled`, a filling: then what is open stays out. */
typedef struct {
    TemplateFlags flags;
    TemplatePartial partial;
    gpointer partial_data;
    GHashTable *partials;                          /* name -> Template, or NULL if there is none */
    const Value *contexts[TEMPLATE_DEPTH_MAX + 1]; /* the innermost last; one a level at most */
    guint height;                                  /* of contexts */
    guint depth;                                   /* sections and partials around this place */
    guint steps;
    GString *indent; /* of the partials around this place, together */
    GString *out;
    gsize elsewhere; /* octets before this place that are not in `out` */
    TemplateFilled *filled;
    GError **error;
} Rendering;

/* One part of a name: a key of a map, or the number of a list's item; NULL: missing. */
const Value *template_get_part(const Value *value, const char *part);

/* Renders one node with its content, and a whole template. */
gboolean template_render_node(Rendering *rendering, const Template *template, guint index);
gboolean template_render_all(Rendering *rendering, const Template *template);

/* Renders a node into `filled`, or leaves a gap there. */
gboolean template_fill_node(Rendering *rendering, const Template *template, guint index);

/* An empty table for Rendering.partials. */
GHashTable *template_partials_new(void);

/* A node's name as it was written; owned by the caller. */
char *node_name(const Node *node);

/* Sets an INPUT error with the place of `offset`; returns FALSE. */
gboolean template_fail_at(const Template *template, gsize offset, GError **error,
                          const char *format, ...) G_GNUC_PRINTF(4, 5);

#endif
