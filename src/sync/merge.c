/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/merge.h"

#include <string.h>

static guint
value_hash(gconstpointer data)
{
    const AttributeValue *value = data;
    guint hash = 2166136261u; /* FNV-1a */
    for (gsize i = 0; i < value->length; i++)
        hash = (hash ^ (guchar)value->data[i]) * 16777619u;
    return hash;
}

static gboolean
value_equal(gconstpointer a, gconstpointer b)
{
    const AttributeValue *x = a, *y = b;
    return x->length == y->length && memcmp(x->data, y->data, x->length) == 0;
}

typedef GHashTable ValueSet; /* of const AttributeValue * */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ValueSet, g_hash_table_unref)

static ValueSet *
make_set(const Attributes *attributes, const char *attribute)
{
    ValueSet *set = g_hash_table_new(value_hash, value_equal);
    guint count = 0;
    const AttributeValue *values =
        attributes ? attributes_find(attributes, attribute, &count) : NULL;
    for (guint i = 0; i < count; i++)
        g_hash_table_add(set, (gpointer)&values[i]);
    return set;
}

/* those of `a` that are not in `b` */
static ValueSet *
subtract(ValueSet *a, ValueSet *b)
{
    ValueSet *rest = g_hash_table_new(value_hash, value_equal);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, a);
    while (g_hash_table_iter_next(&iter, &value, NULL))
        if (!g_hash_table_contains(b, value))
            g_hash_table_add(rest, value);
    return rest;
}

static guint
count_common(ValueSet *a, ValueSet *b)
{
    guint common = 0;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, a);
    while (g_hash_table_iter_next(&iter, &value, NULL))
        common += g_hash_table_contains(b, value);
    return common;
}

static gboolean
sets_equal(ValueSet *a, ValueSet *b)
{
    return g_hash_table_size(a) == g_hash_table_size(b) &&
           count_common(a, b) == g_hash_table_size(a);
}

static void
unite(ValueSet *set, ValueSet *more)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, more);
    while (g_hash_table_iter_next(&iter, &value, NULL))
        g_hash_table_add(set, value);
}

static void
add_set(Attributes *attributes, const char *attribute, ValueSet *set)
{
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, set);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        const AttributeValue *value = key;
        attributes_add(attributes, attribute, value->data, value->length);
    }
}

/* `is` has all values of `come` and none of `gone` */
static gboolean
shows(ValueSet *is, ValueSet *gone, ValueSet *come)
{
    return count_common(gone, is) == 0 && count_common(come, is) == g_hash_table_size(come);
}

gboolean
merge_is_fulfilled(const char *attribute, const Attributes *base, const Attributes *ours,
                   const Attributes *theirs)
{
    g_autoptr(ValueSet) was = make_set(base, attribute), want = make_set(ours, attribute),
                        is = make_set(theirs, attribute);
    g_autoptr(ValueSet) gone = subtract(was, want), come = subtract(want, was);
    return shows(is, gone, come);
}

MergeVerdict
merge_attribute(const char *attribute, const Attributes *base, const Attributes *ours,
                const Attributes *theirs, Attributes **merged)
{
    g_autoptr(ValueSet) was = make_set(base, attribute), want = make_set(ours, attribute),
                        is = make_set(theirs, attribute);
    if (sets_equal(want, is))
        return MERGE_NOTHING;
    g_autoptr(ValueSet) gone = subtract(was, want), come = subtract(want, was);
    g_autoptr(ValueSet) their_gone = subtract(was, is), their_come = subtract(is, was);
    gboolean ours_is_there = shows(is, gone, come);
    if (count_common(gone, their_gone) > 0 && !sets_equal(come, their_come) &&
        (!ours_is_there || g_hash_table_size(come) == 0))
        return MERGE_CONFLICT;
    if (ours_is_there)
        return MERGE_NOTHING;
    g_autoptr(ValueSet) kept = subtract(is, gone);
    *merged = attributes_new();
    add_set(*merged, attribute, kept);
    add_set(*merged, attribute, come);
    return MERGE_CLEAN;
}

void
merge_join(const char *attribute, const Attributes *base1, const Attributes *ours1,
           const Attributes *base2, const Attributes *ours2, Attributes **base, Attributes **ours)
{
    g_autoptr(ValueSet) was = make_set(base1, attribute), first = make_set(ours1, attribute),
                        shown = make_set(base2, attribute), want = make_set(ours2, attribute);
    g_autoptr(ValueSet) gone = subtract(shown, want), come = subtract(want, shown);
    g_autoptr(ValueSet) late = subtract(come, first);
    g_autoptr(ValueSet) again = subtract(come, late); /* somebody else took it away */
    g_autoptr(ValueSet) before = subtract(was, again), after = subtract(first, gone);
    g_autoptr(ValueSet) foreign = subtract(gone, first); /* somebody else had added it */
    unite(before, foreign);
    unite(after, come);
    *base = attributes_new();
    *ours = attributes_new();
    add_set(*base, attribute, before);
    add_set(*ours, attribute, after);
}
