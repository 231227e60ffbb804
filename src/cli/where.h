/* SPDX-License-Identifier: GPL-3.0-or-later */
/* where.h - the option --where: a sentence instead of a filter, for `list`, `member ls` and `invite` */
#ifndef RUNDRUF_CLI_WHERE_H
#define RUNDRUF_CLI_WHERE_H

#include "cli/cli.h"

#define CLI_WHERE(variable)                                                                        \
    {                                                                                              \
        "where", 'w', 0, G_OPTION_ARG_STRING, &(variable),                                         \
            N_("the same as a sentence, e.g. \"planning is Sozialplanung\""), N_("SENTENCE")       \
    }

/* Usage error if both were given. */
gboolean where_check(const char *filter, const char *where, GError **error);

/* Sets `*filter` to the sentence's filter, if there is one; every name in it is known then. */
gboolean where_translate(Cli *cli, const char *where, char **filter, GError **error);

/* The filter as a sentence in the reader's language; NULL if it is none. The store is open.
 * Owned by the caller. */
char *where_describe(const Cli *cli, const char *filter);

#endif
