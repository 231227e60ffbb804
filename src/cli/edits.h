/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edits.h - how edits of the roster are shown by the commands of `member` */
#ifndef RUNDRUF_CLI_EDITS_H
#define RUNDRUF_CLI_EDITS_H

#include "cli/cli.h"
#include "store/changes.h"

/* All results but those called static are owned by the caller. */

/* The values of an attribute (NULL: of all, with their names) as "a; b", "-" if there is none. */
char *edits_join(const Attributes *attributes, const char *attribute);

/* A list of text, octets that are none replaced. */
Value *edits_values(const Attributes *attributes, const char *attribute);

/* "in conflict": for people. Static. */
const char *edits_state(ChangeState state);

/* "mail: a -> b, waiting since TIME: reason", on one line. */
char *edits_describe(const Cli *cli, const Change *change);

Value *edits_to_value(const Change *change);

/* TRUE if there is such an attribute: a known type, one of the field map, an OID, or one that the
 * entry (or NULL) has. Else FALSE with INPUT and the nearest known name. */
gboolean edits_know_attribute(const FieldMap *map, const char *name, const Attributes *entry,
                              GError **error);

#endif
