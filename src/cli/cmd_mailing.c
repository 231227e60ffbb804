/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/dates.h"
#include "base/error.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "mailing/control.h"
#include "mailing/report.h"
#include "store/deliveries.h"
#include "store/events.h"
#include "store/mailings.h"

#include <stdio.h>

static gboolean
parse_id(const char *text, gint64 *id, GError **error)
{
    if (g_ascii_string_to_signed(text, 10, 1, G_MAXINT64, id, NULL))
        return TRUE;
    cli_usage(error, _("\"%s\" is no mailing's number; rundruf mailing ls lists them"), text);
    return FALSE;
}

/* "running" that has nothing left to do is "done"; translated */
static const char *
state_of(const Mailing *mailing, const guint counts[DELIVERY_STATES])
{
    guint left = counts[DELIVERY_QUEUED] + counts[DELIVERY_CLAIMED] + counts[DELIVERY_RETRY];
    switch (mailing->state) {
    case MAILING_DRAFT:
        return _("not confirmed");
    case MAILING_RUNNING:
        return left > 0 ? _("running") : _("done");
    case MAILING_PAUSED:
        return _("paused");
    case MAILING_CANCELLED:
    case MAILING_STATES:
        break;
    }
    return _("cancelled");
}
