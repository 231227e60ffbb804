/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restraint.h - what keeps mail from going, beyond the pace of each domain
 *
 *  - the hours of mailing.window;
 *  - a rest after faults of the relay, a longer one after each that was in vain;
 *  - holds of domains that refuse us, which are in the store (holds.h): they outlive the sender that met
 *    them, and a person may lift them;
 *  - what earlier senders sent within the hour, so that limits hold across senders.
 *
 * Times named `now` are Unix seconds, those named `now_ms` milliseconds of a clock that never goes
 * back. One thread. */
#ifndef RUNDRUF_MAILING_RESTRAINT_H
#define RUNDRUF_MAILING_RESTRAINT_H

#include "mailing/pace.h"
#include "store/holds.h"

#define RESTRAINT_FAULTS_MAX    3 /* of the relay in a row: then it is left alone for a while */
#define RESTRAINT_REST_FIRST_MS (60 * 1000) /* so long; doubles */
#define RESTRAINT_REST_MOST_MS  (15 * 60 * 1000)
#define RESTRAINT_PAST_S        3600 /* the longest span of a limit */

typedef struct Restraint Restraint;

/* `config` must outlive it. */
Restraint *restraint_new(const Config *config);
void restraint_free(Restraint *restraint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Restraint, restraint_free)

/* The pace, which belongs to it. */
Pace *restraint_pace(Restraint *restraint);

/* Counts what went out before. */
gboolean restraint_count_past(Restraint *restraint, Store *store, gint64 now, gint64 now_ms,
                              GError **error);

/* When the hours are on: `now` itself if they are. */
gint64 restraint_opens_at(Restraint *restraint, gint64 now);

/* Until when the relay is left alone, in milliseconds; in the past if it is not. */
gint64 restraint_rests_until(const Restraint *restraint);

/* An attempt has ended: a fault of the relay, or none. */
void restraint_note(Restraint *restraint, const Outcome *outcome, gint64 now_ms);

/* After pace_end(): the next hold that this outcome has brought about, owned by the caller; NULL: none.
 * It is to be written down, and then told to restraint_note_hold(). */
Hold *restraint_take_hold(Restraint *restraint, const Outcome *outcome, gint64 now, gint64 now_ms);
void restraint_note_hold(Restraint *restraint, const Hold *hold);

/* The holds (Hold *) that are written down now: of an earlier sender, too, and without those that a
 * person has lifted. */
void restraint_apply_holds(Restraint *restraint, const GPtrArray *holds, gint64 now, gint64 now_ms);

#endif
