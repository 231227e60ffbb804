/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailing.h - a mailing and its deliveries: values, and the names of their states */
#ifndef RUNDRUF_MODEL_MAILING_H
#define RUNDRUF_MODEL_MAILING_H

#include "model/person.h"

typedef enum {
    MAILING_DRAFT,   /* frozen, not confirmed: nothing is sent */
    MAILING_RUNNING, /* confirmed; done when no delivery is queued, claimed or in retry */
    MAILING_PAUSED,
    MAILING_CANCELLED,
    MAILING_STATES
} MailingState;

typedef enum {
    DELIVERY_QUEUED,
    DELIVERY_CLAIMED,    /* a sender has it */
    DELIVERY_SENT,       /* the relay said 250 to the end of data; settled */
    DELIVERY_RETRY,      /* refused for now, due again */
    DELIVERY_FAILED,     /* will not be tried again: `text` says why */
    DELIVERY_UNKNOWN,    /* the connection ended after the end of data: perhaps it arrived */
    DELIVERY_SUPPRESSED, /* must not get it: `text` says why */
    DELIVERY_MISSED,     /* could not go out before the mailing's not_after */
    DELIVERY_CANCELLED,  /* the mailing was cancelled before it went out */
    DELIVERY_STATES
} DeliveryState;

typedef struct {
    gint64 id;
    char *kind;   /* "invitation" */
    gint64 event; /* row of `event`: the version that is announced */
    char *list;   /* the list's name; NULL: an ad hoc filter */
    char *filter; /* as frozen */
    char *purpose;
    char *sender; /* NULL: the network's */
    MailingState state;
    gint64 frozen_at, due, not_after; /* Unix seconds, UTC */
    char *actor;
} Mailing;

typedef struct {
    gint64 id, mailing;
    guint8 person[UUID_LENGTH];
    char *name;
    char *address; /* NULL: none that can be used */
    DeliveryState state;
    guint attempts;
    gint64 due, claimed_at, settled_at; /* 0: never */
    int code;                           /* the last SMTP reply's code; 0: none */
    char *text;                         /* its text, or the reason of the state */
    char *message_id; /* without < >; set when it was first handed to a transport */
} Delivery;

Mailing *mailing_new(void);
void mailing_free(Mailing *mailing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mailing, mailing_free)
Delivery *delivery_new(void);
void delivery_free(Delivery *delivery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Delivery, delivery_free)

const char *mailing_state_text(MailingState state);
const char *delivery_state_text(DeliveryState state);
gboolean mailing_state_parse(const char *text, MailingState *state);
gboolean delivery_state_parse(const char *text, DeliveryState *state);

#endif
