/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ldif_write.h - entries as LDIF content records (RFC 2849), which `ldif:` and other programs read
 *
 * A file is the version line and then the records, a parent before its children. */
#ifndef RUNDRUF_DIRECTORY_LDIF_WRITE_H
#define RUNDRUF_DIRECTORY_LDIF_WRITE_H

#include "model/person.h"

void ldif_append_version(GString *out);

/* Appends the record of one entry, with `uuid` as its entryUUID, and the empty line before it.
 * Values that are not safe as text are written in base64; lines are folded at 76 octets. */
void ldif_append_entry(GString *out, const char *dn, const guint8 uuid[UUID_LENGTH],
                       const Attributes *attributes);

#endif
