/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/import.h"

#include "base/i18n.h"
#include "base/text.h"
#include "directory/dn.h"
#include "model/cell.h"
#include "sync/import_new.h"

#include <string.h>

struct Import {
    const ImportFile *file;
    const ImportRule *rule;
    const FieldMap *map;
    GPtrArray *rows;  /* of ImportRow */
    GHashTable *keys; /* "KIND:TEXT" -> array of row numbers (guint) */
    ImportTowns *towns;
};

static const char *const key_names[IMPORT_KEYS] = {
    [IMPORT_BY_ANY] = "any",   [IMPORT_BY_UUID] = "uuid", [IMPORT_BY_DN] = "dn",
    [IMPORT_BY_MAIL] = "mail", [IMPORT_BY_NAME] = "name",
};

ImportKey
import_key_find(const char *word)
{
    guint key = 0;
    while (key < IMPORT_KEYS && g_ascii_strcasecmp(key_names[key], word) != 0)
        key++;
    return (ImportKey)key;
}

static void
edit_clear(gpointer data)
{
    ImportEdit *edit = data;
    g_free(edit->old);
    g_free(edit->new);
    attributes_free(edit->base);
}

static void
row_free(gpointer data)
{
    ImportRow *row = data;
    g_free(row->person);
    g_free(row->reason);
    g_free(row->dn);
    g_array_unref(row->edits);
    attributes_free(row->attributes);
    g_free(row);
}

/* ---- the keys by which records name persons */

static char *
make_key(ImportKey kind, const char *text)
{
    g_autofree char *norm = kind == IMPORT_BY_DN     ? dn_key(text)
                            : kind == IMPORT_BY_UUID ? g_strdup(text)
                                                     : text_normalize(text, -1);
    return norm && *norm ? g_strdup_printf("%d:%s", (int)kind, norm) : NULL;
}

/* Takes the key over; NULL is none. */
static void
add_key(Import *import, char *key, guint row)
{
    if (!key)
        return;
    GArray *rows = g_hash_table_lookup(import->keys, key);
    if (!rows) {
        rows = g_array_new(FALSE, FALSE, sizeof(guint));
        g_hash_table_insert(import->keys, key, rows);
    } else {
        g_free(key);
    }
    g_array_append_val(rows, row);
}

static gboolean
has_mail(const ImportRecord *record)
{
    const ImportCell *mail = import_record_cell(record, FIELD_MAIL);
    return mail && mail->count > 0;
}

static ImportKey
first_key(const ImportRecord *record)
{
    if (record->has_uuid)
        return IMPORT_BY_UUID;
    if (record->dn)
        return IMPORT_BY_DN;
    return has_mail(record) ? IMPORT_BY_MAIL : IMPORT_BY_NAME;
}

static void
add_keys(Import *import, guint number)
{
    const ImportRow *row = g_ptr_array_index(import->rows, number);
    const ImportRecord *record = row->record;
    ImportKey match = import->rule->match, kind = match;
    if (match == IMPORT_BY_ANY)
        kind = first_key(record);
    if (kind == IMPORT_BY_UUID && record->has_uuid) {
        g_autofree char *uuid = uuid_to_text(record->uuid);
        add_key(import, make_key(kind, uuid), number);
    }
    /* an LDIF file need not have the directory's UUIDs */
    if (record->dn && (kind == IMPORT_BY_DN || (match == IMPORT_BY_ANY && import->file->is_ldif)))
        add_key(import, make_key(IMPORT_BY_DN, record->dn), number);
    const ImportCell *mail = import_record_cell(record, FIELD_MAIL);
    for (guint i = 0; kind == IMPORT_BY_MAIL && mail && i < mail->count; i++)
        add_key(import, make_key(kind, mail->values[i].data), number);
    g_autofree char *name = kind == IMPORT_BY_NAME ? import_record_name(record) : NULL;
    if (name)
        add_key(import, make_key(kind, name), number);
}

static void
free_rows(gpointer rows)
{
    g_array_unref(rows);
}

Import *
import_new(const ImportFile *file, const ImportRule *rule)
{
    Import *import = g_new0(Import, 1);
    import->file = file;
    import->rule = rule;
    import->map = rule->config->directory_fields;
    import->rows = g_ptr_array_new_with_free_func(row_free);
    import->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_rows);
    import->towns = import_towns_new(rule->config);
    for (guint i = 0; i < file->records->len; i++) {
        ImportRow *row = g_new0(ImportRow, 1);
        row->record = g_ptr_array_index(file->records, i);
        row->by = IMPORT_KEYS;
        row->edits = g_array_new(FALSE, FALSE, sizeof(ImportEdit));
        g_array_set_clear_func(row->edits, edit_clear);
        g_ptr_array_add(import->rows, row);
        add_keys(import, i);
    }
    return import;
}

