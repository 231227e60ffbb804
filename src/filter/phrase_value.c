/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "base/i18n.h"
#include "filter/phrase_reader.h"

#include <string.h>

/* of a number; more than inhabitants of the world, and far from the ends of 64 bits */
#define DIGITS_MAX 15

/* ---- tokens and errors ---- */

const PhraseToken *
phrase_token(const PhraseReader *reader, guint at)
{
    return &g_array_index(reader->tokens, PhraseToken, MIN(at, reader->tokens->len - 1));
}

gboolean
phrase_is_sign(const PhraseReader *reader, guint at, const char *sign)
{
    const PhraseToken *token = phrase_token(reader, at);
    return token->kind == TOKEN_SIGN && strcmp(token->key, sign) == 0;
}

char *
phrase_text(const PhraseReader *reader, guint from, guint to)
{
    const char *start = phrase_token(reader, from)->from;
    const char *end = to > from ? phrase_token(reader, to - 1)->to : start;
    g_autofree char *text = g_strndup(start, (gsize)(end - start));
    return text_one_line(text);
}

char *
phrase_slice(const PhraseReader *reader, guint from, guint to)
{
    if (phrase_token(reader, from)->kind == TOKEN_END)
        return g_strdup(_("the end"));
    g_autofree char *text = phrase_text(reader, from, to);
    if (g_utf8_strlen(text, -1) > 64) {
        g_autofree char *cut = g_utf8_substring(text, 0, 63);
        return g_strdup_printf(_("\"%s\""), cut);
    }
    return g_strdup_printf(_("\"%s\""), text);
}

gboolean
phrase_fail(const PhraseReader *reader, guint at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    return error_set_input(reader->error, reader->source, 1, phrase_token(reader, at)->column, "%s",
                           message);
}

gboolean
phrase_fail_rest(const PhraseReader *reader)
{
    if (phrase_is_sign(reader, reader->at, ")"))
        return phrase_fail(reader, reader->at, _("there is no \"(\" to this \")\""));
    g_autofree char *found = phrase_slice(reader, reader->at, reader->at + 1);
    return phrase_fail(reader, reader->at,
                       _("\"and\" or \"or\" is missing before %s; or, if it belongs to the value, "
                         "write that in quotes"),
                       found);
}

gboolean
phrase_check_size(const PhraseReader *reader)
{
    if (reader->terms < FILTER_TERMS_MAX)
        return TRUE;
    return phrase_fail(reader, reader->at, _("a filter has at most %d terms"), FILTER_TERMS_MAX);
}

/* ---- quoted ---- */

/* Octets from `*p` up to `end`, or to a "*" if `star`; the token's for the column of an error. */
static gboolean
unescape(const PhraseReader *reader, const char **p, const char *end, gboolean star,
         FilterValue *value)
{
    g_autoptr(GString) out = g_string_new(NULL);
    while (*p < end && !(star && **p == '*')) {
        if (**p != '\\') {
            g_string_append_c(out, *(*p)++);
            continue;
        }
        int high = end - *p > 2 ? g_ascii_xdigit_value((*p)[1]) : -1;
        int low = high >= 0 ? g_ascii_xdigit_value((*p)[2]) : -1;
        if (low < 0) {
            const PhraseToken *token = phrase_token(reader, reader->at);
            guint column = token->column + text_column(token->from, (gsize)(*p - token->from)) - 1;
            return error_set_input(
                reader->error, reader->source, 1, column,
                _("two hexadecimal digits must follow \"\\\"; itself it is written \\5c"));
        }
        g_string_append_c(out, (char)(high << 4 | low));
        *p += 3;
    }
    g_free(value->data);
    value->length = out->len;
    value->data = g_string_free(g_steal_pointer(&out), FALSE);
    return TRUE;
}

static gboolean
read_quoted(PhraseReader *reader, FilterValue *value)
{
    const PhraseToken *token = phrase_token(reader, reader->at);
    const char *p = token->start;
    if (!unescape(reader, &p, token->start + token->length, FALSE, value))
        return FALSE;
    reader->at++;
    return TRUE;
}

/* ---- bare ---- */

/* whether a value ends before a word that is not its first */
static gboolean
ends_value(const PhraseReader *reader, guint at)
{
    static const PhraseRole roles[] = {PHRASE_JOIN,     PHRASE_NOT,          PHRASE_IS,
                                       PHRASE_OPERATOR, PHRASE_NOT_OPERATOR, PHRASE_HISTORY};
    for (guint i = 0; i < G_N_ELEMENTS(roles); i++)
        if (phrase_match(reader->tokens, at, roles[i], NULL))
            return TRUE;
    return phrase_match_row(reader->tokens, at, phrase_row(PHRASE_PART, PART_BY_RULE)) > 0;
}

