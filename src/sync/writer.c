/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/writer.h"

#define BATCHES     4
#define BATCH_ROWS  256
#define BATCH_BYTES (512 * 1024)

typedef struct {
    EntryRow row;
    gsize offset, length; /* of the BLOB */
} WriterRow;

/* Rows on their way to the thread and, emptied, back. One without rows is the last. */
typedef struct {
    GArray *rows; /* of WriterRow */
    GByteArray *blobs;
    GStringChunk *texts;
} Batch;

struct Writer {
    Store *store;
    Terms *terms;
    Attributes *attributes; /* reused for each row */
    GAsyncQueue *full, *empty;
    Batch *batch;    /* that is being filled */
    GThread *thread; /* NULL once joined, or if there was none to be had */
    gboolean ended;  /* the thread has been told the last row */
    gint failed;     /* atomic */
    GError *error;   /* of the thread; to be read once it has failed */
};

static Batch *
batch_new(void)
{
    Batch *batch = g_new0(Batch, 1);
    batch->rows = g_array_sized_new(FALSE, FALSE, sizeof(WriterRow), BATCH_ROWS);
    batch->blobs = g_byte_array_new();
    batch->texts = g_string_chunk_new(16 * 1024);
    return batch;
}

static void
batch_free(gpointer data)
{
    Batch *batch = data;
    g_array_unref(batch->rows);
    g_byte_array_unref(batch->blobs);
    g_string_chunk_free(batch->texts);
    g_free(batch);
}

static void
batch_clear(Batch *batch)
{
    g_array_set_size(batch->rows, 0);
    g_byte_array_set_size(batch->blobs, 0);
    g_string_chunk_clear(batch->texts);
}

/* ---- the thread */

static gboolean
write_row(Writer *writer, const Batch *batch, const WriterRow *item, GError **error)
{
    gconstpointer blob = batch->blobs->data + item->offset;
    if (!entries_insert(writer->store, &item->row, blob, item->length, error) ||
        !attributes_read(writer->attributes, blob, item->length, error))
        return FALSE;
    terms_collect(writer->terms, item->row.id, writer->attributes);
    return TRUE;
}

static void
write_batch(Writer *writer, const Batch *batch)
{
    for (guint i = 0; i < batch->rows->len && !g_atomic_int_get(&writer->failed); i++)
        if (!write_row(writer, batch, &g_array_index(batch->rows, WriterRow, i), &writer->error))
            g_atomic_int_set(&writer->failed, TRUE);
}

static gpointer
run(gpointer data)
{
    Writer *writer = data;
    gboolean more = TRUE;
    while (more) {
        Batch *batch = g_async_queue_pop(writer->full);
        more = batch->rows->len > 0;
        write_batch(writer, batch);
        batch_clear(batch);
        g_async_queue_push(writer->empty, batch);
    }
    if (!g_atomic_int_get(&writer->failed))
        terms_sort(writer->terms);
    return NULL;
}

/* ---- the caller's side */

static gboolean
check(Writer *writer, GError **error)
{
    if (!g_atomic_int_get(&writer->failed))
        return TRUE;
    if (writer->error)
        g_propagate_error(error, g_error_copy(writer->error));
    return FALSE;
}

Writer *
writer_start(Store *store, Terms *terms)
{
    Writer *writer = g_new0(Writer, 1);
    writer->store = store;
    writer->terms = terms;
    writer->attributes = attributes_new();
    writer->full = g_async_queue_new_full(batch_free);
    writer->empty = g_async_queue_new_full(batch_free);
    for (guint i = 1; i < BATCHES; i++)
        g_async_queue_push(writer->empty, batch_new());
    writer->batch = batch_new();
    writer->thread = g_thread_try_new("writer", run, writer, NULL);
    return writer;
}

/* Hands the batch over and takes an empty one. */
static void
hand_over(Writer *writer)
{
    if (!writer->thread) {
        write_batch(writer, writer->batch);
        batch_clear(writer->batch);
        return;
    }
    g_async_queue_push(writer->full, writer->batch);
    writer->batch = g_async_queue_pop(writer->empty);
}

gboolean
writer_add(Writer *writer, const EntryRow *row, const GByteArray *blob, GError **error)
{
    Batch *batch = writer->batch;
    WriterRow item = {*row, batch->blobs->len, blob->len};
    item.row.rdn = g_string_chunk_insert(batch->texts, row->rdn);
    item.row.csn = row->csn ? g_string_chunk_insert(batch->texts, row->csn) : NULL;
    g_byte_array_append(batch->blobs, blob->data, blob->len);
    g_array_append_val(batch->rows, item);
    if (batch->rows->len >= BATCH_ROWS || batch->blobs->len >= BATCH_BYTES)
        hand_over(writer);
    return check(writer, error);
}

gboolean
writer_rows(Writer *writer, GError **error)
{
    if (writer->batch->rows->len > 0)
        hand_over(writer);
    writer->ended = TRUE;
    if (writer->thread) {
        hand_over(writer); /* the last one, without rows: once all are back, all are written */
        for (guint i = 1; i < BATCHES; i++)
            batch_free(g_async_queue_pop(writer->empty));
    } else {
        terms_sort(writer->terms);
    }
    return check(writer, error);
}

gboolean
writer_finish(Writer *writer, GError **error)
{
    g_clear_pointer(&writer->thread, g_thread_join);
    return check(writer, error);
}

void
writer_free(Writer *writer)
{
    if (!writer)
        return;
    if (writer->thread && !writer->ended) {
        g_atomic_int_set(&writer->failed, TRUE); /* what waits is not written any more */
        batch_clear(writer->batch);
        g_async_queue_push(writer->full, g_steal_pointer(&writer->batch));
    }
    g_clear_pointer(&writer->thread, g_thread_join);
    g_clear_pointer(&writer->batch, batch_free);
    g_async_queue_unref(writer->full);
    g_async_queue_unref(writer->empty);
    attributes_free(writer->attributes);
    g_clear_error(&writer->error);
    g_free(writer);
}
