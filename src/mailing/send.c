/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/send.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/wake.h"
#include "mailing/agenda.h"
#include "mailing/desk.h"
#include "mailing/notice.h"
#include "mailing/restraint.h"
#include "mailing/send_log.h"
#include "mailing/settle.h"
#include "store/deliveries.h"

#include <sys/epoll.h>
#include <unistd.h>

#define POLL_MS     2000  /* between looks for what has become due */
#define CLOSED_MS   10000 /* between looks at the hours */
#define TIDY_MS     60000 /* between looks for what has been missed */
#define NOTICE_MS   60000 /* between looks for what contact persons are to be told */
#define STOP_MS     25000 /* for what has left to be answered */
#define PATIENCE_MS 60000 /* a run that is to end by itself waits so long for a domain's pace */
#define FRESH_S     300   /* a draft that waited longer is made anew */
#define DOMAINS_MAX 10000 /* looked at in one go */
#define INTERRUPTED N_("the sender was interrupted while it was sent: it may have arrived")

typedef struct {
    Store *store;
    const Config *config;
    const SendOptions *options;
    SendSummary *summary;
    Transport *transport;
    Restraint *restraint;
    Agenda *agenda;
    Desk *ledger; /* claims and settlements */
    Desk *scout;  /* what is due, and its messages: nothing that is claimed waits for them */
    UnknownPolicy policy;
    int wake;        /* readable when a desk or a signal has something to say */
    GArray *events;  /* of the transport */
    guint asked;     /* of the desk and not answered */
    guint flying;    /* drafts that are claimed, or are about to be */
    guint first;     /* session that is served first next time */
    gboolean listed; /* the last look for domains is answered, */
    gboolean found;  /* and there was something that was not known */
    gint64 list_at, tidy_at, notice_at, stop_at; /* milliseconds; stop_at 0: nobody asked to stop */
    gint64 when;                                 /* the next draft that waits may go then */
    gboolean tidying; /* asked of the desk: what it does may let something be due */
    gboolean untidy;  /* something is to be tried again: its mailing may be cancelled by now */
} Sender;

void
send_summary_clear(SendSummary *summary)
{
    g_clear_pointer(&summary->fault, g_free);
    g_clear_pointer(&summary->hold, g_free);
}

static gint64
milliseconds(const Sender *sender)
{
    gint64 time = sender->options->milliseconds ? sender->options->milliseconds()
                                                : g_get_monotonic_time() / 1000;
    return time + RESTRAINT_PAST_S * 1000; /* so that the past is no less than 0 */
}

static void
tell(const Sender *sender, const Draft *draft, const char *what)
{
    send_log_delivery(draft, what, milliseconds(sender) - draft->given_at);
}

static DeskJob *
ask(Sender *sender, DeskTask task)
{
    DeskJob *job = g_new0(DeskJob, 1);
    job->task = task;
    sender->asked++;
    desk_ask(task == DESK_DOMAINS || task == DESK_DUE ? sender->scout : sender->ledger, job);
    return job;
}

static void
ask_about(Sender *sender, DeskTask task, Draft *draft)
{
    draft->stage = task == DESK_CLAIM ? DRAFT_CLAIMING : DRAFT_SETTLING;
    ask(sender, task)->draft = draft;
}

/* A draft that has not been tried ends its way. */
static void
end_untried(Sender *sender, const Draft *draft)
{
    const Outcome untried = {.kind = OUTCOME_UNTRIED};
    agenda_end(sender->agenda, draft, &untried, milliseconds(sender));
}

/* Back to what it was before it was claimed; due at once. */
static void
unclaim(Delivery *delivery)
{
    delivery->state = delivery->attempts > 0 ? DELIVERY_RETRY : DELIVERY_QUEUED;
}

static void
settle_fault(Sender *sender, Draft *draft)
{
    Delivery *delivery = draft->delivery;
    delivery->state = DELIVERY_FAILED;
    delivery->settled_at = sender->options->now();
    g_free(delivery->text);
    delivery->text = g_strdup(draft->fault);
    ask_about(sender, DESK_SETTLE, draft);
}

/* What has no message needs no session. */
static void
handle_messageless(Sender *sender, Draft *draft)
{
    end_untried(sender, draft);
    if (draft->fault) {
        settle_fault(sender, draft);
        return;
    }
    sender->flying++;
    ask_about(sender, DESK_CLAIM, draft);
}

