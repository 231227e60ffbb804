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
        g_str_has_prefix(uri, "ldapi://") || g_str_has_prefix(uri, "srv:"))
        return directory_ldap_new(config, uri, error);
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                _("directory.uri is \"%s\"; it must be ldap://HOST, ldaps://HOST, ldapi://SOCKET, "
                  "srv:DOMAIN or ldif:FILE"),
                uri);
    return NULL;
}

Directory *
directory_open_writer(const Config *config, GError **error)
{
    const char *uris = config->directory_write_uri;
    if (!uris || !*uris)
        return directory_open(config, error);
    return directory_ldap_new(config, uris, error);
}

gboolean
directory_search(Directory *directory, const DirectoryQuery *query, DirectoryFunc func,
                 gpointer user_data, DirectoryTally *tally, GError **error)
{
    static const DirectoryQuery everything = {0};
    DirectoryTally unwanted;
    return directory->search(directory, query ? query : &everything, func, user_data,
                             tally ? tally : &unwanted, error);
}

gboolean
directory_can_follow(const Directory *directory)
{
    return directory->content_start != NULL;
}

gboolean
directory_can_write(const Directory *directory)
{
    return directory->write != NULL;
}

gboolean
directory_content_start(Directory *directory, gconstpointer cookie, gsize length, GError **error)
{
    return directory->content_start(directory, cookie, length, error);
}

gboolean
directory_content_next(Directory *directory, gint64 wait_ms, ContentMessage *message,
                       GError **error)
{
    return directory->content_next(directory, wait_ms, message, error);
}

void
directory_content_stop(Directory *directory)
{
    directory->content_stop(directory);
}

gboolean
directory_write(Directory *directory, GPtrArray *writes, GError **error)
{
    return directory->write(directory, writes, error);
}

gboolean
directory_alive(Directory *directory, GError **error)
{
    return !directory->alive || directory->alive(directory, error);
}

char *
directory_schema(Directory *directory)
{
    return directory->schema ? directory->schema(directory) : NULL;
}

void
directory_write_free(DirectoryWrite *write)
{
    if (!write)
        return;
    g_free(write->dn);
    g_free(write->csn);
    attributes_free(write->before);
    attributes_free(write->after);
    g_free(write->text);
    attributes_free(write->read);
    g_free(write->read_csn);
    g_free(write);
}

static void
finding_free(gpointer data)
{
    DirectoryFinding *finding = data;
    g_free(finding->text);
    g_free(finding);
}

GPtrArray *
directory_findings_new(void)
{
    return g_ptr_array_new_with_free_func(finding_free);
}

GPtrArray *
directory_probe(Directory *directory, GError **error)
{
    return directory->probe ? directory->probe(directory, error) : directory_findings_new();
}

void
directory_close(Directory *directory)
{
    if (directory)
        directory->close(directory);
}
