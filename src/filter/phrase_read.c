/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sentence to a filter: recursive descent over the tokens. The value readers are in
 * phrase_value.c. */
#include "filter/phrase.h"

#include "base/error.h"
#include "base/i18n.h"
#include "filter/phrase_reader.h"

#include <string.h>

/* parentheses and "not" that stand in each other: twice what a filter's tree may have, as "not (x)"
 * is one level of it */
#define NESTING_MAX (2 * FILTER_DEPTH_MAX)

/* characters of a term that are shown where two readings are */
#define SHOWN_MAX 60

static FilterNode *read_sentence(PhraseReader *reader, guint nesting);

/* ---- trees ---- */

static FilterNode *
node_new(PhraseReader *reader, FilterKind kind, guint at, const char *attribute)
{
    FilterNode *node = g_new0(FilterNode, 1);
    node->kind = kind;
    node->column = phrase_token(reader, at)->column;
    node->attribute = g_strdup(attribute);
    reader->terms++;
    return node;
}

/* takes the children */
static FilterNode *
list_node(PhraseReader *reader, FilterKind kind, guint at, GPtrArray *children)
{
    FilterNode *node = node_new(reader, kind, at, NULL);
    g_ptr_array_add(children, NULL);
    node->children = (FilterNode **)g_ptr_array_steal(children, NULL);
    return node;
}

/* takes the child, which may be NULL: then so is the result */
static FilterNode *
negate_if(PhraseReader *reader, gboolean negated, guint at, FilterNode *child)
{
    if (!child || !negated)
        return child;
    g_autoptr(GPtrArray) children = g_ptr_array_new();
    g_ptr_array_add(children, child);
    return list_node(reader, FILTER_NOT, at, children);
}

/* ---- what is wrong ---- */

/* words from `at` up to an operator or the like, at most three */
static guint
count_words(const PhraseReader *reader, guint at)
{
    guint count = 0;
    while (count < 3 && phrase_token(reader, at + count)->kind == TOKEN_WORD &&
           !phrase_match(reader->tokens, at + count, PHRASE_JOIN, NULL) &&
           (count == 0 || !phrase_has_operator(reader, at + count)))
        count++;
    return count;
}

static void
append_all(GPtrArray *to, GPtrArray *from)
{
    g_ptr_array_extend_and_steal(to, from);
}

/* The word of the table most like the `most` words at `at` or the first of them; NULL: none is. */
static char *
nearest(const PhraseReader *reader, guint at, guint most, GPtrArray *candidates)
{
    g_ptr_array_add(candidates, NULL);
    for (guint count = most; count > 0; count--) {
        g_autofree char *words = phrase_text(reader, at, at + count);
        const char *found = text_nearest(words, (const char *const *)candidates->pdata);
        if (found)
            return g_strdup(found);
    }
    return NULL;
}

static void
fail_subject(const PhraseReader *reader, guint at)
{
    guint count = count_words(reader, at);
    gboolean compared = count > 0 && phrase_has_operator(reader, at + count);
    g_autofree char *words = phrase_slice(reader, at, at + MAX(count, 1));
    if (count == 0) {
        phrase_fail(reader, at,
                    _("a condition must stand here, such as planning is Sozialplanung, not %s"),
                    words);
        return;
    }
    g_autoptr(GPtrArray) candidates = phrase_alternatives(PHRASE_FIELD);
    append_all(candidates, phrase_alternatives(PHRASE_HISTORY));
    for (const char *const *name = attribute_schema_names(reader->schema); compared && *name;
         name++)
        g_ptr_array_add(candidates, g_strdup(*name));
    g_autofree char *near = nearest(reader, at, count, candidates);
    if (near) {
        phrase_fail(reader, at, _("%s is not known here; did you mean \"%s\"?"), words, near);
    } else if (!compared && at > 0 && phrase_match(reader->tokens, at - 1, PHRASE_JOIN, NULL)) {
        g_autofree char *join = phrase_slice(reader, at - 1, at);
        phrase_fail(reader, at,
                    _("after %s a condition must stand, such as planning is Sozialplanung; if %s "
                      "belongs to a value, write that in quotes; several values: planning is one "
                      "of Sozialplanung or Bildungsplanung"),
                    join, words);
    } else {
        phrase_fail(reader, at,
                    _("%s is no field; write for example: planning is Sozialplanung, population "
                      "over 200000, registered for mannheim-2020"),
                    words);
    }
}

