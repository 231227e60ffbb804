/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/push.h"

#include "base/error.h"
#include "base/i18n.h"
#include "directory/dn.h"
#include "store/mirror.h"
#include "sync/parcel.h"
#include "sync/push_settle.h"

#include <string.h>

#define KEPT_SECONDS ((gint64)400 * 24 * 3600) /* a year of settled edits, to look things up */

void
push_result_clear(PushResult *result)
{
    g_clear_pointer(&result->reason, g_free);
}

gboolean
push_needed(Store *store, gboolean *needed, GError **error)
{
    return changes_open(store, needed, error);
}

static Parcel *
parcel_at(const GPtrArray *parcels, guint index)
{
    return g_ptr_array_index(parcels, index);
}

static Parcel *
find_parcel(const GPtrArray *parcels, const guint8 uuid[UUID_LENGTH])
{
    for (guint i = 0; i < parcels->len; i++)
        if (parcel_at(parcels, i)->kind != CHANGE_ADD &&
            memcmp(parcel_at(parcels, i)->uuid, uuid, UUID_LENGTH) == 0)
            return parcel_at(parcels, i);
    return NULL;
}

/* ---- looking */

static gboolean
take_seen(const DirectoryEntry *entry, gpointer user_data, GError **error)
{
    (void)error;
    Parcel *parcel = find_parcel(user_data, entry->uuid);
    if (parcel && entry->attributes) {
        seen_free(parcel->seen);
        parcel->seen = seen_new(entry->dn, entry->uuid, entry->csn, entry->attributes);
    }
    return TRUE;
}

static gboolean
take_named(const DirectoryEntry *entry, gpointer user_data, GError **error)
{
    Parcel *parcel = user_data;
    (void)error;
    if (!parcel->seen && entry->attributes && dn_equal(entry->dn, parcel->dn))
        parcel->seen = seen_new(entry->dn, entry->uuid, entry->csn, entry->attributes);
    return TRUE;
}

/* an added entry has no UUID that we know */
static gboolean
look_by_name(const Push *push, Parcel *parcel, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    DirectoryQuery query = {.below = parcel->dn};
    if (directory_search(push->directory, &query, take_named, parcel, NULL, &wrong) ||
        g_error_matches(wrong, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&wrong));
    return FALSE;
}

static gboolean
look(const Push *push, GPtrArray *parcels, GError **error)
{
    g_autoptr(GByteArray) uuids = g_byte_array_new();
    for (guint i = 0; i < parcels->len; i++) {
        Parcel *parcel = parcel_at(parcels, i);
        if (!parcel_must_look(parcel))
            continue;
        if (parcel->kind != CHANGE_ADD)
            g_byte_array_append(uuids, parcel->uuid, UUID_LENGTH);
        else if (!look_by_name(push, parcel, error))
            return FALSE;
    }
    DirectoryQuery query = {.uuids = uuids->data, .count = uuids->len / UUID_LENGTH};
    return query.count == 0 ||
           directory_search(push->directory, &query, take_seen, parcels, NULL, error);
}

/* ---- writing */

/* FALSE if the connection broke; what was answered is taken all the same. */
static gboolean
write_all(const Push *push, GPtrArray *parcels, GError **error)
{
    g_autoptr(GPtrArray) writes =
        g_ptr_array_new_with_free_func((GDestroyNotify)directory_write_free);
    g_autoptr(GPtrArray) written = g_ptr_array_new();
    for (guint i = 0; i < parcels->len; i++) {
        Parcel *parcel = parcel_at(parcels, i);
        g_clear_pointer(&parcel->seen, seen_free);
        parcel->outcome = WRITE_UNKNOWN;
        parcel->tried = parcel_must_write(parcel);
        if (!parcel->tried)
            continue;
        parcel->rounds++;
        g_ptr_array_add(writes, parcel_write(parcel));
        g_ptr_array_add(written, parcel);
    }
    gboolean good = writes->len == 0 || directory_write(push->directory, writes, error);
    for (guint i = 0; i < writes->len; i++)
        parcel_take_outcome(parcel_at(written, i), g_ptr_array_index(writes, i));
    return good;
}

