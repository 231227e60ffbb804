/* SPDX-License-Identifier: GPL-3.0-or-later */
/* registrations.h - the table `registration`: what a person answered to an event, and who came
 *
 * A row is of an event's name (an answer holds for all its versions) and of a person's UUID, so
 * that it outlives the person's row in the roster. With it and the deliveries, filters are answered
 * what fact.h asks. Each call is one statement. Errors: STORE, BUSY. */
#ifndef RUNDRUF_STORE_REGISTRATIONS_H
#define RUNDRUF_STORE_REGISTRATIONS_H

#include "model/fact.h"
#include "model/person.h"
#include "store/store.h"

typedef enum {
    ANSWER_NONE, /* nothing is known: no row */
    ANSWER_REGISTERED,
    ANSWER_DECLINED,
    ANSWER_ATTENDED, /* came, whether registered or not; what was answered before stays */
    ANSWERS
} Answer;

extern const char *const answer_names[]; /* by Answer; NULL at the end */

/* Who answered what: `event` and `author` are borrowed. */
typedef struct {
    const char *event;
    guint8 person[UUID_LENGTH];
    Answer answer;
    gint64 at; /* Unix seconds, UTC */
    const char *author;
} Registration;

/* Writes an answer over the one before: who declines did not come, who came did not decline. */
gboolean registrations_set(Store *store, const Registration *registration, GError **error);

/* What is known: REGISTERED or DECLINED, or NONE; and whether the person came. */
gboolean registrations_find(Store *store, const char *event, const guint8 person[UUID_LENGTH],
                            Answer *answer, gboolean *attended, GError **error);

/* Appends (gint64) the ids of the persons of the roster for whom the fact holds, ascending. Invited
 * is who has a delivery of a confirmed mailing about the event that was sent, perhaps sent
 * (unknown), or is still to be sent; not who was left out (failed, suppressed, missed, cancelled),
 * nor who shares an address with somebody who is invited. */
gboolean registrations_select(Store *store, FactKind fact, const FactEvents *events, GArray *ids,
                              GError **error);

#endif
