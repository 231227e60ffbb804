/* SPDX-License-Identifier: GPL-3.0-or-later */
/* suppression_set.h - suppressions in memory, for asking about many addresses
 *
 * A statement for each address costs a mailing to 100,000 a fifth of its time; this reads the table
 * once, and where it is empty hashes nothing. It is what the table was when it was read: make it in
 * the transaction that uses it. Errors: STORE, BUSY. */
#ifndef RUNDRUF_STORE_SUPPRESSION_SET_H
#define RUNDRUF_STORE_SUPPRESSION_SET_H

#include "store/store.h"

typedef struct SuppressionSet SuppressionSet;

/* What is suppressed for `purpose`, which suppressions for all purposes do, too; NULL: for whichever.
 * Owned by the caller. Fails if the store has no secret: then nobody would look suppressed. */
SuppressionSet *suppression_set_new(Store *store, const char *purpose, GError **error);
void suppression_set_free(SuppressionSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SuppressionSet, suppression_set_free)

gboolean suppression_set_is_empty(const SuppressionSet *set);

/* Whether the address with this address_key() is in the set; of the set are then `hash` (its
 * ADDRESS_HASH_LENGTH octets) and `reason`, in words for people: where a suppression for the purpose
 * and one for all meet, the first one's. Either may be NULL. */
gboolean suppression_set_find(const SuppressionSet *set, const char *key, GBytes **hash,
                              const char **reason);

#endif
