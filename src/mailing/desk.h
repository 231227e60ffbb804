/* SPDX-License-Identifier: GPL-3.0-or-later */
/* desk.h - a thread of the sender's that has the store
 *
 * The sender never waits for the disk: it asks a desk, and goes on with the network. It has two: one
 * for claims and settlements, one for what is due and the making of messages, so that the first never
 * waits for the second. Claims and settlements that came together while the last commit was on its way
 * are one transaction, so that all sessions share the cost of a durable commit; they are answered when
 * they are durable, never before.
 *
 * A fault that may pass (another program holds the store, the disk is full) is tried again for some
 * minutes, for what has been sent must be written down. */
#ifndef RUNDRUF_MAILING_DESK_H
#define RUNDRUF_MAILING_DESK_H

#include "config/config.h"
#include "mailing/draft.h"
#include "store/deliveries.h"
#include "store/holds.h"

typedef enum {
    DESK_DOMAINS, /* recipient domains with something due, up to `limit`: -> found, holds */
    DESK_DUE,     /* drafts for `domain`, after `after`, up to `limit`: -> found */
    DESK_CLAIM,   /* draft->delivery, as deliveries_claim() */
    DESK_SETTLE,  /* draft->delivery, as deliveries_settle(); -> settled */
    DESK_HOLD,    /* holds_put() of the one in `holds` */
    DESK_TIDY     /* deliveries_miss() and _cancel() -> missed, cancelled; deliveries_pull_in() */
} DeskTask;

/* A question, and then its answer. */
typedef struct {
    DeskTask task;
    Draft *draft; /* CLAIM, SETTLE: belongs to whoever asked */
    char *domain;
    DeliveryCursor after;
    guint limit;
    GPtrArray *found; /* of char *, or of Draft * (free function draft_free) */
    GPtrArray *holds; /* of Hold * */
    gboolean settled;
    guint missed, cancelled;
} DeskJob;

void desk_job_free(DeskJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeskJob, desk_job_free)

typedef struct {
    gint64 (*now)(void);                /* Unix seconds; called in the desk's thread */
    gint64 (*synced_at)(gpointer data); /* when the roster was last in step; the same; NULL: now */
    gpointer data;
    gint64 max_roster_age; /* seconds; an older roster lets nothing be claimed */
    gint64 min_free;       /* MiB; the same if less is free on the disk; 0: any */
} DeskOptions;

typedef struct Desk Desk;

/* Opens the store of `uri` anew, in the thread, which alone uses `composer` (NULL: no drafts are asked of
 * it) until desk_close(). NULL with the errors of store_open(). */
Desk *desk_open(const char *uri, Composer *composer, const DeskOptions *options, GError **error);

/* Lets the desk finish what it was asked, and ends the thread; answers nobody took are lost. */
void desk_close(Desk *desk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Desk, desk_close)

/* The sender is to end: a fault is tried again for some seconds only. */
void desk_hurry(Desk *desk);

/* Readable while there are answers, or the desk has failed. */
int desk_fd(const Desk *desk);

/* Asks; the job is the desk's until it comes back. It is seen by the desk at desk_flush(). */
void desk_ask(Desk *desk, DeskJob *job);
void desk_flush(Desk *desk);

/* The answers that are there (DeskJob *, owned by the caller; none: an empty array). NULL if the desk
 * cannot work any more: STORE, BUSY, CONFIG. */
GPtrArray *desk_take(Desk *desk, GError **error);

/* Why nothing is claimed at the moment (the roster is too old, the disk is full); NULL: no reason. Owned by the
 * caller. */
char *desk_hold(Desk *desk);

#endif
