/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store: what is opened and what is refused, transactions, two processes at once, check, backup */
#include "store/store.h"

#include "../lib/terms_view.h"
#include "base/error.h"
#include "store/journal.h"
#include "store/schema.h"
#include "store/suppressions.h"
#include "store/sync_state.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    char *folder, *path, *uri;
} Place;

static void
place_init(Place *place)
{
    place->folder = g_dir_make_tmp("rundruf-XXXXXX", NULL);
    place->path = g_build_filename(place->folder, "test.db", NULL);
    place->uri = g_strconcat("sqlite:", place->path, NULL);
}

static void
place_clear(Place *place)
{
    static const char *const names[] = {"test.db", "test.db-wal", "test.db-shm", "copy.db"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(place->folder, names[i], NULL);
        g_unlink(path);
    }
    g_rmdir(place->folder);
    g_free(place->folder);
    g_free(place->path);
    g_free(place->uri);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static Store *
make(const Place *place)
{
    g_autoptr(GError) error = NULL;
    Store *store = store_open(place->uri, STORE_CREATE | STORE_UPGRADE, &error);
    g_assert_no_error(error);
    return store;
}

static void
assert_refused(const char *uri, StoreFlags flags, RundrufError code, const char *about)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(store_open(uri, flags, &error));
    g_assert_error(error, RUNDRUF_ERROR, (gint)code);
    if (!strstr(error->message, about))
        g_error("%s", error->message);
}

static void
test_open(void)
{
    g_auto(Place) place = {0};
    place_init(&place);
    assert_refused("postgresql:x", 0, RUNDRUF_ERROR_CONFIG, "sqlite:FILE");
    assert_refused("sqlite:", 0, RUNDRUF_ERROR_CONFIG, "sqlite:FILE");
    assert_refused(place.uri, 0, RUNDRUF_ERROR_NOT_FOUND, "rundruf init");
    g_autofree char *lost = g_strconcat("sqlite:", place.folder, "/none/test.db", NULL);
    assert_refused(lost, STORE_CREATE, RUNDRUF_ERROR_STORE, "is not there");

    g_autoptr(GError) error = NULL;
    g_autoptr(Store) store = make(&place);
    g_assert_true(store_check(store, &error)); /* prepares every statement */
    g_assert_no_error(error);
    g_assert_cmpstr(store_path(store), ==, place.path);
    GStatBuf status;
    g_assert_cmpint(g_stat(place.path, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 0777, ==, 0600);
    g_autoptr(Store) again = store_open(place.uri, 0, &error);
    g_assert_no_error(error);
    g_assert_true(store_check(again, &error)); /* two at once */
}

static void
test_versions(void)
{
    g_auto(Place) place = {0};
    place_init(&place);
    store_close(make(&place));
    terms_ask(place.path, "PRAGMA user_version = 999");
    assert_refused(place.uri, STORE_CREATE | STORE_UPGRADE, RUNDRUF_ERROR_STORE, "newer Rundruf");
    terms_ask(place.path, "PRAGMA user_version = 0");
    assert_refused(place.uri, 0, RUNDRUF_ERROR_STORE, "rundruf db upgrade");
    terms_ask(place.path, "PRAGMA application_id = 7");
    assert_refused(place.uri, STORE_CREATE | STORE_UPGRADE, RUNDRUF_ERROR_STORE, "another program");
}

/* a store as the first version made it, with a row */
static void
make_old(const Place *place)
{
    sqlite3 *db;
    g_assert_cmpint(sqlite3_open(place->path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db, schema_steps[0], NULL, NULL, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db,
                                 "PRAGMA user_version = 1; PRAGMA application_id = 0x52756e64;"
                                 "INSERT INTO entry (id, uuid, rdn, kind, digest, attributes)"
                                 " VALUES (7, randomblob(16), 'o=x', 'other', x'00', x'01'),"
                                 " (9, randomblob(16), 'o=y', 'other', x'00', x'01');"
                                 "INSERT INTO term_key VALUES ('o', 'x', 3), ('sn', 'x', 4);"
                                 "INSERT INTO term_entry VALUES (3, 7), (4, 7), (3, 9);"
                                 "INSERT INTO suppression VALUES"
                                 " ('a@x.example', '*', 'unsubscribe', '<1@x>', 5),"
                                 " ('a@x.example', 'news', 'wants none', '<2@x>', 6),"
                                 " ('b@x.example', 'news', 'bounce', NULL, 7)",
                                 NULL, NULL, NULL),
                    ==, SQLITE_OK);
    sqlite3_close(db);
}

static gboolean
file_holds(const char *path, const char *text)
{
    g_autofree char *content = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &content, &length, NULL));
    for (gsize at = 0; at + strlen(text) <= length; at++)
        if (memcmp(content + at, text, strlen(text)) == 0)
            return TRUE;
    return FALSE;
}

