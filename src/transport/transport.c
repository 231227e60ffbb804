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
