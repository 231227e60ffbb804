/* SPDX-License-Identifier: GPL-3.0-or-later */
/* persons.h - persons that a filter selects, counted and printed for `member` and `list` */
#ifndef RUNDRUF_CLI_PERSONS_H
#define RUNDRUF_CLI_PERSONS_H

#include "cli/cli.h"

/* How many persons `filter` selects now. */
gboolean persons_count_matching(Cli *cli, const char *filter, gint64 *count, GError **error);

/* Prints them as a table with their number, or as JSON lines; `filter` NULL: all. */
gboolean persons_print(Cli *cli, const char *filter, GError **error);

#endif
