/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/store.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/address_hash.h"
#include "store/connection.h"
#include "store/schema.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define APPLICATION_ID  0x52756e64 /* "Rund" */
#define BUSY_TIMEOUT_MS 30000
#define BACKUP_PAGES    1024

gboolean
connection_set_error(Store *store, int code, const char *what, GError **error)
{
    const char *advice = "";
    RundrufError kind = RUNDRUF_ERROR_STORE;
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        kind = RUNDRUF_ERROR_BUSY;
        advice = _("; another process is writing to it: try again");
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        advice = _("; the file is damaged or no Rundruf store: put a backup in its place");
        break;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        advice = _("; let the user who runs Rundruf write to the file and its folder");
        break;
    case SQLITE_FULL:
        advice = _("; make room on the disk: nothing was changed");
        break;
    case SQLITE_IOERR:
        advice = _("; the disk reports errors: nothing was changed");
        break;
    default:
        break;
    }
    g_set_error(error, RUNDRUF_ERROR, (gint)kind, _("store %s: %s: %s%s"), store->path, what,
                store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(code), advice);
    return FALSE;
}

static gboolean
execute(Store *store, const char *sql, const char *what, GError **error)
{
    int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || connection_set_error(store, code, what, error);
}

/* the number that a PRAGMA gives */
static gboolean
read_pragma(Store *store, const char *sql, int *number, GError **error)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    if (code == SQLITE_ROW)
        *number = sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    return code == SQLITE_ROW || connection_set_error(store, code, _("cannot read"), error);
}

static gboolean
upgrade(Store *store, int version, GError **error)
{
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    if (!transaction)
        return FALSE;
    /* another process may have been here first */
    if (!read_pragma(store, "PRAGMA user_version", &version, error))
        return FALSE;
    for (; version < schema_version(); version++) {
        g_autofree char *mark = g_strdup_printf("PRAGMA user_version=%d", version + 1);
        if (!execute(store, schema_steps[version], _("cannot upgrade"), error) ||
            !execute(store, mark, _("cannot upgrade"), error))
            return FALSE;
    }
    g_autofree char *id = g_strdup_printf("PRAGMA application_id=%d", APPLICATION_ID);
    return execute(store, id, _("cannot upgrade"), error) &&
           store_commit(g_steal_pointer(&transaction), error);
}

/* whether the file is a store that this program knows; nothing is written */
static gboolean
check_identity(Store *store, int *version, GError **error)
{
    int id = 0, tables = 0;
    if (!read_pragma(store, "PRAGMA user_version", version, error) ||
        !read_pragma(store, "PRAGMA application_id", &id, error) ||
        !read_pragma(store, "SELECT count(*) FROM sqlite_master", &tables, error))
        return FALSE;
    if (id != APPLICATION_ID && tables > 0) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE,
                    _("%s is a database of another program; name another file in store.uri"),
                    store->path);
        return FALSE;
    }
    if (*version > schema_version()) {
        g_set_error(
            error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE,
            _("store %s has version %d and this program knows up to %d: it was written by a "
              "newer Rundruf; install that one, or restore a backup"),
            store->path, *version, schema_version());
        return FALSE;
    }
    return TRUE;
}

static gboolean
check_version(Store *store, int version, StoreFlags flags, GError **error)
{
    if (version == schema_version() || (version > 0 && (flags & STORE_OLD)))
        return TRUE;
    if (!(flags & (STORE_UPGRADE | (version == 0 ? STORE_CREATE : 0)))) {
        g_set_error(
            error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE,
            _("store %s has version %d and this program needs %d; say rundruf db backup FILE, "
              "then rundruf db upgrade"),
            store->path, version, schema_version());
        return FALSE;
    }
    return upgrade(store, version, error);
}

/* what the driver would find out only when it first writes */
static gboolean
check_writable(Store *store, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(store->path);
    gboolean there = g_file_test(store->path, G_FILE_TEST_EXISTS);
    if (!there && !g_file_test(folder, G_FILE_TEST_IS_DIR)) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE,
                    _("store %s: the folder %s is not there; make it, or change store.uri"),
                    store->path, folder);
        return FALSE;
    }
    if (access(folder, W_OK) == 0 && (!there || access(store->path, R_OK | W_OK) == 0))
        return TRUE;
    g_set_error(
        error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE,
        _("store %s cannot be written; let the user who runs Rundruf write to the file and to "
          "the folder %s"),
        store->path, folder);
    return FALSE;
}

/* Nobody asks the driver how much memory it has taken; counting that takes a lock at each
 * allocation, 4 % of a first sync. It can be said only before the first connection. */
static void
set_up_driver(void)
{
    static gsize done;
    if (g_once_init_enter(&done)) {
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        g_once_init_leave(&done, 1);
    }
}

