/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/digest.h"

#include <nettle/sha2.h>

void
digest_sha256(gconstpointer data, gsize length, guint8 digest[DIGEST_LENGTH])
{
    struct sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, length, data);
    sha256_digest(&context, DIGEST_LENGTH, digest);
}
