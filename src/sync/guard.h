/* SPDX-License-Identifier: GPL-3.0-or-later */
/* guard.h - whether an answer of the directory may take people away: a pure decision
 *
 * A directory that suddenly shows fewer people has more often lost sight of them (a wrong base, an
 * access rule, a restored backup) than lost them. So a refresh that would take away too many is
 * held until a person says yes. What went shortly before counts, too: else a feed that tells them
 * one by one would empty the roster. */
#ifndef RUNDRUF_SYNC_GUARD_H
#define RUNDRUF_SYNC_GUARD_H

#include <glib.h>

#define GUARD_WINDOW_HOURS 24
#define GUARD_WINDOW_S     ((gint64)GUARD_WINDOW_HOURS * 3600)

typedef enum {
    GUARD_PASS,
    GUARD_EMPTY,   /* the answer shows nobody, and somebody is known */
    GUARD_PERCENT, /* more than the allowed share would go */
    GUARD_COUNT    /* more than the allowed number would go */
} GuardVerdict;

/* Persons and municipalities; those that are kept although they are not shown are in none of it. */
typedef struct {
    guint64 known;  /* before */
    guint64 shown;  /* by the answer */
    guint64 lost;   /* of the known ones */
    guint64 recent; /* that syncs took away within GUARD_WINDOW_S, or since the last approval */
} GuardCounts;

/* Exceeding either limit holds; where nothing is lost everything passes. */
GuardVerdict guard_decide(const GuardCounts *counts, gint64 percent, gint64 count);

/* The reason in words, with the numbers; owned by the caller. */
char *guard_reason(GuardVerdict verdict, const GuardCounts *counts, gint64 percent, gint64 count);

#endif
