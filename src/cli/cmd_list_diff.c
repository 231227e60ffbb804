/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/dates.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/lists.h"
#include "cli/output.h"
#include "mailing/difference.h"
#include "store/lists.h"

#include <stdio.h>
#include <string.h>

/* "2026-11-30" or "2026-11-30 08:00" in the network's zone */
static gboolean
parse_since(const Config *config, const char *text, gint64 *since, GError **error)
{
    WallTime wall;
    GTimeZone *zone = dates_zone(config->network_timezone, error);
    if (!zone)
        return FALSE;
    gsize length = dates_scan(text, &wall);
    if (length == 0 || text[length] != '\0') {
        cli_usage(error, _("\"%s\" is no date; write it as 2026-11-30 or 2026-11-30 08:00"), text);
        return FALSE;
    }
    if (!dates_from_wall(zone, wall.year, wall.month, wall.day, MAX(wall.hour, 0),
                         MAX(wall.minute, 0), since, error))
        return FALSE;
    if (*since <= clock_now())
        return TRUE;
    cli_usage(error, _("--since \"%s\" is to come"), text);
    return FALSE;
}

static const char *
or_dash(const char *text)
{
    return text ? text : "-";
}

static const char *
property_title(const char *property)
{
    gboolean filter = strcmp(property, list_property_names[LIST_FILTER]) == 0;
    return lists_title(filter ? LIST_FILTER : LIST_EXCEPT);
}

static char *
cause_text(const Cause *cause)
{
    switch (cause->kind) {
    case CAUSE_ADDED:
        return g_strdup(_("is new in the roster"));
    case CAUSE_REMOVED:
        return g_strdup(_("is no longer in the roster"));
    case CAUSE_TERM:
        return g_strdup_printf("%s: %s -> %s", cause->what, or_dash(cause->old),
                               or_dash(cause->new));
    case CAUSE_LIST:
        return g_strdup_printf("%s: %s -> %s", property_title(cause->what), or_dash(cause->old),
                               or_dash(cause->new));
    case CAUSE_BY_HAND:
        break;
    }
    if (!cause->new)
        return g_strdup_printf(_("no longer %s"), lists_effect_text(cause->old));
    return g_strdup_printf("%s: %s", lists_effect_text(cause->new), or_dash(cause->what));
}

static void
print_words(const Cli *cli, const Difference *difference)
{
    g_autofree char *name = text_one_line(difference->name);
    g_autofree char *mail = text_one_line(difference->mail ? difference->mail : "-");
    printf("%s  %s  %s\n", difference->came ? "+" : "-", name, mail);
    for (guint i = 0; i < difference->causes->len; i++) {
        const Cause *cause = g_ptr_array_index(difference->causes, i);
        g_autofree char *text = cause_text(cause);
        g_autofree char *line = text_one_line(text);
        g_autofree char *when = cause->at ? cli_when(cli, cause->at) : NULL;
        printf("     %s", line);
        if (when)
            printf(" (%s%s%s)", cause->author ? cause->author : "", cause->author ? ", " : "",
                   when);
        putchar('\n');
    }
}

static void
print_json(const Difference *difference)
{
    static const char *const kinds[] = {
        [CAUSE_ADDED] = "added", [CAUSE_REMOVED] = "removed", [CAUSE_TERM] = "term",
        [CAUSE_LIST] = "list",   [CAUSE_BY_HAND] = "by_hand",
    };
    g_autoptr(Value) value = value_new_map();
    Value *causes = value_new_list();
    g_autofree char *uuid = uuid_to_text(difference->person);
    value_set_text(value, "uuid", uuid);
    value_set_text(value, "name", difference->name);
    value_set_text(value, "mail", difference->mail);
    value_set_bool(value, "came", difference->came);
    for (guint i = 0; i < difference->causes->len; i++) {
        const Cause *cause = g_ptr_array_index(difference->causes, i);
        Value *one = value_new_map();
        value_set_text(one, "cause", kinds[cause->kind]);
        value_set_text(one, "what", cause->what);
        value_set_text(one, "old", cause->old);
        value_set_text(one, "new", cause->new);
        value_set_text(one, "author", cause->author);
        output_set_time(one, "at", cause->at);
        value_append(causes, one);
    }
    value_set(value, "causes", causes);
    output_json(value);
}

static void
print_all(const Cli *cli, const GPtrArray *found, gint64 since)
{
    guint came = 0;
    for (guint i = 0; i < found->len; i++) {
        const Difference *difference = g_ptr_array_index(found, i);
        came += difference->came;
        if (cli->json)
            print_json(difference);
        else
            print_words(cli, difference);
    }
    g_autofree char *when = cli_when(cli, since);
    if (!cli->json && !cli->quiet)
        printf(_("Since %s: %u came (+), %u left (-).\n"), when, came, found->len - came);
}

ExitStatus
cmd_list_diff(Cli *cli, int argc, char **argv, GError **error)
{
    g_autofree char *text = NULL;
    const GOptionEntry options[] = {
        {"since", 's', 0, G_OPTION_ARG_STRING, &text,
         N_("from then on, e.g. 2026-11-30 or \"2026-11-30 08:00\""), N_("DATE")},
        CLI_END,
    };
    ExitStatus status;
    gint64 since = 0;
    if (!cli_parse(cli, options, &argc, &argv, 1, 1, &status, error))
        return status;
    if (!text)
        return cli_usage(error, _("say since when: --since 2026-11-30"));
    Store *store = cli_store(cli, error);
    if (!store)
        return STATUS_FAILED;
    if (!parse_since(cli->config, text, &since, error))
        return STATUS_USAGE;
    g_autoptr(StoreTransaction) snapshot = store_begin_read(store, error);
    g_autoptr(List) list = snapshot ? lists_find(store, argv[1], error) : NULL;
    g_autoptr(GPtrArray) found = list ? difference_find(store, list, cli->config->directory_fields,
                                                        clock_now(), &since, error)
                                      : NULL;
    if (!found)
        return STATUS_FAILED;
    print_all(cli, found, since);
    return STATUS_DONE;
}
