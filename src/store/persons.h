/* SPDX-License-Identifier: GPL-3.0-or-later */
/* persons.h - the persons of the mirror, each with its municipality
 *
 * Persons are streamed to a callback; what the callback gets is valid during the call.
 * Municipalities are read and decoded once for each select. Run a select in store_begin_read() if
 * it must agree with other reads. Errors: STORE, BUSY, and whatever the callback sets. */
#ifndef RUNDRUF_STORE_PERSONS_H
#define RUNDRUF_STORE_PERSONS_H

#include "model/condition.h"
#include "model/person.h"
#include "store/store.h"

/* FALSE ends the select with the callback's error. */
typedef gboolean (*PersonFunc)(const Person *person, gpointer user_data, GError **error);

/* The persons of whom `condition` is true (NULL: all), by row id, i.e. in the order in which they
 * became known. Whether the condition is exact is the caller's business. */
gboolean persons_each(Store *store, const Condition *condition, PersonFunc func, gpointer user_data,
                      GError **error);

/* The same, ordered by surname, then name (as `map` sees them, by the locale's collation), then id.
 */
gboolean persons_each_by_name(Store *store, const Condition *condition, const FieldMap *map,
                              PersonFunc func, gpointer user_data, GError **error);

/* What that order compares, with strcmp(), before the id; owned by the caller. */
char *persons_name_key(const Person *person, const FieldMap *map);

/* How many persons it is true of (NULL: all). */
gboolean persons_count(Store *store, const Condition *condition, gint64 *count, GError **error);

/* Calls back for each person found, which is none or one for an id or each UUID (in their order), and
 * perhaps more for an address: several people may share one. `mail` compares as the field's attributes
 * do. */
gboolean persons_find_id(Store *store, gint64 id, PersonFunc func, gpointer user_data,
                         GError **error);
gboolean persons_find_uuid(Store *store, const guint8 uuid[UUID_LENGTH], PersonFunc func,
                           gpointer user_data, GError **error);
gboolean persons_find_uuids(Store *store, const guint8 (*uuids)[UUID_LENGTH], guint count,
                            PersonFunc func, gpointer user_data, GError **error);
gboolean persons_find_mail(Store *store, const char *mail, const FieldMap *map, PersonFunc func,
                           gpointer user_data, GError **error);

#endif
