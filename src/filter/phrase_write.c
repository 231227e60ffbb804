/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A filter to a sentence. Each term is tried from its plainest form to its safest, and the first that
 * phrase_to_filter() reads as the same term is taken. */
#include "filter/phrase.h"

#include "base/i18n.h"
#include "filter/phrase_words.h"
#include "model/attribute_schema.h"

#include <string.h>

/* longer values are quoted in any case */
#define BARE_MAX 64

/* numbers are written in groups from here on, and as "over" one less where that is round */
#define GROUPED_MIN 10000
#define ROUND       1000

/* How a term is said: FORM_PLAIN, or with one or both of these. */
typedef guint Form;
#define FORM_PLAIN  0
#define FORM_QUOTED 1
#define FORM_MARKED 2 /* with the word "attribute" */
#define FORMS       4

typedef struct {
    const FieldMap *map;
    gboolean german;
    GString *out;
} Writer;

static void
say(const Writer *writer, GString *out, PhraseRole role, guint what)
{
    g_autofree char *words = phrase_say(phrase_row(role, what), writer->german);
    if (out->len > 0)
        g_string_append_c(out, ' ');
    g_string_append(out, words);
}

/* lists of one item are that item */
static const FilterNode *
unwrap(const FilterNode *node)
{
    while (node->children && node->kind != FILTER_NOT && !node->children[1])
        node = node->children[0];
    return node;
}

/* ":=" with neither rule nor DN is "=" */
static FilterKind
kind_of(const FilterNode *leaf)
{
    return leaf->kind == FILTER_EXTENSIBLE && !leaf->rule && !leaf->dn ? FILTER_EQUAL : leaf->kind;
}

/* ---- values ---- */

/* In quotation marks of the language. What would end the text, and octets that are no text, are
 * written as \xx; in a pattern stars, too. */
static void
append_octets(const Writer *writer, GString *out, const FilterValue *value, gboolean pattern)
{
    const char *closing = phrase_closing_marks(writer->german ? 0x201e : '"');
    const char *p = value->data ? value->data : "";
    for (const char *end = p + value->length; p < end;) {
        gunichar c = g_utf8_get_char_validated(p, end - p);
        gboolean text = c != (gunichar)-1 && c != (gunichar)-2 && c != 0 && g_unichar_isprint(c);
        if (text && c != '\\' && !(pattern && c == '*') && !g_utf8_strchr(closing, -1, c)) {
            g_string_append_unichar(out, c);
            p = g_utf8_next_char(p);
            continue;
        }
        for (const char *next = text ? g_utf8_next_char(p) : p + 1; p < next; p++)
            g_string_append_printf(out, "\\%02x", (guchar)*p);
    }
}

static void
append_quoted(const Writer *writer, GString *out, const FilterValue *value)
{
    g_string_append(out, writer->german ? "„" : "\"");
    append_octets(writer, out, value, FALSE);
    g_string_append(out, writer->german ? "“" : "\"");
}

/* the word of the language for a stored value, or NULL; owned by the caller */
static char *
say_stored(const Writer *writer, FieldId field, const FilterValue *value)
{
    for (guint i = 0; i < phrase_n_rows; i++) {
        const PhraseRow *row = &phrase_rows[i];
        if (row->role == PHRASE_VALUE && row->what == field && strcmp(row->name, value->data) == 0)
            return phrase_say(row, writer->german);
    }
    return NULL;
}

/* "200.000" or "200,000" */
static void
append_number(const Writer *writer, GString *out, gint64 number)
{
    g_autofree char *digits = g_strdup_printf("%" PRId64, number);
    gsize length = strlen(digits);
    for (gsize i = 0; i < length; i++) {
        g_string_append_c(out, digits[i]);
        gsize left = length - i - 1;
        if (number >= GROUPED_MIN && left > 0 && left % 3 == 0)
            g_string_append_c(out, writer->german ? '.' : ',');
    }
}

static gboolean
as_number(const FilterValue *value, gint64 *number)
{
    gint64 read = value->length < 16 ? g_ascii_strtoll(value->data, NULL, 10) : 0;
    g_autofree char *digits = g_strdup_printf("%" PRId64, read);
    *number = read;
    return strlen(digits) == value->length && strcmp(digits, value->data) == 0;
}

static FieldId
field_of(const char *attribute)
{
    g_autofree char *base = attribute ? g_strndup(attribute, strcspn(attribute, ";")) : NULL;
    return base ? field_find(base) : FIELDS;
}

