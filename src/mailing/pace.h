/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pace.h - how fast mail may go: to the relay as a whole, and to each recipient domain
 *
 * A Pace knows the limits, counts what goes, and says when the next message to a domain may begin. No
 * rate is ever passed in any span of its length, wherever it begins (rate.h). A domain is counted as
 * part of a group: its provider's (model/limits.h: gmx for web.de), else itself alone. What
 * transport.domains names has the limits that stand there; a provider else has its built-in ones, and
 * a domain those of transport.domain_rate and domain_sessions. Sessions at the relay are the
 * transport's own matter (transport.sessions).
 *
 * Three answers change a group's pace, and no other's; those that are the relay's fault none:
 *
 * - REMEDY_SLOWER: nothing goes for PACE_PAUSE_MS, then half as many messages at once and in a time
 *   as went before, however many limits allow; with each further one half of that, down to one
 *   message at once and one every PACE_SLOWEST_MS. Each PACE_STEP_TAKEN messages that are taken, but
 *   not within PACE_STEP_MS, or PACE_IDLE_MS without a complaint, give back a quarter.
 * - REMEDY_HOLD: nothing goes for PACE_HOLD_MS, then one message at once; refused again, for twice
 *   that, up to PACE_HOLD_MOST_MS. A person is told once: pace_take_alarm().
 * - A message that is sent ends a run of holds.
 *
 * Answers to messages that had begun before a change say nothing about it and do not count again.
 *
 * Pure but for its own counts: the time is a parameter, in milliseconds, 0 or more, of a clock that
 * never goes back. One thread. Each call is a look-up in a hash table, however many domains there are. */
#ifndef RUNDRUF_MAILING_PACE_H
#define RUNDRUF_MAILING_PACE_H

#include "config/config.h"
#include "transport/outcome.h"

#define PACE_NEVER G_MAXINT64

#define PACE_PAUSE_MS     (30 * 1000)
#define PACE_SLOWEST_MS   (10 * 1000)
#define PACE_STEP_TAKEN   20
#define PACE_STEP_MS      (60 * 1000)
#define PACE_IDLE_MS      (10 * 60 * 1000)
#define PACE_HOLD_MS      (60 * 60 * 1000)
#define PACE_HOLD_MOST_MS (24 * PACE_HOLD_MS)

typedef struct Pace Pace;

/* `config` must outlive it. */
Pace *pace_new(const Config *config);
void pace_free(Pace *pace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pace, pace_free)

/* The name of the group that a domain (ASCII; case does not count) is counted in: what all other
 * functions want. Valid as long as the Pace. */
const char *pace_group(Pace *pace, const char *domain);

/* When a message to `group` may begin: `now` or earlier means at once; PACE_NEVER: not before another
 * one has ended (as many as may be are under way). Another message that begins may put it off. */
gint64 pace_next(Pace *pace, const char *group, gint64 now);

/* A message begins, at a time that pace_next() allows, and ends. pace_end() learns from the outcome;
 * NULL: it has none, it was given back. */
void pace_begin(Pace *pace, const char *group, gint64 now);
void pace_end(Pace *pace, const char *group, const Outcome *outcome, gint64 now);

/* Nothing goes to `group` before `until`, as though an answer had held it, but without an alarm: for a
 * hold that outlives the process. 0 lifts a hold: a person has mended the cause. */
void pace_hold(Pace *pace, const char *group, gint64 until);

/* Until when a group is held; in the past, or 0, if it is not. */
gint64 pace_held_until(Pace *pace, const char *group);

/* The next group that an answer has held since it last took a message, each once; NULL: there is no
 * further one. To be asked after pace_end(). */
const char *pace_take_alarm(Pace *pace);

#endif
