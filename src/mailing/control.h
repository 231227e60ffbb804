/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control.h - what a coordinator does with a prepared mailing, each with its line in the journal
 *
 *     draft -> running <-> paused, both -> cancelled; a draft may also be discarded
 *
 * Each call is one transaction. A call that does not fit the mailing's state fails with INPUT and
 * says which it is; an unknown mailing is NOT_FOUND. A sender that is at work sees the change
 * before its next message. */
#ifndef RUNDRUF_MAILING_CONTROL_H
#define RUNDRUF_MAILING_CONTROL_H

#include "config/config.h"
#include "model/mailing.h"
#include "store/store.h"

typedef struct {
    const char *actor; /* for the journal */
    gint64 now;        /* Unix seconds */
} Deed;

/* From then on `rundruf send` sends it. */
gboolean mailing_confirm(Store *store, gint64 mailing, const Deed *deed, GError **error);

/* Removes a draft and its deliveries without a trace. */
gboolean mailing_discard(Store *store, gint64 mailing, GError **error);

gboolean mailing_pause(Store *store, gint64 mailing, const Deed *deed, GError **error);
gboolean mailing_resume(Store *store, gint64 mailing, const Deed *deed, GError **error);

/* For good; `count` gets how many will not get it now. */
gboolean mailing_cancel(Store *store, gint64 mailing, const Deed *deed, guint *count,
                        GError **error);

typedef struct {
    gint64 mailing;
    DeliveryState state; /* failed, unknown, missed, suppressed, or retry: those waiting, at once */
    gboolean allow_past; /* though the event is over */
} RetryRequest;

/* Queues the deliveries in that state again, of those that have an address. A mailing whose time is
 * up gets a new not_after, as mailing_not_after() has it. Who is suppressed stays so: that is
 * checked when it is sent. HELD if the event is over. */
gboolean mailing_retry(Store *store, const Config *config, const RetryRequest *request,
                       const Deed *deed, guint *count, GError **error);

/* Lets mail go again to a recipient domain that refused us (store/holds.h), with all domains of its
 * provider; a person has mended the cause. NOT_FOUND if it is not held. */
gboolean mailing_lift(Store *store, const Config *config, const char *domain, const Deed *deed,
                      GError **error);

#endif