static void
fail_operator(const PhraseReader *reader, guint at, guint subject)
{
    g_autofree char *name = phrase_slice(reader, at, at + subject);
    g_autofree char *found = phrase_slice(reader, at + subject, at + subject + 1);
    g_autoptr(GPtrArray) candidates = phrase_alternatives(PHRASE_OPERATOR);
    append_all(candidates, phrase_alternatives(PHRASE_NOT_OPERATOR));
    append_all(candidates, phrase_alternatives(PHRASE_IS));
    gboolean word = phrase_token(reader, at + subject)->kind == TOKEN_WORD;
    g_autofree char *near =
        word ? nearest(reader, at + subject, count_words(reader, at + subject), candidates) : NULL;
    if (near)
        phrase_fail(reader, at + subject, _("%s compares nothing; did you mean \"%s\"?"), found,
                    near);
    else
        phrase_fail(reader, at + subject,
                    _("after %s must stand how it compares: is, is not, one of, contains, begins "
                      "with, over, at least, is known ..., not %s"),
                    name, found);
}

/* ---- terms ---- */

typedef struct {
    guint at; /* of its first token */
    PhraseSubject subject;
    guint operator_at;
    PhraseOperator op;
    gboolean negated;
} Comparison;

/* [PART_BY_RULE name] after a value */
static gboolean
read_rule(PhraseReader *reader, char **rule)
{
    guint count =
        phrase_match_row(reader->tokens, reader->at, phrase_row(PHRASE_PART, PART_BY_RULE));
    if (!count)
        return TRUE;
    reader->at += count;
    const PhraseToken *token = phrase_token(reader, reader->at);
    *rule = g_strndup(token->start, token->length);
    if (token->kind != TOKEN_WORD || !phrase_name_fits(*rule, TRUE))
        return phrase_fail(reader, reader->at,
                           _("a matching rule's name must stand here, such as caseExactMatch"));
    reader->at++;
    return TRUE;
}

static FilterNode *
read_equal(PhraseReader *reader, const Comparison *comparison)
{
    const PhraseSubject *subject = &comparison->subject;
    g_autoptr(FilterNode) node = node_new(reader, FILTER_EQUAL, comparison->at, subject->attribute);
    if (phrase_is_number(reader, subject)
            ? !phrase_read_number(reader, subject->attribute, 0, &node->value)
            : !phrase_read_text(reader, subject->attribute, &node->value))
        return NULL;
    if (!read_rule(reader, &node->rule))
        return NULL;
    node->dn = subject->or_dn;
    if (node->dn || node->rule)
        node->kind = FILTER_EXTENSIBLE;
    if (node->attribute || node->rule)
        return g_steal_pointer(&node);
    phrase_fail(reader, comparison->at,
                _("for any attribute say by which rule it compares: any attribute is \"x\" by "
                  "rule caseIgnoreMatch"));
    return NULL;
}

/* "over" and "under" are strict: of whole numbers the next one counts */
static FilterNode *
read_order(PhraseReader *reader, const Comparison *comparison)
{
    gboolean more = comparison->op == OPERATOR_OVER || comparison->op == OPERATOR_AT_LEAST;
    gboolean strict = comparison->op == OPERATOR_OVER || comparison->op == OPERATOR_UNDER;
    const char *attribute = comparison->subject.attribute;
    g_autoptr(FilterNode) node = node_new(
        reader, more ? FILTER_GREATER_OR_EQUAL : FILTER_LESS_OR_EQUAL, comparison->at, attribute);
    if (strict && !phrase_is_number(reader, &comparison->subject)) {
        phrase_fail(reader, comparison->operator_at,
                    _("only numbers are more or less than another, and %s is none; there is \"at "
                      "least\" and \"at most\""),
                    attribute);
        return NULL;
    }
    gboolean read = phrase_is_number(reader, &comparison->subject)
                        ? phrase_read_number(reader, attribute,
                                             !strict ? 0
                                             : more  ? 1
                                                     : -1,
                                             &node->value)
                        : phrase_read_text(reader, NULL, &node->value);
    return read ? g_steal_pointer(&node) : NULL;
}

