/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/suppressed.h"

#include "base/numbers.h"
#include "model/address.h"
#include "store/blocks.h"
#include "store/statement.h"
#include "store/suppression_set.h"

enum { IS_PERSON, DELIVERED };

static const char *const texts[] = {
    [IS_PERSON] = "SELECT count(*) FROM entry WHERE id = $1 AND kind = 'person'",
    [DELIVERED] = "SELECT DISTINCT address FROM delivery WHERE address IS NOT NULL",
};
const StatementTable suppressed_statements = {"suppressed", texts, G_N_ELEMENTS(texts)};

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

/* The hash of an address if it is suppressed, else NULL. Owned by the set. */
static GBytes *
look_up(const SuppressionSet *set, const char *text)
{
    g_autofree char *key = key_of(text);
    GBytes *hash = NULL;
    return key && suppression_set_find(set, key, &hash, NULL) ? hash : NULL;
}

/* calls back for each suppressed address of the roster and each person that has it */
typedef void (*FoundFunc)(GBytes *hash, const char *mail, gint64 entry, gpointer user_data);

typedef struct {
    Store *store;
    const SuppressionSet *set;
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
    GBytes *hash = look_up(search->set, mail);
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
search_attribute(Store *store, const SuppressionSet *set, const char *attribute, FoundFunc func,
                 gpointer user_data, GError **error)
{
    g_autofree char *lower = g_ascii_strdown(attribute, -1);
    Search search = {store, set, func, user_data};
    return blocks_each(store, lower, &(BlocksRange){0}, search_term, &search, error);
}

static gboolean
search_roster(Store *store, const SuppressionSet *set, const FieldMap *map, FoundFunc func,
              gpointer user_data, GError **error)
{
    if (suppression_set_is_empty(set))
        return TRUE;
    for (char **attribute = map->attributes[FIELD_MAIL]; *attribute; attribute++)
        if (!search_attribute(store, set, *attribute, func, user_data, error))
            return FALSE;
    return TRUE;
}

static void
note_entry(G_GNUC_UNUSED GBytes *hash, G_GNUC_UNUSED const char *mail, gint64 entry,
           gpointer user_data)
{
    g_array_append_val((GArray *)user_data, entry);
}

GArray *
suppressed_persons(Store *store, const char *purpose, const FieldMap *map, GError **error)
{
    g_autoptr(SuppressionSet) set = suppression_set_new(store, purpose, error);
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!set || !search_roster(store, set, map, note_entry, ids, error))
        return NULL;
    numbers_sort_unique(ids);
    return g_steal_pointer(&ids);
}

static void
note_address(GBytes *hash, const char *mail, G_GNUC_UNUSED gint64 entry, gpointer user_data)
{
    g_hash_table_replace(user_data, g_bytes_ref(hash), g_strdup(mail));
}

static gboolean
search_deliveries(Store *store, const SuppressionSet *set, GHashTable *addresses, GError **error)
{
    g_autoptr(Statement) delivered = statement_get(store, &suppressed_statements, DELIVERED, error);
    if (!delivered)
        return FALSE;
    StepResult result;
    while ((result = statement_step(delivered, error)) == STEP_ROW) {
        const char *mail = statement_text(delivered, 0);
        GBytes *hash = look_up(set, mail);
        if (hash)
            note_address(hash, mail, 0, addresses);
    }
    return result == STEP_DONE;
}

GHashTable *
suppressed_addresses(Store *store, const FieldMap *map, GError **error)
{
    g_autoptr(SuppressionSet) set = suppression_set_new(store, NULL, error);
    g_autoptr(GHashTable) addresses =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, g_free);
    if (!set)
        return NULL;
    if (!suppression_set_is_empty(set) &&
        (!search_roster(store, set, map, note_address, addresses, error) ||
         !search_deliveries(store, set, addresses, error)))
        return NULL;
    return g_steal_pointer(&addresses);
}
