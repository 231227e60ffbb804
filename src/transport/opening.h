/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening.h - one connection as libcurl opens it: TCP, TLS, EHLO, login; up to where MAIL comes
 *
 * libcurl does that part (CURLOPT_CONNECT_ONLY), and what it does not say is learned by listening:
 * each command that it sends tells which step this is, each line that comes back is one of a reply,
 * or of what the relay offers. What was offered before TLS is void. Where a login is set, a relay that
 * offers none is refused; libcurl would go on without.
 *
 *     opening_begin(); then the handle is performed, alone or in a multi; opening_end() judges that.
 *
 * After that the handle is the connection: curl_easy_send(), curl_easy_recv(). */
#ifndef RUNDRUF_TRANSPORT_OPENING_H
#define RUNDRUF_TRANSPORT_OPENING_H

#include "transport/dialogue.h"
#include "transport/relay.h"

typedef struct Opening Opening;

/* NULL if libcurl cannot be started. */
Opening *opening_new(void);
void opening_free(Opening *opening);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Opening, opening_free)

CURL *opening_handle(Opening *opening);

/* Sets the handle, which must be in no multi, up for a new connection to `relay` (kept: it must
 * outlive this). */
void opening_begin(Opening *opening, const Relay *relay);

/* What came of it, given what libcurl says. TRUE: connected, and logged in if that is set. Else FALSE
 * with an outcome that says why, with the relay's words, which are never those of a login. */
gboolean opening_end(Opening *opening, CURLcode result, Outcome *outcome);

/* What the relay offers, once it is open. */
const DialogueOffer *opening_offer(const Opening *opening);

#endif
