/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_list_fixed.c - single persons taken into a list or left out of it by hand */
#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/lists.h"
#include "cli/persons.h"
#include "mailing/membership.h"
#include "store/journal.h"
#include "store/list_changes.h"
#include "store/list_persons.h"
#include "store/lists.h"

#include <stdio.h>
#include <string.h>

typedef enum { FORGET, INCLUDE, EXCLUDE } Effect;

static const char *const effects[] = {
    [FORGET] = NULL, [INCLUDE] = "include", [EXCLUDE] = "exclude"};
static const char *const deeds[] = {
    [FORGET] = "list.forget", [INCLUDE] = "list.include", [EXCLUDE] = "list.exclude"};

typedef struct {
    Cli *cli;
    const List *list;
    Effect effect;
    guint8 person[UUID_LENGTH];
    char *name; /* NULL: the roster has no such person */
    const char *reason;
} FixedDeed;

static gboolean
write_fixed(const FixedDeed *deed, GError **error)
{
    Store *store = deed->cli->store;
    ListPerson fixed = {.included = deed->effect == INCLUDE,
                        .reason = (char *)deed->reason,
                        .author = (char *)cli_actor(),
                        .at = clock_now()};
    memcpy(fixed.person, deed->person, UUID_LENGTH);
    return deed->effect == FORGET ? list_persons_remove(store, deed->list->id, deed->person, error)
                                  : list_persons_set(store, deed->list->id, &fixed, error);
}

/* Writes it with its history and its journal row in one transaction. `done` is FALSE if there was
 * nothing to forget. */
static gboolean
apply(const FixedDeed *deed, gboolean *done, GError **error)
{
    Store *store = deed->cli->store;
    g_autofree char *uuid = uuid_to_text(deed->person);
    g_autofree char *object = g_strdup_printf("%s %s", deed->list->name, uuid);
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    g_autoptr(GPtrArray) all = transaction ? list_persons_all(store, deed->list->id, error) : NULL;
    if (!all)
        return FALSE;
    const ListPerson *before = list_persons_find(all, deed->person);
    *done = before || deed->effect != FORGET;
    if (!*done)
        return TRUE;
    ListChange change = {.at = clock_now(),
                         .author = (char *)cli_actor(),
                         .old = !before ? NULL : (char *)(before->included ? "include" : "exclude"),
                         .new = (char *)effects[deed->effect],
                         .reason = (char *)deed->reason};
    memcpy(change.person, deed->person, UUID_LENGTH);
    return write_fixed(deed, error) && list_changes_add(store, deed->list->name, &change, error) &&
           journal_add(store, change.at, cli_actor(), deeds[deed->effect], object, deed->reason,
                       error) &&
           store_commit(g_steal_pointer(&transaction), error);
}

static gboolean
note_member(const Person *person, gpointer data, GError **error)
{
    const FixedDeed *deed = data;
    const Cli *cli = deed->cli;
    g_autoptr(Membership) membership =
        membership_new(cli->store, deed->list, NULL, cli->config->directory_fields, error);
    if (!membership)
        return FALSE;
    gboolean has = membership_has(membership, person);
    if (has)
        printf(_("%s is in the list %s now.\n"), deed->name, deed->list->name);
    else
        printf(_("%s is not in the list %s now.\n"), deed->name, deed->list->name);
    g_autofree char *uuid = uuid_to_text(person->uuid);
    if (!has && deed->effect == INCLUDE)
        printf(_("The list's exception leaves them out, and weighs more; to see why: rundruf list "
                 "explain %s %s\n"),
               deed->list->name, uuid);
    return TRUE;
}

static ExitStatus
answer(FixedDeed *deed, gboolean done, GError **error)
{
    g_autofree char *uuid = uuid_to_text(deed->person);
    if (deed->cli->quiet || deed->cli->json)
        return STATUS_DONE;
    if (!done) {
        printf(_("Nothing to do: nobody took %s in or left them out by hand.\n"),
               deed->name ? deed->name : uuid);
        return STATUS_DONE;
    }
    if (!deed->name) {
        printf(_("Noted; but nobody in the roster has the UUID %s now.\n"), uuid);
        return STATUS_DONE;
    }
    return persons_find_uuid(deed->cli->store, deed->person, note_member, deed, error)
               ? STATUS_DONE
               : STATUS_FAILED;
}

static ExitStatus
run(Cli *cli, const char *list_name, const char *key, Effect effect, const char *reason,
    GError **error)
{
    FixedDeed deed = {.cli = cli, .effect = effect, .reason = reason};
    Store *store = cli_store(cli, error);
    g_autoptr(List) list = store ? lists_find(store, list_name, error) : NULL;
    g_autofree char *name = NULL;
    gboolean done;
    if (!list || !persons_find_one(cli, key, deed.person, &name, error))
        return STATUS_FAILED;
    deed.name = name;
    deed.list = list;
    return apply(&deed, &done, error) ? answer(&deed, done, error) : STATUS_FAILED;
}

/* the two that need a reason */
static ExitStatus
run_with_reason(Cli *cli, int argc, char **argv, Effect effect, GError **error)
{
    g_autofree char *reason = NULL;
    const GOptionEntry options[] = {
        {"reason", 'r', 0, G_OPTION_ARG_STRING, &reason, N_("why, in a line; is kept and shown"),
         N_("TEXT")},
        CLI_END,
    };
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 2, 2, &status, error))
        return status;
    g_autofree char *line = reason ? text_one_line(reason) : NULL;
    if (!line || !*line)
        return cli_usage(error, _("say why, for whoever looks at the list later: --reason TEXT"));
    return run(cli, argv[1], argv[2], effect, line, error);
}

ExitStatus
cmd_list_include(Cli *cli, int argc, char **argv, GError **error)
{
    return run_with_reason(cli, argc, argv, INCLUDE, error);
}

ExitStatus
cmd_list_exclude(Cli *cli, int argc, char **argv, GError **error)
{
    return run_with_reason(cli, argc, argv, EXCLUDE, error);
}

ExitStatus
cmd_list_forget(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 2, 2, &status, error))
        return status;
    return run(cli, argv[1], argv[2], FORGET, NULL, error);
}
