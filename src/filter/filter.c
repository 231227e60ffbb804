/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter/filter.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

#include <string.h>

typedef struct {
    const char *text, *end, *at;
    const char *source;
    guint terms;
    const char *counted; /* up to here, `column` is counted */
    guint column;
    GError **error;
} Parser;

static gboolean fail(Parser *parser, const char *at, const char *format, ...) G_GNUC_PRINTF(3, 4);

static gboolean
fail(Parser *parser, const char *at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    return error_set_input(parser->error, parser->source, 1,
                           text_column(parser->text, (gsize)(at - parser->text)), "%s", message);
}

static gboolean
at_char(const Parser *parser, char c)
{
    return parser->at < parser->end && *parser->at == c;
}

static gboolean
skip_char(Parser *parser, char c)
{
    if (!at_char(parser, c))
        return FALSE;
    parser->at++;
    return TRUE;
}

static void
skip_blanks(Parser *parser)
{
    while (skip_char(parser, ' '))
        ;
}

/* what stands at `at`, for messages */
static char *
describe(const Parser *parser, const char *at)
{
    if (at >= parser->end)
        return g_strdup(_("the end"));
    gunichar c = g_utf8_get_char(at);
    if (c == ' ')
        return g_strdup(_("a blank"));
    if (!g_unichar_isprint(c))
        return g_strdup_printf("U+%04X", c);
    char character[7] = {0};
    g_unichar_to_utf8(c, character);
    return g_strdup_printf(_("\"%s\""), character);
}

/* columns only grow from term to term: each character is counted once */
static FilterNode *
node_new(Parser *parser, const char *at)
{
    FilterNode *node = g_new0(FilterNode, 1);
    parser->column += text_column(parser->counted, (gsize)(at - parser->counted)) - 1;
    parser->counted = at;
    node->column = parser->column;
    return node;
}

void
filter_free(FilterNode *node)
{
    if (!node)
        return;
    for (FilterNode **child = node->children; child && *child; child++)
        filter_free(*child);
    for (guint i = 0; i < node->n_any; i++)
        g_free(node->any[i].data);
    g_free(node->children);
    g_free(node->attribute);
    g_free(node->value.data);
    g_free(node->initial.data);
    g_free(node->final.data);
    g_free(node->any);
    g_free(node->rule);
    g_free(node);
}

/* ---- names ---- */

/* number *( "." number ), at least two, without leading zeros (RFC 4512, 1.4: numericoid) */
static gboolean
is_numeric_oid(const char *name, gsize length)
{
    guint dots = 0;
    for (gsize i = 0; i < length;) {
        gsize start = i;
        while (i < length && g_ascii_isdigit(name[i]))
            i++;
        if (i == start || (name[start] == '0' && i > start + 1))
            return FALSE;
        if (i < length && (name[i] != '.' || i + 1 == length))
            return FALSE;
        dots += i < length;
        i++;
    }
    return dots > 0;
}

/* RFC 4512, 1.4: descr */
static gboolean
is_descriptor(const char *name, gsize length)
{
    if (length == 0 || !g_ascii_isalpha(*name))
        return FALSE;
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalnum(name[i]) && name[i] != '-')
            return FALSE;
    return TRUE;
}

/* An oid, with options if `options` (RFC 4512, 2.5); NULL without an error if none stands here. */
static char *
parse_name(Parser *parser, gboolean options)
{
    const char *start = parser->at, *p = start;
    while (p < parser->end && (g_ascii_isalnum(*p) || *p == '-' || *p == '.'))
        p++;
    gsize length = (gsize)(p - start);
    if (length == 0)
        return NULL;
    if (!is_descriptor(start, length) && !is_numeric_oid(start, length)) {
        fail(parser, start,
             _("\"%.*s\" is no attribute name: a name begins with a letter and goes on with "
               "letters, digits and hyphens; an OID is numbers with dots between"),
             (int)MIN(length, 64), start);
        return NULL;
    }
    while (options && p < parser->end && *p == ';') {
        const char *option = ++p;
        while (p < parser->end && (g_ascii_isalnum(*p) || *p == '-'))
            p++;
        if (p == option) {
            fail(parser, p, _("an option such as \"lang-de\" must follow the \";\""));
            return NULL;
        }
    }
    parser->at = p;
    return g_strndup(start, (gsize)(p - start));
}

/* ---- values ---- */

