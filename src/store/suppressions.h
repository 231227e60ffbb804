/* SPDX-License-Identifier: GPL-3.0-or-later */
/* suppressions.h - the table `suppression`: who must not get mail, for which purpose, and why
 *
 * A row has the keyed hash of an address (store/address_hash.h), not the address: so it may, and
 * does, outlive the person. It is read when a mailing is prepared, and again in the transaction that
 * claims a delivery. Only the functions here write it; syncs and erasure leave it alone. Each writes
 * its line of the journal, in which there is the hash's beginning, and no address.
 *
 * What the person said (suppression_is_wish()) weighs more than a bounce or a coordinator's word: the
 * lesser reason never takes its place, and it is removed only with a proof that the person said
 * otherwise. Addresses are keys as address_key() makes them. Errors: STORE, BUSY, and those named. */
#ifndef RUNDRUF_STORE_SUPPRESSIONS_H
#define RUNDRUF_STORE_SUPPRESSIONS_H

#include "model/suppression.h"
#include "store/store.h"

typedef enum {
    SUPPRESSIONS_ADDED,
    SUPPRESSIONS_CHANGED, /* it was there for another reason, or with another note */
    SUPPRESSIONS_KEPT,    /* it was there for the same reason, or for a weightier one */
    SUPPRESSIONS_EFFECTS
} SuppressionsEffect;

/* Adds it, in the caller's transaction. One that is there already keeps its time. `effect` may be
 * NULL. INPUT if the note may not be kept (suppression_check_note()). */
gboolean suppressions_add(Store *store, const Suppression *suppression, SuppressionsEffect *effect,
                          GError **error);

/* Removes the one of that address and purpose, in the caller's transaction; `note` is the proof
 * that the person wants mail again; `reason` is not looked at. `removed` is FALSE if there was
 * none. HELD if it is the person's wish and there is no proof. */
gboolean suppressions_remove(Store *store, const Suppression *suppression, gboolean *removed,
                             GError **error);

/* `reason` (owned by the caller, in words for people) is NULL if mail for that purpose may go
 * there. */
gboolean suppressions_find(Store *store, const char *key, const char *purpose, char **reason,
                           GError **error);

/* The hash of an address in this store. */
gboolean suppressions_hash(Store *store, const char *key, guint8 hash[ADDRESS_HASH_LENGTH],
                           GError **error);

/* How the journal calls an address: "suppression 0123456789ab"; owned by the caller. */
char *suppressions_object(const guint8 hash[ADDRESS_HASH_LENGTH]);

/* Calls back for the rows of an address (NULL: all rows), the oldest first; FALSE ends it with the
 * callback's error. A row has no key, and is valid during the call. */
typedef gboolean (*SuppressionFunc)(const Suppression *row, gpointer user_data, GError **error);
gboolean suppressions_each(Store *store, const char *key, SuppressionFunc func, gpointer user_data,
                           GError **error);

#endif
