/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smtp.c - `smtp://` and `smtps://`: one message after the other over one connection, by libcurl
 *
 * libcurl speaks the protocol and keeps the connection; what it does not say is learned by
 * listening: on_command() sees each command that it sends (which step are we at?), on_reply() each
 * line that comes back (what does the relay offer, what were its words?), on_ready() has the last
 * word before MAIL. No octet is left to libcurl's judgement: wire_check() comes first.
 *
 * libcurl's traps that shape this file, each with a test in tests/unit/smtp.c:
 * - where the relay offers no AUTH, credentials are silently not used: on_ready() refuses;
 * - after a lost or unreadable answer to the end of data it would keep the connection, and take a
 *   late answer for that of the next message: abandon() forbids it;
 * - a connection that the relay closed meanwhile is noticed only at MAIL, and then an upload is not
 *   tried again: smtp_send() does, once. */
#include "transport/transport.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"
#include "transport/wire.h"

#include <curl/curl.h>
#include <string.h>

#define TEXT_MAX   500         /* characters of an outcome's text */
#define REPLY_KEPT 4000        /* octets of a reply that are kept for it */
#define REPLY_MAX  (64 * 1024) /* octets of a reply; one without end is none */

typedef enum { STEP_SESSION, STEP_LOGIN, STEP_MAIL, STEP_RCPT, STEP_DATA } Step;

typedef struct {
    Transport transport; /* first: the vtable is the object's address */
    CURL *curl;
    char *url;
    char *user, *password; /* NULL: no login */
    char *ca_file;         /* NULL: the system's */
    gboolean starttls;
    gint64 timeout_s;

    /* the connection that libcurl keeps, since its last EHLO */
    gboolean authenticated;
    gboolean offers_smtputf8;

    /* the attempt under way */
    const TransportMessage *message;
    Step step;
    gsize taken;         /* octets of the content that libcurl has */
    gboolean body_ended; /* ... which are all: the end of data may be out */
    GString *reply;      /* the last reply, without the codes of its further lines */
    gsize reply_octets;
    gboolean reply_open; /* more lines of it are to come */
    gboolean leaving;    /* QUIT is said: what comes now answers nothing of the message */
    double progress_at;  /* clock_elapsed() */
    curl_off_t uploaded;
    const char *abandoned;   /* why the attempt was given up, or NULL */
    gboolean needs_smtputf8; /* that was why */
    char curl_error[CURL_ERROR_SIZE];
} Smtp;

/* Ends the attempt, and the connection with it. Returns what makes libcurl's callbacks do that. */
static int
abandon(Smtp *self, const char *reason)
{
    if (!self->abandoned)
        self->abandoned = reason;
    curl_easy_setopt(self->curl, CURLOPT_FORBID_REUSE, 1L);
    return 1;
}

static gboolean
starts_with(const char *data, gsize length, const char *prefix)
{
    gsize wanted = strlen(prefix);
    return length >= wanted && g_ascii_strncasecmp(data, prefix, wanted) == 0;
}

/* CURLOPT_DEBUGFUNCTION. Login lines pass through here: nothing of them is kept. */
static int
on_command(G_GNUC_UNUSED CURL *curl, curl_infotype type, char *data, size_t length, void *user)
{
    Smtp *self = user;
    if (type != CURLINFO_HEADER_OUT)
        return 0;
    self->progress_at = clock_elapsed();
    if (starts_with(data, length, "EHLO ")) {
        self->authenticated = FALSE;
        self->offers_smtputf8 = FALSE;
    } else if (starts_with(data, length, "AUTH "))
        self->step = STEP_LOGIN;
    else if (starts_with(data, length, "MAIL FROM:"))
        self->step = STEP_MAIL;
    else if (starts_with(data, length, "RCPT TO:"))
        self->step = STEP_RCPT;
    else if (self->step == STEP_RCPT && starts_with(data, length, "DATA\r\n"))
        self->step = STEP_DATA;
    else if (self->step != STEP_LOGIN && starts_with(data, length, "QUIT\r\n"))
        self->leaving = TRUE;
    return 0;
}

static gboolean
reply_line_is_valid(const char *line, gsize length)
{
    return length >= 4 && line[0] >= '2' && line[0] <= '5' && g_ascii_isdigit(line[1]) &&
           g_ascii_isdigit(line[2]) && strchr(" -\r\n", line[3]) != NULL && line[3] != '\0';
}

