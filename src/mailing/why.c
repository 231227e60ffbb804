/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/why.h"

#include "base/i18n.h"
#include "mailing/reach.h"
#include "store/list_persons.h"
#include "store/suppressions.h"

#include <string.h>

void
why_clear(Why *why)
{
    g_clear_pointer(&why->filter, explanation_free);
    g_clear_pointer(&why->except, explanation_free);
    g_clear_pointer(&why->address, g_free);
    g_clear_pointer(&why->fault, g_free);
    g_clear_pointer(&why->suppressed, g_free);
    g_clear_pointer(&why->shares, g_free);
}

static gboolean
explain(const char *text, const char *source, const Person *person, const FieldMap *map,
        Explanation **explanation, GError **error)
{
    g_autoptr(FilterNode) node = filter_parse(text, -1, source, error);
    if (!node)
        return FALSE;
    *explanation = filter_explain(node, person, map);
    return TRUE;
}

/* Looks among the members before one person for somebody with the same address. */
typedef struct {
    Store *store;
    const List *list;
    const FieldMap *map;
    const Person *person;
    const char *key;
    gboolean passed; /* this person, in the roster's order */
    char *name;
} Sharer;

static gboolean
look_at(const Person *other, gpointer data, GError **error)
{
    Sharer *sharer = data;
    sharer->passed |= memcmp(other->uuid, sharer->person->uuid, UUID_LENGTH) == 0;
    if (sharer->passed || sharer->name)
        return TRUE;
    Reach reach;
    g_autofree char *reason = NULL, *refused = NULL;
    g_autoptr(Address) address = reach_address(other, sharer->map, &reach, &reason);
    g_autofree char *key = address ? address_key(address) : NULL;
    if (g_strcmp0(key, sharer->key) != 0)
        return TRUE;
    if (!reach_check_consent(sharer->store, sharer->list, other, &refused, error))
        return FALSE;
    if (!refused)
        sharer->name = reach_name(other, sharer->map);
    return TRUE;
}

static gboolean
find_reach(Store *store, const List *list, const Membership *membership, const Person *person,
           const FieldMap *map, Why *why, GError **error)
{
    Reach reach;
    g_autoptr(Address) address = reach_address(person, map, &reach, &why->fault);
    if (!address)
        return TRUE;
    g_autofree char *key = address_key(address);
    why->address = g_strdup(address->text);
    if (!reach_check_consent(store, list, person, &why->suppressed, error) ||
        (!why->suppressed &&
         !suppressions_find(store, key, list->purpose, &why->suppressed, error)))
        return FALSE;
    Sharer sharer = {.store = store, .list = list, .map = map, .person = person, .key = key};
    gboolean good = !why->member || membership_each(membership, look_at, &sharer, error);
    why->shares = sharer.name;
    return good;
}

gboolean
why_find(Store *store, const List *list, const Membership *membership, const Person *person,
         const FieldMap *map, Why *why, GError **error)
{
    g_auto(Why) found = {0};
    found.fixed = list_persons_find(membership_fixed(membership), person->uuid);
    found.member = membership_has(membership, person);
    if (!explain(list->filter, "filter", person, map, &found.filter, error) ||
        (list->except && !explain(list->except, "except", person, map, &found.except, error)) ||
        !find_reach(store, list, membership, person, map, &found, error))
        return FALSE;
    *why = found;
    found = (Why){0};
    return TRUE;
}

gboolean
why_gets_mail(const Why *why)
{
    return why->member && why->address && !why->suppressed && !why->shares;
}

/* what keeps the person out of the list: the weightiest reason alone */
static char *
why_not(const Why *why)
{
    if (why->fixed && !why->fixed->included)
        return g_strdup_printf(_("left out by hand (%s)"), why->fixed->reason);
    if (why->except && why->except->verdict == MATCH_TRUE)
        return g_strdup(_("the list's exception leaves them out"));
    if (why->except && why->except->verdict == MATCH_UNDEFINED)
        return g_strdup(_("the list's exception cannot be decided for them"));
    if (why->filter->verdict == MATCH_UNDEFINED)
        return g_strdup(_("the filter cannot be decided for them"));
    return g_strdup(_("the filter does not select them"));
}

static char *
why_no_mail(const Why *why)
{
    if (!why->address)
        return g_strdup(why->fault);
    if (why->suppressed)
        return g_strdup_printf(_("%s must not be written to (%s)"), why->address, why->suppressed);
    return g_strdup_printf(_("same address as %s, who gets the message"), why->shares);
}

char *
why_sentence(const Why *why, const char *name, const char *list)
{
    if (why_gets_mail(why))
        return g_strdup_printf(_("%s is in the list %s and would get mail, at %s."), name, list,
                               why->address);
    g_autofree char *reason = why->member ? why_no_mail(why) : why_not(why);
    return why->member ? g_strdup_printf(_("%s is in the list %s, but gets no mail: %s."), name,
                                         list, reason)
                       : g_strdup_printf(_("%s is not in the list %s: %s."), name, list, reason);
}
