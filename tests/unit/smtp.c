/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smtp: against tests/lib/smtpd.py, proper and misbehaving; skipped without python3-aiosmtpd */
#include "../lib/smtp_peer.h"

#include "base/error.h"
#include "base/file.h"
#include "transport/transport.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define MAIL      "To: a@b.example\r\nSubject: x\r\n\r\nHallo\r\n"
#define PASSWORD  "geheim-4711"
#define TIMEOUT_S 1

/* The octets of message number `index`. */
static GBytes *
peer_data(const Peer *peer, guint index)
{
    g_autofree char *content = peer_file(peer, "messages");
    g_auto(GStrv) lines = g_strsplit(content, "\n", -1);
    g_assert_cmpuint(index, <, g_strv_length(lines));
    const char *begin = strstr(lines[index], "\"data\": \"");
    g_assert_nonnull(begin);
    begin += strlen("\"data\": \"");
    g_autofree char *encoded = g_strndup(begin, strcspn(begin, "\""));
    gsize length;
    guchar *data = g_base64_decode(encoded, &length);
    return g_bytes_new_take(data, length);
}

/* The settings that tests change; the rest is filled in. */
typedef struct {
    const char *scheme, *host, *starttls, *ca_file, *user, *password_file, *token_file;
} Settings;

static Transport *
relay_open(const Peer *peer, Settings settings, GError **error)
{
    g_autofree char *uri = g_strdup_printf("%s://%s:%u", settings.scheme ? settings.scheme : "smtp",
                                           settings.host ? settings.host : "127.0.0.1", peer->port);
    Config config = {
        .transport_uri = uri,
        .transport_starttls = (char *)(settings.starttls ? settings.starttls : "off"),
        .transport_ca_file = (char *)settings.ca_file,
        .transport_user = (char *)settings.user,
        .transport_password_file = (char *)settings.password_file,
        .transport_token_file = (char *)settings.token_file,
        .transport_helo = (char *)"mail.netz.example",
        .transport_timeout = TIMEOUT_S,
    };
    return transport_open(&config, error);
}

static Outcome
send_to(Transport *transport, const char *recipient, const char *content)
{
    TransportMessage message = {
        .return_path = "bounce+1@netz.example",
        .recipient = recipient,
        .smtputf8 = !g_str_is_ascii(recipient),
        .name = "x",
        .content = content,
        .length = strlen(content),
    };
    Outcome outcome = {0};
    transport_send(transport, &message, &outcome);
    return outcome;
}

/* --- each fault of the relay ----------------------------------------------------------------- */

typedef struct {
    const char *fault;
    OutcomeKind kind;
    int code;
    OutcomeBlame blame;
} FaultRow;

static const FaultRow fault_rows[] = {
    {"banner:421 busy+close", OUTCOME_TEMPORARY, 421, BLAME_RELAY},
    {"banner:554 no service here+close", OUTCOME_TEMPORARY, 554, BLAME_RELAY},
    {"banner:close", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"banner:rst", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"banner:garbage", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"banner:hang", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"ehlo:421 later+close", OUTCOME_TEMPORARY, 421, BLAME_RELAY},
    {"ehlo:close", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"ehlo:rst", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"ehlo:garbage", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"mail:552 too big", OUTCOME_PERMANENT, 552, BLAME_RECIPIENT},
    {"mail:451 no room", OUTCOME_TEMPORARY, 451, BLAME_RELAY},
    {"mail:421 bye+close", OUTCOME_TEMPORARY, 421, BLAME_RELAY},
    {"mail:close", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"mail:rst", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"mail:garbage", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"mail:hang", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"rcpt:450 busy", OUTCOME_TEMPORARY, 450, BLAME_RECIPIENT},
    {"rcpt:550 no such user", OUTCOME_PERMANENT, 550, BLAME_RECIPIENT},
    {"rcpt:421 bye+close", OUTCOME_TEMPORARY, 421, BLAME_RELAY},
    {"rcpt:250 ok+close", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"rcpt:close", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"rcpt:rst", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"rcpt:garbage", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"data:451 not now", OUTCOME_TEMPORARY, 451, BLAME_RECIPIENT},
    {"data:554 no", OUTCOME_PERMANENT, 554, BLAME_RECIPIENT},
    {"data:250 ok", OUTCOME_TEMPORARY, 250, BLAME_RELAY},
    {"data:close", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"data:rst", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"data:garbage", OUTCOME_TEMPORARY, 0, BLAME_RELAY},
    {"dot:421 bye+close", OUTCOME_TEMPORARY, 421, BLAME_RELAY},
    {"dot:451 later", OUTCOME_TEMPORARY, 451, BLAME_RECIPIENT},
    {"dot:552 too big", OUTCOME_PERMANENT, 552, BLAME_RECIPIENT},
    {"dot:554 spam", OUTCOME_PERMANENT, 554, BLAME_RECIPIENT},
    {"dot:251 strange", OUTCOME_SENT, 251, BLAME_RECIPIENT},
    {"dot:354 strange", OUTCOME_UNKNOWN, 354, BLAME_RELAY},
    {"dot:close", OUTCOME_UNKNOWN, 0, BLAME_RELAY},
    {"dot:rst", OUTCOME_UNKNOWN, 0, BLAME_RELAY},
    {"dot:hang", OUTCOME_UNKNOWN, 0, BLAME_RELAY},
    {"dot:garbage", OUTCOME_UNKNOWN, 0, BLAME_RELAY},
};

