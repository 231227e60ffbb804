/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/control.h"

#include "base/error.h"
#include "base/i18n.h"
#include "mailing/pace.h"
#include "mailing/prepare.h"
#include "store/deliveries.h"
#include "store/events.h"
#include "store/holds.h"
#include "store/journal.h"
#include "store/mailings.h"
#include "store/notices.h"

static gboolean
note(Store *store, const Deed *deed, const char *what, gint64 mailing, const char *detail,
     GError **error)
{
    g_autofree char *object = g_strdup_printf("mailing %" G_GINT64_FORMAT, mailing);
    return journal_add(store, deed->now, deed->actor, what, object, detail, error);
}

static char *
describe_state(const Mailing *mailing)
{
    switch (mailing->state) {
    case MAILING_DRAFT:
        return g_strdup_printf(_("mailing %" PRId64 " is a draft"), mailing->id);
    case MAILING_RUNNING:
        return g_strdup_printf(_("mailing %" PRId64 " is running"), mailing->id);
    case MAILING_PAUSED:
        return g_strdup_printf(_("mailing %" PRId64 " is paused"), mailing->id);
    case MAILING_CANCELLED:
    case MAILING_STATES:
        break;
    }
    return g_strdup_printf(_("mailing %" PRId64 " is cancelled"), mailing->id);
}

static gboolean
refuse(const Mailing *mailing, const char *why, GError **error)
{
    g_autofree char *state = describe_state(mailing);
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT, "%s: %s", state, why);
    return FALSE;
}

/* in a transaction of the caller's; `why` says why not, once it is another */
static gboolean
move(Store *store, gint64 id, MailingState from, MailingState to, const char *why, GError **error)
{
    g_autoptr(Mailing) mailing = mailings_get(store, id, error);
    if (!mailing)
        return FALSE;
    gboolean changed = FALSE;
    if (mailing->state == from && !mailings_move(store, id, from, to, &changed, error))
        return FALSE;
    return changed || refuse(mailing, why, error);
}

/* what the journal says of a mailing that begins */
static char *
describe(Store *store, gint64 id, GError **error)
{
    g_autoptr(Mailing) mailing = mailings_get(store, id, error);
    g_autoptr(Event) event = mailing ? events_get(store, mailing->event, error) : NULL;
    guint counts[DELIVERY_STATES];
    if (!event || !deliveries_count(store, id, counts, error))
        return NULL;
    return g_strdup_printf("event %s version %" G_GINT64_FORMAT ", %s, %u to send", event->name,
                           event->sequence, mailing->list ? mailing->list : mailing->filter,
                           counts[DELIVERY_QUEUED]);
}

gboolean
mailing_confirm(Store *store, gint64 mailing, const Deed *deed, GError **error)
{
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    if (!transaction ||
        !move(store, mailing, MAILING_DRAFT, MAILING_RUNNING, _("it cannot be confirmed"), error))
        return FALSE;
    g_autofree char *detail = describe(store, mailing, error);
    return detail && note(store, deed, "invite", mailing, detail, error) &&
           store_commit(g_steal_pointer(&transaction), error);
}

gboolean
mailing_discard(Store *store, gint64 mailing, GError **error)
{
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    g_autoptr(Mailing) found = transaction ? mailings_get(store, mailing, error) : NULL;
    gboolean deleted;
    if (!found || !mailings_delete_draft(store, mailing, &deleted, error))
        return FALSE;
    return deleted ? store_commit(g_steal_pointer(&transaction), error)
                   : refuse(found, _("it cannot be discarded, only cancelled"), error);
}

gboolean
mailing_pause(Store *store, gint64 mailing, const Deed *deed, GError **error)
{
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    return transaction &&
           move(store, mailing, MAILING_RUNNING, MAILING_PAUSED, _("it cannot be paused"), error) &&
           note(store, deed, "pause", mailing, NULL, error) &&
           store_commit(g_steal_pointer(&transaction), error);
}

