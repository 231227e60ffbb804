/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plain.h - a short message of text alone, from the program to one of its own people
 *
 * UTF-8, quoted-printable; marked as made by a machine (RFC 3834), so that no absence notice answers.
 * It has nothing random: given the same request it is the same octets. */
#ifndef RUNDRUF_MESSAGE_PLAIN_H
#define RUNDRUF_MESSAGE_PLAIN_H

#include "config/config.h"

typedef struct {
    const char *from_name, *from; /* the name may be NULL; addresses have been checked */
    const char *to;
    const char *subject;    /* made one clean line here */
    const char *message_id; /* without < > */
    const char *language;   /* of the text: "de" or "en" */
    const char *text;       /* lines end with LF */
    gint64 now;             /* Date, Unix seconds */
} PlainRequest;

/* Owned by the caller. */
GBytes *plain_compose(const Config *config, const PlainRequest *request);

#endif
