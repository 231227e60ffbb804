/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/send.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/wake.h"
#include "store/deliveries.h"
#include "store/events.h"
#include "store/lists.h"
#include "store/mailings.h"
#include "store/persons.h"

#define POLL_S        2  /* between looks at an empty queue */
#define FAULTS_MAX    3  /* of the relay in a row: then it is left alone for a while */
#define PAUSE_FIRST_S 60 /* so long; doubles */
#define PAUSE_MOST_S  (15 * 60)
#define TIDY_S        60  /* between looks for what has been missed */
#define WITHHELD_MAX  100 /* rows set aside in one transaction */
#define SETTLE_TRIES  20  /* each as long as the store's busy timeout */

typedef struct {
    Store *store;
    Composer *composer;
    Transport *transport;
    const SendOptions *options;
    SendSummary *summary;
    Mailing *mailing; /* of the last message, with what it announces */
    Event *event;
    char *list_title; /* NULL: not of a list, or the list is gone */
    gint64 tidied_at;
    guint faults; /* of the relay, on the last messages in a row */
    guint pause;  /* seconds, after FAULTS_MAX of them; 0: the last message met none */
} Sender;

static void
sender_clear(Sender *sender)
{
    mailing_free(sender->mailing);
    event_free(sender->event);
    g_free(sender->list_title);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sender, sender_clear)

void
send_summary_clear(SendSummary *summary)
{
    g_clear_pointer(&summary->fault, g_free);
}

void
send_apply(Delivery *delivery, const Outcome *outcome, gint64 now, gint64 not_after)
{
    g_free(delivery->text);
    delivery->text = g_strdup(outcome->text);
    delivery->code = outcome->code;
    delivery->settled_at = now;
    /* what arrived, or perhaps did, is settled whatever ails the relay */
    gboolean site =
        outcome->site && outcome->kind != OUTCOME_UNKNOWN && outcome->kind != OUTCOME_SENT;
    if (!site)
        delivery->attempts++;
    if (outcome->kind == OUTCOME_SENT) {
        delivery->state = DELIVERY_SENT;
        return;
    }
    if (!site && outcome->kind != OUTCOME_TEMPORARY) {
        delivery->state = outcome->kind == OUTCOME_UNKNOWN ? DELIVERY_UNKNOWN : DELIVERY_FAILED;
        return;
    }
    gint64 due = site ? now + SITE_DELAY_S : outcome_retry_at(delivery->attempts, now, not_after);
    delivery->state = due > 0 && due < not_after ? DELIVERY_RETRY : DELIVERY_MISSED;
    if (delivery->state == DELIVERY_RETRY)
        delivery->due = due;
}

/* TRUE if asked to stop, before or meanwhile. */
static gboolean
pause_for(const Sender *sender, guint seconds)
{
    return (sender->options->wait ? sender->options->wait : wake_wait)((gint64)seconds * 1000);
}

static gboolean
stopping(const Sender *sender)
{
    return pause_for(sender, 0);
}

static void
log_delivery(LogLevel level, const Delivery *delivery)
{
    g_autofree char *event = g_strdup_printf("delivery.%s", delivery_state_text(delivery->state));
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, delivery->id);
    g_autofree char *mailing = g_strdup_printf("%" G_GINT64_FORMAT, delivery->mailing);
    g_autofree char *attempt = g_strdup_printf("%u", delivery->attempts);
    g_autofree char *code = delivery->code ? g_strdup_printf("%d", delivery->code) : NULL;
    /* never the text: relays like to quote the address */
    log_write(level, event, "delivery", id, "mailing", mailing, "attempt", attempt, "code", code,
              NULL);
}

static void
log_count(const char *event, guint count)
{
    g_autofree char *number = g_strdup_printf("%u", count);
    if (count > 0)
        log_info(event, "count", number, NULL);
}

static void
note_state(const Sender *sender, const Delivery *delivery)
{
    sender->summary->counts[delivery->state]++;
    log_delivery(LOG_LEVEL_INFO, delivery);
}

static char *
make_message_id(gint64 delivery, gpointer data)
{
    return compose_message_id(data, delivery);
}

/* Claims the next message; *next is NULL if none is due. Rows set aside on the way are counted when
 * the caller has committed: they are added to `withheld`. */
static gboolean
claim_next(Sender *sender, gint64 now, Delivery **next, GPtrArray *withheld, GError **error)
{
    while (withheld->len < WITHHELD_MAX) {
        g_autoptr(GPtrArray) claimed =
            deliveries_claim(sender->store, now, 1, make_message_id, sender->composer, error);
        if (!claimed)
            return FALSE;
        if (claimed->len == 0)
            return TRUE;
        g_autoptr(Delivery) delivery = g_ptr_array_steal_index(claimed, 0);
        if (delivery->state == DELIVERY_CLAIMED) {
            *next = g_steal_pointer(&delivery);
            return TRUE;
        }
        g_ptr_array_add(withheld, g_steal_pointer(&delivery));
    }
    return TRUE;
}

