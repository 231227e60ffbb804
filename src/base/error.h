/* SPDX-License-Identifier: GPL-3.0-or-later */
/* error.h - the one error domain
 *
 * Functions that can fail return FALSE or NULL and set a GError of this domain (or of GLib's own).
 * Callers add context with g_prefix_error() and pass it up; only the top of a command prints it,
 * once. The code says what the caller can do about it, and decides the exit status. Messages are
 * whole sentences without a line break, say what to do next, and never hold a secret. */
#ifndef RUNDRUF_BASE_ERROR_H
#define RUNDRUF_BASE_ERROR_H

#include <glib.h>

#define RUNDRUF_ERROR (rundruf_error_quark())

typedef enum {
    RUNDRUF_ERROR_INPUT,     /* what somebody wrote is wrong: file:line:column: what and how else */
    RUNDRUF_ERROR_NOT_FOUND, /* no such list, event, person, file ... */
    RUNDRUF_ERROR_CONFIG,    /* the configuration is wrong or incomplete */
    RUNDRUF_ERROR_STORE,     /* the database: unreadable, damaged, too new, full */
    RUNDRUF_ERROR_BUSY,      /* another process holds the store; the same call may succeed later */
    RUNDRUF_ERROR_DIRECTORY, /* the directory refused, or its answer is void: nothing was changed */
    RUNDRUF_ERROR_UNAVAILABLE, /* the directory cannot be reached now; exit status 75 */
    RUNDRUF_ERROR_STOPPED,     /* a signal asked to stop (wake.h); exit status 75 */
    RUNDRUF_ERROR_TRANSPORT,   /* the mail relay or the spool folder as a whole cannot be used */
    RUNDRUF_ERROR_HELD,  /* a guard held something that a person must approve; exit status 3 */
    RUNDRUF_ERROR_FAILED /* anything else */
} RundrufError;

GQuark rundruf_error_quark(void);

/* Sets an INPUT error that reads "SOURCE:LINE:COLUMN: MESSAGE". `line` and `column` count from 1;
 * a column counts characters, not octets. Returns FALSE, so that parsers can `return` it. */
gboolean error_set_input(GError **error, const char *source, guint line, guint column,
                         const char *format, ...) G_GNUC_PRINTF(5, 6);

#endif
