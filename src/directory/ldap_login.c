/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "directory/ldap_session.h"

#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"

#include <gio/gio.h>
#include <string.h>

/* libldap connects with the first request. */
static const char *
cannot(int code, const char *what)
{
    return code == LDAP_SERVER_DOWN || code == LDAP_CONNECT_ERROR ? _("cannot connect") : what;
}

/* `code`: of the request. */
static gboolean
take_answer(Ldap *ldap, int code, int id, const char *what, GError **error)
{
    what = cannot(code, what);
    g_autofree char *said = NULL;
    if (code == LDAP_SUCCESS && !ldap_session_result(ldap, id, &code, &said, error))
        return FALSE;
    return code == LDAP_SUCCESS || ldap_session_fail(ldap, code, what, said, error);
}

static gboolean
log_in_external(Ldap *ldap, GError **error)
{
    if (!g_str_has_prefix(ldap->uri, "ldapi:")) {
        g_set_error(
            error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
            _("directory.sasl is external, which works over ldapi:// only; directory.uri is "
              "%s"),
            ldap->uri);
        return FALSE;
    }
    struct berval empty = {0, (char *)""};
    int id = 0, code = ldap_sasl_bind(ldap->ld, NULL, "EXTERNAL", &empty, NULL, NULL, &id);
    return take_answer(ldap, code, id, _("cannot log in by SASL EXTERNAL"), error);
}

/* sasl_interact_t of <sasl/sasl.h>, which libldap hands to its callback as void *: declared here
 * so that one structure does not cost a dependency on SASL's headers. `id` 0 ends the list. */
typedef struct {
    unsigned long id;
    const char *challenge, *prompt, *fallback;
    const void *result;
    unsigned length;
} SaslQuestion;

/* Nobody is asked: the ticket says who logs in, and the same one acts. */
static int
answer_nothing(G_GNUC_UNUSED LDAP *ld, G_GNUC_UNUSED unsigned flags, G_GNUC_UNUSED void *defaults,
               void *questions)
{
    for (SaslQuestion *question = questions; question->id; question++) {
        question->result = "";
        question->length = 0;
    }
    return LDAP_SUCCESS;
}

/* The name in the ticket is the one that was configured, not what a reverse look-up makes of it.
 * Kerberos encrypts where TLS does not; both at once Active Directory refuses. */
static gboolean
set_gssapi_options(Ldap *ldap)
{
    const char *properties = ldap_tls_inplace(ldap->ld) || !g_str_has_prefix(ldap->uri, "ldap:")
                                 ? "noanonymous,noplain,maxssf=0"
                                 : "noanonymous,noplain,minssf=56";
    return ldap_set_option(ldap->ld, LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON) == LDAP_OPT_SUCCESS &&
           ldap_set_option(ldap->ld, LDAP_OPT_X_SASL_SECPROPS, properties) == LDAP_OPT_SUCCESS;
}

static gboolean
log_in_gssapi(Ldap *ldap, GError **error)
{
    g_auto(Message) message = NULL;
    const char *mechanism = NULL;
    const char *what = _("cannot log in by Kerberos (GSSAPI)");
    int id = 0, type, code;
    gboolean first = TRUE;
    if (!set_gssapi_options(ldap))
        return ldap_session_fail(ldap, LDAP_AUTH_UNKNOWN, what, NULL, error);
    for (;;) {
        code = ldap_sasl_interactive_bind(ldap->ld, NULL, "GSSAPI", NULL, NULL, LDAP_SASL_QUIET,
                                          answer_nothing, NULL, message, &mechanism, &id);
        g_clear_pointer(&message, ldap_msgfree);
        if (code != LDAP_SASL_BIND_IN_PROGRESS)
            break;
        if (!ldap_session_next(ldap, id, -1, &message, &type, error))
            return FALSE;
        first = FALSE;
    }
    return code == LDAP_SUCCESS ||
           ldap_session_fail(ldap, code, first ? cannot(code, what) : what, NULL, error);
}

static gboolean
log_in_anonymously(Ldap *ldap, GError **error)
{
    struct berval nothing = {0, (char *)""};
    int id = 0, code = ldap_sasl_bind(ldap->ld, "", LDAP_SASL_SIMPLE, &nothing, NULL, NULL, &id);
    return take_answer(ldap, code, id, _("cannot log in anonymously"), error);
}

/* TRUE if what is sent stays on this machine, or is encrypted. */
static gboolean
is_private(Ldap *ldap)
{
    LDAPURLDesc *parts = NULL;
    if (!g_str_has_prefix(ldap->uri, "ldap:") || ldap_tls_inplace(ldap->ld))
        return TRUE;
    if (ldap_url_parse(ldap->uri, &parts) != LDAP_URL_SUCCESS)
        return FALSE;
    const char *host = parts->lud_host && *parts->lud_host ? parts->lud_host : "localhost";
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
    gboolean loopback = address ? g_inet_address_get_is_loopback(address)
                                : g_ascii_strcasecmp(host, "localhost") == 0;
    ldap_free_urldesc(parts);
    return loopback;
}

static gboolean
log_in_by_password(Ldap *ldap, GError **error)
{
    const Config *config = ldap->config;
    const char *dn = config->directory_bind_dn;
    if (!config->directory_password_file || !*config->directory_password_file) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                    _("directory.bind_dn needs directory.password_file; without both the login is "
                      "anonymous"));
        return FALSE;
    }
    if (!is_private(ldap)) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                    _("%s: no password was sent, as everybody on the way could read it; set "
                      "directory.starttls to required, or use ldaps://"),
                    ldap->uri);
        return FALSE;
    }
    /* never empty: that would be an unauthenticated bind, which succeeds (RFC 4513, 5.1.2) */
    char *password = file_read_secret(config->directory_password_file, error);
    if (!password)
        return FALSE;
    struct berval credentials = {strlen(password), password};
    int id = 0,
        code = ldap_sasl_bind(ldap->ld, dn, LDAP_SASL_SIMPLE, &credentials, NULL, NULL, &id);
    explicit_bzero(password, credentials.bv_len);
    g_free(password);
    return take_answer(ldap, code, id, _("cannot log in"), error);
}

gboolean
ldap_session_log_in(Ldap *ldap, GError **error)
{
    const Config *config = ldap->config;
    if (g_strcmp0(config->directory_sasl, "external") == 0)
        return log_in_external(ldap, error);
    if (g_strcmp0(config->directory_sasl, "gssapi") == 0)
        return log_in_gssapi(ldap, error);
    if (!config->directory_bind_dn || !*config->directory_bind_dn)
        return log_in_anonymously(ldap, error);
    return log_in_by_password(ldap, error);
}
