/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock.h - the only place that asks what time it is
 *
 * Everything below the command line takes the time as a parameter (Unix seconds, UTC); commands and
 * long-running loops get it here. */
#ifndef RUNDRUF_BASE_CLOCK_H
#define RUNDRUF_BASE_CLOCK_H

#include <glib.h>

/* Now, in Unix seconds, UTC. */
gint64 clock_now(void);

/* Seconds since some fixed point, never set back: for durations and rates. */
double clock_elapsed(void);

#endif