static gboolean
is_number(const Writer *writer, const char *attribute)
{
    FieldId field = field_of(attribute);
    if (field < FIELDS || !attribute)
        return field < FIELDS && field_table[field].type == FIELD_INTEGER;
    const AttributeType *type = attribute_schema_find(field_map_schema(writer->map), attribute);
    return type && type->rule == RULE_INTEGER;
}

static void
append_value(const Writer *writer, GString *out, const FilterNode *leaf, Form form)
{
    gint64 number;
    FieldId field = kind_of(leaf) == FILTER_EQUAL ? field_of(leaf->attribute) : FIELDS;
    g_string_append_c(out, ' ');
    g_autofree char *stored =
        field < FIELDS && !(form & FORM_QUOTED) ? say_stored(writer, field, &leaf->value) : NULL;
    if (form & FORM_QUOTED || leaf->value.length == 0 || leaf->value.length > BARE_MAX ||
        kind_of(leaf) == FILTER_EXTENSIBLE)
        append_quoted(writer, out, &leaf->value);
    else if (stored)
        g_string_append(out, stored);
    else if (is_number(writer, leaf->attribute) && as_number(&leaf->value, &number))
        append_number(writer, out, number);
    else
        g_string_append(out, leaf->value.data);
}

/* ---- terms ---- */

static void
append_subject(const Writer *writer, GString *out, const FilterNode *leaf, Form form)
{
    FieldId field = leaf->attribute ? field_find(leaf->attribute) : FIELDS;
    if (!leaf->attribute) {
        say(writer, out, PHRASE_PART, PART_ANY_ATTRIBUTE);
    } else if (field < FIELDS) {
        say(writer, out, PHRASE_FIELD, field);
    } else {
        if (form & FORM_MARKED)
            say(writer, out, PHRASE_PART, PART_ATTRIBUTE);
        g_string_append_printf(out, "%s%s", out->len > 0 ? " " : "", leaf->attribute);
    }
    if (leaf->dn)
        say(writer, out, PHRASE_PART, PART_OR_DN);
}

static void
append_operator(const Writer *writer, GString *out, PhraseOperator op, gboolean negated)
{
    if (op == OPERATOR_EQUAL) {
        say(writer, out, PHRASE_IS, 0);
        if (negated)
            say(writer, out, PHRASE_NOT, 0);
    } else if (negated && phrase_row(PHRASE_NOT_OPERATOR, op)) {
        say(writer, out, PHRASE_NOT_OPERATOR, op);
    } else {
        if (negated)
            say(writer, out, PHRASE_NOT, 0);
        say(writer, out, PHRASE_OPERATOR, op);
    }
}

static void
append_pieces(const Writer *writer, GString *out, const FilterNode *leaf, gboolean negated)
{
    const FilterValue *only = NULL;
    PhraseOperator op = OPERATOR_MATCHES;
    if (leaf->n_any == 0 && !leaf->final.data) {
        op = OPERATOR_BEGINS;
        only = &leaf->initial;
    } else if (leaf->n_any == 0 && !leaf->initial.data) {
        op = OPERATOR_ENDS;
        only = &leaf->final;
    } else if (leaf->n_any == 1 && !leaf->initial.data && !leaf->final.data) {
        op = OPERATOR_CONTAINS;
        only = &leaf->any[0];
    }
    append_operator(writer, out, op, negated);
    g_string_append_c(out, ' ');
    if (only) {
        append_quoted(writer, out, only);
        return;
    }
    g_string_append(out, writer->german ? "„" : "\"");
    append_octets(writer, out, &leaf->initial, TRUE);
    for (guint i = 0; i < leaf->n_any; i++) {
        g_string_append_c(out, '*');
        append_octets(writer, out, &leaf->any[i], TRUE);
    }
    g_string_append_c(out, '*');
    append_octets(writer, out, &leaf->final, TRUE);
    g_string_append(out, writer->german ? "“" : "\"");
}

/* >= and <=; numbers as "over" and "under" where that is round */
static void
append_order(const Writer *writer, GString *out, const FilterNode *leaf, gboolean negated,
             Form form)
{
    gboolean more = leaf->kind == FILTER_GREATER_OR_EQUAL;
    gint64 number, next;
    if (!(form & FORM_QUOTED) && is_number(writer, leaf->attribute) &&
        as_number(&leaf->value, &number)) {
        next = more ? number - 1 : number + 1;
        if (next > 0 && next % ROUND == 0) {
            append_operator(writer, out, more ? OPERATOR_OVER : OPERATOR_UNDER, negated);
            g_string_append_c(out, ' ');
            append_number(writer, out, next);
            return;
        }
    }
    append_operator(writer, out, more ? OPERATOR_AT_LEAST : OPERATOR_AT_MOST, negated);
    append_value(writer, out, leaf, form);
}

