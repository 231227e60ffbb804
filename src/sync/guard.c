/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/guard.h"

#include "base/i18n.h"

GuardVerdict
guard_decide(const GuardCounts *counts, gint64 percent, gint64 count)
{
    guint64 lost = counts->lost + counts->recent, known = counts->known + counts->recent;
    if (counts->lost == 0)
        return GUARD_PASS;
    if (counts->shown == 0)
        return GUARD_EMPTY;
    if (lost > (guint64)MAX(0, count))
        return GUARD_COUNT;
    if (lost * 100 > known * (guint64)MAX(0, percent))
        return GUARD_PERCENT;
    return GUARD_PASS;
}

/* what would go, as the beginning of a sentence */
static char *
describe_loss(const GuardCounts *counts)
{
    if (counts->recent == 0)
        return g_strdup_printf(_("%" PRIu64 " of %" PRIu64 " persons and municipalities would go"),
                               counts->lost, counts->known);
    return g_strdup_printf(_("%" PRIu64 " of %" PRIu64
                             " persons and municipalities would go, and with what went in the "
                             "last %d hours that is %" PRIu64 " of %" PRIu64),
                           counts->lost, counts->known, GUARD_WINDOW_HOURS,
                           counts->lost + counts->recent, counts->known + counts->recent);
}

char *
guard_reason(GuardVerdict verdict, const GuardCounts *counts, gint64 percent, gint64 count)
{
    g_autofree char *loss = describe_loss(counts);
    switch (verdict) {
    case GUARD_EMPTY:
        return g_strdup_printf(
            _("the directory shows nobody; all %" PRIu64 " persons and municipalities would go"),
            counts->lost);
    case GUARD_COUNT:
        return g_strdup_printf(_("%s, more than guard.count (%" PRId64 ")"), loss, count);
    case GUARD_PERCENT:
        return g_strdup_printf(_("%s, more than guard.percent (%" PRId64 " %%)"), loss, percent);
    case GUARD_PASS:
        break;
    }
    return g_strdup(_("nothing is held"));
}
