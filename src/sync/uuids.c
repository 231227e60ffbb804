/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/uuids.h"

#include "base/digest.h"

#include <string.h>

/* UUIDs of one source may differ in few octets, wherever these are */
guint
uuids_hash(gconstpointer uuid)
{
    guint64 parts[UUID_LENGTH / sizeof(guint64)];
    memcpy(parts, uuid, UUID_LENGTH);
    guint64 hash = (parts[0] ^ (parts[1] << 29 | parts[1] >> 35)) * 0x9e3779b97f4a7c15u;
    return (guint)(hash ^ (hash >> 32));
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
    guint8 digest[DIGEST_LENGTH];
    g_autoptr(GByteArray) all = g_byte_array_new();
    g_ptr_array_sort(uuids, compare);
    for (guint i = 0; i < uuids->len; i++)
        g_byte_array_append(all, g_ptr_array_index(uuids, i), UUID_LENGTH);
    digest_sha256(all->data, all->len, digest);
    return g_bytes_new(digest, DIGEST_LENGTH);
}
