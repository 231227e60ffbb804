/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `suppression`: addresses that must not get mail */
#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/addressee.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/suppression_file.h"
#include "store/lists.h"
#include "store/suppressed.h"
#include "store/suppressions.h"

#include <stdio.h>
#include <string.h>

#define FAULTS_SHOWN_MAX 20
#define DEFAULT_PURPOSE  "invitation"

#define PURPOSE_OPTION(variable)                                                                   \
    {                                                                                              \
        "purpose", 0, 0, G_OPTION_ARG_STRING, &(variable),                                         \
            N_("for mail of this purpose, as lists have it; default: *, for all"), N_("WORD")      \
    }

static char *
describe_purpose(const char *purpose)
{
    return strcmp(purpose, SUPPRESSION_ALL_PURPOSES) == 0 ? g_strdup(_("all purposes"))
                                                          : g_strdup(purpose);
}

/* ---- ls, check */

static Value *
row_to_value(const Suppression *row)
{
    Value *value = value_new_map();
    g_autofree char *object = suppressions_object(row->hash);
    value_set_text(value, "hash", strchr(object, ' ') + 1);
    value_set_text(value, "purpose", row->purpose);
    value_set_text(value, "reason", suppression_reason_text(row->reason));
    value_set_text(value, "note", row->note);
    output_set_time(value, "since", row->at);
    value_set_text(value, "author", row->author);
    return value;
}

typedef struct {
    const Cli *cli;
    GHashTable *addresses;
    OutputTable *table;
    gint64 count;
} Listing;

static gboolean
list_row(const Suppression *row, gpointer user_data, G_GNUC_UNUSED GError **error)
{
    Listing *listing = user_data;
    g_autoptr(GBytes) hash = g_bytes_new(row->hash, ADDRESS_HASH_LENGTH);
    const char *address = g_hash_table_lookup(listing->addresses, hash);
    listing->count++;
    if (listing->cli->json) {
        g_autoptr(Value) value = row_to_value(row);
        value_set_text(value, "address", address);
        output_json(value);
        return TRUE;
    }
    g_autofree char *when = cli_when(listing->cli, row->at);
    output_table_add(listing->table, address ? address : _("(not known any more)"), row->purpose,
                     suppression_reason_text(row->reason), when, row->note ? row->note : "-", NULL);
    return TRUE;
}

ExitStatus
cmd_suppression_ls(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 0, 0, &status, error))
        return status;
    Store *store = cli_store(cli, error);
    g_autoptr(StoreTransaction) transaction = store ? store_begin_read(store, error) : NULL;
    g_autoptr(GHashTable) addresses =
        transaction ? suppressed_addresses(store, cli->config->directory_fields, error) : NULL;
    g_autoptr(OutputTable) table =
        output_table_new(_("ADDRESS"), _("PURPOSE"), _("REASON"), _("SINCE"), _("NOTE"), NULL);
    Listing listing = {cli, addresses, table, 0};
    if (!addresses || !suppressions_each(store, NULL, list_row, &listing, error))
        return STATUS_FAILED;
    if (cli->json)
        return STATUS_DONE;
    output_table_print(table);
    if (!cli->quiet)
        printf(P_("%" PRId64 " suppression\n", "%" PRId64 " suppressions\n", listing.count),
               listing.count);
    return STATUS_DONE;
}

typedef struct {
    const Cli *cli;
    const char *address;
    Value *list; /* JSON */
    guint count;
} Check;

static gboolean
check_row(const Suppression *row, gpointer user_data, G_GNUC_UNUSED GError **error)
{
    Check *check = user_data;
    check->count++;
    if (check->cli->json) {
        value_append(check->list, row_to_value(row));
        return TRUE;
    }
    g_autofree char *purpose = describe_purpose(row->purpose);
    g_autofree char *when = cli_when(check->cli, row->at);
    printf(_("%s gets no mail for %s: %s, since %s%s%s\n"), check->address, purpose,
           suppression_reason_title(row->reason), when, row->note ? ": " : "",
           row->note ? row->note : "");
    return TRUE;
}

static gboolean
check_address(Cli *cli, const char *address, const char *key, GError **error)
{
    g_autoptr(Value) value = value_new_map();
    Check check = {cli, address, value_new_list(), 0};
    value_set_text(value, "address", address);
    value_set(value, "suppressions", check.list);
    if (!suppressions_each(cli->store, key, check_row, &check, error))
        return FALSE;
    if (cli->json)
        output_json(value);
    else if (check.count == 0)
        printf(_("%s may get mail\n"), address);
    return TRUE;
}

