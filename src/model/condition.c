/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h" /* _GNU_SOURCE, for memmem() */

#include "model/condition.h"

#include <string.h>

Condition *
condition_new(ConditionKind kind)
{
    Condition *condition = g_new0(Condition, 1);
    condition->kind = kind;
    condition->exact = TRUE;
    condition->children = g_ptr_array_new_with_free_func((GDestroyNotify)condition_free);
    condition->any = g_ptr_array_new_with_free_func(g_free);
    return condition;
}

void
condition_free(Condition *condition)
{
    if (!condition)
        return;
    g_ptr_array_unref(condition->children);
    g_free(condition->attribute);
    g_free(condition->key);
    g_free(condition->initial);
    g_free(condition->final);
    g_ptr_array_unref(condition->any);
    g_free(condition);
}

void
condition_add(Condition *parent, Condition *child)
{
    g_ptr_array_add(parent->children, child);
}

static int
compare(const char *key, gsize length, const char *with)
{
    gsize other = strlen(with);
    int order = memcmp(key, with, MIN(length, other));
    if (order)
        return order;
    return length < other ? -1 : length > other;
}

/* each piece behind the one before, the first place being as good as any */
static gboolean
has_pieces(const Condition *term, const char *key, gsize length)
{
    const char *at = key, *end = key + length;
    if (term->initial) {
        gsize piece = strlen(term->initial);
        if (length < piece || memcmp(key, term->initial, piece) != 0)
            return FALSE;
        at += piece;
    }
    for (guint i = 0; i < term->any->len; i++) {
        const char *piece = g_ptr_array_index(term->any, i);
        at = memmem(at, (gsize)(end - at), piece, strlen(piece));
        if (!at)
            return FALSE;
        at += strlen(piece);
    }
    gsize piece = term->final ? strlen(term->final) : 0;
    return (gsize)(end - at) >= piece &&
           (piece == 0 || memcmp(end - piece, term->final, piece) == 0);
}

gboolean
condition_key_holds(const Condition *term, const char *key, gsize length)
{
    switch (term->term) {
    case TERM_EQUAL:
        return compare(key, length, term->key) == 0;
    case TERM_GREATER_OR_EQUAL:
        return compare(key, length, term->key) >= 0;
    case TERM_LESS_OR_EQUAL:
        return compare(key, length, term->key) <= 0;
    case TERM_SUBSTRINGS:
        return has_pieces(term, key, length);
    case TERM_PRESENT:
        break;
    }
    return TRUE;
}
