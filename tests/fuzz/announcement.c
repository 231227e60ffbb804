/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Announcements: what can be read is written as JSON and read back as the same event. */
#include "message/announcement.h"
#include "base/json.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
demand_same(const char *a, const char *b)
{
    if (g_strcmp0(a, b) != 0)
        abort();
}

static void
demand_round_trip(const Event *event)
{
    g_autoptr(Value) value = announcement_to_value(event);
    g_autoptr(GString) json = g_string_new(NULL);
    json_append(json, value);
    if (json->len > ANNOUNCEMENT_BYTES_MAX)
        return; /* escapes made it longer than what is read */
    g_autoptr(GError) error = NULL;
    g_autoptr(Event) again =
        announcement_parse(json->str, json->len, "json", "Europe/Berlin", NULL, &error);
    if (!again) {
        g_printerr("%s\n%s\n", error->message, json->str);
        abort();
    }
    demand_same(event->name, again->name);
    demand_same(event->title, again->title);
    demand_same(event->subtitle, again->subtitle);
    demand_same(event->kind, again->kind);
    demand_same(event->venue, again->venue);
    demand_same(event->timezone, again->timezone);
    demand_same(event->contact, again->contact);
    demand_same(event->registration, again->registration);
    demand_same(event->audience, again->audience);
    demand_same(event->body, again->body);
    if (event->starts_at != again->starts_at || event->ends_at != again->ends_at ||
        event->all_day != again->all_day || event->ends_at <= event->starts_at)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GPtrArray) warnings = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(Event) event =
        announcement_parse((const char *)data, size, "fuzz", "Europe/Berlin", &warnings, &error);
    if (!event != !!error)
        abort();
    if (event)
        demand_round_trip(event);
    return 0;
}