ExitStatus
cmd_suppression_check(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 1, 1, &status, error))
        return status;
    Store *store = cli_store(cli, error);
    g_autoptr(Addressee) whom = store ? addressee_find(cli, argv[1], error) : NULL;
    if (!whom)
        return STATUS_FAILED;
    for (guint i = 0; whom->keys->pdata[i]; i++)
        if (!check_address(cli, whom->addresses->pdata[i], whom->keys->pdata[i], error))
            return STATUS_FAILED;
    return STATUS_DONE;
}

/* ---- add, remove */

typedef struct {
    char *purpose, *reason, *note;
    gboolean dry_run, yes;
} Given;

static void
given_clear(Given *given)
{
    g_free(given->purpose);
    g_free(given->reason);
    g_free(given->note);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Given, given_clear)

/* What was given as a suppression without address; FALSE with a usage error. */
static gboolean
take_given(const Given *given, Suppression *suppression, GError **error)
{
    *suppression = (Suppression){
        .purpose = given->purpose ? given->purpose : SUPPRESSION_ALL_PURPOSES,
        .reason = SUPPRESSION_MANUAL,
        .note = given->note,
        .at = clock_now(),
        .author = cli_actor(),
    };
    if (!addressee_check_purpose(suppression->purpose, TRUE, error))
        return FALSE;
    if (!given->reason || suppression_reason_parse(given->reason, &suppression->reason))
        return TRUE;
    cli_usage(error,
              _("--reason: \"%s\" is none of unsubscribe, bounce, complaint, objection and "
                "manual"),
              given->reason);
    return FALSE;
}

/* Reads the command line of `add` or `remove`: the suppression, and whom it is about (owned by the
 * caller). NULL if there is nothing to do any more; `status` is then the exit status. */
static Addressee *
take_command(Cli *cli, const GOptionEntry *options, int argc, char **argv, const Given *given,
             Suppression *suppression, ExitStatus *status, GError **error)
{
    if (!cli_parse(cli, options, &argc, &argv, 1, 1, status, error))
        return NULL;
    *status = STATUS_USAGE;
    if (!take_given(given, suppression, error))
        return NULL;
    *status = STATUS_FAILED;
    return cli_store(cli, error) ? addressee_find(cli, argv[1], error) : NULL;
}

/* A purpose that nothing has suppresses nothing: perhaps it is misspelt. */
static gboolean
warn_purpose(Cli *cli, const char *purpose, GError **error)
{
    if (strcmp(purpose, SUPPRESSION_ALL_PURPOSES) == 0 || strcmp(purpose, DEFAULT_PURPOSE) == 0)
        return TRUE;
    g_autoptr(GPtrArray) lists = lists_all(cli->store, error);
    for (guint i = 0; lists && i < lists->len; i++)
        if (strcmp(((const List *)lists->pdata[i])->purpose, purpose) == 0)
            return TRUE;
    if (lists && !cli->quiet)
        fprintf(stderr, _("no list has the purpose \"%s\" yet; rundruf list ls shows them\n"),
                purpose);
    return lists != NULL;
}

static void
tell_added(const char *address, const Suppression *suppression, SuppressionsEffect effect)
{
    g_autofree char *purpose = describe_purpose(suppression->purpose);
    if (effect == SUPPRESSIONS_KEPT)
        printf(_("%s was suppressed for %s before; that stays as it is.\n"), address, purpose);
    else
        printf(_("%s gets no mail any more for %s: %s.\n"), address, purpose,
               suppression_reason_title(suppression->reason));
}

static gboolean
add_all(Cli *cli, const Addressee *whom, Suppression *suppression, gboolean dry_run, GError **error)
{
    g_autoptr(StoreTransaction) transaction = store_begin(cli->store, error);
    SuppressionsEffect effect;
    if (!transaction)
        return FALSE;
    for (guint i = 0; whom->keys->pdata[i]; i++) {
        suppression->key = whom->keys->pdata[i];
        if (!suppressions_add(cli->store, suppression, &effect, error))
            return FALSE;
        if (!cli->quiet && !cli->json)
            tell_added(whom->addresses->pdata[i], suppression, effect);
    }
    return dry_run || store_commit(g_steal_pointer(&transaction), error);
}

static void
tell_dry_run(const Cli *cli)
{
    if (!cli->quiet && !cli->json)
        puts(_("Nothing was stored (--dry-run)."));
}