/* behind the ")" to the "(" at `at`, or `at` if there is none: "Frankfurt (Oder)" */
static guint
behind_parentheses(const PhraseReader *reader, guint at)
{
    guint open = 0;
    for (guint i = at; phrase_token(reader, i)->kind != TOKEN_END; i++) {
        open += phrase_is_sign(reader, i, "(");
        open -= phrase_is_sign(reader, i, ")");
        if (open == 0)
            return i + 1;
    }
    return at;
}

/* whether ",000" follows a number without a blank */
static gboolean
goes_on_in_groups(const PhraseReader *reader, guint at)
{
    const PhraseToken *comma = phrase_token(reader, at), *group = phrase_token(reader, at + 1);
    return at > 0 && phrase_is_sign(reader, at, ",") &&
           phrase_token(reader, at - 1)->to == comma->from && comma->to == group->from &&
           group->kind == TOKEN_WORD && group->length == 3 &&
           strspn(group->start, "0123456789") >= 3;
}

/* A value that an operator ends runs into the next term, whose field is no part of it: so the error
 * says before what a connective is missing. */
static guint
before_field(const PhraseReader *reader, guint at, guint end)
{
    for (guint count = 3; count > 0; count--)
        if (end > at + count &&
            phrase_match(reader->tokens, end - count, PHRASE_FIELD, NULL) == count)
            return end - count;
    return end;
}

/* the token behind the value that begins at `at`; `at` if none does */
static guint
bare_end(const PhraseReader *reader, guint at, gboolean number)
{
    guint end = at;
    if (phrase_token(reader, at)->kind != TOKEN_WORD ||
        phrase_match(reader->tokens, at, PHRASE_JOIN, NULL))
        return at;
    for (;;) {
        guint before = end;
        if (phrase_token(reader, end)->kind == TOKEN_WORD &&
            (end == at || !ends_value(reader, end)))
            end++;
        else if (number && goes_on_in_groups(reader, end))
            end += 2;
        else if (phrase_is_sign(reader, end, "("))
            end = behind_parentheses(reader, end);
        if (end == before)
            break;
    }
    gboolean compared = phrase_match(reader->tokens, end, PHRASE_IS, NULL) ||
                        phrase_match(reader->tokens, end, PHRASE_OPERATOR, NULL) ||
                        phrase_match(reader->tokens, end, PHRASE_NOT_OPERATOR, NULL);
    return compared ? before_field(reader, at, end) : end;
}

static gboolean
fail_no_value(const PhraseReader *reader)
{
    g_autofree char *found = phrase_slice(reader, reader->at, reader->at + 1);
    return phrase_fail(reader, reader->at,
                       _("a value must stand here, not %s; in quotes it can be anything"), found);
}

static void
set_text(FilterValue *value, const char *text)
{
    g_free(value->data);
    value->data = g_strdup(text);
    value->length = strlen(text);
}

/* the stored value for which the tokens up to `end` are a word, or NULL */
static const char *
stored_value(const PhraseReader *reader, guint end, const char *attribute)
{
    FieldId field = attribute ? field_find(attribute) : FIELDS;
    for (guint i = 0; i < phrase_n_rows && field < FIELDS; i++) {
        const PhraseRow *row = &phrase_rows[i];
        if (row->role == PHRASE_VALUE && row->what == field &&
            phrase_match_row(reader->tokens, reader->at, row) == end - reader->at)
            return row->name;
    }
    return NULL;
}

gboolean
phrase_read_text(PhraseReader *reader, const char *attribute, FilterValue *value)
{
    if (phrase_token(reader, reader->at)->kind == TOKEN_QUOTED)
        return read_quoted(reader, value);
    guint end = bare_end(reader, reader->at, FALSE);
    if (end == reader->at)
        return fail_no_value(reader);
    g_autofree char *text = phrase_text(reader, reader->at, end);
    const char *stored = stored_value(reader, end, attribute);
    if (!stored && strchr(text, '*'))
        return phrase_fail(reader, reader->at,
                           _("for a part of a value say begins with, contains, ends with, or "
                             "matches \"%s\"; in quotes \"*\" stands for itself"),
                           text);
    set_text(value, stored ? stored : text);
    reader->at = end;
    return TRUE;
}

gboolean
phrase_read_pattern(PhraseReader *reader, FilterNode *node)
{
    const PhraseToken *token = phrase_token(reader, reader->at);
    gboolean quoted = token->kind == TOKEN_QUOTED;
    guint next = quoted ? reader->at + 1 : bare_end(reader, reader->at, FALSE);
    if (next == reader->at)
        return fail_no_value(reader);
    const char *p = token->start;
    const char *end = quoted ? p + token->length : phrase_token(reader, next - 1)->to;
    if (!unescape(reader, &p, end, TRUE, &node->value))
        return FALSE;
    if (p < end) {
        node->initial = node->value;
        node->value = (FilterValue){NULL, 0};
        if (node->initial.length == 0)
            g_clear_pointer(&node->initial.data, g_free);
        node->kind = node->initial.data ? FILTER_SUBSTRINGS : FILTER_PRESENT;
    }
    g_autoptr(GArray) any = g_array_new(FALSE, FALSE, sizeof(FilterValue));
    gboolean good = TRUE;
    while (good && p < end) {
        FilterValue piece = {NULL, 0};
        p++;
        good = unescape(reader, &p, end, TRUE, &piece);
        if (!good || piece.length == 0) {
            g_free(piece.data);
            continue;
        }
        node->kind = FILTER_SUBSTRINGS;
        if (p < end)
            g_array_append_val(any, piece);
        else
            node->final = piece;
    }
    node->n_any = any->len;
    node->any = (FilterValue *)(gpointer)g_array_free(g_steal_pointer(&any), node->n_any == 0);
    reader->at = next;
    return good;
}