/* the suppressions of make_old(), by hash now */
static void
assert_suppressions(Store *store, const char *path)
{
    static const struct {
        const char *key, *purpose, *reason;
    } rows[] = {
        {"a@x.example", "invitation", "opted out"},
        {"a@x.example", "news", "blocked by a coordinator"},
        {"b@x.example", "invitation", NULL},
        {"b@x.example", "news", "mail to this address comes back"},
        {"c@x.example", "news", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *reason = NULL;
        g_assert_true(suppressions_find(store, rows[i].key, rows[i].purpose, &reason, &error));
        g_assert_cmpstr(reason, ==, rows[i].reason);
    }
    g_assert_cmpint(terms_ask(path, "SELECT count(*) FROM suppression WHERE length(address) = 32"),
                    ==, 3);
    g_assert_cmpint(
        terms_ask(path, "SELECT since FROM suppression WHERE note = 'wants none: <2@x>'"), ==, 6);
    g_assert_cmpint(terms_ask(path, "SELECT since FROM suppression WHERE note = '<1@x>'"), ==, 5);
}

static void
test_old(void)
{
    g_auto(Place) place = {0};
    g_autoptr(GError) error = NULL;
    place_init(&place);
    make_old(&place);
    assert_refused(place.uri, 0, RUNDRUF_ERROR_STORE, "rundruf db backup FILE");
    g_autofree char *copy = g_build_filename(place.folder, "copy.db", NULL);
    Store *store = store_open(place.uri, STORE_OLD, &error);
    g_assert_no_error(error);
    g_assert_true(store_backup(store, copy, &error));
    store_close(store);
    g_assert_cmpint(terms_ask(copy, "PRAGMA user_version"), ==, 1);
    g_assert_cmpint(terms_ask(copy, "SELECT id FROM entry"), ==, 7);

    g_autoptr(Store) upgraded = store_open(place.uri, STORE_UPGRADE, &error);
    g_assert_no_error(error);
    g_assert_true(store_check(upgraded, &error));
    g_assert_cmpint(terms_ask(place.path, "PRAGMA user_version"), ==, schema_version());
    g_assert_cmpint(terms_ask(place.path, "SELECT id FROM entry WHERE missing_reason IS NULL"), ==,
                    7);
    /* the next sync fills it */
    g_assert_cmpint(terms_ask(place.path, "SELECT count(*) FROM posting"), ==, 0);
    assert_suppressions(upgraded, place.path);
    store_close(g_steal_pointer(&upgraded)); /* which empties the write-ahead log */
    g_assert_false(file_holds(place.path, "a@x.example"));
    g_assert_true(file_holds(copy, "a@x.example"));
}

static void
test_damaged(void)
{
    static const struct {
        const char *content;
        gsize length;
    } rows[] = {
        {"this is a letter, no database at all; it goes on for a while, as letters do. "
         "And on. And on, until it is as long as the header of a database file is: 100.",
         150},
        {"SQLite format 3\0garbage garbage garbage garbage garbage garbage garbage garbage garbage "
         "garbage garbage garbage",
         110},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Place) place = {0};
        place_init(&place);
        g_assert_true(
            g_file_set_contents(place.path, rows[i].content, (gssize)rows[i].length, NULL));
        assert_refused(place.uri, STORE_CREATE | STORE_UPGRADE, RUNDRUF_ERROR_STORE,
                       "put a backup in its place");
    }
}

static void
test_unwritable(void)
{
    if (geteuid() == 0) {
        g_test_skip("root may write everywhere");
        return;
    }
    g_auto(Place) place = {0};
    place_init(&place);
    store_close(make(&place));
    g_chmod(place.path, 0400);
    assert_refused(place.uri, 0, RUNDRUF_ERROR_STORE, "cannot be written");
    g_chmod(place.path, 0600);
    g_chmod(place.folder, 0500);
    assert_refused(place.uri, 0, RUNDRUF_ERROR_STORE, "cannot be written");
    g_chmod(place.folder, 0700);
}

