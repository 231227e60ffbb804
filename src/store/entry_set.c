/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/entry_set.h"

#define BITS 64

struct EntrySet {
    gint64 most;
    gsize count;
    guint64 *words;
};

EntrySet *
entry_set_new(gint64 most)
{
    EntrySet *set = g_new0(EntrySet, 1);
    set->most = MAX(most, 0);
    set->count = (gsize)set->most / BITS + 1;
    set->words = g_new0(guint64, set->count);
    return set;
}

void
entry_set_free(EntrySet *set)
{
    if (!set)
        return;
    g_free(set->words);
    g_free(set);
}

void
entry_set_add(EntrySet *set, gint64 entry)
{
    if (entry > 0 && entry <= set->most)
        set->words[entry / BITS] |= (guint64)1 << (entry % BITS);
}

gboolean
entry_set_has(const EntrySet *set, gint64 entry)
{
    return entry > 0 && entry <= set->most && (set->words[entry / BITS] >> (entry % BITS) & 1);
}

guint64
entry_set_count(const EntrySet *set)
{
    guint64 count = 0;
    for (gsize i = 0; i < set->count; i++)
        count += (guint64)__builtin_popcountll(set->words[i]);
    return count;
}

gboolean
entry_set_is_empty(const EntrySet *set)
{
    gsize i = 0;
    while (i < set->count && set->words[i] == 0)
        i++;
    return i == set->count;
}

void
entry_set_and(EntrySet *set, const EntrySet *other)
{
    for (gsize i = 0; i < set->count; i++)
        set->words[i] &= other->words[i];
}

void
entry_set_or(EntrySet *set, const EntrySet *other)
{
    for (gsize i = 0; i < set->count; i++)
        set->words[i] |= other->words[i];
}

void
entry_set_and_not(EntrySet *set, const EntrySet *other)
{
    for (gsize i = 0; i < set->count; i++)
        set->words[i] &= ~other->words[i];
}

gint64
entry_set_next(const EntrySet *set, gint64 after)
{
    gsize at = (gsize)(after + 1) / BITS;
    if (after >= set->most)
        return 0;
    guint64 word = set->words[at] & (~(guint64)0 << ((after + 1) % BITS));
    while (word == 0 && ++at < set->count)
        word = set->words[at];
    return word == 0 ? 0 : (gint64)(at * BITS) + __builtin_ctzll(word);
}
