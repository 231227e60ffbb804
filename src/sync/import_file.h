/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import_file.h - a CSV or LDIF file as records: which person each names, and what it says of them
 *
 * A file whose name ends with ".ldif" holds LDIF content records; any other is CSV (base/csv.h). The
 * first row of CSV has the titles of the columns: names of fields (model/field.h) or of LDAP
 * attributes, "uuid" and "dn". A column without a title must be empty.
 *
 * A cell without values is empty: it says nothing of the attribute, unless the import takes it as
 * "has no value" (import.h). In LDIF that is an attribute whose only value is empty. */
#ifndef RUNDRUF_SYNC_IMPORT_FILE_H
#define RUNDRUF_SYNC_IMPORT_FILE_H

#include "config/config.h"
#include "model/person.h"

typedef struct {
    guint line, column;
    const char *title;     /* of the column; the attribute of LDIF */
    FieldId field;         /* FIELDS: an attribute is named, not a field */
    const char *attribute; /* NULL for a field */
    const char *text;      /* as it stands in the cell; NULL of LDIF */
    const AttributeValue *values;
    guint count;
} ImportCell;

typedef struct {
    guint line;
    gboolean has_uuid;
    guint8 uuid[UUID_LENGTH];
    const char *dn; /* or NULL */
    GArray *cells;  /* of ImportCell */
} ImportRecord;

typedef struct {
    char *path;
    gboolean is_ldif;
    gboolean converted; /* it was Windows-1252 */
    guint others;       /* entries of LDIF that are no persons, left out */
    GPtrArray *records; /* of ImportRecord */
    GStringChunk *arena;
    GPtrArray *values; /* arrays of AttributeValue that cells point to */
} ImportFile;

/* NULL with NOT_FOUND or INPUT, "path:line:column: ...". Owned by the caller. */
ImportFile *import_file_read(const char *path, const Config *config, GError **error);
void import_file_free(ImportFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportFile, import_file_free)

#endif