static gboolean
add_uncommitted(Store *store)
{
    g_autoptr(StoreTransaction) transaction = store_begin(store, NULL);
    return transaction && store_in_transaction(store) &&
           journal_add(store, 1, "test", "deed", "object", NULL, NULL);
}

static void
test_transactions(void)
{
    g_auto(Place) place = {0};
    g_autoptr(GError) error = NULL;
    place_init(&place);
    g_autoptr(Store) store = make(&place);
    g_assert_true(add_uncommitted(store));
    g_assert_false(store_in_transaction(store)); /* rolled back by leaving the scope */
    g_assert_cmpint(terms_ask(place.path, "SELECT count(*) FROM journal"), ==, 0);

    StoreTransaction *transaction = store_begin(store, &error);
    g_assert_true(journal_add(store, 1, "test", "deed", "o'ject", "detail", &error));
    g_assert_true(store_commit(transaction, &error));
    g_assert_no_error(error);
    g_assert_cmpint(terms_ask(place.path, "SELECT count(*) FROM journal WHERE object = 'o''ject'"),
                    ==, 1);

    /* a reader may not write, and says so */
    StoreTransaction *reading = store_begin_read(store, &error);
    g_assert_nonnull(reading);
    g_assert_null(store_begin(store, &error)); /* transactions do not nest */
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE);
    store_rollback(reading);
    store_rollback(NULL);
}

static int
write_rows(const Place *place, int count)
{
    g_autoptr(Store) store = store_open(place->uri, 0, NULL);
    for (int i = 0; store && i < count; i++) {
        g_autoptr(StoreTransaction) transaction = store_begin(store, NULL);
        if (!transaction || !journal_add(store, i, "child", "deed", "object", NULL, NULL) ||
            !store_commit(g_steal_pointer(&transaction), NULL))
            return 1;
    }
    return store ? 0 : 1;
}

static void
test_two_processes(void)
{
    g_auto(Place) place = {0};
    place_init(&place);
    store_close(make(&place));
    pid_t child[2];
    for (guint i = 0; i < G_N_ELEMENTS(child); i++) {
        child[i] = fork();
        if (child[i] == 0)
            _exit(write_rows(&place, 100));
    }
    for (guint i = 0; i < G_N_ELEMENTS(child); i++) {
        int status;
        g_assert_cmpint(waitpid(child[i], &status, 0), ==, child[i]);
        g_assert_cmpint(status, ==, 0);
    }
    g_assert_cmpint(terms_ask(place.path, "SELECT count(*) FROM journal"), ==, 200);
}

/* Whether another process sees a lock on the file: by it the driver knows that the log is in use. */
static gboolean
is_locked(const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        int fd = open(path, O_RDWR | O_CLOEXEC);
        _exit(fd >= 0 && fcntl(fd, F_GETLK, &lock) == 0 ? lock.l_type != F_UNLCK : 9);
    }
    int status;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), <=, 1);
    return WEXITSTATUS(status) == 1;
}

/* A second connection of the process takes nothing from the first: without its lock, whoever else
 * closes the store would remove the log that it writes. */
static void
test_two_connections(void)
{
    g_auto(Place) place = {0};
    place_init(&place);
    g_autoptr(GError) error = NULL;
    g_autoptr(Store) first = store_open(place.uri, STORE_CREATE, &error);
    g_assert_no_error(error);
    g_assert_true(journal_add(first, 1, "test", "a", "a", NULL, &error));
    g_assert_true(is_locked(place.path));
    g_autoptr(Store) second = store_open(place.uri, 0, &error);
    g_assert_no_error(error);
    g_assert_true(is_locked(place.path));
    store_close(g_steal_pointer(&second));
    g_assert_true(is_locked(place.path));
}

static void
test_backup(void)
{
    g_auto(Place) place = {0};
    g_autoptr(GError) error = NULL;
    place_init(&place);
    g_autoptr(Store) store = make(&place);
    g_assert_true(journal_add(store, 1, "test", "deed", "object", NULL, &error));
    g_autofree char *copy = g_build_filename(place.folder, "copy.db", NULL);
    g_assert_true(store_backup(store, copy, &error));
    g_assert_no_error(error);
    g_assert_cmpint(terms_ask(copy, "SELECT count(*) FROM journal"), ==, 1);
    GStatBuf status;
    g_assert_cmpint(g_stat(copy, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 0777, ==, 0600);
    g_assert_false(store_backup(store, copy, &error)); /* never over another file */
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED);
}

