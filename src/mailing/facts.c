/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/facts.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/numbers.h"
#include "base/text.h"
#include "mailing/membership.h"
#include "model/event.h"
#include "store/events.h"
#include "store/lists.h"
#include "store/registrations.h"
#include "store/suppressed.h"

#include <string.h>

typedef struct {
    Facts vtable;
    Store *store;
    FieldMap *map;
    GTimeZone *zone;
    GHashTable *known; /* "FACT=value" -> GArray * of gint64 */
    GPtrArray *lists;  /* names (char *) of those whose members are being found */
} StoreFacts;

/* Of the names the one that is most like `name`, or NULL. */
static const char *
nearest_of(GPtrArray *names, const char *name)
{
    g_ptr_array_add(names, NULL);
    return text_nearest(name, (const char *const *)names->pdata);
}

/* ---- events */

static gboolean
check_event(StoreFacts *facts, const char *name, GError **error)
{
    g_autoptr(GPtrArray) events = events_all(facts->store, error);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    if (!events)
        return FALSE;
    for (guint i = 0; i < events->len; i++) {
        const Event *event = g_ptr_array_index(events, i);
        if (strcmp(event->name, name) == 0)
            return TRUE;
        g_ptr_array_add(names, event->name);
    }
    const char *nearest = nearest_of(names, name);
    if (nearest)
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("there is no event \"%s\"; did you mean \"%s\"?"), name, nearest);
    else
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("there is no event \"%s\"; those that there are: rundruf event ls"), name);
    return FALSE;
}

static gboolean
find_by_event(StoreFacts *facts, FactKind fact, const char *value, GArray *rows, GError **error)
{
    g_auto(FactEvents) events = {0};
    return fact_events_read(&events, value, facts->zone, error) &&
           (!events.name || check_event(facts, events.name, error)) &&
           registrations_select(facts->store, fact, &events, rows, error);
}

/* ---- suppressions */

static gboolean
find_suppressed(StoreFacts *facts, const char *value, GArray *rows, GError **error)
{
    g_autoptr(GArray) found =
        suppressed_persons(facts->store, strcmp(value, "*") == 0 ? NULL : value, facts->map, error);
    if (found)
        g_array_append_vals(rows, found->data, found->len);
    return found != NULL;
}

/* ---- lists */

static gboolean
check_circle(const StoreFacts *facts, const char *name, GError **error)
{
    GString *chain = NULL;
    for (guint i = 0; i < facts->lists->len; i++) {
        const char *outer = g_ptr_array_index(facts->lists, i);
        if (!chain && strcmp(outer, name) != 0)
            continue;
        if (!chain)
            chain = g_string_new(NULL);
        g_string_append_printf(chain, "%s → ", outer);
    }
    if (!chain)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                _("a list cannot be made of itself: %s%s; take one of these out of the other's "
                  "filter with rundruf list set"),
                chain->str, name);
    g_string_free(chain, TRUE);
    return FALSE;
}

/* NULL with INPUT if there is none. */
static List *
find_list(StoreFacts *facts, const char *name, GError **error)
{
    g_autoptr(GPtrArray) lists = lists_all(facts->store, error);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    if (!lists)
        return NULL;
    for (guint i = 0; i < lists->len; i++) {
        List *list = g_ptr_array_index(lists, i);
        if (strcmp(list->name, name) == 0)
            return g_ptr_array_steal_index(lists, i);
        g_ptr_array_add(names, list->name);
    }
    const char *nearest = nearest_of(names, name);
    if (nearest)
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("there is no list \"%s\"; did you mean \"%s\"?"), name, nearest);
    else
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("there is no list \"%s\"; those that there are: rundruf list ls"), name);
    return NULL;
}

static gboolean
note_member(const Person *person, gpointer rows, G_GNUC_UNUSED GError **error)
{
    g_array_append_val((GArray *)rows, person->id);
    return TRUE;
}

static gboolean
read_members(StoreFacts *facts, const List *list, GArray *rows, GError **error)
{
    g_autoptr(Membership) membership = membership_new(facts->store, list, NULL, facts->map, error);
    if (!membership || !membership_each(membership, note_member, rows, error))
        return FALSE;
    numbers_sort_unique(rows);
    return TRUE;
}

static gboolean
find_members(StoreFacts *facts, const char *name, GArray *rows, GError **error)
{
    g_autoptr(List) list = check_circle(facts, name, error) ? find_list(facts, name, error) : NULL;
    if (!list)
        return FALSE;
    g_ptr_array_add(facts->lists, list->name);
    gboolean good = read_members(facts, list, rows, error);
    g_ptr_array_set_size(facts->lists, (gint)facts->lists->len - 1);
    return good;
}

/* ---- the door */

static gboolean
read_rows(StoreFacts *facts, FactKind fact, const char *value, GArray *rows, GError **error)
{
    switch (fact) {
    case FACT_SUPPRESSED:
        return find_suppressed(facts, value, rows, error);
    case FACT_LIST:
        return find_members(facts, value, rows, error);
    default:
        return find_by_event(facts, fact, value, rows, error);
    }
}

static const GArray *
find(Facts *vtable, FactKind fact, const char *value, GError **error)
{
    StoreFacts *facts = (StoreFacts *)vtable;
    g_autofree char *key = g_strdup_printf("%s=%s", fact_names[fact], value);
    GArray *known = g_hash_table_lookup(facts->known, key);
    if (known)
        return known;
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!read_rows(facts, fact, value, rows, error))
        return NULL;
    known = g_steal_pointer(&rows);
    g_hash_table_insert(facts->known, g_steal_pointer(&key), known);
    return known;
}

Facts *
facts_new(Store *store, FieldMap *map, GTimeZone *zone)
{
    StoreFacts *facts = g_new0(StoreFacts, 1);
    facts->vtable.find = find;
    facts->store = store;
    facts->map = map;
    facts->zone = zone;
    facts->known =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    facts->lists = g_ptr_array_new();
    map->facts = &facts->vtable;
    return &facts->vtable;
}

void
facts_begin_list(Facts *vtable, const char *name)
{
    StoreFacts *facts = (StoreFacts *)vtable;
    g_hash_table_remove_all(facts->known);
    g_ptr_array_add(facts->lists, (gpointer)name);
}

void
facts_end_list(Facts *vtable)
{
    StoreFacts *facts = (StoreFacts *)vtable;
    g_hash_table_remove_all(facts->known);
    g_ptr_array_set_size(facts->lists, (gint)facts->lists->len - 1);
}

void
facts_free(Facts *vtable)
{
    StoreFacts *facts = (StoreFacts *)vtable;
    if (!facts)
        return;
    facts->map->facts = NULL;
    g_hash_table_unref(facts->known);
    g_ptr_array_unref(facts->lists);
    g_free(facts);
}
