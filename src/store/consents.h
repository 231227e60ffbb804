/* SPDX-License-Identifier: GPL-3.0-or-later */
/* consents.h - the table `consent`: who consented to mail for which purpose, or withdrew that
 *
 * Append only: the last row of a person and a purpose counts, the ones before it are the proof of how
 * things were (GDPR, article 7(1)). There is no function that changes or deletes a row, and a test
 * that no statement of store/ does; triggers would be SQL that SQLite and PostgreSQL do not share.
 * A row names the person by UUID and the address by its keyed hash (suppressions_hash()), so that it
 * can stay when the person is erased. Each writes its line of the journal. Errors: STORE, BUSY, and
 * INPUT for a proof that may not be kept (suppression_check_note()). */
#ifndef RUNDRUF_STORE_CONSENTS_H
#define RUNDRUF_STORE_CONSENTS_H

#include "model/person.h"
#include "store/store.h"

typedef struct {
    guint8 person[UUID_LENGTH];
    const char *const
        *keys;           /* the person's addresses, address_key(), ends with NULL; may be none */
    const char *purpose; /* one; not SUPPRESSION_ALL_PURPOSES */
    gboolean given;      /* FALSE: withdrawn */
    gint64 at;           /* Unix seconds, UTC */
    const char *proof;   /* how it was said: form, mail with its Message-ID, telephone, list */
    const char *author;
} Consent;

/* Adds a row, in the caller's transaction. A withdrawal suppresses, for that purpose, all addresses
 * of `keys` and those for which consent had been given. Consent given lifts no suppression. */
gboolean consents_add(Store *store, const Consent *consent, GError **error);

/* What the person said last: `at` is 0 if nothing, and then `given` is FALSE. */
gboolean consents_find(Store *store, const guint8 person[UUID_LENGTH], const char *purpose,
                       gboolean *given, gint64 *at, GError **error);

/* Calls back for all rows of a person, the oldest first; their keys are not known (NULL). A row is
 * valid during the call; FALSE ends it with the callback's error. */
typedef gboolean (*ConsentFunc)(const Consent *row, gpointer user_data, GError **error);
gboolean consents_each(Store *store, const guint8 person[UUID_LENGTH], ConsentFunc func,
                       gpointer user_data, GError **error);

#endif
