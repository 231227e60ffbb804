/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schema.h - the numbered steps that make and grow the tables (inside store/ only)
 *
 * A store's version is the number of steps it has had (PRAGMA user_version). Steps go forward only,
 * each in one transaction; a step that has been released is never changed. */
#ifndef RUNDRUF_STORE_SCHEMA_H
#define RUNDRUF_STORE_SCHEMA_H

#include <glib.h>

extern const char *const schema_steps[]; /* NULL at the end; step n is schema_steps[n - 1] */

/* How many there are: the version of a store of this program. */
int schema_version(void);

#endif
