/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/held.h"

#include "base/text.h"
#include "mailing/pace.h"
#include "model/mailing.h"
#include "store/deliveries.h"
#include "store/mailings.h"

/* Holds are few, and named as the pace names what a domain is counted in. */
typedef struct {
    Pace *pace;
    GHashTable *by_domain; /* name -> Held, which is not owned */
} Counting;

void
held_free(Held *held)
{
    if (!held)
        return;
    hold_free(held->hold);
    g_free(held);
}

static GPtrArray *
read_holds(Store *store, gint64 now, GError **error)
{
    g_autoptr(GPtrArray) holds = holds_at(store, now, error);
    if (!holds)
        return NULL;
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)held_free);
    for (guint i = 0; i < holds->len; i++) {
        Held *held = g_new0(Held, 1);
        held->hold = holds->pdata[i];
        g_ptr_array_add(all, held);
    }
    g_ptr_array_set_free_func(holds, NULL);
    return all;
}

static void
count_waiting(const char *domain, guint count, gpointer data)
{
    const Counting *counting = data;
    Held *held = g_hash_table_lookup(counting->by_domain, pace_group(counting->pace, domain));
    if (held)
        held->waiting += count;
}

static gboolean
count_all(Store *store, Counting *counting, GError **error)
{
    g_autoptr(GPtrArray) mailings = mailings_all(store, error);
    for (guint i = 0; mailings && i < mailings->len; i++) {
        const Mailing *mailing = mailings->pdata[i];
        if (mailing->state != MAILING_RUNNING && mailing->state != MAILING_PAUSED)
            continue;
        if (!deliveries_each_waiting(store, mailing->id, count_waiting, counting, error))
            return FALSE;
    }
    return mailings != NULL;
}

/* `mailing` 0: of all */
static gboolean
count(Store *store, const Config *config, gint64 mailing, const GPtrArray *all, GError **error)
{
    if (all->len == 0)
        return TRUE;
    g_autoptr(Pace) pace = pace_new(config);
    g_autoptr(GHashTable) by_domain = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < all->len; i++) {
        Held *held = all->pdata[i];
        g_hash_table_insert(by_domain, (char *)pace_group(pace, held->hold->domain), held);
    }
    Counting counting = {pace, by_domain};
    return mailing ? deliveries_each_waiting(store, mailing, count_waiting, &counting, error)
                   : count_all(store, &counting, error);
}

GPtrArray *
held_all(Store *store, const Config *config, gint64 now, GError **error)
{
    g_autoptr(GPtrArray) all = read_holds(store, now, error);
    return all && count(store, config, 0, all, error) ? g_steal_pointer(&all) : NULL;
}

GPtrArray *
held_of(Store *store, const Config *config, gint64 mailing, gint64 now, GError **error)
{
    g_autoptr(GPtrArray) all = read_holds(store, now, error);
    if (!all || !count(store, config, mailing, all, error))
        return NULL;
    for (guint i = all->len; i > 0; i--)
        if (((Held *)all->pdata[i - 1])->waiting == 0)
            g_ptr_array_remove_index(all, i - 1);
    return g_steal_pointer(&all);
}

char *
held_reason(const Hold *hold)
{
    g_autofree char *words = text_one_line(hold->text ? hold->text : "");
    return hold->code ? g_strdup_printf("%d %s", hold->code, words) : g_steal_pointer(&words);
}
