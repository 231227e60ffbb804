/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "provider.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static const char start_content[] =
    "dn: " PROVIDER_BASE "\nchangetype: add\nobjectClass: domain\ndc: netz\n\n" PROVIDER_UNIT("a")
        PROVIDER_UNIT("b") PROVIDER_PERSON("p1") PROVIDER_PERSON("p2") PROVIDER_PERSON("p3")
            PROVIDER_PERSON("p4");

/* slapd lies in a folder that only root has in its path */
static char *
find_slapd(void)
{
    char *path = g_find_program_in_path("slapd");
    if (!path && g_file_test("/usr/sbin/slapd", G_FILE_TEST_IS_EXECUTABLE))
        path = g_strdup("/usr/sbin/slapd");
    return path;
}

gboolean
provider_is_here(void)
{
    g_autofree char *slapd = find_slapd();
    g_autofree char *client = g_find_program_in_path("ldapmodify");
    return slapd && client;
}

static void
write_file(const Provider *provider, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(provider->folder, name, NULL);
    g_assert_true(
        g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

static void
write_settings(Provider *provider, const char *overlay)
{
    g_autofree char *database = g_build_filename(provider->folder, "db", NULL);
    g_autofree char *text = g_strdup_printf("include /etc/ldap/schema/core.schema\n"
                                            "include /etc/ldap/schema/cosine.schema\n"
                                            "include /etc/ldap/schema/inetorgperson.schema\n"
                                            "modulepath /usr/lib/ldap\n"
                                            "moduleload back_mdb\n"
                                            "moduleload syncprov\n"
                                            "threads 4\n"
                                            "database mdb\n"
                                            "suffix " PROVIDER_BASE "\n"
                                            "rootdn cn=admin," PROVIDER_BASE "\n"
                                            "rootpw geheim\n"
                                            "directory %s\n"
                                            "maxsize 67108864\n"
                                            "dbnosync\n"
                                            "index entryUUID,entryCSN eq\n"
                                            "%s\n",
                                            database, overlay);
    g_assert_cmpint(g_mkdir(database, 0700), ==, 0);
    write_file(provider, "slapd.conf", text);
    write_file(provider, "password", "geheim");
}

static void
set_config(Provider *provider)
{
    Config *config = provider->config = g_new0(Config, 1);
    g_autofree char *socket = g_build_filename(provider->folder, "ldapi", NULL);
    g_autofree char *escaped = g_uri_escape_string(socket, NULL, FALSE);
    config->directory_uri = g_strconcat("ldapi://", escaped, NULL);
    config->directory_base = g_strdup(PROVIDER_BASE);
    config->directory_bind_dn = g_strdup("cn=admin," PROVIDER_BASE);
    config->directory_password_file = g_build_filename(provider->folder, "password", NULL);
    config->directory_sasl = g_strdup("none");
    config->directory_starttls = g_strdup("off");
    config->directory_filter = g_strdup("(objectClass=*)");
    config->directory_timeout = 10;
    config->directory_id_attribute = g_strdup("entryUUID");
    config->directory_version_attribute = g_strdup("entryCSN");
    config->directory_referrals = g_strdup("skip");
}

Provider *
provider_new(const char *overlay)
{
    Provider *provider = g_new0(Provider, 1);
    provider->folder = g_dir_make_tmp("rundruf-provider-XXXXXX", NULL);
    g_assert_nonnull(provider->folder);
    write_settings(provider, overlay);
    set_config(provider);
    provider_start(provider);
    provider_change(provider, start_content);
    return provider;
}

/* a test that is aborted takes its slapd along */
static void
die_with_parent(G_GNUC_UNUSED gpointer user_data)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void
provider_start(Provider *provider)
{
    g_autofree char *slapd = find_slapd();
    g_autofree char *settings = g_build_filename(provider->folder, "slapd.conf", NULL);
    g_autofree char *socket = g_build_filename(provider->folder, "ldapi", NULL);
    char *words[] = {
        slapd,        (char *)"-f",   settings, (char *)"-h", provider->config->directory_uri,
        (char *)"-d", (char *)"none", NULL};
    g_unlink(socket);
    g_assert_true(g_spawn_async(NULL, words, NULL,
                                G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL,
                                die_with_parent, NULL, &provider->pid, NULL));
    for (guint i = 0; i < 500; i++) {
        g_autoptr(Directory) directory =
            directory_ldap_new(provider->config, provider->config->directory_uri, NULL);
        if (directory)
            return;
        g_usleep(20000);
    }
    g_assert_not_reached();
}

void
provider_end(Provider *provider, int signal_number)
{
    if (provider->pid == 0)
        return;
    kill(provider->pid, signal_number);
    waitpid(provider->pid, NULL, 0);
    provider->pid = 0;
}

void
provider_change(Provider *provider, const char *ldif)
{
    g_autofree char *file = g_build_filename(provider->folder, "change.ldif", NULL);
    const Config *config = provider->config;
    char *words[] = {(char *)"ldapmodify",
                     (char *)"-x",
                     (char *)"-H",
                     config->directory_uri,
                     (char *)"-D",
                     config->directory_bind_dn,
                     (char *)"-w",
                     (char *)"geheim",
                     (char *)"-f",
                     file,
                     NULL};
    int status = 0;
    write_file(provider, "change.ldif", ldif);
    g_assert_true(g_spawn_sync(NULL, words, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL,
                               NULL, NULL, NULL, NULL, &status, NULL));
    g_assert_cmpint(status, ==, 0);
}

Directory *
provider_open(Provider *provider)
{
    g_autoptr(GError) error = NULL;
    Directory *directory =
        directory_ldap_new(provider->config, provider->config->directory_uri, &error);
    g_assert_no_error(error);
    return directory;
}

static void
remove_folder(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    for (const char *name; folder && (name = g_dir_read_name(folder));) {
        g_autofree char *inside = g_build_filename(path, name, NULL);
        if (g_file_test(inside, G_FILE_TEST_IS_DIR))
            remove_folder(inside);
        else
            g_unlink(inside);
    }
    g_rmdir(path);
}

void
provider_free(Provider *provider)
{
    if (!provider)
        return;
    provider_end(provider, SIGTERM);
    remove_folder(provider->folder);
    config_free(provider->config);
    g_free(provider->folder);
    g_free(provider);
}
