/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/reply.h"

#define CODE_DIGITS 3

static void
begin_reply(Reply *reply)
{
    reply->code = 0;
    reply->length = 0;
    reply->octets = 0;
    reply->lines = 0;
    reply->column = 0;
    reply->whole = FALSE;
}

static void
keep(Reply *reply, char octet)
{
    if (reply->length < REPLY_KEPT)
        reply->text[reply->length++] = octet;
    reply->text[reply->length] = '\0';
}

static gboolean
take_digit(Reply *reply, char octet)
{
    if (!g_ascii_isdigit(octet))
        return FALSE;
    if (reply->column == 0) {
        reply->line_code = 0;
        reply->separator = '\0';
    }
    reply->line_code = 10 * reply->line_code + (octet - '0');
    if (reply->column == 0)
        return octet >= '2' && octet <= '5';
    if (reply->column < CODE_DIGITS - 1)
        return TRUE;
    if (reply->lines > 0)
        return reply->line_code == reply->code;
    reply->code = reply->line_code;
    return TRUE;
}

/* The octet behind the code: a line may end there. */
static gboolean
take_separator(Reply *reply, char octet)
{
    reply->separator = octet;
    if (octet == '\r')
        return TRUE;
    if (octet != ' ' && octet != '-')
        return FALSE;
    if (reply->lines > 0)
        keep(reply, ' ');
    return TRUE;
}

static gboolean
end_line(Reply *reply)
{
    if (reply->column < CODE_DIGITS)
        return FALSE;
    if (reply->length > 0 && reply->text[reply->length - 1] == '\r')
        reply->text[--reply->length] = '\0';
    reply->whole = reply->column == CODE_DIGITS || reply->separator != '-';
    reply->column = 0;
    return ++reply->lines <= REPLY_LINES_MAX;
}

static gboolean
take(Reply *reply, char octet)
{
    if (octet == '\0' || ++reply->octets > REPLY_OCTETS_MAX)
        return FALSE;
    if (octet == '\n')
        return end_line(reply);
    gboolean fine = TRUE;
    if (reply->column < CODE_DIGITS)
        fine = take_digit(reply, octet);
    else if (reply->column == CODE_DIGITS)
        fine = take_separator(reply, octet);
    else if (reply->separator == '\r')
        fine = FALSE; /* of a line that is a bare code, only the LF was missing */
    else
        keep(reply, octet);
    reply->column++;
    return fine;
}

ReplyState
reply_read(Reply *reply, const char *octets, gsize length, gsize *used)
{
    if (reply->whole || reply->octets == 0) {
        begin_reply(reply);
        reply->text[0] = '\0';
    }
    for (*used = 0; *used < length;) {
        if (!take(reply, octets[(*used)++]))
            return REPLY_BROKEN;
        if (reply->whole)
            return REPLY_WHOLE;
    }
    return REPLY_PART;
}
