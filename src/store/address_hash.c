/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/address_hash.h"

#include <string.h>
#include <sys/random.h>

#define SECRET_BYTES 32

GHmac *
address_hash_keyed(gconstpointer secret, gsize length)
{
    return g_hmac_new(G_CHECKSUM_SHA256, secret, length);
}

static void
finish(GHmac *hmac, const char *key, guint8 hash[ADDRESS_HASH_LENGTH])
{
    gsize length = ADDRESS_HASH_LENGTH;
    g_hmac_update(hmac, (const guchar *)key, (gssize)strlen(key));
    g_hmac_get_digest(hmac, hash, &length);
}

void
address_hash_make(const GHmac *keyed, const char *key, guint8 hash[ADDRESS_HASH_LENGTH])
{
    GHmac *hmac = g_hmac_copy(keyed);
    finish(hmac, key, hash);
    g_hmac_unref(hmac);
}

static void
sql_address_hash(sqlite3_context *context, G_GNUC_UNUSED int argc, sqlite3_value **argv)
{
    const char *key = (const char *)sqlite3_value_text(argv[1]);
    guint8 hash[ADDRESS_HASH_LENGTH];
    /* without its secret a store must not look as if nobody were suppressed */
    if (sqlite3_value_bytes(argv[0]) != SECRET_BYTES) {
        sqlite3_result_error(context, "the secret of addresses is missing or damaged", -1);
        return;
    }
    if (!key)
        return;
    GHmac *hmac = address_hash_keyed(sqlite3_value_blob(argv[0]), SECRET_BYTES);
    finish(hmac, key, hash);
    g_hmac_unref(hmac);
    sqlite3_result_blob(context, hash, sizeof hash, SQLITE_TRANSIENT);
}

static void
sql_random_secret(sqlite3_context *context, G_GNUC_UNUSED int argc,
                  G_GNUC_UNUSED sqlite3_value **argv)
{
    guint8 secret[SECRET_BYTES];
    if (getrandom(secret, sizeof secret, 0) == sizeof secret)
        sqlite3_result_blob(context, secret, sizeof secret, SQLITE_TRANSIENT);
    else
        sqlite3_result_error(context, "no random numbers", -1);
}

int
address_hash_register(sqlite3 *db)
{
    int code = sqlite3_create_function(db, "address_hash", 2,
                                       SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL,
                                       sql_address_hash, NULL, NULL);
    return code != SQLITE_OK
               ? code
               : sqlite3_create_function(db, "random_secret", 0, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                         NULL, sql_random_secret, NULL, NULL);
}
