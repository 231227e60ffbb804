/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `member import`: a CSV or LDIF file into the roster, with a look at what changes first */
#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "sync/import.h"

#include <stdio.h>

#define FAULTS_SHOWN_MAX 20

static const char *const state_names[IMPORT_STATES] = {
    [IMPORT_UNMATCHED] = "unmatched", [IMPORT_UNCHANGED] = "unchanged",
    [IMPORT_CHANGED] = "changed",     [IMPORT_NEW] = "new",
    [IMPORT_WRONG] = "wrong",
};

/* ---- showing */

static void
print_row_json(const ImportRow *row)
{
    g_autoptr(Value) value = value_new_map();
    value_set_int(value, "line", row->record->line);
    value_set_text(value, "state", state_names[row->state]);
    value_set_text(value, "person", row->person);
    if (row->dn)
        value_set_text(value, "dn", row->dn);
    if (row->found > 0) {
        g_autofree char *uuid = uuid_to_text(row->uuid);
        value_set_text(value, "uuid", uuid);
    }
    if (row->reason)
        value_set_text(value, "reason", row->reason);
    Value *edits = value_new_list();
    for (guint i = 0; i < row->edits->len; i++) {
        const ImportEdit *edit = &g_array_index(row->edits, ImportEdit, i);
        Value *item = value_new_map();
        value_set_text(item, "field", edit->title);
        value_set_text(item, "attribute", edit->attribute);
        value_set_text(item, "old", edit->old);
        value_set_text(item, "new", edit->new);
        value_append(edits, item);
    }
    value_set(value, "edits", edits);
    output_json(value);
}

static void
print_edits(const Import *import)
{
    const GPtrArray *rows = import_rows(import);
    g_autoptr(OutputTable) table =
        output_table_new(_("LINE"), _("PERSON"), _("FIELD"), _("OLD"), _("NEW"), NULL);
    for (guint i = 0; i < rows->len; i++) {
        const ImportRow *row = g_ptr_array_index(rows, i);
        if (row->state != IMPORT_CHANGED && row->state != IMPORT_NEW)
            continue;
        g_autofree char *line = g_strdup_printf("%u", row->record->line);
        if (row->state == IMPORT_NEW)
            output_table_add(table, line, row->person, "dn", _("(new)"), row->dn, NULL);
        for (guint j = 0; j < row->edits->len; j++) {
            const ImportEdit *edit = &g_array_index(row->edits, ImportEdit, j);
            output_table_add(table, line, row->person, edit->title, edit->old ? edit->old : "-",
                             edit->new ? edit->new : "-", NULL);
        }
    }
    if (import_count(import, IMPORT_CHANGED) + import_count(import, IMPORT_NEW) > 0)
        output_table_print(table);
}

static void
print_faults(const Import *import, const char *path, ImportState state)
{
    const GPtrArray *rows = import_rows(import);
    guint shown = 0;
    for (guint i = 0; i < rows->len && shown < FAULTS_SHOWN_MAX; i++) {
        const ImportRow *row = g_ptr_array_index(rows, i);
        if (row->state != state)
            continue;
        shown++;
        g_autofree char *place =
            state == IMPORT_WRONG ? g_strdup(row->reason)
                                  : g_strdup_printf("%s:%u: %s: %s", path, row->record->line,
                                                    row->person ? row->person : "-", row->reason);
        g_autofree char *line = text_one_line(place);
        fprintf(stderr, "%s\n", line);
    }
    guint more = import_count(import, state) - shown;
    if (more > 0)
        fprintf(stderr, P_("and %u row more\n", "and %u rows more\n", more), more);
}

static void
print_counts(const Import *import, const ImportFile *file)
{
    printf(_("%u changed, %u unchanged, %u new, %u unmatched"),
           import_count(import, IMPORT_CHANGED), import_count(import, IMPORT_UNCHANGED),
           import_count(import, IMPORT_NEW), import_count(import, IMPORT_UNMATCHED));
    putchar('\n');
    if (file->others > 0)
        printf(P_("%u entry of the file is no person and is left out\n",
                  "%u entries of the file are no persons and are left out\n", file->others),
               file->others);
}

static void
show(const Cli *cli, const Import *import, const ImportFile *file)
{
    const GPtrArray *rows = import_rows(import);
    if (cli->json) {
        for (guint i = 0; i < rows->len; i++)
            print_row_json(g_ptr_array_index(rows, i));
        return;
    }
    if (file->converted && !cli->quiet)
        fprintf(stderr,
                _("%s is not UTF-8 and is read as Windows-1252; look whether the umlauts are "
                  "right\n"),
                file->path);
    print_faults(import, file->path, IMPORT_WRONG);
    print_faults(import, file->path, IMPORT_UNMATCHED);
    if (cli->quiet)
        return;
    print_edits(import);
    print_counts(import, file);
}

