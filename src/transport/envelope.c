/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/envelope.h"

#include <stdio.h>
#include <string.h>

#define ENVID_MAX 100 /* octets as written: RFC 3461, 4.4 */

/* Appends to `to` at `length`; what has no room is left out, which GROUP sizes rule out. */
static gsize
put(char *to, gsize length, const char *text)
{
    return length + g_strlcpy(to + length, text, ENVELOPE_COMMAND_MAX - length);
}

/* RFC 3461, 4: xtext; for addresses beyond ASCII RFC 6533, 3: utf-8-addr-unitext */
static gsize
put_encoded(char *to, gsize length, const char *text, gboolean utf8)
{
    static const char digits[] = "0123456789ABCDEF";
    for (const guchar *at = (const guchar *)text; *at; at++) {
        gboolean plain = (*at > 0x20 && *at < 0x7f && *at != '+' && *at != '=') || *at >= 0x80;
        if (plain && !(utf8 && *at == '\\')) {
            to[length++] = (char)*at;
            continue;
        }
        const char code[] = {digits[*at >> 4], digits[*at & 15], '\0'};
        length = put(to, length, utf8 ? "\\x{" : "+");
        length = put(to, length, code);
        length = put(to, length, utf8 ? "}" : "");
    }
    to[length] = '\0';
    return length;
}

/* The name as ENVID; or nothing, if there is none that can be one. */
static gsize
put_envid(char *to, gsize length, const char *name)
{
    if (!name || !*name || strlen(name) > ENVID_MAX || !g_str_is_ascii(name))
        return length;
    char encoded[ENVELOPE_COMMAND_MAX];
    if (put_encoded(encoded, 0, name, FALSE) > ENVID_MAX)
        return length;
    length = put(to, length, " ENVID=");
    return put(to, length, encoded);
}

/* Nobody gets a report about a message without a return path. */
static gboolean
wants_reports(const TransportMessage *message, const DialogueOffer *offer)
{
    return offer->dsn && *message->return_path;
}

gsize
envelope_mail(const TransportMessage *message, const DialogueOffer *offer,
              char command[ENVELOPE_COMMAND_MAX])
{
    gsize length = put(command, 0, "MAIL FROM:<");
    length = put(command, length, message->return_path);
    length = put(command, length, ">");
    if (offer->size) {
        char size[32];
        snprintf(size, sizeof size, " SIZE=%" G_GSIZE_FORMAT, message->length);
        length = put(command, length, size);
    }
    if (message->smtputf8)
        length = put(command, length, offer->eight_bit ? " BODY=8BITMIME SMTPUTF8" : " SMTPUTF8");
    if (wants_reports(message, offer)) {
        length = put(command, length, " RET=HDRS");
        length = put_envid(command, length, message->name);
    }
    return put(command, length, "\r\n");
}

gsize
envelope_rcpt(const TransportMessage *message, const DialogueOffer *offer,
              char command[ENVELOPE_COMMAND_MAX])
{
    gsize length = put(command, 0, "RCPT TO:<");
    length = put(command, length, message->recipient);
    length = put(command, length, ">");
    if (wants_reports(message, offer)) {
        length = put(command, length, " NOTIFY=FAILURE,DELAY ORCPT=");
        length = put(command, length, message->smtputf8 ? "utf-8;" : "rfc822;");
        length = put_encoded(command, length, message->recipient, message->smtputf8);
    }
    return put(command, length, "\r\n");
}
