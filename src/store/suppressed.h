/* SPDX-License-Identifier: GPL-3.0-or-later */
/* suppressed.h - suppressions and the addresses that are still known, brought together
 *
 * A suppression has only a hash, so the known addresses are hashed and looked for: 100,000 of them
 * in about 0.15 s, none if nothing is suppressed. Run it in store_begin_read() if it must agree with
 * other reads. Errors: STORE, BUSY. */
#ifndef RUNDRUF_STORE_SUPPRESSED_H
#define RUNDRUF_STORE_SUPPRESSED_H

#include "model/person.h"
#include "store/store.h"

/* The rows in `entry` of the persons with a mail address (any of theirs) that is suppressed for
 * `purpose`, which suppressions for all purposes do, too; NULL: for whichever. An array of gint64,
 * ascending, owned by the caller. */
GArray *suppressed_persons(Store *store, const char *purpose, const FieldMap *map, GError **error);

/* The suppressed addresses that the roster or a delivery still has: hash (ADDRESS_HASH_LENGTH octets,
 * GBytes) -> address (char *); owned by the caller. */
GHashTable *suppressed_addresses(Store *store, const FieldMap *map, GError **error);

#endif
