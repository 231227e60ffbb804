/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sync: one at a time, two processes, a holder that was killed, odd files in the lock's place; and
 * how long to wait before connecting again */
#include "sync/turn.h"
#include "../lib/fixture.h"
#include "base/error.h"
#include "sync/backoff.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW FIXTURE_NOW

static char *
path_of(const Fixture *fixture)
{
    return g_strconcat(store_path(fixture->store), ".sync", NULL);
}

static void
test_one_at_a_time(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    g_assert_null(turn_holder(fixture->store));
    g_assert_cmpint(turn_last_good(fixture->store), ==, 0);
    {
        g_autoptr(Turn) turn = turn_take(fixture->store, NOW, "anna", &error);
        g_assert_no_error(error);
        g_assert_null(turn_take(fixture->store, NOW, "bert", &error));
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_BUSY);
        g_assert_nonnull(strstr(error->message, "another rundruf sync"));
        g_assert_nonnull(strstr(error->message, "anna, process "));
        g_autofree char *holder = turn_holder(fixture->store);
        g_assert_true(g_str_has_prefix(holder, "anna, process "));
        g_assert_cmpint(turn_last_good(fixture->store), ==, 0);
        g_assert_true(turn_note_good(turn, NOW + 1, NULL));
        g_assert_cmpint(turn_last_good(fixture->store), ==, NOW + 1);
    }
    /* looking left nothing behind; the time stays; the next holder keeps it */
    g_assert_null(turn_holder(fixture->store));
    g_autoptr(Turn) next = turn_take(fixture->store, NOW + 2, "bert", NULL);
    g_assert_nonnull(next);
    g_assert_cmpint(turn_last_good(fixture->store), ==, NOW + 1);
}

/* A process that takes the turn and waits to be killed. */
static pid_t
start_holder(Fixture *fixture)
{
    int ends[2];
    char octet;
    g_assert_cmpint(pipe(ends), ==, 0);
    pid_t child = fork();
    if (child == 0) {
        Turn *turn = turn_take(fixture->store, NOW, "other", NULL);
        turn_note_good(turn, NOW + 5, NULL);
        if (turn && write(ends[1], "", 1) == 1)
            pause();
        _exit(1);
    }
    g_assert_cmpint(read(ends[0], &octet, 1), ==, 1);
    close(ends[0]);
    close(ends[1]);
    return child;
}

static void
test_killed_holder(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    pid_t child = start_holder(fixture);
    g_autofree char *process = g_strdup_printf("other, process %d, since 2020-09-1", (int)child);
    g_autofree char *holder = turn_holder(fixture->store);
    g_assert_true(g_str_has_prefix(holder, process));
    g_assert_null(turn_take(fixture->store, NOW, "anna", &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_BUSY);
    g_assert_nonnull(strstr(error->message, process));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    g_assert_null(turn_holder(fixture->store));
    g_assert_cmpint(turn_last_good(fixture->store), ==, NOW + 5);
    g_autoptr(Turn) turn = turn_take(fixture->store, NOW, "anna", NULL);
    g_assert_nonnull(turn);
}

static void
test_odd_content(void)
{
    static const struct {
        const char *content;
        gssize length;
        gint64 good;
    } rows[] = {
        {"", 0, 0},
        {"\n", 1, 0},
        {"anna 1 2 3", -1, 3},
        {"anna 1 2 3\n", -1, 3},
        {"anna 1 2", -1, 0},
        {"anna 1 2 3 4", -1, 0},
        {"anna 1 2 -3", -1, 0},
        {"anna 1 2 99999999999999999999", -1, 0},
        {"anna 1 2 9999999999999", -1, 0},
        {"anna x y z", -1, 0},
        {"anna\0 1 2 3", 12, 0},
        {"\xff\x1b[31m 1 2 3", -1, 3},
        {"\xff\xfe\xfd\xfc", 4, 0},
    };
    g_autoptr(Fixture) fixture = fixture_new();
    g_autofree char *path = path_of(fixture);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_true(g_file_set_contents(path, rows[i].content, rows[i].length, NULL));
        g_assert_cmpint(turn_last_good(fixture->store), ==, rows[i].good);
        g_assert_null(turn_holder(fixture->store));
        g_autoptr(Turn) turn = turn_take(fixture->store, NOW, "anna", NULL);
        g_assert_nonnull(turn);
        g_assert_cmpint(turn_last_good(fixture->store), ==, rows[i].good);
        /* the holder's file is spoilt behind its back */
        g_assert_true(truncate(path, 0) == 0);
        g_autofree char *holder = turn_holder(fixture->store);
        g_assert_nonnull(holder);
        g_assert_cmpint(turn_last_good(fixture->store), ==, 0);
    }
    g_autofree char *large = g_strnfill(100000, '7');
    g_assert_true(g_file_set_contents(path, large, -1, NULL));
    g_assert_cmpint(turn_last_good(fixture->store), ==, 0);
}