/* Gives messages to sessions that want one, as far as there are any that may go. */
static void
give(Sender *sender)
{
    Transport *transport = sender->transport;
    gint64 now = milliseconds(sender), oldest = sender->options->now() - FRESH_S;
    for (guint i = 0; i < transport->sessions; i++) {
        guint session = (sender->first + i) % transport->sessions;
        while (transport->wants(transport, session)) {
            Draft *draft = agenda_next(sender->agenda, now, oldest, &sender->when);
            if (!draft) {
                sender->first = session;
                return;
            }
            if (!draft->message) {
                handle_messageless(sender, draft);
                continue;
            }
            draft->stage = DRAFT_GIVEN;
            draft->session = session;
            draft->given_at = now;
            transport->give(transport, session, &draft->envelope);
        }
    }
    sender->when = PACE_NEVER; /* sessions are lacking, not drafts that may go */
}

static void
note_fault(Sender *sender, const Outcome *outcome)
{
    g_clear_pointer(&sender->summary->fault, g_free);
    restraint_note(sender->restraint, outcome, milliseconds(sender));
    if (outcome->blame != BLAME_RELAY)
        return;
    sender->summary->fault =
        g_strdup(outcome->text ? outcome->text : _("the relay cannot be used"));
    send_log_fault(outcome->code);
}

/* A domain that refuses us is told to a person, once. */
static void
raise_alarms(Sender *sender, const Outcome *outcome)
{
    gint64 now = sender->options->now(), now_ms = milliseconds(sender);
    Hold *hold;
    while ((hold = restraint_take_hold(sender->restraint, outcome, now, now_ms))) {
        log_warning("domain.held", "domain", hold->domain, NULL);
        DeskJob *job = ask(sender, DESK_HOLD);
        job->holds = g_ptr_array_new_with_free_func((GDestroyNotify)hold_free);
        g_ptr_array_add(job->holds, hold);
    }
}

/* How a draft's way ended: it is written down, or waits again. */
static void
finish(Sender *sender, Draft *draft, const Outcome *outcome)
{
    Delivery *delivery = draft->delivery;
    agenda_end(sender->agenda, draft, outcome, milliseconds(sender));
    if (outcome->kind != OUTCOME_UNTRIED) {
        sender->summary->attempts++;
        note_fault(sender, outcome);
        raise_alarms(sender, outcome);
        settle_delivery(delivery, outcome, sender->policy, sender->options->now(),
                        draft->not_after);
        ask_about(sender, DESK_SETTLE, draft);
    } else if (delivery->state == DELIVERY_CLAIMED) {
        unclaim(delivery);
        ask_about(sender, DESK_SETTLE, draft);
    } else {
        draft->stage = DRAFT_WAITING;
        agenda_put_back(sender->agenda, draft);
    }
}

/* A message that must not go, or not now; its row is seen to already. */
static void
drop(Sender *sender, Draft *draft)
{
    draft->stage = DRAFT_DROPPED;
    sender->transport->drop(sender->transport, draft->session);
}

static void
handle_done(Sender *sender, Draft *draft, Outcome *outcome)
{
    outcome_clear(&draft->outcome);
    draft->outcome = *outcome;
    *outcome = (Outcome){0};
    if (draft->stage == DRAFT_DROPPED) {
        end_untried(sender, draft);
        agenda_forget(sender->agenda, draft);
        return;
    }
    if (draft->stage == DRAFT_CLAIMING) {
        draft->ended = TRUE; /* the desk's answer comes first */
        return;
    }
    if (draft->stage == DRAFT_GOING)
        sender->flying--;
    finish(sender, draft, &draft->outcome);
}

static void
handle_event(Sender *sender, TransportEvent *event)
{
    Draft *draft = event->message->owner;
    if (event->kind == TRANSPORT_DONE) {
        handle_done(sender, draft, &event->outcome);
    } else if (sender->stop_at) {
        drop(sender, draft);
    } else {
        sender->flying++;
        ask_about(sender, DESK_CLAIM, draft);
    }
}

static void
let_go(Sender *sender, Draft *draft)
{
    if (draft->ended) {
        sender->flying--;
        finish(sender, draft, &draft->outcome);
    } else if (draft->message) {
        draft->stage = DRAFT_GOING;
        sender->transport->go(sender->transport, draft->session);
    } else { /* the person is in the roster again: with the next look the message is made */
        sender->flying--;
        unclaim(draft->delivery);
        ask_about(sender, DESK_SETTLE, draft);
    }
}

