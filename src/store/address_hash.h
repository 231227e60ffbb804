/* SPDX-License-Identifier: GPL-3.0-or-later */
/* address_hash.h - addresses as keyed hashes (inside store/ only)
 *
 * HMAC-SHA-256 (RFC 2104) of address_key() under the store's own secret, 32 octets that getrandom(2)
 * gave when the store was made: the row 'address' of the table `secret`. SQL has it as
 * address_hash(secret, key). The secret stands in the store, not in a file beside it, on purpose: a
 * file can be lost, or be another one than a restored backup needs, and then everybody who ever
 * objected would get mail again. So a copy of the table `suppression`, or what `suppression ls` and
 * the journal show, tells no address, and a store from which a person was erased has only the hash;
 * but whoever has the whole store can try whether an address that he guesses is in it. The store's
 * file and its backups hold the roster, too, and are kept as carefully. */
#ifndef RUNDRUF_STORE_ADDRESS_HASH_H
#define RUNDRUF_STORE_ADDRESS_HASH_H

#include "model/suppression.h"

#include <sqlite3.h>

/* The secret, in SQL. */
#define ADDRESS_SECRET "(SELECT value FROM secret WHERE name = 'address')"

/* Lets SQL of this connection call address_hash(secret, key), which is NULL for a NULL key and an
 * error without a secret, and random_secret(). Returns an SQLite result code. */
int address_hash_register(sqlite3 *db);

/* For many: the HMAC under a secret, owned by the caller, and what it makes of a key. */
GHmac *address_hash_keyed(gconstpointer secret, gsize length);
void address_hash_make(const GHmac *keyed, const char *key, guint8 hash[ADDRESS_HASH_LENGTH]);

#endif
