/* SPDX-License-Identifier: GPL-3.0-or-later */
/* attributes.h - all attributes of one directory entry, and their one BLOB
 *
 * A directory adapter fills one with attributes_add(), in any order and with the same
 * description as often as the server repeats it; attributes_encode() makes the canonical BLOB of
 * the store's `entry.attributes`: descriptions sorted (options such as ;lang-de kept, spelling
 * of the first kept), values as the octets that came, sorted, each once. Equal content gives
 * equal octets, whatever the order it came in. attributes_decode() reads a BLOB without copying
 * values.
 *
 * BLOB: octet 1 (version); then for each description: length, octets, count, and for each value:
 * length, octets. Numbers are unsigned LEB128. */
#ifndef RUNDRUF_MODEL_ATTRIBUTES_H
#define RUNDRUF_MODEL_ATTRIBUTES_H

#include <glib.h>

typedef struct Attributes Attributes;

/* Octets owned by the Attributes they come from; a NUL follows the last only by chance. */
typedef struct {
    const char *data;
    gsize length;
} AttributeValue;

Attributes *attributes_new(void);
void attributes_free(Attributes *attributes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Attributes, attributes_free)

/* Empties it for the next entry, keeping its memory. */
void attributes_clear(Attributes *attributes);

/* Adds a value (copied). */
void attributes_add(Attributes *attributes, const char *description, gconstpointer data,
                    gsize length);

/* The same without a copy, for whole entries: attributes_open() finds or makes the place of a
 * description, valid until attributes_clear(); attributes_lend() adds a value whose octets must
 * outlive it. */
guint attributes_open(Attributes *attributes, const char *description);
void attributes_lend(Attributes *attributes, guint place, gconstpointer data, gsize length);

/* Adds (copies) the values, if any, that `from` (or NULL) has of a description, in the spelling
 * given here. */
void attributes_add_from(Attributes *attributes, const Attributes *from, const char *description);

/* A copy in which `description` has the values that `from` has of it, and no others. */
Attributes *attributes_with(const Attributes *attributes, const Attributes *from,
                            const char *description);

/* The canonical BLOB; `attributes` is sorted by it. Owned by the caller. */
GByteArray *attributes_encode(Attributes *attributes);

/* The same, instead of what `out` holds. */
void attributes_encode_into(Attributes *attributes, GByteArray *out);

/* TRUE if the contents are the same; both are sorted by it. */
gboolean attributes_equal(Attributes *a, Attributes *b);

/* Reads a BLOB, which must outlive the result. NULL with STORE if it is damaged. attributes_read()
 * does so into one that is there, keeping its memory. */
Attributes *attributes_decode(gconstpointer blob, gsize length, GError **error);
gboolean attributes_read(Attributes *attributes, gconstpointer blob, gsize length, GError **error);

/* Iteration: descriptions from 0, in no promised order before encoding, sorted after it. */
guint attributes_count(const Attributes *attributes);
const char *attributes_description(const Attributes *attributes, guint index);
const AttributeValue *attributes_values(const Attributes *attributes, guint index, guint *count);

/* The values of one description, compared without ASCII case, options and all; NULL, 0 if absent.
 * Linear in the number of descriptions (about 20). */
const AttributeValue *attributes_find(const Attributes *attributes, const char *description,
                                      guint *count);

/* The first value that is UTF-8 without NUL, as a string; owned by the caller; NULL if none. */
char *attributes_text(const Attributes *attributes, const char *description);

#endif
