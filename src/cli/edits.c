/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/edits.h"

#include "base/error.h"
#include "base/text.h"
#include "base/value.h"
#include "cli/output.h"
#include "model/attribute_type.h"

static void
append_values(GString *text, const Attributes *attributes, const char *attribute, gboolean named)
{
    guint count = 0;
    const AttributeValue *values =
        attributes ? attributes_find(attributes, attribute, &count) : NULL;
    for (guint i = 0; i < count; i++) {
        g_autofree char *value = g_utf8_make_valid(values[i].data, (gssize)values[i].length);
        if (text->len)
            g_string_append(text, "; ");
        if (named)
            g_string_append_printf(text, "%s=", attribute);
        g_string_append(text, value);
    }
}

char *
edits_join(const Attributes *attributes, const char *attribute)
{
    g_autoptr(GString) text = g_string_new(NULL);
    if (attribute)
        append_values(text, attributes, attribute, FALSE);
    for (guint i = 0; !attribute && attributes && i < attributes_count(attributes); i++)
        append_values(text, attributes, attributes_description(attributes, i), TRUE);
    if (text->len == 0)
        g_string_append_c(text, '-');
    return g_string_free(g_steal_pointer(&text), FALSE);
}

Value *
edits_values(const Attributes *attributes, const char *attribute)
{
    Value *list = value_new_list();
    guint count = 0;
    const AttributeValue *values =
        attributes ? attributes_find(attributes, attribute, &count) : NULL;
    for (guint i = 0; i < count; i++) {
        g_autofree char *text = g_utf8_make_valid(values[i].data, (gssize)values[i].length);
        value_append(list, value_new_text(text));
    }
    return list;
}

const char *
edits_state(ChangeState state)
{
    switch (state) {
    case CHANGE_WAITING:
        return _("waiting");
    case CHANGE_SENT:
        return _("on its way");
    case CHANGE_DONE:
        return _("done");
    case CHANGE_CONFLICT:
        return _("in conflict");
    case CHANGE_REFUSED:
        return _("refused");
    case CHANGE_DROPPED:
        break;
    }
    return _("dropped");
}

char *
edits_describe(const Cli *cli, const Change *change)
{
    g_autofree char *when = cli_when(cli, change->at);
    g_autoptr(GString) text = g_string_new(NULL);
    if (change->kind == CHANGE_SET) {
        g_autofree char *old = edits_join(change->old, change->attribute);
        g_autofree char *new = edits_join(change->new, change->attribute);
        g_string_append_printf(text, "%s: %s -> %s", change->attribute, old, new);
    } else {
        g_string_append(text, change->kind == CHANGE_ADD ? _("addition") : _("removal"));
    }
    g_string_append_printf(text, _(", since %s, %s"), when, edits_state(change->state));
    if (change->reason)
        g_string_append_printf(text, ": %s", change->reason);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
set_content(Value *map, const char *key, const Attributes *attributes, const char *attribute)
{
    if (!attributes)
        return;
    if (attribute) {
        value_set(map, key, edits_values(attributes, attribute));
        return;
    }
    Value *all = value_new_map();
    for (guint i = 0; i < attributes_count(attributes); i++) {
        const char *name = attributes_description(attributes, i);
        value_set(all, name, edits_values(attributes, name));
    }
    value_set(map, key, all);
}

Value *
edits_to_value(const Change *change)
{
    static const char *const kinds[] = {
        [CHANGE_SET] = "set", [CHANGE_ADD] = "add", [CHANGE_REMOVE] = "remove"};
    Value *map = value_new_map();
    value_set_int(map, "edit", change->id);
    value_set_text(map, "kind", kinds[change->kind]);
    value_set_text(map, "dn", change->dn);
    if (change->kind != CHANGE_ADD) {
        g_autofree char *uuid = uuid_to_text(change->uuid);
        value_set_text(map, "uuid", uuid);
    }
    if (change->attribute)
        value_set_text(map, "attribute", change->attribute);
    set_content(map, "base", change->old, change->attribute);
    set_content(map, "ours", change->new, change->attribute);
    set_content(map, "theirs", change->theirs, change->attribute);
    value_set_text(map, "author", change->author);
    output_set_time(map, "at", change->at);
    value_set_text(map, "state", change_state_name(change->state));
    if (change->reason)
        value_set_text(map, "reason", change->reason);
    return map;
}

static gboolean
set_unknown(const char *name, const FieldMap *map, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < FIELDS; i++) {
        g_ptr_array_add(names, (gpointer)field_table[i].name);
        for (char **at = map->attributes[i]; *at; at++)
            g_ptr_array_add(names, *at);
    }
    for (const char *const *at = attribute_type_names(); *at; at++)
        g_ptr_array_add(names, (gpointer)*at);
    g_ptr_array_add(names, NULL);
    const char *nearest = text_nearest(name, (const char *const *)names->pdata);
    if (nearest)
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("there is no field or attribute \"%s\"; did you mean \"%s\"?"), name,
                    nearest);
    else
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("there is no field or attribute \"%s\"; the fields: rundruf help config"),
                    name);
    return FALSE;
}

static gboolean
is_mapped(const FieldMap *map, const char *name)
{
    for (guint i = 0; i < FIELDS; i++)
        for (char **at = map->attributes[i]; *at; at++)
            if (attribute_is(name, *at, attribute_type_find(*at)))
                return TRUE;
    return FALSE;
}

gboolean
edits_know_attribute(const FieldMap *map, const char *name, const Attributes *entry, GError **error)
{
    guint count;
    return attribute_type_find(name) || is_mapped(map, name) || g_ascii_isdigit(*name) ||
           (entry && attributes_find(entry, name, &count)) || set_unknown(name, map, error);
}
