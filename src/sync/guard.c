/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/guard.h"

#include "base/i18n.h"

GuardVerdict
guard_decide(guint64 known, guint64 shown, guint64 lost, gint64 percent, gint64 count)
{
    if (lost == 0)
        return GUARD_PASS;
    if (shown == 0)
        return GUARD_EMPTY;
    if (lost > (guint64)MAX(0, count))
        return GUARD_COUNT;
    if (lost * 100 > known * (guint64)MAX(0, percent))
        return GUARD_PERCENT;
    return GUARD_PASS;
}

char *
guard_reason(GuardVerdict verdict, guint64 known, guint64 lost, gint64 percent, gint64 count)
{
    switch (verdict) {
    case GUARD_EMPTY:
        return g_strdup_printf(
            _("the directory shows nobody; all %" PRIu64 " persons and municipalities would go"),
            lost);
    case GUARD_COUNT:
        return g_strdup_printf(
            _("%" PRIu64 " of %" PRIu64
              " persons and municipalities would go, more than guard.count (%" PRId64 ")"),
            lost, known, count);
    case GUARD_PERCENT:
        return g_strdup_printf(
            _("%" PRIu64 " of %" PRIu64
              " persons and municipalities would go, more than guard.percent (%" PRId64 " %%)"),
            lost, known, percent);
    case GUARD_PASS:
        break;
    }
    return g_strdup(_("nothing is held"));
}
