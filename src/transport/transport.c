/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/transport.h"

#include "base/error.h"
#include "base/i18n.h"

#include <string.h>

static const struct {
    const char *prefix;
    Transport *(*create)(const Config *config, GError **error);
} schemes[] = {
    {"smtp://", transport_smtp_new},
    {"smtps://", transport_smtp_new},
    {"spool:", transport_spool_new},
};

Transport *
transport_open(const Config *config, GError **error)
{
    const char *uri = config->transport_uri ? config->transport_uri : "";
    for (guint i = 0; i < G_N_ELEMENTS(schemes); i++) {
        if (g_ascii_strncasecmp(uri, schemes[i].prefix, strlen(schemes[i].prefix)) == 0)
            return schemes[i].create(config, error);
    }
    /* the URI itself is not repeated: somebody may have written a password into it */
    g_set_error_literal(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                        _("transport.uri is none that can be used; write smtp://HOST[:PORT], "
                          "smtps://HOST[:PORT] or spool:FOLDER"));
    return NULL;
}

void
transport_close(Transport *transport)
{
    if (transport)
        transport->close(transport);
}

/* Answers the events of the one message under way; TRUE once it is done. */
static gboolean
take_events(Transport *transport, GArray *events, Outcome *outcome)
{
    for (guint i = 0; i < events->len; i++) {
        const TransportEvent *event = &g_array_index(events, TransportEvent, i);
        if (event->kind == TRANSPORT_READY) {
            transport->go(transport, event->session);
            continue;
        }
        *outcome = event->outcome;
        return TRUE;
    }
    g_array_set_size(events, 0);
    return FALSE;
}

void
transport_send(Transport *transport, const TransportMessage *message, Outcome *outcome)
{
    g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(TransportEvent));
    g_autoptr(GError) error = NULL;
    transport->give(transport, 0, message);
    while (!take_events(transport, events, outcome)) {
        if (!transport->turn(transport, -1, -1, events, &error)) {
            outcome_of_loss(PHASE_CONNECT, FALSE, error->message, outcome);
            return;
        }
    }
}
