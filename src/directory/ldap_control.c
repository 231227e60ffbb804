/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "directory/ldap_control.h"

#include "model/attribute_type.h"

#include <string.h>

#define TAG_SEARCH_ENTRY    0x64
#define TAG_NEW_COOKIE      0x80
#define TAG_REFRESH_DELETE  0xa1
#define TAG_REFRESH_PRESENT 0xa2
#define TAG_ID_SET          0xa3

#define DESCRIPTION_MAX 256

static gboolean
is_next(const Octets *from, guint8 tag)
{
    return from->length > 0 && from->data[0] == tag;
}

/* Takes the one element that `value` must be. */
static gboolean
take_whole(Octets value, guint8 tag, Octets *content)
{
    return octets_take(&value, tag, content) && value.length == 0;
}

static gboolean
take_cookie(Octets *from, Octets *cookie)
{
    *cookie = (Octets){NULL, 0};
    return !is_next(from, TAG_OCTETS) || octets_take(from, TAG_OCTETS, cookie);
}

/* `*value` holds the default */
static gboolean
take_boolean(Octets *from, gboolean *value)
{
    Octets content;
    if (!is_next(from, TAG_BOOLEAN))
        return TRUE;
    if (!octets_take(from, TAG_BOOLEAN, &content) || content.length != 1)
        return FALSE;
    *value = content.data[0] != 0;
    return TRUE;
}

gboolean
ldap_control_sync_state(Octets value, SyncStateValue *out)
{
    Octets inside, state, uuid, cookie;
    if (!take_whole(value, TAG_SEQUENCE, &inside) ||
        !octets_take(&inside, TAG_ENUMERATED, &state) || state.length != 1 ||
        state.data[0] > SYNC_DELETE || !octets_take(&inside, TAG_OCTETS, &uuid) ||
        uuid.length != UUID_LENGTH || !take_cookie(&inside, &cookie))
        return FALSE;
    *out = (SyncStateValue){state.data[0], uuid.data, cookie};
    return TRUE;
}

gboolean
ldap_control_sync_done(Octets value, SyncDoneValue *out)
{
    Octets inside, cookie;
    gboolean deletes = FALSE;
    if (!take_whole(value, TAG_SEQUENCE, &inside) || !take_cookie(&inside, &cookie) ||
        !take_boolean(&inside, &deletes))
        return FALSE;
    *out = (SyncDoneValue){cookie, deletes};
    return TRUE;
}

static gboolean
take_uuids(Octets *from, GByteArray *uuids)
{
    Octets set, uuid;
    if (!octets_take(from, TAG_SET, &set))
        return FALSE;
    while (set.length > 0) {
        if (!octets_take(&set, TAG_OCTETS, &uuid) || uuid.length != UUID_LENGTH)
            return FALSE;
        g_byte_array_append(uuids, uuid.data, UUID_LENGTH);
    }
    return TRUE;
}

static gboolean
sync_info(Octets value, SyncInfoValue *out, GByteArray *uuids)
{
    Octets inside;
    if (take_whole(value, TAG_NEW_COOKIE, &out->cookie)) {
        out->info = SYNC_NEW_COOKIE;
        return TRUE;
    }
    if (take_whole(value, TAG_ID_SET, &inside)) {
        out->info = SYNC_ID_SET;
        return take_cookie(&inside, &out->cookie) && take_boolean(&inside, &out->deletes) &&
               take_uuids(&inside, uuids);
    }
    out->info = is_next(&value, TAG_REFRESH_DELETE) ? SYNC_REFRESH_DELETE : SYNC_REFRESH_PRESENT;
    out->done = TRUE;
    return (take_whole(value, TAG_REFRESH_DELETE, &inside) ||
            take_whole(value, TAG_REFRESH_PRESENT, &inside)) &&
           take_cookie(&inside, &out->cookie) && take_boolean(&inside, &out->done);
}

gboolean
ldap_control_sync_info(Octets value, SyncInfoValue *out, GByteArray *uuids)
{
    SyncInfoValue decoded = {0};
    g_byte_array_set_size(uuids, 0);
    if (sync_info(value, &decoded, uuids)) {
        *out = decoded;
        return TRUE;
    }
    g_byte_array_set_size(uuids, 0);
    return FALSE;
}

static gboolean
take_attribute(Octets *from, Attributes *out)
{
    Octets attribute, name, set, value;
    char description[DESCRIPTION_MAX];
    if (!octets_take(from, TAG_SEQUENCE, &attribute) ||
        !octets_take(&attribute, TAG_OCTETS, &name) || name.length >= sizeof description ||
        memchr(name.data, 0, name.length) || !octets_take(&attribute, TAG_SET, &set))
        return FALSE;
    memcpy(description, name.data, name.length);
    description[name.length] = '\0';
    gboolean secret = attribute_is_secret(description);
    while (set.length > 0) {
        if (!octets_take(&set, TAG_OCTETS, &value))
            return FALSE;
        if (!secret)
            attributes_add(out, description, value.data, value.length);
    }
    return TRUE;
}

gboolean
ldap_control_post_read(Octets value, Attributes *out)
{
    Octets inside, dn, list;
    /* a SearchResultEntry with its own tag, or without it (slapd) */
    if ((!take_whole(value, TAG_SEARCH_ENTRY, &inside) &&
         !take_whole(value, TAG_SEQUENCE, &inside)) ||
        !octets_take(&inside, TAG_OCTETS, &dn) || !octets_take(&inside, TAG_SEQUENCE, &list))
        return FALSE;
    while (list.length > 0)
        if (!take_attribute(&list, out)) {
            attributes_clear(out);
            return FALSE;
        }
    return TRUE;
}
