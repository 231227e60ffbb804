/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/audit.h"

#include "base/error.h"
#include "base/i18n.h"
#include "directory/dn.h"
#include "sync/apply.h"
#include "sync/uuids.h"

#include <string.h>

#define PROGRESS_ENTRIES 100
#define DEPTH_MAX        200

typedef struct {
    guint8 uuid[UUID_LENGTH];
    gint64 parent;
    const char *rdn, *csn;
    char *dn; /* once it was asked for */
    EntryMissing missing;
    gboolean seen;
} Listed;

typedef struct {
    Pull *pull;
    GHashTable *by_uuid, *by_id; /* of Listed */
    GPtrArray *all;              /* owned */
    GStringChunk *texts;
    Evidence *evidence;
    DirectoryTally tally;
    guint64 seen;
} Audit;

static void
listed_free(gpointer data)
{
    g_free(((Listed *)data)->dn);
    g_free(data);
}

static void
audit_init(Audit *audit, Pull *pull)
{
    *audit = (Audit){.pull = pull,
                     .by_uuid = g_hash_table_new(uuids_hash, uuids_equal),
                     .by_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
                     .all = g_ptr_array_new_with_free_func(listed_free),
                     .texts = g_string_chunk_new(64 * 1024),
                     .evidence = evidence_new()};
}

static void
audit_clear(Audit *audit)
{
    g_hash_table_unref(audit->by_uuid);
    g_hash_table_unref(audit->by_id);
    g_ptr_array_unref(audit->all);
    g_string_chunk_free(audit->texts);
    evidence_free(audit->evidence);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Audit, audit_clear)

static gboolean
take_row(const EntryRow *row, gpointer user_data, GError **error)
{
    Audit *audit = user_data;
    (void)error;
    Listed *listed = g_new0(Listed, 1);
    memcpy(listed->uuid, row->uuid, UUID_LENGTH);
    listed->parent = row->parent;
    listed->rdn = g_string_chunk_insert(audit->texts, row->rdn);
    listed->csn = row->csn ? g_string_chunk_insert(audit->texts, row->csn) : NULL;
    listed->missing = row->missing;
    g_ptr_array_add(audit->all, listed);
    g_hash_table_insert(audit->by_uuid, listed->uuid, listed);
    g_hash_table_insert(audit->by_id, g_memdup2(&row->id, sizeof row->id), listed);
    return TRUE;
}

/* The DN that the mirror has; as deep as the tree. */
static const char *
dn_of(Audit *audit, Listed *listed, guint depth)
{
    if (listed->dn)
        return listed->dn;
    Listed *above = depth < DEPTH_MAX ? g_hash_table_lookup(audit->by_id, &listed->parent) : NULL;
    listed->dn = above ? g_strconcat(listed->rdn, ",", dn_of(audit, above, depth + 1), NULL)
                       : g_strdup(listed->rdn);
    return listed->dn;
}

/* the mirror's spelling is dn_text()'s; most servers' is the same */
static gboolean
same_dn(const char *shown, const char *ours)
{
    return strcmp(shown, ours) == 0 || dn_equal(shown, ours);
}

static gboolean
compare_entry(const DirectoryEntry *entry, gpointer user_data, GError **error)
{
    Audit *audit = user_data;
    const PullOptions *options = audit->pull->options;
    (void)error;
    if (++audit->seen % PROGRESS_ENTRIES == 0 && options->progress)
        options->progress(audit->seen, options->user_data);
    control_add(&audit->evidence->control, entry->uuid);
    Listed *known = g_hash_table_lookup(audit->by_uuid, entry->uuid);
    if (known)
        known->seen = TRUE;
    if (!known || known->missing != ENTRY_SHOWN || !entry->csn ||
        g_strcmp0(known->csn, entry->csn) != 0 || !same_dn(entry->dn, dn_of(audit, known, 0)))
        uuids_set_add(audit->evidence->ask, entry->uuid);
    return TRUE;
}

/* what is known and was not listed is looked for, too */
static void
find_absent(Audit *audit, GPtrArray *absent)
{
    for (guint i = 0; i < audit->all->len; i++) {
        Listed *known = g_ptr_array_index(audit->all, i);
        if (known->seen || known->missing == ENTRY_KEPT)
            continue;
        uuids_set_add(audit->evidence->ask, known->uuid);
        g_ptr_array_add(absent, known->uuid);
    }
}

static gboolean
load(Audit *audit, GError **error)
{
    Pull *pull = audit->pull;
    g_autoptr(StoreTransaction) transaction = store_begin_read(pull->store, error);
    return transaction && settle_check(pull, error) &&
           entries_each(pull->store, take_row, audit, error);
}

gboolean
audit_run(Pull *pull, GError **error)
{
    static const DirectoryQuery listing = {.listing = TRUE};
    g_auto(Audit) audit = {0};
    g_autoptr(Content) content = content_new();
    g_autoptr(GPtrArray) absent = g_ptr_array_new();
    audit_init(&audit, pull);
    if (!load(&audit, error) ||
        !directory_search(pull->directory, &listing, compare_entry, &audit, &audit.tally, error))
        return FALSE;
    find_absent(&audit, absent);
    pull->complete = TRUE;
    pull->result.referrals = audit.tally.referrals;
    return apply_verify(pull, content, audit.evidence, absent, error) &&
           apply_content(pull, content, FALSE, audit.evidence, error);
}
