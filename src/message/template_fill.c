/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/template_tree.h"

#include <string.h>

/* With so many, sections are left out whole, lest lists within lists make millions of them. */
#define GAPS_MANY 1000

/* A node that is left out, and all that its rendering starts from */
typedef struct {
    const Template *template;
    guint node;
    gsize offset; /* into the text */
    guint steps;  /* taken before it, without those of the gaps before it */
    guint depth, height;
    const Value **contexts;
    char *indent;
} Gap;

struct TemplateFilled {
    Template *template;
    Value *data;
    const char *const *open;
    TemplateFlags flags;
    TemplatePartial partial;
    gpointer partial_data;
    GHashTable *partials; /* those of Rendering; gaps point into them */
    GString *text, *indent;
    GArray *gaps;     /* of Gap */
    guint steps;      /* of all but the gaps */
    gboolean stopped; /* the last gap fails whatever the open names are */
};

static void
gap_clear(gpointer data)
{
    Gap *gap = data;
    g_free(gap->contexts);
    g_free(gap->indent);
}

static const Gap *
gap_at(const TemplateFilled *filled, guint index)
{
    return &g_array_index(filled->gaps, Gap, index);
}

/* TRUE if what the node is depends on an open name. The data are a context like others, and an
 * inverted section brings them in again. */
static gboolean
is_open(const Rendering *rendering, const Node *node)
{
    const TemplateFilled *filled = rendering->filled;
    if (node->kind == NODE_TEXT || node->kind == NODE_PARTIAL)
        return FALSE;
    if (node->kind == NODE_SECTION && filled->gaps->len >= GAPS_MANY)
        return TRUE;
    if (!node->path[0]) /* "." */
        return rendering->contexts[rendering->height - 1] == filled->data;
    for (guint i = rendering->height; i > 0; i--) {
        const Value *context = rendering->contexts[i - 1];
        if (context == filled->data && g_strv_contains(filled->open, node->path[0]))
            return TRUE;
        if (template_get_part(context, node->path[0]))
            return FALSE;
    }
    return FALSE;
}

static void
add_gap(const Rendering *rendering, const Template *template, guint index)
{
    TemplateFilled *filled = rendering->filled;
    const Gap gap = {
        .template = template,
        .node = index,
        .offset = filled->text->len,
        .steps = rendering->steps,
        .depth = rendering->depth,
        .height = rendering->height,
        .contexts = g_memdup2(rendering->contexts, rendering->height * sizeof(Value *)),
        .indent = g_strdup(rendering->indent->str),
    };
    g_array_append_val(filled->gaps, gap);
}

gboolean
template_fill_node(Rendering *rendering, const Template *template, guint index)
{
    TemplateFilled *filled = rendering->filled;
    guint steps = rendering->steps, gaps = filled->gaps->len;
    gsize length = filled->text->len;
    gboolean open = is_open(rendering, node_at(template, index));
    if (!open && template_render_node(rendering, template, index))
        return TRUE;
    if (filled->stopped) /* a node within this one failed and is left out */
        return FALSE;
    rendering->steps = steps;
    g_array_set_size(filled->gaps, gaps);
    g_string_truncate(filled->text, length);
    add_gap(rendering, template, index);
    filled->stopped = !open;
    return open;
}

TemplateFilled *
template_fill(Template *template, Value *data, const char *const *open, TemplateFlags flags,
              TemplatePartial partial, gpointer partial_data)
{
    TemplateFilled *filled = g_new0(TemplateFilled, 1);
    filled->template = template;
    filled->data = value_ref(data);
    filled->open = open;
    filled->flags = flags;
    filled->partial = partial;
    filled->partial_data = partial_data;
    filled->partials = template_partials_new();
    filled->text = g_string_new(NULL);
    filled->indent = g_string_new(NULL);
    filled->gaps = g_array_new(FALSE, FALSE, sizeof(Gap));
    g_array_set_clear_func(filled->gaps, gap_clear);
    g_autoptr(GError) left = NULL; /* each rendering will say it */
    Rendering rendering = {
        .flags = flags,
        .partial = partial,
        .partial_data = partial_data,
        .partials = filled->partials,
        .contexts = {data},
        .height = 1,
        .indent = filled->indent,
        .out = filled->text,
        .filled = filled,
        .error = &left,
    };
    template_render_all(&rendering, template);
    filled->steps = rendering.steps;
    return filled;
}

