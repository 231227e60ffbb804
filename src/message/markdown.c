/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/markdown.h"

#include <cmark.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_LEAST 20 /* however deep the prefix */
#define DEPTH_MAX     20 /* of quotes and lists, and of emphasis, within each other */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(cmark_node, cmark_node_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(cmark_iter, cmark_iter_free)

/* ---- the tree, made safe ---- */

/* A link that a reader may follow from a mail. Anything else (javascript:, data:, a path) would be
 * dangerous or lead nowhere. */
static gboolean
is_safe_link(const char *url)
{
    static const char *const schemes[] = {"https://", "http://", "mailto:", "tel:"};
    for (const char *p = url; *p; p++)
        if ((guchar)*p <= ' ' || *p == 0x7f)
            return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(schemes); i++)
        if (g_ascii_strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
            return TRUE;
    return FALSE;
}

/* Replaces control characters (a character reference can make them) by blanks, in place. */
static void
clean_literal(cmark_node *node)
{
    gboolean code_block = cmark_node_get_type(node) == CMARK_NODE_CODE_BLOCK;
    g_autoptr(GString) clean = g_string_new(NULL);
    for (const char *p = cmark_node_get_literal(node); *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        gboolean kept = (code_block && (c == '\n' || c == '\t')) || !g_unichar_iscntrl(c);
        g_string_append_unichar(clean, kept ? c : ' ');
    }
    cmark_node_set_literal(node, clean->str);
}

static gboolean
is_inline_wrapper(cmark_node_type type)
{
    return type == CMARK_NODE_EMPH || type == CMARK_NODE_STRONG || type == CMARK_NODE_LINK ||
           type == CMARK_NODE_IMAGE;
}

/* Frees the node, and what around it has nothing else in it. */
static void
drop(cmark_node *node)
{
    cmark_node *parent = cmark_node_parent(node);
    cmark_node_free(node);
    cmark_node_type type = cmark_node_get_type(parent);
    if (!cmark_node_first_child(parent) &&
        (type == CMARK_NODE_PARAGRAPH || is_inline_wrapper(type)))
        drop(parent);
}

/* Puts the node's children in its place. */
static void
unwrap(cmark_node *node)
{
    cmark_node *child;
    while ((child = cmark_node_first_child(node)))
        cmark_node_insert_before(node, child);
    drop(node);
}

static gboolean
is_leaf_block(cmark_node_type type)
{
    return type == CMARK_NODE_PARAGRAPH || type == CMARK_NODE_HEADING ||
           type == CMARK_NODE_CODE_BLOCK || type == CMARK_NODE_THEMATIC_BREAK;
}

/* Puts the paragraphs and other leaves below a quote or list in its place. */
static void
flatten(cmark_node *container)
{
    g_autoptr(GPtrArray) leaves = g_ptr_array_new();
    g_autoptr(cmark_iter) iter = cmark_iter_new(container);
    for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
        cmark_node *node = cmark_iter_get_node(iter);
        if (event == CMARK_EVENT_ENTER && is_leaf_block(cmark_node_get_type(node)))
            g_ptr_array_add(leaves, node);
    }
    for (guint i = 0; i < leaves->len; i++)
        cmark_node_insert_before(container, g_ptr_array_index(leaves, i));
    cmark_node_free(container);
}

/* What is to be done to the tree, found in one walk and done after it; each in the order of the
 * text, so that a wrapper is gone before what was in it. */
typedef struct {
    GPtrArray *unwrapped;  /* images, bad links, emphasis too deep */
    GPtrArray *dropped;    /* raw HTML */
    GPtrArray *flattened;  /* the outermost quotes and lists that are too deep */
    guint blocks, inlines; /* depth of the walk */
    int heading;           /* level of the highest heading */
} Cleaning;

static void
cleaning_clear(Cleaning *cleaning)
{
    g_ptr_array_unref(cleaning->unwrapped);
    g_ptr_array_unref(cleaning->dropped);
    g_ptr_array_unref(cleaning->flattened);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Cleaning, cleaning_clear)

