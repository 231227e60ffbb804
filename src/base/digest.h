/* SPDX-License-Identifier: GPL-3.0-or-later */
/* digest.h - SHA-256 (FIPS 180-4) of octets that lie in one piece
 *
 * By nettle, which uses the processor's own instructions: each entry of each refresh goes through
 * here, and GChecksum takes five times as long. */
#ifndef RUNDRUF_BASE_DIGEST_H
#define RUNDRUF_BASE_DIGEST_H

#include <glib.h>

#define DIGEST_LENGTH 32

void digest_sha256(gconstpointer data, gsize length, guint8 digest[DIGEST_LENGTH]);

#endif