gboolean
mailing_resume(Store *store, gint64 mailing, const Deed *deed, GError **error)
{
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    return transaction &&
           move(store, mailing, MAILING_PAUSED, MAILING_RUNNING, _("it cannot be resumed"),
                error) &&
           note(store, deed, "resume", mailing, NULL, error) &&
           store_commit(g_steal_pointer(&transaction), error);
}

gboolean
mailing_cancel(Store *store, gint64 mailing, const Deed *deed, guint *count, GError **error)
{
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    g_autoptr(Mailing) found = transaction ? mailings_get(store, mailing, error) : NULL;
    if (!found)
        return FALSE;
    if (found->state == MAILING_DRAFT)
        return refuse(found, _("it cannot be cancelled"), error);
    guint cancelled;
    if (!move(store, mailing, found->state == MAILING_PAUSED ? MAILING_PAUSED : MAILING_RUNNING,
              MAILING_CANCELLED, _("it cannot be cancelled"), error) ||
        !deliveries_cancel(store, deed->now, &cancelled, error))
        return FALSE;
    g_autofree char *detail = g_strdup_printf("%u not sent", cancelled);
    if (!note(store, deed, "cancel", mailing, detail, error) ||
        !store_commit(g_steal_pointer(&transaction), error))
        return FALSE;
    *count = cancelled;
    return TRUE;
}

static gboolean
may_retry(DeliveryState state)
{
    return state == DELIVERY_FAILED || state == DELIVERY_UNKNOWN || state == DELIVERY_MISSED ||
           state == DELIVERY_SUPPRESSED || state == DELIVERY_RETRY;
}

static gboolean
extend(Store *store, const Config *config, const Mailing *mailing, const RetryRequest *request,
       gint64 now, GError **error)
{
    if (mailing->not_after > now)
        return TRUE;
    g_autoptr(Event) event = events_get(store, mailing->event, error);
    gint64 not_after;
    return event &&
           mailing_not_after(event, now, config->mailing_lifetime, request->allow_past, &not_after,
                             error) &&
           mailings_set_not_after(store, mailing->id, not_after, error);
}

gboolean
mailing_retry(Store *store, const Config *config, const RetryRequest *request, const Deed *deed,
              guint *count, GError **error)
{
    if (!may_retry(request->state)) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("deliveries that are %s cannot be sent again; name failed, unknown, missed, "
                      "suppressed or retry"),
                    delivery_state_text(request->state));
        return FALSE;
    }
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    g_autoptr(Mailing) mailing = transaction ? mailings_get(store, request->mailing, error) : NULL;
    if (!mailing)
        return FALSE;
    if (mailing->state != MAILING_RUNNING && mailing->state != MAILING_PAUSED)
        return refuse(mailing, _("it cannot be sent again"), error);
    guint queued;
    if (!deliveries_retry(store, mailing->id, request->state, deed->now, &queued, error))
        return FALSE;
    g_autofree char *detail = g_strdup_printf("%u %s", queued, delivery_state_text(request->state));
    if (queued > 0 && (!extend(store, config, mailing, request, deed->now, error) ||
                       !notices_forget(store, mailing->id, error) ||
                       !note(store, deed, "retry", mailing->id, detail, error) ||
                       !store_commit(g_steal_pointer(&transaction), error)))
        return FALSE;
    *count = queued;
    return TRUE;
}

/* What holds call it: a provider's name for its domains. */
static char *
name_group(const Config *config, const char *domain)
{
    g_autoptr(Pace) pace = pace_new(config);
    return g_strdup(pace_group(pace, domain));
}

gboolean
mailing_lift(Store *store, const Config *config, const char *domain, const Deed *deed,
             GError **error)
{
    g_autofree char *group = name_group(config, domain);
    g_autofree char *object = g_strdup_printf("domain %s", group);
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    gboolean found;
    if (!transaction || !holds_lift(store, group, &found, error))
        return FALSE;
    if (!found) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND,
                    _("%s is not held; what is: rundruf mailing holds"), domain);
        return FALSE;
    }
    return journal_add(store, deed->now, deed->actor, "lift", object, NULL, error) &&
           store_commit(g_steal_pointer(&transaction), error);
}
