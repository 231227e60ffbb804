/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/membership.h"

#include "mailing/selection.h"
#include "store/list_persons.h"

#include <string.h>

/* A person taken in by hand whom no exception leaves out. */
typedef struct {
    gint64 id;
    char *key; /* persons_name_key() */
} Addition;

struct Membership {
    Store *store;
    const FieldMap *map;
    Selection *selected; /* filter less exceptions */
    Selection *filter;   /* of the list */
    Selection *let[2];   /* whom the exceptions of list and mailing let through; NULL: none */
    GPtrArray *fixed;    /* of ListPerson */
};

gboolean
membership_decide(gboolean filter, gboolean except, const ListPerson *fixed)
{
    if (except || (fixed && !fixed->included))
        return FALSE;
    return filter || fixed;
}

void
membership_free(Membership *membership)
{
    if (!membership)
        return;
    selection_free(membership->selected);
    selection_free(membership->filter);
    selection_free(membership->let[0]);
    selection_free(membership->let[1]);
    g_clear_pointer(&membership->fixed, g_ptr_array_unref);
    g_free(membership);
}

/* Whom an exception lets through: those of whom it cannot be decided stay out, as in "selected". NULL
 * for no text, without an error. */
static Selection *
read_exception(const char *except, const FieldMap *map, GError **error)
{
    g_autoptr(Selection) excepted = except ? selection_new(except, NULL, map, error) : NULL;
    g_autofree char *others = excepted ? g_strdup_printf("(!%s)", selection_text(excepted)) : NULL;
    return others ? selection_new(others, NULL, map, error) : NULL;
}

static gboolean
read_filters(Membership *membership, const List *list, const char *except, GError **error)
{
    const FieldMap *map = membership->map;
    membership->filter = selection_new(list->filter, NULL, map, error);
    g_autoptr(Selection) own =
        membership->filter ? selection_new(list->filter, list->except, map, error) : NULL;
    if (!own)
        return FALSE;
    membership->selected =
        except ? selection_new(selection_text(own), except, map, error) : g_steal_pointer(&own);
    if (!membership->selected)
        return FALSE;
    membership->let[0] = read_exception(list->except, map, error);
    if (list->except && !membership->let[0])
        return FALSE;
    membership->let[1] = read_exception(except, map, error);
    return !except || membership->let[1];
}

Membership *
membership_new(Store *store, const List *list, const char *except, const FieldMap *map,
               GError **error)
{
    g_autoptr(Membership) membership = g_new0(Membership, 1);
    membership->store = store;
    membership->map = map;
    if (!read_filters(membership, list, except, error))
        return NULL;
    membership->fixed = list_persons_all(store, list->id, error);
    return membership->fixed ? g_steal_pointer(&membership) : NULL;
}

const char *
membership_text(const Membership *membership)
{
    return selection_text(membership->selected);
}

const GPtrArray *
membership_fixed(const Membership *membership)
{
    return membership->fixed;
}

static gboolean
is_excepted(const Membership *membership, const Person *person)
{
    for (guint i = 0; i < G_N_ELEMENTS(membership->let); i++)
        if (membership->let[i] && !selection_matches(membership->let[i], person))
            return TRUE;
    return FALSE;
}

gboolean
membership_has(const Membership *membership, const Person *person)
{
    return membership_decide(selection_matches(membership->filter, person),
                             is_excepted(membership, person),
                             list_persons_find(membership->fixed, person->uuid));
}

/* ---- streaming: those selected pass by, and those taken in by hand step in at their places */

typedef struct {
    const Membership *membership;
    GArray *additions; /* of Addition, in the order of the stream */
    guint next;        /* the one that has not stepped in yet */
    gboolean by_name;
    PersonFunc func;
    gpointer user_data;
} Merge;

static void
addition_clear(gpointer data)
{
    g_free(((Addition *)data)->key);
}

static gint
compare_additions(gconstpointer a, gconstpointer b)
{
    const Addition *x = a, *y = b;
    int order = x->key && y->key ? strcmp(x->key, y->key) : 0;
    return order ? order : x->id < y->id ? -1 : x->id > y->id;
}

static Addition
addition_of(const Merge *merge, const Person *person)
{
    return (Addition){person->id,
                      merge->by_name ? persons_name_key(person, merge->membership->map) : NULL};
}

static gboolean
note_addition(const Person *person, gpointer data, G_GNUC_UNUSED GError **error)
{
    Merge *merge = data;
    if (membership_has(merge->membership, person)) {
        Addition addition = addition_of(merge, person);
        g_array_append_val(merge->additions, addition);
    }
    return TRUE;
}

/* Lets those step in who stand before `until` (NULL: all that are left). */
static gboolean
step_in(Merge *merge, const Addition *until, GError **error)
{
    for (; merge->next < merge->additions->len; merge->next++) {
        const Addition *addition = &g_array_index(merge->additions, Addition, merge->next);
        if (until && compare_additions(addition, until) >= 0)
            return TRUE;
        if (!persons_find_id(merge->membership->store, addition->id, merge->func, merge->user_data,
                             error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
pass(const Person *person, gpointer data, GError **error)
{
    Merge *merge = data;
    if (list_persons_find(merge->membership->fixed, person->uuid))
        return TRUE; /* left out by hand, or among the additions */
    if (merge->next < merge->additions->len) {
        Addition here = addition_of(merge, person);
        gboolean good = step_in(merge, &here, error);
        addition_clear(&here);
        if (!good)
            return FALSE;
    }
    return merge->func(person, merge->user_data, error);
}

static gboolean
gather_additions(Merge *merge, GError **error)
{
    const Membership *membership = merge->membership;
    for (guint i = 0; i < membership->fixed->len; i++) {
        const ListPerson *fixed = g_ptr_array_index(membership->fixed, i);
        if (fixed->included &&
            !persons_find_uuid(membership->store, fixed->person, note_addition, merge, error))
            return FALSE;
    }
    g_array_sort(merge->additions, compare_additions);
    return TRUE;
}

static gboolean
stream(const Membership *membership, gboolean by_name, PersonFunc func, gpointer user_data,
       GError **error)
{
    g_autoptr(GArray) additions = g_array_new(FALSE, FALSE, sizeof(Addition));
    g_array_set_clear_func(additions, addition_clear);
    Merge merge = {membership, additions, 0, by_name, func, user_data};
    gboolean plain = membership->fixed->len == 0;
    PersonFunc to = plain ? func : pass;
    gpointer data = plain ? user_data : &merge;
    if (!gather_additions(&merge, error))
        return FALSE;
    gboolean good =
        by_name ? selection_each_by_name(membership->selected, membership->store, to, data, error)
                : selection_each(membership->selected, membership->store, to, data, error);
    return good && step_in(&merge, NULL, error);
}

gboolean
membership_each(const Membership *membership, PersonFunc func, gpointer user_data, GError **error)
{
    return stream(membership, FALSE, func, user_data, error);
}

gboolean
membership_each_by_name(const Membership *membership, PersonFunc func, gpointer user_data,
                        GError **error)
{
    return stream(membership, TRUE, func, user_data, error);
}

static gboolean
count_one(G_GNUC_UNUSED const Person *person, gpointer data, G_GNUC_UNUSED GError **error)
{
    (*(gint64 *)data)++;
    return TRUE;
}

gboolean
membership_count(const Membership *membership, gint64 *count, GError **error)
{
    gint64 counted = 0;
    if (membership->fixed->len == 0)
        return selection_count(membership->selected, membership->store, count, error);
    if (!membership_each(membership, count_one, &counted, error))
        return FALSE;
    *count = counted;
    return TRUE;
}
