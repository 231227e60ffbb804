/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailbox.h - a sender as people write it: "Name <address>", "\"Name, with comma\" <address>",
 * or an address alone (RFC 5322, 3.4, without comments and groups) */
#ifndef RUNDRUF_MODEL_MAILBOX_H
#define RUNDRUF_MODEL_MAILBOX_H

#include "model/address.h"

typedef struct {
    char *name; /* one clean line; NULL: none */
    Address *address;
} Mailbox;

/* NULL with INPUT. Owned by the caller. */
Mailbox *mailbox_parse(const char *text, GError **error);
void mailbox_free(Mailbox *mailbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mailbox, mailbox_free)

#endif