ExitStatus
cmd_suppression_add(Cli *cli, int argc, char **argv, GError **error)
{
    g_auto(Given) given = {0};
    const GOptionEntry options[] = {
        PURPOSE_OPTION(given.purpose),
        {"reason", 0, 0, G_OPTION_ARG_STRING, &given.reason,
         N_("unsubscribe, bounce, complaint, objection or manual (the default)"), N_("WORD")},
        {"note", 0, 0, G_OPTION_ARG_STRING, &given.note,
         N_("how it is known, e.g. a Message-ID; without the address"), N_("TEXT")},
        CLI_DRY_RUN(given.dry_run),
        CLI_END,
    };
    ExitStatus status;
    Suppression suppression;
    g_autoptr(Addressee) whom =
        take_command(cli, options, argc, argv, &given, &suppression, &status, error);
    if (!whom)
        return status;
    if (!add_all(cli, whom, &suppression, given.dry_run, error) ||
        !warn_purpose(cli, suppression.purpose, error))
        return STATUS_FAILED;
    if (given.dry_run)
        tell_dry_run(cli);
    return STATUS_DONE;
}

static gboolean
set_none(const Addressee *whom, const char *purpose, GError **error)
{
    g_autofree char *name = describe_purpose(purpose);
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND,
                _("%s is not suppressed for %s; see: rundruf suppression check %s, and name the "
                  "purpose with --purpose"),
                (const char *)whom->addresses->pdata[0], name,
                (const char *)whom->addresses->pdata[0]);
    return FALSE;
}

/* In one transaction, committed if `keep`; NOT_FOUND if there is nothing to remove. */
static gboolean
remove_all(Cli *cli, const Addressee *whom, Suppression *suppression, gboolean keep, GError **error)
{
    g_autoptr(StoreTransaction) transaction = store_begin(cli->store, error);
    gboolean any = FALSE, removed;
    if (!transaction)
        return FALSE;
    for (guint i = 0; whom->keys->pdata[i]; i++) {
        suppression->key = whom->keys->pdata[i];
        if (!suppressions_remove(cli->store, suppression, &removed, error)) {
            g_prefix_error(error, "%s: ", (const char *)whom->addresses->pdata[i]);
            return FALSE;
        }
        any = any || removed;
    }
    if (!any)
        return set_none(whom, suppression->purpose, error);
    return !keep || store_commit(g_steal_pointer(&transaction), error);
}

static gboolean
show_all(Cli *cli, const Addressee *whom, GError **error)
{
    for (guint i = 0; whom->keys->pdata[i]; i++)
        if (!check_address(cli, whom->addresses->pdata[i], whom->keys->pdata[i], error))
            return FALSE;
    return TRUE;
}

/* Shows what there is, removes, and shows what is left. */
static gboolean
run_remove(Cli *cli, const Addressee *whom, Suppression *suppression, const Given *given,
           GError **error)
{
    if (!remove_all(cli, whom, suppression, FALSE, error))
        return FALSE;
    if (!cli->quiet && !cli->json && !show_all(cli, whom, error))
        return FALSE;
    if (given->dry_run) {
        tell_dry_run(cli);
        return TRUE;
    }
    g_autofree char *purpose = describe_purpose(suppression->purpose);
    g_autofree char *question = g_strdup_printf(_("Let mail for %s go there again?"), purpose);
    return (given->yes || cli_confirm(question, error)) &&
           remove_all(cli, whom, suppression, TRUE, error) &&
           (cli->quiet || show_all(cli, whom, error));
}

ExitStatus
cmd_suppression_remove(Cli *cli, int argc, char **argv, GError **error)
{
    g_auto(Given) given = {0};
    const GOptionEntry options[] = {
        PURPOSE_OPTION(given.purpose),
        {"proof", 0, 0, G_OPTION_ARG_STRING, &given.note,
         N_("how it is known that the person wants mail again; needed after unsubscribe, complaint "
            "and objection"),
         N_("TEXT")},
        CLI_DRY_RUN(given.dry_run),
        CLI_YES(given.yes),
        CLI_END,
    };
    ExitStatus status;
    Suppression suppression;
    g_autoptr(Addressee) whom =
        take_command(cli, options, argc, argv, &given, &suppression, &status, error);
    if (!whom)
        return status;
    return run_remove(cli, whom, &suppression, &given, error) ? STATUS_DONE : STATUS_FAILED;
}

/* ---- import */

