/* SPDX-License-Identifier: GPL-3.0-or-later */
/* apply.h - brings what was told into the mirror: one transaction, the guard's say, the state
 * (inside sync/) */
#ifndef RUNDRUF_SYNC_APPLY_H
#define RUNDRUF_SYNC_APPLY_H

#include "sync/delta.h"
#include "sync/settle.h"

/* Applies `content` (`feed`: message by message) and what `evidence` has found. Adds to
 * `pull->result`; errors are those of pull_run(). */
gboolean apply_content(Pull *pull, Content *content, gboolean feed, Evidence *evidence,
                       GError **error);

/* Looks for the UUIDs to be asked for; of `absent` (const guint8 *), which are among them, those
 * that are not shown are noted as gone in `content`. */
gboolean apply_verify(Pull *pull, Content *content, Evidence *evidence, GPtrArray *absent,
                      GError **error);

#endif
