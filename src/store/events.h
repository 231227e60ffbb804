/* SPDX-License-Identifier: GPL-3.0-or-later */
/* events.h - the table `event`: each row is one version of an event and never changes
 *
 * A change inserts the next version; mailings point to the version that they announced. */
#ifndef RUNDRUF_STORE_EVENTS_H
#define RUNDRUF_STORE_EVENTS_H

#include "model/event.h"
#include "store/store.h"

/* Inserts `event` as the next version of its name (the first is 0) and sets its id and sequence. */
gboolean events_insert(Store *store, Event *event, GError **error);

/* The latest version, or the version in row `id`. Owned by the caller; NULL with NOT_FOUND. */
Event *events_find(Store *store, const char *name, GError **error);
Event *events_get(Store *store, gint64 id, GError **error);

/* The latest version of each event, by start: an array of Event *, owned by the caller. */
GPtrArray *events_all(Store *store, GError **error);

#endif
