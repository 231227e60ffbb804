/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

#include <stdio.h>

ExitStatus
cmd_db_check(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 0, 0, &status, error))
        return status;
    Store *store = cli_store(cli, error);
    if (!store || !store_check(store, error))
        return STATUS_FAILED;
    if (!cli->quiet)
        printf(_("The store %s is in order.\n"), store_path(store));
    return STATUS_DONE;
}

ExitStatus
cmd_db_backup(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 1, 1, &status, error))
        return status;
    const Config *config = cli_config(cli, error);
    if (!config)
        return STATUS_FAILED;
    cli->store = store_open(config->store_uri, STORE_OLD, error);
    if (!cli->store || !store_backup(cli->store, argv[1], error))
        return STATUS_FAILED;
    if (!cli->quiet)
        printf(_("The store was copied to %s.\n"), argv[1]);
    return STATUS_DONE;
}

ExitStatus
cmd_db_upgrade(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 0, 0, &status, error))
        return status;
    const Config *config = cli_config(cli, error);
    if (!config)
        return STATUS_FAILED;
    cli->store = store_open(config->store_uri, STORE_UPGRADE, error);
    if (!cli->store)
        return STATUS_FAILED;
    if (!cli->quiet)
        printf(_("The store %s fits this version.\n"), store_path(cli->store));
    return STATUS_DONE;
}