void
template_filled_free(TemplateFilled *filled)
{
    if (!filled)
        return;
    g_array_unref(filled->gaps);
    g_hash_table_unref(filled->partials);
    g_string_free(filled->text, TRUE);
    g_string_free(filled->indent, TRUE);
    value_unref(filled->data);
    g_free(filled);
}

const char *
template_filled_text(const TemplateFilled *filled, gsize *length)
{
    *length = filled->text->len;
    return filled->text->str;
}

guint
template_filled_gaps(const TemplateFilled *filled)
{
    return filled->gaps->len;
}

gsize
template_filled_offset(const TemplateFilled *filled, guint gap)
{
    return gap_at(filled, gap)->offset;
}

/* A partial may ask for anything, and so may ".", which is all there is; a section on the name may
 * ask for any part of it. */
static gboolean
node_asks(const Node *node, const char *name, const char *part)
{
    if (node->kind == NODE_TEXT)
        return FALSE;
    if (node->kind == NODE_PARTIAL || !node->path[0])
        return TRUE;
    return strcmp(node->path[0], name) == 0 &&
           (!part || !node->path[1] || strcmp(node->path[1], part) == 0);
}

gboolean
template_filled_asks(const TemplateFilled *filled, const char *name, const char *part)
{
    for (guint i = 0; i < filled->gaps->len; i++) {
        const Gap *gap = gap_at(filled, i);
        guint end = MAX(node_at(gap->template, gap->node)->end, gap->node + 1);
        for (guint node = gap->node; node < end; node++)
            if (node_asks(node_at(gap->template, node), name, part))
                return TRUE;
    }
    return FALSE;
}

static gboolean
is_within_limits(guint64 steps, guint64 octets)
{
    return steps <= TEMPLATE_STEPS_MAX && octets <= TEMPLATE_OUTPUT_MAX;
}

/* The place at which a limit is passed is known to who renders everything. */
static gboolean
fail_at_limit(TemplateFilled *filled, GError **error)
{
    g_free(template_render(filled->template, filled->data, filled->flags, filled->partial,
                           filled->partial_data, error));
    return FALSE;
}

static gboolean
render_gap(Rendering *rendering, const Gap *gap)
{
    memcpy(rendering->contexts, gap->contexts, gap->height * sizeof(Value *));
    rendering->height = gap->height;
    rendering->depth = gap->depth;
    rendering->elsewhere = gap->offset;
    g_string_assign(rendering->indent, gap->indent);
    return template_render_node(rendering, gap->template, gap->node);
}

gboolean
template_filled_render(TemplateFilled *filled, GString *out, gsize *ends, GError **error)
{
    Rendering rendering = {
        .flags = filled->flags,
        .partial = filled->partial,
        .partial_data = filled->partial_data,
        .partials = filled->partials,
        .indent = filled->indent,
        .out = out,
        .error = error,
    };
    guint in_gaps = 0; /* steps */
    for (guint i = 0; i < filled->gaps->len; i++) {
        const Gap *gap = gap_at(filled, i);
        rendering.steps = gap->steps + in_gaps;
        if (!is_within_limits(rendering.steps, gap->offset + out->len))
            return fail_at_limit(filled, error);
        if (!render_gap(&rendering, gap))
            return FALSE;
        in_gaps = rendering.steps - gap->steps;
        ends[i] = out->len;
    }
    return is_within_limits((guint64)filled->steps + in_gaps, filled->text->len + out->len) ||
           fail_at_limit(filled, error);
}
