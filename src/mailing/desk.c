/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/desk.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "mailing/prepare.h"
#include "store/journal.h"
#include "store/relay_fault.h"

#include <math.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define TRIES         24  /* of a transaction: some three minutes */
#define PAUSE_FIRST_S 0.1 /* between two; doubles */
#define PAUSE_MOST_S  10
#define HURRY_S       5    /* how long it is tried then */
#define PATIENCE_MS   2000 /* of the store: whoever wants the sender to end waits no longer */

struct Desk {
    char *uri;
    Composer *composer;
    DeskOptions options;
    GThread *thread;
    GPtrArray *asked; /* by the sender, not seen by the thread yet */
    int fd;

    GMutex mutex; /* over the rest */
    GCond wake;
    GPtrArray *jobs;    /* for the thread */
    GPtrArray *answers; /* for the sender */
    GError *failure;
    char *hold;
    gint64
        tries_until; /* a monotonic time, microseconds: what fails after that is not tried again */
    gboolean opened, closing;
};

/* What the thread alone has. */
typedef struct {
    Desk *desk;
    Store *store;
    Drafter *drafter;
    GPtrArray *writes;  /* claims and settlements, to be done together; the jobs are its own */
    GPtrArray *done;    /* what has been read */
    GQueue reads;       /* of DeskJob */
    gboolean may_claim; /* as far as roster and disk are concerned, */
    gint64 looked_at;   /* seen then */
} Clerk;

void
desk_job_free(DeskJob *job)
{
    if (!job)
        return;
    g_free(job->domain);
    g_clear_pointer(&job->found, g_ptr_array_unref);
    g_clear_pointer(&job->holds, g_ptr_array_unref);
    g_free(job);
}

static GPtrArray *
new_jobs(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)desk_job_free);
}

static void
ring(Desk *desk)
{
    const guint64 one = 1;
    /* the counter cannot overflow, and so this cannot fail */
    if (write(desk->fd, &one, sizeof one) < 0)
        return;
}

/* Gives all `jobs` back; the array is empty then. */
static void
answer(Desk *desk, GPtrArray *jobs)
{
    if (jobs->len == 0)
        return;
    g_mutex_lock(&desk->mutex);
    for (guint i = 0; i < jobs->len; i++)
        g_ptr_array_add(desk->answers, jobs->pdata[i]);
    g_mutex_unlock(&desk->mutex);
    g_ptr_array_set_size(jobs, 0);
    ring(desk);
}

static void
fail(Desk *desk, GError *failure)
{
    g_mutex_lock(&desk->mutex);
    desk->failure = failure;
    g_mutex_unlock(&desk->mutex);
    ring(desk);
}

/* Whether anything may be claimed; the reason is there for the sender. */
static gboolean
look_around(Clerk *clerk)
{
    Desk *desk = clerk->desk;
    const DeskOptions *options = &desk->options;
    gint64 now = options->now();
    if (clerk->looked_at == now)
        return clerk->may_claim;
    clerk->looked_at = now;
    g_autoptr(GError) reason = NULL;
    gboolean fresh =
        !options->synced_at || mailing_check_roster(options->synced_at(options->data),
                                                    options->max_roster_age, now, &reason);
    clerk->may_claim =
        fresh && mailing_check_space(store_path(clerk->store), options->min_free, &reason);
    g_mutex_lock(&desk->mutex);
    g_free(desk->hold);
    desk->hold = reason ? g_strdup(reason->message) : NULL;
    g_mutex_unlock(&desk->mutex);
    return clerk->may_claim;
}

static gboolean
note_hold(Clerk *clerk, const Hold *hold, GError **error)
{
    g_autofree char *object = g_strdup_printf("domain %s", hold->domain);
    return holds_put(clerk->store, hold, error) &&
           journal_add(clerk->store, hold->since, "send", "hold", object, hold->text, error);
}

static gboolean
write_one(Clerk *clerk, DeskJob *job, GError **error)
{
    gint64 now = clerk->desk->options.now();
    if (job->task == DESK_TIDY)
        return deliveries_pull_in(clerk->store, now + OUTCOME_PAUSE_MOST_S, now, error) &&
               deliveries_miss(clerk->store, now, &job->missed, error) &&
               deliveries_cancel(clerk->store, now, &job->cancelled, error);
    if (job->task == DESK_HOLD)
        return note_hold(clerk, job->holds->pdata[0], error);
    if (job->task == DESK_SETTLE)
        return deliveries_settle(clerk->store, job->draft->delivery, &job->settled, error);
    return !clerk->may_claim || deliveries_claim(clerk->store, job->draft->delivery, now, error);
}

/* What the last message said of the relay: one that may have arrived says nothing. */
static const Outcome *
last_word(const GPtrArray *jobs)
{
    for (guint i = jobs->len; i > 0; i--) {
        const DeskJob *job = jobs->pdata[i - 1];
        if (job->task == DESK_SETTLE && job->draft->message &&
            job->draft->outcome.kind != OUTCOME_UNTRIED &&
            job->draft->outcome.kind != OUTCOME_UNKNOWN)
            return &job->draft->outcome;
    }
    return NULL;
}