static void
print_faults(const SuppressionFile *file)
{
    for (guint i = 0; i < file->faults->len && i < FAULTS_SHOWN_MAX; i++) {
        g_autofree char *line = text_one_line(file->faults->pdata[i]);
        fprintf(stderr, "%s\n", line);
    }
    if (file->faults->len > FAULTS_SHOWN_MAX) {
        guint more = file->faults->len - FAULTS_SHOWN_MAX;
        fprintf(stderr, P_("and %u row more\n", "and %u rows more\n", more), more);
    }
}

/* In one transaction, committed if `keep`. */
static gboolean
import_rows(Cli *cli, const SuppressionFile *file, gboolean keep,
            guint counts[SUPPRESSIONS_EFFECTS], GError **error)
{
    g_autoptr(StoreTransaction) transaction = store_begin(cli->store, error);
    SuppressionsEffect effect;
    if (!transaction)
        return FALSE;
    memset(counts, 0, SUPPRESSIONS_EFFECTS * sizeof *counts);
    for (guint i = 0; i < file->rows->len; i++) {
        if (!suppressions_add(cli->store, file->rows->pdata[i], &effect, error))
            return FALSE;
        counts[effect]++;
    }
    return !keep || store_commit(g_steal_pointer(&transaction), error);
}

static void
print_counts(const Cli *cli, const guint counts[SUPPRESSIONS_EFFECTS], guint wrong)
{
    if (cli->json) {
        g_autoptr(Value) value = value_new_map();
        value_set_int(value, "new", counts[SUPPRESSIONS_ADDED]);
        value_set_int(value, "changed", counts[SUPPRESSIONS_CHANGED]);
        value_set_int(value, "kept", counts[SUPPRESSIONS_KEPT]);
        value_set_int(value, "wrong", wrong);
        output_json(value);
    } else if (!cli->quiet) {
        printf(_("%u new, %u changed, %u there before, %u wrong"), counts[SUPPRESSIONS_ADDED],
               counts[SUPPRESSIONS_CHANGED], counts[SUPPRESSIONS_KEPT], wrong);
        putchar('\n');
    }
}

/* First a trial that is rolled back, so that what is shown and asked is what will be done. */
static ExitStatus
run_import(Cli *cli, const SuppressionFile *file, const Given *given, GError **error)
{
    guint counts[SUPPRESSIONS_EFFECTS], wrong = file->faults->len;
    print_faults(file);
    if (!import_rows(cli, file, FALSE, counts, error))
        return STATUS_FAILED;
    print_counts(cli, counts, wrong);
    if (wrong > 0) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    P_("%u row of the file is wrong; nothing was written",
                       "%u rows of the file are wrong; nothing was written", wrong),
                    wrong);
        return STATUS_FAILED;
    }
    if (given->dry_run)
        tell_dry_run(cli);
    guint work = counts[SUPPRESSIONS_ADDED] + counts[SUPPRESSIONS_CHANGED];
    if (given->dry_run || work == 0)
        return STATUS_DONE;
    g_autofree char *question = g_strdup_printf(
        P_("Send no mail to %u address any more?", "Send no mail to %u addresses any more?", work),
        work);
    return (given->yes || cli_confirm(question, error)) &&
                   import_rows(cli, file, TRUE, counts, error)
               ? STATUS_DONE
               : STATUS_FAILED;
}

ExitStatus
cmd_suppression_import(Cli *cli, int argc, char **argv, GError **error)
{
    g_auto(Given) given = {0};
    const GOptionEntry options[] = {
        PURPOSE_OPTION(given.purpose),
        {"reason", 0, 0, G_OPTION_ARG_STRING, &given.reason,
         N_("of the rows that name none: unsubscribe, bounce, complaint, objection or manual (the "
            "default)"),
         N_("WORD")},
        {"note", 0, 0, G_OPTION_ARG_STRING, &given.note,
         N_("of the rows that have none, e.g. where the list comes from"), N_("TEXT")},
        CLI_DRY_RUN(given.dry_run),
        CLI_YES(given.yes),
        CLI_END,
    };
    ExitStatus status;
    Suppression common;
    if (!cli_parse(cli, options, &argc, &argv, 1, 1, &status, error))
        return status;
    if (!take_given(&given, &common, error))
        return STATUS_USAGE;
    g_autoptr(SuppressionFile) file =
        cli_store(cli, error) ? suppression_file_read(argv[1], &common, error) : NULL;
    if (!file || !warn_purpose(cli, common.purpose, error))
        return STATUS_FAILED;
    if (file->converted && !cli->quiet)
        fprintf(stderr,
                _("%s is not UTF-8 and is read as Windows-1252; look whether the umlauts are "
                  "right\n"),
                argv[1]);
    return run_import(cli, file, &given, error);
}
