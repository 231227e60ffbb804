/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "directory/ldap_session.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/wake.h"
#include "directory/dns.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define SYSTEM_CA_FILE "/etc/ssl/certs/ca-certificates.crt"

static gint64
patience(const Ldap *ldap)
{
    return MAX(1, ldap->config->directory_timeout);
}

/* ---- errors */

/* what a person can do about a result code, or "" */
static const char *
advice(const char *uri, int code)
{
    switch (code) {
    case LDAP_SIZELIMIT_EXCEEDED:
    case LDAP_TIMELIMIT_EXCEEDED:
    case LDAP_ADMINLIMIT_EXCEEDED:
        return _("; the answer was cut off: give the bind DN higher limits on the server (slapd: "
                 "limits)");
    case LDAP_NO_SUCH_OBJECT:
        return _("; check directory.base, and that the bind DN may read it");
    case LDAP_INVALID_CREDENTIALS:
        return _("; check directory.bind_dn and its password file");
    case LDAP_REFERRAL:
        return _("; the server sends to another one: name that one in directory.uri");
    case LDAP_CONFIDENTIALITY_REQUIRED:
    case LDAP_STRONG_AUTH_REQUIRED:
        return _("; the server demands TLS: set directory.starttls to required");
    case LDAP_SERVER_DOWN:
        if (!g_str_has_prefix(uri, "ldaps:"))
            return _("; check directory.uri and that the server runs");
        /* libldap does not tell these apart */
        return _("; check that the server runs, its certificate, its name in directory.uri, and "
                 "directory.ca_file");
    case LDAP_CONNECT_ERROR:
        return _(
            "; check the server's certificate, its name in directory.uri, and directory.ca_file");
    case LDAP_PROTOCOL_ERROR:
        return _("; if the server knows no StartTLS, use ldaps:// in directory.uri");
    case LDAP_TIMEOUT:
        return _("; the server did not answer within directory.timeout");
    case LDAP_LOCAL_ERROR:
        return _("; if there is no Kerberos ticket, get one (kinit, k5start), and name its cache "
                 "in KRB5CCNAME");
    case LDAP_AUTH_UNKNOWN:
        return _("; install SASL's module for GSSAPI (libsasl2-modules-gssapi-mit)");
    default:
        return "";
    }
}

static RundrufError
error_of(int code)
{
    switch (code) {
    case LDAP_SERVER_DOWN:
    case LDAP_CONNECT_ERROR:
    case LDAP_TIMEOUT:
    case LDAP_BUSY:
    case LDAP_UNAVAILABLE:
        return RUNDRUF_ERROR_UNAVAILABLE;
    default:
        return RUNDRUF_ERROR_DIRECTORY;
    }
}

static gboolean
set_stopped(GError **error)
{
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STOPPED,
                _("stopped by a signal while waiting for the directory"));
    return FALSE;
}

/* what libldap knows of its last failure; owned by the caller, or NULL */
static char *
diagnostic_message(Ldap *ldap)
{
    g_autofree char *kept = NULL;
    char *diagnostic = NULL;
    ldap_get_option(ldap->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &diagnostic);
    /* what libldap says of GnuTLS errors without a number */
    if (g_strcmp0(diagnostic, "(unknown error code)") != 0)
        kept = g_strdup(diagnostic);
    ldap_memfree(diagnostic);
    return g_steal_pointer(&kept);
}

gboolean
ldap_session_fail(Ldap *ldap, int code, const char *what, const char *server_says, GError **error)
{
    g_autofree char *kept = NULL;
    if (ldap->deadline && deadline_passed(ldap->deadline)) {
        if (wake_asked())
            return set_stopped(error);
        code = LDAP_TIMEOUT;
    }
    if (!server_says && code != LDAP_SERVER_DOWN)
        server_says = kept = diagnostic_message(ldap);
    g_autofree char *said =
        server_says && *server_says ? g_utf8_make_valid(server_says, -1) : g_strdup("");
    g_strdelimit(said, "\r\n", ' ');
    g_set_error(error, RUNDRUF_ERROR, (gint)error_of(code), "%s: %s: %s%s%s%s%s", ldap->uri, what,
                ldap_err2string(code), *said ? " (" : "", said, *said ? ")" : "",
                advice(ldap->uri, code));
    return FALSE;
}

