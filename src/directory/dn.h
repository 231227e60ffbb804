/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dn.h - distinguished names as text (RFC 4514): taking them apart, and keys that compare equal
 *
 * The same name can be written in many ways (case, blanks, `\,` or `\2C`, the order in a
 * multi-valued RDN). An RDN's *text* is one spelling with all that a reader wants to see; its *key*
 * is equal for equal RDNs: types and values without case, "2.5.4.3" and "commonName" as "cn", values
 * as caseIgnore compares them. The key of a DN is the keys of its RDNs joined by ",". */
#ifndef RUNDRUF_DIRECTORY_DN_H
#define RUNDRUF_DIRECTORY_DN_H

#include <glib.h>

#define DN_BYTES_MAX (16 * 1024)

/* Octets of the first RDN of `dn`: up to the first comma that is not escaped. */
gsize dn_rdn_length(const char *dn);

/* What follows the first RDN and its comma: "" if nothing does. Points into `dn`. */
const char *dn_parent(const char *dn);

/* Text and key of the RDN that the `length` octets at `rdn` write; both owned by the caller (the
 * key may be asked for alone with `text` NULL). FALSE if they write none. */
gboolean dn_normalize_rdn(const char *rdn, gsize length, char **text, char **key);

/* The key of a whole DN; "" of the empty one. NULL if `dn` is no DN. Owned by the caller. */
char *dn_key(const char *dn);

/* The DN in the spelling of its RDNs' texts; NULL if it is none. Owned by the caller. */
char *dn_text(const char *dn);

/* TRUE if both are DNs, and the same one however they are written. */
gboolean dn_equal(const char *a, const char *b);

/* TRUE if `key` is `base_key` or lies below it; both are dn_key()'s. */
gboolean dn_key_is_below(const char *key, const char *base_key);

#endif