/* Octets up to an unescaped ")", or "*" (which only `stars` allows), or the end. */
static gboolean
parse_value(Parser *parser, gboolean stars, FilterValue *value)
{
    g_autoptr(GString) out = g_string_new(NULL);
    while (parser->at < parser->end && *parser->at != ')') {
        char c = *parser->at;
        if (c == '*' && stars)
            break;
        if (c == '(' || c == '*')
            return c == '*' ? fail(parser, parser->at,
                                   _("\"*\" in a value is written \\2a; parts of values can be "
                                     "searched with = only"))
                            : fail(parser, parser->at, _("\"(\" in a value is written \\28"));
        if (c != '\\') {
            g_string_append_c(out, c);
            parser->at++;
            continue;
        }
        int high = parser->end - parser->at > 2 ? g_ascii_xdigit_value(parser->at[1]) : -1;
        int low = high >= 0 ? g_ascii_xdigit_value(parser->at[2]) : -1;
        if (low < 0)
            return fail(parser, parser->at,
                        _("two hexadecimal digits must follow \"\\\"; itself it is written \\5c"));
        g_string_append_c(out, (char)(high << 4 | low));
        parser->at += 3;
    }
    value->length = out->len;
    value->data = g_string_free(g_steal_pointer(&out), FALSE);
    return TRUE;
}

/* takes an empty piece as none: it would match everywhere */
static void
drop_if_empty(FilterValue *value)
{
    if (value->length == 0)
        g_clear_pointer(&value->data, g_free);
}

/* after "=": a value, "*", or pieces with stars between */
static gboolean
parse_equal(Parser *parser, FilterNode *node)
{
    node->kind = FILTER_EQUAL;
    if (!parse_value(parser, TRUE, &node->value))
        return FALSE;
    if (!at_char(parser, '*'))
        return TRUE;
    node->initial = node->value;
    node->value = (FilterValue){NULL, 0};
    drop_if_empty(&node->initial);

    g_autoptr(GArray) any = g_array_new(FALSE, FALSE, sizeof(FilterValue));
    gboolean good = TRUE;
    while (good && skip_char(parser, '*')) {
        FilterValue piece = {NULL, 0};
        good = parse_value(parser, TRUE, &piece);
        if (good && at_char(parser, '*') && piece.length > 0)
            g_array_append_val(any, piece);
        else if (good && !at_char(parser, '*') && piece.length > 0)
            node->final = piece;
        else
            g_free(piece.data);
    }
    node->n_any = any->len;
    node->any = (FilterValue *)(gpointer)g_array_free(g_steal_pointer(&any), node->n_any == 0);
    node->kind =
        node->initial.data || node->final.data || node->n_any ? FILTER_SUBSTRINGS : FILTER_PRESENT;
    return good;
}

/* from the ":" after the attribute, or in its place: [":dn"] [":" rule] ":=" value */
static gboolean
parse_extensible(Parser *parser, FilterNode *node)
{
    node->kind = FILTER_EXTENSIBLE;
    const char *p = parser->at;
    if (parser->end - p > 3 && g_ascii_strncasecmp(p, ":dn:", 4) == 0) {
        node->dn = TRUE;
        parser->at += 3;
    }
    const char *start = parser->at++;
    if (!at_char(parser, '=')) {
        GError **error = parser->error;
        g_autoptr(GError) reason = NULL;
        parser->error = &reason;
        node->rule = parse_name(parser, FALSE);
        parser->error = error;
        if (!node->rule)
            return fail(parser, start + 1,
                        _("a matching rule's name or OID, or \"=\", must follow \":\""));
        if (!skip_char(parser, ':') || !at_char(parser, '='))
            return fail(parser, parser->at, _("\":=\" must follow the matching rule"));
    }
    if (!node->attribute && !node->rule)
        return fail(parser, start,
                    _("without an attribute there must be a matching rule before \":=\""));
    parser->at++;
    return parse_value(parser, FALSE, &node->value);
}

static gboolean
parse_item(Parser *parser, FilterNode *node)
{
    static const struct {
        char text[3];
        FilterKind kind;
    } operators[] = {
        {">=", FILTER_GREATER_OR_EQUAL}, {"<=", FILTER_LESS_OR_EQUAL}, {"~=", FILTER_APPROX}};
    const char *start = parser->at;
    g_autofree char *bad = describe(parser, start);
    node->attribute = parse_name(parser, TRUE);
    if (at_char(parser, ':') && (node->attribute || parser->at == start))
        return parse_extensible(parser, node);
    if (!node->attribute && *parser->error)
        return FALSE;
    if (!node->attribute)
        return fail(parser, start, _("an attribute's name must stand here, not %s"), bad);
    if (skip_char(parser, '='))
        return parse_equal(parser, node);
    for (guint i = 0; i < G_N_ELEMENTS(operators); i++) {
        if (parser->end - parser->at >= 2 && memcmp(parser->at, operators[i].text, 2) == 0) {
            parser->at += 2;
            node->kind = operators[i].kind;
            return parse_value(parser, FALSE, &node->value);
        }
    }
    g_autofree char *found = describe(parser, parser->at);
    return fail(parser, parser->at, _("=, >=, <=, ~= or := must follow \"%s\", not %s"),
                node->attribute, found);
}