/* ---- waiting */

/* TRUE if octets have been read from the socket that no message was made of yet: poll() knows
 * nothing of them */
static gboolean
has_buffered(Ldap *ldap)
{
    Sockbuf *buffer = NULL;
    return ldap_get_option(ldap->ld, LDAP_OPT_SOCKBUF, &buffer) == LDAP_OPT_SUCCESS && buffer &&
           ber_sockbuf_ctrl(buffer, LBER_SB_OPT_DATA_READY, NULL) > 0;
}

/* Until the server has sent something, a signal asks to stop, or the time has passed. */
static gboolean
wait_for_socket(Ldap *ldap, gint64 milliseconds)
{
    int fd = -1;
    if (has_buffered(ldap))
        return TRUE;
    if (ldap_get_option(ldap->ld, LDAP_OPT_DESC, &fd) != LDAP_OPT_SUCCESS || fd < 0)
        return FALSE;
    struct pollfd ends[] = {{.fd = fd, .events = POLLIN}, {.fd = wake_fd(), .events = POLLIN}};
    return poll(ends, G_N_ELEMENTS(ends), (int)MIN(milliseconds, G_MAXINT)) >= 0 || errno == EINTR;
}

gboolean
ldap_session_next(Ldap *ldap, int id, gint64 wait_ms, LDAPMessage **message, int *type,
                  GError **error)
{
    struct timeval at_once = {0};
    const gint64 end =
        g_get_monotonic_time() + (wait_ms >= 0 ? wait_ms : patience(ldap) * 1000) * 1000;
    for (;;) {
        if (wake_asked())
            return set_stopped(error);
        *type = ldap_result(ldap->ld, id, LDAP_MSG_ONE, &at_once, message);
        if (*type > 0)
            return TRUE;
        int code = LDAP_SERVER_DOWN;
        gint64 left = (end - g_get_monotonic_time() + 999) / 1000;
        if (*type < 0)
            ldap_get_option(ldap->ld, LDAP_OPT_RESULT_CODE, &code);
        else if (left <= 0 && wait_ms >= 0)
            return TRUE;
        else if (left <= 0)
            code = LDAP_TIMEOUT;
        else if (wait_for_socket(ldap, left))
            continue;
        return ldap_session_fail(ldap, code ? code : LDAP_SERVER_DOWN, _("cannot read the answer"),
                                 "", error);
    }
}

gboolean
ldap_session_result(Ldap *ldap, int id, int *code, char **said, GError **error)
{
    g_auto(Message) message = NULL;
    char *diagnostic = NULL;
    int type;
    if (!ldap_session_next(ldap, id, -1, &message, &type, error))
        return FALSE;
    int parsed = ldap_parse_result(ldap->ld, message, code, NULL, &diagnostic, NULL, NULL, 0);
    if (parsed != LDAP_SUCCESS)
        return ldap_session_fail(ldap, parsed, _("cannot read the result"), "", error);
    *said = diagnostic && *diagnostic ? g_strdup(diagnostic) : NULL;
    ldap_memfree(diagnostic);
    return TRUE;
}

gboolean
ldap_session_weigh(const Ldap *ldap, LdapVolume *volume, guint64 messages, guint64 octets,
                   GError **error)
{
    volume->messages += messages;
    volume->octets += octets;
    if (volume->messages <= ANSWER_MESSAGES_MAX && volume->octets <= ANSWER_OCTETS_MAX)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY,
                _("%s: the answer does not end: %" PRIu64 " messages, %" PRIu64
                  " octets; check directory.base and directory.filter"),
                ldap->uri, volume->messages, volume->octets);
    return FALSE;
}

