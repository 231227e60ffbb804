/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay.h - one mail relay as the settings transport.* describe it, and what libcurl is told of it
 *
 * A URI is no more than scheme, host and port: the user and password (or access token), the EHLO name and the
 * authority that vouches for the relay are settings of their own, the same for all relays. TLS is
 * required unless transport.starttls says otherwise, 1.2 at least, with the host's name checked.
 * Nothing is taken from the environment or the home folder. */
#ifndef RUNDRUF_TRANSPORT_RELAY_H
#define RUNDRUF_TRANSPORT_RELAY_H

#include "config/config.h"

#include <curl/curl.h>

typedef struct {
    char *url;        /* as libcurl wants it: the EHLO name is its path */
    char *user;       /* NULL: no login */
    char *password;   /* NULL: by token */
    char *token_file; /* of an OAuth 2.0 access token, read for each session; NULL: by password */
    char *ca_file;    /* NULL: the system's */
    gboolean starttls;
    gboolean tls; /* by STARTTLS or from the first octet */
    gint64 timeout_s;
} Relay;

/* The relay of `uri` with the settings of `config`; owned by the caller. NULL with CONFIG: a URI that
 * is none or holds too much, an EHLO name that is none, a missing or open file of a password or token. */
Relay *relay_new(const Config *config, const char *uri, GError **error);
void relay_free(Relay *relay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Relay, relay_free)

/* Tells `curl`, which must be fresh or reset, where and how to connect; reads the token, which lives for
 * an hour and is replaced by others. */
void relay_apply(const Relay *relay, CURL *curl);

#endif