/* It must not go, or not now. */
static void
hold_back(Sender *sender, Draft *draft)
{
    sender->flying--;
    if (draft->delivery->state == DELIVERY_SUPPRESSED) {
        sender->summary->counts[DELIVERY_SUPPRESSED]++;
        sender->summary->again += draft->again ? 1 : 0;
        tell(sender, draft, "suppressed");
    } else {
        tell(sender, draft, "held_back");
        agenda_clear(sender->agenda); /* others of its mailing, or all, must not go either */
    }
    if (draft->message && !draft->ended) {
        drop(sender, draft);
        return;
    }
    if (draft->message)
        end_untried(sender, draft);
    agenda_forget(sender->agenda, draft);
}

static void
note_settled(Sender *sender, const DeskJob *job)
{
    Draft *draft = job->draft;
    if (job->settled) {
        sender->untidy = sender->untidy || draft->delivery->state == DELIVERY_RETRY;
        sender->summary->counts[draft->delivery->state]++;
        sender->summary->again += draft->again ? 1 : 0;
        tell(sender, draft, delivery_state_text(draft->delivery->state));
    } else {
        tell(sender, draft, "overtaken"); /* cancelled meanwhile, say */
    }
    agenda_forget(sender->agenda, draft);
    if (sender->options->progress)
        sender->options->progress(sender->summary, sender->options->data);
}

static void
note_tidied(Sender *sender, const DeskJob *job)
{
    sender->tidying = FALSE;
    sender->summary->counts[DELIVERY_MISSED] += job->missed;
    sender->summary->counts[DELIVERY_CANCELLED] += job->cancelled;
    send_log_count("deliveries.missed", job->missed);
    send_log_count("deliveries.cancelled", job->cancelled);
}

static void
add_drafts(Sender *sender, DeskJob *job)
{
    guint known = agenda_known(sender->agenda);
    agenda_add_drafts(sender->agenda, job->domain, job->limit, job->found);
    sender->found = sender->found || agenda_known(sender->agenda) > known;
}

static void
hear(Sender *sender, DeskJob *job)
{
    sender->asked--;
    switch (job->task) {
    case DESK_DOMAINS:
        sender->listed = TRUE;
        restraint_apply_holds(sender->restraint, job->holds, sender->options->now(),
                              milliseconds(sender));
        for (guint i = 0; i < job->found->len; i++)
            agenda_add_domain(sender->agenda, job->found->pdata[i]);
        break;
    case DESK_DUE:
        add_drafts(sender, job);
        break;
    case DESK_CLAIM:
        if (job->draft->delivery->state == DELIVERY_CLAIMED)
            let_go(sender, job->draft);
        else
            hold_back(sender, job->draft);
        break;
    case DESK_SETTLE:
        note_settled(sender, job);
        break;
    case DESK_HOLD: /* from now on a look that does not find it means that a person has lifted it */
        restraint_note_hold(sender->restraint, job->holds->pdata[0]);
        break;
    case DESK_TIDY:
        note_tidied(sender, job);
        break;
    }
}

static gboolean
hear_desk(Sender *sender, Desk *desk, GError **error)
{
    g_autoptr(GPtrArray) answers = desk_take(desk, error);
    for (guint i = 0; answers && i < answers->len; i++)
        hear(sender, answers->pdata[i]);
    return answers != NULL;
}

/* Nothing is known to be sent, on its way, or asked for. */
static gboolean
is_idle(const Sender *sender)
{
    return sender->asked == 0 && agenda_known(sender->agenda) == 0;
}

/* The last look has found nothing. */
static gboolean
nothing_due(const Sender *sender)
{
    return is_idle(sender) && sender->listed && !sender->found;
}

/* Whatever keeps mail from going, what is too late by now is told. */
static void
tidy(Sender *sender)
{
    gint64 now = milliseconds(sender);
    gboolean last = sender->untidy && is_idle(sender);
    if ((now < sender->tidy_at && !last) || sender->stop_at)
        return;
    sender->tidy_at = now + TIDY_MS;
    sender->untidy = FALSE;
    sender->tidying = TRUE;
    ask(sender, DESK_TIDY);
}

/* Tells contact persons of their mailings, while nothing is on its way. */
static void
tell_people(Sender *sender)
{
    gint64 now = milliseconds(sender);
    gboolean quiet = sender->asked == 0 && sender->flying == 0 &&
                     agenda_known(sender->agenda) == agenda_waiting(sender->agenda);
    if (!quiet || sender->stop_at || now < sender->notice_at)
        return;
    sender->notice_at = now + NOTICE_MS;
    notice_send_due(sender->store, sender->config, sender->transport, sender->options->now());
}

