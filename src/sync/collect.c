/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/collect.h"

#include "sync/tree.h"

struct Collect {
    Terms *terms;
    const GPtrArray *nodes;
    const Blobs *blobs;
    GThread *thread; /* NULL once joined, or if there was none to be had */
    gboolean done, good;
    GError *error;
};

static gboolean
gather(Collect *collect, GError **error)
{
    g_autoptr(BlobReader) reader = blob_reader_new(collect->blobs);
    g_autoptr(Attributes) attributes = attributes_new();
    for (guint i = 0; i < collect->nodes->len; i++) {
        const Node *node = g_ptr_array_index(collect->nodes, i);
        gconstpointer blob = blob_reader_get(reader, node->offset, node->length, error);
        if (!blob || !attributes_read(attributes, blob, node->length, error))
            return FALSE;
        terms_collect(collect->terms, node->id, attributes);
    }
    terms_sort(collect->terms);
    return TRUE;
}

static gpointer
run(gpointer data)
{
    Collect *collect = data;
    collect->good = gather(collect, &collect->error);
    collect->done = TRUE;
    return NULL;
}

Collect *
collect_start(Terms *terms, const GPtrArray *nodes, const Blobs *blobs)
{
    Collect *collect = g_new0(Collect, 1);
    collect->terms = terms;
    collect->nodes = nodes;
    collect->blobs = blobs;
    collect->thread = g_thread_try_new("terms", run, collect, NULL);
    return collect;
}

static void
join(Collect *collect)
{
    if (collect->thread)
        g_thread_join(g_steal_pointer(&collect->thread));
}

gboolean
collect_finish(Collect *collect, GError **error)
{
    join(collect);
    if (!collect->done)
        run(collect);
    if (collect->error)
        g_propagate_error(error, g_steal_pointer(&collect->error));
    return collect->good;
}

void
collect_free(Collect *collect)
{
    if (!collect)
        return;
    join(collect);
    g_clear_error(&collect->error);
    g_free(collect);
}
