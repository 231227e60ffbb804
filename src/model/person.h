/* SPDX-License-Identifier: GPL-3.0-or-later */
/* person.h - one person of the roster with the municipality it belongs to: a value
 *
 * store/persons.h makes them; filters, templates and tables read fields through a FieldMap. */
#ifndef RUNDRUF_MODEL_PERSON_H
#define RUNDRUF_MODEL_PERSON_H

#include "base/value.h"
#include "model/attributes.h"
#include "model/field.h"

#define UUID_LENGTH 16

typedef struct {
    gint64 id;                /* row of `entry` */
    guint8 uuid[UUID_LENGTH]; /* entryUUID, the identity */
    char *dn;                 /* as built from the tree, RFC 4514 */
    Attributes *own;          /* never NULL */
    const Attributes
        *municipality;          /* NULL if it belongs to none; owned by whoever made the person */
    gint64 missing_since;       /* the directory does not show it; Unix seconds; 0: it does */
    const char *missing_reason; /* "held", "kept" (sync/keep.h), or NULL; static */
} Person;

/* The values of a field: the first attribute of the map that has any; NULL, 0 if none has.
 * Octets are as received. */
const AttributeValue *person_values(const Person *person, const FieldMap *map, FieldId field,
                                    guint *count);

/* The first value as text (no NUL, UTF-8), or NULL; owned by the caller. */
char *person_text(const Person *person, const FieldMap *map, FieldId field);

/* A field for templates and JSON: text, an integer, a list for fields with many values; NULL if the
 * person has none. Owned by the caller. */
Value *person_field_to_value(const Person *person, const FieldMap *map, FieldId id);

/* All fields as a map for templates and JSON; absent fields are left out. Also "uuid" and "dn". Owned by
 * the caller. */
Value *person_to_value(const Person *person, const FieldMap *map);

/* "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx" (RFC 9562, 4), and back; FALSE if it is none. */
char *uuid_to_text(const guint8 uuid[UUID_LENGTH]);
gboolean uuid_from_text(const char *text, gsize length, guint8 uuid[UUID_LENGTH]);

#endif
