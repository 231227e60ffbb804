/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/lists.h"
#include "cli/output.h"
#include "cli/persons.h"
#include "cli/where.h"
#include "filter/compile.h"
#include "mailing/facts.h"
#include "mailing/membership.h"
#include "model/event.h"
#include "model/mailbox.h"
#include "store/journal.h"
#include "store/list_changes.h"
#include "store/lists.h"
#include "sync/turn.h"

#include <stdio.h>
#include <string.h>

/* What `list add` and `list set` take; NULL: not given. */
typedef struct {
    char *title, *filter, *where, *except, *purpose, *basis, *sender, *owner;
    gint64 max_members; /* -1: not given */
    gboolean dry_run;
} ListOptions;

static void
list_options_clear(ListOptions *options)
{
    g_free(options->title);
    g_free(options->filter);
    g_free(options->where);
    g_free(options->except);
    g_free(options->purpose);
    g_free(options->basis);
    g_free(options->sender);
    g_free(options->owner);
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
        CLI_WHERE(given->where),
        {"except", 'x', 0, G_OPTION_ARG_STRING, &given->except,
         N_("without those that this filter selects; \"\": without exception"), N_("FILTER")},
        {"purpose", 0, 0, G_OPTION_ARG_STRING, &given->purpose,
         N_("what it is used for; who opts out, opts out of a purpose"), N_("WORD")},
        {"basis", 0, 0, G_OPTION_ARG_STRING, &given->basis,
         N_("legal basis, the letter of Art. 6 (1) GDPR: a (consent) to f; e is a public task"),
         N_("LETTER")},
        {"sender", 0, 0, G_OPTION_ARG_STRING, &given->sender,
         N_("sender of its mailings, Name <address>"), N_("SENDER")},
        {"owner", 0, 0, G_OPTION_ARG_STRING, &given->owner, N_("who answers for the list"),
         N_("NAME")},
        {"max-members", 0, 0, G_OPTION_ARG_INT64, &given->max_members,
         N_("a mailing to more is held; 0: no limit"), N_("NUMBER")},
        CLI_DRY_RUN(given->dry_run),
        CLI_END,
    };
    if (!cli_parse(cli, options, argc, argv, 1, 1, status, error))
        return FALSE;
    *status = STATUS_USAGE;
    return where_check(given->filter, given->where, error);
}

static void
take(char **to, char **from)
{
    if (!*from)
        return;
    g_free(*to);
    *to = g_steal_pointer(from);
}

/* the same of what may be absent: empty text takes it away */
static void
take_or_clear(char **to, char **from)
{
    take(to, from);
    if (*to && !**to)
        g_clear_pointer(to, g_free);
}

static void
take_options(List *list, ListOptions *given)
{
    take(&list->title, &given->title);
    take(&list->filter, &given->filter);
    take_or_clear(&list->except, &given->except);
    take(&list->purpose, &given->purpose);
    take(&list->basis, &given->basis);
    take_or_clear(&list->sender, &given->sender);
    take_or_clear(&list->owner, &given->owner);
    if (given->max_members >= 0)
        list->max_members = given->max_members;
}

static gboolean
check_line(const char *option, const char *text, GError **error)
{
    g_autofree char *line = text ? text_one_line(text) : NULL;
    if (!text || (*line && strcmp(line, text) == 0))
        return TRUE;
    cli_usage(error, _("%s: write one line, without blanks at its ends"), option);
    return FALSE;
}

static gboolean
check_filter(const Config *config, const char *text, const char *source, GError **error)
{
    g_autoptr(FilterNode) node = text ? filter_parse(text, -1, source, error) : NULL;
    return !text || (node && filter_resolve(node, config->directory_fields, source, error));
}

static gboolean
check_filters(Cli *cli, const List *list, GError **error)
{
    facts_begin_list(cli->facts, list->name);
    gboolean good = check_filter(cli->config, list->filter, "filter", error) &&
                    check_filter(cli->config, list->except, "except", error);
    facts_end_list(cli->facts);
    return good;
}

static gboolean
check_basis(const char *basis, GError **error)
{
    g_autofree char *words = basis ? list_basis_text(basis) : NULL;
    if (!basis || words)
        return TRUE;
    g_autoptr(GString) choice = g_string_new(NULL);
    for (char letter[] = "a"; *letter <= 'f'; ++*letter) {
        g_autofree char *text = list_basis_text(letter);
        g_string_append_printf(choice, "\n  %s", text);
    }
    cli_usage(error, _("--basis: say the letter of Art. 6 (1) GDPR, one of:%s"), choice->str);
    return FALSE;
}

