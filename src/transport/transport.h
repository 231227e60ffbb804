/* SPDX-License-Identifier: GPL-3.0-or-later */
/* transport.h - hands a finished message to a relay or a spool folder: the vtable
 *
 * Made by transport_open() from `transport.uri`; used by mailing/send only; one thread. A
 * message is a complete run of octets in memory. Connections are opened when first needed, kept
 * for the next message, and closed by transport_close(). */
#ifndef RUNDRUF_TRANSPORT_TRANSPORT_H
#define RUNDRUF_TRANSPORT_TRANSPORT_H

#include "config/config.h"
#include "transport/outcome.h"

typedef struct {
    const char *return_path; /* MAIL FROM, without < > */
    const char *recipient;   /* the one RCPT TO, without < > */
    gboolean smtputf8;       /* the recipient's local part is not ASCII */
    const char *name;        /* unique and repeatable for a delivery: the spool's file name stem */
    const char *content;     /* CRLF, as it goes on the wire (before dot-stuffing) */
    gsize length;
} TransportMessage;

typedef struct Transport Transport;
struct Transport {
    /* Sends one message and says how it ended. Blocks. Never fails otherwise: what went wrong is
     * the outcome. `text` of the outcome is owned by the caller: outcome_clear(). */
    void (*send)(Transport *transport, const TransportMessage *message, Outcome *outcome);

    /* Tries everything short of sending: connection, TLS, login; or that the folder can be
     * written. */
    gboolean (*check)(Transport *transport, GError **error);

    void (*close)(Transport *transport);
};

/* NULL with CONFIG (bad URI, missing password file) or TRANSPORT (spool folder). */
Transport *transport_open(const Config *config, GError **error);
void transport_close(Transport *transport);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Transport, transport_close)

/* The implementations (transport_open() chooses). */
Transport *transport_smtp_new(const Config *config, GError **error);
Transport *transport_spool_new(const Config *config, GError **error);

#endif