/* names of users as they may come from elsewhere than /etc/passwd */
static void
test_odd_actor(void)
{
    g_autofree char *longest = g_strnfill(1000, 'x');
    const char *const actors[] = {"", "Domain Users\\anna b", "a\nb", "\x1b[31m", longest};
    g_autoptr(Fixture) fixture = fixture_new();
    for (guint i = 0; i < G_N_ELEMENTS(actors); i++) {
        g_autoptr(Turn) turn = turn_take(fixture->store, NOW, actors[i], NULL);
        g_assert_true(turn_note_good(turn, NOW + i, NULL));
        g_assert_cmpint(turn_last_good(fixture->store), ==, NOW + i);
        g_autofree char *holder = turn_holder(fixture->store);
        g_assert_nonnull(strstr(holder, ", process "));
        g_assert_null(strpbrk(holder, "\n\x1b"));
    }
}

/* what lies there blocks nobody who looks */
static void
test_odd_file(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    g_autofree char *path = path_of(fixture);
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    g_assert_cmpint(turn_last_good(fixture->store), ==, 0);
    g_assert_null(turn_take(fixture->store, NOW, "anna", &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE);
    g_clear_error(&error);
    unlink(path);
    g_assert_cmpint(mkdir(path, 0700), ==, 0);
    g_assert_cmpint(turn_last_good(fixture->store), ==, 0);
    g_assert_null(turn_holder(fixture->store));
    g_assert_null(turn_take(fixture->store, NOW, "anna", &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE);
    rmdir(path);
}

/* where the folder cannot be written, one may still look; root can write anywhere */
static void
test_read_only(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    g_autofree char *path = path_of(fixture);
    int status = -1;
    g_assert_true(g_file_set_contents(path, "anna 1 2 3\n", -1, NULL));
    chmod(path, 0444);
    chmod(fixture->folder, 0555);
    pid_t child = fork();
    if (child == 0) {
        g_autoptr(GError) error = NULL;
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(0);
        if (turn_last_good(fixture->store) != 3)
            _exit(access(path, R_OK) == 0 ? 1 : 0);
        if (turn_take(fixture->store, NOW, "anna", &error))
            _exit(2);
        _exit(g_error_matches(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE) ? 0 : 3);
    }
    waitpid(child, &status, 0);
    chmod(fixture->folder, 0755);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

static void
test_backoff(void)
{
    static const struct {
        guint attempt;
        guint32 random;
        gint64 pause;
    } rows[] = {
        {0, 0, 100},
        {1, 0, 100},
        {1, 900, 1000},
        {1, 901, 100},
        {2, 1900, 2000},
        {3, 3900, 4000},
        {4, 7900, 8000},
        {9, 255900, 256000},
        {10, 299900, 300000},
        {11, 299900, 300000},
        {G_MAXUINT, 299900, 300000},
        {G_MAXUINT, 299901, 100},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(backoff_next_ms(rows[i].attempt, rows[i].random), ==, rows[i].pause);
    for (guint attempt = 0; attempt < 40; attempt++)
        for (guint32 random = 1; random > 0 && random < G_MAXUINT32 / 7; random *= 7) {
            gint64 pause = backoff_next_ms(attempt, random);
            g_assert_cmpint(pause, >=, BACKOFF_LEAST_MS);
            g_assert_cmpint(pause, <=, BACKOFF_MOST_MS);
        }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/turn/one-at-a-time", test_one_at_a_time);
    g_test_add_func("/turn/killed-holder", test_killed_holder);
    g_test_add_func("/turn/odd-content", test_odd_content);
    g_test_add_func("/turn/odd-actor", test_odd_actor);
    g_test_add_func("/turn/odd-file", test_odd_file);
    g_test_add_func("/turn/read-only", test_read_only);
    g_test_add_func("/backoff/table", test_backoff);
    return g_test_run();
}