static FilterNode *
read_piece(PhraseReader *reader, const Comparison *comparison)
{
    g_autoptr(FilterNode) node =
        node_new(reader, FILTER_SUBSTRINGS, comparison->at, comparison->subject.attribute);
    guint at = reader->at;
    FilterValue *value = comparison->op == OPERATOR_BEGINS ? &node->initial : &node->final;
    if (comparison->op == OPERATOR_CONTAINS) {
        value = node->any = g_new0(FilterValue, 1);
        node->n_any = 1;
    }
    if (!phrase_read_text(reader, NULL, value))
        return NULL;
    if (value->length > 0)
        return g_steal_pointer(&node);
    phrase_fail(reader, at, _("there is nothing between the quotation marks"));
    return NULL;
}

static FilterNode *
read_pattern(PhraseReader *reader, const Comparison *comparison)
{
    g_autoptr(FilterNode) node =
        node_new(reader, FILTER_EQUAL, comparison->at, comparison->subject.attribute);
    return phrase_read_pattern(reader, node) ? g_steal_pointer(&node) : NULL;
}

/* "a, b or c": the "or" of a list is the one before its last value */
static FilterNode *
read_list(PhraseReader *reader, const Comparison *comparison)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func((GDestroyNotify)filter_free);
    const PhraseRow *row;
    for (gboolean last = FALSE;;) {
        FilterNode *item = phrase_check_size(reader) ? read_equal(reader, comparison) : NULL;
        if (!item)
            return NULL;
        g_ptr_array_add(items, item);
        guint comma = phrase_is_sign(reader, reader->at, ",") ? 1 : 0;
        guint join = phrase_match(reader->tokens, reader->at + comma, PHRASE_JOIN, &row);
        if (last || (!comma && !join) || (join && row->what != FILTER_OR) ||
            phrase_starts_term(reader, reader->at + comma + join))
            break;
        reader->at += comma + join;
        last = join > 0;
    }
    if (items->len == 1)
        return g_ptr_array_steal_index(items, 0);
    return list_node(reader, FILTER_OR, comparison->at, items);
}

static FilterNode *
read_positive(PhraseReader *reader, const Comparison *comparison)
{
    switch (comparison->op) {
    case OPERATOR_EQUAL:
        return read_equal(reader, comparison);
    case OPERATOR_ONE_OF:
    case OPERATOR_NONE_OF:
        return read_list(reader, comparison);
    case OPERATOR_CONTAINS:
    case OPERATOR_BEGINS:
    case OPERATOR_ENDS:
        return read_piece(reader, comparison);
    case OPERATOR_MATCHES:
        return read_pattern(reader, comparison);
    case OPERATOR_KNOWN:
    case OPERATOR_MISSING:
        return node_new(reader, FILTER_PRESENT, comparison->at, comparison->subject.attribute);
    case OPERATOR_SOUNDS: {
        g_autoptr(FilterNode) node =
            node_new(reader, FILTER_APPROX, comparison->at, comparison->subject.attribute);
        return phrase_read_text(reader, NULL, &node->value) ? g_steal_pointer(&node) : NULL;
    }
    default:
        return read_order(reader, comparison);
    }
}

static FilterNode *
read_comparison(PhraseReader *reader)
{
    g_auto(PhraseSubject) subject = {NULL, FALSE};
    Comparison comparison = {.at = reader->at};
    guint count = phrase_match_subject(reader, reader->at, &subject);
    if (!count) {
        fail_subject(reader, reader->at);
        return NULL;
    }
    comparison.subject = subject;
    comparison.operator_at = reader->at + count;
    guint compared =
        phrase_match_operator(reader, comparison.operator_at, &comparison.op, &comparison.negated);
    if (!compared) {
        fail_operator(reader, reader->at, count);
        return NULL;
    }
    if ((!subject.attribute || subject.or_dn) && comparison.op != OPERATOR_EQUAL) {
        phrase_fail(
            reader, comparison.operator_at,
            _("after \"any attribute\" and \"or DN\" only \"is\" and \"is not\" can stand"));
        return NULL;
    }
    if (comparison.op == OPERATOR_MISSING || comparison.op == OPERATOR_NONE_OF)
        comparison.negated = !comparison.negated;
    reader->at += count + compared;
    return negate_if(reader, comparison.negated, comparison.at, read_positive(reader, &comparison));
}

