/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c - finds the command, runs it, and says once what went wrong */
#include "config.h"

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/cli.h"
#include "mailing/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Where the system lacks the locale that the user asks for (a small server), messages are
 * translated all the same: gettext goes by LANGUAGE then, provided that the locale is not plain
 * "C". */
static void
set_up_language(void)
{
    const char *wish = g_getenv("LC_ALL");
    if (!wish || !*wish)
        wish = g_getenv("LC_MESSAGES");
    if (!wish || !*wish)
        wish = g_getenv("LANG");
    if (!setlocale(LC_ALL, "") && wish) {
        setlocale(LC_ALL, "C.UTF-8");
        const char *languages = g_getenv("LANGUAGE");
        if (!languages || !*languages) {
            g_autofree char *language = g_strdup(wish);
            language[strcspn(language, ".@")] = '\0';
            g_setenv("LANGUAGE", language, TRUE);
        }
    }
    /* cron's locale: names in arguments are UTF-8 all the same */
    if (strcmp(nl_langinfo(CODESET), "ANSI_X3.4-1968") == 0)
        setlocale(LC_CTYPE, "C.UTF-8");
    setlocale(LC_NUMERIC, "C");
    const char *folder = g_getenv("RUNDRUF_LOCALEDIR");
    bindtextdomain(I18N_DOMAIN, folder ? folder : LOCALEDIR);
    bind_textdomain_codeset(I18N_DOMAIN, "UTF-8");
}

/* A descriptor that the caller closed would be that of the next file opened, a message or the
 * store, and output would go there: it is made one that cannot be written. */
static void
keep_standard_streams(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

/* Whether all output went where it should. A reader that had enough (| head) has nothing to be
 * told: then FALSE without an error. */
static gboolean
finish_output(GError **error)
{
    gboolean good = fflush(stdout) == 0;
    int reason = errno;
    if (good && !ferror(stdout))
        return TRUE;
    if (good || reason != EPIPE)
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED, _("cannot write the output"));
    return FALSE;
}

static ExitStatus
status_of(const GError *error)
{
    if (error->domain == cli_usage_quark())
        return STATUS_USAGE;
    if (g_error_matches(error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD))
        return STATUS_HELD;
    if (g_error_matches(error, RUNDRUF_ERROR, RUNDRUF_ERROR_BUSY) ||
        g_error_matches(error, RUNDRUF_ERROR, RUNDRUF_ERROR_UNAVAILABLE) ||
        g_error_matches(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STOPPED))
        return STATUS_AGAIN;
    return STATUS_FAILED;
}

/* the command that the first one or two words name; `used` is how many they are */
static const Command *
find_command(int argc, char **argv, int *used)
{
    g_autofree char *two = argc > 1 ? g_strdup_printf("%s %s", argv[0], argv[1]) : NULL;
    for (const Command *command = command_table; command->name; command++) {
        gboolean pair = strchr(command->name, ' ') != NULL;
        if (strcmp(command->name, pair && two ? two : argv[0]) == 0) {
            *used = pair ? 2 : 1;
            return command;
        }
    }
    return NULL;
}

/* TRUE if commands of two words begin with this one */
static gboolean
is_family(const char *word)
{
    gsize length = strlen(word);
    for (const Command *command = command_table; command->name; command++)
        if (strncmp(command->name, word, length) == 0 && command->name[length] == ' ')
            return TRUE;
    return FALSE;
}

/* options before the command; `argv` starts at the command afterwards */
static gboolean
parse_leading(Cli *cli, int *argc, char ***argv, gboolean *version, gboolean *help, GError **error)
{
    const GOptionEntry options[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &cli->config_path, NULL, NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &cli->json, NULL, NULL},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &cli->quiet, NULL, NULL},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &cli->verbose, NULL, NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, version, NULL, NULL},
        {"help", 'h', 0, G_OPTION_ARG_NONE, help, NULL, NULL},
        CLI_END,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_strict_posix(context, TRUE);
    g_option_context_add_main_entries(context, options, NULL);
    g_autoptr(GError) wrong = NULL;
    if (!g_option_context_parse(context, argc, argv, &wrong)) {
        cli_usage(error, "%s", wrong->message);
        return FALSE;
    }
    (*argc)--;
    (*argv)++;
    return TRUE;
}

static ExitStatus
run(Cli *cli, int argc, char **argv, GError **error)
{
    static char *help_words[] = {(char *)"help", NULL};
    gboolean version = FALSE, help = FALSE;
    int used = 1;
    if (!parse_leading(cli, &argc, &argv, &version, &help, error))
        return STATUS_USAGE;
    if (version) {
        puts(PACKAGE_STRING);
        return STATUS_DONE;
    }
    if (argc == 0 || help) {
        argc = 1;
        argv = help_words;
    }
    cli->command = find_command(argc, argv, &used);
    if (!cli->command && is_family(argv[0]))
        return cli_usage(error, _("what of \"%s\"? rundruf help %s lists what there is"), argv[0],
                         argv[0]);
    if (!cli->command)
        return cli_usage(error, _("there is no command \"%s%s%s\"; rundruf help lists them"),
                         argv[0], argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
    return cli->command->run(cli, argc - used + 1, argv + used - 1, error);
}

int
main(int argc, char **argv)
{
    Cli cli = {0};
    g_autoptr(GError) error = NULL;
    keep_standard_streams();
    set_up_language();
    signal(SIGPIPE, SIG_IGN);
    for (int i = 1; i < argc; i++) /* before the command is known, so that its opening is logged */
        if (strcmp(argv[i], "-v") == 0 || strcmp(argv[i], "--verbose") == 0)
            log_set_level(LOG_LEVEL_INFO);

    ExitStatus status = run(&cli, argc, argv, &error);
    if (!error && !finish_output(&error) && status == STATUS_DONE)
        status = STATUS_FAILED;
    if (error) {
        /* a directory's or relay's words may be in it: nothing that moves the terminal's cursor */
        g_autofree char *line =
            text_is_clean(error->message) ? NULL : text_one_line(error->message);
        fprintf(stderr, "rundruf: %s\n", line ? line : error->message);
        status = status_of(error);
    }
    token_keys_free(cli.keys);
    facts_free(cli.facts);
    store_close(cli.store);
    config_free(cli.config);
    g_free(cli.config_path);
    return (int)status;
}
