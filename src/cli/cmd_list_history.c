/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "cli/cli.h"
#include "cli/lists.h"
#include "cli/output.h"
#include "store/list_changes.h"
#include "store/lists.h"

#include <string.h>

static void
print_json(const ListChange *change)
{
    g_autoptr(Value) value = value_new_map();
    output_set_time(value, "at", change->at);
    value_set_text(value, "author", change->author);
    if (change->property) {
        value_set_text(value, "property", change->property);
    } else {
        g_autofree char *uuid = uuid_to_text(change->person);
        value_set_text(value, "person", uuid);
        value_set_text(value, "reason", change->reason);
    }
    value_set_text(value, "old", change->old);
    value_set_text(value, "new", change->new);
    output_json(value);
}

static const char *
property_title(const char *property)
{
    guint i = 0;
    while (i < LIST_PROPERTIES && strcmp(list_property_names[i], property) != 0)
        i++;
    return i < LIST_PROPERTIES ? lists_title((ListProperty)i) : property;
}

static gboolean
add_row(Cli *cli, OutputTable *table, const ListChange *change, GError **error)
{
    g_autofree char *when = cli_when(cli, change->at);
    if (change->property) {
        output_table_add(table, when, change->author, property_title(change->property),
                         change->old ? change->old : "-", change->new ? change->new : "-", NULL);
        return TRUE;
    }
    g_autofree char *name = lists_person_name(cli, change->person, error);
    if (!name)
        return FALSE;
    g_autofree char *new =
        !change->new     ? g_strdup("-")
        : change->reason ? g_strdup_printf("%s: %s", lists_effect_text(change->new), change->reason)
                         : g_strdup(lists_effect_text(change->new));
    output_table_add(table, when, change->author, name,
                     change->old ? lists_effect_text(change->old) : "-", new, NULL);
    return TRUE;
}

/* of a list that is gone there is the history still */
static gboolean
check_known(Store *store, const char *name, const GPtrArray *changes, GError **error)
{
    if (changes->len > 0)
        return TRUE;
    g_autoptr(List) list = lists_find(store, name, error);
    return list != NULL;
}

ExitStatus
cmd_list_history(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 1, 1, &status, error))
        return status;
    Store *store = cli_store(cli, error);
    g_autoptr(GPtrArray) changes = store ? list_changes_since(store, argv[1], 0, error) : NULL;
    if (!changes || !check_known(store, argv[1], changes, error))
        return STATUS_FAILED;
    g_autoptr(OutputTable) table =
        output_table_new(_("WHEN"), _("WHO"), _("WHAT"), _("BEFORE"), _("AFTER"), NULL);
    for (guint i = 0; i < changes->len; i++) {
        const ListChange *change = g_ptr_array_index(changes, i);
        if (cli->json)
            print_json(change);
        else if (!add_row(cli, table, change, error))
            return STATUS_FAILED;
    }
    if (!cli->json)
        output_table_print(table);
    return STATUS_DONE;
}
