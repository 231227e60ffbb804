/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list.h - a named filter with purpose and sender (Verteiler): a value */
#ifndef RUNDRUF_MODEL_LIST_H
#define RUNDRUF_MODEL_LIST_H

#include <glib.h>

typedef struct {
    gint64 id;
    char *name; /* like an event's name: event_name_valid() */
    char *title;
    char *filter;                  /* RFC 4515 */
    char *purpose;                 /* what suppressions refer to, e.g. "invitation" */
    char *sender;                  /* "Name <address>" or an address; NULL: the network's */
    gint64 created_at, changed_at; /* Unix seconds, UTC */
} List;

List *list_new(void);
void list_free(List *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(List, list_free)

#endif
