/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/import_file.h"

#include "base/csv.h"
#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"
#include "directory/directory.h"
#include "model/attribute_type.h"
#include "model/cell.h"
#include "sync/classify.h"

#include <string.h>

static void
record_free(gpointer data)
{
    ImportRecord *record = data;
    g_array_unref(record->cells);
    g_free(record);
}

void
import_file_free(ImportFile *file)
{
    if (!file)
        return;
    g_free(file->path);
    g_ptr_array_unref(file->records);
    g_ptr_array_unref(file->values);
    g_string_chunk_free(file->arena);
    g_free(file);
}

static ImportRecord *
add_record(ImportFile *file, guint line)
{
    ImportRecord *record = g_new0(ImportRecord, 1);
    record->line = line;
    record->cells = g_array_new(FALSE, FALSE, sizeof(ImportCell));
    g_ptr_array_add(file->records, record);
    return record;
}

/* Gives `cell` room for `count` values. */
static AttributeValue *
make_values(ImportFile *file, ImportCell *cell, guint count)
{
    AttributeValue *values = g_new0(AttributeValue, count + 1);
    g_ptr_array_add(file->values, values);
    cell->values = values;
    cell->count = count;
    return values;
}

/* ---- CSV */

typedef enum { COLUMN_NOTHING, COLUMN_UUID, COLUMN_DN, COLUMN_FIELD, COLUMN_ATTRIBUTE } ColumnKind;

typedef struct {
    ColumnKind kind;
    const char *title;
    FieldId field;
    const char *attribute;
} Column;

static gboolean
fail_at(const ImportFile *file, const CsvCell *cell, GError **error, const char *message)
{
    return error_set_input(error, file->path, cell->line, cell->column, "%s", message);
}

static gboolean
fail_title(const ImportFile *file, const CsvCell *cell, const char *title, GError **error)
{
    const char *fields[FIELDS + 1] = {NULL};
    for (guint i = 0; i < FIELDS; i++)
        fields[i] = field_table[i].name;
    const char *near = text_nearest(title, fields);
    if (!near)
        near = text_nearest(title, attribute_type_names());
    if (near)
        return error_set_input(error, file->path, cell->line, cell->column,
                               _("\"%s\" is no field and no attribute; did you mean \"%s\"?"),
                               title, near);
    return error_set_input(error, file->path, cell->line, cell->column,
                           _("\"%s\" is no field and no attribute (rundruf help config lists the "
                             "fields); rename the column or leave it out"),
                           title);
}

static gboolean
map_has(const FieldMap *map, const char *attribute)
{
    for (guint i = 0; i < FIELDS; i++)
        for (char **name = map->attributes[i]; *name; name++)
            if (g_ascii_strcasecmp(*name, attribute) == 0)
                return TRUE;
    return FALSE;
}

static gboolean
take_title(ImportFile *file, const Config *config, const CsvCell *cell, Column *column,
           GError **error)
{
    g_autofree char *title = text_one_line(cell->text);
    column->title = g_string_chunk_insert(file->arena, title);
    column->field = field_find(title);
    if (!*title)
        return TRUE;
    if (g_ascii_strcasecmp(title, "uuid") == 0 || g_ascii_strcasecmp(title, "entryUUID") == 0) {
        column->kind = COLUMN_UUID;
        return TRUE;
    }
    if (g_ascii_strcasecmp(title, "dn") == 0) {
        column->kind = COLUMN_DN;
        return TRUE;
    }
    if (column->field < FIELDS) {
        column->kind = COLUMN_FIELD;
        return TRUE;
    }
    const AttributeType *type = attribute_type_find(title);
    if (!type && !map_has(config->directory_fields, title))
        return fail_title(file, cell, title, error);
    column->kind = COLUMN_ATTRIBUTE;
    column->attribute = type && !strchr(title, ';') ? type->name : column->title;
    return TRUE;
}

