/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/notice_text.h"

#include "base/dates.h"
#include "base/text.h"
#include "mailing/held.h"
#include "message/letter.h"

#include <string.h>

static void
set_time(Value *map, const char *key, GTimeZone *zone, gint64 time)
{
    g_autofree char *text = dates_format_short(zone, time);
    value_set_text(map, key, text);
}

static Value *
view_relay(const RelayFault *fault, GTimeZone *zone)
{
    const Hold said = {.code = fault->code, .text = fault->text};
    g_autofree char *reason = held_reason(&said);
    Value *relay = value_new_map();
    set_time(relay, "since", zone, fault->since);
    value_set_text(relay, "reason", reason);
    return relay;
}

static Value *
view_holds(const GPtrArray *held, GTimeZone *zone)
{
    Value *holds = value_new_list();
    for (guint i = 0; i < held->len; i++) {
        const Held *one = held->pdata[i];
        g_autofree char *reason = held_reason(one->hold);
        Value *row = value_new_map();
        value_set_text(row, "domain", one->hold->domain);
        set_time(row, "until", zone, one->hold->until);
        value_set_text(row, "reason", reason);
        value_set_int(row, "waiting", one->waiting);
        value_append(holds, row);
    }
    return holds;
}

static Value *
view(const NoticeFacts *facts, GTimeZone *zone)
{
    g_autofree char *title = text_one_line(facts->event->title);
    gboolean stuck = facts->kind == NOTICE_STUCK;
    Value *data = value_new_map();
    value_set_int(data, "mailing", facts->mailing);
    value_set_text(data, "title", title);
    value_set(data, "cancelled", value_new_bool(facts->event->status == EVENT_CANCELLED));
    value_set(data, "done", value_new_bool(!stuck));
    value_set(data, "counts", report_to_value(facts->report));
    if (stuck && facts->fault->since > 0)
        value_set(data, "relay", view_relay(facts->fault, zone));
    if (stuck)
        value_set(data, "holds", view_holds(facts->held, zone));
    return data;
}

gboolean
notice_text(const Config *config, const NoticeFacts *facts, char **subject, char **text,
            GError **error)
{
    GTimeZone *zone = dates_zone(config->network_timezone, error);
    if (!zone)
        return FALSE;
    g_autoptr(Value) data = view(facts, zone);
    g_autofree char *name = g_strdup_printf("notice.%s.txt", config->network_language);
    g_autofree char *whole = letter_render(config->message_templates, name, data, error);
    if (!whole)
        return FALSE;
    gsize first = strcspn(whole, "\n");
    *subject = g_strndup(whole, first);
    *text = g_strdup(whole + first + strspn(whole + first, "\n"));
    return TRUE;
}
