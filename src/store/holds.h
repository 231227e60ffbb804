/* SPDX-License-Identifier: GPL-3.0-or-later */
/* holds.h - the table `hold`: recipient domains to which nothing goes for now, because they refuse us
 * as senders
 *
 * `domain` is what the pace counts as one (mailing/pace.h): a domain, or a provider's name. A hold that
 * is over stays until the next one of the domain, or until a person lifts it. */
#ifndef RUNDRUF_STORE_HOLDS_H
#define RUNDRUF_STORE_HOLDS_H

#include "store/store.h"

typedef struct {
    char *domain;
    gint64 since, until; /* Unix seconds */
    int code;            /* SMTP reply code */
    char *text;          /* the relay's words; may be NULL */
} Hold;

void hold_free(Hold *hold);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Hold, hold_free)

/* Adds or replaces the hold of its domain. */
gboolean holds_put(Store *store, const Hold *hold, GError **error);

/* `found` is FALSE if there is none. */
gboolean holds_lift(Store *store, const char *domain, gboolean *found, GError **error);

/* Those that last beyond `now`, by domain: an array of Hold *, owned by the caller. */
GPtrArray *holds_at(Store *store, gint64 now, GError **error);

#endif
