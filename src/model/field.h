/* SPDX-License-Identifier: GPL-3.0-or-later */
/* field.h - the fields by which filters, templates and tables see a person (one row each)
 *
 * Which LDAP attributes feed a field is configuration (`directory.fields`); a FieldMap is that
 * choice. A field reads the first of its attributes that has a value. Fields "of municipality" are
 * read from the municipality that the person belongs to. */
#ifndef RUNDRUF_MODEL_FIELD_H
#define RUNDRUF_MODEL_FIELD_H

#include "model/attribute_schema.h"
#include "model/fact.h"

typedef enum {
    FIELD_NAME,
    FIELD_GIVENNAME,
    FIELD_SURNAME,
    FIELD_MAIL,
    FIELD_PHONE,
    FIELD_LANGUAGE,
    FIELD_TITLE,
    FIELD_OFFICE,
    FIELD_ROLE,
    FIELD_PLANNING,
    FIELD_LEVEL,
    FIELD_CITY,
    FIELD_STATE,
    FIELD_AGS,
    FIELD_POPULATION,
    FIELDS
} FieldId;

typedef enum { FIELD_TEXT, FIELD_INTEGER } FieldType;

typedef struct {
    const char *name;
    FieldType type;
    gboolean many; /* may have several values */
    gboolean of_municipality;
    const char *attributes; /* default attributes, separated by blanks, first with a value wins */
    const char *text;       /* what it is, for help; msgid */
} Field;

extern const Field field_table[FIELDS];

/* The field of that name (ASCII case does not count), or FIELDS. */
FieldId field_find(const char *name);

typedef struct {
    char **attributes[FIELDS]; /* NULL-terminated, never empty */
    char **index;            /* further attributes that the store indexes; NULL: none */
    Facts *facts;            /* who answers for facts, borrowed; NULL: nobody does */
    AttributeSchema *schema; /* what the directory says of its attributes; NULL: it was not asked */
} FieldMap;

/* The default map; field_map_set() replaces one field's attributes (separated by blanks). */
FieldMap *field_map_new(void);
void field_map_set(FieldMap *map, FieldId field, const char *attributes);
void field_map_free(FieldMap *map);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FieldMap, field_map_free)

/* The schema in use: that of the map, or the built-in one. */
const AttributeSchema *field_map_schema(const FieldMap *map);

/* Takes a schema over; NULL: the built-in one again. */
void field_map_use_schema(FieldMap *map, AttributeSchema *schema);

/* Sets the further attributes, separated by blanks. */
void field_map_set_index(FieldMap *map, const char *attributes);

/* All attributes of the map in lower case, each once, sorted: those that the store indexes. NULL at
 * the end; owned by the caller (g_strfreev). */
char **field_map_attributes(const FieldMap *map);

#endif
