/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/terms.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "model/attribute_type.h"
#include "store/postings.h"
#include "store/statement.h"

#include <string.h>

enum { CLEAR, FIND, LEAST, ADD, REMOVE };

#define SEEN_MAX     10000 /* descriptions that are remembered */
#define BLOCK_BYTES  (256 * 1024)
#define RECENT       2048 /* values */
#define RECENT_BYTES 40

static const char *const texts[] = {
    [CLEAR] = "DELETE FROM posting",
    [FIND] = "SELECT norm, first, block FROM posting WHERE attribute = $1 AND (norm, first) <="
             " ($2, $3) ORDER BY norm DESC, first DESC LIMIT 1",
    [LEAST] = "SELECT norm, first, block FROM posting WHERE attribute = $1"
              " ORDER BY norm, first LIMIT 1",
    [ADD] = "INSERT INTO posting (attribute, norm, first, block) VALUES ($1, $2, $3, $4)",
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

/* A value that came lately, and its key: two of three values are those of a neighbour, such as the
 * name of the municipality. */
typedef struct {
    guint place; /* of the attribute in the names, from 1; 0: nothing yet */
    guint32 length;
    guint32 number;
    char data[RECENT_BYTES];
} Recent;

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
    Recent *recent; /* by hash */
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
    guint64 hash = value->attribute + 1, part;
    guint32 i = 0;
    for (; i + sizeof part <= value->length; i += sizeof part) {
        memcpy(&part, value->data + i, sizeof part);
        hash = (hash ^ part) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
    }
    for (; i < value->length; i++)
        hash = (hash ^ (guchar)value->data[i]) * 0x100000001b3u;
    return (guint)(hash * 0x9e3779b97f4a7c15u >> 32);
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
    g_free(terms->recent);
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
intern_raw(Terms *terms, TermValue *probe, const AttributeValue *value)
{
    if (text_is_ascii(value->data, value->length))
        return intern_value(terms, probe->attribute, value);
    const TermValue *known = g_hash_table_lookup(terms->raw, probe);
    if (known)
        return known->number;
    probe->number = intern_value(terms, probe->attribute, value);
    g_hash_table_add(terms->raw, keep_value(&terms->raw_values, probe));
    return probe->number;
}

static guint32
intern(Terms *terms, guint attribute, const AttributeValue *value)
{
    TermValue probe = {attribute, (guint32)value->length, NO_KEY, value->data};
    if (value->length > RECENT_BYTES)
        return intern_raw(terms, &probe, value);
    Recent *recent = &terms->recent[value_hash(&probe) % RECENT];
    if (recent->place == attribute + 1 && recent->length == value->length &&
        memcmp(recent->data, value->data, value->length) == 0)
        return recent->number;
    recent->place = attribute + 1;
    recent->length = (guint32)value->length;
    recent->number = intern_raw(terms, &probe, value);
    memcpy(recent->data, value->data, value->length);
    return recent->number;
}

void
terms_collect(Terms *terms, gint64 entry, const Attributes *attributes)
{
    if (!terms->recent)
        terms->recent = g_new0(Recent, RECENT);
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
    g_clear_pointer(&terms->recent, g_free);
    g_hash_table_remove_all(terms->raw);
    g_hash_table_remove_all(terms->norms);
    drop_values(&terms->raw_values);
    g_ptr_array_sort(terms->keys, compare_values);
    for (guint i = 0; i < terms->keys->len; i++)
        rank[((const TermValue *)g_ptr_array_index(terms->keys, i))->number] = i + 1;
    sort_postings(terms, rank);
}

/* ---- the whole index at once */

/* A block that is being filled; its first term is the row's key. */
typedef struct {
    Statement *add;
    const char *attribute;
    GByteArray *block, *list;
    const TermValue *key; /* NULL: the block is empty */
    gint64 first;
} Builder;

static gboolean
flush_block(Builder *builder, GError **error)
{
    const TermValue *key = builder->key;
    if (!key)
        return TRUE;
    statement_lend_text(builder->add, 1, builder->attribute, strlen(builder->attribute));
    statement_lend_text(builder->add, 2, key->data, key->length);
    statement_bind_int(builder->add, 3, builder->first);
    statement_lend_blob(builder->add, 4, builder->block->data, builder->block->len);
    if (!statement_run(builder->add, NULL, error))
        return FALSE;
    g_byte_array_set_size(builder->block, 0);
    builder->key = NULL;
    return TRUE;
}

/* The entries of one key from `*done` on, up to POSTINGS_MAX, into the builder's list. */
static void
fill_list(const Terms *terms, Builder *builder, guint *done)
{
    const Posting *postings = (const Posting *)(gpointer)terms->postings->data;
    const guint first = *done;
    guint32 before = 0;
    g_byte_array_set_size(builder->list, 0);
    for (; *done < terms->postings->len && postings[*done].key == postings[first].key &&
           *done - first < POSTINGS_MAX;
         (*done)++) {
        postings_put(builder->list, postings[*done].entry - before);
        before = postings[*done].entry;
    }
}

static gboolean
build_term(const Terms *terms, Builder *builder, guint *done, GError **error)
{
    const Posting *posting = &g_array_index(terms->postings, Posting, *done);
    const TermValue *key = g_ptr_array_index(terms->keys, posting->key - 1);
    fill_list(terms, builder, done);
    if (builder->key &&
        (builder->key->attribute != key->attribute ||
         builder->block->len + key->length + builder->list->len > POSTINGS_BLOCK_MAX) &&
        !flush_block(builder, error))
        return FALSE;
    if (!builder->key) {
        builder->attribute = terms->names[key->attribute];
        builder->key = key;
        builder->first = posting->entry;
    }
    postings_add(builder->block, key->data, key->length, builder->list);
    return TRUE;
}

gboolean
terms_build(Terms *terms, Store *store, GError **error)
{
    g_autoptr(GByteArray) block = g_byte_array_new(), list = g_byte_array_new();
    g_autoptr(Statement) clear = statement_get(store, &terms_statements, CLEAR, error);
    if (!clear || !statement_run(clear, NULL, error))
        return FALSE;
    g_autoptr(Statement) add = statement_get(store, &terms_statements, ADD, error);
    Builder builder = {.add = add, .block = block, .list = list};
    gboolean good = add != NULL;
    for (guint done = 0; good && done < terms->postings->len;)
        good = build_term(terms, &builder, &done, error);
    return good && flush_block(&builder, error);
}

/* ---- one entry's terms */

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

/* A term in a block, taken apart. */
typedef struct {
    char *key;
    GArray *entries; /* of gint64 */
} BlockTerm;

typedef struct {
    const char *attribute;
    GArray *terms; /* of BlockTerm */
    char *norm;    /* of the row that it was read from; NULL: there is none yet */
    gint64 first;
} Block;

static void
block_term_clear(gpointer data)
{
    BlockTerm *term = data;
    g_free(term->key);
    g_array_unref(term->entries);
}

static void
block_clear(Block *block)
{
    g_array_unref(block->terms);
    g_free(block->norm);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Block, block_clear)

static BlockTerm *
term_at(const Block *block, guint index)
{
    return &g_array_index(block->terms, BlockTerm, index);
}

static BlockTerm *
insert_term(Block *block, guint at, const char *key, gsize length)
{
    BlockTerm term = {g_strndup(key, length), g_array_new(FALSE, FALSE, sizeof(gint64))};
    g_array_insert_val(block->terms, at, term);
    return term_at(block, at);
}

static gboolean
read_terms(Block *block, Statement *row, GError **error)
{
    gsize length;
    PostingReader reader;
    PostingTerm term;
    gconstpointer octets = statement_blob(row, 2, &length);
    gboolean good = TRUE;
    block->norm = g_strdup(statement_text(row, 0));
    block->first = statement_int(row, 1);
    posting_reader_init(&reader, octets, length);
    while (good && posting_reader_next(&reader, &term)) {
        BlockTerm *taken = insert_term(block, block->terms->len, term.key, term.length);
        good = postings_each(term.list, term.list_length, postings_append, taken->entries);
    }
    if (good && !reader.damaged)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE,
                _("the search index is damaged; say: rundruf db check"));
    return FALSE;
}