static GArray *
take_titles(ImportFile *file, const Config *config, const GArray *row, GError **error)
{
    g_autoptr(GArray) columns = g_array_new(FALSE, TRUE, sizeof(Column));
    for (guint i = 0; i < row->len; i++) {
        const CsvCell *cell = &g_array_index(row, CsvCell, i);
        Column column = {.kind = COLUMN_NOTHING};
        if (!take_title(file, config, cell, &column, error))
            return NULL;
        for (guint j = 0; column.kind != COLUMN_NOTHING && j < i; j++)
            if (g_ascii_strcasecmp(g_array_index(columns, Column, j).title, column.title) == 0) {
                error_set_input(error, file->path, cell->line, cell->column,
                                _("there are two columns \"%s\"; leave one out"), column.title);
                return NULL;
            }
        g_array_append_val(columns, column);
    }
    return g_steal_pointer(&columns);
}

static gboolean
take_cell(ImportFile *file, ImportRecord *record, const Column *column, const CsvCell *cell,
          GError **error)
{
    g_autofree char *stripped = g_strstrip(g_strdup(cell->text));
    if (column->kind == COLUMN_NOTHING)
        return !*stripped || fail_at(file, cell, error, _("a cell in a column without a title"));
    if (column->kind == COLUMN_UUID) {
        record->has_uuid = uuid_from_text(stripped, strlen(stripped), record->uuid);
        return record->has_uuid || !*stripped || fail_at(file, cell, error, _("this is no UUID"));
    }
    if (column->kind == COLUMN_DN) {
        record->dn = *stripped ? g_string_chunk_insert(file->arena, stripped) : NULL;
        return TRUE;
    }
    ImportCell taken = {
        .line = cell->line,
        .column = cell->column,
        .title = column->title,
        .field = column->field,
        .attribute = column->attribute,
        .text = g_string_chunk_insert(file->arena, cell->text),
    };
    g_auto(GStrv) words = cell_split(cell->text);
    AttributeValue *values = make_values(file, &taken, g_strv_length(words));
    for (guint i = 0; words[i]; i++) {
        values[i].data = g_string_chunk_insert(file->arena, words[i]);
        values[i].length = strlen(words[i]);
    }
    g_array_append_val(record->cells, taken);
    return TRUE;
}

static gboolean
take_row(ImportFile *file, const GArray *columns, const GArray *row, GError **error)
{
    const CsvCell *first = &g_array_index(row, CsvCell, 0);
    if (row->len != columns->len)
        return error_set_input(error, file->path, first->line, 1,
                               _("the row has %u cells, the first line %u; is there a separator "
                                 "too many or a quote missing?"),
                               row->len, columns->len);
    ImportRecord *record = add_record(file, first->line);
    for (guint i = 0; i < row->len; i++)
        if (!take_cell(file, record, &g_array_index(columns, Column, i),
                       &g_array_index(row, CsvCell, i), error))
            return FALSE;
    return TRUE;
}

static gboolean
read_csv(ImportFile *file, const Config *config, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    gsize length;
    g_autoptr(GBytes) content = file_read(file->path, CSV_BYTES_MAX, error);
    if (!content)
        return FALSE;
    const char *data = g_bytes_get_data(content, &length);
    g_autoptr(CsvReader) reader = csv_reader_new(data, length, file->path, error);
    if (!reader)
        return FALSE;
    file->converted = csv_reader_converted(reader);
    const GArray *row = csv_reader_next(reader, &wrong);
    if (!row && !wrong)
        return error_set_input(error, file->path, 1, 1,
                               _("the file is empty; its first line must have the titles of the "
                                 "columns, e.g. name,mail,phone"));
    g_autoptr(GArray) columns = row ? take_titles(file, config, row, error) : NULL;
    if (row && !columns)
        return FALSE;
    while (!wrong && (row = csv_reader_next(reader, &wrong)))
        if (!take_row(file, columns, row, error))
            return FALSE;
    if (!wrong)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&wrong));
    return FALSE;
}

/* ---- LDIF */

typedef struct {
    ImportFile *file;
    const Config *config;
    gsize octets;
} LdifTaker;

