/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.h - who got what: a mailing's figures and rows, for tables, CSV and JSON
 *
 * Every recipient has one row, so the counts' sum is the number of recipients. To have figures and
 * rows of the same moment while a sender works, read both within one store_begin_read(). */
#ifndef RUNDRUF_MAILING_REPORT_H
#define RUNDRUF_MAILING_REPORT_H

#include "base/value.h"
#include "model/mailing.h"
#include "store/store.h"

typedef struct {
    guint counts[DELIVERY_STATES];
    guint recipients; /* their sum */
    guint open;       /* of these: queued, claimed, to be tried again */
} MailingReport;

/* NOT_FOUND if there is no such mailing. */
gboolean report_read(Store *store, gint64 mailing, MailingReport *report, GError **error);

/* {"recipients", "done", "queued", "claimed", "sent", ...}; owned by the caller. */
Value *report_to_value(const MailingReport *report);

/* The keys of a row, in the order of a table's columns; NULL at the end. */
extern const char *const report_columns[];

/* Calls `each` with the rows of a mailing, those without address first, then by address: a map with
 * all report_columns; null where there is nothing. "time" is when the state was reached, "next" when one in
 * retry is due again (ISO 8601, in `zone`; NULL: UTC). A row is valid during the call only. FALSE of `each`, which sets `error`,
 * ends it. */
typedef gboolean (*ReportEach)(const Value *row, gpointer data, GError **error);
gboolean report_each(Store *store, gint64 mailing, GTimeZone *zone, ReportEach each, gpointer data,
                     GError **error);

#endif