gboolean
ldap_session_alive(Directory *directory, GError **error)
{
    static char none[] = "1.1";
    char *attributes[] = {none, NULL};
    Ldap *ldap = (Ldap *)directory;
    const char *base = ldap->config->directory_base;
    int id = 0, type = 0;
    int code = ldap_search_ext(ldap->ld, base ? base : "", LDAP_SCOPE_BASE, "(objectClass=*)",
                               attributes, 0, NULL, NULL, NULL, 1, &id);
    if (code != LDAP_SUCCESS)
        return ldap_session_fail(ldap, code, _("cannot search"), NULL, error);
    while (type != LDAP_RES_SEARCH_RESULT) {
        g_auto(Message) message = NULL;
        if (!ldap_session_next(ldap, id, -1, &message, &type, error))
            return FALSE;
    }
    return TRUE;
}

LDAPControl *
ldap_session_manage(const Ldap *ldap)
{
    static LDAPControl manage = {.ldctl_oid = (char *)LDAP_CONTROL_MANAGEDSAIT,
                                 .ldctl_iscritical = 1};
    return g_strcmp0(ldap->config->directory_referrals, "store") == 0 ? &manage : NULL;
}

/* ---- options
 *
 * libldap reads /etc/ldap/ldap.conf, ~/.ldaprc and LDAP* variables by itself; whatever of them
 * could change an answer or weaken TLS is set here for each handle. */
typedef struct {
    int option;
    const void *value;
    const char *what;
} Option;

static gboolean
set_options(Ldap *ldap, const Option *options, guint count, GError **error)
{
    for (guint i = 0; i < count; i++)
        if (ldap_set_option(ldap->ld, options[i].option, options[i].value) != LDAP_OPT_SUCCESS) {
            g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY,
                        _("libldap does not take the option %s"), options[i].what);
            return FALSE;
        }
    return TRUE;
}

static int
note_connected(G_GNUC_UNUSED LDAP *ld, Sockbuf *buffer, G_GNUC_UNUSED LDAPURLDesc *server,
               G_GNUC_UNUSED struct sockaddr *address, struct ldap_conncb *callback)
{
    Ldap *ldap = callback->lc_arg;
    const struct timeval timeout = {.tv_sec = patience(ldap)};
    ber_len_t limit = MESSAGE_OCTETS_MAX;
    ber_socket_t fd;
    ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &limit);
    if (ber_sockbuf_ctrl(buffer, LBER_SB_OPT_GET_FD, &fd) != 1)
        return 0;
    /* for the rest of a TLS record that has begun, and for a server that reads nothing; without
     * them libldap waits for ever */
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    if (ldap->deadline)
        deadline_watch(ldap->deadline, fd);
    return 0;
}

static void
note_closing(G_GNUC_UNUSED LDAP *ld, G_GNUC_UNUSED Sockbuf *buffer, struct ldap_conncb *callback)
{
    Ldap *ldap = callback->lc_arg;
    if (ldap->deadline)
        deadline_forget(ldap->deadline);
}

/* The keepalive finds a peer that has vanished in the silence of a long persist search: after a
 * minute without a word, 4 questions 15 s apart. */
