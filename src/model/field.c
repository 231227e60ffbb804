/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/field.h"

#include "base/i18n.h"

#include <string.h>

const Field field_table[FIELDS] = {
    [FIELD_NAME] = {"name", FIELD_TEXT, FALSE, FALSE, "displayName cn", N_("name as it is shown")},
    [FIELD_GIVENNAME] = {"givenname", FIELD_TEXT, FALSE, FALSE, "givenName", N_("given name")},
    [FIELD_SURNAME] = {"surname", FIELD_TEXT, FALSE, FALSE, "sn", N_("surname")},
    [FIELD_MAIL] = {"mail", FIELD_TEXT, TRUE, FALSE, "mail", N_("mail address; the first is used")},
    [FIELD_PHONE] = {"phone", FIELD_TEXT, TRUE, FALSE, "telephoneNumber", N_("telephone number")},
    [FIELD_LANGUAGE] = {"language", FIELD_TEXT, FALSE, FALSE, "preferredLanguage",
                        N_("languages the person reads (RFC 9110, Accept-Language)")},
    [FIELD_TITLE] = {"title", FIELD_TEXT, FALSE, FALSE, "title", N_("job title")},
    [FIELD_OFFICE] = {"office", FIELD_TEXT, FALSE, FALSE, "ou", N_("office or department")},
    [FIELD_ROLE] = {"role", FIELD_TEXT, FALSE, FALSE, "employeeType",
                    N_("planner, head, contact or multiplier")},
    [FIELD_PLANNING] = {"planning", FIELD_TEXT, TRUE, FALSE, "businessCategory",
                        N_("fields of planning, e.g. Bildungsplanung")},
    [FIELD_LEVEL] = {"level", FIELD_TEXT, FALSE, FALSE, "departmentNumber",
                     N_("strategic or operative")},
    [FIELD_CITY] = {"city", FIELD_TEXT, FALSE, TRUE, "o", N_("the municipality's name")},
    [FIELD_STATE] = {"state", FIELD_TEXT, FALSE, TRUE, "st", N_("the municipality's Bundesland")},
    [FIELD_AGS] = {"ags", FIELD_TEXT, FALSE, TRUE, "ags",
                   N_("Amtlicher Gemeindeschluessel, 8 digits")},
    [FIELD_POPULATION] = {"population", FIELD_INTEGER, FALSE, TRUE, "population",
                          N_("the municipality's inhabitants")},
};

FieldId
field_find(const char *name)
{
    guint id = 0;
    while (id < FIELDS && g_ascii_strcasecmp(field_table[id].name, name) != 0)
        id++;
    return (FieldId)id;
}

static char **
split_words(const char *attributes)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_auto(GStrv) words = g_strsplit_set(attributes, " \t\n", -1);
    for (char **word = words; *word; word++)
        if (**word)
            g_strv_builder_add(builder, *word);
    return g_strv_builder_end(builder);
}

void
field_map_set(FieldMap *map, FieldId field, const char *attributes)
{
    g_strfreev(map->attributes[field]);
    map->attributes[field] = split_words(attributes);
}

void
field_map_set_index(FieldMap *map, const char *attributes)
{
    g_strfreev(map->index);
    map->index = split_words(attributes);
}

FieldMap *
field_map_new(void)
{
    FieldMap *map = g_new0(FieldMap, 1);
    for (guint i = 0; i < FIELDS; i++)
        field_map_set(map, (FieldId)i, field_table[i].attributes);
    return map;
}

void
field_map_free(FieldMap *map)
{
    if (!map)
        return;
    for (guint i = 0; i < FIELDS; i++)
        g_strfreev(map->attributes[i]);
    g_strfreev(map->index);
    attribute_schema_free(map->schema);
    g_free(map);
}

const AttributeSchema *
field_map_schema(const FieldMap *map)
{
    return map->schema ? map->schema : attribute_schema_builtin();
}

void
field_map_use_schema(FieldMap *map, AttributeSchema *schema)
{
    attribute_schema_free(map->schema);
    map->schema = schema;
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
add_names(GPtrArray *names, char **attributes)
{
    for (char **name = attributes; name && *name; name++) {
        g_autofree char *lower = g_ascii_strdown(*name, -1);
        if (!g_ptr_array_find_with_equal_func(names, lower, g_str_equal, NULL))
            g_ptr_array_add(names, g_steal_pointer(&lower));
    }
}

char **
field_map_attributes(const FieldMap *map)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < FIELDS; i++)
        add_names(names, map->attributes[i]);
    add_names(names, map->index);
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_steal(names, NULL);
}