static void
keep_reply_line(Smtp *self, const char *line, gsize length)
{
    if (!self->reply_open) {
        g_string_truncate(self->reply, 0);
        self->reply_octets = 0;
    }
    self->reply_octets += length;
    /* a relay may repeat what it did not understand, be it a password: no words of a login */
    if (self->step != STEP_LOGIN && self->reply->len < REPLY_KEPT) {
        gsize skip = self->reply->len > 0 ? MIN(length, 4) : 0;
        g_string_append_len(self->reply, line + skip, (gssize)MIN(length - skip, REPLY_KEPT));
    }
    self->reply_open = line[3] == '-';
}

/* CURLOPT_HEADERFUNCTION: one line of a reply, with its end. */
static size_t
on_reply(char *line, size_t size, size_t items, void *user)
{
    Smtp *self = user;
    gsize length = size * items;
    self->progress_at = clock_elapsed();
    if (self->leaving)
        return length;
    if (!reply_line_is_valid(line, length)) {
        /* libcurl would wait on for a line that it understands */
        abandon(self, _("the relay's answer is not SMTP"));
        return 0;
    }
    keep_reply_line(self, line, length);
    if (self->reply_octets > REPLY_MAX) {
        abandon(self, _("the relay's answer has no end"));
        return 0;
    }
    if (self->step == STEP_LOGIN && starts_with(line, length, "235"))
        self->authenticated = TRUE;
    if (self->step == STEP_SESSION && starts_with(line, length, "250") &&
        starts_with(line + 4, length - 4, "SMTPUTF8") &&
        (length == 12 || strchr(" \r\n", line[12])))
        self->offers_smtputf8 = TRUE;
    return length;
}

/* CURLOPT_PREREQFUNCTION: connected, greeted, logged in; next would be MAIL (or NOOP). */
static int
on_ready(void *user, G_GNUC_UNUSED char *remote_ip, G_GNUC_UNUSED char *local_ip,
         G_GNUC_UNUSED int remote_port, G_GNUC_UNUSED int local_port)
{
    Smtp *self = user;
    if (self->user && !self->authenticated) {
        abandon(self, _("the relay offers no login that can be used, but transport.user is set; "
                        "check transport.uri, or remove transport.user"));
        return CURL_PREREQFUNC_ABORT;
    }
    if (self->message && self->message->smtputf8 && !self->offers_smtputf8) {
        self->needs_smtputf8 = TRUE;
        abandon(self, _("the address needs SMTPUTF8, which the relay does not offer"));
        return CURL_PREREQFUNC_ABORT;
    }
    return CURL_PREREQFUNC_OK;
}

/* CURLOPT_READFUNCTION. A 0 too early would end the message with a dot, and it would count as sent:
 * the only 0 is the one after the last octet. */
static size_t
on_read(char *buffer, size_t size, size_t items, void *user)
{
    Smtp *self = user;
    if (!self->message || self->abandoned)
        return CURL_READFUNC_ABORT;
    gsize length = MIN(size * items, self->message->length - self->taken);
    memcpy(buffer, self->message->content + self->taken, length);
    self->taken += length;
    /* told the size, libcurl need not ask again to learn that this was all */
    self->body_ended = self->taken == self->message->length;
    return length;
}

/* CURLOPT_XFERINFOFUNCTION: called about once a second while waiting. */
static int
on_wait(void *user, G_GNUC_UNUSED curl_off_t to_download, G_GNUC_UNUSED curl_off_t downloaded,
        G_GNUC_UNUSED curl_off_t to_upload, curl_off_t uploaded)
{
    Smtp *self = user;
    if (self->abandoned)
        return 1;
    if (uploaded != self->uploaded) {
        self->uploaded = uploaded;
        self->progress_at = clock_elapsed();
    }
    /* RFC 5321, 4.5.3.2.6 gives the answer to the end of data twice the time of others; whoever
     * hangs up before it does not know whether the message was taken. */
    gint64 limit_s = self->body_ended ? 2 * self->timeout_s : self->timeout_s;
    if (clock_elapsed() - self->progress_at < (double)limit_s)
        return 0;
    return abandon(self, _("the relay did not answer in time (transport.timeout)"));
}

