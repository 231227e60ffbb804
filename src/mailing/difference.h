/* SPDX-License-Identifier: GPL-3.0-or-later */
/* difference.h - who came into a list since some time, who left it, and through what
 *
 * The list as it was then (its history, store/list_changes.h) is applied to the roster as it was then
 * (store/traces.h), and compared with the list and the roster as they are. If the list itself did not
 * change, only persons that did, or whose municipality did, are looked at. */
#ifndef RUNDRUF_MAILING_DIFFERENCE_H
#define RUNDRUF_MAILING_DIFFERENCE_H

#include "mailing/membership.h"

typedef enum {
    CAUSE_ADDED,   /* the roster did not have the person then */
    CAUSE_REMOVED, /* the roster has lost the person */
    CAUSE_TERM,    /* a term of the list's filters holds now, or no longer: `what` with values */
    CAUSE_LIST,    /* the list was changed: `what` is the property */
    CAUSE_BY_HAND  /* `old` and `new` are "include", "exclude" or NULL; `what` is the reason */
} CauseKind;

typedef struct {
    CauseKind kind;
    char *what, *old, *new; /* NULL: there was none */
    char *author;           /* of LIST and BY_HAND */
    gint64 at;              /* when, or when last; Unix seconds; 0: not known */
} Cause;

typedef struct {
    guint8 person[UUID_LENGTH];
    char *name, *mail; /* as they are, or were; `mail` may be NULL */
    gboolean came;     /* or left */
    GPtrArray *causes; /* of Cause, never empty */
} Difference;

void difference_free(Difference *difference);

/* Of Difference, those who came first, then by name; owned by the caller. `since`: Unix seconds; of a
 * time before the list was made, or longer ago than traces are kept, it is set to that. NULL with an
 * error. Run it in store_begin_read(). */
GPtrArray *difference_find(Store *store, const List *list, const FieldMap *map, gint64 now,
                           gint64 *since, GError **error);

#endif