/* Without a look only what needs none can be judged; the rest stays sent, and the next push looks.
 */
static void
judge_all(GPtrArray *parcels, gboolean looked)
{
    for (guint i = 0; i < parcels->len; i++) {
        Parcel *parcel = parcel_at(parcels, i);
        if (looked || !parcel_must_look(parcel) || parcel->outcome == WRITE_DONE)
            parcel_judge(parcel);
    }
}

static void
take_out_closed(GPtrArray *parcels)
{
    for (guint i = parcels->len; i > 0; i--)
        if (!parcel_is_open(parcel_at(parcels, i - 1)))
            g_ptr_array_remove_index(parcels, i - 1);
}

static gboolean
push_batch(const Push *push, GPtrArray *parcels, GError **error)
{
    while (parcels->len > 0) {
        g_autoptr(GError) broken = NULL;
        gboolean good = write_all(push, parcels, &broken) && look(push, parcels, &broken);
        judge_all(parcels, good);
        if (!push_settle(push, parcels, error))
            return FALSE;
        if (!good) {
            g_propagate_error(error, g_steal_pointer(&broken));
            return FALSE;
        }
        take_out_closed(parcels);
    }
    return TRUE;
}

/* ---- batches */

typedef struct {
    GPtrArray *parcels;
    GPtrArray *keys; /* dn_key() of what is added and removed */
} Batch;

/* an addition waits for that of the entry above it, and for the removal of its name */
static gboolean
is_near(const Batch *batch, const char *key)
{
    for (guint i = 0; i < batch->keys->len; i++) {
        const char *other = g_ptr_array_index(batch->keys, i);
        if (dn_key_is_below(key, other) || dn_key_is_below(other, key))
            return TRUE;
    }
    return FALSE;
}

/* the DN by which the mirror knows the entry now; owned by the caller */
static char *
current_dn(Store *store, const Change *change)
{
    g_autoptr(MirrorEntry) entry =
        change->kind == CHANGE_SET ? mirror_find(store, change->uuid, NULL) : NULL;
    return g_strdup(entry ? entry->dn : change->dn);
}

/* Takes the change over if it fits into the batch; else the batch is complete. */
static gboolean
batch_take(Batch *batch, Store *store, Change *change)
{
    Parcel *parcel = change->kind == CHANGE_ADD ? NULL : find_parcel(batch->parcels, change->uuid);
    if (parcel && parcel->kind == CHANGE_SET && change->kind == CHANGE_SET) {
        g_ptr_array_add(parcel->changes, change);
        return TRUE;
    }
    if (parcel || batch->parcels->len == DIRECTORY_WRITES_MAX)
        return FALSE;
    if (change->kind != CHANGE_SET) {
        g_autofree char *key = dn_key(change->dn);
        if (!key)
            key = g_strdup(change->dn);
        if (is_near(batch, key))
            return FALSE;
        g_ptr_array_add(batch->keys, g_steal_pointer(&key));
    }
    g_autofree char *dn = current_dn(store, change);
    g_ptr_array_add(batch->parcels, parcel_new(change, dn));
    return TRUE;
}

/* The change as it is now, if it still waits: edits may have gone on. */
static gboolean
find_waiting(Store *store, gint64 id, Change **change, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    g_autoptr(Change) found = changes_find(store, id, &wrong);
    *change = NULL;
    if (found && found->state == CHANGE_WAITING)
        *change = g_steal_pointer(&found);
    if (!wrong || g_error_matches(wrong, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&wrong));
    return FALSE;
}

/* Fills the batch from `ids`, from `*next` on, and commits its changes as sent; the first one takes
 * the occasion to forget old ones. */
static gboolean
send_batch(const Push *push, Batch *batch, const GArray *ids, guint *next, GError **error)
{
    Store *store = push->store;
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    if (!transaction ||
        (*next == 0 && !changes_forget(store, push->options->now - KEPT_SECONDS, error)))
        return FALSE;
    for (; *next < ids->len; (*next)++) {
        gint64 id = g_array_index(ids, gint64, *next);
        Change *change;
        if (!find_waiting(store, id, &change, error))
            return FALSE;
        if (!change)
            continue;
        if (!batch_take(batch, store, change)) {
            change_free(change);
            break;
        }
        change->state = CHANGE_SENT;
        if (!changes_send(store, id, error))
            return FALSE;
    }
    for (guint i = 0; i < batch->parcels->len; i++)
        parcel_compose(parcel_at(batch->parcels, i));
    return store_commit(g_steal_pointer(&transaction), error);
}

