/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import.h - what a file of persons would change in the roster, and the edits that do it
 *
 * import_new() takes the records of a file; import_offer() is called for every person of the
 * roster, in any order, and compares it with the records that name it; import_finish() decides. All
 * that is pure. import_load() does it with a store; import_apply() makes the edits (edit.h).
 *
 * A record names its person by UUID; where it has none, by DN, else by mail address, else by name:
 * the first of these that it has, or the one that ImportRule.match says. (LDIF: by UUID, else by
 * DN.) Addresses and names compare as in the directory, without case. What names the person is not
 * changed: a new address needs a match by UUID.
 *
 * Every other cell is what the person's attribute shall be. An empty one leaves it as it is, or
 * removes its values if ImportRule.remove_values says so. A cell that reads as an export writes it
 * changes nothing, whatever octets the attribute has. Fields of the municipality cannot be changed
 * through a person: a cell that differs is wrong. */
#ifndef RUNDRUF_SYNC_IMPORT_H
#define RUNDRUF_SYNC_IMPORT_H

#include "sync/edit.h"
#include "sync/import_file.h"

typedef enum {
    IMPORT_BY_ANY,
    IMPORT_BY_UUID,
    IMPORT_BY_DN,
    IMPORT_BY_MAIL,
    IMPORT_BY_NAME,
    IMPORT_KEYS
} ImportKey;

/* By the words of the command line ("uuid"), or IMPORT_KEYS. */
ImportKey import_key_find(const char *word);

typedef struct {
    ImportKey match;
    gboolean add;           /* a record that matches nobody becomes a new person */
    gboolean remove_values; /* an empty cell empties the attribute */
    const Config *config;
} ImportRule;

typedef enum {
    IMPORT_UNMATCHED, /* nobody, or several: `reason` */
    IMPORT_UNCHANGED,
    IMPORT_CHANGED, /* `edits` */
    IMPORT_NEW,     /* `dn`, `attributes`, and `edits` for people to read */
    IMPORT_WRONG,   /* `reason`: nothing of the file may be written */
    IMPORT_STATES
} ImportState;

typedef struct {
    guint line, column;
    const char *title;     /* as the file names it */
    const char *attribute; /* what is set */
    const AttributeValue *values;
    guint count;
    char *old, *new;  /* as cells (model/cell.h); NULL: no value */
    Attributes *base; /* the person's values that `old` shows; NULL of a new person */
} ImportEdit;

typedef struct {
    const ImportRecord *record;
    ImportState state;
    char *person; /* whom, for people to read; or NULL */
    char *reason; /* or NULL */
    guint8 uuid[UUID_LENGTH];
    GArray *edits; /* of ImportEdit */
    char *dn;
    Attributes *attributes;

    /* of the matching */
    ImportKey by; /* of what was found until now; IMPORT_KEYS: nothing */
    guint found;  /* 0: nobody; 1: `uuid`; more: several */
} ImportRow;

typedef struct Import Import;

/* `file` and what `rule` points to must outlive the result. Owned by the caller. */
Import *import_new(const ImportFile *file, const ImportRule *rule);
void import_free(Import *import);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Import, import_free)

/* Nothing is kept of what is offered. Municipalities are needed for new persons only. */
void import_offer(Import *import, const Person *person);
void import_offer_municipality(Import *import, const char *dn, const Attributes *attributes);
void import_finish(Import *import);

/* Offers what the store has, and finishes. */
gboolean import_load(Import *import, Store *store, GError **error);

const char *import_path(const Import *import);

/* The rows in the order of the file: of ImportRow. */
const GPtrArray *import_rows(const Import *import);
guint import_count(const Import *import, ImportState state);

/* Makes all edits, in the caller's transaction. Where an edit is refused because of what the file
 * says, its row becomes IMPORT_WRONG, and the transaction must be rolled back. FALSE where it could
 * not be tried: CONFIG, STORE, BUSY, and FAILED where the roster no longer has the values that the
 * import was made from: then nothing that was shown of it holds. */
gboolean import_apply(Import *import, const Editor *editor, GError **error);

#endif
