/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/list.h"

#include "base/i18n.h"

#include <string.h>

List *
list_new(void)
{
    return g_new0(List, 1);
}

void
list_free(List *list)
{
    if (!list)
        return;
    g_free(list->name);
    g_free(list->title);
    g_free(list->filter);
    g_free(list->except);
    g_free(list->purpose);
    g_free(list->basis);
    g_free(list->sender);
    g_free(list->owner);
    g_free(list);
}

const char *const list_property_names[LIST_PROPERTIES] = {
    [LIST_TITLE] = "title",   [LIST_FILTER] = "filter",
    [LIST_EXCEPT] = "except", [LIST_PURPOSE] = "purpose",
    [LIST_BASIS] = "basis",   [LIST_SENDER] = "sender",
    [LIST_OWNER] = "owner",   [LIST_MAX_MEMBERS] = "max_members",
};

char *
list_property_text(const List *list, ListProperty property)
{
    if (!list)
        return NULL;
    const char *const texts[LIST_PROPERTIES] = {
        [LIST_TITLE] = list->title,     [LIST_FILTER] = list->filter, [LIST_EXCEPT] = list->except,
        [LIST_PURPOSE] = list->purpose, [LIST_BASIS] = list->basis,   [LIST_SENDER] = list->sender,
        [LIST_OWNER] = list->owner,
    };
    if (property != LIST_MAX_MEMBERS)
        return g_strdup(texts[property]);
    return list->max_members ? g_strdup_printf("%" PRId64, list->max_members) : NULL;
}

/* Art. 6 (1) of Regulation (EU) 2016/679, by letter; (f) is not open to authorities performing their
 * tasks (second sentence) */
static const char *const basis_texts[] = {
    N_("consent of the person"),
    N_("a contract with the person"),
    N_("a legal obligation"),
    N_("vital interests"),
    N_("a task in the public interest"),
    N_("legitimate interests (not for authorities performing their tasks)"),
};

char *
list_basis_text(const char *basis)
{
    if (strlen(basis) != 1 || *basis < 'a' || *basis > 'f')
        return NULL;
    return g_strdup_printf("%s: %s", basis, _(basis_texts[*basis - 'a']));
}

gboolean
list_needs_consent(const List *list)
{
    return g_strcmp0(list->basis, "a") == 0;
}

void
list_person_free(ListPerson *person)
{
    if (!person)
        return;
    g_free(person->reason);
    g_free(person->author);
    g_free(person);
}

void
list_change_free(ListChange *change)
{
    if (!change)
        return;
    g_free(change->author);
    g_free(change->property);
    g_free(change->old);
    g_free(change->new);
    g_free(change->reason);
    g_free(change);
}
