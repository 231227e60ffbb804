/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/dates.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/persons.h"
#include "filter/compile.h"
#include "model/event.h"
#include "model/mailbox.h"
#include "store/journal.h"
#include "store/lists.h"

#include <stdio.h>
#include <string.h>

/* What `list add` and `list set` take; NULL: not given. */
typedef struct {
    char *title, *filter, *purpose, *sender;
    gboolean dry_run;
} ListOptions;

static void
list_options_clear(ListOptions *options)
{
    g_free(options->title);
    g_free(options->filter);
    g_free(options->purpose);
    g_free(options->sender);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ListOptions, list_options_clear)

static gboolean
parse_list_options(Cli *cli, ListOptions *given, int *argc, char ***argv, ExitStatus *status,
                   GError **error)
{
    const GOptionEntry options[] = {
        {"title", 0, 0, G_OPTION_ARG_STRING, &given->title,
         N_("what recipients see; else the list's name"), N_("TEXT")},
        {"filter", 'f', 0, G_OPTION_ARG_STRING, &given->filter,
         N_("who is in it (RFC 4515), e.g. (planning=Sozialplanung)"), N_("FILTER")},
        {"purpose", 0, 0, G_OPTION_ARG_STRING, &given->purpose,
         N_("what it is used for; who opts out, opts out of a purpose"), N_("WORD")},
        {"sender", 0, 0, G_OPTION_ARG_STRING, &given->sender,
         N_("sender of its mailings, Name <address>"), N_("SENDER")},
        CLI_DRY_RUN(given->dry_run),
        CLI_END,
    };
    return cli_parse(cli, options, argc, argv, 1, 1, status, error);
}

static void
take(char **to, char **from)
{
    if (!*from)
        return;
    g_free(*to);
    *to = g_steal_pointer(from);
}

/* Moves what was given into the list and checks the whole. */
static gboolean
apply_options(Cli *cli, List *list, ListOptions *given, GError **error)
{
    take(&list->title, &given->title);
    take(&list->filter, &given->filter);
    take(&list->purpose, &given->purpose);
    take(&list->sender, &given->sender);
    const Config *config = cli_config(cli, error);
    if (!config)
        return FALSE;
    g_autofree char *line = text_one_line(list->title);
    if (!*line || strcmp(line, list->title) != 0) {
        cli_usage(error, _("--title: write one line, without blanks at its ends"));
        return FALSE;
    }
    g_autoptr(FilterNode) node = filter_parse(list->filter, -1, "filter", error);
    if (!node || !filter_resolve(node, config->directory_fields, "filter", error))
        return FALSE;
    if (!event_name_valid(list->purpose)) {
        cli_usage(error, _("\"%s\" is no purpose; use one word of small letters, digits, hyphens"),
                  list->purpose);
        return FALSE;
    }
    g_autoptr(Mailbox) sender = list->sender ? mailbox_parse(list->sender, error) : NULL;
    if (list->sender && !sender) {
        g_prefix_error(error, "--sender: ");
        return FALSE;
    }
    return TRUE;
}

static void
print_list(Cli *cli, const List *list)
{
    if (cli->json) {
        g_autoptr(Value) value = value_new_map();
        value_set_text(value, "list", list->name);
        value_set_text(value, "title", list->title);
        value_set_text(value, "filter", list->filter);
        value_set_text(value, "purpose", list->purpose);
        value_set_text(value, "sender", list->sender);
        output_json(value);
        return;
    }
    output_pair(_("List"), list->name);
    output_pair(_("Title"), list->title);
    output_pair(_("Filter"), list->filter);
    output_pair(_("Purpose"), list->purpose);
    output_pair(_("Sender"), list->sender);
}

/* Shows a list with the number of its members, as the answer to `add` and `set`. */
static gboolean
answer(Cli *cli, const List *list, gboolean dry_run, GError **error)
{
    gint64 members;
    if (!persons_count_matching(cli, list->filter, &members, error))
        return FALSE;
    if (cli->quiet)
        return TRUE;
    print_list(cli, list);
    if (cli->json)
        return TRUE;
    printf(
        P_("%" PRId64 " person is in it now.\n", "%" PRId64 " persons are in it now.\n", members),
        members);
    if (dry_run)
        puts(_("Nothing was stored (--dry-run)."));
    return TRUE;
}

typedef gboolean (*ListWrite)(Store *store, List *list, GError **error);

static gboolean
update(Store *store, List *list, GError **error)
{
    return lists_update(store, list, error);
}

/* Writes a list with its journal row in one transaction. */
static gboolean
write_list(Cli *cli, List *list, ListWrite write, const char *deed, GError **error)
{
    g_autoptr(StoreTransaction) transaction = store_begin(cli->store, error);
    return transaction && write(cli->store, list, error) &&
           journal_add(cli->store, list->changed_at, cli_actor(), deed, list->name, list->filter,
                       error) &&
           store_commit(g_steal_pointer(&transaction), error);
}

