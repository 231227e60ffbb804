/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import_new.h - new persons of an import: where they belong, and their attributes (inside sync/)
 *
 * A record of CSV must have a name and say its municipality by "ags", else by "city"; the entry
 * gets the first of `directory.person_class`, and cn and sn, which that class needs, of the name
 * where the record has none. One of LDIF is taken as it stands. */
#ifndef RUNDRUF_SYNC_IMPORT_NEW_H
#define RUNDRUF_SYNC_IMPORT_NEW_H

#include "sync/import.h"

/* The cell of a field, or NULL. */
const ImportCell *import_record_cell(const ImportRecord *record, FieldId field);

/* The name, or given name and surname; NULL if it has none. Owned by the caller. */
char *import_record_name(const ImportRecord *record);

/* The municipalities by name and by key. */
typedef struct ImportTowns ImportTowns;
ImportTowns *import_towns_new(const Config *config);
void import_towns_free(ImportTowns *towns);
void import_towns_add(ImportTowns *towns, const char *dn, const Attributes *attributes);

/* Sets `dn`, `attributes` and `edits` of a row. FALSE: what is wrong with which cell (or NULL). */
gboolean import_new_person(const ImportTowns *towns, ImportRow *row, const ImportCell **cell,
                           char **why);

#endif
