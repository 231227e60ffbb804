/* SPDX-License-Identifier: GPL-3.0-or-later */
/* following a server that says what none should: a fake one, which answers every search alike */
#include "base/error.h"
#include "directory/directory.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#define STATE_OID    "1.3.6.1.4.1.4203.1.9.1.2"
#define DONE_OID     "1.3.6.1.4.1.4203.1.9.1.3"
#define INFO_OID     "1.3.6.1.4.1.4203.1.9.1.4"
#define BYTES(hex)   hex, sizeof(hex) - 1
#define UUID_TEXT    "00112233-4455-6677-8899-aabbccddeeff"
#define UUID_OCTETS  "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"
#define OTHER_OCTETS "\xff\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"
#define STATE_ADD    "\x30\x15\x0a\x01\x01\x04\x10"

enum {
    TAG_BIND = 0x60,
    TAG_BOUND = 0x61,
    TAG_SEARCH = 0x63,
    TAG_ENTRY = 0x64,
    TAG_RESULT = 0x65,
    TAG_EXTENDED_ANSWER = 0x78,
    TAG_INTERMEDIATE = 0x79
};

/* One message of the answer to a search. */
typedef struct {
    guint8 tag;       /* 0: there are no more */
    gint16 code;      /* TAG_RESULT */
    const char *uuid; /* TAG_ENTRY: its entryUUID; NULL: none */
    const char *oid;  /* of the control, or of the intermediate message; NULL: none */
    const char *value;
    gsize value_length;
} Answer;

static void
element(GByteArray *out, guint8 tag, gconstpointer data, gsize length)
{
    const guint8 header[] = {tag, 0x82, (guint8)(length >> 8), (guint8)length};
    g_byte_array_append(out, header, sizeof header);
    g_byte_array_append(out, data, (guint)length);
}

static void
text(GByteArray *out, guint8 tag, const char *value)
{
    element(out, tag, value, strlen(value));
}

/* moves what is in `inside` into one element */
static void
wrap(GByteArray *out, guint8 tag, GByteArray *inside)
{
    element(out, tag, inside->data, inside->len);
    g_byte_array_set_size(inside, 0);
}

static void
send_message(GOutputStream *stream, guint8 id, GByteArray *rest)
{
    g_autoptr(GByteArray) inside = g_byte_array_new(), message = g_byte_array_new();
    element(inside, 0x02, &id, 1);
    g_byte_array_append(inside, rest->data, rest->len);
    wrap(message, 0x30, inside);
    g_output_stream_write_all(stream, message->data, message->len, NULL, NULL, NULL);
}

static void
append_result(GByteArray *out, guint8 tag, gint16 code)
{
    g_autoptr(GByteArray) inside = g_byte_array_new();
    const guint8 octets[] = {(guint8)(code >> 8), (guint8)code};
    element(inside, 0x0a, octets, sizeof octets);
    text(inside, 0x04, "");
    /* libldap 2.5 loses the words of a Notice of Disconnection */
    text(inside, 0x04, tag == TAG_EXTENDED_ANSWER ? "" : "said\nso");
    wrap(out, tag, inside);
}

static void
append_entry(GByteArray *out, const char *uuid)
{
    g_autoptr(GByteArray) a = g_byte_array_new(), b = g_byte_array_new();
    if (uuid) {
        text(a, 0x04, uuid);
        wrap(b, 0x31, a);
        text(a, 0x04, "entryUUID");
        g_byte_array_append(a, b->data, b->len);
        g_byte_array_set_size(b, 0);
        wrap(b, 0x30, a);
    }
    text(a, 0x04, "cn=a,dc=x");
    wrap(a, 0x30, b);
    wrap(out, TAG_ENTRY, a);
}

static void
append_control(GByteArray *out, const Answer *answer)
{
    g_autoptr(GByteArray) a = g_byte_array_new(), b = g_byte_array_new();
    text(a, 0x04, answer->oid);
    element(a, 0x04, answer->value, answer->value_length);
    wrap(b, 0x30, a);
    wrap(out, 0xa0, b);
}