void
import_free(Import *import)
{
    if (!import)
        return;
    g_ptr_array_unref(import->rows);
    g_hash_table_unref(import->keys);
    import_towns_free(import->towns);
    g_free(import);
}

const char *
import_path(const Import *import)
{
    return import->file->path;
}

const GPtrArray *
import_rows(const Import *import)
{
    return import->rows;
}

guint
import_count(const Import *import, ImportState state)
{
    guint count = 0;
    for (guint i = 0; i < import->rows->len; i++)
        count += ((const ImportRow *)g_ptr_array_index(import->rows, i))->state == state;
    return count;
}

/* ---- comparing */

static void
set_wrong(const Import *import, ImportRow *row, const ImportCell *cell, const char *why)
{
    g_free(row->reason);
    row->state = IMPORT_WRONG;
    row->reason =
        g_strdup_printf("%s:%u:%u: %s", import->file->path, cell ? cell->line : row->record->line,
                        cell ? cell->column : 1, why);
}

static gboolean
has_value(const AttributeValue *values, guint count, const AttributeValue *value)
{
    for (guint i = 0; i < count; i++)
        if (values[i].length == value->length &&
            memcmp(values[i].data, value->data, value->length) == 0)
            return TRUE;
    return FALSE;
}

static gboolean
same_values(const AttributeValue *a, guint a_count, const AttributeValue *b, guint b_count)
{
    for (guint i = 0; i < a_count; i++)
        if (!has_value(b, b_count, &a[i]))
            return FALSE;
    for (guint i = 0; i < b_count; i++)
        if (!has_value(a, a_count, &b[i]))
            return FALSE;
    return TRUE;
}

static void
compare_town(Import *import, ImportRow *row, const ImportCell *cell, const Person *person)
{
    guint count;
    const AttributeValue *values = person_values(person, import->map, cell->field, &count);
    g_autofree char *known = cell_join(values, count);
    if (cell->count == 0 || strcmp(cell->text, known) == 0 ||
        same_values(values, count, cell->values, cell->count))
        return;
    g_autofree char *why =
        g_strdup_printf(_("%s is \"%s\" in the roster; it belongs to the municipality and is not "
                          "changed through a person: leave the cell empty or the column out"),
                        cell->title, known);
    set_wrong(import, row, cell, why);
}

static void
compare_cell(Import *import, ImportRow *row, const ImportCell *cell, const Person *person)
{
    if (cell->count == 0 && !import->rule->remove_values)
        return;
    const char *attribute = cell->attribute;
    if (!attribute)
        attribute = edit_attribute_of(import->map, cell->field, person->dn, person->own);
    guint count;
    const AttributeValue *values = attributes_find(person->own, attribute, &count);
    g_autofree char *old = cell_join(values, count);
    if ((cell->text && strcmp(cell->text, old) == 0) ||
        same_values(values, count, cell->values, cell->count))
        return;
    for (guint i = 0; i < row->edits->len; i++)
        if (g_ascii_strcasecmp(g_array_index(row->edits, ImportEdit, i).attribute, attribute) ==
            0) {
            set_wrong(import, row, cell, _("two columns set the same attribute; leave one out"));
            return;
        }
    ImportEdit edit = {
        .line = cell->line,
        .column = cell->column,
        .title = cell->title,
        .attribute = attribute,
        .values = cell->values,
        .count = cell->count,
        .old = count > 0 ? g_steal_pointer(&old) : NULL,
        .new = cell->count > 0 ? cell_join(cell->values, cell->count) : NULL,
        .base = attributes_new(),
    };
    attributes_add_from(edit.base, person->own, attribute);
    g_array_append_val(row->edits, edit);
}

/* TRUE if the cell is part of what the person was found by */
static gboolean
is_key(const ImportRow *row, const ImportCell *cell)
{
    if (row->by == IMPORT_BY_MAIL)
        return cell->field == FIELD_MAIL;
    if (row->by != IMPORT_BY_NAME)
        return FALSE;
    const ImportCell *name = import_record_cell(row->record, FIELD_NAME);
    if (name && name->count > 0)
        return cell == name;
    return cell->field == FIELD_GIVENNAME || cell->field == FIELD_SURNAME;
}

static void
compare(Import *import, ImportRow *row, const Person *person)
{
    g_array_set_size(row->edits, 0);
    row->state = IMPORT_UNCHANGED;
    g_clear_pointer(&row->reason, g_free);
    g_free(row->person);
    row->person = person_text(person, import->map, FIELD_NAME);
    if (!row->person)
        row->person = g_strdup(person->dn);
    memcpy(row->uuid, person->uuid, UUID_LENGTH);
    for (guint i = 0; i < row->record->cells->len && row->state != IMPORT_WRONG; i++) {
        const ImportCell *cell = &g_array_index(row->record->cells, ImportCell, i);
        if (cell->field < FIELDS && field_table[cell->field].of_municipality)
            compare_town(import, row, cell, person);
        else if (!is_key(row, cell))
            compare_cell(import, row, cell, person);
    }
    if (row->state == IMPORT_UNCHANGED && row->edits->len > 0)
        row->state = IMPORT_CHANGED;
}

