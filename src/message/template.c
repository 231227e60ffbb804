/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/template.h"

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "message/template_tree.h"

#include <string.h>

static gboolean render_nodes(Rendering *rendering, const Template *template, guint from, guint to);

const Value *
template_get_part(const Value *value, const char *part)
{
    if (value_kind(value) != VALUE_LIST)
        return value_get(value, part);
    guint64 index;
    if (!g_ascii_string_to_unsigned(part, 10, 0, G_MAXUINT, &index, NULL) ||
        index >= value_count(value))
        return NULL;
    return value_item(value, (guint)index);
}

/* The innermost context that has the name's first part decides; NULL: missing. */
static const Value *
look_up(const Rendering *rendering, char *const *path)
{
    if (!path[0])
        return rendering->contexts[rendering->height - 1];
    const Value *value = NULL;
    for (guint i = rendering->height; i > 0 && !value; i--)
        value = template_get_part(rendering->contexts[i - 1], path[0]);
    for (guint i = 1; value && path[i]; i++)
        value = template_get_part(value, path[i]);
    return value;
}

static gboolean
is_true(const Value *value)
{
    if (!value)
        return FALSE;
    switch (value_kind(value)) {
    case VALUE_NULL:
        return FALSE;
    case VALUE_BOOL:
        return value_bool(value);
    case VALUE_INT:
        return value_int(value) != 0;
    case VALUE_REAL:
        return value_real(value) != 0;
    case VALUE_TEXT:
        return *value_text(value) != '\0';
    case VALUE_LIST:
        return value_count(value) > 0;
    case VALUE_MAP:
        return TRUE;
    }
    return FALSE;
}

static void
append_plain(GString *out, const Value *value)
{
    switch (value_kind(value)) {
    case VALUE_NULL:
        break;
    case VALUE_REAL:
        json_append_real(out, value_real(value));
        break;
    case VALUE_TEXT:
        g_string_append(out, value_text(value));
        break;
    case VALUE_BOOL:
    case VALUE_INT:
    case VALUE_LIST:
    case VALUE_MAP:
        json_append(out, value);
        break;
    }
}

/* Appends to the output unless that would be too much. */
static gboolean
emit(Rendering *rendering, const Template *template, const Node *node, const char *text,
     gsize length)
{
    if (length > TEMPLATE_OUTPUT_MAX - rendering->elsewhere - rendering->out->len)
        return template_fail_at(template, node->offset, rendering->error,
                                _("The text made here would be larger than %d octets."),
                                TEMPLATE_OUTPUT_MAX);
    g_string_append_len(rendering->out, text, (gssize)length);
    return TRUE;
}

static gboolean
render_value(Rendering *rendering, const Template *template, const Node *node)
{
    const Value *value = look_up(rendering, node->path);
    if (!value) {
        if (!(rendering->flags & TEMPLATE_STRICT))
            return TRUE;
        g_autofree char *name = node_name(node);
        return template_fail_at(
            template, node->offset, rendering->error,
            _("The data have no \"%s\"; correct the name, or ask for it in a section: "
              "{{#%s}}...{{/%s}}."),
            name, name, name);
    }
    g_autoptr(GString) plain = NULL;
    const char *text;
    if (value_kind(value) == VALUE_TEXT) {
        text = value_text(value);
    } else {
        plain = g_string_new(NULL);
        append_plain(plain, value);
        text = plain->str;
    }
    if (node->kind == NODE_RAW || !(rendering->flags & TEMPLATE_ESCAPE_HTML) ||
        !strpbrk(text, "&<>\"'"))
        return emit(rendering, template, node, text, strlen(text));
    g_autoptr(GString) escaped = g_string_new(NULL);
    text_append_html(escaped, text);
    return emit(rendering, template, node, escaped->str, escaped->len);
}

/* Writes a text node; within an indented partial, line by line. */
static gboolean
render_text(Rendering *rendering, const Template *template, const Node *node)
{
    const GString *indent = rendering->indent;
    const char *p = template->text + node->offset;
    const char *end = p + node->length;
    if (indent->len == 0)
        return emit(rendering, template, node, p, node->length);

    gboolean line_start = node->starts_line;
    do {
        const char *line_end = memchr(p, '\n', (gsize)(end - p));
        const char *next = line_end ? line_end + 1 : end;
        gboolean empty = line_end && (line_end == p || (line_end == p + 1 && *p == '\r'));
        if (line_start && !empty && !emit(rendering, template, node, indent->str, indent->len))
            return FALSE;
        if (!emit(rendering, template, node, p, (gsize)(next - p)))
            return FALSE;
        line_start = TRUE;
        p = next;
    } while (p < end);
    return TRUE;
}

/* Counts what takes time: each node and each item of a list. */
static gboolean
step(Rendering *rendering, const Template *template, const Node *node)
{
    if (++rendering->steps <= TEMPLATE_STEPS_MAX)
        return TRUE;
    return template_fail_at(template, node->offset, rendering->error,
                            _("Rendering takes more than %d steps; are long lists in each other?"),
                            TEMPLATE_STEPS_MAX);
}

