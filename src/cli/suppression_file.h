/* SPDX-License-Identifier: GPL-3.0-or-later */
/* suppression_file.h - files of suppressed addresses, for `suppression import`
 *
 * One address a line, or CSV (base/csv.h) whose first row names the columns: "address" (or "mail",
 * "e-mail", "email"), and "purpose", "reason", "note" if there are such. A cell that is empty, or a
 * column that is not there, stands for what the command line says. */
#ifndef RUNDRUF_CLI_SUPPRESSION_FILE_H
#define RUNDRUF_CLI_SUPPRESSION_FILE_H

#include "model/suppression.h"

typedef struct {
    GPtrArray *rows;   /* Suppression * */
    GPtrArray *faults; /* char *, "file:line:column: what is wrong": of each row that is */
    GStringChunk *texts;
    gboolean converted; /* it was not UTF-8 and was read as Windows-1252 */
} SuppressionFile;

/* Reads `path` ("-": standard input). `common` has what rows do not say; what it points to must
 * outlive the result. NULL with INPUT or NOT_FOUND if it cannot be read, or its first row is none. */
SuppressionFile *suppression_file_read(const char *path, const Suppression *common, GError **error);
void suppression_file_free(SuppressionFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SuppressionFile, suppression_file_free)

#endif
