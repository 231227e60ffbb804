/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/suppression_file.h"

#include "base/csv.h"
#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"
#include "model/address.h"
#include "model/event.h"

#include <string.h>

typedef enum { COLUMN_ADDRESS, COLUMN_PURPOSE, COLUMN_REASON, COLUMN_NOTE, COLUMNS } Column;

/* which cell of a row is which, from 0; -1: there is none */
typedef struct {
    int cell[COLUMNS];
    guint count;
} Layout;

void
suppression_file_free(SuppressionFile *file)
{
    if (!file)
        return;
    g_ptr_array_unref(file->rows);
    g_ptr_array_unref(file->faults);
    g_string_chunk_free(file->texts);
    g_free(file);
}

static gboolean
find_column(const char *title, Column *column)
{
    static const struct {
        const char *title;
        Column column;
    } titles[] = {
        {"address", COLUMN_ADDRESS}, {"mail", COLUMN_ADDRESS},    {"e-mail", COLUMN_ADDRESS},
        {"email", COLUMN_ADDRESS},   {"purpose", COLUMN_PURPOSE}, {"reason", COLUMN_REASON},
        {"note", COLUMN_NOTE},
    };
    g_autofree char *bare = g_strstrip(g_strdup(title));
    for (guint i = 0; i < G_N_ELEMENTS(titles); i++) {
        if (g_ascii_strcasecmp(titles[i].title, bare) != 0)
            continue;
        *column = titles[i].column;
        return TRUE;
    }
    return FALSE;
}

static gboolean
fail(const char *path, const CsvCell *cell, const char *message, GError **error)
{
    return error_set_input(error, path, cell->line, cell->column, "%s", message);
}

/* Takes the first row for titles if its first cell is one; else one address a line. */
static gboolean
read_layout(const char *path, const GArray *row, Layout *layout, gboolean *titles, GError **error)
{
    Column column;
    *titles = find_column(g_array_index(row, CsvCell, 0).text, &column);
    *layout = (Layout){.cell = {0, -1, -1, -1}, .count = 1};
    if (!*titles)
        return TRUE;
    layout->cell[COLUMN_ADDRESS] = -1;
    layout->count = row->len;
    for (guint i = 0; i < row->len; i++) {
        const CsvCell *cell = &g_array_index(row, CsvCell, i);
        if (!find_column(cell->text, &column))
            return fail(path, cell,
                        _("no such column; there are address, purpose, reason and note"), error);
        if (layout->cell[column] >= 0)
            return fail(path, cell, _("the column is there twice"), error);
        layout->cell[column] = (int)i;
    }
    return layout->cell[COLUMN_ADDRESS] >= 0 ||
           fail(path, &g_array_index(row, CsvCell, 0), _("there is no column \"address\""), error);
}

/* the cell, or NULL if it is not there or empty; blanks at its ends do not count */
static const CsvCell *
cell_of(const GArray *row, const Layout *layout, Column column)
{
    int index = layout->cell[column];
    if (index < 0 || (guint)index >= row->len)
        return NULL;
    const CsvCell *cell = &g_array_index(row, CsvCell, (guint)index);
    return *g_strstrip(cell->text) ? cell : NULL;
}

static gboolean
read_address(SuppressionFile *file, const char *path, const GArray *row, const Layout *layout,
             Suppression *suppression, GError **error)
{
    const CsvCell *cell = cell_of(row, layout, COLUMN_ADDRESS);
    if (!cell)
        return fail(path, &g_array_index(row, CsvCell, 0), _("the row has no address"), error);
    g_autoptr(GError) wrong = NULL;
    g_autoptr(Address) address = address_parse(cell->text, -1, &wrong);
    if (!address)
        return fail(path, cell, wrong->message, error);
    g_autofree char *key = address_key(address);
    suppression->key = g_string_chunk_insert(file->texts, key);
    return TRUE;
}

static gboolean
read_row(SuppressionFile *file, const char *path, const GArray *row, const Layout *layout,
         Suppression *suppression, GError **error)
{
    const CsvCell *purpose = cell_of(row, layout, COLUMN_PURPOSE),
                  *reason = cell_of(row, layout, COLUMN_REASON),
                  *note = cell_of(row, layout, COLUMN_NOTE);
    if (row->len > layout->count)
        return fail(path, &g_array_index(row, CsvCell, layout->count),
                    _("more cells than the first row has columns; several columns need titles "
                      "there, such as: address,purpose,reason,note"),
                    error);
    if (!read_address(file, path, row, layout, suppression, error))
        return FALSE;
    if (purpose && strcmp(purpose->text, SUPPRESSION_ALL_PURPOSES) != 0 &&
        !event_name_valid(purpose->text))
        return fail(path, purpose, _("no purpose; write one word of small letters, or *"), error);
    if (purpose)
        suppression->purpose = g_string_chunk_insert_const(file->texts, purpose->text);
    if (reason && !suppression_reason_parse(reason->text, &suppression->reason))
        return fail(path, reason,
                    _("no reason; write unsubscribe, bounce, complaint, objection or manual"),
                    error);
    if (note)
        suppression->note = g_string_chunk_insert_const(file->texts, note->text);
    g_autoptr(GError) wrong = NULL;
    if (suppression->note && !suppression_check_note(suppression->note, suppression->key, &wrong))
        return fail(path, note ? note : &g_array_index(row, CsvCell, 0), wrong->message, error);
    return TRUE;
}

static void
take_row(SuppressionFile *file, const char *path, const GArray *row, const Layout *layout,
         const Suppression *common)
{
    g_autoptr(GError) wrong = NULL;
    g_autofree Suppression *suppression = g_memdup2(common, sizeof *common);
    if (read_row(file, path, row, layout, suppression, &wrong))
        g_ptr_array_add(file->rows, g_steal_pointer(&suppression));
    else
        g_ptr_array_add(file->faults, g_strdup(wrong->message));
}

static gboolean
read_rows(SuppressionFile *file, CsvReader *reader, const char *path, const Suppression *common,
          GError **error)
{
    g_autoptr(GError) broken = NULL;
    gboolean first = TRUE, titles;
    Layout layout;
    const GArray *row;
    while ((row = csv_reader_next(reader, &broken))) {
        if (first && !read_layout(path, row, &layout, &titles, error))
            return FALSE;
        if (!first || !titles)
            take_row(file, path, row, &layout, common);
        first = FALSE;
    }
    /* what comes after a row that is none cannot be read */
    if (broken)
        g_ptr_array_add(file->faults, g_strdup(broken->message));
    return TRUE;
}

SuppressionFile *
suppression_file_read(const char *path, const Suppression *common, GError **error)
{
    g_autoptr(GBytes) content = file_read(path, CSV_BYTES_MAX, error);
    if (!content)
        return NULL;
    gsize length;
    const char *data = g_bytes_get_data(content, &length);
    g_autoptr(CsvReader) reader = csv_reader_new(data, length, path, error);
    if (!reader)
        return NULL;
    g_autoptr(SuppressionFile) file = g_new0(SuppressionFile, 1);
    file->rows = g_ptr_array_new_with_free_func(g_free);
    file->faults = g_ptr_array_new_with_free_func(g_free);
    file->texts = g_string_chunk_new(64 * 1024);
    file->converted = csv_reader_converted(reader);
    return read_rows(file, reader, path, common, error) ? g_steal_pointer(&file) : NULL;
}