/* Asks the desk for what the agenda lacks, and whether there is more. */
static void
look_for_more(Sender *sender)
{
    gint64 now = milliseconds(sender);
    guint limit;
    DeliveryCursor after;
    const char *domain;
    while ((domain = agenda_lacks(sender->agenda, now, &after, &limit))) {
        DeskJob *job = ask(sender, DESK_DUE);
        job->domain = g_strdup(domain);
        job->after = after;
        job->limit = limit;
    }
    gboolean again = is_idle(sender) && !nothing_due(sender);
    if (sender->tidying || (now < sender->list_at && !again))
        return;
    sender->list_at = now + POLL_MS;
    sender->listed = sender->found = FALSE;
    ask(sender, DESK_DOMAINS)->limit = DOMAINS_MAX;
}

/* Whether the hours of mailing.window are on. */
static gboolean
is_open(Sender *sender)
{
    gint64 now = sender->options->now();
    return restraint_opens_at(sender->restraint, now) <= now;
}

static gboolean
is_resting(const Sender *sender)
{
    return restraint_rests_until(sender->restraint) > milliseconds(sender);
}

/* How long nothing is to be done but by an event. */
static gint64
wait_ms(Sender *sender)
{
    gint64 now = milliseconds(sender);
    /* while the desk tidies, the next look waits for it: look_for_more() */
    gint64 until = sender->tidying ? sender->tidy_at : sender->list_at;
    if (sender->stop_at)
        until = sender->stop_at;
    else if (is_resting(sender))
        until = restraint_rests_until(sender->restraint);
    else if (!is_open(sender)) /* the clock may be set: it is looked at again before they are on */
        until = now + CLOSED_MS;
    else if (agenda_waiting(sender->agenda) > 0)
        until = MIN(until, sender->when);
    return MAX(until - now, 0);
}

