/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"
#include "config/options.h"

#include <stdio.h>
#include <string.h>

static void
print_commands(const char *group)
{
    gsize length = strlen(group);
    for (const Command *command = command_table; command->name; command++) {
        if (strncmp(command->name, group, length) != 0)
            continue;
        g_autofree char *synopsis = g_strdup_printf("%s %s", command->name, command->arguments);
        printf("  %-38s %s\n", synopsis, _(command->text));
    }
}

static void
print_overview(void)
{
    puts(_("Rundruf keeps the roster of a network in step with its directory, resolves recipient\n"
           "lists from it, and sends personal invitations.\n"));
    puts(_("usage: rundruf [-c FILE] [--json] [-q|-v] COMMAND ...\n"));
    print_commands("");
    puts(_(
        "\nrundruf help COMMAND explains a command, rundruf help config the configuration.\n"
        "Exit status: 0 done, 1 failed, 2 usage, 3 held by a guard, 4 partly done, 75 try again."));
}

static const Option *
option_of(const char *name)
{
    for (const Option *option = option_table; option->name; option++) {
        gsize length = strlen(option->name);
        if (strncmp(option->name, name, length) == 0 && (!name[length] || name[length] == '.'))
            return option;
    }
    return NULL;
}

static void
print_options(void)
{
    g_auto(GStrv) names = option_names();
    for (char **name = names; *name; name++) {
        const Option *option = option_of(*name);
        const char *fallback = option_fallback(*name);
        const char *text = option->kind == OPTION_FIELDS
                               ? field_table[field_find(strrchr(*name, '.') + 1)].text
                               : option->text;
        printf("%-29s %s", *name, _(text));
        if (option->choices)
            printf(_(" (one of: %s)"), option->choices);
        if (*fallback)
            printf(_(" [default: %s]"), fallback);
        putchar('\n');
    }
}

/* `rundruf help list add` and `rundruf help list`, too */
static ExitStatus
explain(Cli *cli, const char *name, GError **error)
{
    g_autofree char *group = g_strconcat(name, " ", NULL);
    gboolean found = FALSE;
    for (const Command *command = command_table; command->name; command++) {
        if (strcmp(command->name, name) == 0 && command->run != cmd_help) {
            char *words[] = {(char *)"rundruf", (char *)"--help", NULL};
            cli->command = command;
            return command->run(cli, 2, words, error);
        }
        found |= g_str_has_prefix(command->name, group);
    }
    if (!found)
        return cli_usage(error, _("there is no command \"%s\"; rundruf help lists them"), name);
    print_commands(group);
    return STATUS_DONE;
}

ExitStatus
cmd_help(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 0, 2, &status, error))
        return status;
    if (argc == 1) {
        print_overview();
        return STATUS_DONE;
    }
    if (argc == 2 && strcmp(argv[1], "config") == 0) {
        print_options();
        return STATUS_DONE;
    }
    g_autofree char *name = g_strjoinv(" ", argv + 1);
    return explain(cli, name, error);
}
