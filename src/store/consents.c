/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/consents.h"

#include "base/i18n.h"
#include "store/journal.h"
#include "store/statement.h"
#include "store/suppressions.h"

#include <string.h>

#define WITHDRAWN N_("consent withdrawn")

enum { ADD, FIND, EACH, HASHES };

static const char *const texts[] = {
    [ADD] = "INSERT INTO consent (person, address, purpose, state, at, proof, author)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
    [FIND] = "SELECT state = 'given', at FROM consent WHERE person = $1 AND purpose = $2"
             " ORDER BY id DESC LIMIT 1",
    [EACH] = "SELECT purpose, state = 'given', at, proof, author FROM consent WHERE person = $1"
             " ORDER BY id",
    [HASHES] = "SELECT DISTINCT address FROM consent"
               " WHERE person = $1 AND purpose = $2 AND address IS NOT NULL",
};
const StatementTable consents_statements = {"consents", texts, G_N_ELEMENTS(texts)};

static gboolean
insert(Store *store, const Consent *consent, const char *key, GError **error)
{
    guint8 hash[ADDRESS_HASH_LENGTH];
    if (key && !suppressions_hash(store, key, hash, error))
        return FALSE;
    g_autoptr(Statement) add = statement_get(store, &consents_statements, ADD, error);
    if (!add)
        return FALSE;
    statement_bind_blob(add, 1, consent->person, UUID_LENGTH);
    if (key)
        statement_bind_blob(add, 2, hash, sizeof hash);
    statement_bind_text(add, 3, consent->purpose);
    statement_bind_text(add, 4, consent->given ? "given" : "withdrawn");
    statement_bind_int(add, 5, consent->at);
    statement_bind_text(add, 6, consent->proof);
    statement_bind_text(add, 7, consent->author);
    return statement_run(add, NULL, error);
}

/* The hashes of the addresses that rows of this person and purpose have, one after the other. */
static GByteArray *
read_hashes(Store *store, const Consent *consent, GError **error)
{
    g_autoptr(Statement) read = statement_get(store, &consents_statements, HASHES, error);
    if (!read)
        return NULL;
    statement_bind_blob(read, 1, consent->person, UUID_LENGTH);
    statement_bind_text(read, 2, consent->purpose);
    g_autoptr(GByteArray) hashes = g_byte_array_new();
    StepResult result;
    while ((result = statement_step(read, error)) == STEP_ROW) {
        gsize length;
        gconstpointer octets = statement_blob(read, 0, &length);
        g_byte_array_append(hashes, octets, ADDRESS_HASH_LENGTH);
    }
    return result == STEP_DONE ? g_steal_pointer(&hashes) : NULL;
}

static gboolean
suppress(Store *store, const Consent *consent, GError **error)
{
    Suppression suppression = {
        .purpose = consent->purpose,
        .reason = SUPPRESSION_UNSUBSCRIBE,
        .note = _(WITHDRAWN),
        .at = consent->at,
        .author = consent->author,
    };
    for (const char *const *key = consent->keys; *key; key++) {
        suppression.key = *key;
        if (!suppressions_add(store, &suppression, NULL, error))
            return FALSE;
    }
    g_autoptr(GByteArray) hashes = read_hashes(store, consent, error);
    suppression.key = NULL;
    for (guint i = 0; hashes && i < hashes->len; i += ADDRESS_HASH_LENGTH) {
        suppression.hash = hashes->data + i;
        if (!suppressions_add(store, &suppression, NULL, error))
            return FALSE;
    }
    return hashes != NULL;
}

gboolean
consents_add(Store *store, const Consent *consent, GError **error)
{
    for (const char *const *key = consent->keys; *key; key++)
        if (!suppression_check_note(consent->proof, *key, error))
            return FALSE;
    g_autofree char *uuid = uuid_to_text(consent->person);
    g_autofree char *object = g_strdup_printf("person %s", uuid);
    g_autofree char *detail = g_strdup_printf("purpose %s", consent->purpose);
    return suppression_check_note(consent->proof, NULL, error) &&
           insert(store, consent, *consent->keys, error) &&
           (consent->given || suppress(store, consent, error)) &&
           journal_add(store, consent->at, consent->author,
                       consent->given ? "consent.add" : "consent.withdraw", object, detail, error);
}

gboolean
consents_find(Store *store, const guint8 person[UUID_LENGTH], const char *purpose, gboolean *given,
              gint64 *at, GError **error)
{
    g_autoptr(Statement) find = statement_get(store, &consents_statements, FIND, error);
    if (!find)
        return FALSE;
    statement_bind_blob(find, 1, person, UUID_LENGTH);
    statement_bind_text(find, 2, purpose);
    StepResult result = statement_step(find, error);
    if (result == STEP_FAILED)
        return FALSE;
    *given = result == STEP_ROW && statement_int(find, 0) != 0;
    *at = result == STEP_ROW ? statement_int(find, 1) : 0;
    return TRUE;
}

gboolean
consents_each(Store *store, const guint8 person[UUID_LENGTH], ConsentFunc func, gpointer user_data,
              GError **error)
{
    g_autoptr(Statement) each = statement_get(store, &consents_statements, EACH, error);
    if (!each)
        return FALSE;
    statement_bind_blob(each, 1, person, UUID_LENGTH);
    StepResult result;
    while ((result = statement_step(each, error)) == STEP_ROW) {
        Consent row = {
            .purpose = statement_text(each, 0),
            .given = statement_int(each, 1) != 0,
            .at = statement_int(each, 2),
            .proof = statement_text(each, 3),
            .author = statement_text(each, 4),
        };
        memcpy(row.person, person, UUID_LENGTH);
        if (!func(&row, user_data, error))
            return FALSE;
    }
    return result == STEP_DONE;
}
