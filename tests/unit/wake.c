/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base: being asked to stop, each time in a process of its own, for it stays asked */
#include "base/wake.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define LONG_MS     20000
#define PIPE_OCTETS 70000 /* more than Linux' 65536 */

static gint64
milliseconds_since(gint64 start)
{
    return (g_get_monotonic_time() - start) / 1000;
}

static gboolean
is_readable(void)
{
    struct pollfd end = {.fd = wake_fd(), .events = POLLIN};
    return poll(&end, 1, 0) == 1;
}

/* the signal is there before the wait, or comes in it; more of them change nothing */
static int
wait_for_signal(int number, gboolean before)
{
    gint64 start = g_get_monotonic_time();
    if (wake_fd() != -1)
        return 1;
    wake_catch();
    wake_catch();
    if (wake_asked() || is_readable() || wake_wait(0))
        return 2;
    if (wake_wait(20) || milliseconds_since(start) < 20)
        return 3;
    if (before)
        raise(number);
    else if (fork() == 0) {
        g_usleep(50000);
        kill(getppid(), number);
        _exit(0);
    }
    start = g_get_monotonic_time();
    if (!wake_wait(LONG_MS) || milliseconds_since(start) > LONG_MS / 2)
        return 4;
    for (guint i = 0; i < PIPE_OCTETS; i++) /* a full pipe blocks nothing */
        raise(number);
    return wake_asked() && is_readable() && wake_wait(LONG_MS) ? 0 : 5;
}

static void
test_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (guint i = 0; i < 2 * G_N_ELEMENTS(signals); i++) {
        int status = -1;
        pid_t child = fork();
        if (child == 0)
            _exit(wait_for_signal(signals[i / 2], i % 2));
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_true(WIFEXITED(status));
        g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    }
}

/* a signal that is none of ours ends no wait early */
static void
note_nothing(int number)
{
    (void)number;
}

static void
test_other_signal(void)
{
    struct sigaction action = {.sa_handler = note_nothing};
    pid_t child;
    gint64 start = g_get_monotonic_time();
    sigaction(SIGUSR1, &action, NULL);
    child = fork();
    if (child == 0) {
        g_usleep(20000);
        kill(getppid(), SIGUSR1);
        _exit(0);
    }
    g_assert_false(wake_wait(100));
    g_assert_cmpint(milliseconds_since(start), >=, 99);
    waitpid(child, NULL, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wake/signals", test_signals);
    g_test_add_func("/wake/other-signal", test_other_signal);
    return g_test_run();
}
