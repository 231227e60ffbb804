/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/restraint.h"

#include "mailing/window.h"
#include "store/deliveries.h"

struct Restraint {
    Pace *pace;
    Window window;
    gint64 looked_at, opens_at; /* Unix seconds: the window was looked at, and opens */
    GHashTable *held;           /* names of domains whose holds are written down */
    guint faults;               /* of the relay, on the last messages in a row */
    gint64 rest, rests_until;   /* milliseconds: the last rest for them, and its end */
};

Restraint *
restraint_new(const Config *config)
{
    Restraint *restraint = g_new0(Restraint, 1);
    restraint->pace = pace_new(config);
    restraint->window = window_of(config);
    restraint->held = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return restraint;
}

void
restraint_free(Restraint *restraint)
{
    if (!restraint)
        return;
    pace_free(restraint->pace);
    g_hash_table_unref(restraint->held);
    g_free(restraint);
}

Pace *
restraint_pace(Restraint *restraint)
{
    return restraint->pace;
}

typedef struct {
    Pace *pace;
    gint64 now, now_ms;
    gint64 latest; /* milliseconds: what has been counted */
} Past;

static void
count_one(const char *domain, gint64 claimed_at, gpointer data)
{
    Past *past = data;
    const char *group = pace_group(past->pace, domain);
    gint64 then = past->now_ms - 1000 * MAX(past->now - claimed_at, 0);
    then = MAX(then, past->latest);
    then = MAX(then, pace_next(past->pace, group, then)); /* limits may have been others then */
    if (then > past->now_ms)
        return;
    past->latest = then;
    pace_begin(past->pace, group, then);
    pace_end(past->pace, group, NULL, then);
}

gboolean
restraint_count_past(Restraint *restraint, Store *store, gint64 now, gint64 now_ms, GError **error)
{
    Past past = {restraint->pace, now, now_ms, 0};
    return deliveries_each_claimed(store, now - RESTRAINT_PAST_S, count_one, &past, error);
}

gint64
restraint_opens_at(Restraint *restraint, gint64 now)
{
    if (restraint->looked_at != now)
        restraint->opens_at = window_next(&restraint->window, now);
    restraint->looked_at = now;
    return restraint->opens_at;
}

gint64
restraint_rests_until(const Restraint *restraint)
{
    return restraint->rests_until;
}

void
restraint_note(Restraint *restraint, const Outcome *outcome, gint64 now_ms)
{
    if (outcome->blame != BLAME_RELAY) {
        restraint->faults = 0;
        restraint->rest = 0;
        return;
    }
    if (++restraint->faults < RESTRAINT_FAULTS_MAX || restraint->rests_until > now_ms)
        return;
    restraint->rest = restraint->rest ? MIN(2 * restraint->rest, RESTRAINT_REST_MOST_MS)
                                      : RESTRAINT_REST_FIRST_MS;
    restraint->rests_until = now_ms + restraint->rest;
    restraint->faults = RESTRAINT_FAULTS_MAX - 1; /* one more, and the next rest */
}

Hold *
restraint_take_hold(Restraint *restraint, const Outcome *outcome, gint64 now, gint64 now_ms)
{
    const char *group = pace_take_alarm(restraint->pace);
    if (!group)
        return NULL;
    Hold *hold = g_new0(Hold, 1);
    hold->domain = g_strdup(group);
    hold->since = now;
    hold->until = now + (pace_held_until(restraint->pace, group) - now_ms) / 1000;
    hold->code = outcome->code;
    hold->text = g_strdup(outcome->text);
    return hold;
}

void
restraint_note_hold(Restraint *restraint, const Hold *hold)
{
    g_hash_table_add(restraint->held, g_strdup(hold->domain));
}

void
restraint_apply_holds(Restraint *restraint, const GPtrArray *holds, gint64 now, gint64 now_ms)
{
    GHashTable *held = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < holds->len; i++) {
        const Hold *hold = holds->pdata[i];
        /* no longer than any is: the clock may have been ahead when it was written */
        gint64 left = MIN(1000 * (hold->until - now), PACE_HOLD_MOST_MS);
        if (!g_hash_table_contains(restraint->held, hold->domain))
            pace_hold(restraint->pace, pace_group(restraint->pace, hold->domain), now_ms + left);
        g_hash_table_add(held, g_strdup(hold->domain));
    }
    GHashTableIter before;
    gpointer domain;
    g_hash_table_iter_init(&before, restraint->held);
    while (g_hash_table_iter_next(&before, &domain, NULL))
        if (!g_hash_table_contains(held, domain))
            pace_hold(restraint->pace, pace_group(restraint->pace, domain), 0);
    g_hash_table_unref(restraint->held);
    restraint->held = held;
}
