/* SPDX-License-Identifier: GPL-3.0-or-later */
/* draft.h - a delivery that is due, with its message as it will go on the wire
 *
 * A Drafter keeps what the messages of a mailing have in common; it has a Store and a Composer, and
 * belongs to their thread. A Draft is a value that may change hands. */
#ifndef RUNDRUF_MAILING_DRAFT_H
#define RUNDRUF_MAILING_DRAFT_H

#include "message/compose.h"
#include "store/store.h"
#include "transport/transport.h"

typedef enum {
    DRAFT_WAITING,
    DRAFT_GIVEN,    /* to a session */
    DRAFT_CLAIMING, /* asked of the desk */
    DRAFT_GOING,    /* claimed, its content is on the way */
    DRAFT_DROPPED,  /* must not go; the transport has still to give it back */
    DRAFT_SETTLING  /* asked of the desk */
} DraftStage;

typedef struct {
    Delivery *delivery;
    gint64 not_after; /* of its mailing */
    GBytes *message;  /* NULL: it cannot be made, and `fault` says why */
    char *fault;      /* in words for the report; NULL: none */
    gboolean again;   /* it had been to be tried again */
    gboolean gone;    /* no message, for the person has left the roster: a claim settles that */
    char *return_path, *name;  /* `name`: unique and repeatable for a delivery */
    TransportMessage envelope; /* borrows all that; its owner is the draft */
    gint64 made_at;            /* Unix seconds */

    /* the sender's: where it is on its way */
    DraftStage stage;
    guint session;
    gint64 given_at; /* milliseconds of the sender's clock: to a session; 0: to none */
    Outcome outcome; /* DRAFT_CLAIMING: the relay was faster, `ended` */
    gboolean ended;
} Draft;

void draft_free(Draft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Draft, draft_free)

/* The recipient's domain; the draft's. */
const char *draft_domain(const Draft *draft);

typedef struct Drafter Drafter;

Drafter *drafter_new(Store *store, Composer *composer);
void drafter_free(Drafter *drafter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Drafter, drafter_free)

/* Makes the messages of deliveries (Delivery *), which it takes over: an array of Draft * in the same
 * order, owned by the caller. What is wrong with one message is its draft's matter; NULL with STORE if
 * the store cannot be read, CONFIG if no message can be made. */
GPtrArray *drafter_make(Drafter *drafter, GPtrArray *deliveries, gint64 now, GError **error);

#endif
