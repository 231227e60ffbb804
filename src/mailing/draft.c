/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/draft.h"

#include "store/events.h"
#include "store/lists.h"
#include "store/mailings.h"
#include "store/persons.h"

#include <string.h>

/* A mailing's row is read again after this time: its not_after may have been moved. */
#define KEPT_S 10

struct Drafter {
    Store *store;
    Composer *composer;
    Mailing *mailing; /* of the last draft, with what it announces */
    Event *event;
    char *list_title; /* NULL: not of a list, or the list is gone */
    gint64 read_at;
};

void
draft_free(Draft *draft)
{
    if (!draft)
        return;
    delivery_free(draft->delivery);
    g_clear_pointer(&draft->message, g_bytes_unref);
    g_free(draft->fault);
    g_free(draft->return_path);
    g_free(draft->name);
    outcome_clear(&draft->outcome);
    g_free(draft);
}

const char *
draft_domain(const Draft *draft)
{
    const char *at = strrchr(draft->delivery->address, '@');
    return at ? at + 1 : "";
}

Drafter *
drafter_new(Store *store, Composer *composer)
{
    Drafter *drafter = g_new0(Drafter, 1);
    drafter->store = store;
    drafter->composer = composer;
    return drafter;
}

void
drafter_free(Drafter *drafter)
{
    if (!drafter)
        return;
    mailing_free(drafter->mailing);
    event_free(drafter->event);
    g_free(drafter->list_title);
    g_free(drafter);
}

static void
read_list_title(Drafter *drafter, const char *name)
{
    g_autoptr(List) list = name ? lists_find(drafter->store, name, NULL) : NULL;
    g_free(drafter->list_title);
    drafter->list_title = list ? g_strdup(list->title) : NULL;
}

static gboolean
read_mailing(Drafter *drafter, gint64 id, gint64 now, GError **error)
{
    gint64 age = now - drafter->read_at;
    if (drafter->mailing && drafter->mailing->id == id && age >= 0 && age < KEPT_S)
        return TRUE;
    g_autoptr(Mailing) mailing = mailings_get(drafter->store, id, error);
    if (!mailing)
        return FALSE;
    if (!drafter->event || drafter->event->id != mailing->event) {
        Event *event = events_get(drafter->store, mailing->event, error);
        if (!event)
            return FALSE;
        event_free(drafter->event);
        drafter->event = event;
    }
    read_list_title(drafter, mailing->list);
    mailing_free(drafter->mailing);
    drafter->mailing = g_steal_pointer(&mailing);
    drafter->read_at = now;
    return TRUE;
}

static void
address_envelope(Drafter *drafter, Draft *draft)
{
    const Delivery *delivery = draft->delivery;
    draft->return_path = compose_return_path(drafter->composer, delivery->id);
    draft->name = g_strdup_printf("%06" G_GINT64_FORMAT "-%08" G_GINT64_FORMAT, delivery->mailing,
                                  delivery->id);
    draft->envelope = (TransportMessage){
        .return_path = draft->return_path,
        .recipient = delivery->address,
        .smtputf8 = !g_str_is_ascii(delivery->address), /* the domain is ASCII always */
        .name = draft->name,
        .owner = draft,
    };
    draft->envelope.content = g_bytes_get_data(draft->message, &draft->envelope.length);
}

/* Messages in the making: their persons come in the order of the drafts, some are missing. */
typedef struct {
    Drafter *drafter;
    GPtrArray *drafts;
    guint next;
} Making;

static Draft *
find_draft(Making *making, const guint8 uuid[UUID_LENGTH])
{
    for (;;) {
        Draft *draft = making->drafts->pdata[making->next++];
        if (memcmp(draft->delivery->person, uuid, UUID_LENGTH) == 0)
            return draft;
    }
}

static gboolean
compose_for(const Person *person, gpointer user_data, GError **error)
{
    Making *making = user_data;
    Drafter *drafter = making->drafter;
    Draft *draft = find_draft(making, person->uuid);
    const Delivery *delivery = draft->delivery;
    draft->gone = FALSE;
    if (!read_mailing(drafter, delivery->mailing, draft->made_at, error))
        return FALSE;
    draft->not_after = drafter->mailing->not_after;
    const ComposeRequest request = {
        .event = drafter->event,
        .mailing = drafter->mailing,
        .delivery = delivery->id,
        .address = delivery->address,
        .list_title = drafter->list_title,
        .name = delivery->name,
        .person = person,
        .now = draft->made_at,
    };
    g_autoptr(GError) failure = NULL;
    draft->message = compose_invitation(drafter->composer, &request, &failure);
    if (draft->message)
        address_envelope(drafter, draft);
    else
        draft->fault = g_strdup(failure->message);
    return TRUE;
}

static GPtrArray *
start_drafts(Drafter *drafter, GPtrArray *deliveries, gint64 now)
{
    GPtrArray *drafts = g_ptr_array_new_with_free_func((GDestroyNotify)draft_free);
    for (guint i = 0; i < deliveries->len; i++) {
        Delivery *delivery = deliveries->pdata[i];
        Draft *draft = g_new0(Draft, 1);
        draft->delivery = delivery;
        draft->made_at = now;
        draft->gone = TRUE;
        draft->again = delivery->state == DELIVERY_RETRY;
        g_free(delivery->message_id);
        delivery->message_id = compose_message_id(drafter->composer, delivery->id);
        g_ptr_array_add(drafts, draft);
    }
    g_ptr_array_set_free_func(deliveries, NULL);
    return drafts;
}

GPtrArray *
drafter_make(Drafter *drafter, GPtrArray *deliveries, gint64 now, GError **error)
{
    g_autoptr(GPtrArray) drafts = start_drafts(drafter, deliveries, now);
    guint8(*uuids)[UUID_LENGTH] = g_malloc_n(drafts->len + 1, sizeof *uuids);
    for (guint i = 0; i < drafts->len; i++)
        memcpy(uuids[i], ((Draft *)drafts->pdata[i])->delivery->person, UUID_LENGTH);
    Making making = {drafter, drafts, 0};
    gboolean good = persons_find_uuids(drafter->store, (const guint8(*)[UUID_LENGTH])uuids,
                                       drafts->len, compose_for, &making, error);
    g_free(uuids);
    return good ? g_steal_pointer(&drafts) : NULL;
}