/* ---- doing */

/* Makes all edits in one transaction, and commits it if nothing is wrong and `keep` says so. */
static gboolean
apply(Cli *cli, Import *import, gboolean keep, GError **error)
{
    const Editor editor = {cli->config, cli->store, clock_now(), cli_actor()};
    g_autoptr(StoreTransaction) transaction = store_begin(cli->store, error);
    if (!transaction || !import_apply(import, &editor, error))
        return FALSE;
    if (!keep || import_count(import, IMPORT_WRONG) > 0)
        return TRUE;
    return store_commit(g_steal_pointer(&transaction), error);
}

static ExitStatus
fail_wrong(const Import *import, GError **error)
{
    guint wrong = import_count(import, IMPORT_WRONG);
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                P_("%u row of the file is wrong; nothing was written",
                   "%u rows of the file are wrong; nothing was written", wrong),
                wrong);
    return STATUS_FAILED;
}

static gboolean
ask(const Import *import, GError **error)
{
    guint persons = import_count(import, IMPORT_CHANGED) + import_count(import, IMPORT_NEW);
    g_autofree char *question = g_strdup_printf(
        P_("Write %u person to the roster?", "Write %u persons to the roster?", persons), persons);
    return cli_confirm(question, error);
}

/* First a trial that is rolled back, so that what is shown and asked is what can be done. */
static ExitStatus
run(Cli *cli, Import *import, const ImportFile *file, gboolean dry_run, gboolean yes,
    GError **error)
{
    guint work = import_count(import, IMPORT_CHANGED) + import_count(import, IMPORT_NEW);
    if (work > 0 && !apply(cli, import, FALSE, error))
        return STATUS_FAILED;
    show(cli, import, file);
    if (import_count(import, IMPORT_WRONG) > 0)
        return fail_wrong(import, error);
    ExitStatus done = import_count(import, IMPORT_UNMATCHED) > 0 ? STATUS_PARTLY : STATUS_DONE;
    if (dry_run && !cli->json && !cli->quiet)
        puts(_("Nothing was stored (--dry-run)."));
    if (work == 0 || dry_run)
        return done;
    if ((!yes && !ask(import, error)) || !apply(cli, import, TRUE, error))
        return STATUS_FAILED;
    if (import_count(import, IMPORT_WRONG) > 0)
        return fail_wrong(import, error);
    if (!cli->json && !cli->quiet)
        puts(_("The roster is changed; rundruf sync takes the changes to the directory."));
    return done;
}

ExitStatus
cmd_member_import(Cli *cli, int argc, char **argv, GError **error)
{
    g_autofree char *match = NULL;
    gboolean dry_run = FALSE, yes = FALSE;
    ImportRule rule = {0};
    const GOptionEntry options[] = {
        {"match", 0, 0, G_OPTION_ARG_STRING, &match,
         N_("by what a row names its person: uuid, dn, mail or name; else by the first of these "
            "that it has"),
         N_("KEY")},
        {"add", 0, 0, G_OPTION_ARG_NONE, &rule.add,
         N_("make new entries of rows that match nobody"), NULL},
        {"remove-values", 0, 0, G_OPTION_ARG_NONE, &rule.remove_values,
         N_("let an empty cell remove what the roster has; else it leaves it as it is"), NULL},
        CLI_DRY_RUN(dry_run),
        CLI_YES(yes),
        CLI_END,
    };
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 1, 1, &status, error))
        return status;
    rule.match = match ? import_key_find(match) : IMPORT_BY_ANY;
    if (rule.match == IMPORT_KEYS)
        return cli_usage(error, _("--match: \"%s\" is none of uuid, dn, mail and name"), match);
    Store *store = cli_store(cli, error);
    rule.config = cli->config;
    g_autoptr(ImportFile) file = store ? import_file_read(argv[1], rule.config, error) : NULL;
    if (file && file->is_ldif && (rule.match == IMPORT_BY_MAIL || rule.match == IMPORT_BY_NAME))
        return cli_usage(error, _("--match: entries of LDIF are matched by uuid or dn"));
    g_autoptr(Import) import = file ? import_new(file, &rule) : NULL;
    if (!import || !import_load(import, store, error))
        return STATUS_FAILED;
    return run(cli, import, file, dry_run, yes, error);
}
