/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/where.h"

#include "filter/compile.h"
#include "filter/phrase.h"

gboolean
where_check(const char *filter, const char *where, GError **error)
{
    if (!filter || !where)
        return TRUE;
    cli_usage(error, _("say either --filter or --where"));
    return FALSE;
}

gboolean
where_translate(Cli *cli, const char *where, char **filter, GError **error)
{
    if (!where)
        return TRUE;
    if (!cli_store(cli, error)) /* which knows the directory's attributes */
        return FALSE;
    const FieldMap *map = cli->config->directory_fields;
    g_autoptr(FilterNode) node = phrase_to_filter(where, -1, map, "where", error);
    if (!node || !filter_resolve(node, map, "where", error))
        return FALSE;
    g_free(*filter);
    *filter = filter_to_text(node);
    return TRUE;
}

char *
where_describe(const Cli *cli, const char *filter)
{
    g_autoptr(FilterNode) node = filter_parse(filter, -1, "filter", NULL);
    return node ? phrase_from_filter(node, cli->config->directory_fields, cli_language()) : NULL;
}
