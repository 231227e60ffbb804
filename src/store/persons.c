/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/persons.h"

#include "base/error.h"
#include "base/numbers.h"
#include "base/text.h"
#include "model/attribute_type.h"
#include "store/blocks.h"
#include "store/entries.h"
#include "store/select.h"
#include "store/statement.h"

#include <string.h>

enum { BY_ID, BY_UUID, EACH, COUNT };

#define COLUMNS                                                                                    \
    "e.id, e.uuid, e.parent, e.rdn, e.municipality, e.attributes, e.missing_reason, "              \
    "e.missing_since"

static const char *const texts[] = {
    [BY_ID] = "SELECT " COLUMNS " FROM entry e WHERE e.id = $1 AND e.kind = 'person'",
    [BY_UUID] = "SELECT " COLUMNS " FROM entry e WHERE e.uuid = $1 AND e.kind = 'person'",
    [EACH] = "SELECT " COLUMNS " FROM entry e WHERE e.kind = 'person' ORDER BY e.id",
    [COUNT] = ("SELECT (SELECT count(*) FROM entry) -"
               " (SELECT count(*) FROM entry WHERE kind <> 'person')"),
};

const StatementTable persons_statements = {"persons", texts, G_N_ELEMENTS(texts)};

typedef struct {
    GBytes *blob;
    Attributes *attributes;
} Municipality;

static void
municipality_free(gpointer data)
{
    Municipality *municipality = data;
    attributes_free(municipality->attributes);
    if (municipality->blob)
        g_bytes_unref(municipality->blob);
    g_free(municipality);
}

/* what one select has read already */
typedef struct {
    Store *store;
    GHashTable *municipalities; /* id -> Municipality */
    GHashTable *parents;        /* id -> DN */
    Attributes *own;            /* of the person at hand; reused */
} Reader;

static void
reader_init(Reader *reader, Store *store)
{
    reader->store = store;
    reader->municipalities =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, municipality_free);
    reader->parents = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    reader->own = attributes_new();
}

static void
reader_clear(Reader *reader)
{
    g_hash_table_unref(reader->municipalities);
    g_hash_table_unref(reader->parents);
    attributes_free(reader->own);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reader, reader_clear)

static const Attributes *
get_municipality(Reader *reader, gint64 id, GError **error)
{
    Municipality *municipality = g_hash_table_lookup(reader->municipalities, &id);
    if (municipality)
        return municipality->attributes;
    municipality = g_new0(Municipality, 1);
    g_hash_table_insert(reader->municipalities, g_memdup2(&id, sizeof id), municipality);
    municipality->blob = entries_blob(reader->store, id, error);
    if (!municipality->blob)
        return NULL;
    gsize length;
    gconstpointer data = g_bytes_get_data(municipality->blob, &length);
    municipality->attributes = attributes_decode(data, length, error);
    return municipality->attributes;
}

static const char *
get_parent(Reader *reader, gint64 id, GError **error)
{
    char *dn = g_hash_table_lookup(reader->parents, &id);
    if (dn)
        return dn;
    dn = entries_dn(reader->store, id, error);
    if (dn)
        g_hash_table_insert(reader->parents, g_memdup2(&id, sizeof id), dn);
    return dn;
}

/* Makes a person of the current row (COLUMNS) and calls back. */
static gboolean
take_row(Reader *reader, Statement *row, PersonFunc func, gpointer user_data, GError **error)
{
    gsize uuid_length, length;
    const guint8 *uuid = statement_blob(row, 1, &uuid_length);
    gint64 parent = statement_int(row, 2), municipality = statement_int(row, 4);
    gconstpointer blob = statement_blob(row, 5, &length);
    if (!attributes_read(reader->own, blob, length, error) || uuid_length != UUID_LENGTH)
        return FALSE;
    Person person = {.id = statement_int(row, 0), .own = reader->own};
    memcpy(person.uuid, uuid, UUID_LENGTH);
    person.missing_reason = g_intern_string(statement_text(row, 6));
    person.missing_since = statement_int(row, 7);
    if (municipality && !(person.municipality = get_municipality(reader, municipality, error)))
        return FALSE;
    const char *above = parent ? get_parent(reader, parent, error) : NULL;
    if (parent && !above)
        return FALSE;
    g_autofree char *dn =
        g_strconcat(statement_text(row, 3), above ? "," : "", above ? above : "", NULL);
    person.dn = dn;
    return func(&person, user_data, error);
}

static gboolean
take_rows(Reader *reader, Statement *rows, PersonFunc func, gpointer user_data, GError **error)
{
    StepResult result;
    while ((result = statement_step(rows, error)) == STEP_ROW)
        if (!take_row(reader, rows, func, user_data, error))
            return FALSE;
    return result == STEP_DONE;
}

/* All persons, or those of a set, in the order of the rows: where most are wanted. */
static gboolean
scan(Store *store, const EntrySet *set, PersonFunc func, gpointer user_data, GError **error)
{
    g_auto(Reader) reader = {0};
    reader_init(&reader, store);
    /* not from the cache: the callback may look for persons itself */
    g_autoptr(Statement) rows = statement_prepare(store, texts[EACH], error);
    StepResult result = STEP_FAILED;
    while (rows && (result = statement_step(rows, error)) == STEP_ROW)
        if ((!set || entry_set_has(set, statement_int(rows, 0))) &&
            !take_row(&reader, rows, func, user_data, error))
            return FALSE;
    return result == STEP_DONE;
}