static FilterNode *
read_history(PhraseReader *reader, guint count, const PhraseRow *row, gboolean negated)
{
    guint at = reader->at;
    reader->at += count;
    g_autoptr(FilterNode) node =
        node_new(reader, row->what == HISTORY_ALONE ? FILTER_PRESENT : FILTER_EQUAL, at, row->name);
    if ((row->what == HISTORY_WORD && !phrase_read_word(reader, &node->value)) ||
        (row->what == HISTORY_EVENT && !phrase_read_event(reader, node)))
        return NULL;
    return negate_if(reader, negated, at, g_steal_pointer(&node));
}

static FilterNode *
read_parentheses(PhraseReader *reader, guint nesting)
{
    guint opening = reader->at++;
    g_autoptr(FilterNode) node = read_sentence(reader, nesting + 1);
    if (!node)
        return NULL;
    if (phrase_is_sign(reader, reader->at, ")")) {
        reader->at++;
        return g_steal_pointer(&node);
    }
    if (phrase_token(reader, reader->at)->kind == TOKEN_END)
        phrase_fail(reader, opening, _("the \")\" to this \"(\" is missing"));
    else
        phrase_fail_rest(reader);
    return NULL;
}

static FilterNode *
read_term(PhraseReader *reader, guint nesting)
{
    if (nesting > NESTING_MAX) {
        phrase_fail(reader, reader->at, _("filters are nested more than %d deep"),
                    FILTER_DEPTH_MAX);
        return NULL;
    }
    if (!phrase_check_size(reader))
        return NULL;
    if (phrase_is_sign(reader, reader->at, "("))
        return read_parentheses(reader, nesting);
    const PhraseRow *row;
    gboolean negated;
    guint count = phrase_match_history(reader, reader->at, &row, &negated);
    if (count)
        return read_history(reader, count, row, negated);
    guint at = reader->at;
    guint no = phrase_match(reader->tokens, at, PHRASE_NOT, NULL);
    if (!no)
        return read_comparison(reader);
    reader->at += no;
    return negate_if(reader, TRUE, at, read_term(reader, nesting + 1));
}

/* ---- sentences ---- */

/* a term as it was written, cut where it is long */
static char *
shown(const PhraseReader *reader, guint from, guint to)
{
    g_autofree char *text = phrase_text(reader, from, to);
    if (g_utf8_strlen(text, -1) <= SHOWN_MAX)
        return g_steal_pointer(&text);
    g_autofree char *cut = g_utf8_substring(text, 0, SHOWN_MAX - 1);
    return g_strconcat(cut, "…", NULL);
}

/* `starts` has the first token of the last two terms; the one that comes is read for its end */
static void
fail_mixed(PhraseReader *reader, const guint starts[2], const guint ends[2], guint nesting)
{
    guint join = reader->at, next = reader->at;
    while (phrase_is_sign(reader, next, ",") ||
           phrase_match(reader->tokens, next, PHRASE_JOIN, NULL))
        next++;
    reader->at = next;
    g_autoptr(FilterNode) third = read_term(reader, nesting);
    if (!third)
        return;
    g_autofree char *a = shown(reader, starts[0], ends[0]);
    g_autofree char *first = phrase_text(reader, ends[0], starts[1]);
    g_autofree char *b = shown(reader, starts[1], ends[1]);
    g_autofree char *second = phrase_text(reader, join, next);
    g_autofree char *c = shown(reader, next, reader->at);
    phrase_fail(reader, join,
                _("\"and\" and \"or\" together can mean two things; put parentheses: (%s %s %s) %s "
                  "%s, or %s %s (%s %s %s)"),
                a, first, b, second, c, a, first, b, second, c);
}

