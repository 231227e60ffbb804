/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/prepare.h"

#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"
#include "mailing/membership.h"
#include "mailing/reach.h"
#include "store/deliveries.h"
#include "store/mailings.h"
#include "store/suppression_set.h"

#include <string.h>

#define DEFAULT_PURPOSE  "invitation"
#define DRAFT_LIFETIME_S (24 * 60 * 60)
#define MIB              (1024 * 1024)

void
prepared_mailing_clear(PreparedMailing *prepared)
{
    for (guint i = 0; i < PREPARE_NAMES_MAX; i++)
        g_clear_pointer(&prepared->names[i], g_free);
}

gboolean
mailing_not_after(const Event *event, gint64 from, gint64 lifetime, gboolean allow_past,
                  gint64 *not_after, GError **error)
{
    gboolean over = event->ends_at <= from;
    if (over && !allow_past) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD,
                    _("the event \"%s\" is over; to write to its recipients all the same, say "
                      "--allow-past"),
                    event->name);
        return FALSE;
    }
    *not_after = from + lifetime;
    if (!over)
        *not_after = MIN(*not_after, event->starts_at > from ? event->starts_at : event->ends_at);
    return TRUE;
}

gboolean
mailing_check_roster(gint64 synced_at, gint64 max_age, gint64 now, GError **error)
{
    gint64 hours = (now - synced_at) / 3600;
    if (synced_at && now - synced_at <= max_age)
        return TRUE;
    if (!synced_at)
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD,
                    _("held: the roster was never brought in step with the directory; say: rundruf "
                      "sync"));
    else
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD,
                    P_("held: the roster was in step with the directory %" PRId64
                       " hour ago, longer than mailing.max_roster_age allows; say: rundruf sync",
                       "held: the roster was in step with the directory %" PRId64
                       " hours ago, longer than mailing.max_roster_age allows; say: rundruf sync",
                       hours),
                    hours);
    return FALSE;
}

gboolean
mailing_check_space(const char *path, gint64 min_free, GError **error)
{
    gint64 free;
    if (min_free <= 0 || !file_free_space(path, &free) || free / MIB >= min_free)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD,
                _("held: only %" PRId64
                  " MiB are free on the disk of the store, transport.min_free "
                  "wants %" PRId64 "; make room"),
                free / MIB, min_free);
    return FALSE;
}

/* One freezing in progress. */
typedef struct {
    Store *store;
    const FieldMap *map;
    const Mailing *mailing;
    const List *list; /* or NULL */
    const SuppressionSet *suppressed;
    PreparedMailing *result;
} Freezer;

static void
count_row(Freezer *freezer, const Delivery *delivery)
{
    PreparedMailing *result = freezer->result;
    guint queued = result->counts[DELIVERY_QUEUED];
    if (delivery->state == DELIVERY_QUEUED && queued < PREPARE_NAMES_MAX)
        result->names[queued] = g_strdup(delivery->name);
    result->counts[delivery->state]++;
    result->recipients++;
}

/* a row without address, in which the reason (taken over) stands instead; `shares`: the key of
 * the row whose address is this person's, too */
static gboolean
insert_unreachable(Freezer *freezer, Delivery *delivery, DeliveryState state, char *reason,
                   const char *shares, GError **error)
{
    gboolean inserted;
    g_clear_pointer(&delivery->address, g_free);
    g_free(delivery->text);
    delivery->text = reason;
    delivery->state = state;
    if (!deliveries_insert(freezer->store, delivery, shares, &inserted, error))
        return FALSE;
    count_row(freezer, delivery);
    return TRUE;
}

static gboolean
insert_duplicate(Freezer *freezer, Delivery *delivery, const char *key, GError **error)
{
    g_autofree char *holder = deliveries_holder(freezer->store, freezer->mailing->id, key, error);
    if (!holder)
        return FALSE;
    freezer->result->remarks[PREPARE_DUPLICATE]++;
    return insert_unreachable(freezer, delivery, DELIVERY_SUPPRESSED,
                              g_strdup_printf(_("same address as %s"), holder), key, error);
}

static gboolean
insert_reachable(Freezer *freezer, Delivery *delivery, const Address *address, GError **error)
{
    g_autofree char *key = address_key(address);
    const char *suppressed = NULL;
    suppression_set_find(freezer->suppressed, key, NULL, &suppressed);
    delivery->text = g_strdup(suppressed);
    delivery->address = g_strdup(address->text);
    delivery->state = delivery->text ? DELIVERY_SUPPRESSED : DELIVERY_QUEUED;
    gboolean inserted;
    if (!deliveries_insert(freezer->store, delivery, key, &inserted, error))
        return FALSE;
    if (!inserted)
        return insert_duplicate(freezer, delivery, key, error);
    if (delivery->text)
        freezer->result->remarks[PREPARE_SUPPRESSED]++;
    count_row(freezer, delivery);
    return TRUE;
}