static gboolean
note_relay(Clerk *clerk, GError **error)
{
    const Outcome *word = last_word(clerk->writes);
    if (!word)
        return TRUE;
    if (word->blame != BLAME_RELAY)
        return relay_fault_end(clerk->store, error);
    const RelayFault fault = {clerk->desk->options.now(), word->code, word->text};
    return relay_fault_note(clerk->store, &fault, error);
}

/* A transaction that fails leaves the deliveries in memory as they were asked, so that it can be tried
 * again: what a claim changed in them is undone here. */
static void
undo(const GPtrArray *jobs)
{
    for (guint i = 0; i < jobs->len; i++) {
        const DeskJob *job = jobs->pdata[i];
        if (job->task == DESK_CLAIM)
            job->draft->delivery->state =
                job->draft->delivery->attempts > 0 ? DELIVERY_RETRY : DELIVERY_QUEUED;
    }
}

static gboolean
write_all(Clerk *clerk, GError **error)
{
    GPtrArray *jobs = clerk->writes;
    look_around(clerk);
    g_autoptr(StoreTransaction) transaction = store_begin(clerk->store, error);
    gboolean done = transaction != NULL;
    for (guint i = 0; done && i < jobs->len; i++)
        done = write_one(clerk, jobs->pdata[i], error);
    done = done && note_relay(clerk, error) && store_commit(g_steal_pointer(&transaction), error);
    if (!done)
        undo(jobs);
    return done;
}

/* Waits a while after the try `number`; FALSE if there is to be no other. */
static gboolean
pause_clerk(Desk *desk, guint number)
{
    double seconds = MIN(ldexp(PAUSE_FIRST_S, (int)number - 1), PAUSE_MOST_S);
    gint64 end = g_get_monotonic_time() + (gint64)(seconds * G_TIME_SPAN_SECOND);
    g_mutex_lock(&desk->mutex);
    while (!desk->closing && g_get_monotonic_time() < MIN(end, desk->tries_until))
        g_cond_wait_until(&desk->wake, &desk->mutex, MIN(end, desk->tries_until));
    gboolean more = !desk->closing && g_get_monotonic_time() < desk->tries_until;
    g_mutex_unlock(&desk->mutex);
    return more;
}

