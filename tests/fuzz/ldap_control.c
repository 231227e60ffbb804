/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer: any octets as the values of controls; what is read points into them */
#include "directory/ldap_control.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
check(Octets value, Octets part)
{
    if (part.data && (part.data < value.data || part.length > value.length ||
                      part.data + part.length > value.data + value.length))
        abort();
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    Octets value = {data, size};
    SyncStateValue state;
    SyncDoneValue done;
    SyncInfoValue info;
    g_autoptr(GByteArray) uuids = g_byte_array_new();
    g_autoptr(Attributes) read = attributes_new();
    if (ldap_control_sync_state(value, &state)) {
        check(value, state.cookie);
        check(value, (Octets){state.uuid, UUID_LENGTH});
    }
    if (ldap_control_sync_done(value, &done))
        check(value, done.cookie);
    if (ldap_control_sync_info(value, &info, uuids))
        check(value, info.cookie);
    else if (uuids->len > 0)
        abort();
    if (uuids->len % UUID_LENGTH != 0 || uuids->len > size)
        abort();
    if (!ldap_control_post_read(value, read) && attributes_count(read) > 0)
        abort();
    return 0;
}