static void
send_answer(GOutputStream *stream, guint8 id, const Answer *answer)
{
    g_autoptr(GByteArray) out = g_byte_array_new(), inside = g_byte_array_new();
    if (answer->tag == TAG_INTERMEDIATE) {
        text(inside, 0x80, answer->oid);
        element(inside, 0x81, answer->value, answer->value_length);
        wrap(out, answer->tag, inside);
    } else {
        if (answer->tag == TAG_ENTRY)
            append_entry(out, answer->uuid);
        else
            append_result(out, answer->tag, answer->code);
        if (answer->oid)
            append_control(out, answer);
    }
    /* Notice of Disconnection is of no request */
    send_message(stream, answer->tag == TAG_EXTENDED_ANSWER ? 0 : id, out);
}

typedef struct {
    GSocketListener *listener;
    const Answer *answers;
} Fake;

/* TRUE until the client goes. Requests are short enough to come in one piece. */
static gboolean
serve_request(GIOStream *connection, const Answer *answers)
{
    GOutputStream *out = g_io_stream_get_output_stream(connection);
    guint8 request[4096];
    gssize length = g_input_stream_read(g_io_stream_get_input_stream(connection), request,
                                        sizeof request, NULL, NULL);
    gsize at = length > 2 && request[1] & 0x80 ? 2u + (request[1] & 0x7f) : 2;
    if (length < (gssize)at + 4)
        return FALSE;
    guint8 id = request[at + 2], tag = request[at + 3];
    g_autoptr(GByteArray) answer = g_byte_array_new();
    if (tag == TAG_BIND) {
        append_result(answer, TAG_BOUND, 0);
        send_message(out, id, answer);
    } else if (tag == TAG_SEARCH) {
        for (; answers->tag; answers++)
            send_answer(out, id, answers);
    }
    return TRUE;
}

static gpointer
serve(gpointer user_data)
{
    Fake *fake = user_data;
    g_autoptr(GSocketConnection) connection =
        g_socket_listener_accept(fake->listener, NULL, NULL, NULL);
    g_assert_nonnull(connection);
    while (serve_request(G_IO_STREAM(connection), fake->answers))
        ;
    return NULL;
}

/* "+" an entry, "c" a cookie, "." the refresh's end, "r2" a refusal, "eN" an error of this code */
static char *
follow(Directory *directory)
{
    GString *log = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    ContentMessage message = {.kind = CONTENT_QUIET};
    g_assert_true(directory_content_start(directory, NULL, 0, &error));
    while (!error && message.kind != CONTENT_REFUSED && message.kind != CONTENT_PHASE) {
        if (!directory_content_next(directory, 1000, &message, &error))
            g_string_append_printf(log, "e%d", error->code);
        else if (message.kind == CONTENT_REFUSED)
            g_string_append_printf(log, "r%d", message.refusal);
        else
            g_string_append(log, message.kind == CONTENT_ENTRY    ? "+"
                                 : message.kind == CONTENT_COOKIE ? "c"
                                 : message.kind == CONTENT_PHASE  ? "."
                                                                  : "?");
        if (!error && message.kind == CONTENT_REFUSED)
            g_assert_null(strchr(message.said, '\n'));
    }
    directory_content_stop(directory);
    return g_string_free(log, FALSE);
}

static char *
talk_to(const char *folder, const Answer *answers)
{
    g_autofree char *path = g_build_filename(folder, "ldapi", NULL);
    g_autofree char *escaped = g_uri_escape_string(path, NULL, FALSE);
    g_autofree char *uri = g_strconcat("ldapi://", escaped, NULL);
    g_autoptr(GSocketListener) listener = g_socket_listener_new();
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    g_autoptr(GError) error = NULL;
    Fake fake = {listener, answers};
    Config config = {.directory_uri = uri,
                     .directory_base = (char *)"dc=x",
                     .directory_timeout = 1,
                     .directory_sasl = (char *)"none",
                     .directory_starttls = (char *)"off",
                     .directory_id_attribute = (char *)"entryUUID",
                     .directory_version_attribute = (char *)"entryCSN",
                     .directory_referrals = (char *)"skip"};
    g_unlink(path);
    g_assert_true(g_socket_listener_add_address(listener, address, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, NULL));
    GThread *thread = g_thread_new("fake", serve, &fake);
    Directory *directory = directory_ldap_new(&config, uri, &error);
    g_assert_no_error(error);
    char *log = follow(directory);
    directory_close(directory);
    g_thread_join(thread);
    g_unlink(path);
    return log;
}