static gboolean
write_patiently(Clerk *clerk, GError **error)
{
    for (guint i = 1; clerk->writes->len > 0; i++) {
        g_autoptr(GError) failure = NULL;
        if (write_all(clerk, &failure)) {
            answer(clerk->desk, clerk->writes);
            continue;
        }
        if (i == 1)
            log_warning("send.waiting", "reason", failure->message, NULL);
        if (i == TRIES || !pause_clerk(clerk->desk, i)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
find_domains(Clerk *clerk, DeskJob *job, GError **error)
{
    job->found = g_ptr_array_new_with_free_func(g_free);
    job->holds = holds_at(clerk->store, clerk->desk->options.now(), error);
    if (!job->holds)
        return FALSE;
    return !look_around(clerk) || deliveries_domains(clerk->store, clerk->desk->options.now(),
                                                     job->limit, job->found, error);
}

static gboolean
make_drafts(Clerk *clerk, DeskJob *job, GError **error)
{
    gint64 now = clerk->desk->options.now();
    if (!look_around(clerk)) { /* what cannot be claimed must not be begun either */
        job->found = g_ptr_array_new_with_free_func((GDestroyNotify)draft_free);
        return TRUE;
    }
    g_autoptr(GPtrArray) due =
        deliveries_due(clerk->store, job->domain, now, job->after, job->limit, error);
    job->found = due ? drafter_make(clerk->drafter, due, now, error) : NULL;
    return job->found != NULL;
}

static gboolean
read_one(Clerk *clerk, DeskJob *job, GError **error)
{
    g_autoptr(StoreTransaction) snapshot = store_begin_read(clerk->store, error);
    return snapshot && (job->task == DESK_DOMAINS ? find_domains(clerk, job, error)
                                                  : make_drafts(clerk, job, error));
}

/* Takes over what was asked; waits for it if there is nothing else to do. FALSE if the desk is to
 * close and all is done. */
static gboolean
take_jobs(Clerk *clerk)
{
    Desk *desk = clerk->desk;
    g_mutex_lock(&desk->mutex);
    while (desk->jobs->len == 0 && g_queue_is_empty(&clerk->reads) && !desk->closing)
        g_cond_wait(&desk->wake, &desk->mutex);
    gboolean more = desk->jobs->len > 0 || !desk->closing;
    GPtrArray *jobs = desk->jobs;
    desk->jobs = new_jobs();
    g_mutex_unlock(&desk->mutex);
    g_ptr_array_set_free_func(jobs, NULL);
    for (guint i = 0; i < jobs->len; i++) {
        DeskJob *job = jobs->pdata[i];
        if (job->task == DESK_DOMAINS || job->task == DESK_DUE)
            g_queue_push_tail(&clerk->reads, job);
        else
            g_ptr_array_add(clerk->writes, job);
    }
    g_ptr_array_unref(jobs);
    return more;
}

static gboolean
work(Clerk *clerk, GError **error)
{
    while (take_jobs(clerk)) {
        if (!write_patiently(clerk, error))
            return FALSE;
        DeskJob *job = g_queue_pop_head(&clerk->reads);
        if (!job)
            continue;
        g_ptr_array_add(clerk->done, job);
        if (!read_one(clerk, job, error))
            return FALSE;
        answer(clerk->desk, clerk->done);
    }
    return TRUE;
}

static void
note_opened(Desk *desk)
{
    g_mutex_lock(&desk->mutex);
    desk->opened = TRUE;
    g_cond_broadcast(&desk->wake);
    g_mutex_unlock(&desk->mutex);
}

static void
clear_jobs(GPtrArray *jobs)
{
    g_ptr_array_set_free_func(jobs, (GDestroyNotify)desk_job_free);
    g_ptr_array_unref(jobs);
}

static gpointer
run(gpointer data)
{
    Desk *desk = data;
    GError *failure = NULL;
    g_autoptr(Store) store = store_open(desk->uri, 0, &failure);
    if (failure)
        fail(desk, failure);
    note_opened(desk);
    if (!store)
        return NULL;
    store_set_patience(store, PATIENCE_MS);
    g_autoptr(Drafter) drafter = drafter_new(store, desk->composer);
    Clerk clerk = {.desk = desk, .store = store, .drafter = drafter};
    clerk.writes = g_ptr_array_new();
    clerk.done = g_ptr_array_new();
    if (!work(&clerk, &failure))
        fail(desk, failure);
    g_queue_clear_full(&clerk.reads, (GDestroyNotify)desk_job_free);
    clear_jobs(clerk.writes);
    clear_jobs(clerk.done);
    return NULL;
}

Desk *
desk_open(const char *uri, Composer *composer, const DeskOptions *options, GError **error)
{
    Desk *desk = g_new0(Desk, 1);
    desk->uri = g_strdup(uri);
    desk->composer = composer;
    desk->options = *options;
    desk->asked = new_jobs();
    desk->jobs = new_jobs();
    desk->answers = new_jobs();
    desk->tries_until = G_MAXINT64;
    desk->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    g_mutex_init(&desk->mutex);
    g_cond_init(&desk->wake);
    desk->thread = g_thread_new("desk", run, desk);
    g_mutex_lock(&desk->mutex);
    while (!desk->opened)
        g_cond_wait(&desk->wake, &desk->mutex);
    GError *failure = g_steal_pointer(&desk->failure);
    g_mutex_unlock(&desk->mutex);
    if (!failure)
        return desk;
    g_propagate_error(error, failure);
    desk_close(desk);
    return NULL;
}

void
desk_close(Desk *desk)
{
    if (!desk)
        return;
    desk_flush(desk);
    g_mutex_lock(&desk->mutex);
    desk->closing = TRUE;
    g_cond_broadcast(&desk->wake);
    g_mutex_unlock(&desk->mutex);
    g_thread_join(desk->thread);
    if (desk->fd >= 0)
        close(desk->fd);
    g_ptr_array_unref(desk->asked);
    g_ptr_array_unref(desk->jobs);
    g_ptr_array_unref(desk->answers);
    g_clear_error(&desk->failure);
    g_mutex_clear(&desk->mutex);
    g_cond_clear(&desk->wake);
    g_free(desk->hold);
    g_free(desk->uri);
    g_free(desk);
}

void
desk_hurry(Desk *desk)
{
    g_mutex_lock(&desk->mutex);
    desk->tries_until = g_get_monotonic_time() + HURRY_S * G_TIME_SPAN_SECOND;
    g_cond_broadcast(&desk->wake);
    g_mutex_unlock(&desk->mutex);
}

int
desk_fd(const Desk *desk)
{
    return desk->fd;
}

void
desk_ask(Desk *desk, DeskJob *job)
{
    g_ptr_array_add(desk->asked, job);
}

void
desk_flush(Desk *desk)
{
    if (desk->asked->len == 0)
        return;
    g_mutex_lock(&desk->mutex);
    g_ptr_array_extend_and_steal(desk->jobs, g_steal_pointer(&desk->asked));
    g_cond_signal(&desk->wake);
    g_mutex_unlock(&desk->mutex);
    desk->asked = new_jobs();
}

GPtrArray *
desk_take(Desk *desk, GError **error)
{
    guint64 rings;
    /* nothing to read: it has not rung since */
    if (read(desk->fd, &rings, sizeof rings) < 0)
        rings = 0;
    g_mutex_lock(&desk->mutex);
    GPtrArray *answers = desk->answers;
    desk->answers = new_jobs();
    GError *failure = answers->len == 0 ? g_steal_pointer(&desk->failure) : NULL;
    g_mutex_unlock(&desk->mutex);
    if (!failure)
        return answers;
    g_propagate_error(error, failure);
    g_ptr_array_unref(answers);
    return NULL;
}

char *
desk_hold(Desk *desk)
{
    g_mutex_lock(&desk->mutex);
    char *hold = g_strdup(desk->hold);
    g_mutex_unlock(&desk->mutex);
    return hold;
}
