/* SPDX-License-Identifier: GPL-3.0-or-later */
/* output.h - what commands print: JSON lines, aligned tables, CSV, progress on a terminal
 *
 * Everything that came from outside is made one clean line before a terminal sees it. */
#ifndef RUNDRUF_CLI_OUTPUT_H
#define RUNDRUF_CLI_OUTPUT_H

#include "base/value.h"

/* One JSON object on a line of standard output. */
void output_json(const Value *value);

/* A table that is printed when it is complete, columns aligned by characters. Cells end with NULL;
 * there are as many as titles. */
typedef struct OutputTable OutputTable;
OutputTable *output_table_new(const char *first_title, ...) G_GNUC_NULL_TERMINATED;
void output_table_add(OutputTable *table, const char *first_cell, ...) G_GNUC_NULL_TERMINATED;
/* The same with cells in an array that ends with NULL. */
void output_table_add_row(OutputTable *table, const char *const *cells);
void output_table_print(const OutputTable *table);
void output_table_free(OutputTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutputTable, output_table_free)

/* One row of CSV (RFC 4180) on standard output; `cells` ends with NULL. */
void output_csv(const char *const *cells);

/* "Title:   value" lines under each other, a value's own lines joined by commas; NULL prints
 * nothing. */
void output_pair(const char *title, const char *value);

/* Progress on standard error, if that is a terminal: "TEXT DONE/TOTAL  RATE/s  LEFT, NOTE", at most
 * ten times a second; a `total` of 0 is unknown, a NULL `note` left out. output_progress_end() clears
 * the line. */
void output_progress(const char *text, gint64 done, gint64 total, double seconds, const char *note);
void output_progress_end(void);

/* How long that is, in the largest fitting unit: "3 minutes", "2 days"; owned by the caller. */
char *output_age(gint64 seconds);

/* Sets a map's key to a time as "2026-11-23T01:02:03Z", or null if it is 0. */
void output_set_time(Value *map, const char *key, gint64 time);

#endif
