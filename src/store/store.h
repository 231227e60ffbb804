/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.h - the database: opening, transactions, check and backup
 *
 * One Store is one connection and belongs to one thread. store_open() brings no surprise: it
 * refuses a file that is damaged, unwritable, or newer than this program, with a sentence that
 * says what to do. All writing happens between store_begin() and store_commit(); a
 * StoreTransaction that goes out of scope uncommitted is rolled back, so that an early return
 * leaves nothing half done. No transaction is held open over the network.
 *
 * SQL stands only in this folder, in statement tables (statement.h), one file for each table
 * family: entries, lists, events, mailings, deliveries, suppressions, journal. sqlite3 types
 * leave it not. */
#ifndef RUNDRUF_STORE_STORE_H
#define RUNDRUF_STORE_STORE_H

#include <glib.h>

typedef struct Store Store;
typedef Store StoreTransaction;

typedef enum {
    STORE_CREATE = 1,  /* make the file if it is not there */
    STORE_UPGRADE = 2, /* run missing schema steps; without it an old store is refused */
    STORE_OLD = 4      /* take an old store as it is: only for store_backup() */
} StoreFlags;

/* Opens "sqlite:PATH". NULL with STORE (unreadable, damaged, unwritable, too new or too old,
 * each told apart), BUSY (locked for half a minute), NOT_FOUND (no file and no STORE_CREATE). */
Store *store_open(const char *uri, StoreFlags flags, GError **error);
void store_close(Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)

/* How long a transaction waits for other writers before it is BUSY; half a minute if nothing is said. */
void store_set_patience(Store *store, guint milliseconds);

/* The database file's path. */
const char *store_path(const Store *store);

/* Begins a transaction that writes (immediate: it waits here for other writers, not later), or one
 * that reads one consistent state. Transactions do not nest. */
StoreTransaction *store_begin(Store *store, GError **error);
StoreTransaction *store_begin_read(Store *store, GError **error);

/* For the one transaction, between these two, that fills an empty store: what is committed goes to
 * the file without the write-ahead log, just as durably, so that rows are written once, not twice,
 * but nobody can read meanwhile; and each row's references are taken to be right. Where another
 * process has the file open the log is kept. */
void store_start_filling(Store *store);
void store_end_filling(Store *store);

/* Commits durably (synchronous=FULL) and takes the transaction over; a failure rolls it back. */
gboolean store_commit(StoreTransaction *transaction, GError **error);

/* Rolls back what is open; NULL does nothing. */
void store_rollback(StoreTransaction *transaction);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreTransaction, store_rollback)

/* TRUE while a transaction is open. */
gboolean store_in_transaction(const Store *store);

/* Reads the whole file (integrity and foreign keys) and prepares every statement. FALSE with
 * STORE and what was found. */
gboolean store_check(Store *store, GError **error);

/* Copies the store, while others go on using it, to the new file `path` (an existing one is
 * refused), synced, mode 0600. */
gboolean store_backup(Store *store, const char *path, GError **error);

#endif
