/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal.h - who did what, when: append only */
#ifndef RUNDRUF_STORE_JOURNAL_H
#define RUNDRUF_STORE_JOURNAL_H

#include "store/store.h"

/* Adds a row, in the caller's transaction if one is open. `at`: Unix seconds; `actor`: a user or a
 * role; `deed`: e.g. "sync.apply"; `object`: what it was done to; `detail` may be NULL. */
gboolean journal_add(Store *store, gint64 at, const char *actor, const char *deed,
                     const char *object, const char *detail, GError **error);

#endif
