/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cookie.h - what a server's cookie says, and what of it may be sent again: pure functions
 *
 * RFC 4533 calls cookies opaque; slapd's are not, and taken as such lose changes. They read
 * "rid=000,sid=001,csn=CSN;CSN...", in any order, with a CSN for each provider:
 *
 * - `sid` is the provider that wrote the cookie. Another one takes it for ours and does not send
 *   what changed there ("skipping original sid", ITS#6367, #5536). It is cut out.
 * - In persist mode a cookie has the CSN of that change alone. Stored as it is, it would forget the
 *   other providers (ITS#6807). CSNs are merged: for each provider the newest.
 * - One that it cannot read, or that lacks the CSN of a provider that it knows, is for slapd as if
 *   none were sent: it tells all, with `refreshDeletes`, and does not say so.
 *
 * Cookies without a CSN (389-ds and others) are kept as they are. */
#ifndef RUNDRUF_SYNC_COOKIE_H
#define RUNDRUF_SYNC_COOKIE_H

#include "config/config.h"

/* The cookie to keep when `cookie` (`length` octets; NULL: none came) came and `old` (may be NULL)
 * was kept: `old` where nothing or an empty one came. Ready to be sent. Owned by the caller; NULL
 * if there is none. */
GBytes *cookie_merge(GBytes *old, gconstpointer cookie, gsize length);

/* FALSE if a server that answers with the cookie `theirs` has taken no notice of `ours`: then what
 * it told is all that it has, and not what has changed. */
gboolean cookie_covers(GBytes *ours, GBytes *theirs);

/* The time of the newest CSN, Unix seconds; 0 if `cookie` is NULL or tells none. */
gint64 cookie_time(GBytes *cookie);

/* A digest of all settings that decide what the directory shows and what is made of it: a cookie
 * may be sent only with those that it came with (RFC 4533, 3.1). Owned by the caller. */
GBytes *cookie_parameters(const Config *config);

#endif
