/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/relay.h"

#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"

#include <string.h>

static gboolean
set_config_error(GError **error, const char *message)
{
    g_set_error_literal(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG, message);
    return FALSE;
}

static gboolean
url_part_is_set(CURLU *url, CURLUPart part)
{
    char *value = NULL;
    gboolean set = curl_url_get(url, part, &value, 0) == CURLUE_OK && strcmp(value, "/") != 0;
    curl_free(value);
    return set;
}

/* scheme://host[:port]/EHLO-NAME: the path is what libcurl says as EHLO; else the host's name */
static gboolean
build_url(Relay *self, CURLU *url, const Config *config, const char *uri, GError **error)
{
    static const char allowed[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ".-:[]";
    const char *helo = config->transport_helo ? config->transport_helo : "";
    if (!*helo || strspn(helo, allowed) != strlen(helo))
        return set_config_error(error,
                                _("transport.helo is no host name, such as mail.example.org"));
    if (curl_url_set(url, CURLUPART_URL, uri, 0) != CURLUE_OK)
        return set_config_error(error,
                                _("transport.uri is no valid URI; write smtp://HOST[:PORT]"));
    static const CURLUPart secrets[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS};
    for (guint i = 0; i < G_N_ELEMENTS(secrets); i++) {
        if (url_part_is_set(url, secrets[i]))
            return set_config_error(error, _("transport.uri must not hold a user or password; "
                                             "set transport.user and transport.password_file"));
    }
    static const CURLUPart surplus[] = {CURLUPART_PATH, CURLUPART_QUERY, CURLUPART_FRAGMENT};
    for (guint i = 0; i < G_N_ELEMENTS(surplus); i++) {
        if (url_part_is_set(url, surplus[i]))
            return set_config_error(error, _("transport.uri ends after the host and port; the EHLO "
                                             "name is transport.helo"));
    }
    g_autofree char *path = g_strconcat("/", helo, NULL);
    char *whole = NULL;
    gboolean built = curl_url_set(url, CURLUPART_PATH, path, CURLU_URLENCODE) == CURLUE_OK &&
                     curl_url_get(url, CURLUPART_URL, &whole, 0) == CURLUE_OK;
    self->url = g_strdup(whole);
    curl_free(whole);
    return built ||
           set_config_error(error, _("transport.uri and transport.helo make no valid URI"));
}

static gboolean
is_set(const char *value)
{
    return value && *value;
}

static gboolean
load_login(Relay *self, const Config *config, GError **error)
{
    gboolean password = is_set(config->transport_password_file);
    gboolean token = is_set(config->transport_token_file);
    if (is_set(config->transport_user) ? password == token : password || token)
        return set_config_error(error, _("transport.user belongs together with one of "
                                         "transport.password_file and transport.token_file; set "
                                         "both or none"));
    if (!is_set(config->transport_user))
        return TRUE;
    self->user = g_strdup(config->transport_user);
    if (password) {
        self->password = file_read_secret(config->transport_password_file, error);
        return self->password != NULL;
    }
    self->token_file = g_strdup(config->transport_token_file);
    g_autofree char *first = file_read_secret(self->token_file, error);
    return first != NULL;
}

static gboolean
load_settings(Relay *self, const Config *config, const char *uri, GError **error)
{
    CURLU *url = curl_url();
    gboolean built = build_url(self, url, config, uri, error);
    curl_url_cleanup(url);
    if (!built)
        return FALSE;
    gboolean plain = g_ascii_strncasecmp(uri, "smtp:", 5) == 0;
    self->starttls = plain && g_strcmp0(config->transport_starttls, "off") != 0;
    self->tls = self->starttls || !plain;
    self->timeout_s = CLAMP(config->transport_timeout, 1, 3600);
    if (is_set(config->transport_ca_file))
        self->ca_file = g_strdup(config->transport_ca_file);
    return load_login(self, config, error);
}

Relay *
relay_new(const Config *config, const char *uri, GError **error)
{
    g_autoptr(Relay) self = g_new0(Relay, 1);
    return load_settings(self, config, uri, error) ? g_steal_pointer(&self) : NULL;
}

void
relay_free(Relay *self)
{
    if (!self)
        return;
    g_free(self->url);
    g_free(self->user);
    g_free(self->password);
    g_free(self->token_file);
    g_free(self->ca_file);
    g_free(self);
}

/* A token that cannot be read is no login, and without one nothing is sent: opening_end(). */
static void
apply_login(const Relay *self, CURL *curl)
{
    curl_easy_setopt(curl, CURLOPT_USERNAME, self->user);
    if (self->token_file) {
        g_autofree char *token = file_read_secret(self->token_file, NULL);
        curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, token);
        curl_easy_setopt(curl, CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2");
        return;
    }
    curl_easy_setopt(curl, CURLOPT_PASSWORD, self->password);
    /* those that need no more than user and password; else "user@realm" may end in Kerberos */
    curl_easy_setopt(curl, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN;AUTH=CRAM-MD5");
}

void
relay_apply(const Relay *self, CURL *curl)
{
    curl_easy_setopt(curl, CURLOPT_URL, self->url);
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     (long)(self->starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (self->ca_file) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, self->ca_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL); /* this authority instead of all others */
    }
    if (self->user)
        apply_login(self, curl);
    /* nothing from the environment or the home folder */
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
}