/* The message meets the fault; the one after it must arrive all the same. */
static void
test_fault(gconstpointer data)
{
    const FaultRow *row = data;
    PEER(peer, "--fault", row->fault, "--count", "1");
    g_autoptr(Transport) transport = relay_open(&peer, (Settings){0}, NULL);
    g_auto(Outcome) outcome = send_to(transport, "a@b.example", MAIL);
    g_test_message("%s: %s", row->fault, outcome.text);
    g_assert_cmpint(outcome.kind, ==, row->kind);
    g_assert_cmpint(outcome.code, ==, row->code);
    g_assert_cmpint(outcome.blame, ==, row->blame);
    g_assert_nonnull(outcome.text);
    g_assert_true(g_utf8_validate(outcome.text, -1, NULL));
    g_assert_cmpuint(peer_count(&peer, "messages"), ==, 0);

    g_auto(Outcome) second = send_to(transport, "second@b.example", MAIL "second\r\n");
    g_assert_cmpint(second.kind, ==, OUTCOME_SENT);
    g_assert_cmpint(second.code, ==, 250);
    g_autoptr(GBytes) arrived = peer_data(&peer, 0);
    g_assert_cmpuint(g_bytes_get_size(arrived), ==, strlen(MAIL "second\r\n"));
}

/* A message larger than the socket's buffers, so that the fault comes in its middle. */
static void
test_fault_in_body(gconstpointer data)
{
    const char *fault = data;
    g_autoptr(GString) content = g_string_new(MAIL);
    while (content->len < 24 * 1024 * 1024)
        g_string_append(content, "A line of the kind that a message is made of, and so on.\r\n");
    PEER(peer, "--fault", fault, "--count", "1");
    g_autoptr(Transport) transport = relay_open(&peer, (Settings){0}, NULL);
    g_auto(Outcome) outcome = send_to(transport, "a@b.example", content->str);
    g_assert_cmpint(outcome.kind, ==, OUTCOME_TEMPORARY);
    g_assert_cmpint(outcome.blame, ==, BLAME_RELAY);
    g_assert_cmpuint(peer_count(&peer, "messages"), ==, 0);
    g_auto(Outcome) second = send_to(transport, "a@b.example", MAIL);
    g_assert_cmpint(second.kind, ==, OUTCOME_SENT);
}

/* A kept connection that turns out closed is replaced, once, and only before the message. */
static void
test_stale(void)
{
    static const struct {
        const char *fault, *count;
        OutcomeKind kind;
        guint sessions, messages;
    } rows[] = {
        {"mail:close", "1", OUTCOME_SENT, 2, 2},
        {"mail:rst", "1", OUTCOME_SENT, 2, 2},
        {"mail:421 idle too long+close", "1", OUTCOME_SENT, 2, 2},
        {"mail:close", "-1", OUTCOME_TEMPORARY, 2, 1},
        {"mail:451 later", "1", OUTCOME_TEMPORARY, 1, 1},
        {"dot:close", "1", OUTCOME_UNKNOWN, 1, 1},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        PEER(peer, "--fault", rows[i].fault, "--skip", "1", "--count", rows[i].count);
        g_autoptr(Transport) transport = relay_open(&peer, (Settings){0}, NULL);
        g_auto(Outcome) first = send_to(transport, "a@b.example", MAIL);
        g_test_message("%s: %s", rows[i].fault, first.text);
        g_assert_cmpint(first.kind, ==, OUTCOME_SENT);
        g_auto(Outcome) second = send_to(transport, "b@b.example", MAIL);
        g_assert_cmpint(second.kind, ==, rows[i].kind);
        g_assert_cmpuint(peer_count(&peer, "sessions"), ==, rows[i].sessions);
        g_assert_cmpuint(peer_count(&peer, "messages"), ==, rows[i].messages);
    }
}

