/* SPDX-License-Identifier: GPL-3.0-or-later */
/* suppressions.h - the table `suppression`: who must not get mail, for which purpose, and why
 *
 * Addresses are keys as address_key() makes them. The purpose "*" is every purpose. The table is
 * read when a mailing is prepared, and again in the transaction that claims a delivery. */
#ifndef RUNDRUF_STORE_SUPPRESSIONS_H
#define RUNDRUF_STORE_SUPPRESSIONS_H

#include "store/store.h"

#define SUPPRESSIONS_ALL_PURPOSES "*"

typedef struct {
    const char *key;
    const char *purpose;
    const char *reason; /* for the report, one line */
    const char *proof;  /* e.g. a Message-ID; NULL: none */
    gint64 since;       /* Unix seconds, UTC */
} Suppression;

/* Adds it; one that is there already keeps its `since` and gets the new reason and proof. */
gboolean suppressions_add(Store *store, const Suppression *suppression, GError **error);

/* `removed` is FALSE if there was none. */
gboolean suppressions_remove(Store *store, const char *key, const char *purpose, gboolean *removed,
                             GError **error);

/* `reason` (owned by the caller) is NULL if mail for that purpose may go there. */
gboolean suppressions_find(Store *store, const char *key, const char *purpose, char **reason,
                           GError **error);

#endif