static void
apply_security(Smtp *self)
{
    CURL *curl = self->curl;
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     (long)(self->starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (self->ca_file) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, self->ca_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL); /* this authority instead of all others */
    }
    if (self->user) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, self->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, self->password);
        /* those that need no more than user and password; else "user@realm" may end in Kerberos */
        curl_easy_setopt(curl, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN;AUTH=CRAM-MD5");
    }
    /* nothing from the environment or the home folder */
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
}

/* CURLOPT_NOSIGNAL stays off: the resolver has its own thread and needs no SIGALRM, and libcurl
 * keeps SIGPIPE away only then. */
static void
begin_attempt(Smtp *self, const TransportMessage *message, gboolean fresh)
{
    CURL *curl = self->curl;
    self->message = message;
    self->step = STEP_SESSION;
    self->taken = 0;
    self->body_ended = FALSE;
    g_string_truncate(self->reply, 0);
    self->reply_open = FALSE;
    self->leaving = FALSE;
    self->progress_at = clock_elapsed();
    self->uploaded = 0;
    self->abandoned = NULL;
    self->needs_smtputf8 = FALSE;
    self->curl_error[0] = '\0';

    curl_easy_reset(curl); /* the connection survives this */
    curl_easy_setopt(curl, CURLOPT_URL, self->url);
    curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, 1L);
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)self->timeout_s); /* up to on_ready() */
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, 2 * (long)self->timeout_s + 1);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, self->curl_error);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L); /* all of it goes to on_command() */
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, on_command);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, self);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_reply);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, self);
    curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, on_ready);
    curl_easy_setopt(curl, CURLOPT_PREREQDATA, self);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_wait);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, self);
    apply_security(self);
}

/* What to do about it, for the faults that a setting mends. */
static const char *
advice(CURLcode result)
{
    switch (result) {
    case CURLE_USE_SSL_FAILED:
        return _("; the relay offers no STARTTLS, and transport.starttls requires it");
    case CURLE_PEER_FAILED_VERIFICATION:
        return _("; the relay's certificate must be valid for the host of transport.uri "
                 "(transport.ca_file names another authority)");
    case CURLE_LOGIN_DENIED:
        return _("; check transport.user and transport.password_file");
    default:
        return "";
    }
}

static char *
describe(const Smtp *self, CURLcode result, int code, OutcomeKind kind)
{
    g_autoptr(GString) words = g_string_new(NULL);
    if (kind == OUTCOME_SENT || (code != 0 && self->reply->len > 0)) {
        g_string_append(words, self->reply->str);
    } else {
        if (kind == OUTCOME_UNKNOWN)
            g_string_append(words,
                            _("the message went out, but no answer came, it may have arrived: "));
        if (self->abandoned)
            g_string_append(words, self->abandoned);
        else
            g_string_append(words,
                            *self->curl_error ? self->curl_error : curl_easy_strerror(result));
    }
    if (!self->abandoned)
        g_string_append(words, advice(result));
    g_autofree char *line = text_one_line(words->str);
    return g_utf8_substring(line, 0, MIN(g_utf8_strlen(line, -1), TEXT_MAX));
}

static void
settle(const Smtp *self, CURLcode result, Outcome *outcome)
{
    long reported = 0;
    curl_easy_getinfo(self->curl, CURLINFO_RESPONSE_CODE, &reported);
    int code = (int)reported;
    gboolean refusal = result != CURLE_OK && code >= 400 && code <= 599 && !self->reply_open;
    /* Any other code is that of an earlier step, or none that answers the end of data. */
    if (result != CURLE_OK && !refusal)
        code = 0;

    *outcome = (Outcome){.kind = outcome_judge(result == CURLE_OK, code, self->body_ended)};
    if (self->needs_smtputf8)
        outcome->kind = OUTCOME_PERMANENT;
    else if (outcome->kind != OUTCOME_SENT)
        outcome->site = self->step <= STEP_MAIL || code == 0 || code == 421;
    /* What is said before MAIL is not about this message, and no reason to give it up for ever. */
    if (outcome->kind == OUTCOME_PERMANENT && outcome->site && self->step < STEP_MAIL)
        outcome->kind = OUTCOME_TEMPORARY;
    outcome->code = outcome->kind == OUTCOME_SENT || refusal ? code : 0;
    outcome->text = describe(self, result, outcome->code, outcome->kind);
}

