/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/uuids.h"

#include <string.h>

#define SHA256_LENGTH 32

/* a UUID from an honest directory is as good as a hash */
guint
uuids_hash(gconstpointer uuid)
{
    guint parts[UUID_LENGTH / sizeof(guint)];
    memcpy(parts, uuid, UUID_LENGTH);
    return parts[0] ^ parts[1] * 31 ^ parts[2] * 37 ^ parts[3] * 41;
}

gboolean
uuids_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, UUID_LENGTH) == 0;
}

GHashTable *
uuids_set_new(void)
{
    return g_hash_table_new_full(uuids_hash, uuids_equal, g_free, NULL);
}

void
uuids_set_add(GHashTable *set, const guint8 uuid[UUID_LENGTH])
{
    if (!g_hash_table_contains(set, uuid))
        g_hash_table_add(set, g_memdup2(uuid, UUID_LENGTH));
}

static gint
compare(gconstpointer a, gconstpointer b)
{
    return memcmp(*(const guint8 *const *)a, *(const guint8 *const *)b, UUID_LENGTH);
}

GBytes *
uuids_digest(GPtrArray *uuids)
{
    guint8 digest[SHA256_LENGTH];
    gsize length = sizeof digest;
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_ptr_array_sort(uuids, compare);
    for (guint i = 0; i < uuids->len; i++)
        g_checksum_update(sum, g_ptr_array_index(uuids, i), UUID_LENGTH);
    g_checksum_get_digest(sum, digest, &length);
    return g_bytes_new(digest, length);
}
