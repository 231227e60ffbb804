/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ldap:, ldaps:, ldapi: - an LDAP server as the directory (libldap)
 *
 * libldap reads /etc/ldap/ldap.conf, ~/.ldaprc and LDAP* variables by itself; whatever of them
 * could change an answer or weaken TLS is set here for each handle. Messages are taken one by one
 * with ldap_result(), because only then the final result of each page is seen by its code. */
#include "directory/directory.h"

#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"
#include "directory/deadline.h"

#include <ldap.h>
#include <string.h>
#include <sys/socket.h>

#define SYSTEM_CA_FILE    "/etc/ssl/certs/ca-certificates.crt"
#define MESSAGE_BYTES_MAX (64 * 1024 * 1024) /* one entry on the wire */
#define PAGE_COOKIE_MAX   (64 * 1024)
#define DESCRIPTION_MAX   256

typedef struct {
    Directory vtable;
    const Config *config;
    LDAP *ld;
    Deadline *deadline;           /* while the connection is being made; else NULL */
    struct ldap_conncb connected; /* tells the deadline the socket */
    Attributes *attributes;       /* reused for each entry */
    GString *dn, *csn;
} Ldap;

typedef LDAPMessage *Message;
static void
message_clear(Message *message)
{
    if (*message)
        ldap_msgfree(*message);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Message, message_clear)

typedef LDAPControl *Control;
static void
control_clear(Control *control)
{
    if (*control)
        ldap_control_free(*control);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Control, control_clear)

/* what a person can do about a result code, or "" */
static const char *
advice(const Config *config, int code)
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
        if (!g_str_has_prefix(config->directory_uri, "ldaps:"))
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
    default:
        return "";
    }
}

static gboolean
set_error(Ldap *ldap, int code, const char *what, const char *server_says, GError **error)
{
    g_autofree char *kept = NULL;
    if (ldap->deadline && deadline_passed(ldap->deadline))
        code = LDAP_TIMEOUT;
    if (!server_says && code != LDAP_SERVER_DOWN) {
        char *diagnostic = NULL;
        ldap_get_option(ldap->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &diagnostic);
        /* what libldap says of GnuTLS errors without a number */
        if (g_strcmp0(diagnostic, "(unknown error code)") != 0)
            kept = g_strdup(diagnostic);
        ldap_memfree(diagnostic);
        server_says = kept;
    }
    g_autofree char *said =
        server_says && *server_says ? g_utf8_make_valid(server_says, -1) : g_strdup("");
    g_strdelimit(said, "\r\n", ' ');
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY, "%s: %s: %s%s%s%s%s",
                ldap->config->directory_uri, what, ldap_err2string(code), *said ? " (" : "", said,
                *said ? ")" : "", advice(ldap->config, code));
    return FALSE;
}

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
    const struct timeval timeout = {.tv_sec = MAX(1, ldap->config->directory_timeout)};
    ber_socket_t fd;
    if (ber_sockbuf_ctrl(buffer, LBER_SB_OPT_GET_FD, &fd) != 1)
        return 0;
    /* for the rest of a TLS record that has begun; without it libldap waits for ever */
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
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

