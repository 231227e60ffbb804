/* SPDX-License-Identifier: GPL-3.0-or-later */
/* attribute_schema.h - the attribute types and object classes of the directory in use
 *
 * What filters know of names: which there are, which are the same, which are kinds of others, and
 * how their values compare. Either what the directory publishes (RFC 4512, 4.2; read by
 * directory/ldap_schema.c, kept by store/schemas.h, so that filters work without a server), or the
 * built-in table of attribute_type.h.
 *
 * Text form: a line for each definition, its parts with tabs between them, lists with blanks:
 * "a NAMES OID SUP EQUALITY ORDERING SUBSTR SYNTAX USE" or "c NAMES OID SUPS"; rules by name or OID,
 * USE is "o" for operational attributes. */
#ifndef RUNDRUF_MODEL_ATTRIBUTE_SCHEMA_H
#define RUNDRUF_MODEL_ATTRIBUTE_SCHEMA_H

#include "model/attribute_type.h"

typedef struct AttributeSchema AttributeSchema;

#define SCHEMA_BYTES_MAX (4 * 1024 * 1024)

/* The built-in one; static. */
const AttributeSchema *attribute_schema_builtin(void);

/* From the text form; a type that inherits (SUP) gets the rules and the syntax of what it inherits
 * from. Lines that are none are left out: a schema that is not all there must not keep a sync from
 * bringing it again. NULL if there is no type in it. Owned by the caller. */
AttributeSchema *attribute_schema_read(const char *text);
void attribute_schema_free(AttributeSchema *schema);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AttributeSchema, attribute_schema_free)

/* The type of a description, options ignored; NULL if there is none. */
const AttributeType *attribute_schema_find(const AttributeSchema *schema, const char *description);

/* TRUE if `type` is `of`, or inherits from it. */
gboolean attribute_schema_is_kind(const AttributeSchema *schema, const AttributeType *type,
                                  const AttributeType *of);

/* TRUE if another type inherits from this one. */
gboolean attribute_schema_has_kinds(const AttributeSchema *schema, const AttributeType *type);

/* All names of types, NULL at the end. */
const char *const *attribute_schema_names(const AttributeSchema *schema);

/* TRUE if there is an object class of that name or OID. */
gboolean attribute_schema_has_class(const AttributeSchema *schema, const char *name);

/* TRUE if the class `name` is `of`, or inherits from it; names or OIDs, ASCII case does not count. */
gboolean attribute_schema_class_is(const AttributeSchema *schema, const char *name, const char *of);

#endif
