/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/blobs.h"

#include "base/error.h"
#include "base/i18n.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define WINDOW_BYTES (256 * 1024)

struct Blobs {
    FILE *file;
    gint64 length;
};

struct BlobReader {
    const Blobs *blobs;
    guint8 *window;
    gint64 at; /* of the window in the file */
    gsize length, room;
};

Blobs *
blobs_new(void)
{
    return g_new0(Blobs, 1);
}

void
blobs_free(Blobs *blobs)
{
    if (blobs && blobs->file)
        fclose(blobs->file);
    g_free(blobs);
}

static gboolean
set_write_error(GError **error)
{
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED,
                _("cannot write a temporary file: %s; make room in /tmp"), g_strerror(errno));
    return FALSE;
}

gboolean
blobs_add(Blobs *blobs, gconstpointer data, gsize length, gint64 *offset, GError **error)
{
    if (!blobs->file)
        blobs->file = tmpfile();
    if (!blobs->file || fwrite(data, 1, length, blobs->file) != length)
        return set_write_error(error);
    *offset = blobs->length;
    blobs->length += (gint64)length;
    return TRUE;
}

gboolean
blobs_flush(Blobs *blobs, GError **error)
{
    return !blobs->file || fflush(blobs->file) == 0 || set_write_error(error);
}

BlobReader *
blob_reader_new(const Blobs *blobs)
{
    BlobReader *reader = g_new0(BlobReader, 1);
    reader->blobs = blobs;
    return reader;
}

void
blob_reader_free(BlobReader *reader)
{
    if (!reader)
        return;
    g_free(reader->window);
    g_free(reader);
}

/* Fills the window from `offset` on, up to the end of the file. */
static gboolean
fill(BlobReader *reader, gint64 offset, GError **error)
{
    gsize wanted = (gsize)MIN((gint64)reader->room, reader->blobs->length - offset);
    reader->at = offset;
    reader->length = 0;
    while (reader->length < wanted) {
        ssize_t got = pread(fileno(reader->blobs->file), reader->window + reader->length,
                            wanted - reader->length, (off_t)(offset + (gint64)reader->length));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED,
                        _("cannot read a temporary file: %s"), g_strerror(errno));
            return FALSE;
        }
        reader->length += (gsize)got;
    }
    return TRUE;
}

gconstpointer
blob_reader_get(BlobReader *reader, gint64 offset, gsize length, GError **error)
{
    if (length > reader->room || !reader->window) {
        reader->room = MAX(length, WINDOW_BYTES);
        reader->length = 0;
        g_free(reader->window);
        reader->window = g_malloc(reader->room);
    }
    gboolean held =
        offset >= reader->at && offset + (gint64)length <= reader->at + (gint64)reader->length;
    if (!held && !fill(reader, offset, error))
        return NULL;
    return reader->window + (offset - reader->at);
}
