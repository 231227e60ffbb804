/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list_persons.h - the table `list_person`: who was taken into a list, or left out of it, by hand
 *
 * By UUID, so that it holds whatever syncs do, and comes back with a person who comes back. Gone with
 * the list; what was is in its history (list_changes.h). All in the caller's transaction. */
#ifndef RUNDRUF_STORE_LIST_PERSONS_H
#define RUNDRUF_STORE_LIST_PERSONS_H

#include "model/list.h"
#include "store/store.h"

/* Writes it in place of what was there for that person. */
gboolean list_persons_set(Store *store, gint64 list, const ListPerson *person, GError **error);

gboolean list_persons_remove(Store *store, gint64 list, const guint8 person[UUID_LENGTH],
                             GError **error);

/* All of a list, the oldest first: of ListPerson, owned by the caller. */
GPtrArray *list_persons_all(Store *store, gint64 list, GError **error);

/* The one of `persons` (as list_persons_all() gives them) with that UUID, or NULL. */
const ListPerson *list_persons_find(const GPtrArray *persons, const guint8 person[UUID_LENGTH]);

#endif