/* Reads the block that holds the term with `entry`, or would hold it (FIND), or the attribute's
 * first one (LEAST); it stays empty if there is none. */
static gboolean
read_block(Store *store, guint index, Block *block, const char *norm, gint64 entry, GError **error)
{
    g_autoptr(Statement) find = statement_get(store, &terms_statements, index, error);
    if (!find)
        return FALSE;
    statement_bind_text(find, 1, block->attribute);
    if (index == FIND) {
        statement_bind_text(find, 2, norm);
        statement_bind_int(find, 3, entry);
    }
    StepResult result = statement_step(find, error);
    return result == STEP_ROW ? read_terms(block, find, error) : result == STEP_DONE;
}

static gboolean
find_block(Store *store, Block *block, const char *norm, gint64 entry, GError **error)
{
    return read_block(store, FIND, block, norm, entry, error) &&
           (block->norm || read_block(store, LEAST, block, NULL, 0, error));
}

static void
encode_term(GByteArray *octets, const BlockTerm *term)
{
    g_autoptr(GByteArray) list = g_byte_array_new();
    gint64 before = 0;
    for (guint i = 0; i < term->entries->len; i++) {
        gint64 entry = g_array_index(term->entries, gint64, i);
        postings_put(list, (guint64)(entry - before));
        before = entry;
    }
    postings_add(octets, term->key, strlen(term->key), list);
}

