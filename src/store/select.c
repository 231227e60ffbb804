/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/select.h"

#include "store/blocks.h"
#include "store/statement.h"

#include <string.h>

enum { MOST, ALL, OTHERS, MEMBERS };

static const char *const texts[] = {
    [MOST] = "SELECT max(id) FROM entry",
    [ALL] = "SELECT id FROM entry",
    [OTHERS] = "SELECT id FROM entry WHERE kind <> 'person'",
    [MEMBERS] = "SELECT id FROM entry WHERE municipality = $1",
};
const StatementTable select_statements = {"select", texts, G_N_ELEMENTS(texts)};

typedef struct {
    Store *store;
    gint64 most; /* row number there is */
} Selector;

static EntrySet *evaluate(const Selector *selector, const Condition *condition, GError **error);

/* ---- sets of rows */

/* Adds column 0 of all rows. */
static gboolean
add_rows(EntrySet *set, Statement *rows, GError **error)
{
    StepResult result;
    while ((result = statement_step(rows, error)) == STEP_ROW)
        entry_set_add(set, statement_int(rows, 0));
    return result == STEP_DONE;
}

static EntrySet *
read_rows(const Selector *selector, guint index, GError **error)
{
    g_autoptr(EntrySet) set = entry_set_new(selector->most);
    g_autoptr(Statement) rows = statement_get(selector->store, &select_statements, index, error);
    return rows && add_rows(set, rows, error) ? g_steal_pointer(&set) : NULL;
}

static EntrySet *
make_set(const Selector *selector, const GArray *rows)
{
    EntrySet *set = entry_set_new(selector->most);
    for (guint i = 0; i < rows->len; i++)
        entry_set_add(set, g_array_index(rows, gint64, i));
    return set;
}

/* ---- terms */

typedef struct {
    const Condition *term;
    EntrySet *set;
} Lookup;

static void
add_entry(gint64 entry, gpointer set)
{
    entry_set_add(set, entry);
}

static gboolean
take_term(const PostingTerm *term, gpointer user_data, GError **error)
{
    Lookup *lookup = user_data;
    return !condition_key_holds(lookup->term, term->key, term->length) ||
           blocks_entries(term, add_entry, lookup->set, error);
}

/* the smallest text that is greater than every text with this prefix; NULL if there is none */
static char *
prefix_end(const char *prefix)
{
    GString *end = g_string_new(prefix);
    while (end->len > 0) {
        const char *last = g_utf8_prev_char(end->str + end->len);
        gunichar next = g_utf8_get_char(last) + 1;
        g_string_truncate(end, (gsize)(last - end->str));
        if (next == 0xd800)
            next = 0xe000; /* surrogates are no characters */
        if (next <= 0x10ffff) {
            g_string_append_unichar(end, next);
            return g_string_free(end, FALSE);
        }
    }
    g_string_free(end, TRUE);
    return NULL;
}

/* of those that may stand anywhere; NULL if there is none */
static const char *
longest_piece(const Condition *term)
{
    const char *longest = term->final;
    for (guint i = 0; i < term->any->len; i++) {
        const char *piece = g_ptr_array_index(term->any, i);
        if (!longest || strlen(piece) > strlen(longest))
            longest = piece;
    }
    return longest;
}

static gboolean
look_up(const Selector *selector, Lookup *lookup, GError **error)
{
    const Condition *term = lookup->term;
    gboolean equal = term->term == TERM_EQUAL;
    BlocksRange range = {.from = equal || term->term == TERM_GREATER_OR_EQUAL ? term->key : NULL,
                         .to = equal || term->term == TERM_LESS_OR_EQUAL ? term->key : NULL};
    g_autofree char *end = NULL;
    if (term->term == TERM_SUBSTRINGS && term->initial && *term->initial) {
        range.from = term->initial;
        range.to = end = prefix_end(term->initial);
    }
    if (term->term == TERM_SUBSTRINGS)
        range.piece = longest_piece(term);
    return blocks_each(selector->store, term->attribute, &range, take_term, lookup, error);
}

/* Makes of municipalities those who belong to them. */
static EntrySet *
members_of(const Selector *selector, const EntrySet *municipalities, GError **error)
{
    g_autoptr(EntrySet) members = entry_set_new(selector->most);
    g_autoptr(Statement) rows = statement_get(selector->store, &select_statements, MEMBERS, error);
    if (!rows)
        return NULL;
    for (gint64 id = entry_set_next(municipalities, 0); id;
         id = entry_set_next(municipalities, id)) {
        statement_bind_int(rows, 1, id);
        if (!add_rows(members, rows, error))
            return NULL;
    }
    return g_steal_pointer(&members);
}

