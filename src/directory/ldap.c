/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ldap:, ldaps:, ldapi:, srv: - an LDAP server as the directory; see ldap_session.h */
#include "directory/ldap_session.h"

static void
server_free(Directory *directory)
{
    Ldap *ldap = (Ldap *)directory;
    ldap_session_close(ldap);
    ldap_content_free(ldap->content);
    g_strfreev(ldap->supported);
    attributes_free(ldap->attributes);
    g_ptr_array_unref(ldap->ranges);
    g_string_free(ldap->dn, TRUE);
    g_string_free(ldap->csn, TRUE);
    g_free(ldap);
}

Directory *
directory_ldap_new(const Config *config, const char *uris, GError **error)
{
    Ldap *ldap = g_new0(Ldap, 1);
    g_autoptr(Directory) directory = &ldap->vtable;
    ldap->vtable = (Directory){
        .search = ldap_session_search,
        .content_start = ldap_content_start,
        .content_next = ldap_content_next,
        .content_stop = ldap_content_stop,
        .write = ldap_write,
        .alive = ldap_session_alive,
        .schema = ldap_schema,
        .probe = ldap_probe,
        .close = server_free,
    };
    ldap->config = config;
    ldap->attributes = attributes_new();
    ldap->ranges = g_ptr_array_new_with_free_func(g_free);
    ldap->dn = g_string_new(NULL);
    ldap->csn = g_string_new(NULL);
    if (!ldap_session_open(ldap, uris, error))
        return NULL;
    return g_steal_pointer(&directory);
}
