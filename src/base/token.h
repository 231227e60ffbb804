/* SPDX-License-Identifier: GPL-3.0-or-later */
/* token.h - unforgeable references to a row, for links and addresses in mail
 *
 * A token is "ID-MAC": the row's id in base 36 and the first 80 bits of HMAC-SHA-256 (RFC 2104)
 * over purpose and id, in base 32 without padding, lower case: it survives case-folding mail
 * systems and fits an address's local part. Each purpose has a key of its own, derived from the
 * key file, so that a token for one purpose proves nothing for another. The key file is made
 * with mode 0600. */
#ifndef RUNDRUF_BASE_TOKEN_H
#define RUNDRUF_BASE_TOKEN_H

#include <glib.h>

typedef enum {
    TOKEN_BOUNCE,      /* VERP return address */
    TOKEN_UNSUBSCRIBE, /* List-Unsubscribe */
    TOKEN_REGISTER,    /* registration page */
    TOKEN_MESSAGE_ID,
    TOKEN_PURPOSES
} TokenPurpose;

typedef struct TokenKeys TokenKeys;

/* Makes the key file from getrandom(2), mode 0600, unless it is there. */
gboolean token_keys_create(const char *path, GError **error);

/* Reads the key file. The caller owns the result; NULL with NOT_FOUND (a new one would make the
 * links in all mail that was sent worthless, so it is not made by the way), CONFIG if it is too
 * short or can be read by others. */
TokenKeys *token_keys_load(const char *path, GError **error);
TokenKeys *token_keys_new(const guint8 *master, gsize length);
void token_keys_free(TokenKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TokenKeys, token_keys_free)

/* A token for row `id` (0 or more); owned by the caller. */
char *token_make(const TokenKeys *keys, TokenPurpose purpose, gint64 id);

/* The id of a token made by token_make() with these keys for this purpose (upper case is taken
 * too), or -1. Compares in constant time. */
gint64 token_check(const TokenKeys *keys, TokenPurpose purpose, const char *token);

#endif