static GArray *
list_ids(Store *store, GError **error)
{
    static const ChangeState waiting[] = {CHANGE_WAITING};
    g_autoptr(GPtrArray) changes = changes_list(store, waiting, 1, error);
    if (!changes)
        return NULL;
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint i = 0; i < changes->len; i++)
        g_array_append_val(ids, ((const Change *)g_ptr_array_index(changes, i))->id);
    return ids;
}

static gboolean
push_waiting(const Push *push, GError **error)
{
    g_autoptr(GArray) ids = list_ids(push->store, error);
    for (guint next = 0; ids && next < ids->len;) {
        g_autoptr(GPtrArray) parcels = g_ptr_array_new_with_free_func((GDestroyNotify)parcel_free);
        g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
        Batch batch = {parcels, keys};
        if (!send_batch(push, &batch, ids, &next, error) || !push_batch(push, parcels, error))
            return FALSE;
    }
    return ids != NULL;
}

/* ---- what a crash or a lost connection left */

static void
take_sent(GPtrArray *parcels, Store *store, Change *change)
{
    Parcel *parcel = change->kind == CHANGE_SET ? find_parcel(parcels, change->uuid) : NULL;
    if (parcel && parcel->kind == CHANGE_SET) {
        g_ptr_array_add(parcel->changes, change);
        return;
    }
    g_autofree char *dn = current_dn(store, change);
    parcel = parcel_new(change, dn);
    parcel->outcome = WRITE_UNKNOWN;
    parcel->tried = TRUE;
    g_ptr_array_add(parcels, parcel);
}

/* What the directory has is done; what it has not, waits again. */
static gboolean
recover(const Push *push, GError **error)
{
    static const ChangeState sent[] = {CHANGE_SENT};
    g_autoptr(GPtrArray) changes = changes_list(push->store, sent, 1, error);
    if (!changes)
        return FALSE;
    g_autoptr(GPtrArray) parcels = g_ptr_array_new_with_free_func((GDestroyNotify)parcel_free);
    while (changes->len > 0)
        take_sent(parcels, push->store, g_ptr_array_steal_index(changes, 0));
    if (parcels->len == 0)
        return TRUE;
    for (guint i = 0; i < parcels->len; i++)
        parcel_compose(parcel_at(parcels, i));
    if (!look(push, parcels, error))
        return FALSE;
    for (guint i = 0; i < parcels->len; i++) {
        parcel_judge(parcel_at(parcels, i));
        parcel_put_back(parcel_at(parcels, i));
    }
    return push_settle(push, parcels, error);
}

/* ---- the whole */

static void
count_waiting(Store *store, PushResult *result)
{
    ChangeCounts counts = {0};
    if (changes_count(store, &counts, NULL))
        result->waiting = (guint64)counts.waiting;
}

gboolean
push_through(const Config *config, Store *store, Directory *directory, const PushOptions *options,
             PushResult *result, GError **error)
{
    Push push = {config, store, directory, options, result};
    gboolean good = directory_can_write(directory);
    if (!good)
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                    _("edits wait, and %s can only be read; set directory.uri or "
                      "directory.write_uri to a server"),
                    config->directory_uri);
    good = good && recover(&push, error) && push_waiting(&push, error);
    count_waiting(store, result);
    return good;
}

gboolean
push_run(const Config *config, Store *store, const PushOptions *options, PushResult *result,
         GError **error)
{
    gboolean needed;
    *result = (PushResult){0};
    if (!push_needed(store, &needed, error))
        return FALSE;
    if (!needed)
        return TRUE;
    g_autoptr(Directory) directory = directory_open_writer(config, error);
    if (!directory) {
        count_waiting(store, result);
        return FALSE;
    }
    return push_through(config, store, directory, options, result, error);
}
