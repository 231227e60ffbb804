/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/plain.h"

#include "base/text.h"
#include "message/encode.h"
#include "message/header.h"
#include "message/transfer.h"
#include "message/view.h"

#include <string.h>

GBytes *
plain_compose(const Config *config, const PlainRequest *request)
{
    g_autofree char *subject = text_one_line(request->subject);
    g_autofree char *name = view_name(request->from_name);
    g_autofree char *date = header_date(config, request->now);
    GString *out = g_string_new("From: ");
    encode_append_mailbox(out, name, request->from);
    g_string_append(out, "\r\nTo: ");
    encode_append_mailbox(out, NULL, request->to);
    g_string_append(out, "\r\nSubject: ");
    encode_append_text(out, subject);
    g_string_append_printf(out,
                           "\r\nDate: %s\r\nMessage-ID: <%s>\r\n"
                           "Auto-Submitted: auto-generated\r\nContent-Language: %s\r\n"
                           "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                           "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
                           date, request->message_id, request->language);
    transfer_append_quoted(out, request->text, strlen(request->text));
    return g_string_free_to_bytes(out);
}
