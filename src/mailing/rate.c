/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/rate.h"

void
rate_init(Rate *rate, guint messages, gint64 span)
{
    guint run = (messages + RATE_SLOTS - 1) / RATE_SLOTS;
    *rate = (Rate){
        .span = span,
        .run = run,
        .slots = messages / run,
        .last = g_array_new(FALSE, FALSE, sizeof(gint64)),
    };
}

void
rate_clear(Rate *rate)
{
    g_clear_pointer(&rate->last, g_array_unref);
}

gint64
rate_next(const Rate *rate)
{
    if (rate->filled > 0 || rate->last->len < rate->slots)
        return G_MININT64;
    return g_array_index(rate->last, gint64, rate->first) + rate->span + 1;
}

/* Opens a run, in a new slot or in the oldest one. */
static void
begin_run(Rate *rate, gint64 now)
{
    if (rate->last->len < rate->slots) {
        g_array_append_val(rate->last, now);
        return;
    }
    g_array_index(rate->last, gint64, rate->first) = now;
    rate->first = (rate->first + 1) % rate->slots;
}

void
rate_add(Rate *rate, gint64 now)
{
    if (rate->filled == 0)
        begin_run(rate, now);
    else
        g_array_index(rate->last, gint64, (rate->first + rate->last->len - 1) % rate->last->len) =
            now;
    rate->filled = (rate->filled + 1) % rate->run;
}
