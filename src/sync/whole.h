/* SPDX-License-Identifier: GPL-3.0-or-later */
/* whole.h - compares everything that the directory shows with everything that is known (inside
 * sync/) */
#ifndef RUNDRUF_SYNC_WHOLE_H
#define RUNDRUF_SYNC_WHOLE_H

#include "sync/refresh.h"
#include "sync/settle.h"

typedef struct Whole Whole;

/* Reads what is known. */
Whole *whole_new(Pull *pull, GError **error);
void whole_free(Whole *whole);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Whole, whole_free)

/* Takes the directory's entries (refresh_take()). */
Refresh *whole_refresh(Whole *whole);

/* When all have come: verifies what is absent, and writes the difference in one transaction.
 * Errors are those of pull_run(). */
gboolean whole_apply(Whole *whole, GError **error);

#endif