/* Tokens from `at` that join terms. `*kind` FILTER_NOT: a comma alone, which says neither. */
static guint
match_join(const PhraseReader *reader, guint at, FilterKind *kind)
{
    const PhraseRow *row;
    guint comma = phrase_is_sign(reader, at, ",") ? 1 : 0;
    guint join = phrase_match(reader->tokens, at + comma, PHRASE_JOIN, &row);
    *kind = join ? row->what : FILTER_NOT;
    return comma + join;
}

static FilterNode *
read_sentence(PhraseReader *reader, guint nesting)
{
    guint begin = reader->at, starts[2] = {0}, ends[2] = {0};
    FilterKind joined = FILTER_NOT;
    g_autoptr(GPtrArray) terms = g_ptr_array_new_with_free_func((GDestroyNotify)filter_free);
    for (;;) {
        starts[0] = starts[1];
        ends[0] = ends[1];
        starts[1] = reader->at;
        FilterNode *term = read_term(reader, nesting);
        if (!term)
            return NULL;
        g_ptr_array_add(terms, term);
        ends[1] = reader->at;
        FilterKind kind;
        guint count = match_join(reader, reader->at, &kind);
        if (!count)
            break;
        if (joined == FILTER_NOT)
            joined = kind;
        if (kind != FILTER_NOT && kind != joined) {
            fail_mixed(reader, starts, ends, nesting);
            return NULL;
        }
        reader->at += count;
    }
    if (terms->len == 1)
        return g_ptr_array_steal_index(terms, 0);
    return list_node(reader, joined == FILTER_OR ? FILTER_OR : FILTER_AND, begin, terms);
}

/* ---- the whole ---- */

static guint
depth_of(const FilterNode *node)
{
    guint depth = 0;
    for (FilterNode **child = node->children; child && *child; child++) {
        guint below = depth_of(*child);
        depth = MAX(depth, below);
    }
    return depth + 1;
}

/* A list is stored as text: what filter_parse() would refuse is refused here. */
static gboolean
check_whole(const PhraseReader *reader, const FilterNode *node)
{
    if (depth_of(node) > FILTER_DEPTH_MAX)
        return phrase_fail(reader, 0, _("filters are nested more than %d deep"), FILTER_DEPTH_MAX);
    if (reader->terms > FILTER_TERMS_MAX)
        return phrase_fail(reader, 0, _("a filter has at most %d terms"), FILTER_TERMS_MAX);
    g_autofree char *text = filter_to_text(node);
    if (strlen(text) > FILTER_BYTES_MAX)
        return phrase_fail(reader, 0, _("the filter is longer than %d octets"), FILTER_BYTES_MAX);
    return TRUE;
}

FilterNode *
phrase_to_filter(const char *text, gssize length, const FieldMap *map, const char *source,
                 GError **error)
{
    g_autoptr(GError) local = NULL;
    gsize size = length < 0 ? strlen(text) : (gsize)length;
    if (size > FILTER_BYTES_MAX) {
        error_set_input(error, source, 1, 1, _("the sentence is longer than %d octets"),
                        FILTER_BYTES_MAX);
        return NULL;
    }
    g_autofree char *copy = g_strndup(text, size); /* ends with a NUL */
    g_autoptr(GArray) tokens = phrase_tokens(copy, size, source, error);
    if (!tokens)
        return NULL;
    g_auto(GStrv) indexed = field_map_attributes(map);
    PhraseReader reader = {.tokens = tokens,
                           .indexed = indexed,
                           .schema = field_map_schema(map),
                           .source = source,
                           .error = &local};
    g_autoptr(FilterNode) node = NULL;
    if (tokens->len == 1)
        phrase_fail(&reader, 0, _("the sentence is empty; for everybody write: mail is known"));
    else
        node = read_sentence(&reader, 1);
    if (node && phrase_token(&reader, reader.at)->kind != TOKEN_END)
        phrase_fail_rest(&reader);
    if (node && !local && check_whole(&reader, node))
        return g_steal_pointer(&node);
    g_propagate_error(error, g_steal_pointer(&local));
    return NULL;
}
