/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/turn.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/lock.h"

struct Turn {
    Lock *lock;
};

static char *
path_of(const Store *store)
{
    return g_strconcat(store_path(store), ".sync", NULL);
}

Turn *
turn_take(Store *store, gint64 now, const char *actor, GError **error)
{
    g_autofree char *path = path_of(store);
    g_autoptr(GError) failure = NULL;
    Lock *lock = lock_take(path, actor, now, &failure);
    if (!lock) {
        if (g_error_matches(failure, RUNDRUF_ERROR, RUNDRUF_ERROR_BUSY))
            g_prefix_error(&failure, _("another rundruf sync is at work on this store: "));
        g_propagate_error(error, g_steal_pointer(&failure));
        return NULL;
    }
    Turn *turn = g_new0(Turn, 1);
    turn->lock = lock;
    return turn;
}

gboolean
turn_note_good(Turn *turn, gint64 now, GError **error)
{
    return lock_note(turn->lock, now, error);
}

void
turn_free(Turn *turn)
{
    if (!turn)
        return;
    lock_free(turn->lock);
    g_free(turn);
}

gint64
turn_last_good(Store *store)
{
    g_autofree char *path = path_of(store);
    return lock_noted(path);
}

char *
turn_holder(Store *store)
{
    g_autofree char *path = path_of(store);
    return lock_holder(path);
}