static gboolean
watch_fd(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* Once a signal has come it is not looked for again: its descriptor stays readable. */
static void
look_for_signal(Sender *sender)
{
    if (sender->stop_at || !wake_asked())
        return;
    sender->stop_at = milliseconds(sender) + STOP_MS;
    desk_hurry(sender->ledger);
    if (wake_fd() >= 0)
        epoll_ctl(sender->wake, EPOLL_CTL_DEL, wake_fd(), NULL);
}

/* What waits must do so for longer than this run will. */
static gboolean
must_wait(Sender *sender, gint64 now)
{
    if (agenda_waiting(sender->agenda) == 0 ||
        agenda_waiting(sender->agenda) < agenda_known(sender->agenda) || sender->asked > 0 ||
        sender->when <= now + PATIENCE_MS)
        return FALSE;
    if (sender->when < PACE_NEVER)
        sender->summary->later = sender->options->now() + (sender->when - now) / 1000;
    return TRUE;
}

static gboolean
is_finished(Sender *sender)
{
    gint64 now = milliseconds(sender);
    if (sender->stop_at)
        return (sender->flying == 0 && sender->asked == 0) || now >= sender->stop_at;
    if (sender->options->watch)
        return FALSE;
    gboolean open = is_open(sender);
    if (!open)
        sender->summary->later = restraint_opens_at(sender->restraint, sender->options->now());
    if (is_resting(sender) || !open)
        return sender->flying == 0 && sender->asked == 0;
    return nothing_due(sender) || must_wait(sender, now);
}

static gboolean
turn(Sender *sender, GError **error)
{
    Transport *transport = sender->transport;
    g_array_set_size(sender->events, 0);
    gboolean good =
        transport->turn(transport, sender->wake, wait_ms(sender), sender->events, error);
    for (guint i = 0; i < sender->events->len; i++)
        handle_event(sender, &g_array_index(sender->events, TransportEvent, i));
    return good;
}

static gboolean
work(Sender *sender, GError **error)
{
    for (;;) {
        if (!hear_desk(sender, sender->ledger, error) || !hear_desk(sender, sender->scout, error))
            return FALSE;
        look_for_signal(sender);
        tidy(sender);
        if (!sender->stop_at && !is_resting(sender) && is_open(sender)) {
            look_for_more(sender);
            give(sender);
        }
        desk_flush(sender->ledger);
        desk_flush(sender->scout);
        gboolean finished = is_finished(sender);
        if (finished || sender->options->watch)
            tell_people(sender);
        if (finished)
            return TRUE;
        if (!turn(sender, error))
            return FALSE;
    }
}

static char *
lock_path(Store *store)
{
    return g_strconcat(store_path(store), ".send", NULL);
}

char *
send_holder(Store *store)
{
    g_autofree char *path = lock_path(store);
    return lock_holder(path);
}

gint64
send_last_end(Store *store)
{
    g_autofree char *path = lock_path(store);
    return lock_noted(path);
}

static Lock *
lock_sender(Store *store, const SendOptions *options, GError **error)
{
    g_autofree char *path = lock_path(store);
    g_autoptr(GError) failure = NULL;
    Lock *lock = lock_take(path, options->actor, options->now(), &failure);
    if (g_error_matches(failure, RUNDRUF_ERROR, RUNDRUF_ERROR_BUSY))
        g_prefix_error(&failure, _("another rundruf send is running on the store %s: "),
                       store_path(store));
    if (failure)
        g_propagate_error(error, g_steal_pointer(&failure));
    return lock;
}

static void
note_orphan(gint64 delivery, gint64 mailing, guint attempts, gpointer data)
{
    Sender *sender = data;
    sender->summary->orphans++;
    send_log_orphan(delivery, mailing, attempts, settle_orphan(sender->policy));
}

/* What a sender that died left. */
static gboolean
recover(Store *store, Sender *sender, GError **error)
{
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    if (!transaction ||
        !deliveries_recover(store, settle_orphan(sender->policy), sender->options->now(),
                            _(INTERRUPTED), note_orphan, sender, error) ||
        !store_commit(g_steal_pointer(&transaction), error))
        return FALSE;
    send_log_count("deliveries.orphaned", sender->summary->orphans);
    return TRUE;
}

static gboolean
start(Sender *sender, Store *store, const Config *config, Composer *composer, GError **error)
{
    const DeskOptions options = {
        .now = sender->options->now,
        .synced_at = sender->options->synced_at,
        .data = sender->options->data,
        .max_roster_age = config->mailing_max_roster_age,
        .min_free = config->transport_min_free,
    };
    sender->policy = settle_policy(config->mailing_on_unknown);
    sender->restraint = restraint_new(config);
    if (!recover(store, sender, error) ||
        !restraint_count_past(sender->restraint, store, sender->options->now(),
                              milliseconds(sender), error))
        return FALSE;
    sender->agenda = agenda_new(restraint_pace(sender->restraint));
    sender->ledger = desk_open(config->store_uri, NULL, &options, error);
    sender->scout = sender->ledger ? desk_open(config->store_uri, composer, &options, error) : NULL;
    if (!sender->scout)
        return FALSE;
    sender->events = g_array_new(FALSE, TRUE, sizeof(TransportEvent));
    sender->wake = epoll_create1(EPOLL_CLOEXEC);
    if (watch_fd(sender->wake, desk_fd(sender->ledger)) &&
        watch_fd(sender->wake, desk_fd(sender->scout)) &&
        (wake_fd() < 0 || watch_fd(sender->wake, wake_fd())))
        return TRUE;
    g_set_error(
        error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED,
        _("the system has no more file descriptors; end other programs, or raise the limit"));
    return FALSE;
}

/* The desks before the agenda: they may still have drafts in hand. */
static void
sender_clear(Sender *sender)
{
    if (sender->scout)
        sender->summary->hold = desk_hold(sender->scout);
    desk_close(sender->scout);
    desk_close(sender->ledger);
    agenda_free(sender->agenda);
    restraint_free(sender->restraint);
    if (sender->events)
        g_array_unref(sender->events);
    if (sender->wake >= 0)
        close(sender->wake);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sender, sender_clear)

gboolean
send_run(Store *store, const Config *config, Composer *composer, Transport *transport,
         const SendOptions *options, SendSummary *summary, GError **error)
{
    g_autoptr(Lock) lock = lock_sender(store, options, error);
    if (!lock)
        return FALSE;
    g_auto(Sender) sender = {
        .store = store,
        .config = config,
        .options = options,
        .summary = summary,
        .transport = transport,
        .wake = -1,
    };
    gboolean good = start(&sender, store, config, composer, error) && work(&sender, error);
    g_autoptr(GError) failure = NULL;
    if (!lock_note(lock, options->now(), &failure))
        log_warning("send.unnoted", "reason", failure->message, NULL);
    return good;
}
