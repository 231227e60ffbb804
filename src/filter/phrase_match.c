/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can stand at the head of a term: subjects, operators, history. */
#include "filter/phrase_reader.h"

#include <string.h>

void
phrase_subject_clear(PhraseSubject *subject)
{
    g_clear_pointer(&subject->attribute, g_free);
}

/* ---- subjects ---- */

/* whether the filter `format` with `name` in it says what it says about a name */
gboolean
phrase_name_fits(const char *name, gboolean rule)
{
    g_autofree char *text = g_strdup_printf(rule ? "(cn:dn:%s:=x)" : "(%s=*)", name);
    g_autoptr(FilterNode) node = filter_parse(text, -1, "name", NULL);
    if (rule)
        return node && node->rule && node->dn && strcmp(node->rule, name) == 0;
    return node && node->kind == FILTER_PRESENT && strcmp(node->attribute, name) == 0;
}

static gboolean
is_known(const PhraseReader *reader, const char *name)
{
    g_autofree char *base = g_ascii_strdown(name, (gssize)strcspn(name, ";"));
    gboolean known = field_find(base) < FIELDS || attribute_schema_find(reader->schema, base) ||
                     g_strv_contains((const char *const *)reader->indexed, base);
    for (guint i = 0; i < phrase_n_rows && !known; i++)
        known = phrase_rows[i].role == PHRASE_HISTORY && strcmp(phrase_rows[i].name, base) == 0;
    return known && phrase_name_fits(name, FALSE);
}

/* Tokens from `at` that name what a term is about; 0: none do. `subject` may be NULL. */
guint
phrase_match_subject(const PhraseReader *reader, guint at, PhraseSubject *subject)
{
    const PhraseRow *row;
    g_autofree char *attribute = NULL;
    const PhraseToken *first = phrase_token(reader, at);
    guint any = phrase_match_row(reader->tokens, at, phrase_row(PHRASE_PART, PART_ANY_ATTRIBUTE));
    guint marker = phrase_match_row(reader->tokens, at, phrase_row(PHRASE_PART, PART_ATTRIBUTE));
    guint count = any;
    const PhraseToken *named = phrase_token(reader, at + marker);
    if (!count && marker && named->kind == TOKEN_WORD) {
        attribute = g_strndup(named->start, named->length);
        count = phrase_name_fits(attribute, FALSE) ? marker + 1 : 0;
    }
    if (!count && (count = phrase_match(reader->tokens, at, PHRASE_FIELD, &row)) > 0) {
        g_free(attribute);
        attribute = g_strdup(field_table[row->what].name);
    }
    if (!count && first->kind == TOKEN_WORD) {
        g_free(attribute);
        attribute = g_strndup(first->start, first->length);
        count = is_known(reader, attribute) ? 1 : 0;
    }
    if (!count)
        return 0;
    guint or_dn = phrase_match_row(reader->tokens, at + count, phrase_row(PHRASE_PART, PART_OR_DN));
    if (subject)
        *subject = (PhraseSubject){any ? NULL : g_steal_pointer(&attribute), or_dn > 0};
    return count + or_dn;
}

gboolean
phrase_is_number(const PhraseReader *reader, const PhraseSubject *subject)
{
    if (!subject->attribute)
        return FALSE;
    g_autofree char *base = g_strndup(subject->attribute, strcspn(subject->attribute, ";"));
    FieldId field = field_find(base);
    if (field < FIELDS)
        return field_table[field].type == FIELD_INTEGER;
    const AttributeType *type = attribute_schema_find(reader->schema, base);
    return type && type->rule == RULE_INTEGER;
}

/* ---- operators ---- */

/* Tokens from `at` that are an operator, the longest that can be: "is", "not" or both before what
 * compares, or "is" alone. `*negated` if the opposite is said. */
guint
phrase_match_operator(const PhraseReader *reader, guint at, PhraseOperator *op, gboolean *negated)
{
    guint is = phrase_match(reader->tokens, at, PHRASE_IS, NULL);
    guint no = phrase_match(reader->tokens, at + is, PHRASE_NOT, NULL);
    guint longest = is ? is + no : 0;
    *op = OPERATOR_EQUAL;
    *negated = no > 0;
    const struct {
        guint before;
        PhraseRole role;
        gboolean negated;
    } forms[] = {
        {0, PHRASE_OPERATOR, FALSE},        {0, PHRASE_NOT_OPERATOR, TRUE},
        {is, PHRASE_OPERATOR, FALSE},       {is, PHRASE_NOT_OPERATOR, TRUE},
        {is + no, PHRASE_OPERATOR, no > 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        const PhraseRow *row;
        guint count = phrase_match(reader->tokens, at + forms[i].before, forms[i].role, &row);
        if (count == 0 || forms[i].before + count <= longest)
            continue;
        longest = forms[i].before + count;
        *op = row->what;
        *negated = forms[i].negated;
    }
    return longest;
}

gboolean
phrase_has_operator(const PhraseReader *reader, guint at)
{
    PhraseOperator op;
    gboolean negated;
    return phrase_match_operator(reader, at, &op, &negated) > 0;
}

/* Tokens from `at` that begin a term about events, lists or suppression. */
guint
phrase_match_history(const PhraseReader *reader, guint at, const PhraseRow **row, gboolean *negated)
{
    guint bare = phrase_match(reader->tokens, at, PHRASE_HISTORY, row);
    if (bare > 0) {
        *negated = FALSE;
        /* the name may stand as an attribute's: "declined is mannheim-2020" */
        return bare == 1 && phrase_has_operator(reader, at + 1) ? 0 : bare;
    }
    guint before = phrase_match(reader->tokens, at, PHRASE_IS, NULL);
    if (!before)
        before = phrase_match(reader->tokens, at, PHRASE_HAS, NULL);
    guint direct = phrase_match(reader->tokens, at + before, PHRASE_HISTORY, row);
    if (direct > 0) {
        *negated = FALSE;
        return before + direct;
    }
    guint no = phrase_match(reader->tokens, at + before, PHRASE_NOT, NULL);
    guint after = no ? phrase_match(reader->tokens, at + before + no, PHRASE_HISTORY, row) : 0;
    *negated = TRUE;
    return after ? before + no + after : 0;
}

gboolean
phrase_starts_term(const PhraseReader *reader, guint at)
{
    const PhraseRow *row;
    gboolean negated;
    if (phrase_is_sign(reader, at, "(") || phrase_match(reader->tokens, at, PHRASE_NOT, NULL) ||
        phrase_match_history(reader, at, &row, &negated))
        return TRUE;
    guint subject = phrase_match_subject(reader, at, NULL);
    return subject && phrase_has_operator(reader, at + subject);
}
