/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/opening.h"

#include "base/i18n.h"
#include "transport/reply.h"

#include <string.h>

struct Opening {
    CURL *curl;
    const Relay *relay;
    Phase phase;
    gboolean greeted; /* EHLO is said: lines of its answer are offers */
    gboolean authenticated;
    DialogueOffer offer;
    Reply reply;       /* the one under way, or the last one */
    gboolean answered; /* `reply` is whole, and answers the command of `phase` */
    const char *fault; /* why it was given up, or NULL */
    char curl_error[CURL_ERROR_SIZE];
};

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
    Opening *self = user;
    if (type != CURLINFO_HEADER_OUT)
        return 0;
    gboolean ehlo = starts_with(data, length, "EHLO "), helo = starts_with(data, length, "HELO ");
    self->answered &= helo; /* it comes after an EHLO that was refused: that stands so far */
    if (ehlo || helo) {
        self->phase = PHASE_EHLO;
        self->authenticated = FALSE;
        self->offer = (DialogueOffer){0};
        self->greeted = ehlo;
    } else if (starts_with(data, length, "STARTTLS"))
        self->phase = PHASE_STARTTLS;
    else if (starts_with(data, length, "AUTH "))
        self->phase = PHASE_AUTH;
    return 0;
}

static void
on_reply(Opening *self)
{
    self->answered = TRUE;
    if (self->phase == PHASE_AUTH && self->reply.code == 235)
        self->authenticated = TRUE;
    /* a second banner is no answer to EHLO, for which libcurl would take it */
    if (self->phase == PHASE_EHLO && self->reply.code < 400 && self->reply.code != 250)
        self->fault = _("the relay's answer is not SMTP");
}

/* CURLOPT_HEADERFUNCTION: one line of a reply, with its end. libcurl would wait on for a line that it
 * understands. */
static size_t
on_line(char *line, size_t size, size_t items, void *user)
{
    Opening *self = user;
    gsize length = size * items, used = 0;
    if (self->phase == PHASE_EHLO && self->greeted)
        dialogue_read_offer(&self->offer, line, length);
    ReplyState state = reply_read(&self->reply, line, length, &used);
    if (state == REPLY_WHOLE && used == length)
        on_reply(self);
    else if (state != REPLY_PART)
        self->fault = _("the relay's answer is not SMTP");
    return self->fault ? 0 : length;
}

Opening *
opening_new(void)
{
    g_autoptr(Opening) self = g_new0(Opening, 1);
    self->curl = curl_easy_init();
    return self->curl ? g_steal_pointer(&self) : NULL;
}

void
opening_free(Opening *self)
{
    if (!self)
        return;
    curl_easy_cleanup(self->curl);
    g_free(self);
}

CURL *
opening_handle(Opening *self)
{
    return self->curl;
}

/* CURLOPT_NOSIGNAL stays off: the resolver has its own thread and needs no SIGALRM, and libcurl
 * keeps SIGPIPE away only then. */
void
opening_begin(Opening *self, const Relay *relay)
{
    CURL *curl = self->curl;
    *self = (Opening){.curl = curl, .relay = relay, .phase = PHASE_CONNECT};
    curl_easy_reset(curl);
    relay_apply(relay, curl);
    curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    /* all of it, up to the login */
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)relay->timeout_s);
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)relay->timeout_s);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, self->curl_error);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L); /* all of it goes to on_command() */
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, on_command);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, self);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_line);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, self);
}

/* What to do about it, for the faults that a setting mends. */
static const char *
advice(const Opening *self, CURLcode result)
{
    switch (result) {
    case CURLE_USE_SSL_FAILED:
        return _("; the relay offers no STARTTLS, and transport.starttls requires it");
    case CURLE_PEER_FAILED_VERIFICATION:
        return _("; the relay's certificate must be valid for the host of transport.uri "
                 "(transport.ca_file names another authority)");
    case CURLE_LOGIN_DENIED:
        return self->relay->token_file ? _("; check transport.user and whether "
                                           "transport.token_file holds a fresh token")
                                       : _("; check transport.user and transport.password_file");
    default:
        return "";
    }
}

static const char *
describe(const Opening *self, CURLcode result)
{
    if (self->fault)
        return self->fault;
    if (result == CURLE_OPERATION_TIMEDOUT)
        return _("the relay did not answer in time (transport.timeout)");
    return *self->curl_error ? self->curl_error : curl_easy_strerror(result);
}

gboolean
opening_end(Opening *self, CURLcode result, Outcome *outcome)
{
    if (result == CURLE_OK && (!self->relay->user || self->authenticated)) {
        /* without TLS it writes with MSG_NOSIGNAL, and need not change SIGPIPE for each write */
        curl_easy_setopt(self->curl, CURLOPT_NOSIGNAL, self->relay->tls ? 0L : 1L);
        return TRUE;
    }
    if (result == CURLE_OK) {
        self->phase = PHASE_AUTH;
        self->fault = _("the relay offers no login that can be used, but transport.user is set; "
                        "check transport.uri, or remove transport.user");
    }
    gboolean refused = result != CURLE_OK && self->answered && self->reply.code >= 400;
    /* a relay may repeat what it did not understand, be it a password */
    const char *words =
        refused && self->phase != PHASE_AUTH ? self->reply.text : describe(self, result);
    g_autofree char *text = g_strconcat(words, self->fault ? "" : advice(self, result), NULL);
    if (refused)
        outcome_of_reply(self->phase, self->reply.code, text, outcome);
    else
        outcome_of_loss(self->phase, FALSE, text, outcome);
    return FALSE;
}

const DialogueOffer *
opening_offer(const Opening *self)
{
    return &self->offer;
}
