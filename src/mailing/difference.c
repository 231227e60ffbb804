/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/difference.h"

#include "filter/explain.h"
#include "mailing/reach.h"
#include "store/list_changes.h"
#include "store/list_persons.h"
#include "store/traces.h"

#include <string.h>

/* The attributes of one entry, and what they point into. */
typedef struct {
    GBytes *blob;
    Attributes *attributes;
} Content;

/* A list's definition: as it is, or as it was. */
typedef struct {
    FilterNode *filter, *except; /* `except` NULL: none */
    GPtrArray *fixed;            /* of ListPerson */
} Definition;

/* One comparison. */
typedef struct {
    Store *store;
    const FieldMap *map;
    gint64 since;
    Definition then, now;
    gboolean refiltered;    /* the list's filters changed */
    GPtrArray *changes;     /* of ListChange, since then */
    GHashTable *traces;     /* UUID -> Trace */
    GHashTable *towns_then; /* UUID -> Content */
    GHashTable *seen;       /* UUIDs of persons that were compared */
    GPtrArray *found;       /* of Difference */
} Comparison;

static void
content_free(gpointer data)
{
    Content *content = data;
    attributes_free(content->attributes);
    g_clear_pointer(&content->blob, g_bytes_unref);
    g_free(content);
}

static guint
uuid_hash(gconstpointer uuid)
{
    guint32 hash = 2166136261u; /* FNV-1a */
    for (guint i = 0; i < UUID_LENGTH; i++)
        hash = (hash ^ ((const guint8 *)uuid)[i]) * 16777619u;
    return hash;
}

static gboolean
uuid_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, UUID_LENGTH) == 0;
}

static void
cause_free(gpointer data)
{
    Cause *cause = data;
    g_free(cause->what);
    g_free(cause->old);
    g_free(cause->new);
    g_free(cause->author);
    g_free(cause);
}

void
difference_free(Difference *difference)
{
    if (!difference)
        return;
    g_free(difference->name);
    g_free(difference->mail);
    g_ptr_array_unref(difference->causes);
    g_free(difference);
}

/* ---- the list as it is and as it was */

static void
definition_clear(Definition *definition)
{
    filter_free(definition->filter);
    filter_free(definition->except);
    g_clear_pointer(&definition->fixed, g_ptr_array_unref);
}

static gboolean
read_definition(Store *store, const List *list, const char *filter, const char *except,
                Definition *definition, GError **error)
{
    definition->filter = filter_parse(filter, -1, "filter", error);
    if (!definition->filter)
        return FALSE;
    if (except && !(definition->except = filter_parse(except, -1, "except", error)))
        return FALSE;
    definition->fixed = list_persons_all(store, list->id, error);
    return definition->fixed != NULL;
}

static void
set_fixed(GPtrArray *fixed, const guint8 person[UUID_LENGTH], const char *effect)
{
    const ListPerson *known = list_persons_find(fixed, person);
    if (known)
        g_ptr_array_remove(fixed, (gpointer)known);
    if (!effect)
        return;
    ListPerson *one = g_new0(ListPerson, 1);
    memcpy(one->person, person, UUID_LENGTH);
    one->included = strcmp(effect, "include") == 0;
    g_ptr_array_add(fixed, one);
}

/* Takes the list's changes back, the latest first. */
static gboolean
read_definitions(Comparison *comparison, const List *list, GError **error)
{
    const char *filter = list->filter, *except = list->except;
    const GPtrArray *changes = comparison->changes;
    for (guint i = changes->len; i > 0; i--) {
        const ListChange *change = g_ptr_array_index(changes, i - 1);
        if (g_strcmp0(change->property, list_property_names[LIST_FILTER]) == 0 && change->old)
            filter = change->old;
        if (g_strcmp0(change->property, list_property_names[LIST_EXCEPT]) == 0)
            except = change->old;
    }
    comparison->refiltered =
        strcmp(filter, list->filter) != 0 || g_strcmp0(except, list->except) != 0;
    if (!read_definition(comparison->store, list, list->filter, list->except, &comparison->now,
                         error) ||
        !read_definition(comparison->store, list, filter, except, &comparison->then, error))
        return FALSE;
    for (guint i = changes->len; i > 0; i--) {
        const ListChange *change = g_ptr_array_index(changes, i - 1);
        if (!change->property)
            set_fixed(comparison->then.fixed, change->person, change->old);
    }
    return TRUE;
}

