/* SPDX-License-Identifier: GPL-3.0-or-later */
/* guard.h - whether an answer of the directory may take people away: a pure decision
 *
 * A directory that suddenly shows fewer people has more often lost sight of them (a wrong base, an
 * access rule, a restored backup) than lost them. So a refresh that would take away too many is
 * held until a person says yes. */
#ifndef RUNDRUF_SYNC_GUARD_H
#define RUNDRUF_SYNC_GUARD_H

#include <glib.h>

typedef enum {
    GUARD_PASS,
    GUARD_EMPTY,   /* the answer shows nobody, and somebody is known */
    GUARD_PERCENT, /* more than the allowed share would go */
    GUARD_COUNT    /* more than the allowed number would go */
} GuardVerdict;

/* All counts are of persons and municipalities: `known` before, `shown` by the answer, `lost` of
 * the known ones. Exceeding either limit holds; where nothing is lost everything passes. */
GuardVerdict guard_decide(guint64 known, guint64 shown, guint64 lost, gint64 percent, gint64 count);

/* The reason in words, with the numbers; owned by the caller. */
char *guard_reason(GuardVerdict verdict, guint64 known, guint64 lost, gint64 percent, gint64 count);

#endif
