/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fact.h - what the store knows of a person, as filters ask it: (registered=EVENT), (list=NAME)
 *
 * These are no attributes: their names are reserved in filters. Of facts about events the value is an
 * event's name, "*" for any event, or "any:2025" for any that began in that year; of `suppressed` a
 * purpose, or "*" for any; of `list` the name of a list. */
#ifndef RUNDRUF_MODEL_FACT_H
#define RUNDRUF_MODEL_FACT_H

#include <glib.h>

typedef enum {
    FACT_INVITED, /* a message about the event went to the person, or is on its way */
    FACT_REGISTERED,
    FACT_DECLINED,
    FACT_UNANSWERED, /* invited, and neither registered nor declined for that event */
    FACT_ATTENDED,
    FACT_SUPPRESSED, /* one of the person's addresses must not get mail */
    FACT_LIST,       /* the person is a member */
    FACTS
} FactKind;

extern const char *const fact_names[]; /* by FactKind; NULL at the end */

/* The fact of that name (ASCII case does not count), or FACTS. */
FactKind fact_find(const char *name);

/* Who answers: filters themselves know no store. */
typedef struct Facts Facts;
struct Facts {
    /* The row numbers (gint64) of the persons for whom it holds, ascending; owned by the Facts, valid as
     * long as they. NULL with INPUT, without a place, if there is no such event or list, or STORE. */
    const GArray *(*find)(Facts *facts, FactKind fact, const char *value, GError **error);
};

/* The events that a fact is about. */
typedef struct {
    char *name;      /* NULL: any */
    gint64 from, to; /* that begin from `from` and before `to`; Unix seconds */
} FactEvents;

/* Reads a filter's value; years are those of `zone`. Whether there is such an event is not asked.
 * INPUT, without a place, if it is none. */
gboolean fact_events_read(FactEvents *events, const char *text, GTimeZone *zone, GError **error);
void fact_events_clear(FactEvents *events);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FactEvents, fact_events_clear)

#endif
