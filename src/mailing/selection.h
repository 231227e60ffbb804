/* SPDX-License-Identifier: GPL-3.0-or-later */
/* selection.h - the persons that a filter selects, less those that another one leaves out
 *
 * Made once from text, then applied to the roster as often as needed: the store finds candidates,
 * and where its condition is not exact, filter/match.h decides on each. */
#ifndef RUNDRUF_MAILING_SELECTION_H
#define RUNDRUF_MAILING_SELECTION_H

#include "model/field.h"
#include "store/persons.h"

typedef struct Selection Selection;

/* `filter` NULL selects everybody (for listings; a mailing always has a filter), `except` NULL
 * leaves nobody out. `map` must outlive the result. INPUT with the column in the text that is
 * wrong. Owned by the caller. */
Selection *selection_new(const char *filter, const char *except, const FieldMap *map,
                         GError **error);
void selection_free(Selection *selection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Selection, selection_free)

/* The filter as a whole, in canonical form; "" for everybody. */
const char *selection_text(const Selection *selection);

/* Calls `func` for each person selected: in the roster's order, or by surname and name. */
gboolean selection_each(const Selection *selection, Store *store, PersonFunc func,
                        gpointer user_data, GError **error);
gboolean selection_each_by_name(const Selection *selection, Store *store, PersonFunc func,
                                gpointer user_data, GError **error);

/* Whether this person is selected. */
gboolean selection_matches(const Selection *selection, const Person *person);

/* How many are selected. */
gboolean selection_count(const Selection *selection, Store *store, gint64 *count, GError **error);

#endif