/* Calls back for those of the rows that are persons, in the order of the ids. */
static gboolean
take_ids(Store *store, const gint64 *ids, guint count, PersonFunc func, gpointer user_data,
         GError **error)
{
    g_auto(Reader) reader = {0};
    reader_init(&reader, store);
    /* not from the cache: the callback may look for persons itself */
    g_autoptr(Statement) row = statement_prepare(store, texts[BY_ID], error);
    for (guint i = 0; row && i < count; i++) {
        statement_bind_int(row, 1, ids[i]);
        if (!take_rows(&reader, row, func, user_data, error))
            return FALSE;
    }
    return row != NULL;
}

static gint64 *
list_ids(const EntrySet *set, guint count)
{
    gint64 *ids = g_new(gint64, count + 1);
    gint64 id = 0;
    for (guint i = 0; i < count; i++)
        ids[i] = id = entry_set_next(set, id);
    return ids;
}

#define SCAN_SHARE 8 /* from one row in so many on, reading all is faster */

gboolean
persons_each(Store *store, const Condition *condition, PersonFunc func, gpointer user_data,
             GError **error)
{
    gint64 all;
    if (!condition)
        return scan(store, NULL, func, user_data, error);
    g_autoptr(EntrySet) set = select_persons(store, condition, error);
    if (!set || !persons_count(store, NULL, &all, error))
        return FALSE;
    guint count = (guint)entry_set_count(set);
    if (count > all / SCAN_SHARE)
        return scan(store, set, func, user_data, error);
    g_autofree gint64 *ids = list_ids(set, count);
    return take_ids(store, ids, count, func, user_data, error);
}

typedef struct {
    char *key;
    gint64 id;
} Named;

typedef struct {
    const FieldMap *map;
    GArray *list; /* of Named */
} NameList;

static void
named_clear(gpointer data)
{
    g_free(((Named *)data)->key);
}

char *
persons_name_key(const Person *person, const FieldMap *map)
{
    g_autofree char *surname = person_text(person, map, FIELD_SURNAME);
    g_autofree char *name = person_text(person, map, FIELD_NAME);
    g_autofree char *both = g_strconcat(surname ? surname : "", "\n", name ? name : "", NULL);
    return g_utf8_collate_key(both, -1);
}

static gboolean
note_name(const Person *person, gpointer user_data, GError **error)
{
    NameList *names = user_data;
    (void)error;
    Named named = {persons_name_key(person, names->map), person->id};
    g_array_append_val(names->list, named);
    return TRUE;
}

static gint
compare_named(gconstpointer a, gconstpointer b)
{
    const Named *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    return order ? order : x->id < y->id ? -1 : x->id > y->id;
}

gboolean
persons_each_by_name(Store *store, const Condition *condition, const FieldMap *map, PersonFunc func,
                     gpointer user_data, GError **error)
{
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Named));
    g_array_set_clear_func(list, named_clear);
    NameList names = {map, list};
    if (!persons_each(store, condition, note_name, &names, error))
        return FALSE;
    g_array_sort(list, compare_named);
    g_autofree gint64 *ids = g_new(gint64, list->len + 1);
    for (guint i = 0; i < list->len; i++)
        ids[i] = g_array_index(list, Named, i).id;
    return take_ids(store, ids, list->len, func, user_data, error);
}

gboolean
persons_count(Store *store, const Condition *condition, gint64 *count, GError **error)
{
    if (condition) {
        g_autoptr(EntrySet) set = select_persons(store, condition, error);
        if (set)
            *count = (gint64)entry_set_count(set);
        return set != NULL;
    }
    g_autoptr(Statement) statement = statement_get(store, &persons_statements, COUNT, error);
    return statement && statement_run_number(statement, count, error);
}

gboolean
persons_find_id(Store *store, gint64 id, PersonFunc func, gpointer user_data, GError **error)
{
    return take_ids(store, &id, 1, func, user_data, error);
}

gboolean
persons_find_uuids(Store *store, const guint8 (*uuids)[UUID_LENGTH], guint count, PersonFunc func,
                   gpointer user_data, GError **error)
{
    g_auto(Reader) reader = {0};
    reader_init(&reader, store);
    g_autoptr(Statement) row = statement_prepare(store, texts[BY_UUID], error);
    for (guint i = 0; row && i < count; i++) {
        statement_bind_blob(row, 1, uuids[i], UUID_LENGTH);
        if (!take_rows(&reader, row, func, user_data, error))
            return FALSE;
    }
    return row != NULL;
}

gboolean
persons_find_uuid(Store *store, const guint8 uuid[UUID_LENGTH], PersonFunc func, gpointer user_data,
                  GError **error)
{
    return persons_find_uuids(store, (const guint8(*)[UUID_LENGTH])uuid, 1, func, user_data, error);
}

static gboolean
collect_term(const PostingTerm *term, gpointer ids, GError **error)
{
    return blocks_entries(term, postings_append, ids, error);
}

static gboolean
collect_mail(Store *store, const char *attribute, const char *mail, GArray *ids, GError **error)
{
    g_autofree char *norm = attribute_norm(attribute_rule(attribute), mail, strlen(mail));
    g_autofree char *lower = g_ascii_strdown(attribute, -1);
    /* what has no key is equal to nothing */
    BlocksRange range = {.from = norm, .to = norm};
    return !norm || blocks_each(store, lower, &range, collect_term, ids, error);
}

gboolean
persons_find_mail(Store *store, const char *mail, const FieldMap *map, PersonFunc func,
                  gpointer user_data, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (char **attribute = map->attributes[FIELD_MAIL]; *attribute; attribute++)
        if (!collect_mail(store, *attribute, mail, ids, error))
            return FALSE;
    numbers_sort_unique(ids); /* the same person may be there under two attributes */
    return take_ids(store, (gint64 *)(gpointer)ids->data, ids->len, func, user_data, error);
}
