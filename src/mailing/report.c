/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/report.h"

#include "store/deliveries.h"
#include "store/mailings.h"

const char *const report_columns[] = {"delivery", "name",       "address", "state",
                                      "attempts", "time",       "next",    "code",
                                      "text",     "message_id", "person",  NULL};

gboolean
report_read(Store *store, gint64 mailing, MailingReport *report, GError **error)
{
    g_autoptr(Mailing) found = mailings_get(store, mailing, error);
    if (!found || !deliveries_count(store, mailing, report->counts, error))
        return FALSE;
    report->recipients = 0;
    for (guint i = 0; i < DELIVERY_STATES; i++)
        report->recipients += report->counts[i];
    report->open = report->counts[DELIVERY_QUEUED] + report->counts[DELIVERY_CLAIMED] +
                   report->counts[DELIVERY_RETRY];
    return TRUE;
}

Value *
report_to_value(const MailingReport *report)
{
    Value *value = value_new_map();
    value_set_int(value, "recipients", report->recipients);
    value_set_int(value, "done", report->recipients - report->open);
    for (guint i = 0; i < DELIVERY_STATES; i++)
        value_set_int(value, delivery_state_text((DeliveryState)i), report->counts[i]);
    return value;
}

typedef struct {
    GTimeZone *zone;
    ReportEach each;
    gpointer data;
} Rows;

static char *
format_time(GTimeZone *zone, gint64 time)
{
    g_autoptr(GDateTime) utc = time > 0 ? g_date_time_new_from_unix_utc(time) : NULL;
    g_autoptr(GDateTime) local = utc ? g_date_time_to_timezone(utc, zone) : NULL;
    return local ? g_date_time_format_iso8601(local) : NULL;
}

static gboolean
make_row(const Delivery *delivery, gpointer data, GError **error)
{
    Rows *rows = data;
    g_autofree char *person = uuid_to_text(delivery->person);
    g_autofree char *time =
        format_time(rows->zone, delivery->settled_at ? delivery->settled_at : delivery->claimed_at);
    gboolean again = delivery->state == DELIVERY_RETRY;
    g_autofree char *next = format_time(rows->zone, again ? delivery->due : 0);
    g_autoptr(Value) row = value_new_map();
    value_set_int(row, "delivery", delivery->id);
    value_set_text(row, "name", delivery->name);
    value_set_text(row, "address", delivery->address);
    value_set_text(row, "state", delivery_state_text(delivery->state));
    value_set_int(row, "attempts", delivery->attempts);
    value_set_text(row, "time", time);
    value_set_text(row, "next", next);
    value_set(row, "code", delivery->code ? value_new_int(delivery->code) : value_new_null());
    value_set_text(row, "text", delivery->text);
    value_set_text(row, "message_id", delivery->message_id);
    value_set_text(row, "person", person);
    return rows->each(row, rows->data, error);
}

gboolean
report_each(Store *store, gint64 mailing, GTimeZone *zone, ReportEach each, gpointer data,
            GError **error)
{
    g_autoptr(GTimeZone) used = zone ? g_time_zone_ref(zone) : g_time_zone_new_utc();
    Rows rows = {used, each, data};
    return deliveries_each(store, mailing, make_row, &rows, error);
}
