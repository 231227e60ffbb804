/* SPDX-License-Identifier: GPL-3.0-or-later */
/* blobs.h - attributes that wait on disk between the directory and the store (inside sync/)
 *
 * An unlinked temporary file: no transaction is open while the network is read, and memory stays
 * flat. First all is added, then it is read, from several threads if need be, each with a reader of
 * its own. */
#ifndef RUNDRUF_SYNC_BLOBS_H
#define RUNDRUF_SYNC_BLOBS_H

#include <glib.h>

typedef struct Blobs Blobs;

Blobs *blobs_new(void);
void blobs_free(Blobs *blobs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Blobs, blobs_free)

/* `offset` is where the octets lie; the file is made with the first. */
gboolean blobs_add(Blobs *blobs, gconstpointer data, gsize length, gint64 *offset, GError **error);

/* After the last one. */
gboolean blobs_flush(Blobs *blobs, GError **error);

typedef struct BlobReader BlobReader;

BlobReader *blob_reader_new(const Blobs *blobs);
void blob_reader_free(BlobReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BlobReader, blob_reader_free)

/* The octets at `offset`, valid until the next call; fastest in the order they were added in. */
gconstpointer blob_reader_get(BlobReader *reader, gint64 offset, gsize length, GError **error);

#endif