static void
clean_entered(Cleaning *cleaning, cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);
    switch (type) {
    case CMARK_NODE_HTML_BLOCK:
    case CMARK_NODE_HTML_INLINE:
        g_ptr_array_add(cleaning->dropped, node);
        break;
    case CMARK_NODE_TEXT:
    case CMARK_NODE_CODE:
    case CMARK_NODE_CODE_BLOCK:
        clean_literal(node);
        break;
    case CMARK_NODE_BLOCK_QUOTE:
    case CMARK_NODE_LIST:
        if (cleaning->blocks++ == DEPTH_MAX)
            g_ptr_array_add(cleaning->flattened, node);
        break;
    case CMARK_NODE_LINK:
    case CMARK_NODE_IMAGE:
    case CMARK_NODE_EMPH:
    case CMARK_NODE_STRONG:
        if (cleaning->inlines++ >= DEPTH_MAX || type == CMARK_NODE_IMAGE ||
            (type == CMARK_NODE_LINK && !is_safe_link(cmark_node_get_url(node))))
            g_ptr_array_add(cleaning->unwrapped, node);
        break;
    case CMARK_NODE_HEADING:
        cmark_node_set_heading_level(
            node, MIN(6, cmark_node_get_heading_level(node) + cleaning->heading - 1));
        break;
    default:
        break;
    }
}

static void
clean_left(Cleaning *cleaning, cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_BLOCK_QUOTE || type == CMARK_NODE_LIST)
        cleaning->blocks--;
    if (is_inline_wrapper(type))
        cleaning->inlines--;
}

/* Parses `text`; what the tree then holds may be shown, and is no deeper than DEPTH_MAX. */
static cmark_node *
parse_clean(const char *text, int heading)
{
    cmark_node *document =
        cmark_parse_document(text, strlen(text), CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8);
    g_auto(Cleaning) cleaning = {
        .unwrapped = g_ptr_array_new(),
        .dropped = g_ptr_array_new(),
        .flattened = g_ptr_array_new(),
        .heading = heading,
    };
    g_autoptr(cmark_iter) iter = cmark_iter_new(document);
    for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
        if (event == CMARK_EVENT_ENTER)
            clean_entered(&cleaning, cmark_iter_get_node(iter));
        else
            clean_left(&cleaning, cmark_iter_get_node(iter));
    }
    for (guint i = 0; i < cleaning.unwrapped->len; i++)
        unwrap(g_ptr_array_index(cleaning.unwrapped, i));
    for (guint i = 0; i < cleaning.dropped->len; i++)
        drop(g_ptr_array_index(cleaning.dropped, i));
    for (guint i = 0; i < cleaning.flattened->len; i++)
        flatten(g_ptr_array_index(cleaning.flattened, i));
    return document;
}

char *
markdown_to_html(const char *text, int heading)
{
    g_autoptr(cmark_node) document = parse_clean(text, heading);
    char *html = cmark_render_html(document, CMARK_OPT_DEFAULT);
    char *owned = g_strdup(html);
    free(html);
    return owned;
}

/* ---- plain text ---- */

/* Lines get `first` before them, once, and then `rest`: what the quotes and list items around them
 * put there. */
typedef struct {
    glong columns;
    GString *out;
    GString *first; /* with the marker of an item that has just begun */
    GString *rest;
    gboolean gap;     /* an empty line is due */
    gsize gap_prefix; /* octets of `rest` that go before it */
} Writer;

static void put_block(Writer *writer, cmark_node *block);

static void
append_trimmed(GString *out, const char *text, gsize length)
{
    while (length > 0 && text[length - 1] == ' ')
        length--;
    g_string_append_len(out, text, (gssize)length);
    g_string_append_c(out, '\n');
}

static void
put_line(Writer *writer, const char *line)
{
    if (writer->gap)
        append_trimmed(writer->out, writer->rest->str, writer->gap_prefix);
    writer->gap = FALSE;
    g_string_append(writer->first, line);
    append_trimmed(writer->out, writer->first->str, writer->first->len);
    g_string_assign(writer->first, writer->rest->str);
}

/* One line of text, broken at blanks. Returns the characters of its longest line. */
static glong
put_filled(Writer *writer, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    g_autoptr(GString) line = g_string_new(NULL);
    glong width = 0, widest = 0;
    for (guint i = 0; words[i]; i++) {
        if (!*words[i])
            continue;
        glong length = g_utf8_strlen(words[i], -1);
        glong room = MAX(writer->columns - g_utf8_strlen(writer->first->str, -1), COLUMNS_LEAST);
        if (line->len > 0 && width + 1 + length > room) {
            put_line(writer, line->str);
            g_string_truncate(line, 0);
        }
        if (line->len > 0)
            g_string_append_c(line, ' ');
        g_string_append(line, words[i]);
        width = line->len == strlen(words[i]) ? length : width + 1 + length;
        widest = MAX(widest, width);
    }
    if (line->len > 0)
        put_line(writer, line->str);
    return widest;
}

