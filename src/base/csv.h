/* SPDX-License-Identifier: GPL-3.0-or-later */
/* csv.h - comma-separated values (RFC 4180), as spreadsheets read and write them
 *
 * A spreadsheet takes a cell that begins with = + - @ or with a tab or line end for a formula. Such
 * a cell gets an apostrophe before it when it is written, as OWASP advises, and loses it again when
 * it is read; a cell in which only apostrophes stand before one of these gets one more. So every
 * text comes back as it was.
 *
 * A reader takes rows whose cells are separated by comma, semicolon or tab, whichever its first
 * line has most of; lines may end with LF, CR or both; empty lines are skipped. Text is UTF-8, with
 * or without a byte order mark; octets that are not are taken for Windows-1252. */
#ifndef RUNDRUF_BASE_CSV_H
#define RUNDRUF_BASE_CSV_H

#include <glib.h>

#define CSV_BYTES_MAX      (64 * 1024 * 1024) /* of a file */
#define CSV_ROWS_MAX       100000             /* the header is one more */
#define CSV_COLUMNS_MAX    1000
#define CSV_CELL_BYTES_MAX (1024 * 1024)

/* Appends one row, cells separated by commas, its end CRLF; `cells` ends with NULL. */
void csv_append_row(GString *out, const char *const *cells);

typedef struct {
    char *text;
    guint line, column; /* where it begins, from 1; a column counts characters */
} CsvCell;

typedef struct CsvReader CsvReader;

/* `source` names the file in errors; `data` must outlive the reader. NULL with INPUT: too large, a
 * NUL in it, neither UTF-8 nor Windows-1252. Owned by the caller. */
CsvReader *csv_reader_new(const char *data, gsize length, const char *source, GError **error);
void csv_reader_free(CsvReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CsvReader, csv_reader_free)

/* TRUE if the file was not UTF-8 and is read as Windows-1252. */
gboolean csv_reader_converted(const CsvReader *reader);

/* The next row as an array of CsvCell, owned by the reader, valid until the next call. NULL at the
 * end; NULL with INPUT, "source:line:column: ...", if what comes is no row or over a limit. */
const GArray *csv_reader_next(CsvReader *reader, GError **error);

#endif
