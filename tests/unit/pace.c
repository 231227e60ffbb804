/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pace: whose limits hold for whom, what an answer changes, and that no limit is ever passed */
#include "mailing/pace.h"

#include <string.h>

static const Outcome sent = {.kind = OUTCOME_SENT};
static const Outcome slower = {
    .kind = OUTCOME_TEMPORARY, .blame = BLAME_DOMAIN, .remedy = REMEDY_SLOWER};
static const Outcome refused = {
    .kind = OUTCOME_TEMPORARY, .blame = BLAME_DOMAIN, .remedy = REMEDY_HOLD};
static const Outcome greylisted = {
    .kind = OUTCOME_TEMPORARY, .blame = BLAME_RECIPIENT, .remedy = REMEDY_GREYLISTED};
static const Outcome unknown_user = {.kind = OUTCOME_PERMANENT, .blame = BLAME_RECIPIENT};
static const Outcome relay_slower = {
    .kind = OUTCOME_TEMPORARY, .blame = BLAME_RELAY, .remedy = REMEDY_SLOWER};
static const Outcome relay_refused = {
    .kind = OUTCOME_TEMPORARY, .blame = BLAME_RELAY, .remedy = REMEDY_HOLD};

/* `domains`: "NAME=LIMITS;..." */
static Config *
config_of(const char *rate, const char *domain_rate, guint domain_sessions, const char *domains)
{
    Config *config = g_new0(Config, 1);
    config->transport_domains = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    config->transport_domain_sessions = domain_sessions;
    g_assert_true(limits_parse(rate, FALSE, &config->transport_rate));
    g_assert_true(limits_parse(domain_rate, FALSE, &config->transport_domain_rate));
    g_auto(GStrv) rows = g_strsplit(domains, ";", -1);
    for (char **row = rows; *row; row++) {
        g_auto(GStrv) parts = g_strsplit(*row, "=", 2);
        Limits *limits = g_new0(Limits, 1);
        g_assert_true(limits_parse(parts[1], TRUE, limits));
        g_hash_table_insert(config->transport_domains, g_strdup(parts[0]), limits);
    }
    return config;
}

static void
test_groups(void)
{
    static const struct {
        const char *domain, *group;
    } rows[] = {
        {"gmx.de", "gmx"},
        {"WEB.de", "gmx"},
        {"mail.com", "gmx"},
        {"t-online.de", "t-online"},
        {"magenta.de", "t-online"},
        {"hotmail.de", "outlook"},
        {"msn.com", "outlook"},
        {"googlemail.com", "gmail"},
        {"Kommune.example", "kommune.example"},
        {"kommune.example", "kommune.example"},
        {"mail.gmx.de", "mail.gmx.de"},
        {"gmx.net", "gmx.net"}, /* the settings name it */
        {"stadt.example", "stadt.example"},
        {"", ""},
    };
    g_autoptr(Config) config = config_of("none", "none", 0, "gmx.net=1/s;stadt.example=none");
    g_autoptr(Pace) pace = pace_new(config);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *group = pace_group(pace, rows[i].domain);
        g_assert_cmpstr(group, ==, rows[i].group);
        g_assert_true(pace_group(pace, group) == group);
    }
}

/* how many messages may begin at once, and when the next one after them */
static void
test_limits(void)
{
    static const struct {
        const char *rate, *domain_rate;
        guint domain_sessions;
        const char *domains, *domain;
        guint at_once; /* 100: no end is seen */
        gint64 next;
    } rows[] = {
        {"none", "none", 0, "a.test=none", "a.example", 100, 0},
        {"7/s", "none", 0, "a.test=none", "a.example", 7, 1001},
        {"7/s", "5/m", 0, "a.test=none", "a.example", 5, 60001},
        {"7/s 9/m", "50/h", 0, "a.test=none", "a.example", 7, 1001},
        {"none", "none", 3, "a.test=none", "a.example", 3, PACE_NEVER},
        {"none", "none", 3, "a.test=none", "a.test", 100, 0},
        {"none", "2/s", 3, "a.test=4/s", "a.test", 4, 1001},
        {"none", "none", 0, "a.test=4/h 6 sessions", "a.test", 4, 3600001},
        {"none", "none", 0, "a.test=1 session", "a.test", 1, PACE_NEVER},
        {"none", "none", 0, "a.test=1 session", "web.de", 2, PACE_NEVER},
        {"none", "1/h", 1, "a.test=1 session", "gmail.com", 4, PACE_NEVER},
        {"none", "none", 0, "gmx=none", "web.de", 100, 0},
        {"none", "none", 0, "gmx=5/s", "web.de", 5, 1001},
        {"none", "none", 0, "web.de=5/s", "web.de", 5, 1001},
        {"none", "none", 0, "web.de=5/s", "gmx.de", 2, PACE_NEVER},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Config) config =
            config_of(rows[i].rate, rows[i].domain_rate, rows[i].domain_sessions, rows[i].domains);
        g_autoptr(Pace) pace = pace_new(config);
        guint at_once = 0;
        for (; at_once < 100 && pace_next(pace, rows[i].domain, 0) <= 0; at_once++)
            pace_begin(pace, rows[i].domain, 0);
        g_test_message("row %u", i);
        g_assert_cmpuint(at_once, ==, rows[i].at_once);
        g_assert_cmpint(pace_next(pace, rows[i].domain, 0), ==, rows[i].next);
    }
}

