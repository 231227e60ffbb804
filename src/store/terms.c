/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/terms.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "model/attribute_type.h"
#include "store/postings.h"
#include "store/statement.h"

#include <string.h>

enum { CLEAR, FIND, ADD, SET, REMOVE };

#define SEEN_MAX    10000 /* descriptions that are remembered */
#define BLOCK_BYTES (256 * 1024)

static const char *const texts[] = {
    [CLEAR] = "DELETE FROM posting",
    [FIND] = ("SELECT first, rest FROM posting WHERE attribute = $1 AND norm = $2 AND first <= $3"
              " ORDER BY first DESC LIMIT 1"),
    [ADD] = "INSERT INTO posting (attribute, norm, first, rest) VALUES ($1, $2, $3, $4)",
    [SET] = "UPDATE posting SET rest = $4 WHERE attribute = $1 AND norm = $2 AND first = $3",
    [REMOVE] = "DELETE FROM posting WHERE attribute = $1 AND norm = $2 AND first = $3",
};

const StatementTable terms_statements = {"terms", texts, G_N_ELEMENTS(texts)};

/* A value of an attribute, raw or as its key. */
typedef struct {
    guint attribute;
    guint32 length;
    guint32 number; /* index into `keys` */
    const char *data;
} TermValue;

typedef struct {
    guint32 key;
    guint32 entry;
} Posting;

/* Memory that is given back all at once. */
typedef struct {
    GPtrArray *blocks; /* BLOCK_BYTES each or more */
    gsize room;        /* at the end of the last block */
    guint8 *free;
} Arena;

struct Terms {
    char **names;
    const AttributeType **types; /* of each name, as are the rules; NULL until they are wanted */
    MatchingRule *rules;
    guint count;
    GHashTable *seen; /* description -> number of the indexed attribute */

    /* what terms_collect() has gathered */
    Arena raw_values, key_values;
    GHashTable *raw;   /* TermValue * of octets beyond ASCII: of these making keys is dear */
    GHashTable *norms; /* TermValue * of keys */
    GPtrArray *keys;   /* of TermValue *, by number; once sorted, in their order */
    GArray *postings;  /* of Posting, by ascending entry; once sorted, by key (from 1), entry */
};

static guint
value_hash(gconstpointer data)
{
    const TermValue *value = data;
    guint64 hash = 14695981039346656037u ^ value->attribute; /* FNV-1a, eight octets at a time */
    guint32 i = 0;
    for (guint64 part; i + sizeof part <= value->length; i += sizeof part) {
        memcpy(&part, value->data + i, sizeof part);
        hash = (hash ^ part) * 1099511628211u;
        hash ^= hash >> 32;
    }
    for (; i < value->length; i++)
        hash = (hash ^ (guchar)value->data[i]) * 1099511628211u;
    return (guint)(hash ^ (hash >> 32));
}

static gboolean
value_equal(gconstpointer a, gconstpointer b)
{
    const TermValue *x = a, *y = b;
    return x->attribute == y->attribute && x->length == y->length &&
           memcmp(x->data, y->data, x->length) == 0;
}

Terms *
terms_new(const char *const *attributes)
{
    Terms *terms = g_new0(Terms, 1);
    terms->names = g_strdupv((char **)attributes);
    terms->count = g_strv_length(terms->names);
    terms->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    terms->raw_values.blocks = g_ptr_array_new_with_free_func(g_free);
    terms->key_values.blocks = g_ptr_array_new_with_free_func(g_free);
    terms->raw = g_hash_table_new(value_hash, value_equal);
    terms->norms = g_hash_table_new(value_hash, value_equal);
    terms->keys = g_ptr_array_new();
    terms->postings = g_array_new(FALSE, FALSE, sizeof(Posting));
    return terms;
}

void
terms_free(Terms *terms)
{
    if (!terms)
        return;
    g_strfreev(terms->names);
    g_free(terms->types);
    g_free(terms->rules);
    g_hash_table_unref(terms->seen);
    g_hash_table_unref(terms->raw);
    g_hash_table_unref(terms->norms);
    g_ptr_array_unref(terms->keys);
    g_array_unref(terms->postings);
    g_ptr_array_unref(terms->raw_values.blocks);
    g_ptr_array_unref(terms->key_values.blocks);
    g_free(terms);
}

/* A sync that finds nothing to do does without. */
static void
find_types(Terms *terms)
{
    terms->types = g_new0(const AttributeType *, terms->count + 1);
    terms->rules = g_new0(MatchingRule, terms->count + 1);
    for (guint i = 0; i < terms->count; i++) {
        terms->types[i] = attribute_type_find(terms->names[i]);
        terms->rules[i] = attribute_rule(terms->names[i]);
    }
}

