/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/persons.h"
#include "mailing/resolve.h"
#include "store/persons.h"

#include <stdio.h>
#include <string.h>

/* "a; b" of a field's values, "" if it has none; owned by the caller */
static char *
join_values(const Person *person, const FieldMap *map, FieldId field)
{
    guint count;
    const AttributeValue *values = person_values(person, map, field, &count);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < count; i++) {
        g_autofree char *value = g_utf8_make_valid(values[i].data, (gssize)values[i].length);
        if (i > 0)
            g_string_append(text, "; ");
        g_string_append(text, value);
    }
    return g_string_free(text, FALSE);
}

static gboolean
count_one(G_GNUC_UNUSED const Person *person, gpointer data, G_GNUC_UNUSED GError **error)
{
    (*(gint64 *)data)++;
    return TRUE;
}

gboolean
persons_count_matching(Cli *cli, const char *filter, gint64 *count, GError **error)
{
    *count = 0;
    Store *store = cli_store(cli, error);
    return store && resolve_persons(store, cli->config->directory_fields, filter, NULL, count_one,
                                    count, error);
}

typedef struct {
    const FieldMap *map;
    OutputTable *table; /* NULL: JSON */
    gint64 count;
} Listing;

static gboolean
list_one(const Person *person, gpointer data, G_GNUC_UNUSED GError **error)
{
    Listing *listing = data;
    listing->count++;
    if (!listing->table) {
        g_autoptr(Value) value = person_to_value(person, listing->map);
        output_json(value);
        return TRUE;
    }
    g_autofree char *name = person_text(person, listing->map, FIELD_NAME);
    g_autofree char *mail = person_text(person, listing->map, FIELD_MAIL);
    g_autofree char *role = person_text(person, listing->map, FIELD_ROLE);
    g_autofree char *city = person_text(person, listing->map, FIELD_CITY);
    g_autofree char *planning = join_values(person, listing->map, FIELD_PLANNING);
    output_table_add(listing->table, name ? name : "-", mail ? mail : "-", role ? role : "-",
                     city ? city : "-", planning, NULL);
    return TRUE;
}

gboolean
persons_print(Cli *cli, const char *filter, GError **error)
{
    Store *store = cli_store(cli, error);
    if (!store)
        return FALSE;
    g_autoptr(OutputTable) table =
        cli->json ? NULL
                  : output_table_new(_("NAME"), _("MAIL"), _("ROLE"), _("CITY"), _("PLANNING"), NULL);
    Listing listing = {cli->config->directory_fields, table, 0};
    if (!resolve_persons(store, listing.map, filter, NULL, list_one, &listing, error))
        return FALSE;
    if (!table)
        return TRUE;
    output_table_print(table);
    if (!cli->quiet)
        printf(P_("%" G_GINT64_FORMAT " person\n", "%" G_GINT64_FORMAT " persons\n",
                  listing.count),
               listing.count);
    return TRUE;
}

#define FILTER_OPTION(variable)                                                                    \
    {"filter", 'f', 0, G_OPTION_ARG_STRING, &(variable),                                           \
     N_("those that it selects (RFC 4515), e.g. (city=Mannheim)"), N_("FILTER")}

ExitStatus
cmd_member_ls(Cli *cli, int argc, char **argv, GError **error)
{
    g_autofree char *filter = NULL;
    const GOptionEntry options[] = {FILTER_OPTION(filter), CLI_END};
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 0, 0, &status, error))
        return status;
    return persons_print(cli, filter, error) ? STATUS_DONE : STATUS_FAILED;
}

static gboolean
show_one(const Person *person, gpointer data, G_GNUC_UNUSED GError **error)
{
    const Cli *cli = data;
    const FieldMap *map = cli->config->directory_fields;
    if (cli->json) {
        g_autoptr(Value) value = person_to_value(person, map);
        output_json(value);
        return TRUE;
    }
    g_autofree char *uuid = uuid_to_text(person->uuid);
    for (guint i = 0; i < FIELDS; i++) {
        g_autofree char *text = join_values(person, map, (FieldId)i);
        if (*text)
            output_pair(field_table[i].name, text);
    }
    output_pair("dn", person->dn);
    output_pair("uuid", uuid);
    return TRUE;
}

ExitStatus
cmd_member_show(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 1, 1, &status, error))
        return status;
    Store *store = cli_store(cli, error);
    return store && persons_find(store, cli->config->directory_fields, argv[1], show_one, cli,
                                 error)
               ? STATUS_DONE
               : STATUS_FAILED;
}

static gboolean
export_one(const Person *person, gpointer data, G_GNUC_UNUSED GError **error)
{
    const FieldMap *map = data;
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < FIELDS; i++)
        g_ptr_array_add(cells, join_values(person, map, (FieldId)i));
    g_ptr_array_add(cells, uuid_to_text(person->uuid));
    g_ptr_array_add(cells, NULL);
    output_csv((const char *const *)cells->pdata);
    return TRUE;
}

ExitStatus
cmd_member_export(Cli *cli, int argc, char **argv, GError **error)
{
    g_autofree char *filter = NULL;
    const GOptionEntry options[] = {FILTER_OPTION(filter), CLI_END};
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 0, 0, &status, error))
        return status;
    Store *store = cli_store(cli, error);
    if (!store)
        return STATUS_FAILED;
    if (cli->json)
        return persons_print(cli, filter, error) ? STATUS_DONE : STATUS_FAILED;
    const char *titles[FIELDS + 2] = {NULL};
    for (guint i = 0; i < FIELDS; i++)
        titles[i] = field_table[i].name;
    titles[FIELDS] = "uuid";
    output_csv(titles);
    return resolve_persons(store, cli->config->directory_fields, filter, NULL, export_one,
                           cli->config->directory_fields, error)
               ? STATUS_DONE
               : STATUS_FAILED;
}