static void
test_reply_text(void)
{
    g_autofree char *xs = g_strnfill(800, 'x');
    g_autofree char *longest = g_strconcat("dot:550 ", xs, NULL);
    const struct {
        const char *fault, *text;
        glong characters;
    } rows[] = {
        {"rcpt:550-5.7.1 first\\n550 5.7.1 second", "first second", 12},
        {"dot:554 \xc3\xbc\tx", "\xef\xbf\xbd x", 3}, /* goes out as latin-1 */
        {"dot:550 5.1.1", "", 0},
        {longest, NULL, 500},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        PEER(peer, "--fault", rows[i].fault);
        g_autoptr(Transport) transport = relay_open(&peer, (Settings){0}, NULL);
        g_auto(Outcome) outcome = send_to(transport, "a@b.example", MAIL);
        g_assert_cmpint(outcome.kind, ==, OUTCOME_PERMANENT);
        const char *text = outcome.text ? outcome.text : "";
        if (rows[i].text)
            g_assert_cmpstr(text, ==, rows[i].text);
        g_assert_cmpint(g_utf8_strlen(text, -1), ==, rows[i].characters);
    }
    g_autoptr(GString) endless = g_string_new("ehlo:");
    while (endless->len < 80 * 1024)
        g_string_append(endless, "250-EXTENSION\\n");
    PEER(peer, "--fault", endless->str);
    g_autoptr(Transport) transport = relay_open(&peer, (Settings){0}, NULL);
    g_auto(Outcome) outcome = send_to(transport, "a@b.example", MAIL);
    g_assert_cmpint(outcome.kind, ==, OUTCOME_TEMPORARY);
    g_assert_cmpint(outcome.blame, ==, BLAME_RELAY);
}

/* --- what arrives ---------------------------------------------------------------------------- */

/* Octets that arrive are those given, dots and all; one connection takes them all. */
static void
test_golden(void)
{
    g_autoptr(GString) dots = g_string_new(NULL);
    g_autoptr(GString) long_line = g_string_new(NULL);
    g_autoptr(GString) mixed = g_string_new(NULL);
    while (dots->len < 300 * 1024) /* more than libcurl's upload buffer */
        g_string_append(dots, ".\r\n");
    for (int i = 0; i < 998; i++)
        g_string_append_c(long_line, '.');
    for (int i = 0; mixed->len < 1024 * 1024; i++) {
        for (int k = 0; k < i % 97; k++)
            g_string_append_c(mixed, k % 5 == 0 ? '.' : 'x');
        g_string_append(mixed, "\r\n");
    }
    const char *const contents[] = {
        MAIL,
        "A: b\r\n\r\n.\r\n",
        "A: b\r\n\r\n..\r\n",
        "A: b\r\n\r\n.a\r\n..b\r\n...c\r\na.\r\n",
        "A: b\r\n\r\n.\r\n.\r\n.\r\n",
        "A: b\r\n\r\n\r\n.\r\n\r\n",
        "A: b\r\n\r\nMAIL FROM:<x@y>\r\nQUIT\r\n",
        ".\r\n",
        "..\r\n",
        "\r\n",
        "\r\n.\r\n",
        "a\r\n",
        dots->str,
        long_line->str,
        mixed->str,
        "A: b\r\n\r\nlast line without its end",
        "A: b\r\n\r\n.",
        "A: b\r\n\r\n..",
        "x",
    };
    PEER(peer, "--port", "0");
    g_autoptr(Transport) transport = relay_open(&peer, (Settings){0}, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(contents); i++) {
        g_auto(Outcome) outcome = send_to(transport, "a@b.example", contents[i]);
        g_assert_cmpint(outcome.kind, ==, OUTCOME_SENT);
        g_autofree char *wanted = g_str_has_suffix(contents[i], "\r\n")
                                      ? g_strdup(contents[i])
                                      : g_strconcat(contents[i], "\r\n", NULL);
        g_autoptr(GBytes) arrived = peer_data(&peer, i);
        g_assert_cmpmem(g_bytes_get_data(arrived, NULL), g_bytes_get_size(arrived), wanted,
                        strlen(wanted));
    }
    g_assert_cmpuint(peer_count(&peer, "sessions"), ==, 1);
    g_autofree char *sessions = peer_file(&peer, "sessions");
    g_assert_nonnull(strstr(sessions, "\"helo\": \"mail.netz.example\""));
    g_assert_null(strstr(sessions, g_get_host_name()));
}