static gboolean
holds(const Comparison *comparison, const FilterNode *node, const Person *person)
{
    return node && filter_match(node, person, comparison->map) == MATCH_TRUE;
}

static gboolean
is_member(const Comparison *comparison, const Definition *definition, const Person *person)
{
    return person && membership_decide(holds(comparison, definition->filter, person),
                                       holds(comparison, definition->except, person),
                                       list_persons_find(definition->fixed, person->uuid));
}

/* ---- the roster as it was */

static Content *
decode(GBytes *blob, GError **error)
{
    gsize length;
    gconstpointer data = g_bytes_get_data(blob, &length);
    Attributes *attributes = attributes_decode(data, length, error);
    if (!attributes)
        return NULL;
    Content *content = g_new0(Content, 1);
    content->blob = g_bytes_ref(blob);
    content->attributes = attributes;
    return content;
}

/* `attributes` stays NULL if there was no such municipality */
static gboolean
town_then(Comparison *comparison, const guint8 uuid[UUID_LENGTH], const Attributes **attributes,
          GError **error)
{
    const Content *known = g_hash_table_lookup(comparison->towns_then, uuid);
    if (!known) {
        const Trace *trace = g_hash_table_lookup(comparison->traces, uuid);
        g_auto(EntryRow) row = {0};
        g_autoptr(GBytes) blob = trace && trace->attributes ? g_bytes_ref(trace->attributes) : NULL;
        if (!trace && !entries_find(comparison->store, uuid, &row, error))
            return FALSE;
        if (row.id && !(blob = entries_blob(comparison->store, row.id, error)))
            return FALSE;
        if (!blob)
            return TRUE;
        Content *content = decode(blob, error);
        if (!content)
            return FALSE;
        g_hash_table_insert(comparison->towns_then, g_memdup2(uuid, UUID_LENGTH), content);
        known = content;
    }
    *attributes = known->attributes;
    return TRUE;
}

/* the UUID of the municipality that the person belongs to now */
static gboolean
town_of(Store *store, const guint8 person[UUID_LENGTH], gboolean *belongs, guint8 town[UUID_LENGTH],
        GError **error)
{
    g_auto(EntryRow) row = {0}, above = {0};
    if (!entries_find(store, person, &row, error) ||
        (row.municipality && !entries_get(store, row.municipality, &above, error)))
        return FALSE;
    *belongs = above.id != 0;
    memcpy(town, above.uuid, UUID_LENGTH);
    return TRUE;
}

/* A person as it was. */
typedef struct {
    gboolean was; /* in the roster */
    Person person;
    Content *own;      /* what `person` points into; or NULL */
    gint64 changed_at; /* when the person or the municipality last changed since then; 0: not */
} Past;

static void
past_clear(Past *past)
{
    g_clear_pointer(&past->own, content_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Past, past_clear)

static gboolean
person_then(Comparison *comparison, const guint8 uuid[UUID_LENGTH], const Person *now, Past *past,
            GError **error)
{
    const Trace *trace = g_hash_table_lookup(comparison->traces, uuid);
    gboolean belongs = trace && trace->belongs;
    guint8 town[UUID_LENGTH];
    past->was = trace ? trace->kind == ENTRY_PERSON && trace->attributes : now != NULL;
    past->changed_at = trace ? trace->last_at : 0;
    if (!past->was)
        return TRUE;
    if (trace)
        memcpy(town, trace->municipality, UUID_LENGTH);
    else if (!town_of(comparison->store, uuid, &belongs, town, error))
        return FALSE;
    if (trace && !(past->own = decode(trace->attributes, error)))
        return FALSE;
    past->person =
        (Person){.own = trace ? past->own->attributes : now->own, .dn = now ? now->dn : (char *)""};
    memcpy(past->person.uuid, uuid, UUID_LENGTH);
    if (!belongs)
        return TRUE;
    const Trace *above = g_hash_table_lookup(comparison->traces, town);
    past->changed_at = MAX(past->changed_at, above ? above->last_at : 0);
    return town_then(comparison, town, &past->person.municipality, error);
}

/* ---- what it came through */

static Cause *
add_cause(Difference *difference, CauseKind kind, const char *what, gint64 at)
{
    Cause *cause = g_new0(Cause, 1);
    cause->kind = kind;
    cause->what = g_strdup(what);
    cause->at = at;
    g_ptr_array_add(difference->causes, cause);
    return cause;
}

static char *
join(const GPtrArray *values)
{
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < values->len; i++)
        g_string_append_printf(all, "%s%s", i ? "; " : "",
                               (const char *)g_ptr_array_index(values, i));
    return all->len ? g_strdup(all->str) : NULL;
}