static gboolean
set_plain_options(Ldap *ldap, GError **error)
{
    const int version = LDAP_VERSION3, deref = LDAP_DEREF_NEVER, none = LDAP_MAXINT;
    const struct timeval timeout = {.tv_sec = MAX(1, ldap->config->directory_timeout)};
    const Option options[] = {
        {LDAP_OPT_PROTOCOL_VERSION, &version, "PROTOCOL_VERSION"},
        {LDAP_OPT_DEREF, &deref, "DEREF"},
        {LDAP_OPT_REFERRALS, LDAP_OPT_OFF, "REFERRALS"},
        {LDAP_OPT_RESTART, LDAP_OPT_ON, "RESTART"},
        {LDAP_OPT_SIZELIMIT, &none, "SIZELIMIT"},
        {LDAP_OPT_TIMELIMIT, &none, "TIMELIMIT"},
        {LDAP_OPT_TIMEOUT, &timeout, "TIMEOUT"},
        {LDAP_OPT_NETWORK_TIMEOUT, &timeout, "NETWORK_TIMEOUT"},
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

static gboolean
start_tls(Ldap *ldap, GError **error)
{
    const char *uri = ldap->config->directory_uri;
    gboolean wanted = g_strcmp0(ldap->config->directory_starttls, "off") != 0;
    if (g_str_has_prefix(uri, "ldapi:"))
        return TRUE;
    if (!g_str_has_prefix(uri, "ldaps:") && !wanted)
        return TRUE;
    if (!set_tls_options(ldap, error))
        return FALSE;
    if (g_str_has_prefix(uri, "ldaps:"))
        return TRUE;
    int code = ldap_start_tls_s(ldap->ld, NULL, NULL);
    if (code == LDAP_SUCCESS)
        return TRUE;
    set_error(ldap, code, _("cannot start TLS"), NULL, error);
    g_prefix_error(error, _("no password was sent (directory.starttls is required): "));
    return FALSE;
}

static gboolean
bind_external(Ldap *ldap, GError **error)
{
    if (!g_str_has_prefix(ldap->config->directory_uri, "ldapi:")) {
        g_set_error(
            error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
            _("directory.sasl is external, which works over ldapi:// only; directory.uri is "
              "%s"),
            ldap->config->directory_uri);
        return FALSE;
    }
    struct berval empty = {0, (char *)""};
    int code = ldap_sasl_bind_s(ldap->ld, NULL, "EXTERNAL", &empty, NULL, NULL, NULL);
    return code == LDAP_SUCCESS ||
           set_error(ldap, code, _("cannot log in by SASL EXTERNAL"), NULL, error);
}

static gboolean
bind_simple(Ldap *ldap, GError **error)
{
    const Config *config = ldap->config;
    const char *dn = config->directory_bind_dn;
    struct berval credentials = {0, (char *)""};
    if (!dn || !*dn) {
        int code = ldap_sasl_bind_s(ldap->ld, "", LDAP_SASL_SIMPLE, &credentials, NULL, NULL, NULL);
        return code == LDAP_SUCCESS ||
               set_error(ldap, code, _("cannot log in anonymously"), NULL, error);
    }
    if (!config->directory_password_file || !*config->directory_password_file) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                    _("directory.bind_dn needs directory.password_file; without both the login is "
                      "anonymous"));
        return FALSE;
    }
    /* never empty: that would be an unauthenticated bind, which succeeds (RFC 4513, 5.1.2) */
    char *password = file_read_secret(config->directory_password_file, error);
    if (!password)
        return FALSE;
    credentials = (struct berval){strlen(password), password};
    int code = ldap_sasl_bind_s(ldap->ld, dn, LDAP_SASL_SIMPLE, &credentials, NULL, NULL, NULL);
    explicit_bzero(password, credentials.bv_len);
    g_free(password);
    return code == LDAP_SUCCESS || set_error(ldap, code, _("cannot log in"), NULL, error);
}

/* after the bind, because only then there is a connection */
static void
tune_socket(Ldap *ldap)
{
    Sockbuf *buffer = NULL;
    ber_len_t limit = MESSAGE_BYTES_MAX;
    if (ldap_get_option(ldap->ld, LDAP_OPT_SOCKBUF, &buffer) != LDAP_OPT_SUCCESS || !buffer)
        return;
    ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &limit);
    /* one read() for 16 KiB instead of two for each message; TLS has its own buffer */
    if (!ldap_tls_inplace(ldap->ld))
        ber_sockbuf_add_io(buffer, &ber_sockbuf_io_readahead, LBER_SBIOD_LEVEL_PROVIDER + 1, NULL);
}

/* The values of one description; it comes without a promise that a NUL ends it. */
static gboolean
take_values(Ldap *ldap, DirectoryEntry *entry, gboolean *has_uuid, const struct berval *name,
            const struct berval *values)
{
    char description[DESCRIPTION_MAX];
    if (name->bv_len >= sizeof description || memchr(name->bv_val, 0, name->bv_len))
        return FALSE;
    memcpy(description, name->bv_val, name->bv_len);
    description[name->bv_len] = '\0';
    if (!values || !values[0].bv_val)
        return TRUE;
    if (g_ascii_strcasecmp(description, "entryUUID") == 0) {
        *has_uuid = uuid_from_text(values[0].bv_val, values[0].bv_len, entry->uuid);
        return TRUE;
    }
    if (g_ascii_strcasecmp(description, "entryCSN") == 0) {
        g_string_truncate(ldap->csn, 0);
        g_string_append_len(ldap->csn, values[0].bv_val, (gssize)values[0].bv_len);
        entry->csn = ldap->csn->str;
        return TRUE;
    }
    for (; values->bv_val; values++)
        attributes_add(entry->attributes, description, values->bv_val, values->bv_len);
    return TRUE;
}