static void
found(Import *import, ImportRow *row, ImportKey by, const Person *person)
{
    if (by > row->by)
        return; /* a better key has found somebody already */
    if (by == row->by) {
        row->found += memcmp(row->uuid, person->uuid, UUID_LENGTH) != 0;
        return;
    }
    row->by = by;
    row->found = 1;
    compare(import, row, person);
}

/* Takes the key over; NULL is none. */
static void
offer_key(Import *import, char *key, ImportKey by, const Person *person)
{
    const GArray *rows = key ? g_hash_table_lookup(import->keys, key) : NULL;
    for (guint i = 0; rows && i < rows->len; i++)
        found(import, g_ptr_array_index(import->rows, g_array_index(rows, guint, i)), by, person);
    g_free(key);
}

static void
offer_values(Import *import, const Person *person, ImportKey by, FieldId field)
{
    /* all attributes of the field, as who is looked for may be known by any of them */
    for (char **name = import->map->attributes[field]; *name; name++) {
        guint count;
        const AttributeValue *values = attributes_find(person->own, *name, &count);
        for (guint i = 0; i < count; i++) {
            g_autofree char *text = g_strndup(values[i].data, values[i].length);
            offer_key(import, make_key(by, text), by, person);
        }
    }
}

void
import_offer(Import *import, const Person *person)
{
    g_autofree char *uuid = uuid_to_text(person->uuid);
    offer_key(import, make_key(IMPORT_BY_UUID, uuid), IMPORT_BY_UUID, person);
    offer_key(import, make_key(IMPORT_BY_DN, person->dn), IMPORT_BY_DN, person);
    offer_values(import, person, IMPORT_BY_MAIL, FIELD_MAIL);
    offer_values(import, person, IMPORT_BY_NAME, FIELD_NAME);
}

void
import_offer_municipality(Import *import, const char *dn, const Attributes *attributes)
{
    import_towns_add(import->towns, dn, attributes);
}

/* ---- deciding */

static void
refuse(ImportRow *row, char *reason)
{
    g_free(row->reason);
    row->reason = reason;
    row->state = IMPORT_UNMATCHED;
    g_array_set_size(row->edits, 0);
}

/* What the record calls its person. */
static char *
record_label(const ImportRecord *record)
{
    const ImportCell *mail = import_record_cell(record, FIELD_MAIL);
    char *name = import_record_name(record);
    if (name)
        return name;
    if (mail && mail->count > 0)
        return g_strdup(mail->values[0].data);
    return record->dn ? g_strdup(record->dn) : NULL;
}

static void
finish_unknown(Import *import, ImportRow *row)
{
    const ImportRecord *record = row->record;
    row->person = record_label(record);
    gboolean gone = record->has_uuid && !import->file->is_ldif;
    if (!import->rule->add || gone) {
        refuse(row, g_strdup(gone ? _("the roster has nobody with this UUID; leave the cell empty "
                                      "to add the person as a new one")
                                  : _("the roster has nobody like this; --add makes a new entry")));
        return;
    }
    g_autofree char *why = NULL;
    const ImportCell *cell = NULL;
    if (import_new_person(import->towns, row, &cell, &why))
        row->state = IMPORT_NEW;
    else
        set_wrong(import, row, cell, why);
}

/* A person, and a DN, may come once in a file. Takes the key over. */
static void
finish_once(Import *import, GHashTable *seen, ImportRow *row, char *key)
{
    const ImportRow *first = key ? g_hash_table_lookup(seen, key) : NULL;
    if (!first) {
        if (key)
            g_hash_table_insert(seen, key, row);
        return;
    }
    g_free(key);
    g_autofree char *why =
        g_strdup_printf(_("%s stands in line %u already; leave one of the two out"), row->person,
                        first->record->line);
    set_wrong(import, row, NULL, why);
}

static void
finish_row(Import *import, GHashTable *seen, ImportRow *row)
{
    if (row->found == 0)
        finish_unknown(import, row);
    else if (row->found > 1)
        refuse(row, g_strdup(_("several persons in the roster fit; name the one you mean by its "
                               "UUID (rundruf member export lists them)")));
    if (row->state == IMPORT_CHANGED || row->state == IMPORT_UNCHANGED)
        finish_once(import, seen, row, uuid_to_text(row->uuid));
    else if (row->state == IMPORT_NEW)
        finish_once(import, seen, row, dn_key(row->dn));
}

void
import_finish(Import *import)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < import->rows->len; i++)
        finish_row(import, seen, g_ptr_array_index(import->rows, i));
}
