/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "base/file.h"
#include "cli/cli.h"
#include "resources.h"

#include <errno.h>
#include <stdio.h>

#define SAMPLE "/rundruf/rundruf.yaml"

static gboolean
write_sample(const char *path, GError **error)
{
    g_autoptr(GBytes) sample =
        g_resource_lookup_data(conf_get_resource(), SAMPLE, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
    if (!sample)
        return FALSE;
    gsize length;
    const char *text = g_bytes_get_data(sample, &length);
    return file_write(path, text, length, 0640, error);
}

static void
print_made(const Cli *cli, const char *path, gboolean kept)
{
    if (kept)
        printf(_("Kept %s; made the store %s. The key file is %s.\n"), path, store_path(cli->store),
               cli->config->key_file);
    else
        printf(_("Made %s, the store %s and the key file %s.\n"
                 "Next: set directory.uri and network.domain in %s, then say: rundruf check\n"),
               path, store_path(cli->store), cli->config->key_file, path);
}

/* A configuration that is there is kept, and gets the store that it names if that is missing. */
ExitStatus
cmd_init(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 0, 1, &status, error))
        return status;
    const char *folder = argc > 1 ? argv[1] : ".";
    if (g_mkdir_with_parents(folder, 0700) < 0) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED, _("cannot make the folder %s: %s"),
                    folder, g_strerror(errno));
        return STATUS_FAILED;
    }
    g_autofree char *path = g_build_filename(folder, "rundruf.yaml", NULL);
    gboolean kept = g_file_test(path, G_FILE_TEST_EXISTS);
    if (!kept && !write_sample(path, error))
        return STATUS_FAILED;
    g_free(cli->config_path);
    cli->config_path = g_strdup(path);
    const Config *config = cli_config(cli, error);
    if (!config)
        return STATUS_FAILED;
    if (kept && cli_store(cli, NULL)) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED,
                    _("%s is there already; it was left as it is"), path);
        return STATUS_FAILED;
    }
    cli->store = store_open(config->store_uri, STORE_CREATE, error);
    if (!cli->store || !token_keys_create(config->key_file, error) || !cli_keys(cli, error))
        return STATUS_FAILED;
    if (!cli->quiet)
        print_made(cli, path, kept);
    return STATUS_DONE;
}
