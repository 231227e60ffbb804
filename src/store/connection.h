/* SPDX-License-Identifier: GPL-3.0-or-later */
/* connection.h - what store.c and statement.c share about an open SQLite connection */
#ifndef RUNDRUF_STORE_CONNECTION_H
#define RUNDRUF_STORE_CONNECTION_H

#include "store/statement.h"

#include <sqlite3.h>

struct Store {
    char *path;
    sqlite3 *db;
    GHashTable *cache; /* SQL text (by address) -> Statement */
};

/* Sets STORE or BUSY from an SQLite result code, with what to do about it; `what` says what failed,
 * as "cannot read" does. Returns FALSE. */
gboolean connection_set_error(Store *store, int code, const char *what, GError **error);

/* Makes traced() known, which the triggers of `entry` call (traces.h); an SQLite result code. */
int traces_register(sqlite3 *db);

/* Finalizes the cached statements. */
void connection_drop_statements(Store *store);

#endif