/* a group's story: what is done when, and when the next message may begin after that */
typedef struct {
    gint64 now;
    guint begin;            /* messages that begin */
    guint end;              /* messages that end */
    const Outcome *outcome; /* of each of these */
    gint64 next;            /* 0: at once */
    const char *alarm;      /* taken after it */
} Step;

#define S 1000
#define H (3600 * S)

static void
tell(const char *limits, const Step *steps, guint count)
{
    g_autofree char *domains = g_strdup_printf("a.example=%s", limits);
    g_autoptr(Config) config = config_of("none", "none", 0, domains);
    g_autoptr(Pace) pace = pace_new(config);
    for (guint i = 0; i < count; i++) {
        const Step *step = &steps[i];
        g_test_message("%s, step %u", limits, i);
        for (guint j = 0; j < step->begin; j++)
            pace_begin(pace, "a.example", step->now);
        for (guint j = 0; j < step->end; j++)
            pace_end(pace, "a.example", step->outcome, step->now);
        gint64 next = pace_next(pace, "a.example", step->now);
        g_assert_cmpint(next <= step->now ? 0 : next, ==, step->next);
        g_assert_cmpstr(pace_take_alarm(pace), ==, step->alarm);
        /* no other group has heard of it */
        g_assert_cmpint(pace_next(pace, "b.example", step->now), <=, step->now);
    }
    g_assert_null(pace_take_alarm(pace));
}

/* 8 messages in 10 seconds, at once 8: after a complaint 4 at once, one in 2.5 s */
static void
test_slower(void)
{
    static const Step steps[] = {
        {1 * S, 8, 0, NULL, PACE_NEVER, NULL},
        {2 * S, 0, 1, &slower, PACE_NEVER, NULL},
        {3 * S, 0, 3, &slower, PACE_NEVER, NULL}, /* they had begun before */
        {4 * S, 0, 4, &sent, 32 * S, NULL},
        {32 * S, 0, 0, NULL, 0, NULL},
        {32 * S, 1, 0, NULL, 32 * S + 2500, NULL},
        {35 * S, 1, 0, NULL, 37 * S + 500, NULL},
        {38 * S, 1, 0, NULL, 40 * S + 500, NULL},
        {41 * S, 1, 0, NULL, PACE_NEVER, NULL},
        {42 * S, 0, 1, &slower, PACE_NEVER, NULL}, /* 2 at once, one in 5 s */
        {43 * S, 0, 3, &sent, 72 * S, NULL},
        {72 * S, 1, 0, NULL, 77 * S, NULL},
        {77 * S, 1, 0, NULL, PACE_NEVER, NULL},
        {78 * S, 0, 1, &slower, PACE_NEVER, NULL}, /* one, in 10 s */
        {79 * S, 0, 1, &slower, 108 * S, NULL},
        {108 * S, 1, 1, &slower, 138 * S, NULL}, /* and it stays at that */
        {138 * S, 1, 1, &sent, 148 * S, NULL},
        {148 * S, 1, 0, NULL, PACE_NEVER, NULL},
        {149 * S, 0, 1, NULL, 158 * S, NULL},
        /* 10 minutes without a complaint: 2 at once, one in 7.5 s */
        {800 * S, 2, 0, NULL, PACE_NEVER, NULL},
        {801 * S, 0, 1, &greylisted, 807 * S + 500, NULL},
        {802 * S, 0, 1, &unknown_user, 807 * S + 500, NULL},
        /* hours: all is as it was */
        {30 * H, 7, 0, NULL, 0, NULL},
        {30 * H, 1, 0, NULL, PACE_NEVER, NULL},
    };
    tell("8 sessions", steps, G_N_ELEMENTS(steps));
}

