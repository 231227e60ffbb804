/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailings.h - the table `mailing`: one row for each message to many
 *
 * A row begins as a draft together with its deliveries; confirmed, it runs until no delivery of it
 * is left to send. What coordinators may do with one, and when, is decided in mailing/control.c. */
#ifndef RUNDRUF_STORE_MAILINGS_H
#define RUNDRUF_STORE_MAILINGS_H

#include "model/mailing.h"
#include "store/store.h"

/* Inserts `mailing` in its state and sets its id. */
gboolean mailings_insert(Store *store, Mailing *mailing, GError **error);

/* Owned by the caller; NULL with NOT_FOUND. */
Mailing *mailings_get(Store *store, gint64 id, GError **error);

/* All, the newest first, drafts included: an array of Mailing *, owned by the caller. */
GPtrArray *mailings_all(Store *store, GError **error);

/* Moves a mailing on; `changed` is FALSE if it was not in the state `from`. */
gboolean mailings_move(Store *store, gint64 id, MailingState from, MailingState to,
                       gboolean *changed, GError **error);

gboolean mailings_set_not_after(Store *store, gint64 id, gint64 not_after, GError **error);

/* Deletes the mailing with its deliveries if it is a draft; `deleted` says whether it was. */
gboolean mailings_delete_draft(Store *store, gint64 id, gboolean *deleted, GError **error);

/* Deletes the drafts frozen before that time: what a crash left between freezing and confirming. */
gboolean mailings_delete_drafts_before(Store *store, gint64 time, GError **error);

#endif
