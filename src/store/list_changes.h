/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list_changes.h - the table `list_change`: what was changed of a list, by whom, when; append only
 *
 * By the list's name, so that it outlives the list: one of the same name made later goes on with it.
 * Written in the transaction of the change itself. */
#ifndef RUNDRUF_STORE_LIST_CHANGES_H
#define RUNDRUF_STORE_LIST_CHANGES_H

#include "model/list.h"
#include "store/store.h"

/* Adds a row to the history of the list called `name`. */
gboolean list_changes_add(Store *store, const char *name, const ListChange *change, GError **error);

/* A row for each property in which the list differs; `before` NULL: it is new, `after` NULL: it is
 * removed. */
gboolean list_changes_compare(Store *store, const List *before, const List *after,
                              const char *author, gint64 at, GError **error);

/* The rows since `since` (Unix seconds; 0: all), the oldest first: of ListChange, owned by the
 * caller. */
GPtrArray *list_changes_since(Store *store, const char *name, gint64 since, GError **error);

#endif