/* Goes one level down into a section or partial, if there is one left; the caller comes back up. */
static gboolean
enter(Rendering *rendering, const Template *template, const Node *node)
{
    if (rendering->depth >= TEMPLATE_DEPTH_MAX)
        return template_fail_at(
            template, node->offset, rendering->error,
            _("Sections and partials stand in each other more than %d levels deep."),
            TEMPLATE_DEPTH_MAX);
    rendering->depth++;
    return TRUE;
}

/* Renders a section's content with `value` as the innermost context. */
static gboolean
render_content(Rendering *rendering, const Template *template, guint index, const Value *value)
{
    const Node *node = node_at(template, index);
    if (!step(rendering, template, node) || !enter(rendering, template, node))
        return FALSE;
    rendering->contexts[rendering->height++] = value;
    gboolean done = render_nodes(rendering, template, index + 1, node->end);
    rendering->height--;
    rendering->depth--;
    return done;
}

static gboolean
render_items(Rendering *rendering, const Template *template, guint index, const Value *list)
{
    for (guint i = 0; i < value_count(list); i++)
        if (!render_content(rendering, template, index, value_item(list, i)))
            return FALSE;
    return TRUE;
}

static gboolean
render_section(Rendering *rendering, const Template *template, guint index)
{
    const Node *node = node_at(template, index);
    const Value *value = look_up(rendering, node->path);
    if (is_true(value) == (node->kind == NODE_INVERTED))
        return TRUE;
    if (node->kind == NODE_INVERTED) /* its content sees what is around it */
        value = rendering->contexts[rendering->height - 1];
    else if (value_kind(value) == VALUE_LIST)
        return render_items(rendering, template, index, value);
    return render_content(rendering, template, index, value);
}

/* Gets a partial, compiled at its first use in a rendering; `found` is NULL if there is none. */
static gboolean
get_partial(Rendering *rendering, const char *name, const Template **found)
{
    gpointer known;
    if (g_hash_table_lookup_extended(rendering->partials, name, NULL, &known)) {
        *found = known;
        return TRUE;
    }
    g_autofree char *text =
        rendering->partial ? rendering->partial(name, rendering->partial_data) : NULL;
    Template *compiled = text ? template_parse(text, strlen(text), name, rendering->error) : NULL;
    if (text && !compiled)
        return FALSE;
    g_hash_table_insert(rendering->partials, g_strdup(name), compiled);
    *found = compiled;
    return TRUE;
}

static gboolean
render_partial(Rendering *rendering, const Template *template, const Node *node)
{
    const char *name = node->path[0];
    const Template *inner;
    if (!get_partial(rendering, name, &inner))
        return FALSE;
    if (!inner)
        return !(rendering->flags & TEMPLATE_STRICT) ||
               template_fail_at(template, node->offset, rendering->error,
                                _("There is no partial \"%s\"."), name);
    if (!enter(rendering, template, node))
        return FALSE;
    gsize indent = rendering->indent->len;
    g_string_append_len(rendering->indent, template->text + node->offset - node->indent,
                        (gssize)node->indent);
    gboolean done = render_nodes(rendering, inner, 0, inner->nodes->len);
    g_string_truncate(rendering->indent, indent);
    rendering->depth--;
    return done;
}

gboolean
template_render_node(Rendering *rendering, const Template *template, guint index)
{
    const Node *node = node_at(template, index);
    if (!step(rendering, template, node))
        return FALSE;
    switch (node->kind) {
    case NODE_TEXT:
        return render_text(rendering, template, node);
    case NODE_VALUE:
    case NODE_RAW:
        return render_value(rendering, template, node);
    case NODE_SECTION:
    case NODE_INVERTED:
        return render_section(rendering, template, index);
    case NODE_PARTIAL:
        return render_partial(rendering, template, node);
    }
    return FALSE;
}

static gboolean
render_nodes(Rendering *rendering, const Template *template, guint from, guint to)
{
    for (guint i = from; i < to; i = MAX(node_at(template, i)->end, i + 1))
        if (rendering->filled ? !template_fill_node(rendering, template, i)
                              : !template_render_node(rendering, template, i))
            return FALSE;
    return TRUE;
}

gboolean
template_render_all(Rendering *rendering, const Template *template)
{
    return render_nodes(rendering, template, 0, template->nodes->len);
}

GHashTable *
template_partials_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)template_free);
}

char *
template_render(Template *template, const Value *data, TemplateFlags flags, TemplatePartial partial,
                gpointer partial_data, GError **error)
{
    g_autoptr(GHashTable) partials = template_partials_new();
    g_autoptr(GString) indent = g_string_new(NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    Rendering rendering = {
        .flags = flags,
        .partial = partial,
        .partial_data = partial_data,
        .partials = partials,
        .contexts = {data},
        .height = 1,
        .indent = indent,
        .out = out,
        .error = error,
    };
    if (!template_render_all(&rendering, template))
        return NULL;
    return g_string_free(g_steal_pointer(&out), FALSE);
}
