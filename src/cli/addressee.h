/* SPDX-License-Identifier: GPL-3.0-or-later */
/* addressee.h - whom a word of the command line means: an address, or a person with all of theirs */
#ifndef RUNDRUF_CLI_ADDRESSEE_H
#define RUNDRUF_CLI_ADDRESSEE_H

#include "cli/cli.h"
#include "model/person.h"

typedef struct {
    guint8 uuid[UUID_LENGTH]; /* zeroes if it is an address alone */
    char *name; /* on one clean line; NULL if it is an address alone, or nobody of the roster */
    GPtrArray *addresses; /* as sent to, char *, NULL at the end */
    GPtrArray *keys;      /* address_key() of each, NULL at the end */
} Addressee;

void addressee_free(Addressee *addressee);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Addressee, addressee_free)

/* An address, in the roster or not; or one person by UUID, DN or full name, with every usable address
 * of theirs, those to which a mailing is still to go among them. NULL with INPUT (no address, several persons, a person without one) or NOT_FOUND. */
Addressee *addressee_find(Cli *cli, const char *word, GError **error);

/* One person, by UUID, address, DN or full name, with or without addresses; a UUID may be of somebody
 * who has left the roster. NULL with INPUT (several persons) or NOT_FOUND. */
Addressee *addressee_find_person(Cli *cli, const char *word, GError **error);

/* Checks --purpose: one word, as lists have them, or "*" if `all`. FALSE with a usage error. */
gboolean addressee_check_purpose(const char *purpose, gboolean all, GError **error);

#endif