static gboolean
open_connection(Store *store, int *version, GError **error)
{
    set_up_driver();
    /* Made here with mode 0600, as the driver would follow the umask; WAL files take it over. One that
     * is there is never opened beside the driver: to close it would drop the locks of all other
     * connections of this process (fcntl(2)), and another program would take their log away. */
    int fd = open(store->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    int code =
        sqlite3_open_v2(store->path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return connection_set_error(store, code, _("cannot open"), error);
    code = address_hash_register(store->db);
    if (code == SQLITE_OK)
        code = traces_register(store->db);
    if (code != SQLITE_OK)
        return connection_set_error(store, code, _("cannot open"), error);
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
    /* first, as the journal mode stays in the file */
    if (!check_identity(store, version, error))
        return FALSE;
    /* The page size counts for a new file only: entries of 500 octets waste less of a page of 8
     * KiB, and half as many pages are logged. While a first sync writes without the log, others
     * wait for it. */
    sqlite3_exec(store->db, "PRAGMA page_size=8192", NULL, NULL, NULL);
    code = sqlite3_exec(store->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
        return connection_set_error(store, code, _("cannot open"), error);
    return execute(store,
                   "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                   "PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF; PRAGMA cache_size=-16384;"
                   "PRAGMA temp_store=MEMORY",
                   _("cannot open"), error);
}

Store *
store_open(const char *uri, StoreFlags flags, GError **error)
{
    if (!g_str_has_prefix(uri, "sqlite:") || !uri[strlen("sqlite:")]) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                    _("store.uri is \"%s\"; it must be sqlite:FILE"), uri);
        return NULL;
    }
    g_autoptr(Store) store = g_new0(Store, 1);
    store->path = g_strdup(uri + strlen("sqlite:"));
    if (!(flags & STORE_CREATE) && !g_file_test(store->path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND,
                    _("there is no store %s; put a backup there, or make a new one: rundruf init "
                      "FOLDER, the folder that rundruf.yaml is in"),
                    store->path);
        return NULL;
    }
    int version = 0;
    if (!check_writable(store, error) || !open_connection(store, &version, error) ||
        !check_version(store, version, flags, error))
        return NULL;
    return g_steal_pointer(&store);
}

void
store_close(Store *store)
{
    if (!store)
        return;
    connection_drop_statements(store);
    sqlite3_close(store->db);
    g_free(store->path);
    g_free(store);
}

void
store_set_patience(Store *store, guint milliseconds)
{
    sqlite3_busy_timeout(store->db, (int)milliseconds);
}

const char *
store_path(const Store *store)
{
    return store->path;
}

void
store_start_filling(Store *store)
{
    /* another process that has the file open keeps the log; that is slower, not wrong */
    sqlite3_exec(store->db, "PRAGMA journal_mode=TRUNCATE", NULL, NULL, NULL);
    sqlite3_exec(store->db, "PRAGMA foreign_keys=OFF", NULL, NULL, NULL);
}

void
store_end_filling(Store *store)
{
    sqlite3_exec(store->db, "PRAGMA foreign_keys=ON", NULL, NULL, NULL);
    /* whoever opens the file next sets it, too */
    sqlite3_exec(store->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
}

static StoreTransaction *
begin(Store *store, const char *sql, GError **error)
{
    return execute(store, sql, _("cannot begin a transaction"), error) ? store : NULL;
}

StoreTransaction *
store_begin(Store *store, GError **error)
{
    return begin(store, "BEGIN IMMEDIATE", error);
}

StoreTransaction *
store_begin_read(Store *store, GError **error)
{
    return begin(store, "BEGIN", error);
}

gboolean
store_commit(StoreTransaction *transaction, GError **error)
{
    if (execute(transaction, "COMMIT", _("cannot commit"), error))
        return TRUE;
    store_rollback(transaction);
    return FALSE;
}

void
store_rollback(StoreTransaction *transaction)
{
    /* after some failures the driver has rolled back by itself */
    if (transaction && store_in_transaction(transaction))
        sqlite3_exec(transaction->db, "ROLLBACK", NULL, NULL, NULL);
}

gboolean
store_in_transaction(const Store *store)
{
    return !sqlite3_get_autocommit(store->db);
}

/* runs a PRAGMA that names what is wrong row by row; `good` is the one row that means nothing is */
static gboolean
check_pragma(Store *store, const char *sql, const char *good, GError **error)
{
    g_autoptr(Statement) statement = statement_prepare(store, sql, error);
    if (!statement)
        return FALSE;
    StepResult result;
    while ((result = statement_step(statement, error)) == STEP_ROW) {
        const char *found = statement_text(statement, 0);
        if (good && g_strcmp0(found, good) == 0)
            continue;
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE,
                    _("store %s is damaged: %s; put a backup in its place"), store->path,
                    found ? found : "?");
        return FALSE;
    }
    return result == STEP_DONE;
}

gboolean
store_check(Store *store, GError **error)
{
    if (!check_pragma(store, "PRAGMA integrity_check", "ok", error) ||
        !check_pragma(store, "PRAGMA foreign_key_check", NULL, error))
        return FALSE;
    for (const StatementTable *const *table = statement_tables; *table; table++) {
        for (guint i = 0; i < (*table)->count; i++) {
            g_autoptr(Statement) statement = statement_get(store, *table, i, error);
            if (!statement)
                return FALSE;
        }
    }
    return TRUE;
}

static int
copy_pages(Store *store, sqlite3 *target)
{
    sqlite3_backup *backup = sqlite3_backup_init(target, "main", store->db, "main");
    if (!backup)
        return sqlite3_errcode(target);
    int code;
    do {
        code = sqlite3_backup_step(backup, BACKUP_PAGES);
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
            sqlite3_sleep(50);
    } while (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED);
    sqlite3_backup_finish(backup);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

gboolean
store_backup(Store *store, const char *path, GError **error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED,
                    _("cannot make the backup %s: it is there already, or its folder cannot be "
                      "written"),
                    path);
        return FALSE;
    }
    sqlite3 *target = NULL;
    int code = sqlite3_open_v2(path, &target, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK)
        code = copy_pages(store, target);
    sqlite3_close(target);
    if (code == SQLITE_OK && fsync(fd) < 0)
        code = SQLITE_IOERR;
    close(fd);
    if (code == SQLITE_OK)
        return TRUE;
    unlink(path);
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE, _("cannot make the backup %s: %s"), path,
                sqlite3_errstr(code));
    return FALSE;
}