static void
append_link(GString *out, const char *url, gsize start)
{
    const char *shown = g_ascii_strncasecmp(url, "mailto:", 7) == 0 ? url + 7 : url;
    if (strcmp(out->str + start, shown) != 0)
        g_string_append_printf(out, "%s<%s>", start < out->len ? " " : "", shown);
}

/* The text of a paragraph or heading; a line feed is a hard break. Owned by the caller. */
static char *
inline_text(cmark_node *block)
{
    GString *out = g_string_new(NULL);
    gsize link_start = 0;
    g_autoptr(cmark_iter) iter = cmark_iter_new(block);
    for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
        cmark_node *node = cmark_iter_get_node(iter);
        switch (cmark_node_get_type(node)) {
        case CMARK_NODE_TEXT:
        case CMARK_NODE_CODE:
            g_string_append(out, cmark_node_get_literal(node));
            break;
        case CMARK_NODE_SOFTBREAK:
            g_string_append_c(out, ' ');
            break;
        case CMARK_NODE_LINEBREAK:
            g_string_append_c(out, '\n');
            break;
        case CMARK_NODE_LINK:
            if (event == CMARK_EVENT_ENTER)
                link_start = out->len;
            else
                append_link(out, cmark_node_get_url(node), link_start);
            break;
        default:
            break;
        }
    }
    return g_string_free(out, FALSE);
}

static glong
put_text(Writer *writer, cmark_node *block)
{
    g_autofree char *text = inline_text(block);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    glong widest = 0;
    for (guint i = 0; lines[i]; i++) {
        glong width = put_filled(writer, lines[i]);
        widest = MAX(widest, width);
    }
    return widest;
}

static void
put_heading(Writer *writer, cmark_node *heading)
{
    glong width = put_text(writer, heading);
    if (width == 0)
        return;
    g_autofree char *line = g_strnfill((gsize)MIN(width, writer->columns),
                                       cmark_node_get_heading_level(heading) == 1 ? '=' : '-');
    put_line(writer, line);
}

static void
put_code(Writer *writer, cmark_node *code)
{
    g_autofree char *text = g_strdup(cmark_node_get_literal(code));
    g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        g_autofree char *line = g_strconcat("    ", lines[i], NULL);
        put_line(writer, line);
    }
}

/* From here on an empty line is due before the next one. */
static void
ask_gap(Writer *writer)
{
    writer->gap = TRUE;
    writer->gap_prefix = writer->rest->len;
}

static void
put_blocks(Writer *writer, cmark_node *parent, gboolean tight)
{
    gsize start = writer->out->len;
    for (cmark_node *child = cmark_node_first_child(parent); child;
         child = cmark_node_next(child)) {
        if (!tight && writer->out->len > start)
            ask_gap(writer);
        put_block(writer, child);
    }
}

/* A quote's or an item's blocks, with `marker` before the first line and `indent` before the
 * others. */
static void
put_marked(Writer *writer, cmark_node *container, const char *marker, const char *indent,
           gboolean tight)
{
    gsize start = writer->out->len;
    gsize outer = writer->rest->len;
    g_string_append(writer->first, marker);
    g_string_append(writer->rest, indent);
    put_blocks(writer, container, tight);
    if (writer->out->len == start)
        put_line(writer, "");
    writer->gap = FALSE;
    g_string_truncate(writer->rest, outer);
    g_string_assign(writer->first, writer->rest->str);
}

static void
put_list(Writer *writer, cmark_node *list)
{
    gboolean ordered = cmark_node_get_list_type(list) == CMARK_ORDERED_LIST;
    gboolean tight = cmark_node_get_list_tight(list) != 0;
    int number = cmark_node_get_list_start(list);
    for (cmark_node *item = cmark_node_first_child(list); item; item = cmark_node_next(item)) {
        if (!tight && item != cmark_node_first_child(list))
            ask_gap(writer);
        g_autofree char *marker = ordered ? g_strdup_printf("%d. ", number++) : g_strdup("- ");
        g_autofree char *indent = g_strnfill(strlen(marker), ' ');
        put_marked(writer, item, marker, indent, tight);
    }
}