static gboolean
set_plain_options(Ldap *ldap, GError **error)
{
    const int version = LDAP_VERSION3, deref = LDAP_DEREF_NEVER, none = LDAP_MAXINT;
    const int idle = 60, probes = 4, interval = 15; /* seconds, times, seconds */
    const unsigned int unacknowledged = (unsigned int)(patience(ldap) * 1000);
    const struct timeval timeout = {.tv_sec = patience(ldap)};
    const Option options[] = {
        {LDAP_OPT_PROTOCOL_VERSION, &version, "PROTOCOL_VERSION"},
        {LDAP_OPT_DEREF, &deref, "DEREF"},
        {LDAP_OPT_REFERRALS, LDAP_OPT_OFF, "REFERRALS"},
        {LDAP_OPT_RESTART, LDAP_OPT_ON, "RESTART"},
        {LDAP_OPT_SIZELIMIT, &none, "SIZELIMIT"},
        {LDAP_OPT_TIMELIMIT, &none, "TIMELIMIT"},
        {LDAP_OPT_TIMEOUT, &timeout, "TIMEOUT"},
        {LDAP_OPT_NETWORK_TIMEOUT, &timeout, "NETWORK_TIMEOUT"},
        {LDAP_OPT_X_KEEPALIVE_IDLE, &idle, "KEEPALIVE_IDLE"},
        {LDAP_OPT_X_KEEPALIVE_PROBES, &probes, "KEEPALIVE_PROBES"},
        {LDAP_OPT_X_KEEPALIVE_INTERVAL, &interval, "KEEPALIVE_INTERVAL"},
        {LDAP_OPT_TCP_USER_TIMEOUT, &unacknowledged, "TCP_USER_TIMEOUT"},
        {LDAP_OPT_CONNECT_CB, &ldap->connected, "CONNECT_CB"},
    };
    return set_options(ldap, options, G_N_ELEMENTS(options), error);
}

/* NEWCTX comes last: without it the others have no effect */
static gboolean
set_tls_options(Ldap *ldap, GError **error)
{
    const char *configured = ldap->config->directory_ca_file;
    const char *ca_file = configured && *configured ? configured : SYSTEM_CA_FILE;
    const int demand = LDAP_OPT_X_TLS_DEMAND, minimum = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2, client = 0;
    const Option options[] = {
        {LDAP_OPT_X_TLS_CACERTDIR, NULL, "TLS_CACERTDIR"},
        {LDAP_OPT_X_TLS_CACERTFILE, ca_file, "TLS_CACERT"},
        {LDAP_OPT_X_TLS_CIPHER_SUITE, NULL, "TLS_CIPHER_SUITE"},
        {LDAP_OPT_X_TLS_REQUIRE_CERT, &demand, "TLS_REQCERT"},
        {LDAP_OPT_X_TLS_PROTOCOL_MIN, &minimum, "TLS_PROTOCOL_MIN"},
        {LDAP_OPT_X_TLS_NEWCTX, &client, "TLS_NEWCTX"},
    };
    if (set_options(ldap, options, G_N_ELEMENTS(options), NULL))
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                _("directory.ca_file: %s cannot be read or holds no certificate in PEM form"),
                ca_file);
    return FALSE;
}

/* ---- one server */

/* The steps of ldap_start_tls_s(), with our own waiting between them. */
static gboolean
ask_for_tls(Ldap *ldap, GError **error)
{
    g_autofree char *said = NULL;
    int id = 0, code = ldap_start_tls(ldap->ld, NULL, NULL, &id);
    if (code == LDAP_SERVER_DOWN)
        return ldap_session_fail(ldap, code, _("cannot connect"), NULL, error);
    if (code == LDAP_SUCCESS && !ldap_session_result(ldap, id, &code, &said, error))
        return FALSE;
    if (code == LDAP_SUCCESS)
        code = ldap_install_tls(ldap->ld);
    return code == LDAP_SUCCESS ||
           ldap_session_fail(ldap, code, _("cannot start TLS"), said, error);
}

static gboolean
start_tls(Ldap *ldap, GError **error)
{
    gboolean at_once = g_str_has_prefix(ldap->uri, "ldaps:");
    if (g_str_has_prefix(ldap->uri, "ldapi:"))
        return TRUE;
    if (!at_once && g_strcmp0(ldap->config->directory_starttls, "off") == 0)
        return TRUE;
    if (!set_tls_options(ldap, error))
        return FALSE;
    if (at_once || ask_for_tls(ldap, error))
        return TRUE;
    g_prefix_error(error, _("no password was sent (directory.starttls is required): "));
    return FALSE;
}

