/* SPDX-License-Identifier: GPL-3.0-or-later */
/* uuids.h - UUIDs as keys of hash tables (inside sync/) */
#ifndef RUNDRUF_SYNC_UUIDS_H
#define RUNDRUF_SYNC_UUIDS_H

#include "model/person.h"

/* For g_hash_table_new(): keys are UUID_LENGTH octets. */
guint uuids_hash(gconstpointer uuid);
gboolean uuids_equal(gconstpointer a, gconstpointer b);

/* A set that owns its UUIDs. */
GHashTable *uuids_set_new(void);
void uuids_set_add(GHashTable *set, const guint8 uuid[UUID_LENGTH]);

/* SHA-256 over an array of `const guint8 *`, which is sorted by it: equal for equal sets. */
GBytes *uuids_digest(GPtrArray *uuids);

#endif
