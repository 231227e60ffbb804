/* SPDX-License-Identifier: GPL-3.0-or-later */
/* terms.h - the search index over the entries: which entry has which value of an indexed attribute
 *
 * A term is an attribute (lower case, options stripped) and the key of a value under its matching
 * rule (model/attribute_type.h). Values that have no key (octets that are no text) have no term. A
 * Terms knows which attributes are indexed; it changes an entry's terms one by one with
 * terms_change(), or builds the whole index at once, in the order of its keys, which is several
 * times faster: terms_collect() for each entry, by ascending id, then terms_sort(), then
 * terms_build() in the transaction. Only terms_change() and terms_build() touch the store. */
#ifndef RUNDRUF_STORE_TERMS_H
#define RUNDRUF_STORE_TERMS_H

#include "model/attributes.h"
#include "store/store.h"

typedef struct Terms Terms;

/* `attributes`: those to index, lower case, sorted (field_map_attributes()). */
Terms *terms_new(const char *const *attributes);
void terms_free(Terms *terms);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Terms, terms_free)

/* TRUE if the description, options aside, is of an indexed attribute. */
gboolean terms_has(Terms *terms, const char *description);

/* Makes the terms of `entry` those of `after` where they were those of `before`; either may be NULL
 * for none. Only the difference is written. */
gboolean terms_change(Terms *terms, Store *store, gint64 entry, const Attributes *before,
                      const Attributes *after, GError **error);

void terms_collect(Terms *terms, gint64 entry, const Attributes *attributes);

/* After the last terms_collect(). */
void terms_sort(Terms *terms);

/* Replaces the whole index by what was collected and sorted. */
gboolean terms_build(Terms *terms, Store *store, GError **error);

#endif
