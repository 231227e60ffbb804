/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/wake.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t asked;
static int ends[2] = {-1, -1};

static void
take_signal(G_GNUC_UNUSED int number)
{
    int saved = errno;
    asked = 1;
    if (ends[1] >= 0 && write(ends[1], "", 1) < 0) {
        /* the pipe is full, so it is readable */
    }
    errno = saved;
}

void
wake_catch(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = take_signal;
    if (ends[0] < 0 && g_unix_open_pipe(ends, FD_CLOEXEC, NULL)) {
        g_unix_set_fd_nonblocking(ends[0], TRUE, NULL);
        g_unix_set_fd_nonblocking(ends[1], TRUE, NULL);
    }
    for (guint i = 0; i < G_N_ELEMENTS(signals); i++)
        sigaction(signals[i], &action, NULL);
}

gboolean
wake_asked(void)
{
    return asked != 0;
}

int
wake_fd(void)
{
    return ends[0];
}

gboolean
wake_wait(gint64 milliseconds)
{
    const gint64 end = g_get_monotonic_time() + milliseconds * 1000;
    while (!asked) {
        gint64 left = (end - g_get_monotonic_time() + 999) / 1000;
        struct pollfd pipe_end = {.fd = ends[0], .events = POLLIN};
        if (left <= 0)
            break;
        poll(&pipe_end, 1, (int)MIN(left, G_MAXINT));
    }
    return asked != 0;
}