#define ENTRY(value)                                                                               \
    {                                                                                              \
        TAG_ENTRY, 0, UUID_TEXT, STATE_OID, BYTES(value)                                           \
    }
#define INFO(value)                                                                                \
    {                                                                                              \
        TAG_INTERMEDIATE, 0, NULL, INFO_OID, BYTES(value)                                          \
    }
#define RESULT(code)                                                                               \
    {                                                                                              \
        TAG_RESULT, code, NULL, NULL, NULL, 0                                                      \
    }
#define DONE(value)                                                                                \
    {                                                                                              \
        TAG_RESULT, 0, NULL, DONE_OID, BYTES(value)                                                \
    }
#define UNAVAILABLE "e6"
#define VOID        "e5"

static void
test_answers(void)
{
    static const struct {
        Answer answers[4];
        const char *log;
    } rows[] = {
        {{ENTRY(STATE_ADD UUID_OCTETS), DONE("\x30\x00")}, "+."},
        {{ENTRY(STATE_ADD UUID_OCTETS), INFO("\x80\x01x"), INFO("\xa1\x00")}, "+c."},
        /* the identity is another one; there is no state; there is no identity */
        {{ENTRY(STATE_ADD OTHER_OCTETS), DONE("\x30\x00")}, "r2"},
        {{{TAG_ENTRY, 0, UUID_TEXT, NULL, NULL, 0}, RESULT(0)}, "r2"},
        {{{TAG_ENTRY, 0, NULL, STATE_OID, BYTES(STATE_ADD UUID_OCTETS)}}, VOID},
        {{ENTRY(STATE_ADD "short")}, VOID},
        {{ENTRY("")}, VOID},
        /* a plain search that found nothing */
        {{RESULT(0)}, "r2"},
        {{DONE("\x30\x01")}, VOID},
        {{INFO("")}, VOID},
        {{INFO("\x80\x05x")}, VOID},
        /* intermediate messages of others are nobody's business */
        {{{TAG_INTERMEDIATE, 0, NULL, "1.2.3", BYTES("x")}, DONE("\x30\x00")}, "."},
        {{RESULT(4096)}, "r0"},
        {{RESULT(12)}, "r2"},
        {{RESULT(53)}, VOID}, /* no cookie was sent that could be newer */
        {{RESULT(32)}, VOID},
        {{ENTRY(STATE_ADD UUID_OCTETS), RESULT(4)}, "+" VOID},
        {{RESULT(52)}, UNAVAILABLE},
        /* silence; Notice of Disconnection */
        {{ENTRY(STATE_ADD UUID_OCTETS)}, "+" UNAVAILABLE},
        {{{TAG_EXTENDED_ANSWER, 52, NULL, NULL, NULL, 0}}, UNAVAILABLE},
    };
    g_assert_cmpint(RUNDRUF_ERROR_DIRECTORY, ==, VOID[1] - '0');
    g_assert_cmpint(RUNDRUF_ERROR_UNAVAILABLE, ==, UNAVAILABLE[1] - '0');
    g_autofree char *folder = g_dir_make_tmp("rundruf-hostile-XXXXXX", NULL);
    g_assert_nonnull(folder);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%u", i);
        g_autofree char *log = talk_to(folder, rows[i].answers);
        g_assert_cmpstr(log, ==, rows[i].log);
    }
    g_rmdir(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    signal(SIGPIPE, SIG_IGN);
    g_test_add_func("/ldap_hostile/answers", test_answers);
    return g_test_run();
}
