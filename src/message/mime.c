/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/mime.h"

#include <gmime/gmime.h>
#include <string.h>

#define FILE_NAME "invite.ics"

void
mime_start(void)
{
    g_mime_init();
}

/* Takes `child` over. */
static void
add_part(GMimeMultipart *multipart, GMimePart *child)
{
    g_mime_multipart_add(multipart, GMIME_OBJECT(child));
    g_object_unref(child);
}

/* The content goes in as octets: GMime's text parts would choose a charset of their own. */
static GMimePart *
make_part(const char *type, const char *subtype, const char *content, GMimeContentEncoding encoding)
{
    GMimePart *part = g_mime_part_new_with_type(type, subtype);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(content, strlen(content));
    GMimeDataWrapper *wrapper =
        g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
    g_mime_part_set_content(part, wrapper);
    g_mime_part_set_content_encoding(part, encoding);
    g_object_unref(wrapper);
    g_object_unref(stream);
    return part;
}

static GMimePart *
make_text(const char *subtype, const char *content, GMimeContentEncoding encoding)
{
    GMimePart *part = make_part("text", subtype, content, encoding);
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
    return part;
}

static GMimeMultipart *
make_multipart(const char *subtype, const char *token)
{
    GMimeMultipart *multipart = g_mime_multipart_new_with_subtype(subtype);
    /* "=_" occurs in no quoted-printable or base64 text */
    g_autofree char *boundary = g_strdup_printf("=_%c_%s", *subtype, token);
    g_mime_multipart_set_boundary(multipart, boundary);
    return multipart;
}

static GMimeMultipart *
make_body(const MimeParts *parts)
{
    GMimeMultipart *alternative = make_multipart("alternative", parts->token);
    add_part(alternative, make_text("plain", parts->text, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE));
    add_part(alternative, make_text("html", parts->html, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE));
    GMimePart *calendar = make_text("calendar", parts->calendar, GMIME_CONTENT_ENCODING_BASE64);
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(calendar), "method", parts->method);
    add_part(alternative, calendar);

    GMimePart *file =
        make_part("application", "ics", parts->calendar, GMIME_CONTENT_ENCODING_BASE64);
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(file), "name", FILE_NAME);
    g_mime_object_set_disposition(GMIME_OBJECT(file), GMIME_DISPOSITION_ATTACHMENT);
    g_mime_part_set_filename(file, FILE_NAME);

    GMimeMultipart *mixed = make_multipart("mixed", parts->token);
    g_mime_multipart_add(mixed, GMIME_OBJECT(alternative));
    g_object_unref(alternative);
    add_part(mixed, file);
    return mixed;
}

void
mime_append(GString *message, const MimeParts *parts)
{
    GMimeFormatOptions *options = g_mime_format_options_new();
    g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
    g_mime_format_options_set_param_encoding_method(options, GMIME_PARAM_ENCODING_METHOD_RFC2231);
    GMimeMultipart *body = make_body(parts);
    g_autofree char *text = g_mime_object_to_string(GMIME_OBJECT(body), options);
    g_string_append(message, "MIME-Version: 1.0\r\n");
    g_string_append(message, text);
    g_object_unref(body);
    g_mime_format_options_free(options);
}
