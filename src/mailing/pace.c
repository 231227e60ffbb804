/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/pace.h"

#include "mailing/rate.h"

/* How much went to a group is counted over this time: what a complaint is about. */
#define TALLY_MS (10 * 1000)

typedef struct {
    char *name;
    guint sessions;    /* at once; 0: no limit */
    Rate rates[SPANS]; /* `last` NULL: no limit */
    guint busy;        /* messages under way */
    guint before;      /* of these, those that began before the last change of pace */

    gint64 tally_start;
    guint tally, tally_last; /* messages since then, and in the time of that length before it */
    gint64 began;            /* when the last one did */

    gint64 gap; /* between beginnings, after a complaint; 0: there was none, or it is over */
    guint gap_sessions; /* at once meanwhile */
    gint64 usual_gap;   /* what went before the first complaint: with that it is over */
    guint usual_sessions;
    gint64 paused; /* until then nothing goes */
    gint64 step;   /* when the pace was changed last */
    guint taken;   /* messages since then */

    gint64 held; /* until then nothing goes */
    guint holds; /* in a row */
} Group;

struct Pace {
    GHashTable *groups; /* a domain or a group's name -> Group, which is not owned */
    GPtrArray *all;     /* of Group *, owned */
    const Config *config;
    Rate rates[SPANS]; /* of the relay */
    GQueue alarms;     /* of Group * */
};

static void
init_rates(Rate rates[SPANS], const Limits *limits)
{
    for (Span span = 0; span < SPANS; span++)
        if (limits->messages[span] > 0)
            rate_init(&rates[span], limits->messages[span], limits_span_ms(span));
}

static void
clear_rates(Rate rates[SPANS])
{
    for (Span span = 0; span < SPANS; span++)
        rate_clear(&rates[span]);
}

/* not before `when` */
static gint64
rates_next(const Rate rates[SPANS], gint64 when)
{
    for (Span span = 0; span < SPANS; span++) {
        gint64 next = rates[span].last ? rate_next(&rates[span]) : G_MININT64;
        when = MAX(when, next);
    }
    return when;
}

static void
rates_add(Rate rates[SPANS], gint64 now)
{
    for (Span span = 0; span < SPANS; span++)
        if (rates[span].last)
            rate_add(&rates[span], now);
}

static void
group_free(gpointer data)
{
    Group *group = data;
    clear_rates(group->rates);
    g_free(group->name);
    g_free(group);
}

static Group *
add_group(Pace *pace, const char *name, const Limits *limits)
{
    Group *group = g_new0(Group, 1);
    group->name = g_strdup(name);
    group->sessions = limits->sessions;
    init_rates(group->rates, limits);
    g_ptr_array_add(pace->all, group);
    g_hash_table_insert(pace->groups, g_strdup(name), group);
    return group;
}

/* the domains of a provider, but for those that the settings name themselves */
static void
add_provider(Pace *pace, const LimitsProvider *provider)
{
    const Limits *limits = g_hash_table_lookup(pace->config->transport_domains, provider->name);
    Group *group = add_group(pace, provider->name, limits ? limits : &provider->limits);
    g_auto(GStrv) domains = g_strsplit(provider->domains, " ", -1);
    for (char **domain = domains; *domain; domain++)
        if (!g_hash_table_contains(pace->config->transport_domains, *domain))
            g_hash_table_insert(pace->groups, g_strdup(*domain), group);
}

Pace *
pace_new(const Config *config)
{
    Pace *pace = g_new0(Pace, 1);
    pace->config = config;
    pace->groups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    pace->all = g_ptr_array_new_with_free_func(group_free);
    g_queue_init(&pace->alarms);
    init_rates(pace->rates, &config->transport_rate);
    for (const LimitsProvider *provider = limits_providers; provider->name; provider++)
        add_provider(pace, provider);
    GHashTableIter iter;
    gpointer name, limits;
    g_hash_table_iter_init(&iter, config->transport_domains);
    while (g_hash_table_iter_next(&iter, &name, &limits))
        if (!g_hash_table_contains(pace->groups, name))
            add_group(pace, name, limits);
    return pace;
}

void
pace_free(Pace *pace)
{
    if (!pace)
        return;
    clear_rates(pace->rates);
    g_queue_clear(&pace->alarms);
    g_hash_table_unref(pace->groups);
    g_ptr_array_unref(pace->all);
    g_free(pace);
}

static Group *
find_group(Pace *pace, const char *domain)
{
    Group *group = g_hash_table_lookup(pace->groups, domain);
    if (group)
        return group;
    g_autofree char *lower = g_ascii_strdown(domain, -1);
    group = g_hash_table_lookup(pace->groups, lower);
    if (group)
        return group;
    Limits limits = pace->config->transport_domain_rate;
    limits.sessions = (guint)pace->config->transport_domain_sessions;
    return add_group(pace, lower, &limits);
}