static void
append_comparison(const Writer *writer, GString *out, const FilterNode *leaf, gboolean negated,
                  Form form)
{
    append_subject(writer, out, leaf, form);
    switch (leaf->kind) {
    case FILTER_PRESENT:
        append_operator(writer, out, negated ? OPERATOR_MISSING : OPERATOR_KNOWN, FALSE);
        return;
    case FILTER_SUBSTRINGS:
        append_pieces(writer, out, leaf, negated);
        return;
    case FILTER_GREATER_OR_EQUAL:
    case FILTER_LESS_OR_EQUAL:
        append_order(writer, out, leaf, negated, form);
        return;
    default:
        append_operator(writer, out, leaf->kind == FILTER_APPROX ? OPERATOR_SOUNDS : OPERATOR_EQUAL,
                        negated);
        append_value(writer, out, leaf, form);
    }
    if (leaf->rule) {
        say(writer, out, PHRASE_PART, PART_BY_RULE);
        g_string_append_printf(out, " %s", leaf->rule);
    }
}

/* the row for a term about events, lists or suppression; NULL: it is to be said as a comparison */
static const PhraseRow *
history_of(const FilterNode *leaf)
{
    FilterKind kind = kind_of(leaf);
    if (!leaf->attribute || (kind != FILTER_EQUAL && kind != FILTER_PRESENT))
        return NULL;
    for (guint i = 0; i < phrase_n_rows; i++) {
        const PhraseRow *row = &phrase_rows[i];
        if (row->role == PHRASE_HISTORY && g_ascii_strcasecmp(row->name, leaf->attribute) == 0 &&
            (kind == FILTER_EQUAL ? row->what != HISTORY_ALONE : row->what != HISTORY_WORD))
            return row;
    }
    return NULL;
}

static gboolean
is_year(const FilterValue *value)
{
    return value->length == 8 && g_str_has_prefix(value->data, "any:") &&
           strspn(value->data + 4, "0123456789") == 4;
}

static void
append_history(const Writer *writer, GString *out, const FilterNode *leaf, const PhraseRow *row,
               gboolean negated, Form form)
{
    if (negated)
        say(writer, out, PHRASE_NOT, 0);
    g_autofree char *words = phrase_say(row, writer->german);
    g_string_append_printf(out, "%s%s", out->len > 0 ? " " : "", words);
    gboolean year = leaf->kind != FILTER_PRESENT && row->what == HISTORY_EVENT &&
                    is_year(&leaf->value) && form == FORM_PLAIN;
    if (year || (leaf->kind == FILTER_PRESENT && row->what == HISTORY_EVENT))
        say(writer, out, PHRASE_PART, PART_ANY_EVENT);
    if (year) {
        say(writer, out, PHRASE_PART, PART_IN_YEAR);
        g_string_append_printf(out, " %s", leaf->value.data + 4);
    } else if (leaf->kind != FILTER_PRESENT) {
        append_value(writer, out, leaf, form);
    }
}

/* ---- the same again? ---- */

static gboolean
same_value(const FilterValue *a, const FilterValue *b)
{
    return a->length == b->length && (a->data != NULL) == (b->data != NULL) &&
           (!a->data || memcmp(a->data, b->data, a->length) == 0);
}

static gboolean
same_attribute(const char *read, const FilterNode *leaf)
{
    if (!read || !leaf->attribute)
        return read == leaf->attribute;
    if (field_find(leaf->attribute) < FIELDS || history_of(leaf))
        return g_ascii_strcasecmp(read, leaf->attribute) == 0;
    return strcmp(read, leaf->attribute) == 0;
}

static gboolean
same_leaf(const FilterNode *read, const FilterNode *leaf)
{
    if (read->kind != kind_of(leaf) || !same_attribute(read->attribute, leaf) ||
        !same_value(&read->value, &leaf->value) || !same_value(&read->initial, &leaf->initial) ||
        !same_value(&read->final, &leaf->final) || read->n_any != leaf->n_any ||
        g_strcmp0(read->rule, leaf->rule) != 0 || read->dn != leaf->dn)
        return FALSE;
    for (guint i = 0; i < leaf->n_any; i++)
        if (!same_value(&read->any[i], &leaf->any[i]))
            return FALSE;
    return TRUE;
}