static void
test_held(void)
{
    g_auto(Place) place = {0};
    g_autoptr(GError) error = NULL;
    place_init(&place);
    g_autoptr(Store) store = make(&place);
    g_autoptr(GBytes) one = g_bytes_new_static("one", 3), two = g_bytes_new_static("two", 3);
    gint64 id, count, since, others;
    gboolean fresh;
    g_assert_true(held_add(store, "s", 1, "why", one, 5, 0, "- a\n", &id, &fresh, &error));
    g_assert_cmpint(id, ==, 1);
    g_assert_true(held_add(store, "s", 2, "why", two, 5, 0, "- a\n", &id, &fresh, &error));
    g_assert_cmpint(id, ==, 2);
    g_assert_true(fresh);
    g_assert_true(held_count(store, "s", &count, &since, &error));
    g_assert_cmpint(count, ==, 1);
    g_assert_cmpint(since, ==, 1); /* one takes the other's place: it is held since then */
    g_assert_true(held_add(store, "s", 3, "why", two, 5, 0, "- a\n", &id, &fresh, &error));
    g_assert_cmpint(id, ==, 2);
    g_assert_false(fresh);
    g_assert_null(held_removals(store, "s", 1, &others, &error)); /* the mirror has moved on */
    g_clear_error(&error);
    g_autoptr(GBytes) removals = held_removals(store, "s", 2, &others, &error);
    g_assert_true(g_bytes_equal(removals, two));
    g_assert_null(held_removals(store, "other", 2, &others, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_true(held_settle(store, "s", 2, &error));
    g_assert_true(held_count(store, "s", &count, &since, &error));
    g_assert_cmpint(count, ==, 0);
    /* an old yes must not mean another difference */
    g_assert_true(held_add(store, "s", 4, "why", one, 5, 0, "- a\n", &id, &fresh, &error));
    g_assert_cmpint(id, ==, 3);
    g_assert_true(held_settle(store, "s", 0, &error));
    g_assert_true(held_add(store, "s", 5, "why", two, 5, 0, "- a\n", &id, &fresh, &error));
    g_assert_cmpint(id, ==, 4);
    g_assert_true(held_settle(store, "s", 0, &error));

    g_autoptr(GBytes) cookie = g_bytes_new_static("rid=000", 7);
    const SyncState saved[] = {
        {.source = (char *)"a", .indexed = (char *)"mail", .generation = 1, .synced_at = 10},
        {.source = (char *)"b", .indexed = (char *)"mail sn", .generation = 2, .synced_at = 20},
        {.source = (char *)"a",
         .indexed = (char *)"cn",
         .generation = 3,
         .synced_at = 30,
         .cookie = cookie,
         .audited_at = 25,
         .entries = 4,
         .persons = 2},
    };
    g_auto(SyncState) state = {0};
    g_assert_true(sync_state_load(store, &state, &error));
    g_assert_false(state.known);
    sync_state_clear(&state);
    g_assert_true(sync_state_save(store, &saved[0], &error));
    g_assert_true(sync_state_save(store, &saved[1], &error));
    g_assert_true(sync_state_save(store, &saved[2], &error));
    g_assert_true(sync_state_load(store, &state, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(state.source, ==, "a");
    g_assert_cmpstr(state.indexed, ==, "cn");
    g_assert_cmpint(state.generation, ==, 3);
    g_assert_true(g_bytes_equal(state.cookie, cookie));
    g_assert_null(state.parameters);
    g_assert_cmpint(state.audited_at, ==, 25);
    g_assert_cmpint(state.entries, ==, 4);
    g_assert_cmpint(state.persons, ==, 2);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/open", test_open);
    g_test_add_func("/store/versions", test_versions);
    g_test_add_func("/store/old", test_old);
    g_test_add_func("/store/damaged", test_damaged);
    g_test_add_func("/store/unwritable", test_unwritable);
    g_test_add_func("/store/transactions", test_transactions);
    g_test_add_func("/store/two-processes", test_two_processes);
    g_test_add_func("/store/two-connections", test_two_connections);
    g_test_add_func("/store/backup", test_backup);
    g_test_add_func("/store/held", test_held);
    return g_test_run();
}
