/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns: the order of SRV records, and what is taken from the answers of a name server */
#include "directory/dns.h"

#include "base/error.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER_OCTETS 12

typedef struct {
    const guint *numbers;
    guint most[8], count;
} Draws;

static guint
draw(guint most, gpointer data)
{
    Draws *draws = data;
    draws->most[draws->count] = most;
    return draws->numbers[draws->count++];
}

/* RFC 2782: priority first; within one, by weight as chance has it, those without weight first */
static void
test_order(void)
{
    static const struct {
        guint services[5][2]; /* priority, weight; the target is the number of the row */
        guint draws[8];
        const char *order;
    } rows[] = {
        {{{1, 0}}, {0}, "0"},
        {{{20, 5}, {10, 5}, {30, 5}}, {0}, "102"},
        {{{10, 60}, {10, 40}}, {0}, "01"},
        {{{10, 60}, {10, 40}}, {60}, "01"},
        {{{10, 60}, {10, 40}}, {61}, "10"},
        {{{10, 60}, {10, 40}}, {100}, "10"},
        {{{10, 5}, {10, 0}}, {0}, "10"},
        {{{10, 5}, {10, 0}}, {1}, "01"},
        {{{10, 0}, {10, 0}, {10, 0}}, {0, 0}, "012"},
        {{{10, 1}, {10, 2}, {10, 3}, {5, 1}}, {4, 2}, "3210"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        static char targets[][2] = {"0", "1", "2", "3", "4"};
        DnsService services[5];
        Draws draws = {.numbers = rows[i].draws};
        guint count = 0;
        for (; count < 5 && rows[i].services[count][0] > 0; count++)
            services[count] = (DnsService){rows[i].services[count][0], rows[i].services[count][1],
                                           389, targets[count]};
        dns_order_services(services, count, draw, &draws);
        g_autoptr(GString) order = g_string_new(NULL);
        for (guint j = 0; j < count; j++)
            g_string_append(order, services[j].target);
        if (strcmp(order->str, rows[i].order) != 0)
            g_error("row %u: %s", i, order->str);
    }
    DnsService services[] = {{1, 60, 1, NULL}, {1, 40, 2, NULL}, {1, 0, 3, NULL}};
    Draws draws = {.numbers = (const guint[]){100, 0}};
    dns_order_services(services, 3, draw, &draws);
    g_assert_cmpuint(draws.count, ==, 2);
    g_assert_cmpuint(draws.most[0], ==, 100); /* the number is drawn from 0 to the sum, inclusive */
    dns_order_services(services, 0, NULL, NULL);
}

/* ---- a name server */

typedef struct {
    int fd;
    const char *ldap, *ldaps; /* RDATA in hex, separated by blanks; "!": NXDOMAIN; NULL: silence */
} Server;

static void
append_hex(GByteArray *bytes, const char *hex)
{
    for (; g_ascii_isxdigit(hex[0]); hex += 2) {
        guint8 octet = (guint8)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
        g_byte_array_append(bytes, &octet, 1);
    }
}

static void
append_16(GByteArray *bytes, gsize number)
{
    const guint8 octets[] = {(guint8)(number >> 8), (guint8)number};
    g_byte_array_append(bytes, octets, 2);
}

/* The question again, and an answer for each RDATA. */
static void
answer(const Server *server, const guint8 *question, gsize length, GByteArray *bytes)
{
    gboolean ldaps = memcmp(question + HEADER_OCTETS, "\6_ldaps", 7) == 0;
    const char *data = ldaps ? server->ldaps : server->ldap;
    if (!data)
        return;
    g_auto(GStrv) records = g_strsplit(data, " ", -1);
    gboolean unknown = strcmp(data, "!") == 0;
    g_byte_array_append(bytes, question, 2);
    append_hex(bytes, unknown ? "8183" : "8180");
    append_hex(bytes, "0001");
    append_16(bytes, unknown ? 0 : g_strv_length(records));
    append_hex(bytes, "00000000");
    const guint8 *end = memchr(question + HEADER_OCTETS, 0, length - HEADER_OCTETS);
    g_byte_array_append(bytes, question + HEADER_OCTETS,
                        (guint)(end + 5 - question) - HEADER_OCTETS);
    for (char **record = records; !unknown && *record; record++) {
        append_hex(bytes, "c00c002100010000003c"); /* the name above, SRV, IN, a minute */
        append_16(bytes, strlen(*record) / 2);
        append_hex(bytes, *record);
    }
}

static gpointer
serve(gpointer data)
{
    Server *server = data;
    guint8 question[512];
    for (;;) {
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        ssize_t length =
            recvfrom(server->fd, question, sizeof question, 0, (struct sockaddr *)&from, &size);
        if (length <= HEADER_OCTETS)
            return NULL;
        answer(server, question, (gsize)length, bytes);
        if (bytes->len > 0)
            sendto(server->fd, bytes->data, bytes->len, 0, (struct sockaddr *)&from, size);
    }
}

/* Lets this thread's resolver ask `server` alone. */
static GThread *
start(Server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    server->fd = socket(AF_INET, SOCK_DGRAM, 0);
    g_assert_cmpint(bind(server->fd, (struct sockaddr *)&address, size), ==, 0);
    g_assert_cmpint(getsockname(server->fd, (struct sockaddr *)&address, &size), ==, 0);
    g_assert_cmpint(res_ninit(&_res), ==, 0);
    _res.nscount = 1;
    _res.nsaddr_list[0] = address;
    return g_thread_new("name server", serve, server);
}

static void
stop(Server *server, GThread *thread)
{
    shutdown(server->fd, SHUT_RDWR); /* recvfrom() returns 0 */
    g_thread_join(thread);
    close(server->fd);
    res_nclose(&_res);
}

#define NETZ   "046e65747a076578616d706c6500" /* netz.example. */
#define A_NETZ "0161" NETZ
#define B_NETZ "0142" NETZ /* upper case */

static void
test_servers(void)
{
    static const struct {
        const char *ldap, *ldaps, *uris, *about;
    } rows[] = {
        {"000a00000185" A_NETZ, "!", "ldap://a.netz.example:389", NULL},
        {"001400000185" A_NETZ " 000a00000f3c" B_NETZ, "!",
         "ldap://b.netz.example:3900 ldap://a.netz.example:389", NULL},
        {"000a0000018504"
         "6c646170" NETZ,
         "!", "ldap://ldap.netz.example:389", NULL},
        {"000a00000185" NETZ, "!", "ldap://netz.example:389", NULL},
        {"!", "000a0000027c" A_NETZ, "ldaps://a.netz.example:636", NULL},
        {"00000000000000", "!", NULL, "names no LDAP server"}, /* "." */
        {"000a00000185"
         "00",
         "000a0000027c" A_NETZ, "ldaps://a.netz.example:636", NULL},
        {"!", "!", NULL, "names no LDAP server"},
        {"000a00000000" A_NETZ, "!", NULL, "names no LDAP server"}, /* port 0 */
        {"000a0000", "!", NULL, "names no LDAP server"},            /* cut short */
        {"000a0000018505"
         "6c6461",
         "!", NULL, "names no LDAP server"},
        {"000a00000185"
         "0361206200",
         "!", NULL, "names no LDAP server"}, /* "a b" */
        {"000a00000185"
         "0161"
         "046576696c00",
         "!", NULL, "a.evil, which does not lie in"},
        {"000a00000185"
         "05786e65747a076578616d706c6500",
         "!", NULL, "xnetz.example, which"},
        {"000a00000185"
         "0161046576696c00 000a00000185" A_NETZ,
         "!", "ldap://a.netz.example:389", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Server server = {.ldap = rows[i].ldap, .ldaps = rows[i].ldaps};
        g_autoptr(GError) error = NULL;
        GThread *thread = start(&server);
        dns_set_patience(4);
        g_auto(GStrv) uris = dns_find_servers("netz.example", &error);
        stop(&server, thread);
        g_autofree char *all = uris ? g_strjoinv(" ", uris) : NULL;
        if (g_strcmp0(all, rows[i].uris) != 0 ||
            (rows[i].about && !strstr(error->message, rows[i].about)))
            g_error("row %u: %s, %s", i, all, error ? error->message : "no error");
    }
}

/* A name server that says nothing holds nobody longer than asked for. */
static void
test_silence(void)
{
    Server server = {.ldap = NULL};
    g_autoptr(GError) error = NULL;
    GThread *thread = start(&server);
    gint64 begun = g_get_monotonic_time();
    dns_set_patience(2);
    g_assert_null(dns_find_servers("netz.example", &error));
    g_assert_cmpint(g_get_monotonic_time() - begun, <, 2 * G_USEC_PER_SEC);
    stop(&server, thread);
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_UNAVAILABLE);
    g_assert_nonnull(strstr(error->message, "DNS does not answer"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dns/order", test_order);
    g_test_add_func("/dns/servers", test_servers);
    g_test_add_func("/dns/silence", test_silence);
    return g_test_run();
}
