/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lib/terms_view.h - the search index as SQL sees it in tests: a row for each term of each entry */
#ifndef RUNDRUF_TESTS_TERMS_VIEW_H
#define RUNDRUF_TESTS_TERMS_VIEW_H

#include <sqlite3.h>

/* Gives a connection to a store the temporary view `term` (attribute, norm, entry). */
void terms_view(sqlite3 *db);

/* One number out of the store in that file, by a connection of its own; 0 if there is no row. */
int terms_ask(const char *path, const char *sql);

#endif