/* The number of the indexed attribute that `description` is of, options aside; or `count`. Few
 * descriptions are ever seen, so each is judged once. */
static guint
find_indexed(Terms *terms, const char *description)
{
    gpointer seen;
    if (g_hash_table_lookup_extended(terms->seen, description, NULL, &seen))
        return GPOINTER_TO_UINT(seen);
    guint found = 0;
    if (!terms->types)
        find_types(terms);
    while (found < terms->count &&
           !attribute_is(description, terms->names[found], terms->types[found]))
        found++;
    if (g_hash_table_size(terms->seen) < SEEN_MAX)
        g_hash_table_insert(terms->seen, g_strdup(description), GUINT_TO_POINTER(found));
    return found;
}

gboolean
terms_has(Terms *terms, const char *description)
{
    return find_indexed(terms, description) < terms->count;
}

static gint
compare_values(gconstpointer a, gconstpointer b)
{
    const TermValue *x = *(const TermValue *const *)a, *y = *(const TermValue *const *)b;
    if (x->attribute != y->attribute)
        return x->attribute < y->attribute ? -1 : 1;
    return strcmp(x->data, y->data);
}

#define NO_KEY G_MAXUINT32

/* a copy of the value, NUL after its data */
static TermValue *
keep_value(Arena *arena, const TermValue *value)
{
    gsize size = sizeof *value + value->length + 1;
    size += -size % G_ALIGNOF(TermValue);
    if (size > arena->room) {
        arena->room = MAX(size, BLOCK_BYTES);
        arena->free = g_malloc(arena->room);
        g_ptr_array_add(arena->blocks, arena->free);
    }
    TermValue *kept = (TermValue *)(gpointer)arena->free;
    char *data = (char *)(kept + 1);
    arena->free += size;
    arena->room -= size;
    *kept = *value;
    kept->data = data;
    memcpy(data, value->data, value->length);
    data[value->length] = '\0';
    return kept;
}

static void
drop_values(Arena *arena)
{
    g_ptr_array_set_size(arena->blocks, 0);
    arena->room = 0;
}

static guint32
intern_norm(Terms *terms, guint attribute, const char *norm)
{
    TermValue probe = {attribute, (guint32)strlen(norm), terms->keys->len, norm};
    const TermValue *known = g_hash_table_lookup(terms->norms, &probe);
    if (known)
        return known->number;
    TermValue *fresh = keep_value(&terms->key_values, &probe);
    g_ptr_array_add(terms->keys, fresh);
    g_hash_table_add(terms->norms, fresh);
    return fresh->number;
}

static guint32
intern_value(Terms *terms, guint attribute, const AttributeValue *value)
{
    g_autofree char *norm = attribute_norm(terms->rules[attribute], value->data, value->length);
    return norm ? intern_norm(terms, attribute, norm) : NO_KEY;
}

static guint32
intern(Terms *terms, guint attribute, const AttributeValue *value)
{
    if (text_is_ascii(value->data, value->length))
        return intern_value(terms, attribute, value);
    TermValue probe = {attribute, (guint32)value->length, NO_KEY, value->data};
    const TermValue *known = g_hash_table_lookup(terms->raw, &probe);
    if (known)
        return known->number;
    probe.number = intern_value(terms, attribute, value);
    g_hash_table_add(terms->raw, keep_value(&terms->raw_values, &probe));
    return probe.number;
}

void
terms_collect(Terms *terms, gint64 entry, const Attributes *attributes)
{
    for (guint i = 0; i < attributes_count(attributes); i++) {
        guint attribute = find_indexed(terms, attributes_description(attributes, i));
        if (attribute == terms->count)
            continue;
        guint count;
        const AttributeValue *values = attributes_values(attributes, i, &count);
        for (guint j = 0; j < count; j++) {
            Posting posting = {intern(terms, attribute, &values[j]), (guint32)entry};
            if (posting.key != NO_KEY)
                g_array_append_val(terms->postings, posting);
        }
    }
}

/* Orders the postings by key, then entry: a counting sort, as entries ascend already. Of two values
 * of an entry that have the same key one is kept. */
