/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/wire.h"

#include <string.h>

#define ADDRESS_MAX     254
#define LINE_MAX_OCTETS 998

static const char *
address_fault(const char *address, gboolean smtputf8)
{
    gboolean in_domain = FALSE;
    if (!address || strlen(address) > ADDRESS_MAX)
        return "is missing or longer than 254 octets";
    for (const guchar *at = (const guchar *)address; *at; at++) {
        if (*at < 0x21 || *at == 0x7f || *at == '<' || *at == '>')
            return "holds a blank, a control character, < or >";
        if (*at >= 0x80 && in_domain)
            return "has a domain that is not ASCII: write it in its xn-- form";
        if (*at >= 0x80 && !smtputf8)
            return "is not ASCII";
        /* the first @, not the last: that is where libcurl takes the domain to begin */
        in_domain |= *at == '@';
    }
    if (!g_utf8_validate(address, -1, NULL))
        return "is not UTF-8";
    return *address && !in_domain ? "has no @" : NULL;
}

/* A line that has no LF, with or without the CR before it. */
static const char *
line_fault(const char *line, gsize length)
{
    if (length > LINE_MAX_OCTETS)
        return "the message has a line longer than 998 octets";
    return memchr(line, '\r', length) ? "the message holds a CR without LF" : NULL;
}

static const char *
content_fault(const char *content, gsize length)
{
    const char *line = content, *end = content + length, *line_end, *fault;
    if (length == 0)
        return "the message is empty";
    if (memchr(content, 0, length))
        return "the message holds a NUL octet";
    for (; (line_end = memchr(line, '\n', (gsize)(end - line))); line = line_end + 1) {
        if (line_end == line || line_end[-1] != '\r')
            return "the message holds a LF without CR";
        fault = line_fault(line, (gsize)(line_end - 1 - line));
        if (fault)
            return fault;
    }
    return line_fault(line, (gsize)(end - line));
}

static gboolean
refuse(Outcome *outcome, const char *subject, const char *fault)
{
    *outcome = (Outcome){
        .kind = OUTCOME_PERMANENT,
        .blame = BLAME_RECIPIENT,
        .text = g_strconcat("not sent: ", subject, fault, NULL),
    };
    return FALSE;
}

gboolean
wire_check(const TransportMessage *message, Outcome *outcome)
{
    const char *fault = address_fault(message->return_path, message->smtputf8);
    if (fault)
        return refuse(outcome, "the return path ", fault);
    fault = address_fault(message->recipient, message->smtputf8);
    if (!fault && !*message->recipient)
        fault = "is empty";
    if (fault)
        return refuse(outcome, "the address ", fault);
    fault = content_fault(message->content, message->length);
    return !fault || refuse(outcome, "", fault);
}
