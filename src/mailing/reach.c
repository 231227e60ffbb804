/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/reach.h"

#include "base/i18n.h"
#include "base/text.h"
#include "store/consents.h"

#define SHOWN_ADDRESS 80 /* characters of an address that cannot be used, in its reason */

char *
reach_name(const Person *person, const FieldMap *map)
{
    g_autofree char *name = person_text(person, map, FIELD_NAME);
    g_autofree char *line = name ? text_one_line(name) : NULL;
    return line && *line ? g_steal_pointer(&line) : text_one_line(person->dn);
}

static char *
describe_bad(const AttributeValue *value, const char *message)
{
    g_autofree char *raw = g_strndup(value->data, value->length);
    g_autofree char *line = text_one_line(raw);
    g_autofree char *shown = g_utf8_substring(line, 0, MIN(g_utf8_strlen(line, -1), SHOWN_ADDRESS));
    g_autofree char *reason =
        g_strdup_printf(_("\"%s\" is no usable mail address: %s"), shown, message);
    return text_one_line(reason);
}

Address *
reach_address(const Person *person, const FieldMap *map, Reach *reach, char **reason)
{
    guint count;
    const AttributeValue *values = person_values(person, map, FIELD_MAIL, &count);
    *reason = NULL;
    *reach = REACH_GOOD;
    for (guint i = 0; i < count; i++) {
        g_autoptr(GError) error = NULL;
        Address *address = address_parse(values[i].data, (gssize)values[i].length, &error);
        if (address) {
            g_clear_pointer(reason, g_free);
            return address;
        }
        if (!*reason)
            *reason = describe_bad(&values[i], error->message);
    }
    *reach = *reason ? REACH_BAD_ADDRESS : REACH_NO_ADDRESS;
    if (!*reason)
        *reason = g_strdup(_("no mail address in the roster"));
    return NULL;
}

gboolean
reach_check_consent(Store *store, const List *list, const Person *person, char **reason,
                    GError **error)
{
    gboolean given;
    gint64 at;
    *reason = NULL;
    if (!list || !list_needs_consent(list))
        return TRUE;
    if (!consents_find(store, person->uuid, list->purpose, &given, &at, error))
        return FALSE;
    if (!given)
        *reason = g_strdup(at ? _("consent withdrawn") : _("no consent"));
    return TRUE;
}
