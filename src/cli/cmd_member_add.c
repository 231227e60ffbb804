/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/edits.h"
#include "cli/output.h"
#include "directory/dn.h"
#include "model/dn_value.h"
#include "store/mirror.h"
#include "sync/classify.h"
#include "sync/edit.h"
#include "sync/putback.h"

#include <stdio.h>
#include <string.h>

/* ---- the municipality, by its DN or its name */

typedef struct {
    const Cli *cli;
    char *key; /* text_normalize() of the name */
    gint64 id;
    guint found;
} CitySearch;

static void
city_search_clear(CitySearch *search)
{
    g_free(search->key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CitySearch, city_search_clear)

static gboolean
try_city(const EntryRow *row, gpointer user_data, GError **error)
{
    CitySearch *search = user_data;
    if (row->kind != ENTRY_MUNICIPALITY)
        return TRUE;
    g_autoptr(MirrorEntry) entry = mirror_find_id(search->cli->store, row->id, error);
    if (!entry)
        return FALSE;
    g_autofree char *name = classify_name(search->cli->config, row->kind, entry->attributes);
    g_autofree char *key = name ? text_normalize(name, -1) : NULL;
    if (g_strcmp0(key, search->key) != 0)
        return TRUE;
    search->id = row->id;
    search->found++;
    return TRUE;
}

static MirrorEntry *
find_municipality(Cli *cli, const char *name, GError **error)
{
    g_auto(CitySearch) search = {.cli = cli, .key = text_normalize(name, -1)};
    if (strchr(name, '=') && !putback_find(cli->config, cli->store, name, &search.id, error))
        return NULL;
    if (search.id == 0 && !entries_each(cli->store, try_city, &search, error))
        return NULL;
    if (search.id && search.found < 2)
        return mirror_find_id(cli->store, search.id, error);
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                search.id ? _("several municipalities are called \"%s\"; name one by its DN")
                          : _("the roster has no municipality \"%s\""),
                name);
    return NULL;
}

/* ---- the entry */

static gboolean
add_word(const Config *config, const char *text, Attributes *attributes, GError **error)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1]) {
        cli_usage(error, _("\"%s\": write FIELD=VALUE"), text);
        return FALSE;
    }
    g_autofree char *name = g_strndup(text, (gsize)(equals - text));
    FieldId field = field_find(name);
    if (field < FIELDS && field_table[field].of_municipality) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("%s is a field of the municipality; name that with --municipality"), name);
        return FALSE;
    }
    if (field == FIELDS && !edits_know_attribute(config->directory_fields, name, NULL, error))
        return FALSE;
    const char *attribute =
        field == FIELDS ? name : edit_attribute_of(config->directory_fields, field, NULL, NULL);
    attributes_add(attributes, attribute, equals + 1, strlen(equals + 1));
    return TRUE;
}

static gboolean
has(const Attributes *attributes, const char *attribute)
{
    guint count;
    return attributes_find(attributes, attribute, &count) != NULL;
}

/* the cn among the values that a DN begins with; owned by the caller */
static char *
name_in_dn(const char *dn)
{
    g_autoptr(GArray) parts = dn_value_parse(dn, dn_rdn_length(dn));
    for (guint i = 0; parts && i < parts->len; i++) {
        const DnValue *part = &g_array_index(parts, DnValue, i);
        if (g_ascii_strcasecmp(part->type, "cn") == 0)
            return g_strdup(part->data);
    }
    return NULL;
}

/* What inetOrgPerson needs besides (RFC 2798; RFC 4519, person: cn and sn). */
static gboolean
fill_in(const Cli *cli, const char *dn, Attributes *attributes, GError **error)
{
    const Config *config = cli->config;
    g_auto(GStrv) classes = g_strsplit(config->directory_person_class, " ", 2);
    g_autofree char *in_dn = dn ? name_in_dn(dn) : NULL;
    g_autofree char *known = classify_name(config, ENTRY_PERSON, attributes);
    const char *name = known ? known : in_dn;
    if (!has(attributes, "objectClass"))
        attributes_add(attributes, "objectClass", classes[0], strlen(classes[0]));
    if (!name) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("a person needs a name, e.g. name='Anna Schmidt'"));
        return FALSE;
    }
    if (!has(attributes, "cn") && !in_dn)
        attributes_add(attributes, "cn", name, strlen(name));
    if (has(attributes, "sn"))
        return TRUE;
    const char *blank = strrchr(name, ' ');
    const char *surname = blank && blank[1] ? blank + 1 : name;
    attributes_add(attributes, "sn", surname, strlen(surname));
    if (!cli->quiet && !cli->json)
        printf(_("No surname was given: \"%s\" is taken.\n"), surname);
    return TRUE;
}