/* Moves what was given into the list and checks the whole. */
static gboolean
apply_options(Cli *cli, List *list, ListOptions *given, GError **error)
{
    if (!where_translate(cli, given->where, &given->filter, error))
        return FALSE;
    take_options(list, given);
    const Config *config = cli_config(cli, error);
    if (!config || !check_line("--title", list->title, error) ||
        !check_line("--owner", list->owner, error) || !check_filters(cli, list, error) ||
        !check_basis(list->basis, error))
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
print_json(const Cli *cli, const List *list)
{
    g_autofree char *meaning = where_describe(cli, list->filter);
    g_autoptr(Value) value = value_new_map();
    value_set_text(value, "list", list->name);
    value_set_text(value, "means", meaning);
    for (guint i = 0; i < LIST_PROPERTIES; i++) {
        g_autofree char *text = list_property_text(list, (ListProperty)i);
        if (i == LIST_MAX_MEMBERS)
            value_set_int(value, list_property_names[i], list->max_members);
        else
            value_set_text(value, list_property_names[i], text);
    }
    output_json(value);
}

static void
print_list(const Cli *cli, const List *list)
{
    g_autofree char *meaning = where_describe(cli, list->filter);
    output_pair(_("List"), list->name);
    for (guint i = 0; i < LIST_PROPERTIES; i++) {
        g_autofree char *text = i == LIST_BASIS && list->basis
                                    ? list_basis_text(list->basis)
                                    : list_property_text(list, (ListProperty)i);
        output_pair(lists_title((ListProperty)i), text);
        if (i == LIST_FILTER)
            output_pair(_("Means"), meaning);
    }
}

/* Shows a list with the number of its members, as the answer to `add` and `set`. */
static gboolean
answer(Cli *cli, const List *list, gboolean dry_run, GError **error)
{
    g_autoptr(Membership) membership =
        membership_new(cli->store, list, NULL, cli->config->directory_fields, error);
    gint64 members;
    if (!membership || !membership_count(membership, &members, error))
        return FALSE;
    if (cli->json)
        print_json(cli, list);
    if (cli->quiet || cli->json)
        return TRUE;
    print_list(cli, list);
    if (!lists_print_fixed(cli, membership_fixed(membership), error))
        return FALSE;
    printf(
        P_("%" PRId64 " person is in it now.\n", "%" PRId64 " persons are in it now.\n", members),
        members);
    if (!list->basis)
        printf(_("Before the first mailing, say on what legal basis: rundruf list set %s --basis "
                 "LETTER (rundruf list set --help)\n"),
               list->name);
    if (dry_run)
        puts(_("Nothing was stored (--dry-run)."));
    return TRUE;
}

/* Writes a list, its history and its journal row in one transaction; `before` NULL: it is new. */
static gboolean
write_list(Cli *cli, const List *before, List *list, GError **error)
{
    g_autoptr(StoreTransaction) transaction = store_begin(cli->store, error);
    return transaction &&
           (before ? lists_update(cli->store, list, error)
                   : lists_insert(cli->store, list, error)) &&
           list_changes_compare(cli->store, before, list, cli_actor(), list->changed_at, error) &&
           journal_add(cli->store, list->changed_at, cli_actor(), before ? "list.set" : "list.add",
                       list->name, list->filter, error) &&
           store_commit(g_steal_pointer(&transaction), error);
}

ExitStatus
cmd_list_add(Cli *cli, int argc, char **argv, GError **error)
{
    g_auto(ListOptions) given = {.max_members = -1};
    ExitStatus status;
    if (!parse_list_options(cli, &given, &argc, &argv, &status, error))
        return status;
    if (!event_name_valid(argv[1]))
        return cli_usage(error,
                         _("\"%s\" is no name for a list; use small letters, digits and "
                           "hyphens"),
                         argv[1]);
    if (!given.filter && !given.where)
        return cli_usage(error,
                         _("say who is in the list, e.g. --where 'planning is Sozialplanung'"));
    g_autoptr(List) list = list_new();
    list->name = g_strdup(argv[1]);
    list->title = g_strdup(argv[1]);
    list->purpose = g_strdup("invitation");
    list->created_at = list->changed_at = clock_now();
    if (!cli_store(cli, error) || !apply_options(cli, list, &given, error) ||
        (!given.dry_run && !write_list(cli, NULL, list, error)))
        return STATUS_FAILED;
    return answer(cli, list, given.dry_run, error) ? STATUS_DONE : STATUS_FAILED;
}

ExitStatus
cmd_list_set(Cli *cli, int argc, char **argv, GError **error)
{
    g_auto(ListOptions) given = {.max_members = -1};
    ExitStatus status;
    if (!parse_list_options(cli, &given, &argc, &argv, &status, error))
        return status;
    Store *store = cli_store(cli, error);
    g_autoptr(List) list = store ? lists_find(store, argv[1], error) : NULL;
    g_autoptr(List) before = list ? lists_find(store, argv[1], error) : NULL;
    if (!before)
        return STATUS_FAILED;
    list->changed_at = clock_now();
    if (!apply_options(cli, list, &given, error) ||
        (!given.dry_run && !write_list(cli, before, list, error)))
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
            print_json(cli, list);
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
    if (!list || !persons_print(cli, list, error))
        return STATUS_FAILED;
    if (!cli->json && !cli->quiet) {
        g_autofree char *age = cli_ago(cli, clock_now(), turn_last_good(store));
        printf(_("The roster is as of %s.\n"), age);
    }
    return STATUS_DONE;
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
    const gint64 now = clock_now();
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    if (!transaction || !lists_forget_all(cli, list, now, error) ||
        !lists_delete(store, list->name, error) ||
        !list_changes_compare(store, list, NULL, cli_actor(), now, error) ||
        !journal_add(store, now, cli_actor(), "list.remove", list->name, list->filter, error) ||
        !store_commit(g_steal_pointer(&transaction), error))
        return STATUS_FAILED;
    if (!cli->quiet)
        printf(_("The list %s is removed; mailings that went to it stay as they are.\n"),
               list->name);
    return STATUS_DONE;
}
