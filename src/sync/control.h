/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control.h - proof that a search by UUIDs finds anything (inside sync/)
 *
 * What such a search does not find is removed. A server that shows UUIDs and does not let anybody
 * search by them finds nothing, and says so without an error: so UUIDs of entries that are there
 * for sure are looked for, too. One that has gone meanwhile proves nothing, so there are a few. */
#ifndef RUNDRUF_SYNC_CONTROL_H
#define RUNDRUF_SYNC_CONTROL_H

#include "model/person.h"

#define CONTROL_MOST 8

typedef struct {
    guint8 uuids[CONTROL_MOST][UUID_LENGTH];
    guint count;
    gboolean found; /* one of them was, since control_ask() */
} Control;

/* An entry that was shown; more than CONTROL_MOST are not needed. */
void control_add(Control *control, const guint8 uuid[UUID_LENGTH]);

/* Appends them to the UUIDs of a search. */
void control_ask(Control *control, GByteArray *uuids);

/* Each entry that the search finds. */
void control_see(Control *control, const guint8 uuid[UUID_LENGTH]);

/* After the search: DIRECTORY if it proves nothing. */
gboolean control_check(const Control *control, GError **error);

#endif