static void
put_block(Writer *writer, cmark_node *block)
{
    switch (cmark_node_get_type(block)) {
    case CMARK_NODE_PARAGRAPH:
        put_text(writer, block);
        break;
    case CMARK_NODE_HEADING:
        put_heading(writer, block);
        break;
    case CMARK_NODE_BLOCK_QUOTE:
        put_marked(writer, block, "> ", "> ", FALSE);
        break;
    case CMARK_NODE_LIST:
        put_list(writer, block);
        break;
    case CMARK_NODE_CODE_BLOCK:
        put_code(writer, block);
        break;
    case CMARK_NODE_THEMATIC_BREAK:
        put_line(writer, "* * *");
        break;
    default:
        break;
    }
}

char *
markdown_to_text(const char *text, glong columns)
{
    g_autoptr(cmark_node) document = parse_clean(text, 1);
    g_autoptr(GString) first = g_string_new(NULL);
    g_autoptr(GString) rest = g_string_new(NULL);
    Writer writer = {.columns = columns ? columns : G_MAXSHORT,
                     .out = g_string_new(NULL),
                     .first = first,
                     .rest = rest};
    put_blocks(&writer, document, FALSE);
    return g_string_free(writer.out, FALSE);
}

/* ---- escaping ---- */

static gboolean
is_blank_or_end(char c)
{
    return c == ' ' || c == '\t' || c == '\0';
}

/* The octet of a line before which a backslash keeps it from being a block of its own: a heading, a
 * quote, an item, a rule, a fence, an underline (CommonMark 0.30, 4 and 5); -1: none. The line has
 * no blank at either end. What is escaped everywhere (* _ ` < [) is not looked at. */
static gssize
find_block_marker(const char *line)
{
    gsize digits = strspn(line, "0123456789");
    if (digits >= 1 && digits <= 9 && (line[digits] == '.' || line[digits] == ')') &&
        is_blank_or_end(line[digits + 1]))
        return (gssize)digits;
    if (*line == '>' || g_str_has_prefix(line, "~~~"))
        return 0;
    if ((*line == '-' || *line == '+' || *line == '*') && is_blank_or_end(line[1]))
        return 0;
    gsize hashes = strspn(line, "#");
    if (hashes >= 1 && hashes <= 6 && is_blank_or_end(line[hashes]))
        return 0;
    if ((*line == '-' && line[strspn(line, "- \t")] == '\0') ||
        (*line == '=' && line[strspn(line, "=")] == '\0'))
        return 0;
    return -1;
}

/* TRUE if the octet at `at` would be markup within a line. */
static gboolean
is_inline_markup(const char *line, gsize at)
{
    char before = at > 0 ? line[at - 1] : ' ';
    char after = line[at + 1];
    switch (line[at]) {
    case '\\':
    case '`':
    case '[':
    case ']':
        return TRUE;
    case '*': /* between blanks it can neither open nor close */
        return !(is_blank_or_end(before) && is_blank_or_end(after));
    case '_': /* nor within a word */
        return !(g_ascii_isalnum(before) && g_ascii_isalnum(after));
    case '<': /* a tag, a comment or an address */
        return g_ascii_isalpha(after) || (after && strchr("/!?", after));
    case '&': /* a character reference */
        return g_ascii_isalpha(after) || after == '#';
    case '#': /* what would close a heading */
        return is_blank_or_end(before) && line[at + strspn(line + at, "#")] == '\0';
    default:
        return FALSE;
    }
}

static void
append_escaped_line(GString *out, const char *line)
{
    gssize marker = find_block_marker(line);
    for (gsize i = 0; line[i]; i++) {
        if ((gssize)i == marker || is_inline_markup(line, i))
            g_string_append_c(out, '\\');
        g_string_append_c(out, line[i]);
    }
}

void
markdown_append_escaped(GString *out, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        if (i > 0)
            g_string_append_c(out, '\n');
        char *line = g_strstrip(g_strdelimit(lines[i], "\r\v\f", ' '));
        while (g_str_has_prefix(line, "\xef\xbb\xbf")) /* cmark skips a byte order mark */
            line = g_strchug(line + 3);
        append_escaped_line(out, line);
    }
}
