/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "directory/directory.h"
#include "message/compose.h"
#include "transport/transport.h"

#include <stdio.h>

/* One thing that is tried: FALSE with what is wrong and what to do. */
typedef struct {
    const char *name; /* msgid */
    gboolean (*try)(Cli *cli, GError **error);
} Check;

static gboolean
check_configuration(Cli *cli, GError **error)
{
    return cli_config(cli, error) != NULL;
}

static gboolean
check_store(Cli *cli, GError **error)
{
    return cli_store(cli, error) != NULL;
}

static gboolean
check_keys(Cli *cli, GError **error)
{
    return cli_keys(cli, error) != NULL;
}

static gboolean
check_directory(Cli *cli, GError **error)
{
    const Config *config = cli_config(cli, error);
    g_autoptr(Directory) directory = config ? directory_open(config, error) : NULL;
    return directory != NULL;
}

static gboolean
check_transport(Cli *cli, GError **error)
{
    const Config *config = cli_config(cli, error);
    g_autoptr(Transport) transport = config ? transport_open(config, error) : NULL;
    return transport && transport->check(transport, error);
}

static gboolean
check_templates(Cli *cli, GError **error)
{
    const TokenKeys *keys = cli_keys(cli, error);
    g_autoptr(Composer) composer = keys ? composer_new(cli->config, keys, error) : NULL;
    return composer != NULL;
}

static const Check checks[] = {
    {N_("configuration"), check_configuration},
    {N_("store"), check_store},
    {N_("key file"), check_keys},
    {N_("directory"), check_directory},
    {N_("transport"), check_transport},
    {N_("templates and sender"), check_templates},
};

static void
report(const Cli *cli, const Check *check, const GError *wrong)
{
    if (cli->json) {
        g_autoptr(Value) row = value_new_map();
        value_set_text(row, "check", check->name);
        value_set_bool(row, "good", wrong == NULL);
        if (wrong)
            value_set_text(row, "error", wrong->message);
        output_json(row);
    } else if (wrong || !cli->quiet) {
        const char *name = _(check->name);
        int blanks = MAX(24 - (int)g_utf8_strlen(name, -1), 0);
        printf("%s%*s %s\n", name, blanks, "", wrong ? wrong->message : _("good"));
    }
}

ExitStatus
cmd_check(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 0, 0, &status, error))
        return status;
    for (guint i = 0; i < G_N_ELEMENTS(checks); i++) {
        g_autoptr(GError) wrong = NULL;
        if (!checks[i].try(cli, &wrong))
            status = STATUS_FAILED;
        report(cli, &checks[i], wrong);
        if (i == 0 && wrong) /* nothing else can be tried without it */
            break;
    }
    return status;
}