/* ---- numbers ---- */

/* Digits, or groups of three with the same mark between (point, comma, apostrophe, blank). */
static gboolean
parse_number(const char *text, gint64 *number)
{
    const char *p = text + (*text == '-');
    gsize digits = strspn(p, "0123456789");
    g_autofree char *mark = NULL;
    g_autoptr(GString) all = g_string_new_len(p, (gssize)digits);
    gboolean groups = digits > 0 && digits <= 3;
    for (p += digits; groups && *p;) {
        const char *after = g_utf8_next_char(p);
        if (!mark)
            mark = g_strndup(p, (gsize)(after - p));
        groups = g_utf8_strchr(".,' ’", -1, g_utf8_get_char(p)) &&
                 strncmp(p, mark, (gsize)(after - p)) == 0 && strspn(after, "0123456789") == 3;
        if (groups)
            g_string_append_len(all, after, 3);
        p = groups ? after + 3 : p;
    }
    if (digits == 0 || *p != '\0' || all->len > DIGITS_MAX)
        return FALSE;
    gint64 value = g_ascii_strtoll(all->str, NULL, 10);
    *number = *text == '-' ? -value : value;
    return TRUE;
}

gboolean
phrase_read_number(PhraseReader *reader, const char *attribute, int add, FilterValue *value)
{
    gboolean quoted = phrase_token(reader, reader->at)->kind == TOKEN_QUOTED;
    if (quoted && add == 0)
        return read_quoted(reader, value);
    guint end = quoted ? reader->at + 1 : bare_end(reader, reader->at, TRUE);
    if (end == reader->at)
        return fail_no_value(reader);
    g_autofree char *text = phrase_text(reader, reader->at, end);
    gint64 number;
    if (quoted || !parse_number(text, &number))
        return phrase_fail(reader, reader->at,
                           _("%s is a number, but \"%s\" is none; write whole numbers of at most "
                             "%d digits, such as 200000 or 200.000"),
                           attribute, text, DIGITS_MAX);
    g_autofree char *digits = g_strdup_printf("%" PRId64, number + add);
    set_text(value, digits);
    reader->at = end;
    return TRUE;
}

/* ---- events and lists ---- */

gboolean
phrase_read_word(PhraseReader *reader, FilterValue *value)
{
    const PhraseToken *token = phrase_token(reader, reader->at);
    if (token->kind == TOKEN_QUOTED)
        return read_quoted(reader, value);
    if (token->kind != TOKEN_WORD || phrase_match(reader->tokens, reader->at, PHRASE_JOIN, NULL)) {
        g_autofree char *found = phrase_slice(reader, reader->at, reader->at + 1);
        return phrase_fail(reader, reader->at,
                           _("the name of an event, a list or a purpose must stand here, not %s"),
                           found);
    }
    g_autofree char *text = phrase_text(reader, reader->at, reader->at + 1);
    set_text(value, text);
    reader->at++;
    return TRUE;
}

/* "in 2025" at `at`: tokens of it, or 0 */
static guint
match_year(const PhraseReader *reader, guint at, char **year)
{
    guint count = phrase_match_row(reader->tokens, at, phrase_row(PHRASE_PART, PART_IN_YEAR));
    const PhraseToken *token = phrase_token(reader, at + count);
    if (!count || token->kind != TOKEN_WORD || token->length != 4 ||
        strspn(token->start, "0123456789") < 4)
        return 0;
    *year = g_strndup(token->start, 4);
    return count + 1;
}

gboolean
phrase_read_event(PhraseReader *reader, FilterNode *node)
{
    g_autofree char *year = NULL;
    guint any =
        phrase_match_row(reader->tokens, reader->at, phrase_row(PHRASE_PART, PART_ANY_EVENT));
    guint in_year = match_year(reader, reader->at + any, &year);
    reader->at += any + in_year;
    if (year) {
        g_autofree char *text = g_strconcat("any:", year, NULL);
        set_text(&node->value, text);
        return TRUE;
    }
    if (!any)
        return phrase_read_word(reader, &node->value);
    node->kind = FILTER_PRESENT;
    return TRUE;
}