static gboolean
decode_entry(Ldap *ldap, LDAPMessage *message, DirectoryEntry *entry, gboolean *has_uuid)
{
    BerElement *ber = NULL;
    struct berval dn, name, *values;
    if (ldap_get_dn_ber(ldap->ld, message, &ber, &dn) != LDAP_SUCCESS)
        return FALSE;
    g_string_truncate(ldap->dn, 0);
    g_string_append_len(ldap->dn, dn.bv_val, (gssize)dn.bv_len);
    gboolean good = !memchr(dn.bv_val, 0, dn.bv_len);
    int code = LDAP_SUCCESS;
    while (good) {
        code = ldap_get_attribute_ber(ldap->ld, message, ber, &name, &values);
        if (code != LDAP_SUCCESS || !name.bv_val)
            break;
        good = take_values(ldap, entry, has_uuid, &name, values);
        ber_memfree(values);
    }
    ber_free(ber, 0);
    entry->dn = ldap->dn->str;
    return good && code == LDAP_SUCCESS;
}

static gboolean
take_entry(Ldap *ldap, LDAPMessage *message, DirectoryFunc func, gpointer user_data, GError **error)
{
    DirectoryEntry entry = {.attributes = ldap->attributes};
    gboolean has_uuid = FALSE;
    attributes_clear(ldap->attributes);
    if (!decode_entry(ldap, message, &entry, &has_uuid))
        return set_error(ldap, LDAP_DECODING_ERROR, _("cannot read an entry"), "", error);
    if (!has_uuid) {
        g_set_error(
            error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY,
            _("%s: the entry %s comes without entryUUID, by which entries are told apart; let "
              "the bind DN read that attribute"),
            ldap->config->directory_uri, entry.dn);
        return FALSE;
    }
    return func(&entry, user_data, error);
}

/* Takes the next page's cookie from the result's controls; it is empty at the end, or where the
 * server knows no pages and answered whole. A control that is missing after the first page is a
 * lost page. */
static gboolean
take_cookie(Ldap *ldap, LDAPControl **controls, struct berval *cookie, GError **error)
{
    gboolean first = cookie->bv_len == 0;
    ber_int_t estimate;
    struct berval next = {0, NULL};
    LDAPControl *control =
        controls ? ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL) : NULL;
    g_clear_pointer(&cookie->bv_val, g_free);
    cookie->bv_len = 0;
    if (!control)
        return first || set_error(ldap, LDAP_CONTROL_NOT_FOUND, _("cannot read the next page"),
                                  _("the server stopped in the middle"), error);
    int code = ldap_parse_pageresponse_control(ldap->ld, control, &estimate, &next);
    if (code != LDAP_SUCCESS || next.bv_len > PAGE_COOKIE_MAX) {
        ber_memfree(next.bv_val);
        return set_error(ldap, LDAP_DECODING_ERROR, _("cannot read the page's cookie"), "", error);
    }
    if (next.bv_len > 0) {
        cookie->bv_val = g_memdup2(next.bv_val, next.bv_len);
        cookie->bv_len = next.bv_len;
    }
    ber_memfree(next.bv_val);
    return TRUE;
}

static gboolean
take_result(Ldap *ldap, LDAPMessage *message, gboolean paged, struct berval *cookie, GError **error)
{
    int result = LDAP_SUCCESS;
    char *diagnostic = NULL;
    LDAPControl **controls = NULL;
    int code = ldap_parse_result(ldap->ld, message, &result, NULL, &diagnostic, NULL, &controls, 0);
    gboolean good;
    if (code != LDAP_SUCCESS)
        good = set_error(ldap, code, _("cannot read the result"), "", error);
    else if (result != LDAP_SUCCESS)
        good = set_error(ldap, result, _("cannot search"), diagnostic ? diagnostic : "", error);
    else
        good = !paged || take_cookie(ldap, controls, cookie, error);
    ldap_memfree(diagnostic);
    ldap_controls_free(controls);
    return good;
}

