/* SPDX-License-Identifier: GPL-3.0-or-later */
/* feed.h - the refresh of a feed: from the cookie to `done`, and what may be made of it (inside
 * sync/) */
#ifndef RUNDRUF_SYNC_FEED_H
#define RUNDRUF_SYNC_FEED_H

#include "sync/content.h"
#include "sync/settle.h"
#include "sync/whole.h"

typedef enum {
    FEED_GOOD,       /* `done` has come: the feed is open, and goes on with what happens */
    FEED_VOID,       /* the cookie is of no use: everything must be read again; `said` tells why */
    FEED_UNSUPPORTED /* the server has no feed */
} FeedOutcome;

/* Starts from `pull->cookie` and gathers the refresh. Unless it is FEED_GOOD the feed is closed. */
gboolean feed_refresh(Pull *pull, Content *content, FeedOutcome *outcome, const char **said,
                      GError **error);

/* Applies the content of a good refresh. Nothing is written where nothing is new. */
gboolean feed_apply(Pull *pull, Content *content, GError **error);

/* Reads everything from nothing into `whole`, with the cookie that goes with it; closes the feed.
 * FEED_GOOD or FEED_UNSUPPORTED. */
gboolean feed_whole(Pull *pull, Whole *whole, FeedOutcome *outcome, GError **error);

#endif
