/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/token.h"
#include "base/i18n.h"

#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <nettle/hmac.h>
#include <string.h>
#include <sys/random.h>

#define KEY_BYTES 32
#define MAC_BYTES 10
#define MAC_CHARS (MAC_BYTES * 8 / 5)
#define ID_CHARS  13 /* 2^63 in base 36 */

/* with the key of each purpose already in it: that is half of a short HMAC's work */
struct TokenKeys {
    struct hmac_sha256_ctx ready[TOKEN_PURPOSES];
};

static const char *const purpose_names[TOKEN_PURPOSES] = {
    [TOKEN_BOUNCE] = "bounce",
    [TOKEN_UNSUBSCRIBE] = "unsubscribe",
    [TOKEN_REGISTER] = "register",
    [TOKEN_MESSAGE_ID] = "message-id",
};

static void
hmac(const struct hmac_sha256_ctx *ready, const char *text, guint8 out[KEY_BYTES])
{
    struct hmac_sha256_ctx context = *ready;
    hmac_sha256_update(&context, strlen(text), (const guint8 *)text);
    hmac_sha256_digest(&context, KEY_BYTES, out);
}

TokenKeys *
token_keys_new(const guint8 *master, gsize length)
{
    TokenKeys *keys = g_new0(TokenKeys, 1);
    struct hmac_sha256_ctx deriving;
    guint8 key[KEY_BYTES];
    hmac_sha256_set_key(&deriving, length, master);
    for (guint i = 0; i < TOKEN_PURPOSES; i++) {
        hmac(&deriving, purpose_names[i], key);
        hmac_sha256_set_key(&keys->ready[i], KEY_BYTES, key);
    }
    explicit_bzero(&deriving, sizeof deriving);
    explicit_bzero(key, sizeof key);
    return keys;
}

gboolean
token_keys_create(const char *path, GError **error)
{
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return TRUE;
    guint8 random[KEY_BYTES];
    if (getrandom(random, sizeof random, 0) != sizeof random) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED, _("no random numbers: %s"),
                    g_strerror(errno));
        return FALSE;
    }
    g_autofree char *text = g_base64_encode(random, sizeof random);
    return file_write(path, text, strlen(text), 0600, error);
}

TokenKeys *
token_keys_load(const char *path, GError **error)
{
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND,
                    _("the key file %s is missing; put it back from a backup, as the links in mail "
                      "already sent depend on it"),
                    path);
        return NULL;
    }
    g_autofree char *master = file_read_secret(path, error);
    if (!master)
        return NULL;
    gsize length = strlen(master);
    if (length < KEY_BYTES) {
        g_set_error(
            error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
            _("the key file %s holds less than %d characters; move it away to get a new one "
              "(links in mail already sent stop working)"),
            path, KEY_BYTES);
        return NULL;
    }
    TokenKeys *keys = token_keys_new((const guint8 *)master, length);
    explicit_bzero(master, length);
    return keys;
}

void
token_keys_free(TokenKeys *keys)
{
    if (!keys)
        return;
    explicit_bzero(keys, sizeof *keys);
    g_free(keys);
}

static void
append_mac(GString *out, const TokenKeys *keys, TokenPurpose purpose, const char *id)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567"; /* RFC 4648, 6 */
    guint8 mac[KEY_BYTES];
    hmac(&keys->ready[purpose], id, mac);
    for (guint bit = 0; bit < MAC_BYTES * 8; bit += 5) {
        guint pair = (guint)mac[bit / 8] << 8 | mac[bit / 8 + 1];
        g_string_append_c(out, alphabet[pair >> (11 - bit % 8) & 31]);
    }
}

char *
token_make(const TokenKeys *keys, TokenPurpose purpose, gint64 id)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    char number[ID_CHARS + 1];
    char *p = number + ID_CHARS;
    *p = '\0';
    g_return_val_if_fail(id >= 0, NULL);
    do {
        *--p = digits[id % 36];
        id /= 36;
    } while (id > 0);
    GString *token = g_string_new(p);
    g_string_append_c(token, '-');
    append_mac(token, keys, purpose, p);
    return g_string_free(token, FALSE);
}

gint64
token_check(const TokenKeys *keys, TokenPurpose purpose, const char *token)
{
    g_autofree char *given = g_ascii_strdown(token, -1);
    gsize length = strlen(given);
    if (length < MAC_CHARS + 2 || length > MAC_CHARS + 1 + ID_CHARS)
        return -1;
    char *end;
    gint64 id = g_ascii_strtoll(given, &end, 36);
    if (id < 0 || *end != '-')
        return -1;
    g_autofree char *right = token_make(keys, purpose, id);
    guint difference = strlen(right) != length;
    for (gsize i = 0; i < length && right[i]; i++)
        difference |= (guint)(guchar)right[i] ^ (guchar)given[i];
    return difference ? -1 : id;
}