static void
test_injection(void)
{
    static const char *const addresses[] = {
        "a@b>\r\nRCPT TO:<evil@x.example",
        "a@b.example\r\nRCPT TO:<evil@x.example>",
        "a@b.example> SIZE=1",
        "a@b.example\n",
        "<a@b.example>",
        "",
    };
    PEER(peer, "--fault", "none:none");
    g_autoptr(Transport) transport = relay_open(&peer, (Settings){0}, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(addresses); i++) {
        g_auto(Outcome) outcome = send_to(transport, addresses[i], MAIL);
        g_assert_cmpint(outcome.kind, ==, OUTCOME_PERMANENT);
        g_assert_cmpint(outcome.blame, ==, BLAME_RECIPIENT);
        TransportMessage message = {addresses[i], "a@b.example", FALSE, "x",
                                    MAIL,         strlen(MAIL),  NULL};
        g_auto(Outcome) other = {0};
        if (*addresses[i])
            transport_send(transport, &message, &other);
        g_assert_cmpint(other.kind, ==, *addresses[i] ? OUTCOME_PERMANENT : OUTCOME_SENT);
    }
    g_auto(Outcome) bare = send_to(transport, "a@b.example", "A: b\n\nbare\n");
    g_assert_cmpint(bare.kind, ==, OUTCOME_PERMANENT);
    g_assert_cmpuint(peer_count(&peer, "sessions"), ==, 0); /* all of it before the network */

    TransportMessage message = {"", "a@b.example", FALSE, "x", MAIL, strlen(MAIL), NULL};
    g_auto(Outcome) outcome = {0};
    transport_send(transport, &message, &outcome); /* the null return path is none of them */
    g_assert_cmpint(outcome.kind, ==, OUTCOME_SENT);
    g_autofree char *commands = peer_file(&peer, "commands");
    g_assert_nonnull(strstr(commands, "MAIL FROM:<> SIZE="));
    g_assert_null(strstr(commands, "evil"));
}

static void
test_recipients(void)
{
    PEER(peer, "--port", "0");
    g_autoptr(Transport) transport = relay_open(&peer, (Settings){0}, NULL);
    static const struct {
        const char *recipient;
        OutcomeKind kind;
        int code;
    } rows[] = {
        {"tmp450+1@b.example", OUTCOME_TEMPORARY, 450},
        {"tmp450+1@b.example", OUTCOME_SENT, 250},
        {"perm550@b.example", OUTCOME_PERMANENT, 550},
        {"dot451@b.example", OUTCOME_TEMPORARY, 451},
        {"dot451@b.example", OUTCOME_SENT, 250},
        {"dotclose@b.example", OUTCOME_UNKNOWN, 0},
        {"anna@b.example", OUTCOME_SENT, 250},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Outcome) outcome = send_to(transport, rows[i].recipient, MAIL);
        g_assert_cmpint(outcome.kind, ==, rows[i].kind);
        g_assert_cmpint(outcome.code, ==, rows[i].code);
    }
    g_assert_cmpuint(peer_count(&peer, "messages"), ==, 4);
}

