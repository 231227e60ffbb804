/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compiled.h - the messages of one mailing in one language, compiled: what they have in common is
 * made once, and a message is that with its own pieces in it
 *
 *     made once                               for each message
 *     header     From, Subject, list fields   To, Date, Message-ID, links of List-Unsubscribe
 *     text, HTML lines without a gap          lines with salutation, links, fields of the person
 *     calendar   all that tells the event     DTSTAMP, ATTENDEE; encoded once for both parts
 *     frame      headers of the parts         the token in the boundaries
 *
 * GMime and libical make what is on the left, and nothing for a single message; what is on the right
 * is written here, with encoders that write what theirs would (tests/unit/compiled.c).
 *
 * What gate_check() promises holds of each message, but it is asked only where there is a doubt.
 * When compiling, it is asked about a sample: all that is on the left, with nothing on the right
 * that could offend. Of a message it is then enough to look at what is on the right:
 * - a header line there is one field, as it is one in the sample; To is looked at as the gate does,
 *   the others are made of a time and of tokens (letters, digits, hyphens);
 * - no check of a text looks beyond its line but the one for tags of HTML. Common lines must begin
 *   and end outside of tags and styles, or every message is doubtful; open lines must, or this one
 *   is. UTF-8 and names in braces are looked for in open lines as the gate does;
 * - boundaries begin with "=_", which encoders write nowhere: it is counted all the same, and must
 *   be there as often as in the sample;
 * - CRLF, NUL, octets that are not ASCII, the length of lines and of the whole are looked at in all
 *   of it. */
#ifndef RUNDRUF_MESSAGE_COMPILED_H
#define RUNDRUF_MESSAGE_COMPILED_H

#include "message/header.h"
#include "message/letter.h"
#include "model/event.h"

/* What the messages have in common. `config` and `letters` must outlive the result, the rest is read
 * by compiled_new() alone. */
typedef struct {
    const Config *config;
    Letters *letters;
    Value *network; /* as templates see it */
    const Event *event;
    const Mailing *mailing;
    const char *sender;     /* "Name <address>" */
    const char *language;   /* de or en */
    const char *list_title; /* of the mailing's list; NULL: its name */
    gsize token_length;     /* of HeaderSlots.token */
} CompiledRequest;

typedef struct Compiled Compiled;

/* NULL with CONFIG or FAILED: the sender, the event's zone or its time is wrong. What is wrong with
 * templates and texts is said of each message. Owned by the caller. */
Compiled *compiled_new(const CompiledRequest *request, GError **error);
void compiled_free(Compiled *compiled);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Compiled, compiled_free)

/* A whole message; `person` NULL: none known. NULL with INPUT. Owned by the caller. */
GBytes *compiled_message(Compiled *compiled, const HeaderSlots *slots, const Person *person,
                         GError **error);

#endif