static gboolean
write_row(Store *store, const Block *block, guint from, const GByteArray *octets, GError **error)
{
    const BlockTerm *term = term_at(block, from);
    g_autoptr(Statement) add = statement_get(store, &terms_statements, ADD, error);
    if (!add)
        return FALSE;
    statement_bind_text(add, 1, block->attribute);
    statement_bind_text(add, 2, term->key);
    statement_bind_int(add, 3, g_array_index(term->entries, gint64, 0));
    statement_bind_blob(add, 4, octets->data, octets->len);
    return statement_run(add, NULL, error);
}

/* Writes the terms from `from` up to `to`: as one row, or, if that were too long, as two halves. */
static gboolean
write_terms(Store *store, const Block *block, guint from, guint to, GError **error)
{
    g_autoptr(GByteArray) octets = g_byte_array_new();
    guint half = from;
    for (guint i = from; i < to; i++) {
        encode_term(octets, term_at(block, i));
        if (octets->len <= POSTINGS_BLOCK_MAX / 2)
            half = i + 1;
    }
    if (octets->len <= POSTINGS_BLOCK_MAX || to - from == 1)
        return from == to || write_row(store, block, from, octets, error);
    half = CLAMP(half, from + 1, to - 1);
    return write_terms(store, block, from, half, error) &&
           write_terms(store, block, half, to, error);
}

static gboolean
remove_row(Store *store, const Block *block, GError **error)
{
    if (!block->norm)
        return TRUE;
    g_autoptr(Statement) statement = statement_get(store, &terms_statements, REMOVE, error);
    if (!statement)
        return FALSE;
    statement_bind_text(statement, 1, block->attribute);
    statement_bind_text(statement, 2, block->norm);
    statement_bind_int(statement, 3, block->first);
    return statement_run(statement, NULL, error);
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
has_entry(const GArray *entries, guint at, gint64 entry)
{
    return at < entries->len && g_array_index(entries, gint64, at) == entry;
}

/* The place of the term that holds `entry` or would hold it: of those with the key the last that
 * begins before it; FALSE if there is none, and `*at` is where a new one belongs. */
static gboolean
find_term(const Block *block, const char *norm, gint64 entry, guint *at)
{
    guint place = 0;
    while (place < block->terms->len) {
        const BlockTerm *term = term_at(block, place);
        int order = strcmp(term->key, norm);
        if (order > 0 || (order == 0 && g_array_index(term->entries, gint64, 0) > entry))
            break;
        place++;
    }
    *at = place;
    if (place == 0 || strcmp(term_at(block, place - 1)->key, norm) != 0)
        return FALSE;
    *at = place - 1;
    return TRUE;
}

/* FALSE if the entry is there already. */
static gboolean
add_entry(Block *block, const char *norm, gint64 entry)
{
    guint at;
    BlockTerm *term = find_term(block, norm, entry, &at)
                          ? term_at(block, at)
                          : insert_term(block, at, norm, strlen(norm));
    const guint place = position_of(term->entries, entry);
    if (has_entry(term->entries, place, entry))
        return FALSE;
    g_array_insert_val(term->entries, place, entry);
    if (term->entries->len <= POSTINGS_MAX)
        return TRUE;
    /* new entries come last: then the full list stays full */
    const guint half = place == term->entries->len - 1 ? place : term->entries->len / 2;
    GArray *entries = insert_term(block, at + 1, norm, strlen(norm))->entries;
    term = term_at(block, at);
    g_array_append_vals(entries, &g_array_index(term->entries, gint64, half),
                        term->entries->len - half);
    g_array_set_size(term->entries, half);
    return TRUE;
}

/* FALSE if the entry is not there. */
static gboolean
remove_entry(Block *block, const char *norm, gint64 entry)
{
    guint at;
    if (!find_term(block, norm, entry, &at))
        return FALSE;
    GArray *entries = term_at(block, at)->entries;
    const guint place = position_of(entries, entry);
    if (!has_entry(entries, place, entry))
        return FALSE;
    g_array_remove_index(entries, place);
    if (entries->len == 0)
        g_array_remove_index(block->terms, at);
    return TRUE;
}

static gboolean
change_one(Terms *terms, Store *store, gint64 entry, const TermValue *value, gboolean add,
           GError **error)
{
    g_auto(Block) block = {.attribute = terms->names[value->attribute],
                           .terms = g_array_new(FALSE, FALSE, sizeof(BlockTerm))};
    g_array_set_clear_func(block.terms, block_term_clear);
    if (!find_block(store, &block, value->data, entry, error))
        return FALSE;
    if (!(add ? add_entry : remove_entry)(&block, value->data, entry))
        return TRUE;
    return remove_row(store, &block, error) &&
           write_terms(store, &block, 0, block.terms->len, error);
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
