/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hours.h - a part of each day, as in "08:00-18:00" */
#ifndef RUNDRUF_MODEL_HOURS_H
#define RUNDRUF_MODEL_HOURS_H

#include <glib.h>

#define HOURS_DAY (24 * 60)

/* Minutes since midnight, by the wall clock; `to` is the first minute that is no longer part of it.
 * If it is before `from`, the part goes on past midnight. They are never equal. */
typedef struct {
    int from; /* 0 .. HOURS_DAY - 1 */
    int to;   /* 1 .. HOURS_DAY, or less than `from` */
} Hours;

/* Reads "HH:MM-HH:MM", up to 24:00; FALSE, and `hours` as it was, for what is none. */
gboolean hours_parse(const char *text, Hours *hours);

#endif
