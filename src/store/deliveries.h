/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deliveries.h - the table `delivery`, which is the queue: one row for each recipient of a mailing
 *
 * mailing/prepare.c inserts rows; mailing/send.c, of which only one runs for each store, claims
 * them one commit before the network sees them, and settles them by the outcome:
 *
 *     queued -> claimed -> sent | retry -> ... | failed | unknown | suppressed | missed | cancelled
 *
 * A crash leaves rows claimed: the next sender puts them back with deliveries_requeue(). Draft,
 * paused and cancelled mailings' rows are never claimed. Times are Unix seconds, UTC. */
#ifndef RUNDRUF_STORE_DELIVERIES_H
#define RUNDRUF_STORE_DELIVERIES_H

#include "base/i18n.h"
#include "model/mailing.h"
#include "store/store.h"

/* The reason of a person who is not in the roster any more. */
#define DELIVERIES_GONE N_("no longer in the roster")

/* Inserts `delivery` (its id is not read). `key` is address_key() of its address, NULL if it has
 * none; a key without an address makes a row that shares the address of the row which has that
 * key. `inserted` is FALSE, and nothing is, if the mailing has a row with that key and this has
 * an address. */
gboolean deliveries_insert(Store *store, const Delivery *delivery, const char *key,
                           gboolean *inserted, GError **error);

/* The name in the row of the mailing that has `key`; owned by the caller; NULL with NOT_FOUND. */
char *deliveries_holder(Store *store, gint64 mailing, const char *key, GError **error);

/* Makes the Message-ID that goes with a row; owned by deliveries_claim(). */
typedef char *(*DeliveryMessageId)(gint64 delivery, gpointer data);

/* Takes up to `limit` rows due at `now`, those due longest first, of running mailings whose
 * not_after is not reached. Each becomes `claimed` with its Message-ID; or `suppressed`, with the
 * reason as its text, if its address is suppressed for the mailing's purpose or its person has left
 * the roster. Call it in a transaction and commit before the network. Returns an array of Delivery
 * * as they stand now, owned by the caller; empty if nothing is due. */
GPtrArray *deliveries_claim(Store *store, gint64 now, guint limit, DeliveryMessageId message_id,
                            gpointer data, GError **error);

/* Writes state, attempts, due, settled_at, code and text of a claimed row. FAILED if it is not
 * claimed, which would mean that two senders have it. */
gboolean deliveries_settle(Store *store, const Delivery *delivery, GError **error);

/* Puts all claimed rows back, untouched otherwise: for the one sender, when it starts or stops. */
gboolean deliveries_requeue(Store *store, guint *count, GError **error);

/* Makes what is still to be sent of mailings whose not_after is reached `missed`; and `cancelled`
 * what is left of cancelled mailings. */
gboolean deliveries_miss(Store *store, gint64 now, guint *count, GError **error);
gboolean deliveries_cancel(Store *store, gint64 now, guint *count, GError **error);

/* Queues again, due at `now`, the rows of a mailing that are in `state` and have an address of
 * their own. */
gboolean deliveries_retry(Store *store, gint64 mailing, DeliveryState state, gint64 now,
                          guint *count, GError **error);

/* Rows of a mailing by state. */
gboolean deliveries_count(Store *store, gint64 mailing, guint counts[DELIVERY_STATES],
                          GError **error);

/* How many addresses that `mailing` would write to have got, or are about to get, the same event's
 * version from another mailing of its kind; `other` is the one of these with the most (0: none). */
gboolean deliveries_count_repeated(Store *store, gint64 mailing, guint *count, gint64 *other,
                                   GError **error);

/* Calls `each` for the rows of a mailing, those without address first, then by address; FALSE ends
 * it, with `error` set by `each`. The delivery is valid during the call only. `each` must not
 * change this table. */
typedef gboolean (*DeliveryEach)(const Delivery *delivery, gpointer data, GError **error);
gboolean deliveries_each(Store *store, gint64 mailing, DeliveryEach each, gpointer data,
                         GError **error);

/* Appends the addresses (char *) to which something is still to be sent for a person: those of the
 * roster when it was prepared, which may be others now. */
gboolean deliveries_add_addresses(Store *store, const guint8 person[UUID_LENGTH],
                                  GPtrArray *addresses, GError **error);

#endif
