/* SPDX-License-Identifier: GPL-3.0-or-later */
/* belong.h - which municipality a person belongs to, by the rows of the mirror (inside sync/)
 *
 * A person's row can answer that when it is written; whom another row's change concerns, is noted
 * and resolved at the end, when all rows are what they will be. */
#ifndef RUNDRUF_SYNC_BELONG_H
#define RUNDRUF_SYNC_BELONG_H

#include "sync/classify.h"
#include "sync/place.h"

typedef struct {
    const Config *config;
    Places *places;
    Membership membership;
    GHashTable *answers; /* reference -> municipality's row (gint64), as far as it was asked for */
    gboolean keyed;      /* MEMBERSHIP_VALUE: `answers` holds all keys */
    GArray *subtrees;    /* gint64: rows below which the tree may mean another municipality */
    gboolean all;        /* anybody may belong elsewhere now */
} Belong;

void belong_init(Belong *belong, const Config *config, Places *places);
void belong_clear(Belong *belong);

/* The municipality of a person below row `parent` with these attributes; 0: none. */
gboolean belong_of(Belong *belong, gint64 parent, const Attributes *person, gint64 *municipality,
                   GError **error);

/* `old` (id 0: none) has become `now` (NULL: it went); `named`: by another name. */
void belong_note(Belong *belong, const EntryRow *old, const EntryRow *now, gboolean named,
                 gboolean content_changed);

/* What lies above row `id`, or its kind, has changed. */
void belong_note_subtree(Belong *belong, gint64 id);

/* Appends pairs (gint64: person, municipality) of those whose row says otherwise. */
gboolean belong_resolve(Belong *belong, GArray *pairs, GError **error);

#endif