static void
sort_postings(Terms *terms, const guint32 *rank)
{
    guint count = terms->postings->len, kept = 0;
    g_autofree guint32 *start = g_new0(guint32, terms->keys->len + 2);
    const Posting *postings = (const Posting *)(gpointer)terms->postings->data;
    GArray *array = g_array_sized_new(FALSE, FALSE, sizeof(Posting), count);
    g_array_set_size(array, count);
    Posting *sorted = (Posting *)(gpointer)array->data;
    for (guint i = 0; i < count; i++)
        start[rank[postings[i].key] + 1]++;
    for (guint i = 1; i <= terms->keys->len + 1; i++)
        start[i] += start[i - 1];
    for (guint i = 0; i < count; i++) {
        guint32 key = rank[postings[i].key];
        sorted[start[key]++] = (Posting){key, postings[i].entry};
    }
    for (guint i = 0; i < count; i++)
        if (kept == 0 || sorted[i].key != sorted[kept - 1].key ||
            sorted[i].entry != sorted[kept - 1].entry)
            sorted[kept++] = sorted[i];
    g_array_set_size(array, kept);
    g_array_unref(terms->postings);
    terms->postings = array;
}

void
terms_sort(Terms *terms)
{
    g_autofree guint32 *rank = g_new(guint32, terms->keys->len + 1);
    g_hash_table_remove_all(terms->raw);
    g_hash_table_remove_all(terms->norms);
    drop_values(&terms->raw_values);
    g_ptr_array_sort(terms->keys, compare_values);
    for (guint i = 0; i < terms->keys->len; i++)
        rank[((const TermValue *)g_ptr_array_index(terms->keys, i))->number] = i + 1;
    sort_postings(terms, rank);
}

static void
bind(Statement *statement, const char *attribute, const char *norm, gint64 first)
{
    statement_bind_text(statement, 1, attribute);
    statement_bind_text(statement, 2, norm);
    statement_bind_int(statement, 3, first);
}

static gboolean
write_row(Store *store, guint index, const char *attribute, const char *norm, gint64 first,
          const GByteArray *rest, GError **error)
{
    g_autoptr(Statement) statement = statement_get(store, &terms_statements, index, error);
    if (!statement)
        return FALSE;
    bind(statement, attribute, norm, first);
    if (rest)
        statement_bind_blob(statement, 4, rest->len ? rest->data : (const guint8 *)"", rest->len);
    return statement_run(statement, NULL, error);
}

