/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda.h - which message goes next: what is due, by recipient domain, and what may go now
 *
 * The agenda has the drafts that wait, a few for each domain, and knows of all that are on their way,
 * so that none is there twice. Domains take turns; one that must wait (pace.h) keeps no other
 * waiting. It asks for nothing itself: the sender asks the desk what the agenda lacks, and tells the
 * answers. Times are milliseconds of a clock that never goes back. One thread. */
#ifndef RUNDRUF_MAILING_AGENDA_H
#define RUNDRUF_MAILING_AGENDA_H

#include "mailing/draft.h"
#include "mailing/pace.h"
#include "store/deliveries.h"

#define AGENDA_DRAFTS_MAX 512 /* made and waiting, of all domains */

typedef struct Agenda Agenda;

/* `pace` must outlive it. */
Agenda *agenda_new(Pace *pace);
void agenda_free(Agenda *agenda);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Agenda, agenda_free)

/* Something is due to that domain. */
void agenda_add_domain(Agenda *agenda, const char *domain);

/* A domain for which drafts are lacking, after which row to look, and how many to make; NULL: none. It is
 * not named again before agenda_add_drafts(). The name is the agenda's. */
const char *agenda_lacks(Agenda *agenda, gint64 now, DeliveryCursor *after, guint *limit);

/* What was found for it (Draft *, taken over; those that are known already are dropped): the last if they
 * are fewer than were asked for. */
void agenda_add_drafts(Agenda *agenda, const char *domain, guint limit, GPtrArray *drafts);

/* The next draft that may go, which is on its way then; the agenda's. Drafts made before `oldest` (Unix
 * seconds) are dropped, to be made anew. NULL: none may go; `when` is the earliest time for one that
 * waits (PACE_NEVER: after another one has ended, or none waits). */
Draft *agenda_next(Agenda *agenda, gint64 now, gint64 oldest, gint64 *when);

/* A draft on its way came to an end, or could not even start (kind OUTCOME_UNTRIED): pace_end() hears of
 * it. The row is still known until agenda_forget(), by which the agenda frees it, or agenda_put_back(),
 * by which it waits again, before all others of its domain. */
void agenda_end(Agenda *agenda, const Draft *draft, const Outcome *outcome, gint64 now);
void agenda_forget(Agenda *agenda, Draft *draft);
void agenda_put_back(Agenda *agenda, Draft *draft);

/* Drafts that wait, and that are known at all. */
guint agenda_waiting(const Agenda *agenda);
guint agenda_known(const Agenda *agenda);

/* Drops all that wait, to be looked for anew: their mailing may be paused, say. */
void agenda_clear(Agenda *agenda);

#endif
