/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/import_new.h"

#include "base/i18n.h"
#include "base/text.h"
#include "model/cell.h"
#include "sync/classify.h"

#include <string.h>

const ImportCell *
import_record_cell(const ImportRecord *record, FieldId field)
{
    for (guint i = 0; i < record->cells->len; i++) {
        const ImportCell *cell = &g_array_index(record->cells, ImportCell, i);
        if (cell->field == field)
            return cell;
    }
    return NULL;
}

static const char *
first_value(const ImportRecord *record, FieldId field)
{
    const ImportCell *cell = import_record_cell(record, field);
    return cell && cell->count > 0 ? cell->values[0].data : NULL;
}

char *
import_record_name(const ImportRecord *record)
{
    const char *name = first_value(record, FIELD_NAME);
    const char *given = first_value(record, FIELD_GIVENNAME);
    const char *surname = first_value(record, FIELD_SURNAME);
    if (name)
        return g_strdup(name);
    return given && surname ? g_strconcat(given, " ", surname, NULL) : NULL;
}

struct ImportTowns {
    const Config *config;
    GHashTable *dns; /* "FIELD:NORM" -> DNs (GPtrArray) */
};

static void
free_dns(gpointer dns)
{
    g_ptr_array_unref(dns);
}

ImportTowns *
import_towns_new(const Config *config)
{
    ImportTowns *towns = g_new0(ImportTowns, 1);
    towns->config = config;
    towns->dns = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_dns);
    return towns;
}

void
import_towns_free(ImportTowns *towns)
{
    g_hash_table_unref(towns->dns);
    g_free(towns);
}

static char *
town_key(FieldId field, const char *text, gsize length)
{
    g_autofree char *norm = text_normalize(text, (gssize)length);
    return norm ? g_strdup_printf("%d:%s", (int)field, norm) : NULL;
}

static void
add_town(ImportTowns *towns, FieldId field, const char *dn, const Attributes *attributes)
{
    guint count;
    Person anybody = {.municipality = attributes};
    const AttributeValue *values =
        person_values(&anybody, towns->config->directory_fields, field, &count);
    for (guint i = 0; i < count; i++) {
        g_autofree char *key = town_key(field, values[i].data, values[i].length);
        if (!key)
            continue;
        GPtrArray *dns = g_hash_table_lookup(towns->dns, key);
        if (!dns) {
            dns = g_ptr_array_new_with_free_func(g_free);
            g_hash_table_insert(towns->dns, g_steal_pointer(&key), dns);
        }
        g_ptr_array_add(dns, g_strdup(dn));
    }
}

void
import_towns_add(ImportTowns *towns, const char *dn, const Attributes *attributes)
{
    add_town(towns, FIELD_AGS, dn, attributes);
    add_town(towns, FIELD_CITY, dn, attributes);
}

/* The DN of the municipality that the record names, or NULL and why. */
static const char *
find_town(const ImportTowns *towns, const ImportRecord *record, const ImportCell **cell, char **why)
{
    FieldId field = first_value(record, FIELD_AGS) ? FIELD_AGS : FIELD_CITY;
    const char *text = first_value(record, field);
    if (!text) {
        *why = g_strdup(_("a new person needs a municipality: fill the column city or ags"));
        return NULL;
    }
    *cell = import_record_cell(record, field);
    g_autofree char *key = town_key(field, text, strlen(text));
    const GPtrArray *dns = key ? g_hash_table_lookup(towns->dns, key) : NULL;
    if (dns && dns->len == 1)
        return g_ptr_array_index(dns, 0);
    if (dns)
        *why = g_strdup_printf(_("%u municipalities are called \"%s\"; name the one you mean by "
                                 "its ags"),
                               dns->len, text);
    else
        *why = g_strdup_printf(_("the roster has no municipality \"%s\""), text);
    return NULL;
}

static void
set_attribute(ImportRow *row, const ImportCell *cell, const char *attribute)
{
    for (guint i = 0; i < cell->count; i++)
        attributes_add(row->attributes, attribute, cell->values[i].data, cell->values[i].length);
    ImportEdit edit = {
        .line = cell->line,
        .column = cell->column,
        .title = cell->title,
        .attribute = attribute,
        .values = cell->values,
        .count = cell->count,
        .new = cell_join(cell->values, cell->count),
    };
    g_array_append_val(row->edits, edit);
}

static void
set_attributes(ImportRow *row, const FieldMap *map)
{
    row->attributes = attributes_new();
    for (guint i = 0; i < row->record->cells->len; i++) {
        const ImportCell *cell = &g_array_index(row->record->cells, ImportCell, i);
        if (cell->count == 0)
            continue;
        if (cell->attribute)
            set_attribute(row, cell, cell->attribute);
        else if (!field_table[cell->field].of_municipality)
            set_attribute(row, cell, edit_attribute_of(map, cell->field, NULL, row->attributes));
    }
}

static void
default_text(Attributes *attributes, const char *attribute, const char *text)
{
    guint count;
    if (!attributes_find(attributes, attribute, &count))
        attributes_add(attributes, attribute, text, strlen(text));
}

/* The last word of a name, which is the surname of most. */
static const char *
last_word(const char *name)
{
    const char *blank = strrchr(name, ' ');
    return blank && blank[1] ? blank + 1 : name;
}

static gboolean
complete(const ImportTowns *towns, ImportRow *row, const ImportCell **cell, char **why)
{
    g_autofree char *name = import_record_name(row->record);
    if (!name) {
        *why = g_strdup(_("a new person needs a name: fill the column name"));
        return FALSE;
    }
    if (classify_membership(towns->config) != MEMBERSHIP_TREE) {
        *why = g_strdup(_("persons can be added only where they stand below their municipality "
                          "(directory.membership: tree)"));
        return FALSE;
    }
    const char *town = find_town(towns, row->record, cell, why);
    if (!town)
        return FALSE;
    g_auto(GStrv) classes = g_strsplit(towns->config->directory_person_class, " ", 2);
    const char *surname = first_value(row->record, FIELD_SURNAME);
    row->dn = edit_person_dn(name, town);
    default_text(row->attributes, "objectClass", classes[0]);
    default_text(row->attributes, "cn", name);
    default_text(row->attributes, "sn", surname ? surname : last_word(name));
    return TRUE;
}

gboolean
import_new_person(const ImportTowns *towns, ImportRow *row, const ImportCell **cell, char **why)
{
    set_attributes(row, towns->config->directory_fields);
    /* an entry of LDIF says all itself */
    if (row->record->dn) {
        row->dn = g_strdup(row->record->dn);
        return TRUE;
    }
    return complete(towns, row, cell, why);
}