/* What a server keeps by itself and dumps contain; it is nothing that an import could set. */
static gboolean
is_operational(const char *attribute)
{
    static const char *const names[] = {
        "structuralObjectClass",
        "creatorsName",
        "createTimestamp",
        "modifiersName",
        "modifyTimestamp",
        "subschemaSubentry",
        "hasSubordinates",
        "entryDN",
        "contextCSN",
        "numSubordinates",
        NULL,
    };
    for (guint i = 0; names[i]; i++)
        if (g_ascii_strcasecmp(names[i], attribute) == 0)
            return TRUE;
    return FALSE;
}

static gboolean
is_other(const Config *config, const DirectoryEntry *entry)
{
    guint count;
    return attributes_find(entry->attributes, "objectClass", &count) &&
           classify_kind(config, entry->dn, entry->attributes) != ENTRY_PERSON;
}

static void
take_attribute(LdifTaker *taker, ImportRecord *record, const Attributes *attributes, guint index)
{
    const char *description = attributes_description(attributes, index);
    if (is_operational(description))
        return;
    ImportFile *file = taker->file;
    char *name = g_string_chunk_insert_const(file->arena, description);
    ImportCell cell = {
        .line = record->line, .column = 1, .title = name, .field = FIELDS, .attribute = name};
    guint count;
    const AttributeValue *from = attributes_values(attributes, index, &count);
    gboolean empty = count == 1 && from[0].length == 0;
    AttributeValue *to = make_values(file, &cell, empty ? 0 : count);
    for (guint i = 0; i < cell.count; i++) {
        to[i].length = from[i].length;
        to[i].data = from[i].length == 0 ? ""
                                         : g_string_chunk_insert_len(file->arena, from[i].data,
                                                                     (gssize)from[i].length);
        taker->octets += from[i].length;
    }
    g_array_append_val(record->cells, cell);
}

static gboolean
take_entry(const DirectoryEntry *entry, gpointer data, GError **error)
{
    LdifTaker *taker = data;
    ImportFile *file = taker->file;
    if (is_other(taker->config, entry)) {
        file->others++;
        return TRUE;
    }
    if (file->records->len == CSV_ROWS_MAX)
        return error_set_input(error, file->path, entry->line, 1, "%s",
                               _("the file has more than 100000 persons, the most that are read"));
    ImportRecord *record = add_record(file, entry->line);
    record->has_uuid = TRUE;
    memcpy(record->uuid, entry->uuid, UUID_LENGTH);
    record->dn = g_string_chunk_insert(file->arena, entry->dn);
    for (guint i = 0; i < attributes_count(entry->attributes); i++)
        take_attribute(taker, record, entry->attributes, i);
    return taker->octets <= CSV_BYTES_MAX ||
           error_set_input(error, file->path, entry->line, 1, "%s",
                           _("the file is larger than 64 MiB, the most that is read"));
}

static gboolean
read_ldif(ImportFile *file, const Config *config, GError **error)
{
    LdifTaker taker = {file, config, 0};
    g_autofree char *uri = g_strconcat("ldif:", file->path, NULL);
    Config source = {.directory_uri = uri, .directory_base = (char *)""};
    g_autoptr(Directory) directory = directory_open(&source, error);
    return directory && directory_search(directory, NULL, take_entry, &taker, NULL, error);
}

ImportFile *
import_file_read(const char *path, const Config *config, GError **error)
{
    g_autoptr(ImportFile) file = g_new0(ImportFile, 1);
    file->path = g_strdup(path);
    file->records = g_ptr_array_new_with_free_func(record_free);
    file->values = g_ptr_array_new_with_free_func(g_free);
    file->arena = g_string_chunk_new(64 * 1024);
    g_autofree char *lower = g_ascii_strdown(path, -1);
    file->is_ldif = g_str_has_suffix(lower, ".ldif");
    if (!(file->is_ldif ? read_ldif(file, config, error) : read_csv(file, config, error)))
        return NULL;
    return g_steal_pointer(&file);
}
