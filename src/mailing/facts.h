/* SPDX-License-Identifier: GPL-3.0-or-later */
/* facts.h - what the store answers when a filter asks for facts: events, suppressions, lists
 *
 * Each answer is read when it is asked for first, and stays: for one task, not for a process that
 * goes on. A list's members are found by membership.h, whose filters may ask for facts again; a list
 * that would be made of itself is an error with the chain of names. */
#ifndef RUNDRUF_MAILING_FACTS_H
#define RUNDRUF_MAILING_FACTS_H

#include "model/field.h"
#include "store/store.h"

/* `map` is given the result to ask, and both must outlive it, as must `zone`, whose years are meant.
 * Owned by the caller. */
Facts *facts_new(Store *store, FieldMap *map, GTimeZone *zone);

/* Between these two, filters that are resolved are to be those of the list `name`, which may be another
 * one in the store or none yet: one that leads back to it is refused. What was answered before is
 * forgotten by both; nobody may hold it any more. */
void facts_begin_list(Facts *facts, const char *name);
void facts_end_list(Facts *facts);

/* Takes itself from the map. */
void facts_free(Facts *facts);

#endif
