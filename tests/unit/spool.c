/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spool: files in a folder; transport_open by URI; what wire_check refuses */
#include "base/error.h"
#include "base/file.h"
#include "transport/transport.h"
#include "transport/wire.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAIL "To: a@b.example\r\n\r\nHallo\r\n.\r\n..\r\n"

static char *
make_folder(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = g_dir_make_tmp("rundruf-spool-XXXXXX", &error);
    g_assert_no_error(error);
    return folder;
}

static Transport *
open_uri(const char *uri, GError **error)
{
    g_autofree char *copy = g_strdup(uri);
    Config config = {.transport_uri = copy};
    return transport_open(&config, error);
}

static Outcome
send_as(Transport *transport, const char *name)
{
    TransportMessage message = {"bounce@n.example", "a@b.example", FALSE, name, MAIL,
                                strlen(MAIL),       NULL};
    Outcome outcome = {0};
    transport_send(transport, &message, &outcome);
    return outcome;
}

static void
test_send(void)
{
    g_autofree char *parent = make_folder();
    g_autofree char *folder = g_build_filename(parent, "outbox", NULL);
    g_autofree char *uri = g_strconcat("spool:", folder, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(Transport) transport = open_uri(uri, &error);
    g_assert_no_error(error);
    struct stat status;
    g_assert_cmpint(stat(folder, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0700);
    g_assert_true(transport->check(transport, &error));

    /* twice the same: one file */
    for (int i = 0; i < 2; i++) {
        g_auto(Outcome) outcome = send_as(transport, "m-1.d-2_x");
        g_assert_cmpint(outcome.kind, ==, OUTCOME_SENT);
        g_assert_cmpstr(outcome.text, ==, "m-1.d-2_x.eml");
    }
    g_autofree char *path = g_build_filename(folder, "m-1.d-2_x.eml", NULL);
    g_autoptr(GBytes) content = file_read(path, 65536, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(g_bytes_get_data(content, NULL), g_bytes_get_size(content), MAIL, strlen(MAIL));
    g_assert_cmpint(stat(path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0600);

    g_autoptr(GDir) listing = g_dir_open(folder, 0, NULL);
    g_assert_cmpstr(g_dir_read_name(listing), ==, "m-1.d-2_x.eml");
    g_assert_null(g_dir_read_name(listing)); /* no temporary file is left */

    /* the folder is gone: temporary, and not the recipient's fault */
    g_unlink(path);
    g_rmdir(folder);
    g_auto(Outcome) outcome = send_as(transport, "gone");
    g_assert_cmpint(outcome.kind, ==, OUTCOME_TEMPORARY);
    g_assert_cmpint(outcome.blame, ==, BLAME_RELAY);
    g_assert_nonnull(outcome.text);
    g_assert_false(transport->check(transport, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_TRANSPORT);
    g_rmdir(parent);
}

/* A limit of 10 octets for each file stands in for the full disk. */
static void
test_full_disk(void)
{
    g_autofree char *folder = make_folder();
    g_autofree char *uri = g_strconcat("spool:", folder, NULL);
    g_autoptr(Transport) transport = open_uri(uri, NULL);
    struct rlimit before;
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){10, before.rlim_max});
    g_auto(Outcome) outcome = send_as(transport, "full");
    setrlimit(RLIMIT_FSIZE, &before);
    g_assert_cmpint(outcome.kind, ==, OUTCOME_TEMPORARY);
    g_assert_cmpint(outcome.blame, ==, BLAME_RELAY);
    g_assert_cmpint(g_rmdir(folder), ==, 0); /* nothing is left */
}

static void
test_names(void)
{
    static const char *const refused[] = {
        "", ".", "..", ".hidden", "a/b", "../a", "a b", "a\nb", "\xc3\xa4", NULL,
    };
    g_autofree char *folder = make_folder();
    g_autofree char *uri = g_strconcat("spool:", folder, NULL);
    g_autoptr(Transport) transport = open_uri(uri, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_auto(Outcome) outcome = send_as(transport, refused[i]);
        g_assert_cmpint(outcome.kind, ==, OUTCOME_PERMANENT);
    }
    g_autofree char *longest = g_strnfill(201, 'a');
    g_auto(Outcome) outcome = send_as(transport, longest);
    g_assert_cmpint(outcome.kind, ==, OUTCOME_PERMANENT);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static void
test_open_errors(void)
{
    static const struct {
        const char *uri;
        RundrufError code;
    } rows[] = {
        {"", RUNDRUF_ERROR_CONFIG},
        {"smtp", RUNDRUF_ERROR_CONFIG},
        {"sendmail:", RUNDRUF_ERROR_CONFIG},
        {"http://user:geheim@relay.example", RUNDRUF_ERROR_CONFIG},
        {"spool:", RUNDRUF_ERROR_CONFIG},
        {"spool:/nowhere/at/all", RUNDRUF_ERROR_TRANSPORT},
        {"spool:/dev/null", RUNDRUF_ERROR_TRANSPORT},
        {"spool:/proc/self", RUNDRUF_ERROR_TRANSPORT},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Transport) transport = open_uri(rows[i].uri, &error);
        if (transport && g_str_has_suffix(rows[i].uri, "/self"))
            g_assert_false(transport->check(transport, &error)); /* root: access() says yes */
        else
            g_assert_null(transport);
        g_assert_error(error, RUNDRUF_ERROR, (int)rows[i].code);
        g_assert_null(strstr(error->message, "geheim"));
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(open_uri("sendmail:", &error));
    g_assert_nonnull(strstr(error->message, "smtps://"));
    g_assert_nonnull(strstr(error->message, "spool:"));
}

static void
test_addresses(void)
{
    static const struct {
        const char *address;
        gboolean smtputf8, fine;
    } rows[] = {
        {"a@b.example", FALSE, TRUE},
        {"a+b=c@b.example", FALSE, TRUE},
        {"\"a@b\"@b.example", FALSE, TRUE},
        {"a@[192.0.2.1]", FALSE, TRUE},
        {"m\xc3\xbcller@b.example", TRUE, TRUE},
        {"m\xc3\xbcller@b.example", FALSE, FALSE},
        {"m\xfcller@b.example", TRUE, FALSE},
        {"a@m\xc3\xbcller.example", TRUE, FALSE},
        {"\"x@\xc3\xbc\"@b.example", TRUE, FALSE},
        {"", FALSE, FALSE},
        {"a", FALSE, FALSE},
        {"a@b>\r\nRCPT TO:<evil@x", FALSE, FALSE},
        {"a@b\r\nDATA", FALSE, FALSE},
        {"a@b\n", FALSE, FALSE},
        {"a b@c", FALSE, FALSE},
        {"<a@b>", FALSE, FALSE},
        {"a@b>", FALSE, FALSE},
        {"a\x7f@b", FALSE, FALSE},
        {"a\x01@b", FALSE, FALSE},
        {"a\t@b", FALSE, FALSE},
        {NULL, FALSE, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Outcome) outcome = {.kind = OUTCOME_UNKNOWN};
        TransportMessage message = {
            "b@n.example", rows[i].address, rows[i].smtputf8, "x", MAIL, strlen(MAIL), NULL};
        g_assert_cmpint(wire_check(&message, &outcome), ==, rows[i].fine);
        g_assert_cmpint(outcome.kind, ==, rows[i].fine ? OUTCOME_UNKNOWN : OUTCOME_PERMANENT);
        message.recipient = "a@b.example";
        message.return_path = rows[i].address;
        g_auto(Outcome) other = {0};
        gboolean null_path = rows[i].address && !*rows[i].address;
        g_assert_cmpint(wire_check(&message, &other), ==, rows[i].fine || null_path);
    }
    g_autofree char *stem = g_strnfill(255, 'a');
    g_autofree char *address = g_strconcat(stem, "@b.example", NULL);
    TransportMessage message = {"b@n.example", address, FALSE, "x", MAIL, strlen(MAIL), NULL};
    g_auto(Outcome) outcome = {0};
    g_assert_false(wire_check(&message, &outcome));
}

static void
test_content(void)
{
    g_autofree char *full = g_strnfill(998, 'x');
    g_autofree char *line_998 = g_strconcat("a\r\n", full, "\r\n", NULL);
    g_autofree char *line_999 = g_strconcat("a\r\nx", full, "\r\nb", NULL);
    g_autofree char *open_998 = g_strconcat("a\r\n", full, NULL);
    g_autofree char *open_999 = g_strconcat("a\r\nx", full, NULL);
    const struct {
        const char *content;
        gsize length;
        gboolean fine;
    } rows[] = {
        {MAIL, strlen(MAIL), TRUE},
        {"x", 1, TRUE},
        {"\r\n", 2, TRUE},
        {"", 0, FALSE},
        {"a\nb", 3, FALSE},
        {"a\rb", 3, FALSE},
        {"\n", 1, FALSE},
        {"\r", 1, FALSE},
        {"a\r\n\r", 4, FALSE},
        {"a\r\r\n", 4, FALSE},
        {"a\r\n\n", 4, FALSE},
        {"a\0b", 3, FALSE},
        {"a\r\nb", 2, FALSE}, /* the LF lies beyond the length */
        {line_998, strlen(line_998), TRUE},
        {line_999, strlen(line_999), FALSE},
        {open_998, strlen(open_998), TRUE},
        {open_999, strlen(open_999), FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Outcome) outcome = {0};
        TransportMessage message = {"b@n.example",   "a@b.example",  FALSE, "x",
                                    rows[i].content, rows[i].length, NULL};
        g_assert_cmpint(wire_check(&message, &outcome), ==, rows[i].fine);
        g_assert_cmpint(outcome.text == NULL, ==, rows[i].fine);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/spool/send", test_send);
    g_test_add_func("/spool/full_disk", test_full_disk);
    g_test_add_func("/spool/names", test_names);
    g_test_add_func("/transport/open_errors", test_open_errors);
    g_test_add_func("/wire/addresses", test_addresses);
    g_test_add_func("/wire/content", test_content);
    return g_test_run();
}
