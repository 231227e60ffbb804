/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rate.h - one limit: at most N messages in any span of a length, wherever the span begins
 *
 * The times of the last N messages decide: the next one must come later than the one N before it by
 * more than the span. So the limit holds for the clock's milliseconds with both ends of the span
 * counted in, and hence for true times, which a millisecond cuts off; that costs one millisecond a
 * span. A bucket of tokens would let up to twice N pass in one span.
 *
 * Up to RATE_SLOTS messages the times are kept one by one. Of larger limits each slot stands for a
 * run of messages, and has the time of the last of them: the limit still holds, a run merely begins
 * later than it might. That costs less than two runs of the limit: below 2 / (RATE_SLOTS / 2), 0.8 %
 * of it. Memory grows with what is sent, up to 4 KiB. */
#ifndef RUNDRUF_MAILING_RATE_H
#define RUNDRUF_MAILING_RATE_H

#include <glib.h>

#define RATE_SLOTS 512

typedef struct {
    gint64 span;  /* milliseconds */
    guint run;    /* messages to a slot */
    guint slots;  /* runs in a span, at most */
    guint first;  /* the oldest slot, once all are in use */
    guint filled; /* messages of the newest run; 0: none was begun, or it is full */
    GArray *last; /* gint64: when the last message of each run went, a ring of `slots` */
} Rate;

/* `messages` 1 or more, `span` in milliseconds. */
void rate_init(Rate *rate, guint messages, gint64 span);
void rate_clear(Rate *rate);

/* The first millisecond at which a message may go; G_MININT64: at any time. */
gint64 rate_next(const Rate *rate);

/* A message goes at `now`, which is not before rate_next() nor before the last one. */
void rate_add(Rate *rate, gint64 now);

#endif
