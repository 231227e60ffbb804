/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "directory/directory.h"

#include "base/error.h"
#include "base/i18n.h"

Directory *
directory_open(const Config *config, GError **error)
{
    const char *uri = config->directory_uri ? config->directory_uri : "";
    if (g_str_has_prefix(uri, "ldif:"))
        return directory_ldif_new(config, error);
    if (g_str_has_prefix(uri, "ldap://") || g_str_has_prefix(uri, "ldaps://") ||
        g_str_has_prefix(uri, "ldapi://"))
        return directory_ldap_new(config, error);
    g_set_error(
        error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
        _("directory.uri is \"%s\"; it must be ldap://HOST, ldaps://HOST, ldapi://SOCKET or "
          "ldif:FILE"),
        uri);
    return NULL;
}

gboolean
directory_search(Directory *directory, DirectoryFunc func, gpointer user_data,
                 DirectoryTally *tally, GError **error)
{
    return directory->search(directory, func, user_data, tally, error);
}

void
directory_close(Directory *directory)
{
    if (directory)
        directory->close(directory);
}
