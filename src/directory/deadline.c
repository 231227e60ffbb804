/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "directory/deadline.h"

#include "base/wake.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

struct Deadline {
    GMutex mutex;
    GThread *thread;
    gint64 end; /* of g_get_monotonic_time() */
    int over;   /* eventfd: not needed any more */
    int fd;     /* -1: none */
    gboolean passed;
};

/* TRUE if the time has passed or a signal asks to stop, FALSE if it is not needed any more */
static gboolean
wait_until_end(const Deadline *deadline)
{
    for (;;) {
        struct pollfd ends[] = {{.fd = deadline->over, .events = POLLIN},
                                {.fd = wake_fd(), .events = POLLIN}};
        gint64 left = (deadline->end - g_get_monotonic_time() + 999) / 1000;
        int ready = poll(ends, G_N_ELEMENTS(ends), (int)CLAMP(left, 0, G_MAXINT));
        if (ready >= 0 || errno != EINTR)
            return ends[0].revents == 0;
    }
}

static gpointer
run(gpointer data)
{
    Deadline *deadline = data;
    if (!wait_until_end(deadline))
        return NULL;
    g_mutex_lock(&deadline->mutex);
    deadline->passed = TRUE;
    if (deadline->fd >= 0)
        shutdown(deadline->fd, SHUT_RDWR);
    g_mutex_unlock(&deadline->mutex);
    return NULL;
}

Deadline *
deadline_new(gint64 seconds)
{
    Deadline *deadline = g_new0(Deadline, 1);
    g_mutex_init(&deadline->mutex);
    deadline->end = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
    deadline->over = eventfd(0, EFD_CLOEXEC);
    deadline->fd = -1;
    deadline->thread = g_thread_new("deadline", run, deadline);
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
    eventfd_write(deadline->over, 1);
    g_thread_join(deadline->thread);
    close(deadline->over);
    g_mutex_clear(&deadline->mutex);
    g_free(deadline);
}