static void
attempt(Smtp *self, const TransportMessage *message, gboolean fresh, Outcome *outcome)
{
    CURL *curl = self->curl;
    begin_attempt(self, message, fresh);
    /* One recipient: of several, one that is refused would drop the transaction. */
    struct curl_slist *recipients = curl_slist_append(NULL, message->recipient);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, message->return_path);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)message->length); /* for SIZE= */
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(curl, CURLOPT_READDATA, self);
    settle(self, curl_easy_perform(curl), outcome);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(recipients);
    self->message = NULL;
}

/* TRUE if a kept connection broke before the message: the relay had closed it in between, and a new
 * one may do. */
static gboolean
connection_was_stale(const Smtp *self, const Outcome *outcome)
{
    long connects = 1;
    curl_easy_getinfo(self->curl, CURLINFO_NUM_CONNECTS, &connects);
    return connects == 0 && outcome->kind == OUTCOME_TEMPORARY && self->taken == 0 &&
           (outcome->code == 0 || outcome->code == 421) && !self->abandoned;
}

static void
smtp_send(Transport *transport, const TransportMessage *message, Outcome *outcome)
{
    Smtp *self = (Smtp *)transport;
    if (!wire_check(message, outcome))
        return;
    attempt(self, message, FALSE, outcome);
    if (connection_was_stale(self, outcome)) {
        outcome_clear(outcome);
        attempt(self, message, TRUE, outcome);
    }
}

static gboolean
smtp_check(Transport *transport, GError **error)
{
    Smtp *self = (Smtp *)transport;
    begin_attempt(self, NULL, TRUE);
    curl_easy_setopt(self->curl, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(self->curl, CURLOPT_CUSTOMREQUEST, "NOOP");
    CURLcode result = curl_easy_perform(self->curl);
    if (result == CURLE_OK)
        return TRUE;
    g_auto(Outcome) outcome = {0};
    settle(self, result, &outcome);
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_TRANSPORT,
                _("the mail relay of transport.uri cannot be used: %s"), outcome.text);
    return FALSE;
}

static void
smtp_close(Transport *transport)
{
    Smtp *self = (Smtp *)transport;
    curl_easy_cleanup(self->curl);
    curl_global_cleanup();
    g_free(self->url);
    g_free(self->user);
    g_free(self->password);
    g_free(self->ca_file);
    g_string_free(self->reply, TRUE);
    g_free(self);
}

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
build_url(Smtp *self, CURLU *url, const Config *config, GError **error)
{
    static const char allowed[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ".-:[]";
    const char *helo = config->transport_helo ? config->transport_helo : "";
    if (!*helo || strspn(helo, allowed) != strlen(helo))
        return set_config_error(error,
                                _("transport.helo is no host name, such as mail.example.org"));
    if (curl_url_set(url, CURLUPART_URL, config->transport_uri, 0) != CURLUE_OK)
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
load_settings(Smtp *self, const Config *config, GError **error)
{
    CURLU *url = curl_url();
    gboolean built = build_url(self, url, config, error);
    curl_url_cleanup(url);
    if (!built)
        return FALSE;
    self->starttls = g_ascii_strncasecmp(config->transport_uri, "smtp:", 5) == 0 &&
                     g_strcmp0(config->transport_starttls, "off") != 0;
    self->timeout_s = CLAMP(config->transport_timeout, 1, 3600);
    if (config->transport_ca_file && *config->transport_ca_file)
        self->ca_file = g_strdup(config->transport_ca_file);
    gboolean user = config->transport_user && *config->transport_user;
    gboolean password = config->transport_password_file && *config->transport_password_file;
    if (user != password)
        return set_config_error(error, _("transport.user and transport.password_file belong "
                                         "together; set both or none"));
    if (!user)
        return TRUE;
    self->user = g_strdup(config->transport_user);
    self->password = file_read_secret(config->transport_password_file, error);
    return self->password != NULL;
}

Transport *
transport_smtp_new(const Config *config, GError **error)
{
    Smtp *self = g_new0(Smtp, 1);
    self->transport = (Transport){smtp_send, smtp_check, smtp_close};
    self->reply = g_string_new(NULL);
    curl_global_init(CURL_GLOBAL_DEFAULT); /* counted; if it fails, so does the next */
    self->curl = curl_easy_init();
    if (!self->curl)
        g_set_error_literal(error, RUNDRUF_ERROR, RUNDRUF_ERROR_TRANSPORT,
                            _("libcurl cannot be started; is its installation whole?"));
    else if (load_settings(self, config, error))
        return &self->transport;
    smtp_close(&self->transport);
    return NULL;
}