static void
test_smtputf8(void)
{
    {
        PEER(peer, "--port", "0");
        g_autoptr(Transport) transport = relay_open(&peer, (Settings){0}, NULL);
        g_auto(Outcome) outcome = send_to(transport, "m\xc3\xbcller@b.example", MAIL);
        g_assert_cmpint(outcome.kind, ==, OUTCOME_SENT);
        g_autofree char *messages = peer_file(&peer, "messages");
        g_assert_nonnull(strstr(messages, "\"utf8\": true"));
    }
    PEER(peer, "--fault", "none:none");
    g_autoptr(Transport) transport = relay_open(&peer, (Settings){0}, NULL);
    for (int i = 0; i < 2; i++) {
        g_auto(Outcome) outcome = send_to(transport, "m\xc3\xbcller@b.example", MAIL);
        g_assert_cmpint(outcome.kind, ==, OUTCOME_PERMANENT);
        g_assert_cmpint(outcome.blame, ==, BLAME_RECIPIENT);
        g_assert_nonnull(strstr(outcome.text, "SMTPUTF8"));
        g_auto(Outcome) ascii = send_to(transport, "a@b.example", MAIL);
        g_assert_cmpint(ascii.kind, ==, OUTCOME_SENT);
    }
    g_autofree char *commands = peer_file(&peer, "commands");
    g_assert_null(strstr(commands, "ller@"));
}

/* --- login and TLS --------------------------------------------------------------------------- */

static char *
write_password(const char *password, int mode)
{
    g_autofree char *folder = g_dir_make_tmp("rundruf-secret-XXXXXX", NULL);
    char *path = g_build_filename(folder, "password", NULL);
    g_assert_true(file_write(path, password, strlen(password), mode, NULL));
    return path;
}

static void
remove_with_folder(char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_unlink(path);
    g_rmdir(folder);
    g_free(path);
}

static void
test_login(void)
{
    /* what a relay might repeat: the login line (base64) and the password */
    g_autofree char *encoded = g_base64_encode((const guchar *)"\0anna\0" PASSWORD, 6 + 11);
    g_autofree char *echo = g_strdup_printf("auth:500 unknown: %s " PASSWORD, encoded);
    char *right = write_password(PASSWORD "\n", 0600), *wrong = write_password("falsch", 0600);
    const struct {
        const char *option, *value, *password_file;
        OutcomeKind kind;
        int code;
    } rows[] = {
        {"--auth", "anna:" PASSWORD, right, OUTCOME_SENT, 250},
        {"--auth", "anna:" PASSWORD, wrong, OUTCOME_TEMPORARY, 535},
        {"--auth", "anna:" PASSWORD, NULL, OUTCOME_TEMPORARY, 530}, /* at MAIL: all alike */
        {"--port", "0", right, OUTCOME_TEMPORARY, 0},               /* not offered */
        {"--fault", "ehlo:garbage", right, OUTCOME_TEMPORARY, 0},
        {"--fault", echo, right, OUTCOME_TEMPORARY, 500},
        {"--fault", "auth:garbage", right, OUTCOME_TEMPORARY, 0},
        {"--fault", "auth:close", right, OUTCOME_TEMPORARY, 0},
        {"--fault", "auth:454 later", right, OUTCOME_TEMPORARY, 454},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        PEER(peer, rows[i].option, rows[i].value);
        const char *file = rows[i].password_file;
        g_autoptr(Transport) transport = relay_open(
            &peer, (Settings){.user = file ? "anna" : NULL, .password_file = file}, NULL);
        g_auto(Outcome) outcome = send_to(transport, "a@b.example", MAIL);
        g_test_message("%s: %s", rows[i].value, outcome.text);
        if (i == 2) { /* permanent for this message, but said of the relay as a whole */
            g_assert_cmpint(outcome.code, ==, 530);
            g_assert_cmpint(outcome.blame, ==, BLAME_RELAY);
            continue;
        }
        g_assert_cmpint(outcome.kind, ==, rows[i].kind);
        g_assert_cmpint(outcome.code, ==, rows[i].code);
        g_assert_cmpint(outcome.blame == BLAME_RELAY, ==, rows[i].kind != OUTCOME_SENT);
        g_assert_null(strstr(outcome.text, PASSWORD));
        g_assert_null(strstr(outcome.text, encoded));
        g_assert_cmpuint(peer_count(&peer, "messages"), ==, rows[i].kind == OUTCOME_SENT);
        g_autofree char *commands = peer_file(&peer, "commands");
        g_assert_null(strstr(commands, "MAIL"));
    }
    remove_with_folder(right);
    remove_with_folder(wrong);
}

