/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deadline.h - an end to waiting on sockets that a library reads by itself (inside directory/)
 *
 * libldap's time-outs end where TLS begins: a server that accepts and never shakes hands holds
 * ldaps:// and StartTLS for ever, and a time-out on the socket is read again (OpenLDAP ITS#8047,
 * #10330). So a thread shuts the socket down when the time has passed, or a signal asks to stop
 * (wake.h); every read from it then ends at once. */
#ifndef RUNDRUF_DIRECTORY_DEADLINE_H
#define RUNDRUF_DIRECTORY_DEADLINE_H

#include <glib.h>

typedef struct Deadline Deadline;

/* Time runs from here on. */
Deadline *deadline_new(gint64 seconds);

/* Watches a socket, also one that comes when the time has passed; deadline_forget() must come
 * before it is closed, as its number may then be another file's. */
void deadline_watch(Deadline *deadline, int fd);
void deadline_forget(Deadline *deadline);

/* TRUE once the time has passed, or a signal has asked to stop. */
gboolean deadline_passed(Deadline *deadline);

/* Ends the thread; the socket stays as it is. NULL does nothing. */
void deadline_free(Deadline *deadline);

#endif