static gboolean
is_told(const Difference *difference, const char *term)
{
    for (guint i = 0; i < difference->causes->len; i++) {
        const Cause *cause = g_ptr_array_index(difference->causes, i);
        if (cause->kind == CAUSE_TERM && strcmp(cause->what, term) == 0)
            return TRUE;
    }
    return FALSE;
}

/* the terms whose verdict is another now; both trees are of one filter */
static void
compare_trees(Difference *difference, const Explanation *then, const Explanation *now, gint64 at)
{
    for (guint i = 0; then->children && i < then->children->len; i++)
        compare_trees(difference, g_ptr_array_index(then->children, i),
                      g_ptr_array_index(now->children, i), at);
    if (then->children || then->verdict == now->verdict || is_told(difference, then->text))
        return;
    Cause *cause = add_cause(difference, CAUSE_TERM, then->text, at);
    cause->old = join(then->values);
    cause->new = join(now->values);
}

static void
compare_terms(const Comparison *comparison, Difference *difference, const FilterNode *node,
              const Person *then, const Person *now, gint64 at)
{
    const FieldMap *map = comparison->map;
    g_autoptr(Explanation) before = node ? filter_explain(node, then, map) : NULL;
    g_autoptr(Explanation) after = node ? filter_explain(node, now, map) : NULL;
    if (before && after)
        compare_trees(difference, before, after, at);
}

/* TRUE if the changed filters say something else of this person */
static gboolean
is_refiltered(const Comparison *comparison, const Person *person)
{
    const Definition *then = &comparison->then, *now = &comparison->now;
    return comparison->refiltered &&
           (holds(comparison, then->filter, person) != holds(comparison, now->filter, person) ||
            holds(comparison, then->except, person) != holds(comparison, now->except, person));
}

/* what was changed of the list that bears on this person */
static void
add_list_causes(const Comparison *comparison, Difference *difference, gboolean refiltered)
{
    for (guint i = 0; i < comparison->changes->len; i++) {
        const ListChange *change = g_ptr_array_index(comparison->changes, i);
        gboolean filters = g_strcmp0(change->property, list_property_names[LIST_FILTER]) == 0 ||
                           g_strcmp0(change->property, list_property_names[LIST_EXCEPT]) == 0;
        if (!(filters && refiltered) &&
            (change->property || !uuid_equal(change->person, difference->person)))
            continue;
        Cause *cause = filters ? add_cause(difference, CAUSE_LIST, change->property, change->at)
                               : add_cause(difference, CAUSE_BY_HAND, change->reason, change->at);
        cause->old = g_strdup(change->old);
        cause->new = g_strdup(change->new);
        cause->author = g_strdup(change->author);
    }
}

static void
find_causes(const Comparison *comparison, Difference *difference, const Person *then,
            const Person *now, gint64 at)
{
    if (!then || !now) {
        add_cause(difference, then ? CAUSE_REMOVED : CAUSE_ADDED, NULL, at);
        return;
    }
    gboolean was = is_member(comparison, &comparison->then, then);
    gboolean by_roster = is_member(comparison, &comparison->then, now) != was;
    gboolean by_list = is_member(comparison, &comparison->now, then) != was;
    if (by_roster || !by_list) {
        const Definition *list = by_roster ? &comparison->then : &comparison->now;
        compare_terms(comparison, difference, list->filter, then, now, at);
        compare_terms(comparison, difference, list->except, then, now, at);
    }
    if (by_list || !by_roster)
        add_list_causes(comparison, difference, is_refiltered(comparison, now));
}

/* `now` NULL: the roster has no such person */
static gboolean
compare_person(Comparison *comparison, const guint8 uuid[UUID_LENGTH], const Person *now,
               GError **error)
{
    if (!g_hash_table_add(comparison->seen, g_memdup2(uuid, UUID_LENGTH)))
        return TRUE;
    g_auto(Past) past = {0};
    if (!person_then(comparison, uuid, now, &past, error))
        return FALSE;
    const Person *then = past.was ? &past.person : NULL;
    gboolean is = is_member(comparison, &comparison->now, now);
    if (is_member(comparison, &comparison->then, then) == is)
        return TRUE;
    Difference *difference = g_new0(Difference, 1);
    g_ptr_array_add(comparison->found, difference);
    memcpy(difference->person, uuid, UUID_LENGTH);
    difference->came = is;
    difference->name = reach_name(now ? now : then, comparison->map);
    difference->mail = person_text(now ? now : then, comparison->map, FIELD_MAIL);
    difference->causes = g_ptr_array_new_with_free_func(cause_free);
    find_causes(comparison, difference, then, now, past.changed_at);
    return TRUE;
}