ExitStatus
cmd_list_add(Cli *cli, int argc, char **argv, GError **error)
{
    g_auto(ListOptions) given = {0};
    ExitStatus status;
    if (!parse_list_options(cli, &given, &argc, &argv, &status, error))
        return status;
    if (!event_name_valid(argv[1]))
        return cli_usage(error,
                         _("\"%s\" is no name for a list; use small letters, digits and "
                           "hyphens"),
                         argv[1]);
    if (!given.filter)
        return cli_usage(error,
                         _("say who is in the list, e.g. --filter '(planning=Sozialplanung)'"));
    g_autoptr(List) list = list_new();
    list->name = g_strdup(argv[1]);
    list->title = g_strdup(argv[1]);
    list->purpose = g_strdup("invitation");
    list->created_at = list->changed_at = clock_now();
    if (!cli_store(cli, error) || !apply_options(cli, list, &given, error) ||
        (!given.dry_run && !write_list(cli, list, lists_insert, "list.add", error)))
        return STATUS_FAILED;
    return answer(cli, list, given.dry_run, error) ? STATUS_DONE : STATUS_FAILED;
}

ExitStatus
cmd_list_set(Cli *cli, int argc, char **argv, GError **error)
{
    g_auto(ListOptions) given = {0};
    ExitStatus status;
    if (!parse_list_options(cli, &given, &argc, &argv, &status, error))
        return status;
    Store *store = cli_store(cli, error);
    g_autoptr(List) list = store ? lists_find(store, argv[1], error) : NULL;
    if (!list)
        return STATUS_FAILED;
    list->changed_at = clock_now();
    if (!apply_options(cli, list, &given, error) ||
        (!given.dry_run && !write_list(cli, list, update, "list.set", error)))
        return STATUS_FAILED;
    return answer(cli, list, given.dry_run, error) ? STATUS_DONE : STATUS_FAILED;
}

ExitStatus
cmd_list_show(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 1, 1, &status, error))
        return status;
    Store *store = cli_store(cli, error);
    g_autoptr(List) list = store ? lists_find(store, argv[1], error) : NULL;
    return list && answer(cli, list, FALSE, error) ? STATUS_DONE : STATUS_FAILED;
}

ExitStatus
cmd_list_ls(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 0, 0, &status, error))
        return status;
    Store *store = cli_store(cli, error);
    g_autoptr(GPtrArray) lists = store ? lists_all(store, error) : NULL;
    if (!lists)
        return STATUS_FAILED;
    g_autoptr(OutputTable) table =
        output_table_new(_("LIST"), _("PURPOSE"), _("TITLE"), _("FILTER"), NULL);
    for (guint i = 0; i < lists->len; i++) {
        const List *list = g_ptr_array_index(lists, i);
        if (cli->json)
            print_list(cli, list);
        else
            output_table_add(table, list->name, list->purpose, list->title, list->filter, NULL);
    }
    if (!cli->json)
        output_table_print(table);
    return STATUS_DONE;
}

ExitStatus
cmd_list_members(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 1, 1, &status, error))
        return status;
    Store *store = cli_store(cli, error);
    g_autoptr(List) list = store ? lists_find(store, argv[1], error) : NULL;
    return list && persons_print(cli, list->filter, error) ? STATUS_DONE : STATUS_FAILED;
}

ExitStatus
cmd_list_remove(Cli *cli, int argc, char **argv, GError **error)
{
    gboolean dry_run = FALSE, yes = FALSE;
    const GOptionEntry options[] = {CLI_DRY_RUN(dry_run), CLI_YES(yes), CLI_END};
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 1, 1, &status, error))
        return status;
    Store *store = cli_store(cli, error);
    g_autoptr(List) list = store ? lists_find(store, argv[1], error) : NULL;
    if (!list)
        return STATUS_FAILED;
    if (dry_run) {
        printf(_("The list %s would be removed.\n"), list->name);
        return STATUS_DONE;
    }
    g_autofree char *question =
        g_strdup_printf(_("Remove the list %s (%s)?"), list->name, list->filter);
    if (!yes && !cli_confirm(question, error))
        return STATUS_FAILED;
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    if (!transaction || !lists_delete(store, list->name, error) ||
        !journal_add(store, clock_now(), cli_actor(), "list.remove", list->name, list->filter,
                     error) ||
        !store_commit(g_steal_pointer(&transaction), error))
        return STATUS_FAILED;
    if (!cli->quiet)
        printf(_("The list %s is removed; mailings that went to it stay as they are.\n"),
               list->name);
    return STATUS_DONE;
}
