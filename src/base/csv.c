/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/csv.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* TRUE if a formula begins behind the apostrophes that the text begins with */
static gboolean
is_formula(const char *text)
{
    text += strspn(text, "'");
    return *text && strchr("=+-@\t\r\n", *text);
}

static void
append_cell(GString *out, const char *text)
{
    gboolean formula = is_formula(text);
    if (!formula && !strpbrk(text, ",;\t\"\r\n") && *text != ' ') {
        g_string_append(out, text);
        return;
    }
    g_string_append(out, formula ? "\"'" : "\"");
    for (; *text; text++) {
        if (*text == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *text);
    }
    g_string_append_c(out, '"');
}

void
csv_append_row(GString *out, const char *const *cells)
{
    for (guint i = 0; cells[i]; i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        append_cell(out, cells[i]);
    }
    /* a line without anything would be no row */
    if (cells[0] && !*cells[0] && !cells[1])
        g_string_append(out, "\"\"");
    g_string_append(out, "\r\n");
}

struct CsvReader {
    char *source;
    char *converted; /* the text, if it was Windows-1252 */
    const char *at, *end;
    const char *counted; /* up to here, which is `column` of `line` */
    guint line, column;
    guint rows;
    char separator;
    GArray *cells; /* of CsvCell */
    GString *text; /* of the cell being read */
};

static void
cell_clear(gpointer data)
{
    g_free(((CsvCell *)data)->text);
}

static guint
column_here(CsvReader *reader)
{
    reader->column += text_column(reader->counted, (gsize)(reader->at - reader->counted)) - 1;
    reader->counted = reader->at;
    return reader->column;
}

static gboolean
fail(CsvReader *reader, GError **error, const char *message)
{
    return error_set_input(error, reader->source, reader->line, column_here(reader), "%s", message);
}

static char
find_separator(const char *text, const char *end)
{
    guint count[128] = {0};
    gboolean quoted = FALSE;
    for (; text < end && (quoted || (*text != '\n' && *text != '\r')); text++) {
        if (*text == '"')
            quoted = !quoted;
        else if (!quoted && g_ascii_isprint(*text == '\t' ? ' ' : *text))
            count[(guchar)*text]++;
    }
    char best = ',';
    if (count[';'] > count[(guchar)best])
        best = ';';
    return count['\t'] > count[(guchar)best] ? '\t' : best;
}

/* Checks the whole text, converts it if it must be, and sets where it begins and ends. */
static gboolean
take_text(CsvReader *reader, const char *data, gsize length, GError **error)
{
    reader->at = reader->counted = data;
    reader->end = data + length;
    if (length > CSV_BYTES_MAX)
        return fail(reader, error, _("the file is larger than 64 MiB, the most that is read"));
    const char *nul = memchr(data, 0, length);
    if (nul)
        return fail(reader, error,
                    _("the file holds a NUL octet, so it is no text in UTF-8 or Windows-1252; save "
                      "it as \"CSV UTF-8\""));
    if (!g_utf8_validate(data, (gssize)length, NULL)) {
        gsize written;
        reader->converted =
            g_convert(data, (gssize)length, "UTF-8", "WINDOWS-1252", NULL, &written, NULL);
        if (!reader->converted)
            return fail(reader, error,
                        _("the file is neither UTF-8 nor Windows-1252; save it as \"CSV UTF-8\""));
        reader->at = reader->converted;
        reader->end = reader->converted + written;
    } else if (length >= 3 && memcmp(data, BYTE_ORDER_MARK, 3) == 0) {
        reader->at += 3;
    }
    reader->counted = reader->at;
    return TRUE;
}

void
csv_reader_free(CsvReader *reader)
{
    if (!reader)
        return;
    g_free(reader->source);
    g_free(reader->converted);
    g_array_unref(reader->cells);
    g_string_free(reader->text, TRUE);
    g_free(reader);
}

gboolean
csv_reader_converted(const CsvReader *reader)
{
    return reader->converted != NULL;
}

/* Steps over a line end that stands here, in a cell or behind a row. */
static void
skip_line_end(CsvReader *reader)
{
    if (*reader->at == '\r' && reader->at + 1 < reader->end && reader->at[1] == '\n')
        reader->at++;
    reader->at++;
    reader->counted = reader->at;
    reader->line++;
    reader->column = 1;
}

