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

void
address_hash_make(const GHmac *keyed, const char *key, guint8 hash[ADDRESS_HASH_LENGTH])
{
    GHmac *hmac = g_hmac_copy(keyed);
    gsize length = ADDRESS_HASH_LENGTH;
    g_hmac_update(hmac, (const guchar *)key, (gssize)strlen(key));
    g_hmac_get_digest(hmac, hash, &length);
    g_hmac_unref(hmac);
}

/* The HMAC under the secret that was asked for last: a new one costs as much as its use. */
typedef struct {
    guint8 secret[SECRET_BYTES];
    GHmac *keyed; /* NULL: none yet */
} Last;

static void
last_free(gpointer data)
{
    Last *last = data;
    g_clear_pointer(&last->keyed, g_hmac_unref);
    explicit_bzero(last, sizeof *last);
    g_free(last);
}

static void
last_take(Last *last, gconstpointer secret)
{
    if (last->keyed && memcmp(last->secret, secret, SECRET_BYTES) == 0)
        return;
    g_clear_pointer(&last->keyed, g_hmac_unref);
    memcpy(last->secret, secret, SECRET_BYTES);
    last->keyed = address_hash_keyed(secret, SECRET_BYTES);
}

static void
sql_address_hash(sqlite3_context *context, G_GNUC_UNUSED int argc, sqlite3_value **argv)
{
    Last *last = sqlite3_user_data(context);
    const char *key = (const char *)sqlite3_value_text(argv[1]);
    guint8 hash[ADDRESS_HASH_LENGTH];
    /* without its secret a store must not look as if nobody were suppressed */
    if (sqlite3_value_bytes(argv[0]) != SECRET_BYTES) {
        sqlite3_result_error(context, "the secret of addresses is missing or damaged", -1);
        return;
    }
    if (!key)
        return;
    last_take(last, sqlite3_value_blob(argv[0]));
    address_hash_make(last->keyed, key, hash);
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
    /* the driver frees it when the function goes, or cannot be made */
    int code = sqlite3_create_function_v2(db, "address_hash", 2,
                                          SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
                                          g_new0(Last, 1), sql_address_hash, NULL, NULL, last_free);
    if (code != SQLITE_OK)
        return code;
    return sqlite3_create_function(db, "random_secret", 0, SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL,
                                   sql_random_secret, NULL, NULL);
}