static EntrySet *
evaluate_term(const Selector *selector, const Condition *term, GError **error)
{
    g_autoptr(EntrySet) set = entry_set_new(selector->most);
    Lookup lookup = {term, set};
    if (!look_up(selector, &lookup, error))
        return NULL;
    return term->of_municipality ? members_of(selector, set, error) : g_steal_pointer(&set);
}

/* ---- trees */

/* What is likely dear to find comes late, and NOT when there is something to take away from. */
static guint
rank(const Condition *condition)
{
    switch (condition->kind) {
    case CONDITION_NONE:
    case CONDITION_ROWS:
        return 0;
    case CONDITION_TERM:
        if (condition->term == TERM_SUBSTRINGS && !(condition->initial && *condition->initial))
            return 6;
        return 1 + (guint)condition->term + condition->of_municipality;
    case CONDITION_AND:
    case CONDITION_OR:
        return 5;
    case CONDITION_NOT:
        return 8;
    case CONDITION_ALL:
        break;
    }
    return 9;
}

static gint
compare_rank(gconstpointer a, gconstpointer b)
{
    const Condition *x = *(const Condition *const *)a, *y = *(const Condition *const *)b;
    return (gint)rank(x) - (gint)rank(y);
}

/* `set` without those of whom `condition` is true; NULL: everybody without them. */
static EntrySet *
take_away(const Selector *selector, EntrySet *set, const Condition *condition, GError **error)
{
    g_autoptr(EntrySet) rest = set ? set : read_rows(selector, ALL, error);
    g_autoptr(EntrySet) gone = rest ? evaluate(selector, condition, error) : NULL;
    if (!gone)
        return NULL;
    entry_set_and_not(rest, gone);
    return g_steal_pointer(&rest);
}

static EntrySet *
evaluate_and(const Selector *selector, const Condition *condition, GError **error)
{
    g_autoptr(GPtrArray) children = g_ptr_array_new();
    g_autoptr(EntrySet) set = NULL;
    g_ptr_array_extend(children, condition->children, NULL, NULL);
    g_ptr_array_sort(children, compare_rank);
    for (guint i = 0; i < children->len && !(set && entry_set_is_empty(set)); i++) {
        const Condition *child = g_ptr_array_index(children, i);
        if (child->kind == CONDITION_ALL && set)
            continue;
        if (child->kind == CONDITION_NOT) {
            set = take_away(selector, g_steal_pointer(&set), g_ptr_array_index(child->children, 0),
                            error);
            if (!set)
                return NULL;
            continue;
        }
        g_autoptr(EntrySet) one = evaluate(selector, child, error);
        if (!one)
            return NULL;
        if (set)
            entry_set_and(set, one);
        else
            set = g_steal_pointer(&one);
    }
    return set ? g_steal_pointer(&set) : read_rows(selector, ALL, error);
}

static EntrySet *
evaluate_or(const Selector *selector, const Condition *condition, GError **error)
{
    g_autoptr(EntrySet) set = entry_set_new(selector->most);
    for (guint i = 0; i < condition->children->len; i++) {
        g_autoptr(EntrySet) one =
            evaluate(selector, g_ptr_array_index(condition->children, i), error);
        if (!one)
            return NULL;
        entry_set_or(set, one);
    }
    return g_steal_pointer(&set);
}

static EntrySet *
evaluate(const Selector *selector, const Condition *condition, GError **error)
{
    switch (condition->kind) {
    case CONDITION_NONE:
        return entry_set_new(selector->most);
    case CONDITION_ROWS:
        return make_set(selector, condition->rows);
    case CONDITION_AND:
        return evaluate_and(selector, condition, error);
    case CONDITION_OR:
        return evaluate_or(selector, condition, error);
    case CONDITION_NOT:
        return take_away(selector, NULL, g_ptr_array_index(condition->children, 0), error);
    case CONDITION_TERM:
        return evaluate_term(selector, condition, error);
    case CONDITION_ALL:
        break;
    }
    return read_rows(selector, ALL, error);
}

EntrySet *
select_persons(Store *store, const Condition *condition, GError **error)
{
    Selector selector = {.store = store};
    g_autoptr(Statement) most = statement_get(store, &select_statements, MOST, error);
    if (!most || !statement_run_number(most, &selector.most, error))
        return NULL;
    g_autoptr(EntrySet) set = evaluate(&selector, condition, error);
    g_autoptr(EntrySet) others = set ? read_rows(&selector, OTHERS, error) : NULL;
    if (!others)
        return NULL;
    entry_set_and_not(set, others);
    return g_steal_pointer(&set);
}
