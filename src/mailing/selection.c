/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/selection.h"

#include "filter/compile.h"
#include "filter/filter.h"
#include "filter/match.h"

#include <string.h>

struct Selection {
    const FieldMap *map;
    char *text;
    FilterNode *node;     /* NULL: everybody */
    Condition *condition; /* NULL: everybody */
    Matcher *matcher;     /* NULL: everybody */
};

void
selection_free(Selection *selection)
{
    if (!selection)
        return;
    g_free(selection->text);
    matcher_free(selection->matcher);
    filter_free(selection->node);
    condition_free(selection->condition);
    g_free(selection);
}

static Selection *
read_one(const char *text, const char *source, const FieldMap *map, GError **error)
{
    g_autoptr(Selection) selection = g_new0(Selection, 1);
    selection->map = map;
    selection->node = filter_parse(text, strlen(text), source, error);
    if (!selection->node)
        return NULL;
    selection->text = filter_to_text(selection->node);
    selection->condition = filter_compile(selection->node, map, source, error);
    if (!selection->condition)
        return NULL;
    selection->matcher = matcher_new(selection->node, map);
    return g_steal_pointer(&selection);
}

Selection *
selection_new(const char *filter, const char *except, const FieldMap *map, GError **error)
{
    if (!filter) {
        Selection *everybody = g_new0(Selection, 1);
        everybody->map = map;
        everybody->text = g_strdup("");
        return everybody;
    }
    g_autoptr(Selection) included = read_one(filter, "filter", map, error);
    if (!included || !except)
        return g_steal_pointer(&included);
    /* read on its own first, so that columns are those of what was typed */
    g_autoptr(Selection) excluded = read_one(except, "except", map, error);
    if (!excluded)
        return NULL;
    g_autofree char *both = g_strdup_printf("(&%s(!%s))", included->text, excluded->text);
    return read_one(both, "filter", map, error);
}

const char *
selection_text(const Selection *selection)
{
    return selection->text;
}

/* Passes on those who match in memory, too. */
typedef struct {
    const Selection *selection;
    PersonFunc func;
    gpointer user_data;
} Decider;

static gboolean
decide(const Person *person, gpointer data, GError **error)
{
    const Decider *decider = data;
    const Selection *selection = decider->selection;
    if (matcher_match(selection->matcher, person) != MATCH_TRUE)
        return TRUE;
    return decider->func(person, decider->user_data, error);
}

static gboolean
needs_decider(const Selection *selection)
{
    return selection->condition && !selection->condition->exact;
}

gboolean
selection_each(const Selection *selection, Store *store, PersonFunc func, gpointer user_data,
               GError **error)
{
    Decider decider = {selection, func, user_data};
    if (needs_decider(selection))
        return persons_each(store, selection->condition, decide, &decider, error);
    return persons_each(store, selection->condition, func, user_data, error);
}

gboolean
selection_each_by_name(const Selection *selection, Store *store, PersonFunc func,
                       gpointer user_data, GError **error)
{
    Decider decider = {selection, func, user_data};
    if (needs_decider(selection))
        return persons_each_by_name(store, selection->condition, selection->map, decide, &decider,
                                    error);
    return persons_each_by_name(store, selection->condition, selection->map, func, user_data,
                                error);
}

gboolean
selection_matches(const Selection *selection, const Person *person)
{
    return !selection->matcher || matcher_match(selection->matcher, person) == MATCH_TRUE;
}

static gboolean
count_one(G_GNUC_UNUSED const Person *person, gpointer data, G_GNUC_UNUSED GError **error)
{
    (*(gint64 *)data)++;
    return TRUE;
}

gboolean
selection_count(const Selection *selection, Store *store, gint64 *count, GError **error)
{
    if (!needs_decider(selection))
        return persons_count(store, selection->condition, count, error);
    gint64 counted = 0;
    if (!selection_each(selection, store, count_one, &counted, error))
        return FALSE;
    *count = counted;
    return TRUE;
}