static void
test_ipv6(void)
{
    g_auto(Peer) peer = {0};
    if (!peer_start(&peer, (const char *const[]){"--host", "::1", NULL})) {
        g_test_skip("no IPv6");
        return;
    }
    g_autoptr(Transport) transport = relay_open(&peer, (Settings){.host = "[::1]"}, NULL);
    g_auto(Outcome) outcome = send_to(transport, "a@b.example", MAIL);
    g_assert_cmpint(outcome.kind, ==, OUTCOME_SENT);
    g_assert_cmpuint(peer_count(&peer, "messages"), ==, 1);
}

/* By access token (XOAUTH2), which is read for each session. */
static void
test_token(void)
{
    const struct {
        const char *option, *value, *token; /* NULL: the file is gone */
        OutcomeKind kind;
        int code;
    } rows[] = {
        {"--token", "anna@b.example:" PASSWORD, PASSWORD "\n", OUTCOME_SENT, 250},
        /* libcurl does not ask for the 535 after the challenge that tells why */
        {"--token", "anna@b.example:" PASSWORD, "stale", OUTCOME_TEMPORARY, 0},
        {"--token", "anna@b.example:" PASSWORD, NULL, OUTCOME_TEMPORARY, 0},
        {"--auth", "anna@b.example:" PASSWORD, PASSWORD, OUTCOME_TEMPORARY, 0}, /* not offered */
        {"--port", "0", PASSWORD, OUTCOME_TEMPORARY, 0},
        {"--fault", "auth:500 unknown: " PASSWORD, PASSWORD, OUTCOME_TEMPORARY, 0}, /* PLAIN only */
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        PEER(peer, rows[i].option, rows[i].value);
        char *file = write_password("of the start", 0600);
        g_autoptr(Transport) transport =
            relay_open(&peer, (Settings){.user = "anna@b.example", .token_file = file}, NULL);
        if (rows[i].token)
            g_assert_true(file_write(file, rows[i].token, strlen(rows[i].token), 0600, NULL));
        else
            g_unlink(file);
        g_auto(Outcome) outcome = send_to(transport, "a@b.example", MAIL);
        g_test_message("%u: %s", i, outcome.text);
        g_assert_cmpint(outcome.kind, ==, rows[i].kind);
        g_assert_cmpint(outcome.code, ==, rows[i].code);
        g_assert_cmpint(outcome.blame == BLAME_RELAY, ==, rows[i].kind != OUTCOME_SENT);
        g_assert_null(strstr(outcome.text, PASSWORD));
        g_assert_cmpuint(peer_count(&peer, "messages"), ==, rows[i].kind == OUTCOME_SENT);
        remove_with_folder(file);
    }
}

/* A self-signed certificate for the name "localhost". FALSE if there is no openssl program. */
static gboolean
make_certificate(const char *folder, char **cert, char **key)
{
    *cert = g_build_filename(folder, "cert.pem", NULL);
    *key = g_build_filename(folder, "key.pem", NULL);
    const char *const argv[] = {
        "openssl", "req",   "-x509", "-newkey", "ec",    "-pkeyopt", "ec_paramgen_curve:P-256",
        "-nodes",  "-days", "2",     "-subj",   "/CN=x", "-addext",  "subjectAltName=DNS:localhost",
        "-keyout", *key,    "-out",  *cert,     NULL,
    };
    int status;
    return g_spawn_sync(NULL, (char **)argv, NULL,
                        G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
                            G_SPAWN_STDERR_TO_DEV_NULL,
                        NULL, NULL, NULL, NULL, &status, NULL) &&
           g_spawn_check_wait_status(status, NULL);
}