static gboolean
at_line_end(const CsvReader *reader)
{
    return *reader->at == '\r' || *reader->at == '\n';
}

CsvReader *
csv_reader_new(const char *data, gsize length, const char *source, GError **error)
{
    g_autoptr(CsvReader) reader = g_new0(CsvReader, 1);
    reader->source = g_strdup(source);
    reader->line = reader->column = 1;
    reader->cells = g_array_new(FALSE, FALSE, sizeof(CsvCell));
    g_array_set_clear_func(reader->cells, cell_clear);
    reader->text = g_string_new(NULL);
    if (!take_text(reader, data, length, error))
        return NULL;
    while (reader->at < reader->end && at_line_end(reader))
        skip_line_end(reader);
    reader->separator = find_separator(reader->at, reader->end);
    return g_steal_pointer(&reader);
}

static gboolean
cell_ends(const CsvReader *reader)
{
    return reader->at == reader->end || *reader->at == reader->separator || at_line_end(reader);
}

static gboolean
append_text(CsvReader *reader, const char *text, gsize length, GError **error)
{
    if (reader->text->len + length > CSV_CELL_BYTES_MAX)
        return fail(reader, error, _("the cell is larger than 1 MiB, the most that is read"));
    g_string_append_len(reader->text, text, (gssize)length);
    return TRUE;
}

static gboolean
read_quoted(CsvReader *reader, const CsvCell *cell, GError **error)
{
    reader->at++;
    while (reader->at < reader->end) {
        const char *from = reader->at;
        if (at_line_end(reader)) {
            skip_line_end(reader);
        } else if (*from == '"') {
            reader->at++;
            if (reader->at == reader->end || *reader->at != '"')
                return cell_ends(reader) ||
                       fail(reader, error,
                            _("text behind the closing quote; a quote within a cell is written "
                              "twice"));
            from++;
            reader->at++;
        } else {
            while (reader->at < reader->end && *reader->at != '"' && !at_line_end(reader))
                reader->at++;
        }
        if (!append_text(reader, from, (gsize)(reader->at - from), error))
            return FALSE;
    }
    return error_set_input(error, reader->source, cell->line, cell->column, "%s",
                           _("the quote that begins this cell is never closed"));
}

static gboolean
read_plain(CsvReader *reader, GError **error)
{
    const char *from = reader->at;
    while (!cell_ends(reader)) {
        if (*reader->at == '"')
            return fail(reader, error,
                        _("a quote within a cell that is not quoted; put the whole cell in quotes "
                          "and write the quote twice"));
        reader->at++;
    }
    return append_text(reader, from, (gsize)(reader->at - from), error);
}

static gboolean
read_cell(CsvReader *reader, GError **error)
{
    if (reader->cells->len == CSV_COLUMNS_MAX)
        return fail(reader, error, _("the row has more than 1000 cells, the most that are read"));
    CsvCell cell = {
        .line = reader->line,
        .column = column_here(reader),
    };
    g_string_truncate(reader->text, 0);
    gboolean quoted = reader->at < reader->end && *reader->at == '"';
    if (!(quoted ? read_quoted(reader, &cell, error) : read_plain(reader, error)))
        return FALSE;
    const char *text = reader->text->str;
    cell.text = g_strdup(*text == '\'' && is_formula(text) ? text + 1 : text);
    g_array_append_val(reader->cells, cell);
    return TRUE;
}

const GArray *
csv_reader_next(CsvReader *reader, GError **error)
{
    g_array_set_size(reader->cells, 0);
    while (reader->at < reader->end && at_line_end(reader))
        skip_line_end(reader);
    if (reader->at == reader->end)
        return NULL;
    if (reader->rows++ > CSV_ROWS_MAX) {
        fail(reader, error, _("the file has more than 100000 rows, the most that are read"));
        return NULL;
    }
    for (;;) {
        if (!read_cell(reader, error))
            return NULL;
        if (reader->at == reader->end)
            return reader->cells;
        if (at_line_end(reader)) {
            skip_line_end(reader);
            return reader->cells;
        }
        reader->at++;
    }
}
