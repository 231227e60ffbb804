/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/numbers.h"

static gint
compare(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return x < y ? -1 : x > y;
}

void
numbers_sort_unique(GArray *numbers)
{
    guint kept = 0;
    g_array_sort(numbers, compare);
    for (guint i = 0; i < numbers->len; i++) {
        gint64 number = g_array_index(numbers, gint64, i);
        if (kept == 0 || g_array_index(numbers, gint64, kept - 1) != number)
            g_array_index(numbers, gint64, kept++) = number;
    }
    g_array_set_size(numbers, kept);
}
