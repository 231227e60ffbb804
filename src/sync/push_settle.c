/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/push_settle.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/journal.h"
#include "store/mirror.h"
#include "sync/overlay.h"
#include "sync/parcel.h"
#include "sync/putback.h"

static gboolean
write_change(const Push *push, const Change *change, GError **error)
{
    const PushOptions *options = push->options;
    if (!changes_settle(push->store, change->id, change->state, change->theirs, change->reason,
                        options->now, error))
        return FALSE;
    if (change->state == CHANGE_WAITING)
        return TRUE;
    g_autofree char *deed = g_strconcat("push.", change_state_name(change->state), NULL);
    g_autofree char *detail = g_strdup_printf("change=%" PRId64 "%s%s", change->id,
                                              change->attribute ? " attribute=" : "",
                                              change->attribute ? change->attribute : "");
    return journal_add(push->store, options->now, options->actor, deed, change->dn, detail, error);
}

/* What the directory shows, under the edits that are still on their way. */
static gboolean
show_seen(const Push *push, const Parcel *parcel, const Overlay *overlay, GError **error)
{
    guint8 digest[DIGEST_LENGTH];
    g_autoptr(GError) absent = NULL;
    g_autoptr(MirrorEntry) entry = mirror_find(push->store, parcel->uuid, &absent);
    if (!entry && g_error_matches(absent, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND))
        return TRUE;
    if (!entry) {
        g_propagate_error(error, g_steal_pointer(&absent));
        return FALSE;
    }
    Attributes *shown = parcel->seen->attributes;
    g_autoptr(GByteArray) blob = attributes_encode(shown);
    digest_sha256(blob->data, blob->len, digest);
    g_autoptr(Attributes) laid = overlay_lay(overlay, parcel->uuid, shown);
    return mirror_write(push->store, entry, laid ? laid : shown, digest, parcel->seen->csn, error);
}

static gboolean
is_back(const Parcel *parcel)
{
    const Change *change = g_ptr_array_index(parcel->changes, 0);
    return change->state == CHANGE_CONFLICT || change->state == CHANGE_REFUSED;
}

static gboolean
show_parcel(const Push *push, const Parcel *parcel, const Overlay *overlay, GError **error)
{
    const Seen *seen = parcel->seen;
    if (!seen || parcel->kind == CHANGE_ADD)
        return TRUE;
    if (parcel->kind == CHANGE_SET)
        return show_seen(push, parcel, overlay, error);
    return !is_back(parcel) || putback_put(push->config, push->store, parcel->uuid, seen->dn,
                                           seen->csn, seen->attributes, error);
}

static gboolean
write_parcels(const Push *push, const GPtrArray *parcels, GError **error)
{
    for (guint i = 0; i < parcels->len; i++) {
        const Parcel *parcel = g_ptr_array_index(parcels, i);
        for (guint j = 0; j < parcel->changes->len; j++) {
            const Change *change = g_ptr_array_index(parcel->changes, j);
            if (change->state != CHANGE_SENT && !write_change(push, change, error))
                return FALSE;
        }
    }
    g_autoptr(Overlay) overlay = overlay_load(push->store, error);
    if (!overlay)
        return FALSE;
    for (guint i = 0; i < parcels->len; i++)
        if (!show_parcel(push, g_ptr_array_index(parcels, i), overlay, error))
            return FALSE;
    return TRUE;
}

static void
tell(const Push *push, const Parcel *parcel, const Change *change)
{
    PushResult *result = push->result;
    if (change->state == CHANGE_DONE) {
        result->done++;
        result->merged += parcel->merged;
    }
    result->conflicts += change->state == CHANGE_CONFLICT;
    result->refused += change->state == CHANGE_REFUSED;
    if (change->state == CHANGE_WAITING && change->reason) {
        g_free(result->reason);
        result->reason = g_strdup(change->reason);
    }
    if (push->options->func && (change->state != CHANGE_WAITING || change->reason))
        push->options->func(change, push->options->user_data);
}

static void
take_out_settled(const Push *push, Parcel *parcel)
{
    for (guint i = 0; i < parcel->changes->len;) {
        const Change *change = g_ptr_array_index(parcel->changes, i);
        if (change->state == CHANGE_SENT) {
            i++;
            continue;
        }
        tell(push, parcel, change);
        g_ptr_array_remove_index(parcel->changes, i);
    }
}

gboolean
push_settle(const Push *push, GPtrArray *parcels, GError **error)
{
    g_autoptr(StoreTransaction) transaction = store_begin(push->store, error);
    if (!transaction || !write_parcels(push, parcels, error) ||
        !store_commit(g_steal_pointer(&transaction), error))
        return FALSE;
    for (guint i = 0; i < parcels->len; i++)
        take_out_settled(push, g_ptr_array_index(parcels, i));
    return TRUE;
}