static void
test_tls(void)
{
    g_autofree char *folder = g_dir_make_tmp("rundruf-tls-XXXXXX", NULL);
    g_autofree char *cert = NULL, *key = NULL;
    if (!make_certificate(folder, &cert, &key)) {
        g_rmdir(folder);
        g_test_skip("no openssl program");
        return;
    }
    char *password = write_password(PASSWORD, 0600);
    const struct {
        const char *option;
        Settings settings;
        gboolean sent;
    } rows[] = {
        {"--tls", {.host = "localhost", .starttls = "required", .ca_file = cert}, TRUE},
        {"--tls", {.host = "127.0.0.1", .starttls = "required", .ca_file = cert}, FALSE},
        {"--tls", {.host = "localhost", .starttls = "required"}, FALSE},
        {"--tls", {.host = "localhost", .starttls = "off"}, FALSE}, /* it requires AUTH */
        {"--smtps", {.scheme = "smtps", .host = "localhost", .ca_file = cert}, TRUE},
        {"--smtps", {.scheme = "smtps", .host = "127.0.0.1", .ca_file = cert}, FALSE},
        {"--smtps", {.scheme = "smtps", .host = "localhost"}, FALSE},
    };
    g_autoptr(GString) large = g_string_new(MAIL); /* more than the sockets hold */
    for (int i = 0; large->len < 6 * 1024 * 1024; i++)
        g_string_append_printf(large, "%s line %d of the kind that a message is made of\r\n",
                               i % 9 == 0 ? "." : "a", i);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        PEER(peer, rows[i].option, cert, key, "--auth", "anna:" PASSWORD);
        Settings settings = rows[i].settings;
        settings.user = "anna";
        settings.password_file = password;
        g_autoptr(Transport) transport = relay_open(&peer, settings, NULL);
        g_auto(Outcome) outcome = send_to(transport, "a@b.example", MAIL);
        g_test_message("%u: %s", i, outcome.text);
        g_assert_cmpint(outcome.kind, ==, rows[i].sent ? OUTCOME_SENT : OUTCOME_TEMPORARY);
        g_assert_cmpint(outcome.blame == BLAME_RELAY, ==, !rows[i].sent);
        g_assert_cmpuint(peer_count(&peer, "messages"), ==, rows[i].sent);
        if (!rows[i].sent)
            continue;
        g_auto(Outcome) second = send_to(transport, "a@b.example", large->str);
        g_assert_cmpint(second.kind, ==, OUTCOME_SENT);
        g_autoptr(GBytes) arrived = peer_data(&peer, 1);
        g_assert_cmpmem(g_bytes_get_data(arrived, NULL), g_bytes_get_size(arrived), large->str,
                        large->len);
    }
    remove_with_folder(password);
    g_unlink(key);
    remove_with_folder(g_steal_pointer(&cert));
}

/* STARTTLS is required and not offered: nothing but EHLO is said in clear. */
static void
test_no_starttls(void)
{
    char *password = write_password(PASSWORD, 0600);
    static const char *const faults[] = {"none:none", "auth:none", "ehlo:500 what?"};
    for (guint i = 0; i < G_N_ELEMENTS(faults); i++) {
        PEER(peer, "--fault", faults[i], "--count", "0");
        g_autoptr(Transport) transport = relay_open(
            &peer, (Settings){.starttls = "required", .user = "anna", .password_file = password},
            NULL);
        g_auto(Outcome) outcome = send_to(transport, "a@b.example", MAIL);
        g_assert_cmpint(outcome.kind, ==, OUTCOME_TEMPORARY);
        g_assert_cmpint(outcome.blame, ==, BLAME_RELAY);
        g_assert_nonnull(strstr(outcome.text, "STARTTLS"));
        g_autofree char *commands = peer_file(&peer, "commands");
        g_assert_null(strstr(commands, "AUTH"));
        g_assert_null(strstr(commands, "MAIL"));
    }
    remove_with_folder(password);
}

/* --- settings and check ---------------------------------------------------------------------- */

