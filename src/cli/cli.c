/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

#include "base/dates.h"
#include "base/error.h"
#include "cli/output.h"
#include "mailing/facts.h"
#include "store/schemas.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

GQuark
cli_usage_quark(void)
{
    return g_quark_from_static_string("rundruf-usage");
}

ExitStatus
cli_usage(GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autoptr(GError) usage = g_error_new_valist(cli_usage_quark(), 0, format, args);
    va_end(args);
    g_propagate_error(error, g_steal_pointer(&usage));
    return STATUS_USAGE;
}

/* "rundruf list add NAME" as the help's first line has it, without the program's name */
static GOptionContext *
make_context(Cli *cli, const GOptionEntry *options, gboolean *help)
{
    const GOptionEntry common[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &cli->config_path, N_("configuration file"),
         N_("FILE")},
        {"json", 0, 0, G_OPTION_ARG_NONE, &cli->json, N_("one JSON object a line"), NULL},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &cli->quiet, N_("errors only"), NULL},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &cli->verbose, N_("log what is done"), NULL},
        {"help", 'h', 0, G_OPTION_ARG_NONE, help, N_("show this"), NULL},
        CLI_END,
    };
    g_autofree char *words = g_strdup_printf("%s %s", cli->command->name, cli->command->arguments);
    GOptionContext *context = g_option_context_new(g_strstrip(words));
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_translation_domain(context, I18N_DOMAIN);
    g_autofree char *summary = g_strconcat(_(cli->command->text), ".", NULL);
    g_option_context_set_summary(context, summary);
    if (options)
        g_option_context_add_main_entries(context, options, I18N_DOMAIN);
    g_option_context_add_main_entries(context, common, I18N_DOMAIN);
    return context;
}

gboolean
cli_parse(Cli *cli, const GOptionEntry *options, int *argc, char ***argv, int least, int most,
          ExitStatus *status, GError **error)
{
    gboolean help = FALSE;
    g_autoptr(GError) wrong = NULL;
    g_autoptr(GOptionContext) context = make_context(cli, options, &help);
    *status = STATUS_USAGE;
    if (!g_option_context_parse(context, argc, argv, &wrong)) {
        cli_usage(error, "%s", wrong->message);
        return FALSE;
    }
    if (help) {
        g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);
        fputs(text, stdout);
        *status = STATUS_DONE;
        return FALSE;
    }
    if (*argc > 1 && strcmp((*argv)[1], "--") == 0) {
        memmove(*argv + 1, *argv + 2, (gsize)(*argc - 1) * sizeof **argv);
        (*argc)--;
    }
    if (*argc - 1 < least || *argc - 1 > most) {
        cli_usage(error, _("usage: rundruf %s %s (rundruf help %s tells more)"), cli->command->name,
                  cli->command->arguments, cli->command->name);
        return FALSE;
    }
    *status = STATUS_DONE;
    return TRUE;
}

Config *
cli_config(Cli *cli, GError **error)
{
    if (cli->config)
        return cli->config;
    g_autofree char *path = config_find(cli->config_path, error);
    if (path)
        cli->config = config_load(path, error);
    return cli->config;
}

Store *
cli_store(Cli *cli, GError **error)
{
    const Config *config = cli_config(cli, error);
    if (!config || cli->store)
        return cli->store;
    GTimeZone *zone = dates_zone(config->network_timezone, error);
    g_autoptr(Store) store = zone ? store_open(config->store_uri, 0, error) : NULL;
    if (!store || !schemas_use(store, config->directory_fields, error))
        return NULL;
    cli->facts = facts_new(store, config->directory_fields, zone);
    return cli->store = g_steal_pointer(&store);
}

TokenKeys *
cli_keys(Cli *cli, GError **error)
{
    const Config *config = cli_config(cli, error);
    if (config && !cli->keys)
        cli->keys = token_keys_load(config->key_file, error);
    return cli->keys;
}

const char *
cli_actor(void)
{
    const struct passwd *user = getpwuid(getuid());
    return user ? user->pw_name : "?";
}

const char *
cli_language(void)
{
    /* TRANSLATORS: the code of your language, if it is "de"; else leave "en" */
    return _("en");
}

char *
cli_when(const Cli *cli, gint64 time)
{
    GTimeZone *zone = dates_zone(cli->config->network_timezone, NULL);
    return zone ? dates_format_short(zone, time) : g_strdup_printf("%" PRId64, time);
}

char *
cli_ago(const Cli *cli, gint64 now, gint64 time)
{
    if (time == 0)
        return g_strdup(_("never"));
    g_autofree char *when = cli_when(cli, time);
    g_autofree char *age = output_age(MAX(now - time, 0));
    return g_strdup_printf(_("%s, %s ago"), when, age);
}

gboolean
cli_confirm(const char *question, GError **error)
{
    char answer[16];
    if (!isatty(STDIN_FILENO)) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED,
                    _("nothing was done: there is no terminal to ask on; say --yes to go ahead"));
        return FALSE;
    }
    fflush(stdout); /* what it is about, where that is a pipe */
    fprintf(stderr, "%s [%s] ", question, _("y/N"));
    if (fgets(answer, sizeof answer, stdin) &&
        (g_ascii_tolower(*answer) == 'y' || g_ascii_tolower(*answer) == 'j'))
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED, _("nothing was done"));
    return FALSE;
}
