/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reference.h - for tests: an invitation made plainly, each message for itself, by GMime
 *
 * What message/compiled.c makes must be the same octets, and fail with the same words. Templates are
 * read and rendered whole, nothing is kept, the gate looks at every message. */
#ifndef TESTS_LIB_REFERENCE_H
#define TESTS_LIB_REFERENCE_H

#include "message/compose.h"

/* As compose_invitation(). */
GBytes *reference_invitation(const Config *config, const TokenKeys *keys,
                             const ComposeRequest *request, GError **error);

/* ATTENDEE with the names and parameters that calendars of invitations have, by libical; lines as
 * libical folds them, but for what it does within a line's end. Owned by the caller. */
char *reference_attendee(const char *name, const char *uri);

#endif