static gboolean
tidy(Sender *sender, gint64 now, guint *missed, guint *cancelled, GError **error)
{
    sender->tidied_at = now;
    return deliveries_miss(sender->store, now, missed, error) &&
           deliveries_cancel(sender->store, now, cancelled, error);
}

/* A message that went out must be settled, however long another process holds the store. */
static StoreTransaction *
begin(Sender *sender, gboolean patient, GError **error)
{
    for (guint i = 1;; i++) {
        g_autoptr(GError) failure = NULL;
        StoreTransaction *transaction = store_begin(sender->store, &failure);
        if (transaction)
            return transaction;
        if (!patient || i == SETTLE_TRIES ||
            !g_error_matches(failure, RUNDRUF_ERROR, RUNDRUF_ERROR_BUSY)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return NULL;
        }
    }
}

/* The one commit for each message: settles `last` (or NULL), and claims `next` unless it is to
 * stop. `idle` is TRUE if nothing was due. */
static gboolean
turn(Sender *sender, const Delivery *last, gboolean claim, Delivery **next, gboolean *idle,
     GError **error)
{
    gint64 now = sender->options->now();
    guint missed = 0, cancelled = 0;
    g_autoptr(Delivery) claimed = NULL;
    g_autoptr(GPtrArray) withheld = g_ptr_array_new_with_free_func((GDestroyNotify)delivery_free);
    g_autoptr(StoreTransaction) transaction = begin(sender, last != NULL, error);
    if (!transaction || (last && !deliveries_settle(sender->store, last, error)))
        return FALSE;
    if (claim && !claim_next(sender, now, &claimed, withheld, error))
        return FALSE;
    if ((!claimed || ABS(now - sender->tidied_at) >= TIDY_S) &&
        !tidy(sender, now, &missed, &cancelled, error))
        return FALSE;
    if (!store_commit(g_steal_pointer(&transaction), error))
        return FALSE;

    if (last)
        note_state(sender, last);
    for (guint i = 0; i < withheld->len; i++)
        note_state(sender, withheld->pdata[i]);
    sender->summary->counts[DELIVERY_MISSED] += missed;
    sender->summary->counts[DELIVERY_CANCELLED] += cancelled;
    log_count("deliveries.missed", missed);
    log_count("deliveries.cancelled", cancelled);
    *idle = !claimed && withheld->len < WITHHELD_MAX;
    *next = g_steal_pointer(&claimed);
    return TRUE;
}

static void
load_list_title(Sender *sender, const char *name)
{
    g_autoptr(List) list = name ? lists_find(sender->store, name, NULL) : NULL;
    g_free(sender->list_title);
    sender->list_title = list ? g_strdup(list->title) : NULL;
}

/* sets the mailing and the event that `delivery` is of; neither changes once it is confirmed, but
 * for the mailing's not_after */
static gboolean
load_mailing(Sender *sender, const Delivery *delivery, GError **error)
{
    g_autoptr(Mailing) mailing = mailings_get(sender->store, delivery->mailing, error);
    if (!mailing)
        return FALSE;
    if (!sender->event || sender->event->id != mailing->event) {
        Event *event = events_get(sender->store, mailing->event, error);
        if (!event)
            return FALSE;
        event_free(sender->event);
        sender->event = event;
    }
    if (!sender->mailing || sender->mailing->id != mailing->id)
        load_list_title(sender, mailing->list);
    mailing_free(sender->mailing);
    sender->mailing = g_steal_pointer(&mailing);
    return TRUE;
}

static void
settle_without_sending(Delivery *delivery, DeliveryState state, const char *reason, gint64 now)
{
    delivery->state = state;
    delivery->settled_at = now;
    g_free(delivery->text);
    delivery->text = g_strdup(reason);
}

/* the transport's unique and repeatable name for a delivery */
static char *
name_message(const Delivery *delivery)
{
    return g_strdup_printf("%06" G_GINT64_FORMAT "-%08" G_GINT64_FORMAT, delivery->mailing,
                           delivery->id);
}

static void
note_fault(Sender *sender, const Outcome *outcome)
{
    g_clear_pointer(&sender->summary->fault, g_free);
    if (!outcome->site) {
        sender->faults = 0;
        sender->pause = 0;
        return;
    }
    sender->summary->fault =
        g_strdup(outcome->text ? outcome->text : _("the relay cannot be used"));
    g_autofree char *code = g_strdup_printf("%d", outcome->code);
    log_warning("send.fault", "code", code, NULL);
    if (++sender->faults == FAULTS_MAX)
        sender->pause = sender->pause ? MIN(2 * sender->pause, PAUSE_MOST_S) : PAUSE_FIRST_S;
}

