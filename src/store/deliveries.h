/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deliveries.h - the table `delivery`, which is the queue: one row for each recipient of a mailing
 *
 * mailing/prepare.c inserts rows; of the senders (mailing/send.c) only one runs for each store. It
 * reads what is due, and claims a row when the relay is about to take the content: one commit, which
 * is durable before an octet of it leaves, and which looks a last time at everything that forbids it.
 * How it ended is the next one:
 *
 *     queued -> claimed -> sent | retry -> ... | failed | unknown | suppressed | missed | cancelled
 *
 * So a row that a crash left claimed may have arrived, and no other: deliveries_recover(). Draft,
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

/* Appends the recipient domains (char *) of rows that are due at `now` in running mailings, each once
 * for a mailing, at most `limit`. */
gboolean deliveries_domains(Store *store, gint64 now, guint limit, GPtrArray *domains,
                            GError **error);

/* Where a look for what is due ended: the last row of it. */
typedef struct {
    gint64 due, id;
} DeliveryCursor;

/* Up to `limit` rows due at `now` to a domain, those due longest first, after `after` ({0}: from the
 * first), of running mailings whose not_after is not reached; nothing is changed. An array of
 * Delivery *, owned by the caller. */
GPtrArray *deliveries_due(Store *store, const char *domain, gint64 now, DeliveryCursor after,
                          guint limit, GError **error);

/* Takes a row that was due, with its message_id: it becomes `claimed`; or `suppressed`, with the reason
 * as its text, if its address is suppressed for the mailing's purpose or its person has left the
 * roster. It stays as it is, also in `delivery`, if the mailing does not run any more, its not_after
 * is reached, or the row is no longer due. Call it in a transaction, and commit before the content
 * leaves. */
gboolean deliveries_claim(Store *store, Delivery *delivery, gint64 now, GError **error);

/* Writes state, attempts, due, settled_at, code and text of a row that is claimed, or due still: a
 * relay may refuse it before it is claimed. What has another state by now (a cancelled mailing's
 * rows) stays as it is, and `settled` is FALSE. */
gboolean deliveries_settle(Store *store, const Delivery *delivery, gboolean *settled,
                           GError **error);

/* For the one sender, when it starts: rows claimed by one that died become `state`, settled at `now`
 * with `text` as the reason, and due then if that is `retry`. `each` is called for each of them, and
 * must not use the store. */
typedef void (*DeliveryOrphan)(gint64 delivery, gint64 mailing, guint attempts, gpointer data);
gboolean deliveries_recover(Store *store, DeliveryState state, gint64 now, const char *text,
                            DeliveryOrphan each, gpointer data, GError **error);

/* Calls `each` for what was claimed at `since` or later, in the order of time. */
typedef void (*DeliveryClaimed)(const char *domain, gint64 claimed_at, gpointer data);
gboolean deliveries_each_claimed(Store *store, gint64 since, DeliveryClaimed each, gpointer data,
                                 GError **error);

/* Makes due at `now` what is to be tried again later than `latest`: the clock was ahead when that was
 * written, for no pause is that long. */
gboolean deliveries_pull_in(Store *store, gint64 latest, gint64 now, GError **error);

/* Makes what is still to be sent of mailings whose not_after is reached `missed`; and `cancelled`
 * what is left of cancelled mailings. */
gboolean deliveries_miss(Store *store, gint64 now, guint *count, GError **error);
gboolean deliveries_cancel(Store *store, gint64 now, guint *count, GError **error);

/* Queues again, due at `now`, the rows of a mailing that are in `state` and have an address of
 * their own. */
gboolean deliveries_retry(Store *store, gint64 mailing, DeliveryState state, gint64 now,
                          guint *count, GError **error);

/* Calls `each` for the recipient domains to which a mailing has something to send, now or later, with
 * the number of these deliveries; what is on the way is not counted. */
typedef void (*DeliveryWaiting)(const char *domain, guint count, gpointer data);
gboolean deliveries_each_waiting(Store *store, gint64 mailing, DeliveryWaiting each, gpointer data,
                                 GError **error);

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