/* without limits it begins with what went on, and has no limits when it is over */
static void
test_slower_unlimited(void)
{
    static const Step steps[] = {
        {1 * S, 20, 10, &sent, 0, NULL},
        {2 * S, 0, 1, &slower, PACE_NEVER, NULL}, /* 5 at once, one a second */
        {3 * S, 0, 9, &sent, 32 * S, NULL},
        {32 * S, 1, 0, NULL, 33 * S, NULL},
        {40 * S, 3, 0, NULL, 41 * S, NULL},
        {41 * S, 1, 0, NULL, PACE_NEVER, NULL},
        {42 * S, 0, 5, &sent, 0, NULL},
        {60 * S, 14, 14, &sent, 61 * S, NULL},
        {61 * S, 1, 1, &sent, 62 * S, NULL}, /* 20, but too soon */
        {62 * S, 1, 1, &sent, 62 * S + 750, NULL},
        {30 * H, 100, 0, NULL, 0, NULL},
    };
    tell("none", steps, G_N_ELEMENTS(steps));
}

static void
test_hold(void)
{
    static const Step steps[] = {
        {1 * S, 4, 0, NULL, PACE_NEVER, NULL},
        {2 * S, 0, 1, &refused, PACE_NEVER, "a.example"},
        {3 * S, 0, 1, &refused, PACE_NEVER, NULL}, /* they had begun before */
        {3 * S, 0, 1, &sent, PACE_NEVER, NULL},
        {3 * S, 0, 1, &slower, H + 2 * S, NULL},
        {1 * H, 0, 0, NULL, H + 2 * S, NULL},
        {2 * H, 0, 0, NULL, 0, NULL},
        {2 * H, 1, 0, NULL, PACE_NEVER, NULL}, /* one only */
        {2 * H + 1, 0, 1, &refused, 4 * H + 1, NULL},
        {5 * H, 1, 1, &refused, 9 * H, NULL},
        {10 * H, 1, 1, &refused, 18 * H, NULL},
        {20 * H, 1, 1, &refused, 36 * H, NULL},
        {40 * H, 1, 1, &refused, 64 * H, NULL}, /* a day at most */
        {70 * H, 1, 1, &refused, 94 * H, NULL},
        {100 * H, 1, 1, &relay_refused, 0, NULL},
        {100 * H, 1, 1, &greylisted, 0, NULL},
        {100 * H, 1, 0, NULL, PACE_NEVER, NULL},
        {101 * H, 0, 1, &sent, 0, NULL}, /* it is over */
        {101 * H, 4, 0, NULL, PACE_NEVER, NULL},
        {102 * H, 0, 4, &refused, 103 * H, "a.example"},
    };
    tell("4 sessions", steps, G_N_ELEMENTS(steps));
}

static void
test_relay(void)
{
    static const Step steps[] = {
        {1 * S, 4, 4, &relay_slower, 0, NULL},
        {1 * S, 4, 4, &relay_refused, 0, NULL},
        {1 * S, 4, 4, &greylisted, 0, NULL},
        {1 * S, 4, 4, &unknown_user, 0, NULL},
        {1 * S, 4, 4, NULL, 0, NULL},
        {1 * S, 0, 3, &sent, 0, NULL}, /* more ends than there were beginnings */
        {1 * S, 4, 0, NULL, PACE_NEVER, NULL},
    };
    tell("4 sessions", steps, G_N_ELEMENTS(steps));
}

static void
test_hold_by_hand(void)
{
    g_autoptr(Config) config = config_of("none", "none", 0, "a.test=none");
    g_autoptr(Pace) pace = pace_new(config);
    pace_hold(pace, "WEB.de", 5 * H);
    g_assert_cmpint(pace_held_until(pace, "gmx"), ==, 5 * H);
    g_assert_cmpint(pace_next(pace, "gmx.de", 1 * H), ==, 5 * H);
    g_assert_null(pace_take_alarm(pace));
    pace_begin(pace, "gmx", 6 * H);
    pace_end(pace, "gmx", &refused, 6 * H);
    g_assert_null(pace_take_alarm(pace)); /* a person knows */
    g_assert_cmpint(pace_held_until(pace, "gmx"), ==, 8 * H);
    pace_hold(pace, "gmx", 0);
    g_assert_cmpint(pace_next(pace, "gmx", 7 * H), <=, 7 * H);
    pace_begin(pace, "gmx", 7 * H);
    pace_end(pace, "gmx", &refused, 7 * H);
    pace_begin(pace, "a.example", 7 * H);
    pace_end(pace, "a.example", &refused, 7 * H);
    g_assert_cmpstr(pace_take_alarm(pace), ==, "gmx");
    g_assert_cmpstr(pace_take_alarm(pace), ==, "a.example");
    g_assert_null(pace_take_alarm(pace));
}

