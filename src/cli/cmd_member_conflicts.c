/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/error.h"
#include "cli/cli.h"
#include "cli/edits.h"
#include "cli/output.h"
#include "model/person.h"
#include "store/mirror.h"
#include "sync/classify.h"
#include "sync/edit.h"

#include <stdio.h>
#include <string.h>

/* how people call the entry; else its DN. Owned by the caller */
static char *
name_of(const Cli *cli, const Change *change)
{
    g_autoptr(MirrorEntry) entry =
        change->kind == CHANGE_ADD ? NULL : mirror_find(cli->store, change->uuid, NULL);
    char *name = entry ? classify_name(cli->config, entry->row.kind, entry->attributes) : NULL;
    return name ? name : g_strdup(change->dn);
}

static void
print_conflict(const Cli *cli, const Change *change)
{
    g_autofree char *name = name_of(cli, change);
    if (cli->json) {
        g_autoptr(Value) value = edits_to_value(change);
        value_set_text(value, "name", name);
        output_json(value);
        return;
    }
    g_autofree char *id = g_strdup_printf("%" PRId64, change->id);
    g_autofree char *when = cli_when(cli, change->at);
    g_autofree char *base = edits_join(change->old, change->attribute);
    g_autofree char *ours = edits_join(change->new, change->attribute);
    g_autofree char *theirs = edits_join(change->theirs, change->attribute);
    output_pair(_("Edit"), id);
    output_pair(_("Person"), name);
    output_pair(_("DN"), change->dn);
    output_pair(_("Attribute"), change->attribute);
    if (change->old)
        output_pair(_("Base"), base);
    output_pair(_("Ours"), change->kind == CHANGE_REMOVE ? _("to be removed") : ours);
    if (change->state == CHANGE_CONFLICT)
        output_pair(_("Theirs"), change->theirs ? theirs : _("the entry is gone"));
    output_pair(_("Author"), change->author);
    output_pair(_("Since"), when);
    output_pair(_("State"), edits_state(change->state));
    output_pair(_("Reason"), change->reason);
}

/* What is left to decide about one edit. */
static void
say_how(const Change *change)
{
    if (change->state != CHANGE_CONFLICT && change->state != CHANGE_REFUSED)
        puts(_("This edit needs no decision."));
    else if (change->state == CHANGE_CONFLICT && !change->theirs)
        printf(_("The directory has deleted the entry, so that --ours cannot bring the edit "
                 "there. To drop it: rundruf member conflicts %" PRId64 " --theirs\n"),
               change->id);
    else if (change->kind != CHANGE_SET)
        printf(_("To decide: rundruf member conflicts %" PRId64 " with --ours or --theirs\n"),
               change->id);
    else
        printf(_("To decide: rundruf member conflicts %" PRId64 " with --ours, --theirs, or "
                 "--value VALUE\n"),
               change->id);
}

static gboolean
print_one(Cli *cli, gint64 id, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(Change) change = store ? changes_find(store, id, error) : NULL;
    if (!change)
        return FALSE;
    print_conflict(cli, change);
    if (!cli->json && !cli->quiet) {
        putchar('\n');
        say_how(change);
    }
    return TRUE;
}

static gboolean
print_conflicts(Cli *cli, GError **error)
{
    static const ChangeState states[] = {CHANGE_CONFLICT, CHANGE_REFUSED};
    Store *store = cli_store(cli, error);
    g_autoptr(GPtrArray) list =
        store ? changes_list(store, states, G_N_ELEMENTS(states), error) : NULL;
    if (!list)
        return FALSE;
    for (guint i = 0; i < list->len; i++) {
        if (i > 0 && !cli->json)
            putchar('\n');
        print_conflict(cli, g_ptr_array_index(list, i));
    }
    if (cli->json || cli->quiet)
        return TRUE;
    if (list->len == 0)
        puts(_("No edit waits for a decision."));
    else
        putchar('\n');
    if (list->len == 1)
        say_how(g_ptr_array_index(list, 0));
    else if (list->len > 1)
        puts(_("To decide: rundruf member conflicts ID with --ours, --theirs, or --value VALUE"));
    return TRUE;
}

/* Done, or shown only, in one transaction. */
static gboolean
decide(Cli *cli, gint64 id, EditDecision decision, char **given, gboolean dry_run, GError **error)
{
    Store *store = cli_store(cli, error);
    guint count = given ? g_strv_length(given) : 0;
    g_autofree AttributeValue *values = g_new0(AttributeValue, count + 1);
    guint filled = 0;
    for (guint i = 0; i < count; i++)
        if (*given[i])
            values[filled++] = (AttributeValue){given[i], strlen(given[i])};
    g_autoptr(StoreTransaction) transaction = store ? store_begin(store, error) : NULL;
    if (!transaction)
        return FALSE;
    Editor editor = {cli->config, store, clock_now(), cli_actor()};
    return edit_decide(&editor, id, decision, values, filled, error) &&
           (dry_run || store_commit(g_steal_pointer(&transaction), error));
}

static void
say_decided(const Cli *cli, gint64 id, EditDecision decision, gboolean dry_run)
{
    if (cli->quiet || cli->json)
        return;
    if (dry_run)
        puts(_("Nothing was stored (--dry-run)."));
    else if (decision == DECIDE_THEIRS)
        printf(_("Edit %" PRId64 " is dropped.\n"), id);
    else
        puts(_("The edit waits again; the directory gets it with the next: rundruf sync"));
}

ExitStatus
cmd_member_conflicts(Cli *cli, int argc, char **argv, GError **error)
{
    gboolean ours = FALSE, theirs = FALSE, dry_run = FALSE;
    g_auto(GStrv) values = NULL;
    const GOptionEntry options[] = {
        {"ours", 0, 0, G_OPTION_ARG_NONE, &ours, N_("the edit shall be, as it was made"), NULL},
        {"theirs", 0, 0, G_OPTION_ARG_NONE, &theirs,
         N_("what the directory has shall be: drop the edit"), NULL},
        {"value", 0, 0, G_OPTION_ARG_STRING_ARRAY, &values,
         N_("this value shall be (repeat it for several; an empty one for none)"), N_("VALUE")},
        CLI_DRY_RUN(dry_run),
        CLI_END,
    };
    ExitStatus status;
    gint64 id;
    if (!cli_parse(cli, options, &argc, &argv, 0, 1, &status, error))
        return status;
    guint decisions = (guint)ours + (guint)theirs + (values != NULL);
    if (argc < 2 && decisions == 0)
        return print_conflicts(cli, error) ? STATUS_DONE : STATUS_FAILED;
    if (argc < 2 || decisions > 1 ||
        !g_ascii_string_to_signed(argv[1], 10, 1, G_MAXINT64, &id, NULL))
        return cli_usage(error,
                         _("say which edit, by its number, and at most one of --ours, --theirs, "
                           "--value VALUE"));
    if (decisions == 0)
        return print_one(cli, id, error) ? STATUS_DONE : STATUS_FAILED;
    EditDecision decision = ours ? DECIDE_OURS : theirs ? DECIDE_THEIRS : DECIDE_VALUE;
    if (!decide(cli, id, decision, values, dry_run, error))
        return STATUS_FAILED;
    say_decided(cli, id, decision, dry_run);
    return STATUS_DONE;
}
