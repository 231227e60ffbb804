/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ldap_session: which of several servers is taken, and signals while an answer is waited for */
#include "directory/ldap_session.h"

#include "base/error.h"
#include "base/wake.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A server for one client, which logs in and searches: messages 1 and 2 of RFC 4511. */
typedef struct {
    int listener, port;
    guint8 bind_code;
    int signal; /* sent to the client's thread again and again while it waits for the search */
    pthread_t client;
    GThread *thread;
    guint requests;
    gboolean huge; /* its answer to the bind never ends */
} Server;

static void
send_result(int fd, guint8 id, guint8 operation, guint8 code)
{
    const guint8 message[] = {0x30, 12, 2, 1, id, operation, 7, 10, 1, code, 4, 0, 4, 0};
    g_assert_cmpint(write(fd, message, sizeof message), ==, sizeof message);
}

static gpointer
serve(gpointer data)
{
    Server *server = data;
    guint8 request[4096];
    int fd = accept(server->listener, NULL, NULL);
    if (fd < 0)
        return NULL;
    static const guint8 header[] = {0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 2, 1, 1, 0x61};
    gboolean asked = read(fd, request, sizeof request) > 0;
    if (asked && server->huge) {
        g_assert_cmpint(write(fd, header, sizeof header), ==, sizeof header);
    } else if (asked) {
        server->requests++;
        send_result(fd, 1, 0x61, server->bind_code);
    }
    if (server->bind_code == 0 && !server->huge && read(fd, request, sizeof request) > 0) {
        server->requests++;
        for (guint i = 0; i < 5 && server->signal; i++) {
            g_usleep(30 * 1000);
            pthread_kill(server->client, server->signal);
        }
        if (server->signal != SIGHUP)
            send_result(fd, 2, 0x65, 0);
    }
    while (read(fd, request, sizeof request) > 0)
        continue; /* until the client goes */
    close(fd);
    return NULL;
}

static void
start(Server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    server->client = pthread_self();
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    g_assert_cmpint(bind(server->listener, (struct sockaddr *)&address, size), ==, 0);
    g_assert_cmpint(getsockname(server->listener, (struct sockaddr *)&address, &size), ==, 0);
    g_assert_cmpint(listen(server->listener, 5), ==, 0);
    server->port = ntohs(address.sin_port);
    server->thread = g_thread_new("server", serve, server);
}

static void
stop(Server *server)
{
    shutdown(server->listener, SHUT_RDWR); /* accept() fails */
    g_thread_join(server->thread);
    close(server->listener);
}

static gboolean
note_nothing(G_GNUC_UNUSED const DirectoryEntry *entry, G_GNUC_UNUSED gpointer user_data,
             G_GNUC_UNUSED GError **error)
{
    return TRUE;
}

static gboolean
search(const char *uris, GError **error)
{
    Config config = {
        .directory_uri = (char *)uris, .directory_starttls = (char *)"off", .directory_timeout = 5};
    DirectoryTally tally;
    g_autoptr(Directory) directory = directory_open(&config, error);
    return directory && directory_search(directory, NULL, note_nothing, NULL, &tally, error);
}

/* Result codes of the servers' binds (-1: nobody listens), and the one that is used. */
static void
test_failover(void)
{
    static const struct {
        int codes[3];
        int used; /* -1: none */
        RundrufError error;
        const char *about;
    } rows[] = {
        {{0, 0, 0}, 0, 0, NULL},
        {{-1, 0, 0}, 1, 0, NULL},
        {{-1, 51, 0}, 2, 0, NULL},
        {{52, -1, 0}, 2, 0, NULL},
        {{-1, -1, -1}, -1, RUNDRUF_ERROR_UNAVAILABLE, "Can't contact"},
        {{51, 52, -1}, -1, RUNDRUF_ERROR_UNAVAILABLE, "busy"},
        {{49, 0, 0}, -1, RUNDRUF_ERROR_DIRECTORY, "Invalid credentials"},
        {{-1, 49, 0}, -1, RUNDRUF_ERROR_DIRECTORY, "Invalid credentials"},
        {{8, 0, 0}, -1, RUNDRUF_ERROR_DIRECTORY, "TLS"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GString) uris = g_string_new(NULL);
        g_autofree char *last = NULL;
        Server servers[3] = {0};
        for (guint j = 0; j < 3; j++) {
            servers[j].bind_code = (guint8)MAX(0, rows[i].codes[j]);
            start(&servers[j]);
            if (rows[i].codes[j] < 0)
                stop(&servers[j]);
            g_free(last);
            last = g_strdup_printf("ldap://127.0.0.1:%d", servers[j].port);
            g_string_append_printf(uris, "%s%s", j ? "  " : "", last);
        }
        gboolean good = search(uris->str, &error);
        for (int j = 0; j < 3; j++) {
            if (rows[i].codes[j] >= 0)
                stop(&servers[j]);
            g_assert_cmpuint(servers[j].requests == 2, ==, j == rows[i].used);
        }
        g_assert_cmpint(good, ==, rows[i].used >= 0);
        if (good)
            continue;
        g_assert_error(error, RUNDRUF_ERROR, (gint)rows[i].error);
        g_assert_nonnull(strstr(error->message, rows[i].about));
        /* all that failed are named */
        if (rows[i].error == RUNDRUF_ERROR_UNAVAILABLE)
            g_assert_nonnull(strstr(error->message, last));
    }
}

