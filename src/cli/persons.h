/* SPDX-License-Identifier: GPL-3.0-or-later */
/* persons.h - persons that a filter selects or a word names, for `member` and `list` */
#ifndef RUNDRUF_CLI_PERSONS_H
#define RUNDRUF_CLI_PERSONS_H

#include "cli/cli.h"
#include "model/list.h"
#include "store/persons.h"

/* Prints the members of a list (mailing/membership.h: it need not be a stored one) as a table with
 * their number, or as JSON lines. */
gboolean persons_print(Cli *cli, const List *list, GError **error);

/* Calls back for each person that `key` names: a UUID, an address, a DN or a full name, whichever
 * it looks like. */
gboolean persons_find(Cli *cli, const char *key, PersonFunc func, gpointer user_data,
                      GError **error);

/* The one person that `key` names. A UUID may be of somebody who has left the roster: then `name`
 * (one line, owned by the caller) is NULL. INPUT with their UUIDs if `key` names several, or NOT_FOUND. */
gboolean persons_find_one(Cli *cli, const char *key, guint8 person[UUID_LENGTH], char **name,
                          GError **error);

/* Sets NOT_FOUND, with what else to try. Returns FALSE. */
gboolean persons_set_not_found(const char *key, GError **error);

#endif
