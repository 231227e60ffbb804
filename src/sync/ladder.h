/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ladder.h - from the cheapest way to the surest (inside sync/; pull.h tells which) */
#ifndef RUNDRUF_SYNC_LADDER_H
#define RUNDRUF_SYNC_LADDER_H

#include "sync/settle.h"

/* One pull of that depth; after settle_load(). Closes the feed. */
gboolean ladder_run(Pull *pull, PullDepth depth, GError **error);

/* Reads everything; `said` (or NULL): why the cookie was of no use. */
gboolean ladder_whole(Pull *pull, const char *said, GError **error);

/* Compares everything with what the feed has told. */
gboolean ladder_audit(Pull *pull, GError **error);

/* Whether `directory.audit` wants one now, or a held difference does; or the last one
 * was in the future. */
gboolean ladder_audit_is_due(const Pull *pull);

#endif