static gboolean
send_search(Ldap *ldap, const struct berval *cookie, int *id, GError **error)
{
    static char all[] = "*", uuid[] = "entryUUID", csn[] = "entryCSN";
    char *attributes[] = {all, uuid, csn, NULL};
    const Config *config = ldap->config;
    const char *filter = config->directory_filter && *config->directory_filter
                             ? config->directory_filter
                             : "(objectClass=*)";
    g_auto(Control) page = NULL;
    struct berval at = *cookie;
    int code = LDAP_SUCCESS;
    /* not critical: a server that knows no pages then answers whole */
    if (config->directory_page_size > 0)
        code = ldap_create_page_control(ldap->ld, (ber_int_t)config->directory_page_size,
                                        at.bv_len ? &at : NULL, 0, &page);
    LDAPControl *controls[] = {page, NULL};
    /* LDAP_MAXINT asks for the server's hard limit, 0 only for its soft one */
    if (code == LDAP_SUCCESS)
        code = ldap_search_ext(ldap->ld, config->directory_base ? config->directory_base : "",
                               LDAP_SCOPE_SUBTREE, filter, attributes, 0, controls, NULL, NULL,
                               LDAP_MAXINT, id);
    return code == LDAP_SUCCESS || set_error(ldap, code, _("cannot search"), NULL, error);
}

static gboolean
next_message(Ldap *ldap, int id, Message *message, int *type, GError **error)
{
    struct timeval timeout = {.tv_sec = MAX(1, ldap->config->directory_timeout)};
    *type = ldap_result(ldap->ld, id, LDAP_MSG_ONE, &timeout, message);
    if (*type > 0)
        return TRUE;
    int code = LDAP_TIMEOUT;
    if (*type < 0)
        ldap_get_option(ldap->ld, LDAP_OPT_RESULT_CODE, &code);
    return set_error(ldap, code ? code : LDAP_SERVER_DOWN, _("cannot read the answer"), "", error);
}

/* One page, or the whole answer. */
static gboolean
read_page(Ldap *ldap, DirectoryFunc func, gpointer user_data, DirectoryTally *tally,
          struct berval *cookie, GError **error)
{
    int id = 0, type = 0;
    if (!send_search(ldap, cookie, &id, error))
        return FALSE;
    for (;;) {
        g_auto(Message) message = NULL;
        if (!next_message(ldap, id, &message, &type, error))
            return FALSE;
        if (type == LDAP_RES_SEARCH_RESULT)
            return take_result(ldap, message, ldap->config->directory_page_size > 0, cookie, error);
        if (type == LDAP_RES_SEARCH_REFERENCE) {
            tally->referrals++;
        } else if (type == LDAP_RES_SEARCH_ENTRY) {
            tally->entries++;
            if (!take_entry(ldap, message, func, user_data, error)) {
                ldap_abandon_ext(ldap->ld, id, NULL, NULL);
                return FALSE;
            }
        }
    }
}

static gboolean
server_search(Directory *directory, G_GNUC_UNUSED const DirectoryQuery *query, DirectoryFunc func,
              gpointer user_data, DirectoryTally *tally, GError **error)
{
    Ldap *ldap = (Ldap *)directory;
    DirectoryTally count = {0};
    struct berval cookie = {0, NULL};
    gboolean good;
    do
        good = read_page(ldap, func, user_data, &count, &cookie, error);
    while (good && cookie.bv_len > 0);
    g_free(cookie.bv_val);
    if (good)
        *tally = count;
    return good;
}

static void
server_free(Directory *directory)
{
    Ldap *ldap = (Ldap *)directory;
    if (ldap->ld)
        ldap_unbind_ext_s(ldap->ld, NULL, NULL);
    deadline_free(ldap->deadline);
    attributes_free(ldap->attributes);
    g_string_free(ldap->dn, TRUE);
    g_string_free(ldap->csn, TRUE);
    g_free(ldap);
}

Directory *
directory_ldap_new(const Config *config, const char *uris, GError **error)
{
    Ldap *ldap = g_new0(Ldap, 1);
    g_autoptr(Directory) directory = &ldap->vtable;
    ldap->vtable = (Directory){.search = server_search, .close = server_free};
    ldap->config = config;
    ldap->connected = (struct ldap_conncb){note_connected, note_closing, ldap};
    ldap->attributes = attributes_new();
    ldap->dn = g_string_new(NULL);
    ldap->csn = g_string_new(NULL);
    int code = ldap_initialize(&ldap->ld, uris);
    if (code != LDAP_SUCCESS) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                    _("directory.uri \"%s\" cannot be used: %s"), config->directory_uri,
                    ldap_err2string(code));
        return NULL;
    }
    ldap->deadline = deadline_new(MAX(1, config->directory_timeout));
    gboolean external = g_strcmp0(config->directory_sasl, "external") == 0;
    if (!set_plain_options(ldap, error) || !start_tls(ldap, error) ||
        !(external ? bind_external(ldap, error) : bind_simple(ldap, error)))
        return NULL;
    g_clear_pointer(&ldap->deadline, deadline_free);
    tune_socket(ldap);
    return g_steal_pointer(&directory);
}