static void
test_check(void)
{
    g_autoptr(GError) error = NULL;
    PEER(peer, "--port", "0");
    g_autoptr(Transport) transport = relay_open(&peer, (Settings){0}, NULL);
    g_assert_true(transport->check(transport, &error));
    g_assert_no_error(error);
    g_auto(Outcome) outcome = send_to(transport, "a@b.example", MAIL);
    g_assert_cmpint(outcome.kind, ==, OUTCOME_SENT);
    g_assert_cmpuint(peer_count(&peer, "messages"), ==, 1);

    g_autoptr(Transport) strict = relay_open(&peer, (Settings){.starttls = "required"}, NULL);
    g_assert_false(strict->check(strict, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_TRANSPORT);
    g_clear_error(&error);

    Peer nobody = {.port = 1};
    g_autoptr(Transport) deaf = relay_open(&nobody, (Settings){0}, NULL);
    g_assert_false(deaf->check(deaf, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_TRANSPORT);
    g_auto(Outcome) failed = send_to(deaf, "a@b.example", MAIL);
    g_assert_cmpint(failed.kind, ==, OUTCOME_TEMPORARY);
    g_assert_cmpint(failed.blame, ==, BLAME_RELAY);
}

static void
test_settings(void)
{
    char *open_file = write_password(PASSWORD, 0644), *secret = write_password(PASSWORD, 0600);
    const struct {
        const char *uri, *helo, *user, *password_file, *token_file;
    } rows[] = {
        {"smtp://", "a.example", NULL, NULL, NULL},
        {"smtp://:25", "a.example", NULL, NULL, NULL},
        {"smtp://host:99999", "a.example", NULL, NULL, NULL},
        {"smtp://anna:" PASSWORD "@host", "a.example", NULL, NULL, NULL},
        {"smtp://host;AUTH=PLAIN@host", "a.example", NULL, NULL, NULL},
        {"smtp://host/name", "a.example", NULL, NULL, NULL},
        {"smtp://host?x=y", "a.example", NULL, NULL, NULL},
        {"smtp://host#x", "a.example", NULL, NULL, NULL},
        {"smtp://host", NULL, NULL, NULL, NULL},
        {"smtp://host", "", NULL, NULL, NULL},
        {"smtp://host", "a b", NULL, NULL, NULL},
        {"smtp://host", "a\r\nMAIL FROM:<x>", NULL, NULL, NULL},
        {"smtp://host", "a/b", NULL, NULL, NULL},
        {"smtp://host", "a.example", "anna", NULL, NULL},
        {"smtp://host", "a.example", NULL, "/dev/null", NULL},
        {"smtp://host", "a.example", "anna", "/nowhere/password", NULL},
        {"smtp://host", "a.example", "anna", open_file, NULL},
        {"smtp://host", "a.example", NULL, NULL, "/dev/null"},
        {"smtp://host", "a.example", "anna", NULL, "/nowhere/token"},
        {"smtp://host", "a.example", "anna", NULL, open_file},
        {"smtp://host", "a.example", "anna", secret, secret},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Config config = {
            .transport_uri = (char *)rows[i].uri,
            .transport_helo = (char *)rows[i].helo,
            .transport_user = (char *)rows[i].user,
            .transport_password_file = (char *)rows[i].password_file,
            .transport_token_file = (char *)rows[i].token_file,
            .transport_timeout = TIMEOUT_S,
        };
        g_autoptr(GError) error = NULL;
        g_assert_null(transport_open(&config, &error));
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG);
        g_assert_null(strstr(error->message, PASSWORD));
    }
    remove_with_folder(open_file);
    remove_with_folder(secret);
}

int
main(int argc, char **argv)
{
    /* none of these may matter */
    static const char *const proxies[] = {"all_proxy", "ALL_PROXY", "smtp_proxy", "http_proxy"};
    for (guint i = 0; i < G_N_ELEMENTS(proxies); i++)
        g_setenv(proxies[i], "http://127.0.0.1:1", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* the peers must be ended in any case */
    {
        g_auto(Peer) probe = {0};
        if (!peer_start(&probe, NULL))
            return 77;
    }
    for (guint i = 0; i < G_N_ELEMENTS(fault_rows); i++) {
        g_autofree char *path = g_strconcat("/smtp/fault/", fault_rows[i].fault, NULL);
        g_test_add_data_func(path, &fault_rows[i], test_fault);
    }
    static const char *const body_faults[] = {"body:421 bye+close", "body:close", "body:rst"};
    for (guint i = 0; i < G_N_ELEMENTS(body_faults); i++) {
        g_autofree char *path = g_strconcat("/smtp/fault/", body_faults[i], NULL);
        g_test_add_data_func(path, body_faults[i], test_fault_in_body);
    }
    g_test_add_func("/smtp/stale", test_stale);
    g_test_add_func("/smtp/reply_text", test_reply_text);
    g_test_add_func("/smtp/golden", test_golden);
    g_test_add_func("/smtp/injection", test_injection);
    g_test_add_func("/smtp/recipients", test_recipients);
    g_test_add_func("/smtp/smtputf8", test_smtputf8);
    g_test_add_func("/smtp/ipv6", test_ipv6);
    g_test_add_func("/smtp/login", test_login);
    g_test_add_func("/smtp/token", test_token);
    g_test_add_func("/smtp/tls", test_tls);
    g_test_add_func("/smtp/no_starttls", test_no_starttls);
    g_test_add_func("/smtp/check", test_check);
    g_test_add_func("/smtp/settings", test_settings);
    return g_test_run();
}
