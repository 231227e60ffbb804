/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/list.h"

List *
list_new(void)
{
    return g_new0(List, 1);
}

void
list_free(List *list)
{
    if (!list)
        return;
    g_free(list->name);
    g_free(list->title);
    g_free(list->filter);
    g_free(list->purpose);
    g_free(list->sender);
    g_free(list);
}
