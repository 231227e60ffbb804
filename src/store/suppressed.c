/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/suppressed.h"

#include "model/address.h"
#include "store/address_hash.h"
#include "store/blocks.h"
#include "store/statement.h"

#include <string.h>

enum { SECRET, HASHES, HASHES_FOR, IS_PERSON, DELIVERED };

static const char *const texts[] = {
    [SECRET] = "SELECT " ADDRESS_SECRET,
    [HASHES] = "SELECT DISTINCT address FROM suppression",
    [HASHES_FOR] = "SELECT DISTINCT address FROM suppression"
                   " WHERE purpose IN ($1, '" SUPPRESSION_ALL_PURPOSES "')",
    [IS_PERSON] = "SELECT count(*) FROM entry WHERE id = $1 AND kind = 'person'",
    [DELIVERED] = "SELECT DISTINCT address FROM delivery WHERE address IS NOT NULL",
};
const StatementTable suppressed_statements = {"suppressed", texts, G_N_ELEMENTS(texts)};

/* what is suppressed, and the means to look for an address in it */
typedef struct {
    GHashTable *hashes; /* GBytes */
    GHmac *keyed;
} Lookup;

static void
lookup_clear(Lookup *lookup)
{
    g_clear_pointer(&lookup->hashes, g_hash_table_unref);
    g_clear_pointer(&lookup->keyed, g_hmac_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Lookup, lookup_clear)

static gboolean
read_hashes(Store *store, const char *purpose, GHashTable *hashes, GError **error)
{
    g_autoptr(Statement) read =
        statement_get(store, &suppressed_statements, purpose ? HASHES_FOR : HASHES, error);
    if (!read)
        return FALSE;
    if (purpose)
        statement_bind_text(read, 1, purpose);
    StepResult result;
    while ((result = statement_step(read, error)) == STEP_ROW) {
        gsize length;
        gconstpointer octets = statement_blob(read, 0, &length);
        g_hash_table_add(hashes, g_bytes_new(octets, length));
    }
    return result == STEP_DONE;
}

static gboolean
lookup_load(Lookup *lookup, Store *store, const char *purpose, GError **error)
{
    lookup->hashes =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    g_autoptr(Statement) secret = statement_get(store, &suppressed_statements, SECRET, error);
    if (!secret || statement_step(secret, error) != STEP_ROW)
        return FALSE;
    gsize length;
    gconstpointer octets = statement_blob(secret, 0, &length);
    lookup->keyed = address_hash_keyed(octets, length);
    return read_hashes(store, purpose, lookup->hashes, error);
}

/* address_key() of what is written as an address; what is none has a key that no suppression has, or
 * NULL. Of ASCII the key is known without reading it: half the time, for nearly all. */
static char *
key_of(const char *text)
{
    if (g_str_is_ascii(text))
        return g_ascii_strdown(text, -1);
    g_autoptr(Address) address = address_parse(text, -1, NULL);
    return address ? address_key(address) : NULL;
}

/* The hash of an address if it is suppressed, else NULL. Owned by the lookup. */
static GBytes *
look_up(const Lookup *lookup, const char *text)
{
    guint8 hash[ADDRESS_HASH_LENGTH];
    g_autofree char *key = key_of(text);
    if (!key)
        return NULL;
    address_hash_make(lookup->keyed, key, hash);
    g_autoptr(GBytes) wanted = g_bytes_new_static(hash, sizeof hash);
    gpointer found = NULL;
    g_hash_table_lookup_extended(lookup->hashes, wanted, &found, NULL);
    return found;
}

/* calls back for each suppressed address of the roster and each person that has it */
typedef void (*FoundFunc)(GBytes *hash, const char *mail, gint64 entry, gpointer user_data);

typedef struct {
    Store *store;
    const Lookup *lookup;
    FoundFunc func;
    gpointer user_data;
} Search;

static gboolean
tell_person(const Search *search, GBytes *hash, const char *mail, gint64 entry, GError **error)
{
    gint64 is_person = 0;
    g_autoptr(Statement) find =
        statement_get(search->store, &suppressed_statements, IS_PERSON, error);
    if (!find)
        return FALSE;
    statement_bind_int(find, 1, entry);
    if (!statement_run_number(find, &is_person, error))
        return FALSE;
    if (is_person)
        search->func(hash, mail, entry, search->user_data);
    return TRUE;
}

static gboolean
search_term(const PostingTerm *term, gpointer user_data, GError **error)
{
    const Search *search = user_data;
    g_autofree char *mail = g_strndup(term->key, term->length);
    GBytes *hash = look_up(search->lookup, mail);
    if (!hash)
        return TRUE;
    g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!blocks_entries(term, postings_append, entries, error))
        return FALSE;
    for (guint i = 0; i < entries->len; i++)
        if (!tell_person(search, hash, mail, g_array_index(entries, gint64, i), error))
            return FALSE;
    return TRUE;
}

