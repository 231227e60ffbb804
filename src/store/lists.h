/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lists.h - the table `list`: recipient lists
 *
 * Each call is one statement: atomic by itself, or part of the caller's transaction. */
#ifndef RUNDRUF_STORE_LISTS_H
#define RUNDRUF_STORE_LISTS_H

#include "model/list.h"
#include "store/store.h"

/* Inserts `list` and sets its id. INPUT if there is one of that name. */
gboolean lists_insert(Store *store, List *list, GError **error);

/* Writes all columns but created_at of the list with that id. NOT_FOUND if it is gone. */
gboolean lists_update(Store *store, const List *list, GError **error);

/* Mailings keep the name and the filter that they were frozen with. NOT_FOUND. */
gboolean lists_delete(Store *store, const char *name, GError **error);

/* Owned by the caller; NULL with NOT_FOUND. */
List *lists_find(Store *store, const char *name, GError **error);

/* All, by name: an array of List *, owned by the caller. */
GPtrArray *lists_all(Store *store, GError **error);

#endif
