/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/output.h"

#include "base/clock.h"
#include "base/csv.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS_MAX      10
#define CELL_MAX         60
#define PROGRESS_EVERY_S 0.1

struct OutputTable {
    guint columns;
    GPtrArray *cells; /* row by row */
};

void
output_json(const Value *value)
{
    g_autoptr(GString) line = g_string_new(NULL);
    json_append(line, value);
    g_string_append_c(line, '\n');
    fwrite(line->str, 1, line->len, stdout);
}

static void
add_cells(OutputTable *table, const char *cell, va_list more)
{
    for (guint i = 0; i < COLUMNS_MAX && cell; i++, cell = va_arg(more, const char *))
        g_ptr_array_add(table->cells, text_one_line(cell));
}

OutputTable *
output_table_new(const char *first_title, ...)
{
    OutputTable *table = g_new0(OutputTable, 1);
    table->cells = g_ptr_array_new_with_free_func(g_free);
    va_list more;
    va_start(more, first_title);
    add_cells(table, first_title, more);
    va_end(more);
    table->columns = table->cells->len;
    return table;
}

void
output_table_add(OutputTable *table, const char *first_cell, ...)
{
    va_list more;
    va_start(more, first_cell);
    add_cells(table, first_cell, more);
    va_end(more);
    g_return_if_fail(table->cells->len % table->columns == 0);
}

void
output_table_add_row(OutputTable *table, const char *const *cells)
{
    for (guint i = 0; i < COLUMNS_MAX && cells[i]; i++)
        g_ptr_array_add(table->cells, text_one_line(cells[i]));
}

static int
width_of(const char *cell)
{
    return (int)g_utf8_strlen(cell, -1);
}

void
output_table_print(const OutputTable *table)
{
    int width[COLUMNS_MAX] = {0};
    for (guint i = 0; i < table->cells->len; i++) {
        int *column = &width[i % table->columns];
        *column = MAX(*column, MIN(width_of(g_ptr_array_index(table->cells, i)), CELL_MAX));
    }
    for (guint i = 0; i < table->cells->len; i++) {
        const char *cell = g_ptr_array_index(table->cells, i);
        guint column = i % table->columns;
        gboolean last = column == table->columns - 1;
        int blanks = last ? 0 : MAX(width[column] - width_of(cell), 0) + 2;
        printf("%s%*s%s", cell, blanks, "", last ? "\n" : "");
    }
}

void
output_table_free(OutputTable *table)
{
    if (!table)
        return;
    g_ptr_array_unref(table->cells);
    g_free(table);
}

void
output_csv(const char *const *cells)
{
    g_autoptr(GString) line = g_string_new(NULL);
    csv_append_row(line, cells);
    fwrite(line->str, 1, line->len, stdout);
}

void
output_pair(const char *title, const char *value)
{
    if (!value)
        return;
    g_auto(GStrv) lines = g_strsplit(value, "\n", -1);
    g_autofree char *joined = g_strjoinv(", ", lines);
    g_autofree char *line = text_one_line(joined);
    printf("%s:%*s%s\n", title, MAX(16 - width_of(title), 1), "", line);
}

void
output_progress(const char *text, gint64 done, gint64 total, double seconds, const char *note)
{
    static double shown;
    double now = clock_elapsed();
    if (now - shown < PROGRESS_EVERY_S || !isatty(STDERR_FILENO))
        return;
    shown = now;
    double rate = seconds > 0 ? (double)done / seconds : 0;
    fprintf(stderr, "\r%s %" G_GINT64_FORMAT, text, done);
    if (total > 0)
        fprintf(stderr, "/%" G_GINT64_FORMAT, total);
    fprintf(stderr, "  %.0f/s", rate);
    if (total > done && rate > 0)
        fprintf(stderr, _("  %.0f s left"), (double)(total - done) / rate);
    if (note)
        fprintf(stderr, ", %s", note);
    fputs("\033[K", stderr);
}

void
output_progress_end(void)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}

char *
output_age(gint64 seconds)
{
    gint64 minutes = seconds / 60, hours = minutes / 60, days = hours / 24;
    if (minutes < 1)
        return g_strdup(_("less than a minute"));
    if (hours < 1)
        return g_strdup_printf(P_("%" PRId64 " minute", "%" PRId64 " minutes", minutes), minutes);
    if (days < 2)
        return g_strdup_printf(P_("%" PRId64 " hour", "%" PRId64 " hours", hours), hours);
    return g_strdup_printf(P_("%" PRId64 " day", "%" PRId64 " days", days), days);
}

void
output_set_time(Value *map, const char *key, gint64 time)
{
    g_autoptr(GDateTime) utc = time > 0 ? g_date_time_new_from_unix_utc(time) : NULL;
    g_autofree char *text = utc ? g_date_time_format_iso8601(utc) : NULL;
    value_set_text(map, key, text);
}