static gboolean
freeze_person(const Person *person, gpointer data, GError **error)
{
    Freezer *freezer = data;
    g_autoptr(Delivery) delivery = delivery_new();
    delivery->mailing = freezer->mailing->id;
    memcpy(delivery->person, person->uuid, sizeof delivery->person);
    delivery->name = reach_name(person, freezer->map);
    delivery->due = freezer->mailing->due;
    char *reason;
    Reach reach;
    if (!reach_check_consent(freezer->store, freezer->list, person, &reason, error))
        return FALSE;
    if (reason) {
        freezer->result->remarks[PREPARE_SUPPRESSED]++;
        return insert_unreachable(freezer, delivery, DELIVERY_SUPPRESSED, reason, NULL, error);
    }
    g_autoptr(Address) address = reach_address(person, freezer->map, &reach, &reason);
    if (address)
        return insert_reachable(freezer, delivery, address, error);
    freezer->result
        ->remarks[reach == REACH_BAD_ADDRESS ? PREPARE_BAD_ADDRESS : PREPARE_NO_ADDRESS]++;
    return insert_unreachable(freezer, delivery, DELIVERY_FAILED, reason, NULL, error);
}

static gboolean
check_size(const List *list, guint recipients, GError **error)
{
    if (!list || list->max_members == 0 || recipients <= list->max_members)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD,
                _("held: this would go to %u persons, and the list %s may have %" PRId64
                  "; look at them with \"rundruf list members %s\", and if they are right, say: "
                  "rundruf list set %s --max-members %u"),
                recipients, list->name, list->max_members, list->name, list->name, recipients);
    return FALSE;
}

static gboolean
check_basis(const List *list, GError **error)
{
    if (!list || list->basis)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD,
                _("held: nobody has said yet on what legal basis the list %s is written to "
                  "(Art. 6 (1) GDPR); say so once, e.g. for a task in the public interest: rundruf "
                  "list set %s --basis e"),
                list->name, list->name);
    return FALSE;
}

static gboolean
freeze(Freezer *freezer, const Membership *membership, GError **error)
{
    if (!membership_each(membership, freeze_person, freezer, error))
        return FALSE;
    if (freezer->result->recipients == 0) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND,
                    _("the filter %s selects nobody in the roster; try it with: rundruf member ls "
                      "--filter"),
                    membership_text(membership));
        return FALSE;
    }
    if (!check_size(freezer->list, freezer->result->recipients, error))
        return FALSE;
    return deliveries_count_repeated(freezer->store, freezer->mailing->id,
                                     &freezer->result->remarks[PREPARE_REPEATED],
                                     &freezer->result->repeated_in, error);
}

static Mailing *
make_draft(const PrepareRequest *request, const char *filter, const PreparedMailing *times)
{
    const List *list = request->list;
    Mailing *draft = mailing_new();
    draft->kind = g_strdup("invitation");
    draft->event = request->event->id;
    draft->list = list ? g_strdup(list->name) : NULL;
    draft->filter = g_strdup(filter);
    draft->purpose = g_strdup(list ? list->purpose : DEFAULT_PURPOSE);
    draft->sender = list ? g_strdup(list->sender) : NULL;
    draft->state = MAILING_DRAFT;
    draft->frozen_at = request->now;
    draft->due = times->due;
    draft->not_after = times->not_after;
    draft->actor = g_strdup(request->actor);
    return draft;
}

static gboolean
set_times(PreparedMailing *prepared, const PrepareRequest *request, gint64 lifetime, GError **error)
{
    const Event *event = request->event;
    prepared->due = MAX(request->due, request->now);
    if (!mailing_not_after(event, prepared->due, lifetime, request->allow_past,
                           &prepared->not_after, error))
        return FALSE;
    if (request->not_after)
        prepared->not_after = request->not_after;
    prepared->remarks[PREPARE_EVENT_OVER] = event->ends_at <= prepared->due;
    prepared->remarks[PREPARE_EVENT_BEGUN] =
        event->starts_at <= prepared->due && event->ends_at > prepared->due;
    if (prepared->not_after > prepared->due)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                _("the mailing would end before it begins; let it begin earlier or end later"));
    return FALSE;
}

gboolean
mailing_prepare(Store *store, const Config *config, const PrepareRequest *request,
                PreparedMailing *result, GError **error)
{
    g_auto(PreparedMailing) prepared = {0};
    if (!set_times(&prepared, request, config->mailing_lifetime, error))
        return FALSE;
    if (!check_basis(request->list, error))
        return FALSE;
    const List filtered = {.filter = (char *)request->filter};
    g_autoptr(Membership) membership =
        membership_new(store, request->list ? request->list : &filtered, request->except,
                       config->directory_fields, error);
    if (!membership)
        return FALSE;
    g_autoptr(Mailing) draft = make_draft(request, membership_text(membership), &prepared);
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    if (!transaction ||
        !mailings_delete_drafts_before(store, request->now - DRAFT_LIFETIME_S, error) ||
        !mailings_insert(store, draft, error))
        return FALSE;
    g_autoptr(SuppressionSet) suppressed = suppression_set_new(store, draft->purpose, error);
    if (!suppressed)
        return FALSE;
    Freezer freezer = {
        .store = store,
        .map = config->directory_fields,
        .mailing = draft,
        .list = request->list,
        .suppressed = suppressed,
        .result = &prepared,
    };
    if (!freeze(&freezer, membership, error))
        return FALSE;
    if (!request->dry_run) {
        if (!store_commit(g_steal_pointer(&transaction), error))
            return FALSE;
        prepared.mailing = draft->id;
    }
    *result = prepared;
    prepared = (PreparedMailing){0};
    return TRUE;
}
