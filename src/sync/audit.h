/* SPDX-License-Identifier: GPL-3.0-or-later */
/* audit.h - compares names, UUIDs and versions of everything, and fetches what differs (inside
 * sync/)
 *
 * As the audit of what a feed has told (pull->auditing), and as the way of servers without one. */
#ifndef RUNDRUF_SYNC_AUDIT_H
#define RUNDRUF_SYNC_AUDIT_H

#include "sync/settle.h"

gboolean audit_run(Pull *pull, GError **error);

#endif
