/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dn_value.h - the attribute values that a distinguished name is made of (RFC 4514, section 3)
 *
 * For comparing DNs and for the ":dn" of extensible filters; a DN is built elsewhere. */
#ifndef RUNDRUF_MODEL_DN_VALUE_H
#define RUNDRUF_MODEL_DN_VALUE_H

#include <glib.h>

typedef struct {
    char *type;
    char *data; /* unescaped octets; a NUL follows them that does not count */
    gsize length;
    gboolean joined; /* by "+" to the value before: both are one RDN */
} DnValue;

/* The values of a DN in order, leaf first, as an array of DnValue; empty for the empty DN, NULL if
 * the text is no DN. Owned by the caller (g_array_unref). */
GArray *dn_value_parse(const char *text, gsize length);

#endif