/* after the bind, because only then there is a connection */
static void
tune_socket(Ldap *ldap)
{
    Sockbuf *buffer = NULL;
    ber_len_t strength = 0; /* of SASL's own encryption */
    if (ldap_get_option(ldap->ld, LDAP_OPT_SOCKBUF, &buffer) != LDAP_OPT_SUCCESS || !buffer)
        return;
    ldap_get_option(ldap->ld, LDAP_OPT_X_SASL_SSF, &strength);
    /* one read() for 16 KiB instead of two for each message; TLS and SASL have their own buffers */
    if (!ldap_tls_inplace(ldap->ld) && strength == 0)
        ber_sockbuf_add_io(buffer, &ber_sockbuf_io_readahead, LBER_SBIOD_LEVEL_PROVIDER + 1, NULL);
}

static gboolean
open_server(Ldap *ldap, const char *uri, GError **error)
{
    const gsize scheme = strcspn(uri, ":");
    g_autofree char *lower = g_ascii_strdown(uri, (gssize)scheme);
    g_free(ldap->uri);
    ldap->uri = g_strconcat(lower, uri + scheme, NULL); /* what depends on TLS looks at it */
    ldap->connected = (struct ldap_conncb){note_connected, note_closing, ldap};
    int code = ldap_initialize(&ldap->ld, ldap->uri);
    if (code != LDAP_SUCCESS) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                    _("directory.uri \"%s\" cannot be used: %s"), uri, ldap_err2string(code));
        return FALSE;
    }
    ldap->deadline = deadline_new(patience(ldap));
    gboolean good = set_plain_options(ldap, error) && start_tls(ldap, error) &&
                    ldap_session_log_in(ldap, error);
    /* first the handle, whose closing must be told to the deadline */
    if (!good && ldap->ld)
        ldap_unbind_ext_s(g_steal_pointer(&ldap->ld), NULL, NULL);
    g_clear_pointer(&ldap->deadline, deadline_free);
    if (good)
        tune_socket(ldap);
    return good;
}

/* ---- the first of several */

/* One of a list, which for srv: is several servers. What failed by UNAVAILABLE is noted. */
static gboolean
open_one(Ldap *ldap, const char *uri, GPtrArray *failures, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    gboolean found = g_str_has_prefix(uri, "srv:");
    g_auto(GStrv) servers = NULL;
    if (found)
        servers = dns_find_servers(uri + strlen("srv:"), &wrong);
    else
        servers = g_strdupv((char *[]){(char *)uri, NULL});
    for (char **server = servers; server && *server; server++) {
        if (open_server(ldap, *server, &wrong))
            return TRUE;
        if (!g_error_matches(wrong, RUNDRUF_ERROR, RUNDRUF_ERROR_UNAVAILABLE))
            break;
        g_ptr_array_add(failures, g_strdup(wrong->message));
        g_clear_error(&wrong);
    }
    if (!wrong)
        return FALSE;
    if (!servers && g_error_matches(wrong, RUNDRUF_ERROR, RUNDRUF_ERROR_UNAVAILABLE))
        g_ptr_array_add(failures, g_strdup(wrong->message));
    else
        g_propagate_error(error, g_steal_pointer(&wrong));
    return FALSE;
}

gboolean
ldap_session_open(Ldap *ldap, const char *uris, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    g_autoptr(GPtrArray) failures = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) list = g_strsplit(uris, " ", -1);
    /* also for ldap_initialize(), which asks for the host's own name when it is first called */
    dns_set_patience(patience(ldap));
    for (char **uri = list; *uri; uri++) {
        if (!**uri)
            continue;
        if (open_one(ldap, *uri, failures, &wrong))
            return TRUE;
        if (wrong) {
            g_propagate_error(error, g_steal_pointer(&wrong));
            return FALSE;
        }
    }
    g_ptr_array_add(failures, NULL);
    g_autofree char *all = g_strjoinv("; ", (char **)failures->pdata);
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_UNAVAILABLE, "%s", all);
    return FALSE;
}

void
ldap_session_close(Ldap *ldap)
{
    if (ldap->ld)
        ldap_unbind_ext_s(g_steal_pointer(&ldap->ld), NULL, NULL);
    g_clear_pointer(&ldap->uri, g_free);
}
