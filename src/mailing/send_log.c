/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/send_log.h"

#include "base/i18n.h"
#include "base/log.h"

static char *
number_text(gint64 number)
{
    return g_strdup_printf("%" PRId64, number);
}

/* When it is tried again, in UTC; NULL: never. Owned by the caller. */
static char *
next_text(const Delivery *delivery)
{
    g_autoptr(GDateTime) due =
        delivery->state == DELIVERY_RETRY ? g_date_time_new_from_unix_utc(delivery->due) : NULL;
    return due ? g_date_time_format_iso8601(due) : NULL;
}

void
send_log_delivery(const Draft *draft, const char *what, gint64 took_ms)
{
    static const char *const blames[] = {
        [BLAME_RECIPIENT] = NULL, [BLAME_DOMAIN] = "domain", [BLAME_RELAY] = "relay"};
    const Delivery *delivery = draft->delivery;
    if (!log_writes(LOG_LEVEL_INFO))
        return;
    gboolean tried = draft->given_at > 0;
    g_autofree char *event = g_strdup_printf("delivery.%s", what);
    g_autofree char *id = number_text(delivery->id);
    g_autofree char *mailing = number_text(delivery->mailing);
    g_autofree char *session = tried ? number_text(draft->session) : NULL;
    g_autofree char *attempt = number_text(delivery->attempts);
    g_autofree char *code = draft->outcome.code ? number_text(draft->outcome.code) : NULL;
    const char *status = *draft->outcome.status ? draft->outcome.status : NULL;
    g_autofree char *next = next_text(delivery);
    g_autofree char *took = tried ? g_strdup_printf("%.3f", (double)took_ms / 1000) : NULL;
    log_info(event, "delivery", id, "mailing", mailing, "session", session, "attempt", attempt,
             "code", code, "status", status, "blame", blames[draft->outcome.blame], "seconds", took,
             "next", next, NULL);
}

void
send_log_count(const char *event, guint count)
{
    g_autofree char *number = g_strdup_printf("%u", count);
    if (count > 0)
        log_info(event, "count", number, NULL);
}

void
send_log_orphan(gint64 delivery, gint64 mailing, guint attempts, DeliveryState state)
{
    g_autofree char *id = number_text(delivery);
    g_autofree char *of = number_text(mailing);
    g_autofree char *attempt = number_text(attempts);
    log_info("delivery.orphaned", "delivery", id, "mailing", of, "attempt", attempt, "state",
             delivery_state_text(state), NULL);
}

void
send_log_fault(int code)
{
    g_autofree char *number = number_text(code);
    log_warning("send.fault", "code", number, NULL);
}
