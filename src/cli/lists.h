/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lists.h - what the commands of `list` share */
#ifndef RUNDRUF_CLI_LISTS_H
#define RUNDRUF_CLI_LISTS_H

#include "cli/cli.h"
#include "model/list.h"

/* What a property is called in listings; translated. */
const char *lists_title(ListProperty property);

/* The name of the person with that UUID, or the UUID of one who is not in the roster; owned by the
 * caller; NULL with an error. */
char *lists_person_name(Cli *cli, const guint8 person[UUID_LENGTH], GError **error);

/* Prints who was taken in or left out by hand (of ListPerson), with reason, author and time. */
gboolean lists_print_fixed(Cli *cli, const GPtrArray *fixed, GError **error);

/* The names of the lists that the person is in: a list of texts; owned by the caller. A list whose
 * filter is wrong by now (a field that is no more) counts as one that they are not in. */
Value *lists_of_person(Cli *cli, const Person *person, GError **error);

/* Takes back all that was done by hand, and notes it in the list's history, in the caller's
 * transaction. */
gboolean lists_forget_all(Cli *cli, const List *list, gint64 now, GError **error);

/* "include" or "exclude" in the reader's words: "taken in by hand", "left out by hand". */
const char *lists_effect_text(const char *effect);

#endif
