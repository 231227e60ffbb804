/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `consent`: who agreed to mail for a purpose, and how that is known */
#include "base/clock.h"
#include "cli/addressee.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/persons.h"
#include "store/consents.h"
#include "store/suppressions.h"

#include <stdio.h>
#include <string.h>

static gboolean
store_row(Cli *cli, const Addressee *person, Consent *consent, gboolean dry_run, GError **error)
{
    consent->keys = (const char *const *)person->keys->pdata;
    consent->at = clock_now();
    consent->author = cli_actor();
    memcpy(consent->person, person->uuid, UUID_LENGTH);
    g_autoptr(StoreTransaction) transaction = store_begin(cli->store, error);
    return transaction && consents_add(cli->store, consent, error) &&
           (dry_run || store_commit(g_steal_pointer(&transaction), error));
}

/* Consent lifts no suppression: says what is left to do. */
static gboolean
warn_suppressed(Cli *cli, const Addressee *person, const char *purpose, GError **error)
{
    for (guint i = 0; person->keys->pdata[i]; i++) {
        g_autofree char *reason = NULL;
        if (!suppressions_find(cli->store, person->keys->pdata[i], purpose, &reason, error))
            return FALSE;
        const char *address = person->addresses->pdata[i];
        if (reason && !cli->quiet)
            fprintf(stderr,
                    _("%s still gets no such mail (%s); see: rundruf suppression check %s\n"),
                    address, reason, address);
    }
    return TRUE;
}

static void
tell(const char *name, const Consent *consent, gboolean dry_run)
{
    if (consent->given)
        printf(_("%s consents to mail for the purpose %s.\n"), name, consent->purpose);
    else
        printf(_("%s withdraws consent to mail for the purpose %s and gets none any more.\n"), name,
               consent->purpose);
    if (dry_run)
        puts(_("Nothing was stored (--dry-run)."));
}

/* Somebody who has left the roster can withdraw what is written down, and nothing else. */
static gboolean
check_gone(Cli *cli, const Addressee *person, const char *word, const char *purpose, gboolean given,
           GError **error)
{
    gint64 at = 0;
    if (!given && !consents_find(cli->store, person->uuid, purpose, &given, &at, error))
        return FALSE;
    return at > 0 || persons_set_not_found(word, error);
}

static ExitStatus
run(Cli *cli, int argc, char **argv, gboolean given, GError **error)
{
    g_autofree char *purpose = NULL, *proof = NULL;
    gboolean dry_run = FALSE;
    const GOptionEntry options[] = {
        {"purpose", 0, 0, G_OPTION_ARG_STRING, &purpose, N_("what for, as the list has it"),
         N_("WORD")},
        {"proof", 0, 0, G_OPTION_ARG_STRING, &proof,
         N_("how it was said: form, mail with its Message-ID, telephone, list"), N_("TEXT")},
        CLI_DRY_RUN(dry_run),
        CLI_END,
    };
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 1, 1, &status, error))
        return status;
    if (!purpose || !proof)
        return cli_usage(error, _("say what for and how you know: --purpose WORD --proof TEXT"));
    if (!addressee_check_purpose(purpose, FALSE, error))
        return STATUS_USAGE;
    g_autoptr(Addressee) person = addressee_find_person(cli, argv[1], error);
    if (!person)
        return STATUS_FAILED;
    if (!person->name && !check_gone(cli, person, argv[1], purpose, given, error))
        return STATUS_FAILED;
    Consent consent = {.purpose = purpose, .given = given, .proof = proof};
    if (!store_row(cli, person, &consent, dry_run, error))
        return STATUS_FAILED;
    if (!cli->quiet && !cli->json)
        tell(person->name ? person->name : argv[1], &consent, dry_run);
    return !given || warn_suppressed(cli, person, purpose, error) ? STATUS_DONE : STATUS_FAILED;
}

ExitStatus
cmd_consent_add(Cli *cli, int argc, char **argv, GError **error)
{
    return run(cli, argc, argv, TRUE, error);
}

ExitStatus
cmd_consent_withdraw(Cli *cli, int argc, char **argv, GError **error)
{
    return run(cli, argc, argv, FALSE, error);
}

typedef struct {
    const Cli *cli;
    OutputTable *table;
    guint count;
} Listing;

static gboolean
list_row(const Consent *row, gpointer user_data, G_GNUC_UNUSED GError **error)
{
    Listing *listing = user_data;
    listing->count++;
    if (listing->cli->json) {
        g_autoptr(Value) value = value_new_map();
        value_set_text(value, "purpose", row->purpose);
        value_set_text(value, "state", row->given ? "given" : "withdrawn");
        output_set_time(value, "at", row->at);
        value_set_text(value, "proof", row->proof);
        value_set_text(value, "author", row->author);
        output_json(value);
        return TRUE;
    }
    g_autofree char *when = cli_when(listing->cli, row->at);
    output_table_add(listing->table, row->purpose, row->given ? _("given") : _("withdrawn"), when,
                     row->proof, row->author, NULL);
    return TRUE;
}

ExitStatus
cmd_consent_ls(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 1, 1, &status, error))
        return status;
    g_autoptr(Addressee) person = addressee_find_person(cli, argv[1], error);
    if (!person)
        return STATUS_FAILED;
    g_autoptr(OutputTable) table =
        output_table_new(_("PURPOSE"), _("STATE"), _("SINCE"), _("PROOF"), _("BY"), NULL);
    Listing listing = {cli, table, 0};
    if (!consents_each(cli->store, person->uuid, list_row, &listing, error))
        return STATUS_FAILED;
    if (!cli->json && listing.count > 0)
        output_table_print(table);
    else if (!cli->json && !cli->quiet)
        printf(_("%s has neither consented nor withdrawn anything.\n"),
               person->name ? person->name : argv[1]);
    return STATUS_DONE;
}
