/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wake.h - signals that ask a long-running command to stop, as a descriptor that poll() sees
 *
 * A flag alone is lost when the signal comes between the look at it and the wait; so the handler
 * also writes to a pipe (the self-pipe trick). Once asked to stop, a process stays so. */
#ifndef RUNDRUF_BASE_WAKE_H
#define RUNDRUF_BASE_WAKE_H

#include <glib.h>

/* From now on SIGINT, SIGTERM and SIGHUP ask to stop, and end nothing by themselves. */
void wake_catch(void);

/* TRUE once one of them has come. */
gboolean wake_asked(void);

/* Becomes readable then, and stays so; -1 before wake_catch(). Never read from it. */
int wake_fd(void);

/* Waits so long, or until asked to stop; TRUE if so. */
gboolean wake_wait(gint64 milliseconds);

#endif