/* `children` NULL: a leaf's sentence, otherwise a list's */
static gboolean
reads_back(const Writer *writer, const GString *text, const FilterNode *node, gboolean negated)
{
    g_autoptr(FilterNode) tree =
        phrase_to_filter(text->str, (gssize)text->len, writer->map, "", NULL);
    const FilterNode *read = tree;
    if (read && negated)
        read = read->kind == FILTER_NOT ? read->children[0] : NULL;
    if (!read || !node->children)
        return read && same_leaf(read, node);
    if (read->kind != FILTER_OR)
        return FALSE;
    FilterNode **a = read->children, **b = node->children;
    for (; *a && *b; a++, b++)
        if ((*a)->children || !same_leaf(*a, unwrap(*b)))
            return FALSE;
    return !*a && !*b;
}

/* ---- trees ---- */

static void
append_leaf(Writer *writer, const FilterNode *leaf, gboolean negated)
{
    const PhraseRow *history = history_of(leaf);
    g_autoptr(GString) text = g_string_new(NULL);
    for (Form form = FORM_PLAIN; form < FORMS; form++) {
        g_string_truncate(text, 0);
        if (history && form < FORM_MARKED)
            append_history(writer, text, leaf, history, negated, form);
        else
            append_comparison(writer, text, leaf, negated, form);
        if (reads_back(writer, text, leaf, negated))
            break;
    }
    g_string_append_len(writer->out, text->str, (gssize)text->len);
}

/* whether it is an equality of the same attribute as `first`; fields are the same in any spelling */
static gboolean
is_item(const FilterNode *node, const FilterNode *first)
{
    if (node->children || kind_of(node) != FILTER_EQUAL || history_of(node))
        return FALSE;
    if (field_find(node->attribute) < FIELDS)
        return g_ascii_strcasecmp(node->attribute, first->attribute) == 0;
    return strcmp(node->attribute, first->attribute) == 0;
}

/* several values of one attribute: "one of a, b or c"; FALSE: the node is nothing like that */
static gboolean
append_list(Writer *writer, const FilterNode *node, gboolean negated)
{
    FilterNode **children = node->children;
    guint count = g_strv_length((char **)children);
    const FilterNode *first = unwrap(children[0]);
    if (node->kind != FILTER_OR || count < 2 || !first->attribute)
        return FALSE;
    for (guint i = 0; i < count; i++)
        if (!is_item(unwrap(children[i]), first))
            return FALSE;
    g_autofree char *join = phrase_say(phrase_row(PHRASE_JOIN, FILTER_OR), writer->german);
    g_autoptr(GString) text = g_string_new(NULL);
    for (Form form = FORM_PLAIN; form < FORMS; form++) {
        g_string_truncate(text, 0);
        append_subject(writer, text, first, form);
        say(writer, text, PHRASE_IS, 0);
        append_operator(writer, text, negated ? OPERATOR_NONE_OF : OPERATOR_ONE_OF, FALSE);
        for (guint i = 0; i < count; i++) {
            append_value(writer, text, unwrap(children[i]), form);
            if (i + 1 < count)
                g_string_append_printf(text, i + 2 < count ? "," : " %s", join);
        }
        if (reads_back(writer, text, node, negated)) {
            g_string_append_len(writer->out, text->str, (gssize)text->len);
            return TRUE;
        }
    }
    return FALSE;
}

static void append_node(Writer *writer, const FilterNode *node, gboolean nested);

static void
append_not(Writer *writer, const FilterNode *inner)
{
    if (!inner->children) {
        append_leaf(writer, inner, TRUE);
    } else if (!append_list(writer, inner, TRUE)) {
        g_autofree char *no = phrase_say(phrase_row(PHRASE_NOT, 0), writer->german);
        g_string_append_printf(writer->out, "%s (", no);
        append_node(writer, inner, FALSE);
        g_string_append_c(writer->out, ')');
    }
}

static void
append_node(Writer *writer, const FilterNode *node, gboolean nested)
{
    node = unwrap(node);
    if (!node->children) {
        append_leaf(writer, node, FALSE);
    } else if (node->kind == FILTER_NOT) {
        append_not(writer, unwrap(node->children[0]));
    } else if (!append_list(writer, node, FALSE)) {
        g_autofree char *join = phrase_say(phrase_row(PHRASE_JOIN, node->kind), writer->german);
        g_string_append(writer->out, nested ? "(" : "");
        for (FilterNode **child = node->children; *child; child++) {
            if (child > node->children)
                g_string_append_printf(writer->out, " %s ", join);
            append_node(writer, *child, TRUE);
        }
        g_string_append(writer->out, nested ? ")" : "");
    }
}

char *
phrase_from_filter(const FilterNode *node, const FieldMap *map, const char *language)
{
    Writer writer = {map, strcmp(language, "de") == 0, g_string_new(NULL)};
    append_node(&writer, node, FALSE);
    return g_string_free(writer.out, FALSE);
}
