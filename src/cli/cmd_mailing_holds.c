/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/holds.h"
#include "cli/output.h"
#include "mailing/control.h"

#include <stdio.h>

Value *
hold_to_value(const Held *held)
{
    const Hold *hold = held->hold;
    Value *value = value_new_map();
    value_set_text(value, "domain", hold->domain);
    output_set_time(value, "since", hold->since);
    output_set_time(value, "until", hold->until);
    value_set(value, "code", hold->code ? value_new_int(hold->code) : value_new_null());
    value_set_text(value, "text", hold->text);
    value_set_int(value, "waiting", held->waiting);
    return value;
}

Value *
holds_to_value(const GPtrArray *held)
{
    Value *list = value_new_list();
    for (guint i = 0; i < held->len; i++)
        value_append(list, hold_to_value(held->pdata[i]));
    return list;
}

static void
add_row(const Cli *cli, const Held *held, OutputTable *table)
{
    const Hold *hold = held->hold;
    g_autofree char *since = cli_when(cli, hold->since);
    g_autofree char *until = cli_when(cli, hold->until);
    g_autofree char *waiting = g_strdup_printf("%u", held->waiting);
    g_autofree char *code = hold->code ? g_strdup_printf("%d", hold->code) : g_strdup("");
    output_table_add(table, hold->domain, since, until, waiting, code, hold->text ? hold->text : "",
                     NULL);
}

ExitStatus
cmd_mailing_holds(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 0, 0, &status, error))
        return status;
    Store *store = cli_store(cli, error);
    g_autoptr(StoreTransaction) snapshot = store ? store_begin_read(store, error) : NULL;
    g_autoptr(GPtrArray) all = snapshot ? held_all(store, cli->config, clock_now(), error) : NULL;
    if (!all)
        return STATUS_FAILED;
    g_autoptr(OutputTable) table = output_table_new(_("DOMAIN"), _("SINCE"), _("UNTIL"),
                                                    _("WAITING"), _("CODE"), _("REASON"), NULL);
    for (guint i = 0; i < all->len; i++) {
        g_autoptr(Value) value = hold_to_value(all->pdata[i]);
        if (cli->json)
            output_json(value);
        else
            add_row(cli, all->pdata[i], table);
    }
    if (!cli->json)
        output_table_print(table);
    return STATUS_DONE;
}

ExitStatus
cmd_mailing_lift(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 1, 1, &status, error))
        return status;
    Deed who = {cli_actor(), clock_now()};
    Store *store = cli_store(cli, error);
    if (!store || !mailing_lift(store, cli->config, argv[1], &who, error))
        return STATUS_FAILED;
    if (!cli->quiet)
        printf(_("Mail to %s goes again.\n"), argv[1]);
    return STATUS_DONE;
}
