/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/cookie.h"

#include "base/digest.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (64 * 1024) /* of a cookie that is taken apart */

/* the decimal number that `count` digits make, or -1 */
static int
digits(const char *text, guint count)
{
    int number = 0;
    for (guint i = 0; i < count; i++) {
        if (!g_ascii_isdigit(text[i]))
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

/* "YYYYmmddHHMMSS.ffffffZ#...": Unix seconds; 0 if it is no time */
static gint64
csn_time(const char *csn)
{
    static const guint widths[] = {4, 2, 2, 2, 2, 2};
    int parts[G_N_ELEMENTS(widths)];
    for (guint i = 0; i < G_N_ELEMENTS(widths); i++) {
        parts[i] = digits(csn, widths[i]);
        if (parts[i] < 0)
            return 0;
        csn += widths[i];
    }
    g_autoptr(GDateTime) time =
        g_date_time_new_utc(parts[0], parts[1], parts[2], parts[3], parts[4], MIN(parts[5], 59));
    return time ? g_date_time_to_unix(time) : 0;
}

/* "time#count#sid#mod" -> "sid"; NULL if it is no CSN. Owned by the caller. */
static char *
sid_of(const char *csn)
{
    g_auto(GStrv) parts = g_strsplit(csn, "#", 5);
    return g_strv_length(parts) == 4 && csn_time(csn) ? g_strdup(parts[2]) : NULL;
}

/* Notes the CSNs of the fields by sid (both owned by the table), the larger of two: of one sid they
 * order as text does. */
static void
note_csns(GHashTable *by_sid, char **fields)
{
    for (char **field = fields; field && *field; field++) {
        if (!g_str_has_prefix(*field, "csn="))
            continue;
        g_auto(GStrv) csns = g_strsplit(*field + strlen("csn="), ";", -1);
        for (char **csn = csns; *csn; csn++) {
            g_autofree char *sid = sid_of(*csn);
            const char *known = sid ? g_hash_table_lookup(by_sid, sid) : NULL;
            if (sid && (!known || strcmp(*csn, known) > 0))
                g_hash_table_insert(by_sid, g_steal_pointer(&sid), g_strdup(*csn));
        }
    }
}

/* The cookie's fields ("name=value"), NULL at the end; NULL if it is no text. */
static char **
split(gconstpointer cookie, gsize length)
{
    if (!cookie || length == 0 || length > TEXT_MAX || memchr(cookie, 0, length))
        return NULL;
    g_autofree char *text = g_strndup(cookie, length);
    return g_strsplit(text, ",", -1);
}

/* Its CSNs by sid: none if it is not slapd's, or NULL. */
static GHashTable *
csns_of(GBytes *cookie)
{
    GHashTable *by_sid = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_auto(GStrv) fields =
        cookie ? split(g_bytes_get_data(cookie, NULL), g_bytes_get_size(cookie)) : NULL;
    note_csns(by_sid, fields);
    return by_sid;
}

static gint
compare_sids(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

/* the fields that are no CSNs and not `sid`, then all CSNs, by sid: equal for equal contents */
static GBytes *
join(char **fields, GHashTable *by_sid)
{
    GString *text = g_string_new(NULL);
    for (char **field = fields; *field; field++)
        if (!g_str_has_prefix(*field, "csn=") && !g_str_has_prefix(*field, "sid="))
            g_string_append_printf(text, "%s,", *field);
    g_string_append(text, "csn=");
    g_autoptr(GList) sids = g_list_sort(g_hash_table_get_keys(by_sid), compare_sids);
    for (GList *sid = sids; sid; sid = sid->next)
        g_string_append_printf(text, "%s%s", sid == sids ? "" : ";",
                               (const char *)g_hash_table_lookup(by_sid, sid->data));
    return g_string_free_to_bytes(text);
}

GBytes *
cookie_merge(GBytes *old, gconstpointer cookie, gsize length)
{
    if (!cookie || length == 0)
        return old ? g_bytes_ref(old) : NULL;
    GBytes *came = g_bytes_new(cookie, length);
    g_autoptr(GHashTable) theirs = csns_of(came), by_sid = csns_of(old);
    if (g_hash_table_size(theirs) == 0)
        return came;
    g_bytes_unref(came);
    g_auto(GStrv) fields = split(cookie, length);
    note_csns(by_sid, fields);
    return join(fields, by_sid);
}

gboolean
cookie_covers(GBytes *ours, GBytes *theirs)
{
    g_autoptr(GHashTable) sent = csns_of(ours), known = csns_of(theirs);
    GHashTableIter iter;
    gpointer sid;
    g_hash_table_iter_init(&iter, known);
    while (g_hash_table_iter_next(&iter, &sid, NULL))
        if (!g_hash_table_contains(sent, sid))
            return FALSE;
    return TRUE;
}

gint64
cookie_time(GBytes *cookie)
{
    g_autoptr(GHashTable) by_sid = csns_of(cookie);
    gint64 newest = 0;
    GHashTableIter iter;
    gpointer csn;
    g_hash_table_iter_init(&iter, by_sid);
    while (g_hash_table_iter_next(&iter, NULL, &csn))
        newest = MAX(newest, csn_time(csn));
    return newest;
}

GBytes *
cookie_parameters(const Config *config)
{
    const char *const settings[] = {
        "1", /* of this list */
        config->directory_uri,
        config->directory_base,
        config->directory_bind_dn,
        config->directory_sasl,
        config->directory_filter,
        config->directory_id_attribute,
        config->directory_version_attribute,
        config->directory_referrals,
        config->directory_person_class,
        config->directory_municipality_class,
        config->directory_membership,
        config->directory_membership_key,
    };
    guint8 digest[DIGEST_LENGTH];
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(settings); i++) {
        g_string_append(all, settings[i] ? settings[i] : "");
        g_string_append_c(all, '\0');
    }
    digest_sha256(all->str, all->len, digest);
    return g_bytes_new(digest, DIGEST_LENGTH);
}