/* ---- filters ---- */

static FilterNode *parse_filter(Parser *parser, guint depth);

static gboolean
parse_list(Parser *parser, FilterNode *node, guint depth)
{
    static const char signs[] = "&|!";
    static const FilterKind kinds[] = {FILTER_AND, FILTER_OR, FILTER_NOT};
    char sign = *parser->at++;
    node->kind = kinds[strchr(signs, sign) - signs];
    g_autoptr(GPtrArray) children = g_ptr_array_new_with_free_func((GDestroyNotify)filter_free);
    skip_blanks(parser);
    while (at_char(parser, '(') && (node->kind != FILTER_NOT || children->len == 0)) {
        FilterNode *child = parse_filter(parser, depth + 1);
        if (!child)
            return FALSE;
        g_ptr_array_add(children, child);
        skip_blanks(parser);
    }
    if (children->len == 0)
        return fail(parser, parser->at, _("a filter in parentheses must follow \"%c\""), sign);
    g_ptr_array_add(children, NULL);
    node->children = (FilterNode **)g_ptr_array_steal(children, NULL);
    return TRUE;
}

static FilterNode *
parse_filter(Parser *parser, guint depth)
{
    const char *start = parser->at;
    g_autoptr(FilterNode) node = node_new(parser, start);
    if (depth > FILTER_DEPTH_MAX) {
        fail(parser, start, _("filters are nested more than %d deep"), FILTER_DEPTH_MAX);
        return NULL;
    }
    if (++parser->terms > FILTER_TERMS_MAX) {
        fail(parser, start, _("a filter has at most %d terms"), FILTER_TERMS_MAX);
        return NULL;
    }
    parser->at++;
    gboolean list = at_char(parser, '&') || at_char(parser, '|') || at_char(parser, '!');
    if (list ? !parse_list(parser, node, depth) : !parse_item(parser, node))
        return NULL;
    if (skip_char(parser, ')'))
        return g_steal_pointer(&node);
    if (parser->at == parser->end) {
        fail(parser, start, _("the \")\" to this \"(\" is missing"));
    } else {
        g_autofree char *found = describe(parser, parser->at);
        fail(parser, parser->at, _("\")\" must stand here, not %s"), found);
    }
    return NULL;
}

/* an extensible match alone, without its parentheses */
static FilterNode *
parse_bare(Parser *parser)
{
    g_autoptr(FilterNode) node = node_new(parser, parser->at);
    g_autoptr(GError) unused = NULL;
    GError **error = parser->error;
    parser->error = &unused;
    node->attribute = parse_name(parser, TRUE);
    parser->error = error;
    if (unused || !at_char(parser, ':')) {
        fail(parser, parser->text, _("a filter begins with \"(\", as in (city=Mannheim)"));
        return NULL;
    }
    return parse_extensible(parser, node) ? g_steal_pointer(&node) : NULL;
}

FilterNode *
filter_parse(const char *text, gssize length, const char *source, GError **error)
{
    g_autoptr(GError) local = NULL;
    gsize size = length < 0 ? strlen(text) : (gsize)length;
    Parser parser = {.text = text,
                     .end = text + size,
                     .at = text,
                     .source = source,
                     .counted = text,
                     .column = 1,
                     .error = &local};
    g_autoptr(FilterNode) node = NULL;
    const char *bad;
    if (size == 0)
        fail(&parser, text, _("the filter is empty; for everybody write (mail=*)"));
    else if (size > FILTER_BYTES_MAX)
        fail(&parser, text, _("the filter is longer than %d octets"), FILTER_BYTES_MAX);
    else if (!g_utf8_validate(text, (gssize)size, &bad))
        fail(&parser, bad, _("this octet is a NUL or no UTF-8; write it as \\%02x"), (guchar)*bad);
    else
        node = *text == '(' ? parse_filter(&parser, 1) : parse_bare(&parser);
    if (node && parser.at < parser.end) {
        g_autofree char *found = describe(&parser, parser.at);
        fail(&parser, parser.at,
             _("the filter ends before %s; several are joined as (&(...)(...))"), found);
    }
    if (!local)
        return g_steal_pointer(&node);
    g_propagate_error(error, g_steal_pointer(&local));
    return NULL;
}