/* What makes the person one of the municipality, where the tree does not. */
static gboolean
join_municipality(const Config *config, const MirrorEntry *municipality, Attributes *attributes,
                  GError **error)
{
    Membership membership = classify_membership(config);
    if (membership == MEMBERSHIP_TREE || has(attributes, config->directory_membership))
        return TRUE;
    g_autofree char *value =
        membership == MEMBERSHIP_DN
            ? g_strdup(municipality->dn)
            : attributes_text(municipality->attributes, config->directory_membership_key);
    if (!value) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("%s has no %s by which persons could name it"), municipality->dn,
                    config->directory_membership_key);
        return FALSE;
    }
    attributes_add(attributes, config->directory_membership, value, strlen(value));
    return TRUE;
}

/* The DN of the new entry; owned by the caller. */
static char *
complete(Cli *cli, const char *dn, const char *municipality, Attributes *attributes, GError **error)
{
    g_autoptr(MirrorEntry) above =
        municipality ? find_municipality(cli, municipality, error) : NULL;
    if ((municipality && !above) || !fill_in(cli, dn, attributes, error) ||
        (above && !join_municipality(cli->config, above, attributes, error)))
        return NULL;
    if (dn)
        return g_strdup(dn);
    g_autofree char *name = attributes_text(attributes, "cn");
    return edit_person_dn(name ? name : "", above->dn);
}

static void
say_added(const Cli *cli, const char *dn, const Attributes *attributes, gboolean dry_run)
{
    if (cli->json) {
        g_autoptr(Value) value = value_new_map();
        value_set_text(value, "dn", dn);
        for (guint i = 0; i < attributes_count(attributes); i++) {
            const char *name = attributes_description(attributes, i);
            value_set(value, name, edits_values(attributes, name));
        }
        output_json(value);
        return;
    }
    if (cli->quiet)
        return;
    output_pair("dn", dn);
    for (guint i = 0; i < attributes_count(attributes); i++) {
        const char *name = attributes_description(attributes, i);
        g_autofree char *text = edits_join(attributes, name);
        output_pair(name, text);
    }
    if (dry_run)
        puts(_("Nothing was stored (--dry-run)."));
    else
        puts(_("The person is added to the directory, and seen here, with the next: rundruf sync"));
}

static gboolean
add(Cli *cli, const char *dn, Attributes *attributes, gboolean dry_run, GError **error)
{
    Editor editor = {cli->config, cli->store, clock_now(), cli_actor()};
    g_autoptr(StoreTransaction) transaction = store_begin(cli->store, error);
    return transaction && edit_add(&editor, dn, attributes, error) &&
           (dry_run || store_commit(g_steal_pointer(&transaction), error));
}

ExitStatus
cmd_member_add(Cli *cli, int argc, char **argv, GError **error)
{
    gboolean dry_run = FALSE;
    g_autofree char *dn = NULL, *municipality = NULL;
    const GOptionEntry options[] = {
        {"municipality", 'm', 0, G_OPTION_ARG_STRING, &municipality,
         N_("the municipality that the person belongs to, by its name or DN"), N_("CITY")},
        {"dn", 0, 0, G_OPTION_ARG_STRING, &dn, N_("the new entry's name, where you choose it"),
         N_("DN")},
        CLI_DRY_RUN(dry_run),
        CLI_END,
    };
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 1, G_MAXINT, &status, error))
        return status;
    if (!dn && !municipality)
        return cli_usage(error, _("say where: --municipality CITY, or --dn DN"));
    if (!cli_store(cli, error))
        return STATUS_FAILED;
    g_autoptr(Attributes) attributes = attributes_new();
    for (int i = 1; i < argc; i++)
        if (!add_word(cli->config, argv[i], attributes, error))
            return STATUS_FAILED;
    g_autofree char *name = complete(cli, dn, municipality, attributes, error);
    if (!name || !add(cli, name, attributes, dry_run, error))
        return STATUS_FAILED;
    say_added(cli, name, attributes, dry_run);
    return STATUS_DONE;
}
