/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench/feed.c - what it costs to follow a directory, inside one process and on one connection
 *
 *     feed idle    CONFIG TIMES DN...    a sync that finds nothing | one entry read by bare libldap
 *     feed changes CONFIG TIMES DN...    a sync after a change of each DN | as many entries read
 *     feed present CONFIG TIMES DN...    the same where the server knows no deletes | the bare phase
 *     feed follow  CONFIG TIMES DN...    from a change to its committed row | a write to the disk
 *
 * The store of the configuration must be in step with its directory. Prints the two medians in
 * milliseconds. */
#include "bare.h"
#include "base/clock.h"
#include "base/wake.h"
#include "config/config.h"
#include "directory/directory.h"
#include "sync/pull.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    Config *config;
    Store *store;
    Directory *directory;
    LDAP *bare;
    char **names; /* DNs that may be changed */
    guint names_count, times;
    GArray *ours, *floor; /* of double, ms */
    GAsyncQueue *commits; /* of double *: when, by clock_elapsed() */
} Bench;

static void
change(Bench *bench, guint name)
{
    static guint count;
    g_autofree char *value = g_strdup_printf("%u.%u", (guint)getpid(), ++count);
    bare_set(bench->bare, bench->names[name], "description", value);
}

/* One sync; the number of entries that it changed must be this. */
static void
pull(Bench *bench, guint64 changed)
{
    const PullOptions options = {.now = clock_now(), .actor = "bench"};
    PullResult result = {0};
    g_autoptr(GError) error = NULL;
    bare_expect(pull_run(bench->config, bench->directory, bench->store, &options, &result, &error),
                error);
    bare_expect(result.changed == changed && result.added + result.moved + result.removed == 0,
                NULL);
}

static void
bench_idle(Bench *bench)
{
    for (guint i = 0; i < bench->times; i++) {
        double begun = clock_elapsed();
        pull(bench, 0);
        bare_note(bench->ours, begun);
        begun = clock_elapsed();
        bare_read_one(bench->bare, bench->names[0]);
        bare_note(bench->floor, begun);
    }
}

static void
bench_changes(Bench *bench)
{
    for (guint i = 0; i < bench->times; i++) {
        for (guint n = 0; n < bench->names_count; n++)
            change(bench, n);
        double begun = clock_elapsed();
        pull(bench, bench->names_count);
        bare_note(bench->ours, begun);
        begun = clock_elapsed();
        for (guint n = 0; n < bench->names_count; n++)
            bare_read_one(bench->bare, bench->names[n]);
        bare_note(bench->floor, begun);
    }
}

static void
bench_present(Bench *bench)
{
    for (guint i = 0; i < bench->times; i++) {
        g_autofree char *cookie = bare_cookie(bench->bare, bench->config->directory_base);
        for (guint n = 0; n < bench->names_count; n++)
            change(bench, n);
        double begun = clock_elapsed();
        pull(bench, bench->names_count);
        bare_note(bench->ours, begun);
        begun = clock_elapsed();
        unsigned long entries = bare_refresh(bench->bare, bench->config->directory_base, cookie);
        bare_note(bench->floor, begun);
        bare_expect(entries == bench->names_count, NULL);
    }
}

/* ---- following */

static void
committed(G_GNUC_UNUSED const PullResult *result, gpointer data)
{
    double *when = g_new(double, 1);
    *when = clock_elapsed();
    g_async_queue_push(((Bench *)data)->commits, when);
}

static gboolean
tick(G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED GError **error)
{
    return TRUE;
}

/* A thread: changes one entry after the other, each once the one before is committed. */
static gpointer
change_each(gpointer data)
{
    Bench *bench = data;
    g_free(g_async_queue_pop(bench->commits)); /* the first refresh */
    for (guint i = 0; i < bench->times; i++) {
        double begun = clock_elapsed();
        change(bench, i % bench->names_count);
        g_autofree double *when = g_async_queue_timeout_pop(bench->commits, 10 * G_USEC_PER_SEC);
        bare_expect(when != NULL, NULL);
        double ms = (*when - begun) * 1000;
        g_array_append_val(bench->ours, ms);
    }
    kill(getpid(), SIGTERM);
    return NULL;
}

/* What the disk alone takes: 4 KiB, the least that a commit writes, beside the store. */
static void
write_to_disk(Bench *bench)
{
    g_autofree char *path = g_strdup_printf("bench-%u.tmp", (guint)getpid());
    char page[4096] = {0};
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bare_expect(file >= 0, NULL);
    for (guint i = 0; i < bench->times; i++) {
        double begun = clock_elapsed();
        bare_expect(write(file, page, sizeof page) == sizeof page && fdatasync(file) == 0, NULL);
        bare_note(bench->floor, begun);
    }
    close(file);
    unlink(path);
}

static void
bench_follow(Bench *bench)
{
    const PullOptions options = {.now = clock_now(), .actor = "bench", .user_data = bench};
    g_autoptr(GError) error = NULL;
    write_to_disk(bench);
    wake_catch();
    bench->commits = g_async_queue_new_full(g_free);
    GThread *thread = g_thread_new("change", change_each, bench);
    bare_expect(pull_follow(bench->config, bench->directory, bench->store, &options, committed,
                            tick, &error),
                error);
    g_thread_join(thread);
    g_async_queue_unref(bench->commits);
}

static void
bench_open(Bench *bench, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *password = NULL;
    bare_expect((bench->config = config_load(path, &error)) != NULL, error);
    bare_expect((bench->store = store_open(bench->config->store_uri, 0, &error)) != NULL, error);
    bare_expect((bench->directory = directory_open(bench->config, &error)) != NULL, error);
    bare_expect(
        g_file_get_contents(bench->config->directory_password_file, &password, NULL, &error),
        error);
    bench->bare =
        bare_open(bench->config->directory_uri, bench->config->directory_bind_dn, password);
    bench->ours = g_array_new(FALSE, FALSE, sizeof(double));
    bench->floor = g_array_new(FALSE, FALSE, sizeof(double));
}

static void
bench_close(Bench *bench)
{
    g_array_unref(bench->ours);
    g_array_unref(bench->floor);
    ldap_unbind_ext_s(bench->bare, NULL, NULL);
    directory_close(bench->directory);
    store_close(bench->store);
    config_free(bench->config);
}

int
main(int argc, char **argv)
{
    const struct {
        const char *name;
        void (*run)(Bench *bench);
    } kinds[] = {{"idle", bench_idle},
                 {"changes", bench_changes},
                 {"present", bench_present},
                 {"follow", bench_follow}};
    Bench bench = {.names = argv + 4,
                   .names_count = argc > 4 ? (guint)argc - 4 : 0,
                   .times = argc > 3 ? (guint)strtoul(argv[3], NULL, 10) : 0};
    guint kind = 0;
    while (argc > 1 && kind < G_N_ELEMENTS(kinds) && strcmp(kinds[kind].name, argv[1]) != 0)
        kind++;
    if (kind == G_N_ELEMENTS(kinds) || bench.names_count == 0 || bench.times == 0) {
        fprintf(stderr, "usage: feed idle|changes|present|follow CONFIG TIMES DN...\n");
        return 2;
    }
    bench_open(&bench, argv[2]);
    kinds[kind].run(&bench);
    printf("%.4f %.4f\n", bare_median(bench.ours), bare_median(bench.floor));
    bench_close(&bench);
    return 0;
}
