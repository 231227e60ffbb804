/* SPDX-License-Identifier: GPL-3.0-or-later */
/* select.h - the persons of whom a Condition is true, by the search index alone (inside store/)
 *
 * Each term becomes a set of entries, and sets are joined as the tree says: in an AND those that
 * are cheap to find first, until nothing is left. Terms of municipalities are looked up among
 * these, and become sets of their persons. */
#ifndef RUNDRUF_STORE_SELECT_H
#define RUNDRUF_STORE_SELECT_H

#include "model/condition.h"
#include "store/entry_set.h"
#include "store/store.h"

/* NULL with STORE or BUSY. Owned by the caller. */
EntrySet *select_persons(Store *store, const Condition *condition, GError **error);

#endif
