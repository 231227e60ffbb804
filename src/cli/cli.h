/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli.h - what every command has: its row in the command table, options, configuration, store
 *
 * A command is a function that parses its options with cli_parse(), does one thing, and returns an
 * exit status; what goes wrong it reports as a GError, which main() prints once and turns into the
 * status. Names of commands have one or two words ("sync", "list add"). */
#ifndef RUNDRUF_CLI_CLI_H
#define RUNDRUF_CLI_CLI_H

#include "base/i18n.h"
#include "base/token.h"
#include "config/config.h"
#include "store/store.h"

typedef enum {
    STATUS_DONE = 0,
    STATUS_FAILED = 1,
    STATUS_USAGE = 2,
    STATUS_HELD = 3,
    STATUS_PARTLY = 4,
    STATUS_AGAIN = 75 /* EX_TEMPFAIL of sysexits.h, for MTA pipes */
} ExitStatus;

typedef struct Cli Cli;

typedef struct {
    const char *name;
    const char *arguments; /* as in a synopsis: "EVENT [FILE]" */
    const char *text;      /* one line; msgid */
    ExitStatus (*run)(Cli *cli, int argc, char **argv, GError **error);
} Command;

extern const Command command_table[]; /* name NULL at the end */

struct Cli {
    const Command *command; /* the one that runs */
    char *config_path;      /* -c */
    gboolean json, quiet, verbose;
    Config *config;
    Store *store;
    Facts *facts; /* of the store, for filters */
    TokenKeys *keys;
};

/* Parses the command's options and the ones that all have; `argv` keeps the arguments, from 1,
 * of which there must be `least` to `most`. FALSE: return `*status`, for help was shown, or
 * `error` is set (usage). TRUE: `*status` is STATUS_DONE. */
gboolean cli_parse(Cli *cli, const GOptionEntry *options, int *argc, char ***argv, int least,
                   int most, ExitStatus *status, GError **error);

/* Options that several commands have. */
#define CLI_DRY_RUN(flag)                                                                          \
    {                                                                                              \
        "dry-run", 'n', 0, G_OPTION_ARG_NONE, &(flag),                                             \
            N_("show what would be done, and do nothing"), NULL                                    \
    }
#define CLI_YES(flag)                                                                              \
    {                                                                                              \
        "yes", 'y', 0, G_OPTION_ARG_NONE, &(flag), N_("do not ask"), NULL                          \
    }
#define CLI_END                                                                                    \
    {                                                                                              \
        NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL                                            \
    }

/* Sets a usage error (exit status 2). Returns STATUS_USAGE. */
ExitStatus cli_usage(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
GQuark cli_usage_quark(void);

/* The configuration, the store, the keys: loaded when first asked for, owned by the Cli. */
Config *cli_config(Cli *cli, GError **error);
Store *cli_store(Cli *cli, GError **error);
TokenKeys *cli_keys(Cli *cli, GError **error);

/* Who does it, for the journal: the login name of the process's user. Static. */
const char *cli_actor(void);

/* The language in which dates are shown, "de" or "en": that of the translation. Static. */
const char *cli_language(void);

/* A time in the network's zone; the configuration is loaded. Owned by the caller. */
char *cli_when(const Cli *cli, gint64 time);

/* "2026-11-23 01:02, 3 hours ago"; "never" of 0. Owned by the caller. */
char *cli_ago(const Cli *cli, gint64 now, gint64 time);

/* Asks a question on the terminal; FALSE with FAILED if there is none to ask (then say --yes),
 * or if the answer is not yes. */
gboolean cli_confirm(const char *question, GError **error);

/* The commands. */
ExitStatus cmd_check(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_consent_add(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_consent_ls(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_consent_withdraw(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_db_backup(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_db_check(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_db_upgrade(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_event_answer(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_event_cancel(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_event_ics(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_event_import(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_event_ls(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_event_set(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_event_show(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_help(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_init(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_invite(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_list_add(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_list_diff(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_list_exclude(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_list_explain(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_list_forget(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_list_history(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_list_include(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_list_ls(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_list_members(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_list_remove(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_list_set(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_list_show(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_mailing_cancel(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_mailing_holds(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_mailing_lift(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_mailing_ls(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_mailing_pause(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_mailing_report(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_mailing_resume(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_mailing_retry(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_mailing_show(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_member_add(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_member_conflicts(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_member_export(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_member_import(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_member_ls(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_member_remove(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_member_set(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_member_show(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_parse(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_render(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_send(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_status(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_suppression_add(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_suppression_check(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_suppression_import(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_suppression_ls(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_suppression_remove(Cli *cli, int argc, char **argv, GError **error);
ExitStatus cmd_sync(Cli *cli, int argc, char **argv, GError **error);

#endif
