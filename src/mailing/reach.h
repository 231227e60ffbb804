/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reach.h - under which address a person is written to, and what keeps mail from them */
#ifndef RUNDRUF_MAILING_REACH_H
#define RUNDRUF_MAILING_REACH_H

#include "model/address.h"
#include "model/list.h"
#include "model/person.h"
#include "store/store.h"

typedef enum { REACH_GOOD, REACH_NO_ADDRESS, REACH_BAD_ADDRESS } Reach;

/* The first usable address; NULL with the reason in words, owned by the caller. */
Address *reach_address(const Person *person, const FieldMap *map, Reach *reach, char **reason);

/* The name to write to, or what else identifies the person, in one line; owned by the caller. */
char *reach_name(const Person *person, const FieldMap *map);

/* Sets `reason` to words, owned by the caller, if consent is the legal basis of the list (NULL: none)
 * and the person has given none for its purpose, or withdrawn it; else to NULL. */
gboolean reach_check_consent(Store *store, const List *list, const Person *person, char **reason,
                             GError **error);

#endif
