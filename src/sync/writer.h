/* SPDX-License-Identifier: GPL-3.0-or-later */
/* writer.h - the rows of a first sync, written by a second thread while the next entries are read
 * (inside sync/)
 *
 * writer_start() in the caller's transaction; from then until writer_rows() the store and the terms
 * are the writer's, and nobody else may touch them. writer_add() copies all it is given. After
 * writer_rows() the store is the caller's again, while the thread still sorts the terms;
 * writer_finish() waits for that. Whatever fails is told by the next call; a writer that is freed
 * before has written rows that the caller must roll back. */
#ifndef RUNDRUF_SYNC_WRITER_H
#define RUNDRUF_SYNC_WRITER_H

#include "store/entries.h"
#include "store/terms.h"

typedef struct Writer Writer;

Writer *writer_start(Store *store, Terms *terms);
void writer_free(Writer *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Writer, writer_free)

/* A new row, by ascending ids, with the BLOB of its attributes. */
gboolean writer_add(Writer *writer, const EntryRow *row, const GByteArray *blob, GError **error);

/* After the last one: waits until all rows are written. */
gboolean writer_rows(Writer *writer, GError **error);

/* Waits until the terms are ready for terms_build(). */
gboolean writer_finish(Writer *writer, GError **error);

#endif
