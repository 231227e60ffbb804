/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/agenda.h"

#define BATCH_MOST 48  /* drafts of one domain that wait */
#define TURN_MOST  32  /* that go one after the other: their rows lie together, and so do commits */
#define SOON_MS    500 /* a domain that may go by then gets drafts */

typedef struct {
    char *name;
    const char *group; /* the pace's */
    GQueue waiting;    /* of Draft */
    guint known;       /* waiting and on their way */
    gboolean more;     /* perhaps more rows are due than are known, */
    DeliveryCursor at; /* after this one */
    guint turn;        /* drafts taken since its turn came */
    gboolean lacking;  /* in `lacks` of the agenda */
    gboolean asked;
    gboolean turning; /* in `turns` of the agenda */
} Domain;

struct Agenda {
    Pace *pace;
    GHashTable *domains;   /* name -> Domain */
    GHashTable *known;     /* row id -> Draft, which it owns */
    GQueue turns;          /* of Domain: those with a draft that waits */
    GQueue lacks;          /* of Domain: those that may have more rows due than are known */
    guint waiting, coming; /* drafts; those that were asked for */
    gint64 blocked_until;  /* nothing may go before, unless something ends or comes */
};

static void
domain_free(gpointer data)
{
    Domain *domain = data;
    g_queue_clear(&domain->waiting);
    g_free(domain->name);
    g_free(domain);
}

Agenda *
agenda_new(Pace *pace)
{
    Agenda *agenda = g_new0(Agenda, 1);
    agenda->pace = pace;
    agenda->domains = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, domain_free);
    agenda->known =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)draft_free);
    return agenda;
}

void
agenda_free(Agenda *agenda)
{
    if (!agenda)
        return;
    g_queue_clear(&agenda->turns);
    g_queue_clear(&agenda->lacks);
    g_hash_table_unref(agenda->domains);
    g_hash_table_unref(agenda->known);
    g_free(agenda);
}

static Domain *
get_domain(Agenda *agenda, const char *name)
{
    Domain *domain = g_hash_table_lookup(agenda->domains, name);
    if (domain)
        return domain;
    domain = g_new0(Domain, 1);
    domain->name = g_strdup(name);
    domain->group = pace_group(agenda->pace, name);
    g_queue_init(&domain->waiting);
    g_hash_table_insert(agenda->domains, domain->name, domain);
    return domain;
}

static void
check_lack(Agenda *agenda, Domain *domain)
{
    if (domain->lacking || !domain->more || g_queue_get_length(&domain->waiting) > BATCH_MOST / 2)
        return;
    domain->lacking = TRUE;
    g_queue_push_tail(&agenda->lacks, domain);
}

static void
set_turning(Agenda *agenda, Domain *domain)
{
    agenda->blocked_until = 0;
    if (domain->turning)
        return;
    domain->turning = TRUE;
    g_queue_push_tail(&agenda->turns, domain);
}

/* From the first row again: some may have become due, or been dropped. */
static void
start_over(Domain *domain)
{
    domain->more = TRUE;
    domain->at = (DeliveryCursor){0};
}

void
agenda_add_domain(Agenda *agenda, const char *domain)
{
    Domain *due = get_domain(agenda, domain);
    if (!due->more && due->known == 0)
        start_over(due);
    check_lack(agenda, due);
}

const char *
agenda_lacks(Agenda *agenda, gint64 now, DeliveryCursor *after, guint *limit)
{
    for (guint n = g_queue_get_length(&agenda->lacks); n > 0; n--) {
        if (agenda->waiting + agenda->coming >= AGENDA_DRAFTS_MAX)
            return NULL;
        Domain *domain = g_queue_pop_head(&agenda->lacks);
        domain->lacking = FALSE;
        guint waiting = g_queue_get_length(&domain->waiting);
        /* where one waits already the next look comes when that goes */
        gboolean later = waiting > 0 && pace_next(agenda->pace, domain->group, now) > now + SOON_MS;
        if (domain->asked || later)
            continue;
        domain->asked = TRUE;
        *after = domain->at;
        *limit = BATCH_MOST - waiting;
        agenda->coming += *limit;
        return domain->name;
    }
    return NULL;
}