/* ---- whom to look at */

static gboolean
compare_present(const Person *person, gpointer data, GError **error)
{
    return compare_person(data, person->uuid, person, error);
}

/* somebody who may be in the roster or not */
static gboolean
compare_uuid(Comparison *comparison, const guint8 uuid[UUID_LENGTH], GError **error)
{
    return persons_find_uuid(comparison->store, uuid, compare_present, comparison, error) &&
           compare_person(comparison, uuid, NULL, error);
}

static gboolean
compare_town(Comparison *comparison, const guint8 uuid[UUID_LENGTH], GError **error)
{
    g_auto(EntryRow) row = {0};
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!entries_find(comparison->store, uuid, &row, error) ||
        (row.id && !entries_members(comparison->store, row.id, ids, error)))
        return FALSE;
    for (guint i = 0; i < ids->len; i++)
        if (!persons_find_id(comparison->store, g_array_index(ids, gint64, i), compare_present,
                             comparison, error))
            return FALSE;
    return TRUE;
}

static gboolean
compare_all(Comparison *comparison, const GPtrArray *traces, GError **error)
{
    if (comparison->refiltered &&
        !persons_each(comparison->store, NULL, compare_present, comparison, error))
        return FALSE;
    for (guint i = 0; i < traces->len; i++) {
        const Trace *trace = g_ptr_array_index(traces, i);
        if (!compare_uuid(comparison, trace->uuid, error) ||
            (trace->kind == ENTRY_MUNICIPALITY && !compare_town(comparison, trace->uuid, error)))
            return FALSE;
    }
    for (guint i = 0; i < comparison->changes->len; i++) {
        const ListChange *change = g_ptr_array_index(comparison->changes, i);
        if (!change->property && !compare_uuid(comparison, change->person, error))
            return FALSE;
    }
    return TRUE;
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
    const Difference *x = *(const Difference *const *)a, *y = *(const Difference *const *)b;
    return x->came != y->came ? y->came - x->came : g_utf8_collate(x->name, y->name);
}

static gboolean
compare_lists(Comparison *comparison, const List *list, GError **error)
{
    g_autoptr(GPtrArray) traces = traces_since(comparison->store, comparison->since, error);
    if (!traces)
        return FALSE;
    for (guint i = 0; i < traces->len; i++) {
        Trace *trace = g_ptr_array_index(traces, i);
        g_hash_table_insert(comparison->traces, trace->uuid, trace);
    }
    return read_definitions(comparison, list, error) && compare_all(comparison, traces, error);
}

GPtrArray *
difference_find(Store *store, const List *list, const FieldMap *map, gint64 now, gint64 *since,
                GError **error)
{
    const gint64 from = MAX(MAX(*since, list->created_at + 1), now - TRACE_LIFETIME_S);
    g_autoptr(GPtrArray) changes = list_changes_since(store, list->name, from, error);
    if (!changes)
        return NULL;
    Comparison comparison = {.store = store, .map = map, .since = from, .changes = changes};
    comparison.traces = g_hash_table_new(uuid_hash, uuid_equal);
    comparison.towns_then = g_hash_table_new_full(uuid_hash, uuid_equal, g_free, content_free);
    comparison.seen = g_hash_table_new_full(uuid_hash, uuid_equal, g_free, NULL);
    comparison.found = g_ptr_array_new_with_free_func((GDestroyNotify)difference_free);
    gboolean good = compare_lists(&comparison, list, error);
    g_hash_table_unref(comparison.traces);
    g_hash_table_unref(comparison.towns_then);
    g_hash_table_unref(comparison.seen);
    definition_clear(&comparison.then);
    definition_clear(&comparison.now);
    g_autoptr(GPtrArray) found = comparison.found;
    if (!good)
        return NULL;
    g_ptr_array_sort(found, compare_names);
    *since = from;
    return g_steal_pointer(&found);
}
