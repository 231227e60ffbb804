/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/template_tree.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

#include <string.h>

static void
node_clear(gpointer data)
{
    g_strfreev(((Node *)data)->path);
}

char *
node_name(const Node *node)
{
    return node->path[0] ? g_strjoinv(".", node->path) : g_strdup(".");
}

gboolean
template_fail_at(const Template *template, gsize offset, GError **error, const char *format, ...)
{
    guint line = 1;
    const char *start = template->text;
    const char *here = template->text + offset;
    for (const char *p; (p = memchr(start, '\n', (gsize)(here - start))); start = p + 1)
        line++;
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    return error_set_input(error, template->source, line, text_column(start, (gsize)(here - start)),
                           "%s", message);
}

typedef struct {
    Template *template;
    gsize position; /* up to here everything is in nodes */
    char *open;     /* the delimiters in force */
    char *close;
    GArray *sections; /* of guint: indices of the open ones, innermost last */
} Parser;

static void
parser_clear(Parser *parser)
{
    g_free(parser->open);
    g_free(parser->close);
    g_array_unref(parser->sections);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Parser, parser_clear)

typedef struct {
    gsize offset;  /* of the opening delimiter */
    gsize end;     /* after the closing one */
    char sigil;    /* # ^ / > & { = !, or 0 */
    char *content; /* without sigil and outer blanks; owned */
} Tag;

static void
tag_clear(Tag *tag)
{
    g_free(tag->content);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Tag, tag_clear)

static gboolean
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Reads the tag at `offset` up to its closing delimiter. */
static gboolean
read_tag(Parser *parser, gsize offset, Tag *tag, GError **error)
{
    const Template *template = parser->template;
    const char *limit = template->text + template->length;
    const char *start = template->text + offset + strlen(parser->open);
    char sigil = start < limit && *start && strchr("#^/>&{=!", *start) ? *start++ : 0;

    const char *extra = sigil == '{' ? "}" : sigil == '=' ? "=" : "";
    g_autofree char *close = g_strconcat(extra, parser->close, NULL);
    const char *found = g_strstr_len(start, limit - start, close);
    if (!found)
        return template_fail_at(template, offset, error,
                                _("This tag is not closed: \"%s\" is missing."), close);

    tag->offset = offset;
    tag->end = (gsize)(found - template->text) + strlen(close);
    tag->sigil = sigil;
    tag->content = g_strstrip(g_strndup(start, (gsize)(found - start)));
    return TRUE;
}

/* Checks the name in `tag` and splits it at its dots (a partial's is one part). */
static char **
read_name(const Template *template, const Tag *tag, GError **error)
{
    const char *name = tag->content;
    if (!*name) {
        template_fail_at(template, tag->offset, error, _("This tag has no name in it."));
        return NULL;
    }
    if (strlen(name) > TEMPLATE_NAME_MAX || strpbrk(name, " \t\r\n")) {
        template_fail_at(
            template, tag->offset, error,
            _("A name has at most %d octets and no blank in it; is this tag closed where it "
              "should be?"),
            TEMPLATE_NAME_MAX);
        return NULL;
    }
    if (tag->sigil == 0 && (*name == '<' || *name == '$')) {
        template_fail_at(
            template, tag->offset, error,
            _("Template inheritance ({{<parent}}, {{$block}}) is not supported; use partials: "
              "{{>name}}."));
        return NULL;
    }
    if (tag->sigil == '>') {
        char **path = g_new0(char *, 2);
        path[0] = g_strdup(name);
        return path;
    }
    if (strcmp(name, ".") == 0)
        return g_new0(char *, 1);
    if (*name == '.' || g_str_has_suffix(name, ".") || strstr(name, "..")) {
        template_fail_at(template, tag->offset, error,
                         _("The name \"%s\" has an empty part beside a dot."), name);
        return NULL;
    }
    return g_strsplit(name, ".", -1);
}

static gboolean
at_line_start(const Template *template, gsize offset)
{
    return offset == 0 || template->text[offset - 1] == '\n';
}

static void
append_text(Template *template, gsize start, gsize end)
{
    Node node = {
        .kind = NODE_TEXT,
        .starts_line = at_line_start(template, start),
        .offset = start,
        .length = end - start,
    };
    g_array_append_val(template->nodes, node);
}

/* Appends the text up to `end` as a node, if there is any. */
static void
add_text(Parser *parser, gsize end)
{
    if (end > parser->position)
        append_text(parser->template, parser->position, end);
}

/* If nothing but blanks is beside the tag on its line or lines, sets `start` and `end` to the
 * octets that go with it (with the line end), and returns TRUE. */
static gboolean
stands_alone(const Parser *parser, const Tag *tag, gsize *start, gsize *end)
{
    const char *text = parser->template->text;
    gsize length = parser->template->length;
    if (tag->sigil == 0 || tag->sigil == '&' || tag->sigil == '{')
        return FALSE;

    gsize before = tag->offset;
    while (before > parser->position && is_blank(text[before - 1]))
        before--;
    if (!at_line_start(parser->template, before))
        return FALSE;

    gsize after = tag->end;
    while (after < length && is_blank(text[after]))
        after++;
    if (after + 1 < length && text[after] == '\r' && text[after + 1] == '\n')
        after++;
    if (after < length && text[after++] != '\n')
        return FALSE;
    *start = before;
    *end = after;
    return TRUE;
}

