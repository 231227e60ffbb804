/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edit.h - changes to the roster made here: the mirror's row and the `change` row in one transaction
 *
 * The command line, the import and later the web edit through this. Whether the directory takes it,
 * push finds out (push.h). A set or a removal is seen at once; an added entry comes with the sync
 * that wrote it to the directory, which gives it its identity. An entry that the directory does not
 * show (keep.h) can only be removed, and goes without a `change` row. */
#ifndef RUNDRUF_SYNC_EDIT_H
#define RUNDRUF_SYNC_EDIT_H

#include "config/config.h"
#include "model/person.h"
#include "store/store.h"

typedef struct {
    const Config *config;
    Store *store;
    gint64 now;
    const char *actor;
} Editor;

/* One new state of one attribute; no values: it goes. */
typedef struct {
    const char *attribute; /* description, options and all */
    const AttributeValue *values;
    guint count;
} EditValue;

/* Sets attributes of an entry. `changed` gets how many differ from what was there. Errors: INPUT
 * (an attribute that names the entry, an identity or operational attribute, a value that its syntax
 * forbids), NOT_FOUND, CONFIG (the roster is a file), STORE, BUSY. All edits join the caller's
 * transaction if one is open. */
gboolean edit_set(const Editor *editor, const guint8 uuid[UUID_LENGTH], const EditValue *values,
                  guint count, guint *changed, GError **error);

/* Removes an entry that has none below it. */
gboolean edit_remove(const Editor *editor, const guint8 uuid[UUID_LENGTH], GError **error);

/* A new entry with this DN and these attributes (objectClass among them). */
gboolean edit_add(const Editor *editor, const char *dn, Attributes *attributes, GError **error);

/* What a person decides about an edit that the directory has not taken. */
typedef enum {
    DECIDE_OURS,   /* the edit shall be: it is made anew, from what the directory shows now */
    DECIDE_THEIRS, /* the edit is dropped */
    DECIDE_VALUE   /* these values shall be */
} EditDecision;

/* Errors: NOT_FOUND (no such edit, or its entry is gone: only DECIDE_THEIRS is left), INPUT
 * (nothing is to be decided about it; DECIDE_VALUE for a whole entry), and those of the edit. */
gboolean edit_decide(const Editor *editor, gint64 change, EditDecision decision,
                     const AttributeValue *values, guint count, GError **error);

/* TRUE if the attribute is part of the entry's name (its RDN), which only the directory changes. */
gboolean edit_names_entry(const char *dn, const char *attribute);

/* The attribute that an edit of a field writes: of its attributes that do not name the entry `dn`
 * (NULL: a new one) the first that the entry has, or the first of all. Owned by the map. */
const char *edit_attribute_of(const FieldMap *map, FieldId field, const char *dn,
                              const Attributes *entry);

/* The DN that a new person gets below its municipality. Owned by the caller. */
char *edit_person_dn(const char *name, const char *municipality_dn);

#endif
