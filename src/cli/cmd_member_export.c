/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `member export`: the persons that a filter selects, as CSV, LDIF or vCards on standard output */
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/persons.h"
#include "directory/dn.h"
#include "directory/ldif_write.h"
#include "mailing/selection.h"
#include "model/cell.h"
#include "model/vcard.h"
#include "store/entries.h"

#include <stdio.h>
#include <string.h>

static gboolean
csv_one(const Person *person, gpointer data, G_GNUC_UNUSED GError **error)
{
    const FieldMap *map = data;
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < FIELDS; i++) {
        guint count;
        const AttributeValue *values = person_values(person, map, (FieldId)i, &count);
        g_ptr_array_add(cells, cell_join(values, count));
    }
    g_ptr_array_add(cells, uuid_to_text(person->uuid));
    g_ptr_array_add(cells, NULL);
    output_csv((const char *const *)cells->pdata);
    return TRUE;
}

static gboolean
export_csv(Cli *cli, const Selection *selection, GError **error)
{
    const char *titles[FIELDS + 2] = {NULL};
    for (guint i = 0; i < FIELDS; i++)
        titles[i] = field_table[i].name;
    titles[FIELDS] = "uuid";
    output_csv(titles);
    return selection_each_by_name(selection, cli->store, csv_one, cli->config->directory_fields,
                                  error);
}

static gboolean
vcard_one(const Person *person, gpointer data, G_GNUC_UNUSED GError **error)
{
    g_autoptr(GString) card = g_string_new(NULL);
    vcard_append(card, person, data);
    fwrite(card->str, 1, card->len, stdout);
    return TRUE;
}

/* Records by the depth of their DNs, so that parents come first. */
typedef struct {
    Store *store;
    GPtrArray *depths; /* of GString */
} Records;

static void
free_string(gpointer string)
{
    g_string_free(string, TRUE);
}

static void
add_record(Records *records, const char *dn, const guint8 uuid[UUID_LENGTH],
           const Attributes *attributes)
{
    guint depth = 0;
    for (const char *above = dn; *above; above = dn_parent(above))
        depth++;
    while (records->depths->len <= depth)
        g_ptr_array_add(records->depths, g_string_new(NULL));
    ldif_append_entry(g_ptr_array_index(records->depths, depth), dn, uuid, attributes);
}

static gboolean
ldif_person(const Person *person, gpointer data, G_GNUC_UNUSED GError **error)
{
    add_record(data, person->dn, person->uuid, person->own);
    return TRUE;
}

static gboolean
ldif_municipality(const EntryRow *row, gpointer data, GError **error)
{
    Records *records = data;
    if (row->kind != ENTRY_MUNICIPALITY)
        return TRUE;
    g_autofree char *dn = entries_dn(records->store, row->id, error);
    g_autoptr(GBytes) blob = dn ? entries_blob(records->store, row->id, error) : NULL;
    if (!blob)
        return FALSE;
    gsize length;
    gconstpointer octets = g_bytes_get_data(blob, &length);
    g_autoptr(Attributes) attributes = attributes_decode(octets, length, error);
    if (!attributes)
        return FALSE;
    add_record(records, dn, row->uuid, attributes);
    return TRUE;
}

static gboolean
export_ldif(Cli *cli, const Selection *selection, gboolean municipalities, GError **error)
{
    g_autoptr(GPtrArray) depths = g_ptr_array_new_with_free_func(free_string);
    Records records = {cli->store, depths};
    if ((municipalities && !entries_each(cli->store, ldif_municipality, &records, error)) ||
        !selection_each_by_name(selection, cli->store, ldif_person, &records, error))
        return FALSE;
    g_autoptr(GString) version = g_string_new(NULL);
    ldif_append_version(version);
    fwrite(version->str, 1, version->len, stdout);
    for (guint i = 0; i < depths->len; i++) {
        const GString *text = g_ptr_array_index(depths, i);
        fwrite(text->str, 1, text->len, stdout);
    }
    return TRUE;
}

typedef enum { FORMAT_CSV, FORMAT_LDIF, FORMAT_VCARD, FORMATS } Format;

static Format
format_find(const char *name)
{
    static const char *const names[FORMATS] = {"csv", "ldif", "vcard"};
    guint format = 0;
    while (format < FORMATS && strcmp(names[format], name) != 0)
        format++;
    return (Format)format;
}

static gboolean
export_as(Cli *cli, const Selection *selection, Format format, gboolean municipalities,
          GError **error)
{
    g_autoptr(StoreTransaction) reading = store_begin_read(cli->store, error);
    if (!reading)
        return FALSE;
    switch (format) {
    case FORMAT_LDIF:
        return export_ldif(cli, selection, municipalities, error);
    case FORMAT_VCARD:
        return selection_each_by_name(selection, cli->store, vcard_one,
                                      cli->config->directory_fields, error);
    default:
        return export_csv(cli, selection, error);
    }
}

ExitStatus
cmd_member_export(Cli *cli, int argc, char **argv, GError **error)
{
    g_autofree char *filter = NULL, *name = NULL;
    gboolean municipalities = FALSE;
    const GOptionEntry options[] = {
        {"filter", 'f', 0, G_OPTION_ARG_STRING, &filter,
         N_("those that it selects (RFC 4515), e.g. (city=Mannheim)"), N_("FILTER")},
        {"format", 0, 0, G_OPTION_ARG_STRING, &name, N_("csv (default), ldif or vcard"),
         N_("FORMAT")},
        {"municipalities", 0, 0, G_OPTION_ARG_NONE, &municipalities,
         N_("all municipalities too (ldif)"), NULL},
        CLI_END,
    };
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 0, 0, &status, error))
        return status;
    Format format = name ? format_find(name) : FORMAT_CSV;
    if (format == FORMATS)
        return cli_usage(error, _("--format: \"%s\" is none of csv, ldif and vcard"), name);
    if (cli->json && name)
        return cli_usage(error, _("--json and --format: say one of them"));
    if (municipalities && format != FORMAT_LDIF)
        return cli_usage(error, _("--municipalities needs --format ldif"));
    const List filtered = {.filter = filter};
    if (cli->json)
        return persons_print(cli, &filtered, error) ? STATUS_DONE : STATUS_FAILED;
    Store *store = cli_store(cli, error);
    g_autoptr(Selection) selection =
        store ? selection_new(filter, NULL, cli->config->directory_fields, error) : NULL;
    return selection && export_as(cli, selection, format, municipalities, error) ? STATUS_DONE
                                                                                 : STATUS_FAILED;
}
