/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/lists.h"

#include "base/error.h"
#include "cli/output.h"
#include "mailing/membership.h"
#include "store/list_changes.h"
#include "store/list_persons.h"
#include "store/lists.h"
#include "store/persons.h"

#include <string.h>

const char *
lists_title(ListProperty property)
{
    static const char *const titles[LIST_PROPERTIES] = {
        [LIST_TITLE] = N_("Title"),   [LIST_FILTER] = N_("Filter"),
        [LIST_EXCEPT] = N_("Except"), [LIST_PURPOSE] = N_("Purpose"),
        [LIST_BASIS] = N_("Basis"),   [LIST_SENDER] = N_("Sender"),
        [LIST_OWNER] = N_("Owner"),   [LIST_MAX_MEMBERS] = N_("At most"),
    };
    return _(titles[property]);
}

const char *
lists_effect_text(const char *effect)
{
    return strcmp(effect, "include") == 0 ? _("taken in by hand") : _("left out by hand");
}

typedef struct {
    const FieldMap *map;
    char *name;
} Name;

static gboolean
note_name(const Person *person, gpointer data, G_GNUC_UNUSED GError **error)
{
    Name *name = data;
    name->name = person_text(person, name->map, FIELD_NAME);
    if (!name->name)
        name->name = g_strdup(person->dn);
    return TRUE;
}

char *
lists_person_name(Cli *cli, const guint8 person[UUID_LENGTH], GError **error)
{
    Name name = {cli->config->directory_fields, NULL};
    if (!persons_find_uuid(cli->store, person, note_name, &name, error))
        return NULL;
    return name.name ? name.name : uuid_to_text(person);
}

gboolean
lists_print_fixed(Cli *cli, const GPtrArray *fixed, GError **error)
{
    for (guint i = 0; i < fixed->len; i++) {
        const ListPerson *person = g_ptr_array_index(fixed, i);
        g_autofree char *name = lists_person_name(cli, person->person, error);
        if (!name)
            return FALSE;
        g_autofree char *when = cli_when(cli, person->at);
        g_autofree char *text =
            g_strdup_printf(_("%s: %s (%s, %s)"), name, person->reason, person->author, when);
        output_pair(person->included ? _("Taken in") : _("Left out"), text);
    }
    return TRUE;
}

static gboolean
has_person(Cli *cli, const List *list, const Person *person, gboolean *has, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    g_autoptr(Membership) membership =
        membership_new(cli->store, list, NULL, cli->config->directory_fields, &wrong);
    *has = FALSE;
    if (membership)
        *has = membership_has(membership, person);
    if (membership || g_error_matches(wrong, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&wrong));
    return FALSE;
}

Value *
lists_of_person(Cli *cli, const Person *person, GError **error)
{
    g_autoptr(GPtrArray) all = lists_all(cli->store, error);
    g_autoptr(Value) names = value_new_list();
    for (guint i = 0; all && i < all->len; i++) {
        const List *list = g_ptr_array_index(all, i);
        gboolean has;
        if (!has_person(cli, list, person, &has, error))
            return NULL;
        if (has)
            value_append(names, value_new_text(list->name));
    }
    return all ? g_steal_pointer(&names) : NULL;
}

gboolean
lists_forget_all(Cli *cli, const List *list, gint64 now, GError **error)
{
    g_autoptr(GPtrArray) fixed = list_persons_all(cli->store, list->id, error);
    for (guint i = 0; fixed && i < fixed->len; i++) {
        const ListPerson *person = g_ptr_array_index(fixed, i);
        ListChange change = {.at = now,
                             .author = (char *)cli_actor(),
                             .old = (char *)(person->included ? "include" : "exclude")};
        memcpy(change.person, person->person, UUID_LENGTH);
        if (!list_persons_remove(cli->store, list->id, person->person, error) ||
            !list_changes_add(cli->store, list->name, &change, error))
            return FALSE;
    }
    return fixed != NULL;
}