/* Nobody is there; 192.0.2.1 (RFC 5737) is not even asked. */
static void
test_no_password_in_the_clear(void)
{
    static const struct {
        const char *uri;
        const char *bind_dn;
        RundrufError error;
        const char *about;
    } rows[] = {
        {"ldap://192.0.2.1", "cn=a", RUNDRUF_ERROR_CONFIG, "no password was sent"},
        {"LDAP://192.0.2.1", "cn=a", RUNDRUF_ERROR_CONFIG, "no password was sent"},
        {"ldap://directory.invalid", "cn=a", RUNDRUF_ERROR_CONFIG, "directory.starttls"},
        {"ldap://localhost.invalid", "cn=a", RUNDRUF_ERROR_CONFIG, "directory.starttls"},
        {"ldap://[2001:db8::1]:1", "cn=a", RUNDRUF_ERROR_CONFIG, "directory.starttls"},
        {"ldap://127.0.0.1:1", "cn=a", RUNDRUF_ERROR_UNAVAILABLE, ": cannot connect: "},
        {"ldap://127.1.2.3:1", "cn=a", RUNDRUF_ERROR_UNAVAILABLE, ": cannot connect: "},
        {"ldap://[::1]:1", "cn=a", RUNDRUF_ERROR_UNAVAILABLE, ": cannot connect: "},
        {"ldap://LocalHost:1", "cn=a", RUNDRUF_ERROR_UNAVAILABLE, ": cannot connect: "},
        {"ldap://127.0.0.1:1", NULL, RUNDRUF_ERROR_UNAVAILABLE, ": cannot connect: "},
        /* it is TLS however it is written */
        {"LDAPS://127.0.0.1:1", "cn=a", RUNDRUF_ERROR_CONFIG, "directory.ca_file"},
        {"ldaps://127.0.0.1:1", "cn=a", RUNDRUF_ERROR_CONFIG, "directory.ca_file"},
    };
    g_autofree char *password = NULL;
    int file = g_file_open_tmp("rundruf-password-XXXXXX", &password, NULL);
    g_assert_cmpint(write(file, "secret", 6), ==, 6);
    close(file);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        Config config = {.directory_uri = (char *)rows[i].uri,
                         .directory_bind_dn = (char *)rows[i].bind_dn,
                         .directory_password_file = password,
                         .directory_ca_file = (char *)"/nowhere.pem",
                         .directory_starttls = (char *)"off",
                         .directory_timeout = 5};
        g_autoptr(Directory) directory = directory_ldap_new(&config, rows[i].uri, &error);
        g_assert_null(directory);
        g_assert_error(error, RUNDRUF_ERROR, (gint)rows[i].error);
        g_assert_nonnull(strstr(error->message, rows[i].about));
    }
    g_unlink(password);
}

/* A message of 2 GiB is not waited for, nor is there memory for it, before the login already. */
static void
test_huge_message(void)
{
    Server server = {.huge = TRUE};
    g_autoptr(GError) error = NULL;
    start(&server);
    g_autofree char *uri = g_strdup_printf("ldap://127.0.0.1:%d", server.port);
    gint64 begun = g_get_monotonic_time();
    g_assert_false(search(uri, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_UNAVAILABLE);
    g_assert_cmpint(g_get_monotonic_time() - begun, <, 2 * G_USEC_PER_SEC);
    stop(&server);
}

static void
test_volume(void)
{
    const struct {
        LdapVolume before;
        guint64 messages, octets;
        gboolean good;
    } rows[] = {
        {{0, 0}, 1, 0, TRUE},
        {{0, 0}, 1, ANSWER_OCTETS_MAX, TRUE},
        {{0, 1}, 1, ANSWER_OCTETS_MAX, FALSE},
        {{ANSWER_MESSAGES_MAX - 1, 0}, 1, 0, TRUE},
        {{ANSWER_MESSAGES_MAX, 0}, 1, 0, FALSE},
        {{1, 0}, ANSWER_MESSAGES_MAX, 0, FALSE},
    };
    Ldap ldap = {.uri = (char *)"ldap://x"};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        LdapVolume volume = rows[i].before;
        gboolean good =
            ldap_session_weigh(&ldap, &volume, rows[i].messages, rows[i].octets, &error);
        g_assert_cmpint(good, ==, rows[i].good);
        if (!good)
            g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY);
    }
}

static volatile sig_atomic_t alarms;

static void
note_alarm(G_GNUC_UNUSED int number)
{
    alarms++;
}

/* A signal that does not ask to stop breaks nothing; one that does ends the wait at once. */
static void
test_signals(void)
{
    const struct sigaction action = {.sa_handler = note_alarm};
    g_autoptr(GError) error = NULL;
    sigaction(SIGALRM, &action, NULL);
    wake_catch();

    Server server = {.signal = SIGALRM};
    start(&server);
    g_autofree char *uri = g_strdup_printf("ldap://127.0.0.1:%d", server.port);
    search(uri, &error);
    stop(&server);
    g_assert_no_error(error);
    g_assert_cmpint(alarms, >, 0);

    Server silent = {.signal = SIGHUP};
    start(&silent);
    g_autofree char *other = g_strdup_printf("ldap://127.0.0.1:%d", silent.port);
    gint64 begun = g_get_monotonic_time();
    g_assert_false(search(other, &error));
    g_assert_cmpint(g_get_monotonic_time() - begun, <, 2 * G_USEC_PER_SEC);
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STOPPED);
    stop(&silent);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ldap_session/failover", test_failover);
    g_test_add_func("/ldap_session/no-password-in-the-clear", test_no_password_in_the_clear);
    g_test_add_func("/ldap_session/huge-message", test_huge_message);
    g_test_add_func("/ldap_session/volume", test_volume);
    g_test_add_func("/ldap_session/signals",
                    test_signals); /* last: who was asked to stop stays so */
    return g_test_run();
}