/* Writes the postings of one key from `*done` on, in rows of POSTINGS_MAX. */
static gboolean
build_key(Terms *terms, Statement *add, guint *done, GByteArray *rest, GError **error)
{
    const Posting *postings = (const Posting *)(gpointer)terms->postings->data;
    const guint32 number = postings[*done].key;
    const TermValue *key = g_ptr_array_index(terms->keys, number - 1);
    const char *name = terms->names[key->attribute];
    statement_lend_text(add, 1, name, strlen(name));
    statement_lend_text(add, 2, key->data, key->length);
    while (*done < terms->postings->len && postings[*done].key == number) {
        const guint first = *done;
        g_byte_array_set_size(rest, 0);
        for ((*done)++; *done < terms->postings->len && postings[*done].key == number &&
                        *done - first < POSTINGS_MAX;
             (*done)++)
            postings_put(rest, postings[*done].entry - postings[*done - 1].entry);
        statement_bind_int(add, 3, postings[first].entry);
        statement_lend_blob(add, 4, rest->data, rest->len);
        if (!statement_run(add, NULL, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
terms_build(Terms *terms, Store *store, GError **error)
{
    g_autoptr(GByteArray) rest = g_byte_array_sized_new(POSTINGS_MAX);
    g_autoptr(Statement) clear = statement_get(store, &terms_statements, CLEAR, error);
    if (!clear || !statement_run(clear, NULL, error))
        return FALSE;
    g_autoptr(Statement) add = statement_get(store, &terms_statements, ADD, error);
    if (!add)
        return FALSE;
    for (guint done = 0; done < terms->postings->len;)
        if (!build_key(terms, add, &done, rest, error))
            return FALSE;
    return TRUE;
}

/* the terms of one entry: a set of TermValue, with the key as data, owned by the set */
static GHashTable *
entry_terms(Terms *terms, const Attributes *attributes)
{
    GHashTable *set = g_hash_table_new_full(value_hash, value_equal, g_free, NULL);
    for (guint i = 0; attributes && i < attributes_count(attributes); i++) {
        guint attribute = find_indexed(terms, attributes_description(attributes, i));
        if (attribute == terms->count)
            continue;
        guint count;
        const AttributeValue *values = attributes_values(attributes, i, &count);
        for (guint j = 0; j < count; j++) {
            g_autofree char *norm =
                attribute_norm(terms->rules[attribute], values[j].data, values[j].length);
            if (!norm)
                continue;
            gsize length = strlen(norm);
            TermValue *value = g_malloc(sizeof *value + length + 1);
            *value = (TermValue){attribute, (guint32)length, 0, (char *)(value + 1)};
            memcpy(value + 1, norm, length + 1);
            g_hash_table_add(set, value);
        }
    }
    return set;
}

/* Reads the row that holds `entry`, or would hold it, into `entries`: empty if there is none. */
static gboolean
find_row(Store *store, const char *attribute, const char *norm, gint64 entry, GArray *entries,
         GError **error)
{
    g_autoptr(Statement) find = statement_get(store, &terms_statements, FIND, error);
    if (!find)
        return FALSE;
    bind(find, attribute, norm, entry);
    StepResult result = statement_step(find, error);
    if (result != STEP_ROW)
        return result == STEP_DONE;
    gsize length;
    gconstpointer rest = statement_blob(find, 1, &length);
    if (postings_take(statement_int(find, 0), rest, length, entries))
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE,
                _("the search index is damaged; say: rundruf db check"));
    return FALSE;
}

/* Writes the entries from `from` up to `to` as one row; `known`: it is there under this first one. */
static gboolean
write_entries(Store *store, const char *attribute, const char *norm, const GArray *entries,
              guint from, guint to, gboolean known, GError **error)
{
    g_autoptr(GByteArray) rest = g_byte_array_new();
    for (guint i = from + 1; i < to; i++)
        postings_put(rest, (guint64)(g_array_index(entries, gint64, i) -
                                     g_array_index(entries, gint64, i - 1)));
    return write_row(store, known ? SET : ADD, attribute, norm,
                     g_array_index(entries, gint64, from), rest, error);
}

/* where `entry` stands among the ascending entries, or would stand */
static guint
position_of(const GArray *entries, gint64 entry)
{
    guint at = 0;
    while (at < entries->len && g_array_index(entries, gint64, at) < entry)
        at++;
    return at;
}

static gboolean
add_one(Store *store, const char *attribute, const char *norm, gint64 entry, GError **error)
{
    g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!find_row(store, attribute, norm, entry, entries, error))
        return FALSE;
    const guint at = position_of(entries, entry);
    const gboolean known = entries->len > 0;
    if (at < entries->len && g_array_index(entries, gint64, at) == entry)
        return TRUE;
    g_array_insert_val(entries, at, entry);
    if (entries->len <= POSTINGS_MAX)
        return write_entries(store, attribute, norm, entries, 0, entries->len, known, error);
    /* new entries come last: then the full row stays full */
    const guint half = at == entries->len - 1 ? at : entries->len / 2;
    return write_entries(store, attribute, norm, entries, 0, half, TRUE, error) &&
           write_entries(store, attribute, norm, entries, half, entries->len, FALSE, error);
}

static gboolean
remove_one(Store *store, const char *attribute, const char *norm, gint64 entry, GError **error)
{
    g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!find_row(store, attribute, norm, entry, entries, error))
        return FALSE;
    const guint at = position_of(entries, entry);
    if (at == entries->len || g_array_index(entries, gint64, at) != entry)
        return TRUE;
    g_array_remove_index(entries, at);
    if (at > 0)
        return write_entries(store, attribute, norm, entries, 0, entries->len, TRUE, error);
    return write_row(store, REMOVE, attribute, norm, entry, NULL, error) &&
           (entries->len == 0 ||
            write_entries(store, attribute, norm, entries, 0, entries->len, FALSE, error));
}

static gboolean
change_one(Terms *terms, Store *store, gint64 entry, const TermValue *value, gboolean add,
           GError **error)
{
    const char *attribute = terms->names[value->attribute];
    return (add ? add_one : remove_one)(store, attribute, value->data, entry, error);
}

/* those of `some` that are not among `others` */
static gboolean
change_difference(Terms *terms, Store *store, gint64 entry, GHashTable *some, GHashTable *others,
                  gboolean add, GError **error)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, some);
    while (g_hash_table_iter_next(&iter, &value, NULL))
        if (!g_hash_table_contains(others, value) &&
            !change_one(terms, store, entry, value, add, error))
            return FALSE;
    return TRUE;
}

gboolean
terms_change(Terms *terms, Store *store, gint64 entry, const Attributes *before,
             const Attributes *after, GError **error)
{
    g_autoptr(GHashTable) old = entry_terms(terms, before), new = entry_terms(terms, after);
    return change_difference(terms, store, entry, old, new, FALSE, error) &&
           change_difference(terms, store, entry, new, old, TRUE, error);
}
