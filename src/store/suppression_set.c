/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/suppression_set.h"

#include "store/address_hash.h"
#include "store/statement.h"

enum { SECRET, ALL, FOR };

static const char *const texts[] = {
    /* the second column, as it fails without a secret */
    [SECRET] = "SELECT " ADDRESS_SECRET ", address_hash(" ADDRESS_SECRET ", '')",
    [ALL] = "SELECT address, reason FROM suppression",
    /* '*' sorts before every purpose: the particular reason comes last, and stays */
    [FOR] = "SELECT address, reason FROM suppression"
            " WHERE purpose IN ($1, '" SUPPRESSION_ALL_PURPOSES "') ORDER BY purpose",
};
const StatementTable suppression_set_statements = {"suppression_set", texts, G_N_ELEMENTS(texts)};

struct SuppressionSet {
    GHashTable *reasons; /* hash (GBytes) -> const char * */
    GHmac *keyed;
};

void
suppression_set_free(SuppressionSet *set)
{
    if (!set)
        return;
    g_clear_pointer(&set->reasons, g_hash_table_unref);
    g_clear_pointer(&set->keyed, g_hmac_unref);
    g_free(set);
}

static gboolean
read_secret(SuppressionSet *set, Store *store, GError **error)
{
    g_autoptr(Statement) secret = statement_get(store, &suppression_set_statements, SECRET, error);
    if (!secret || statement_step(secret, error) != STEP_ROW)
        return FALSE;
    gsize length;
    gconstpointer octets = statement_blob(secret, 0, &length);
    set->keyed = address_hash_keyed(octets, length);
    return TRUE;
}

static gboolean
read_rows(SuppressionSet *set, Store *store, const char *purpose, GError **error)
{
    g_autoptr(Statement) rows =
        statement_get(store, &suppression_set_statements, purpose ? FOR : ALL, error);
    if (!rows)
        return FALSE;
    if (purpose)
        statement_bind_text(rows, 1, purpose);
    StepResult result;
    while ((result = statement_step(rows, error)) == STEP_ROW) {
        gsize length;
        gconstpointer octets = statement_blob(rows, 0, &length);
        g_hash_table_insert(set->reasons, g_bytes_new(octets, length),
                            (gpointer)suppression_word_title(statement_text(rows, 1)));
    }
    return result == STEP_DONE;
}

SuppressionSet *
suppression_set_new(Store *store, const char *purpose, GError **error)
{
    g_autoptr(SuppressionSet) set = g_new0(SuppressionSet, 1);
    set->reasons =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    return read_secret(set, store, error) && read_rows(set, store, purpose, error)
               ? g_steal_pointer(&set)
               : NULL;
}

gboolean
suppression_set_is_empty(const SuppressionSet *set)
{
    return g_hash_table_size(set->reasons) == 0;
}

gboolean
suppression_set_find(const SuppressionSet *set, const char *key, GBytes **hash, const char **reason)
{
    if (suppression_set_is_empty(set))
        return FALSE;
    guint8 octets[ADDRESS_HASH_LENGTH];
    address_hash_make(set->keyed, key, octets);
    g_autoptr(GBytes) wanted = g_bytes_new_static(octets, sizeof octets);
    gpointer found, title;
    if (!g_hash_table_lookup_extended(set->reasons, wanted, &found, &title))
        return FALSE;
    if (hash)
        *hash = found;
    if (reason)
        *reason = title;
    return TRUE;
}