static gboolean
search_attribute(Store *store, const Lookup *lookup, const char *attribute, FoundFunc func,
                 gpointer user_data, GError **error)
{
    g_autofree char *lower = g_ascii_strdown(attribute, -1);
    Search search = {store, lookup, func, user_data};
    return blocks_each(store, lower, &(BlocksRange){0}, search_term, &search, error);
}

static gboolean
search_roster(Store *store, const Lookup *lookup, const FieldMap *map, FoundFunc func,
              gpointer user_data, GError **error)
{
    if (g_hash_table_size(lookup->hashes) == 0)
        return TRUE;
    for (char **attribute = map->attributes[FIELD_MAIL]; *attribute; attribute++)
        if (!search_attribute(store, lookup, *attribute, func, user_data, error))
            return FALSE;
    return TRUE;
}

static void
note_entry(G_GNUC_UNUSED GBytes *hash, G_GNUC_UNUSED const char *mail, gint64 entry,
           gpointer user_data)
{
    g_array_append_val((GArray *)user_data, entry);
}

static gint
compare_ids(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return x < y ? -1 : x > y;
}

GArray *
suppressed_persons(Store *store, const char *purpose, const FieldMap *map, GError **error)
{
    g_auto(Lookup) lookup = {0};
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!lookup_load(&lookup, store, purpose, error) ||
        !search_roster(store, &lookup, map, note_entry, ids, error))
        return NULL;
    g_array_sort(ids, compare_ids);
    guint kept = 0;
    for (guint i = 0; i < ids->len; i++) {
        gint64 id = g_array_index(ids, gint64, i);
        if (kept == 0 || g_array_index(ids, gint64, kept - 1) != id)
            g_array_index(ids, gint64, kept++) = id;
    }
    g_array_set_size(ids, kept);
    return g_steal_pointer(&ids);
}

static void
note_address(GBytes *hash, const char *mail, G_GNUC_UNUSED gint64 entry, gpointer user_data)
{
    g_hash_table_replace(user_data, g_bytes_ref(hash), g_strdup(mail));
}

static gboolean
search_deliveries(Store *store, const Lookup *lookup, GHashTable *addresses, GError **error)
{
    g_autoptr(Statement) delivered = statement_get(store, &suppressed_statements, DELIVERED, error);
    if (!delivered)
        return FALSE;
    StepResult result;
    while ((result = statement_step(delivered, error)) == STEP_ROW) {
        const char *mail = statement_text(delivered, 0);
        GBytes *hash = look_up(lookup, mail);
        if (hash)
            note_address(hash, mail, 0, addresses);
    }
    return result == STEP_DONE;
}

GHashTable *
suppressed_addresses(Store *store, const FieldMap *map, GError **error)
{
    g_auto(Lookup) lookup = {0};
    g_autoptr(GHashTable) addresses =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, g_free);
    if (!lookup_load(&lookup, store, NULL, error))
        return NULL;
    if (g_hash_table_size(lookup.hashes) > 0 &&
        (!search_roster(store, &lookup, map, note_address, addresses, error) ||
         !search_deliveries(store, &lookup, addresses, error)))
        return NULL;
    return g_steal_pointer(&addresses);
}