/* What happened, of one group or of all. */
typedef struct {
    GArray *began; /* gint64 */
    guint busy, most_busy;
    gint64 held;
} Seen;

static void
check_rates(const GArray *times, const Limits *limits)
{
    for (Span span = 0; span < SPANS; span++) {
        guint first = 0, most = 0;
        for (guint i = 0; i < times->len; i++) {
            gint64 start = g_array_index(times, gint64, i) - limits_span_ms(span);
            while (g_array_index(times, gint64, first) < start)
                first++;
            most = MAX(most, i - first + 1);
        }
        if (limits->messages[span] > 0)
            g_assert_cmpuint(most, <=, limits->messages[span]);
    }
}

static const Outcome *
any_outcome(void)
{
    static const Outcome *const rare[] = {&slower, &refused, &relay_slower, &greylisted, NULL};
    int number = g_test_rand_int_range(0, 2000);
    return number < (int)G_N_ELEMENTS(rare) ? rare[number] : &sent;
}

/* Messages to domains at random begin as soon as they may, last for a while, and end somehow. */
static void
test_property(void)
{
    static const struct {
        const char *domain;
        Limits limits;
    } rows[] = {
        {"a.example", {2, {5, 0, 0}}},        {"b.example", {0, {0, 100, 2000}}},
        {"c.example", {3, {0, 0, 900}}},      {"d.example", {8, {20, 700, 20000}}},
        {"other.example", {4, {10, 300, 0}}}, {"another.example", {4, {10, 300, 0}}},
    };
    const Limits relay = {0, {40, 1200, 40000}};
    g_autoptr(Config) config =
        config_of("40/s 1200/m 40000/h", "10/s 300/m", 4,
                  "a.example=2 sessions 5/s;b.example=100/m 2000/h;c.example=3 sessions 900/h;"
                  "d.example=8 sessions 20/s 700/m 20000/h");
    g_autoptr(Pace) pace = pace_new(config);
    Seen seen[G_N_ELEMENTS(rows)] = {0};
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        seen[i].began = g_array_new(FALSE, FALSE, sizeof(gint64));

    guint events = g_test_slow() ? 2000000 : 400000;
    gint64 now = 0;
    for (guint event = 0; event < events; event++) {
        guint i = (guint)g_test_rand_int_range(0, G_N_ELEMENTS(rows));
        now += g_test_rand_int_range(0, 40) == 0 ? g_test_rand_int_range(0, 2000)
                                                 : g_test_rand_int_range(0, 20);
        if (seen[i].busy > 0 && g_test_rand_int_range(0, 2) == 0) {
            pace_end(pace, rows[i].domain, any_outcome(), now);
            seen[i].busy--;
            seen[i].held = pace_held_until(pace, rows[i].domain);
        } else if (pace_next(pace, rows[i].domain, now) <= now) {
            g_assert_cmpint(now, >=, seen[i].held);
            pace_begin(pace, rows[i].domain, now);
            seen[i].busy++;
            seen[i].most_busy = MAX(seen[i].most_busy, seen[i].busy);
            g_array_append_val(seen[i].began, now);
            g_array_append_val(all, now);
        }
    }

    check_rates(all, &relay);
    g_assert_cmpuint(all->len, >, events / 20);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        check_rates(seen[i].began, &rows[i].limits);
        if (rows[i].limits.sessions > 0)
            g_assert_cmpuint(seen[i].most_busy, <=, rows[i].limits.sessions);
        g_assert_cmpuint(seen[i].began->len, >, 100);
        g_array_unref(seen[i].began);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pace/groups", test_groups);
    g_test_add_func("/pace/limits", test_limits);
    g_test_add_func("/pace/slower", test_slower);
    g_test_add_func("/pace/slower_unlimited", test_slower_unlimited);
    g_test_add_func("/pace/hold", test_hold);
    g_test_add_func("/pace/relay", test_relay);
    g_test_add_func("/pace/hold_by_hand", test_hold_by_hand);
    g_test_add_func("/pace/property", test_property);
    return g_test_run();
}
