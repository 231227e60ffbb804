/* SPDX-License-Identifier: GPL-3.0-or-later */
/* roster.h - the roster in figures, for whoever asks how things stand
 *
 * Run both in one store_begin_read() if they must agree. Errors: STORE, BUSY. */
#ifndef RUNDRUF_STORE_ROSTER_H
#define RUNDRUF_STORE_ROSTER_H

#include "model/person.h"
#include "store/store.h"

typedef struct {
    gint64 persons, municipalities;
    gint64 held, kept; /* of these: the directory does not show them (any more) */
    gint64 audited_at; /* Unix seconds; 0: never */
    GBytes *cookie;    /* of the source written last; NULL: none */
} RosterFigures;

void roster_figures_clear(RosterFigures *figures);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RosterFigures, roster_figures_clear)

gboolean roster_read(Store *store, RosterFigures *figures, GError **error);

/* How many persons and municipalities of the roster the directory does not show: few rows read. */
gboolean roster_missing(Store *store, gint64 *held, gint64 *kept, GError **error);

/* Calls back for each mail address (as it compares: lower case) that several persons have, in its
 * order; attribute by attribute where the map has several for mail. */
typedef void (*RosterSharedFunc)(const char *mail, gint64 persons, gpointer user_data);
gboolean roster_shared_mails(Store *store, const FieldMap *map, RosterSharedFunc func,
                             gpointer user_data, GError **error);

#endif
