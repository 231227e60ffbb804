/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "cli/cli.h"
#include "cli/edits.h"
#include "cli/lists.h"
#include "cli/output.h"
#include "cli/persons.h"
#include "cli/where.h"
#include "filter/filter.h"
#include "mailing/membership.h"
#include "mailing/reach.h"
#include "mailing/selection.h"
#include "store/changes.h"
#include "sync/putback.h"

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
persons_print(Cli *cli, const List *list, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(Membership) membership =
        store ? membership_new(store, list, NULL, cli->config->directory_fields, error) : NULL;
    if (!membership)
        return FALSE;
    g_autoptr(OutputTable) table = cli->json ? NULL
                                             : output_table_new(_("NAME"), _("MAIL"), _("ROLE"),
                                                                _("CITY"), _("PLANNING"), NULL);
    Listing listing = {cli->config->directory_fields, table, 0};
    if (!membership_each_by_name(membership, list_one, &listing, error))
        return FALSE;
    if (!table)
        return TRUE;
    output_table_print(table);
    if (!cli->quiet)
        printf(P_("%" PRId64 " person\n", "%" PRId64 " persons\n", listing.count), listing.count);
    return TRUE;
}

#define FILTER_OPTION(variable)                                                                    \
    {                                                                                              \
        "filter", 'f', 0, G_OPTION_ARG_STRING, &(variable),                                        \
            N_("those that it selects (RFC 4515), e.g. (city=Mannheim)"), N_("FILTER")             \
    }

ExitStatus
cmd_member_ls(Cli *cli, int argc, char **argv, GError **error)
{
    g_autofree char *filter = NULL, *where = NULL;
    const GOptionEntry options[] = {FILTER_OPTION(filter), CLI_WHERE(where), CLI_END};
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 0, 0, &status, error))
        return status;
    if (!where_check(filter, where, error))
        return STATUS_USAGE;
    if (!where_translate(cli, where, &filter, error))
        return STATUS_FAILED;
    const List filtered = {.filter = filter};
    return persons_print(cli, &filtered, error) ? STATUS_DONE : STATUS_FAILED;
}

typedef struct {
    Cli *cli;
    guint found;
} Show;

static void
show_json(const Person *person, const FieldMap *map, const GPtrArray *edits, Value *lists)
{
    g_autoptr(Value) value = person_to_value(person, map);
    Value *list = value_new_list();
    if (person->missing_reason) {
        output_set_time(value, "missing_since", person->missing_since);
        value_set_text(value, "missing_reason", person->missing_reason);
    }
    for (guint i = 0; i < edits->len; i++)
        value_append(list, edits_to_value(g_ptr_array_index(edits, i)));
    value_set(value, "edits", list);
    value_set(value, "lists", value_ref(lists));
    output_json(value);
}

/* the lists the person is in, that the directory does not show the person, and what waits for it */
static void
show_state(const Cli *cli, const Person *person, const GPtrArray *edits, const Value *lists)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < value_count(lists); i++)
        g_string_append_printf(names, "%s%s", i ? ", " : "", value_text(value_item(lists, i)));
    output_pair(_("lists"), names->len ? names->str : "-");
    if (person->missing_reason) {
        g_autofree char *when = cli_when(cli, person->missing_since);
        g_autofree char *text = g_strdup_printf(_("since %s (%s)"), when, person->missing_reason);
        output_pair(_("missing"), text);
    }
    for (guint i = 0; i < edits->len; i++) {
        g_autofree char *text = edits_describe(cli, g_ptr_array_index(edits, i));
        output_pair(_("edit"), text);
    }
}

static gboolean
show_one(const Person *person, gpointer data, GError **error)
{
    Show *show = data;
    const FieldMap *map = show->cli->config->directory_fields;
    g_autoptr(GPtrArray) edits = changes_unsettled(show->cli->store, person->uuid, error);
    g_autoptr(Value) lists = edits ? lists_of_person(show->cli, person, error) : NULL;
    if (!lists)
        return FALSE;
    show->found++;
    if (show->cli->json) {
        show_json(person, map, edits, lists);
        return TRUE;
    }
    if (show->found > 1)
        putchar('\n');
    g_autofree char *uuid = uuid_to_text(person->uuid);
    for (guint i = 0; i < FIELDS; i++) {
        g_autofree char *text = join_values(person, map, (FieldId)i);
        if (*text)
            output_pair(field_table[i].name, text);
    }
    output_pair("dn", person->dn);
    output_pair("uuid", uuid);
    show_state(show->cli, person, edits, lists);
    return TRUE;
}

gboolean
persons_find(Cli *cli, const char *key, PersonFunc func, gpointer user_data, GError **error)
{
    Store *store = cli_store(cli, error);
    guint8 uuid[UUID_LENGTH];
    gint64 id = 0;
    if (!store)
        return FALSE;
    const FieldMap *map = cli->config->directory_fields;
    if (uuid_from_text(key, strlen(key), uuid))
        return persons_find_uuid(store, uuid, func, user_data, error);
    if (strchr(key, '=') && !putback_find(cli->config, store, key, &id, error))
        return FALSE;
    if (id)
        return persons_find_id(store, id, func, user_data, error);
    if (strchr(key, '@'))
        return persons_find_mail(store, key, map, func, user_data, error);
    g_autofree char *filter = filter_equality("name", key);
    g_autoptr(Selection) selection = selection_new(filter, NULL, map, error);
    return selection && selection_each_by_name(selection, store, func, user_data, error);
}

gboolean
persons_set_not_found(const char *key, GError **error)
{
    g_set_error(
        error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND,
        _("the roster has nobody \"%s\" (by address, full name, DN or UUID); after a change "
          "in the directory say: rundruf sync"),
        key);
    return FALSE;
}

typedef struct {
    const FieldMap *map;
    guint found;
    guint8 person[UUID_LENGTH];
    char *name;
    GString *uuids;
} One;

static gboolean
note_one(const Person *person, gpointer data, G_GNUC_UNUSED GError **error)
{
    One *one = data;
    g_autofree char *uuid = uuid_to_text(person->uuid);
    g_free(one->name);
    one->name = reach_name(person, one->map);
    memcpy(one->person, person->uuid, UUID_LENGTH);
    g_string_append_printf(one->uuids, "\n  %s  %s", uuid, one->name);
    one->found++;
    return TRUE;
}

gboolean
persons_find_one(Cli *cli, const char *key, guint8 person[UUID_LENGTH], char **name, GError **error)
{
    Store *store = cli_store(cli, error);
    if (!store)
        return FALSE;
    g_autoptr(GString) uuids = g_string_new(NULL);
    One one = {.map = cli->config->directory_fields, .uuids = uuids};
    gboolean good = persons_find(cli, key, note_one, &one, error);
    g_autofree char *found = one.name;
    if (!good)
        return FALSE;
    if (one.found > 1) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("\"%s\" names several persons; say which by UUID:%s"), key, uuids->str);
        return FALSE;
    }
    if (one.found == 0 && !uuid_from_text(key, strlen(key), one.person))
        return persons_set_not_found(key, error);
    memcpy(person, one.person, UUID_LENGTH);
    *name = g_steal_pointer(&found);
    return TRUE;
}

ExitStatus
cmd_member_show(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 1, 1, &status, error))
        return status;
    Show show = {cli, 0};
    if (!persons_find(cli, argv[1], show_one, &show, error) ||
        (show.found == 0 && !persons_set_not_found(argv[1], error)))
        return STATUS_FAILED;
    return STATUS_DONE;
}