const char *
pace_group(Pace *pace, const char *domain)
{
    return find_group(pace, domain)->name;
}

/* A quarter more. */
static void
quicken(Group *group)
{
    group->gap = MAX(group->gap * 3 / 4, group->usual_gap);
    group->gap_sessions =
        MIN(group->gap_sessions + MAX(group->gap_sessions / 4, 1), group->usual_sessions);
    if (group->gap == group->usual_gap && group->gap_sessions == group->usual_sessions)
        group->gap = 0;
}

static void
recover(Group *group, gint64 now)
{
    if (group->gap > 0 && group->taken >= PACE_STEP_TAKEN && now - group->step >= PACE_STEP_MS) {
        quicken(group);
        group->step = now;
        group->taken = 0;
    }
    for (; group->gap > 0 && now - group->step >= PACE_IDLE_MS; group->step += PACE_IDLE_MS)
        quicken(group);
}

/* how many messages may be under way; 0: any number */
static guint
sessions_of(const Group *group)
{
    if (group->holds > 0)
        return 1;
    return group->gap > 0 ? group->gap_sessions : group->sessions;
}

gint64
pace_next(Pace *pace, const char *name, gint64 now)
{
    Group *group = find_group(pace, name);
    recover(group, now);
    guint sessions = sessions_of(group);
    if (sessions > 0 && group->busy >= sessions)
        return PACE_NEVER;
    gint64 when = MAX(group->held, group->paused);
    if (group->gap > 0)
        when = MAX(when, group->began + group->gap);
    return rates_next(pace->rates, rates_next(group->rates, when));
}

static void
count(Group *group, gint64 now)
{
    gint64 passed = now - group->tally_start;
    if (passed >= TALLY_MS) {
        group->tally_last = passed < 2 * TALLY_MS ? group->tally : 0;
        group->tally = 0;
        group->tally_start = now;
    }
    group->tally++;
    group->began = now;
}

void
pace_begin(Pace *pace, const char *name, gint64 now)
{
    Group *group = find_group(pace, name);
    group->busy++;
    count(group, now);
    rates_add(group->rates, now);
    rates_add(pace->rates, now);
}

static void
slow_down(Group *group, gint64 now)
{
    if (group->gap == 0) {
        guint went = MAX(group->tally, group->tally_last);
        group->usual_gap = CLAMP(TALLY_MS / MAX(went, 1), 1, PACE_SLOWEST_MS / 2);
        group->usual_sessions = group->sessions > 0 ? group->sessions : group->busy + 1;
        group->gap = group->usual_gap;
        group->gap_sessions = MIN(group->usual_sessions, group->busy + 1);
    }
    group->gap = MIN(2 * group->gap, PACE_SLOWEST_MS);
    group->gap_sessions = MAX(group->gap_sessions / 2, 1);
    group->paused = now + PACE_PAUSE_MS;
    group->step = now;
    group->taken = 0;
    group->before = group->busy;
}

static void
hold(Pace *pace, Group *group, gint64 now)
{
    gint64 length = PACE_HOLD_MS * (G_GINT64_CONSTANT(1) << MIN(group->holds, 5));
    group->held = now + MIN(length, PACE_HOLD_MOST_MS);
    group->before = group->busy;
    if (group->holds++ == 0)
        g_queue_push_tail(&pace->alarms, group);
}

void
pace_end(Pace *pace, const char *name, const Outcome *outcome, gint64 now)
{
    Group *group = find_group(pace, name);
    if (group->busy > 0)
        group->busy--;
    gboolean old = group->before > 0;
    if (old)
        group->before--;
    if (!outcome || outcome->blame == BLAME_RELAY)
        return;
    if (outcome->remedy == REMEDY_HOLD) {
        if (now >= group->held)
            hold(pace, group, now);
    } else if (old) {
        return;
    } else if (outcome->remedy == REMEDY_SLOWER) {
        slow_down(group, now);
    } else if (outcome->kind == OUTCOME_SENT) {
        group->taken++;
        group->holds = 0;
        recover(group, now);
    }
}

void
pace_hold(Pace *pace, const char *name, gint64 until)
{
    Group *group = find_group(pace, name);
    group->held = until;
    group->holds = until == 0 ? 0 : MAX(group->holds, 1);
    group->before = group->busy;
}

gint64
pace_held_until(Pace *pace, const char *name)
{
    return find_group(pace, name)->held;
}

const char *
pace_take_alarm(Pace *pace)
{
    Group *group = g_queue_pop_head(&pace->alarms);
    return group ? group->name : NULL;
}