static void
hand_over(Sender *sender, Delivery *delivery, GBytes *message)
{
    g_autofree char *return_path = compose_return_path(sender->composer, delivery->id);
    g_autofree char *name = name_message(delivery);
    g_auto(Outcome) outcome = {0};
    TransportMessage envelope = {
        .return_path = return_path,
        .recipient = delivery->address,
        .smtputf8 = !g_str_is_ascii(delivery->address), /* the domain is ASCII always */
        .name = name,
    };
    envelope.content = g_bytes_get_data(message, &envelope.length);
    sender->transport->send(sender->transport, &envelope, &outcome);
    send_apply(delivery, &outcome, sender->options->now(), sender->mailing->not_after);
    sender->summary->attempts++;
    note_fault(sender, &outcome);
}

/* A message in the making: what compose_invitation() needs, and what it gave. */
typedef struct {
    Sender *sender;
    const Delivery *delivery;
    gint64 now;
    GBytes *message;
    GError *failure;
} Draft;

static void
draft_clear(Draft *draft)
{
    g_clear_pointer(&draft->message, g_bytes_unref);
    g_clear_error(&draft->failure);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Draft, draft_clear)

static gboolean
compose_for(const Person *person, gpointer user_data, GError **error)
{
    Draft *draft = user_data;
    (void)error; /* what cannot be composed is the delivery's matter */
    ComposeRequest request = {
        .event = draft->sender->event,
        .mailing = draft->sender->mailing,
        .delivery = draft->delivery->id,
        .address = draft->delivery->address,
        .list_title = draft->sender->list_title,
        .name = draft->delivery->name,
        .person = person,
        .now = draft->now,
    };
    draft->message = compose_invitation(draft->sender->composer, &request, &draft->failure);
    return TRUE;
}

/* Composes and sends a claimed delivery; it then stands as it must be settled. */
static gboolean
deliver(Sender *sender, Delivery *delivery, GError **error)
{
    g_auto(Draft) draft = {.sender = sender, .delivery = delivery, .now = sender->options->now()};
    if (!load_mailing(sender, delivery, error) ||
        !persons_find_uuid(sender->store, delivery->person, compose_for, &draft, error))
        return FALSE;
    if (draft.message)
        hand_over(sender, delivery, draft.message);
    else if (draft.failure)
        settle_without_sending(delivery, DELIVERY_FAILED, draft.failure->message, draft.now);
    else /* the person went since the row was claimed: the next claim sets it aside */
        settle_without_sending(delivery, DELIVERY_RETRY, _(DELIVERIES_GONE), draft.now);
    return TRUE;
}

static gboolean
work(Sender *sender, GError **error)
{
    const SendOptions *options = sender->options;
    g_autoptr(Delivery) current = NULL;
    for (;;) {
        Delivery *next = NULL;
        gboolean idle = FALSE, faulty = sender->faults >= FAULTS_MAX;
        if (!turn(sender, current, !faulty && !stopping(sender), &next, &idle, error))
            return FALSE;
        if (current && options->progress)
            options->progress(sender->summary, options->data);
        delivery_free(current);
        current = next;
        if (current) {
            if (!deliver(sender, current, error))
                return FALSE;
            continue;
        }
        if (stopping(sender) || (!options->watch && (idle || faulty)))
            return TRUE;
        if (faulty || idle)
            pause_for(sender, faulty ? sender->pause : POLL_S);
        if (faulty) /* one try, and the next pause if it fails */
            sender->faults = FAULTS_MAX - 1;
    }
}

static Lock *
lock_sender(Store *store, const SendOptions *options, GError **error)
{
    g_autofree char *path = g_strconcat(store_path(store), ".send", NULL);
    g_autoptr(GError) failure = NULL;
    Lock *lock = lock_take(path, options->actor, options->now(), &failure);
    if (g_error_matches(failure, RUNDRUF_ERROR, RUNDRUF_ERROR_BUSY))
        g_prefix_error(&failure, _("another rundruf send is running on the store %s: "),
                       store_path(store));
    if (failure)
        g_propagate_error(error, g_steal_pointer(&failure));
    return lock;
}

gboolean
send_run(Store *store, Composer *composer, Transport *transport, const SendOptions *options,
         SendSummary *summary, GError **error)
{
    g_autoptr(Lock) lock = lock_sender(store, options, error);
    if (!lock)
        return FALSE;
    g_auto(Sender) sender = {
        .store = store,
        .composer = composer,
        .transport = transport,
        .options = options,
        .summary = summary,
    };
    gboolean done = deliveries_requeue(store, &summary->orphans, error);
    log_count("deliveries.orphaned", summary->orphans);
    return done && work(&sender, error);
}
