/* SPDX-License-Identifier: GPL-3.0-or-later */
/* persons.h - persons that a filter selects or a word names, for `member` and `list` */
#ifndef RUNDRUF_CLI_PERSONS_H
#define RUNDRUF_CLI_PERSONS_H

#include "cli/cli.h"
#include "store/persons.h"

/* How many persons `filter` selects now. */
gboolean persons_count_matching(Cli *cli, const char *filter, gint64 *count, GError **error);

/* Prints them as a table with their number, or as JSON lines; `filter` NULL: all. */
gboolean persons_print(Cli *cli, const char *filter, GError **error);

/* Calls back for each person that `key` names: a UUID, an address, a DN or a full name, whichever
 * it looks like. */
gboolean persons_find(Cli *cli, const char *key, PersonFunc func, gpointer user_data,
                      GError **error);

/* Sets NOT_FOUND, with what else to try. Returns FALSE. */
gboolean persons_set_not_found(const char *key, GError **error);

#endif