static gboolean
set_delimiters(Parser *parser, const Tag *tag, GError **error)
{
    const char *content = tag->content;
    gsize first = strcspn(content, " \t\r\n");
    const char *second = content + first;
    second += strspn(second, " \t\r\n");
    if (!*second || strpbrk(second, " \t\r\n") || strchr(content, '='))
        return template_fail_at(
            parser->template, tag->offset, error,
            _("Delimiters are set as {{=<%% %%>=}}: two of them, without \"=\" or blanks."));
    char *open = g_strndup(content, first);
    g_free(parser->open);
    parser->open = open;
    g_free(parser->close);
    parser->close = g_strdup(second);
    return TRUE;
}

static gboolean
open_section(Parser *parser, const Tag *tag, GError **error)
{
    if (parser->sections->len >= TEMPLATE_DEPTH_MAX)
        return template_fail_at(parser->template, tag->offset, error,
                                _("Sections stand in each other more than %d levels deep."),
                                TEMPLATE_DEPTH_MAX);
    guint index = parser->template->nodes->len - 1;
    g_array_append_val(parser->sections, index);
    return TRUE;
}

static gboolean
close_section(Parser *parser, const Tag *tag, GError **error)
{
    Template *template = parser->template;
    guint depth = parser->sections->len;
    if (depth == 0)
        return template_fail_at(template, tag->offset, error,
                                _("No section \"%s\" is open here to be closed."), tag->content);
    Node *node =
        &g_array_index(template->nodes, Node, g_array_index(parser->sections, guint, depth - 1));
    g_autofree char *name = node_name(node);
    if (strcmp(name, tag->content) != 0)
        return template_fail_at(
            template, tag->offset, error,
            _("This closes the section \"%s\", but \"%s\" is the one that is open."), tag->content,
            name);
    node->end = template->nodes->len;
    g_array_set_size(parser->sections, depth - 1);
    return TRUE;
}

static gboolean
add_tag(Parser *parser, const Tag *tag, gsize indent, GError **error)
{
    static const struct {
        char sigil;
        NodeKind kind;
    } kinds[] = {
        {0, NODE_VALUE},     {'{', NODE_RAW},      {'&', NODE_RAW},
        {'#', NODE_SECTION}, {'^', NODE_INVERTED}, {'>', NODE_PARTIAL},
    };
    if (tag->sigil == '!')
        return TRUE;
    if (tag->sigil == '=')
        return set_delimiters(parser, tag, error);

    char **path = read_name(parser->template, tag, error);
    if (!path)
        return FALSE;
    if (tag->sigil == '/') {
        g_strfreev(path);
        return close_section(parser, tag, error);
    }
    Node node = {.offset = tag->offset, .indent = indent, .path = path};
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (kinds[i].sigil == tag->sigil)
            node.kind = kinds[i].kind;
    g_array_append_val(parser->template->nodes, node);
    if (node.kind == NODE_SECTION || node.kind == NODE_INVERTED)
        return open_section(parser, tag, error);
    return TRUE;
}

static gboolean
parse_text(Template *template, GError **error)
{
    g_auto(Parser) parser = {
        .template = template,
        .open = g_strdup("{{"),
        .close = g_strdup("}}"),
        .sections = g_array_new(FALSE, FALSE, sizeof(guint)),
    };
    for (;;) {
        const char *rest = template->text + parser.position;
        const char *found =
            g_strstr_len(rest, (gssize)(template->length - parser.position), parser.open);
        if (!found)
            break;
        g_auto(Tag) tag = {0};
        if (!read_tag(&parser, (gsize)(found - template->text), &tag, error))
            return FALSE;
        gsize start = tag.offset, end = tag.end;
        gboolean alone = stands_alone(&parser, &tag, &start, &end);
        add_text(&parser, start);
        if (!alone && at_line_start(template, start)) /* a place for a partial's indentation */
            append_text(template, start, start);
        if (!add_tag(&parser, &tag, tag.offset - start, error))
            return FALSE;
        parser.position = end;
    }
    add_text(&parser, template->length);
    if (parser.sections->len == 0)
        return TRUE;

    guint innermost = g_array_index(parser.sections, guint, parser.sections->len - 1);
    const Node *node = node_at(template, innermost);
    g_autofree char *name = node_name(node);
    return template_fail_at(template, node->offset, error,
                            _("The section \"%s\" is not closed: {{/%s}} is missing."), name, name);
}

Template *
template_parse(const char *text, gsize length, const char *source, GError **error)
{
    g_autoptr(Template) template = g_new0(Template, 1);
    template->source = g_strdup(source);
    template->nodes = g_array_new(FALSE, TRUE, sizeof(Node));
    g_array_set_clear_func(template->nodes, node_clear);
    if (length > TEMPLATE_BYTES_MAX) {
        error_set_input(error, source, 1, 1, _("The template is larger than %d octets."),
                        TEMPLATE_BYTES_MAX);
        return NULL;
    }
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* a byte order mark is no text */
        text += 3;
        length -= 3;
    }
    template->length = length;
    template->text = g_malloc(length + 1);
    memcpy(template->text, text, length);
    template->text[length] = '\0';

    const char *end;
    if (!g_utf8_validate_len(template->text, length, &end)) {
        template_fail_at(template, (gsize)(end - template->text), error,
                         *end ? _("This is not UTF-8; save the template in that encoding.")
                              : _("There is a NUL in the template."));
        return NULL;
    }
    if (!parse_text(template, error))
        return NULL;
    return g_steal_pointer(&template);
}

void
template_free(Template *template)
{
    if (!template)
        return;
    g_array_unref(template->nodes);
    g_free(template->source);
    g_free(template->text);
    g_free(template);
}
