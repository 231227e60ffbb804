/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "directory/deadline.h"

#include <sys/socket.h>

struct Deadline {
    GMutex mutex;
    GCond over; /* not needed any more */
    GThread *thread;
    gint64 end; /* of g_get_monotonic_time() */
    int fd;     /* -1: none */
    gboolean done, passed;
};

static gpointer
wait_until_end(gpointer data)
{
    Deadline *deadline = data;
    g_mutex_lock(&deadline->mutex);
    while (!deadline->done && !deadline->passed)
        deadline->passed =
            !g_cond_wait_until(&deadline->over, &deadline->mutex, deadline->end) && !deadline->done;
    if (deadline->passed && deadline->fd >= 0)
        shutdown(deadline->fd, SHUT_RDWR);
    g_mutex_unlock(&deadline->mutex);
    return NULL;
}

Deadline *
deadline_new(gint64 seconds)
{
    Deadline *deadline = g_new0(Deadline, 1);
    g_mutex_init(&deadline->mutex);
    g_cond_init(&deadline->over);
    deadline->end = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
    deadline->fd = -1;
    deadline->thread = g_thread_new("deadline", wait_until_end, deadline);
    return deadline;
}

void
deadline_watch(Deadline *deadline, int fd)
{
    g_mutex_lock(&deadline->mutex);
    deadline->fd = fd;
    if (deadline->passed)
        shutdown(fd, SHUT_RDWR);
    g_mutex_unlock(&deadline->mutex);
}

void
deadline_forget(Deadline *deadline)
{
    g_mutex_lock(&deadline->mutex);
    deadline->fd = -1;
    g_mutex_unlock(&deadline->mutex);
}

gboolean
deadline_passed(Deadline *deadline)
{
    g_mutex_lock(&deadline->mutex);
    gboolean passed = deadline->passed;
    g_mutex_unlock(&deadline->mutex);
    return passed;
}

void
deadline_free(Deadline *deadline)
{
    if (!deadline)
        return;
    g_mutex_lock(&deadline->mutex);
    deadline->done = TRUE;
    g_cond_signal(&deadline->over);
    g_mutex_unlock(&deadline->mutex);
    g_thread_join(deadline->thread);
    g_cond_clear(&deadline->over);
    g_mutex_clear(&deadline->mutex);
    g_free(deadline);
}
