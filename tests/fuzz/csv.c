/* SPDX-License-Identifier: GPL-3.0-or-later */
/* csv: any octets as CSV; rows that were read are written, and read again as they were */
#include "base/csv.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_row(GString *out, const GArray *row)
{
    g_autoptr(GPtrArray) cells = g_ptr_array_new();
    for (guint i = 0; i < row->len; i++)
        g_ptr_array_add(cells, g_array_index(row, CsvCell, i).text);
    g_ptr_array_add(cells, NULL);
    csv_append_row(out, (const char *const *)cells->pdata);
}

/* What is read, as the writer writes it; NULL if the text is refused. */
static GString *
rewrite(const char *text, gsize length)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CsvReader) reader = csv_reader_new(text, length, "fuzz.csv", &error);
    g_autoptr(GString) out = g_string_new(NULL);
    const GArray *row;
    /* so that the separator is recognised again */
    g_string_append(out, ",,,\r\n");
    while (reader && (row = csv_reader_next(reader, &error)))
        write_row(out, row);
    /* the contract: text is valid UTF-8 */
    if (!g_utf8_validate(out->str, (gssize)out->len, NULL))
        __builtin_trap();
    return error ? NULL : g_steal_pointer(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GString) once = rewrite((const char *)data, size);
    if (!once)
        return 0;
    g_autoptr(GString) twice = rewrite(once->str, once->len);
    /* the first line of `twice` is the one that `once` begins with, read and written */
    if (!twice || strcmp(strchr(twice->str, '\n') + 1, once->str) != 0)
        __builtin_trap();
    return 0;
}