void
agenda_add_drafts(Agenda *agenda, const char *name, guint limit, GPtrArray *drafts)
{
    Domain *domain = get_domain(agenda, name);
    domain->more = drafts->len >= limit;
    domain->asked = FALSE;
    agenda->coming -= limit;
    for (guint i = 0; i < drafts->len; i++) {
        Draft *draft = drafts->pdata[i];
        domain->at = (DeliveryCursor){draft->delivery->due, draft->delivery->id};
        if (g_hash_table_contains(agenda->known, &draft->delivery->id)) {
            draft_free(draft);
            continue;
        }
        g_hash_table_insert(agenda->known, &draft->delivery->id, draft);
        domain->known++;
        agenda->waiting++;
        g_queue_push_tail(&domain->waiting, draft);
    }
    /* they are all taken over */
    g_ptr_array_set_free_func(drafts, NULL);
    if (!g_queue_is_empty(&domain->waiting))
        set_turning(agenda, domain);
    check_lack(agenda, domain);
}

/* What they say may no longer be so. */
static void
drop_old(Agenda *agenda, Domain *domain, gint64 oldest)
{
    Draft *draft;
    while ((draft = g_queue_peek_head(&domain->waiting)) && draft->made_at < oldest) {
        g_queue_pop_head(&domain->waiting);
        agenda->waiting--;
        agenda_forget(agenda, draft);
        start_over(domain);
    }
    check_lack(agenda, domain);
}

static Draft *
take(Agenda *agenda, Domain *domain, gint64 now)
{
    Draft *draft = g_queue_pop_head(&domain->waiting);
    agenda->waiting--;
    pace_begin(agenda->pace, domain->group, now);
    check_lack(agenda, domain);
    domain->turning = !g_queue_is_empty(&domain->waiting);
    if (domain->turning && ++domain->turn < TURN_MOST) {
        g_queue_push_head(&agenda->turns, domain);
    } else {
        domain->turn = 0;
        if (domain->turning)
            g_queue_push_tail(&agenda->turns, domain);
    }
    return draft;
}

Draft *
agenda_next(Agenda *agenda, gint64 now, gint64 oldest, gint64 *when)
{
    *when = agenda->blocked_until;
    if (now < agenda->blocked_until)
        return NULL;
    gint64 earliest = PACE_NEVER;
    for (guint n = g_queue_get_length(&agenda->turns); n > 0; n--) {
        Domain *domain = g_queue_pop_head(&agenda->turns);
        gint64 next = pace_next(agenda->pace, domain->group, now);
        if (next <= now)
            drop_old(agenda, domain, oldest);
        if (g_queue_is_empty(&domain->waiting)) {
            domain->turning = FALSE;
            continue;
        }
        if (next <= now)
            return take(agenda, domain, now);
        earliest = MIN(earliest, next);
        g_queue_push_tail(&agenda->turns, domain);
    }
    *when = agenda->blocked_until = earliest;
    return NULL;
}

void
agenda_end(Agenda *agenda, const Draft *draft, const Outcome *outcome, gint64 now)
{
    const Domain *domain = get_domain(agenda, draft_domain(draft));
    pace_end(agenda->pace, domain->group, outcome->kind == OUTCOME_UNTRIED ? NULL : outcome, now);
    agenda->blocked_until = 0;
}

void
agenda_forget(Agenda *agenda, Draft *draft)
{
    Domain *domain = get_domain(agenda, draft_domain(draft));
    domain->known--;
    g_hash_table_remove(agenda->known, &draft->delivery->id);
}

void
agenda_put_back(Agenda *agenda, Draft *draft)
{
    Domain *domain = get_domain(agenda, draft_domain(draft));
    g_queue_push_head(&domain->waiting, draft);
    agenda->waiting++;
    set_turning(agenda, domain);
}

guint
agenda_waiting(const Agenda *agenda)
{
    return agenda->waiting;
}

guint
agenda_known(const Agenda *agenda)
{
    return g_hash_table_size(agenda->known);
}

void
agenda_clear(Agenda *agenda)
{
    Domain *domain;
    while ((domain = g_queue_pop_head(&agenda->turns))) {
        domain->turning = FALSE;
        start_over(domain);
        for (Draft *draft; (draft = g_queue_pop_head(&domain->waiting));)
            agenda_forget(agenda, draft);
        check_lack(agenda, domain);
    }
    agenda->waiting = 0;
}
