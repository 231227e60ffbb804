/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "directory/dns.h"

#include "base/error.h"
#include "base/i18n.h"

#include <netinet/in.h>

#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <string.h>

#define SRV_FIXED 6 /* octets of priority, weight and port before the target */

void
dns_set_patience(gint64 seconds)
{
    if (!(_res.options & RES_INIT) && res_ninit(&_res) != 0)
        return;
    _res.retry = 1;
    _res.retrans = (int)CLAMP(seconds / (2 * MAX(1, _res.nscount)), 1, RES_TIMEOUT);
}

static int
compare_services(gconstpointer a, gconstpointer b)
{
    const DnsService *one = a, *other = b;
    if (one->priority != other->priority)
        return one->priority < other->priority ? -1 : 1;
    return (one->weight > 0) - (other->weight > 0); /* RFC 2782: those without weight first */
}

static guint
draw_random(guint most, G_GNUC_UNUSED gpointer data)
{
    return (guint)g_random_int_range(0, (gint32)most + 1);
}

/* Moves the one that chance has chosen among the first `count` to their beginning. */
static void
choose_first(DnsService *services, guint count, guint (*draw)(guint most, gpointer data),
             gpointer data)
{
    guint total = 0, sum = 0, chosen = 0;
    for (guint i = 0; i < count; i++)
        total += services[i].weight;
    guint drawn = draw(total, data);
    while (chosen < count - 1 && (sum += services[chosen].weight) < drawn)
        chosen++;
    DnsService service = services[chosen];
    memmove(services + 1, services, chosen * sizeof *services);
    services[0] = service;
}

void
dns_order_services(DnsService *services, guint count, guint (*draw)(guint most, gpointer data),
                   gpointer data)
{
    guint end;
    qsort(services, count, sizeof *services, compare_services);
    for (guint start = 0; start < count; start = end) {
        for (end = start; end < count && services[end].priority == services[start].priority; end++)
            continue;
        for (guint i = start; i + 1 < end; i++)
            choose_first(services + i, end - i, draw ? draw : draw_random, data);
    }
}

static void
clear_service(gpointer data)
{
    g_free(((DnsService *)data)->target);
}

static gboolean
target_is_clean(const char *target)
{
    return target[strspn(target, "abcdefghijklmnopqrstuvwxyz0123456789-_.")] == '\0';
}

/* Adds a record's service unless it says that there is none. */
static void
take_record(const ns_msg *message, const ns_rr *record, GArray *services)
{
    char name[NS_MAXDNAME];
    const guchar *data = ns_rr_rdata(*record);
    if (ns_rr_type(*record) != ns_t_srv || ns_rr_rdlen(*record) <= SRV_FIXED ||
        ns_name_uncompress(ns_msg_base(*message), ns_msg_end(*message), data + SRV_FIXED, name,
                           sizeof name) < 0)
        return;
    g_autofree char *target = g_ascii_strdown(name, -1);
    if (g_str_has_suffix(target, "."))
        target[strlen(target) - 1] = '\0';
    DnsService service = {ns_get16(data), ns_get16(data + 2), ns_get16(data + 4), NULL};
    if (!*target || !target_is_clean(target) || service.port == 0)
        return;
    service.target = g_steal_pointer(&target);
    g_array_append_val(services, service);
}

static gboolean
set_unavailable(GError **error, const char *domain, const char *what)
{
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_UNAVAILABLE, "srv:%s: %s", domain, what);
    return FALSE;
}

/* Adds what `service` ("_ldap._tcp") of the domain has. TRUE also if it has nothing. */
static gboolean
ask(const char *service, const char *domain, GArray *services, GError **error)
{
    g_autofree char *name = g_strdup_printf("%s.%s", service, domain);
    g_autofree guchar *answer = g_malloc(NS_MAXMSG);
    ns_msg message;
    ns_rr record;
    int length = res_nquery(&_res, name, ns_c_in, ns_t_srv, answer, NS_MAXMSG);
    if (length < 0 && (h_errno == HOST_NOT_FOUND || h_errno == NO_DATA))
        return TRUE;
    if (length < 0)
        return set_unavailable(error, domain,
                               _("DNS does not answer; check the name servers in "
                                 "/etc/resolv.conf, or name the LDAP server in directory.uri"));
    if (ns_initparse(answer, MIN(length, NS_MAXMSG), &message) < 0)
        return set_unavailable(error, domain, _("the answer of DNS cannot be read"));
    for (int i = 0; i < ns_msg_count(message, ns_s_an) && services->len < DNS_SERVICES_MAX; i++)
        if (ns_parserr(&message, ns_s_an, i, &record) == 0)
            take_record(&message, &record, services);
    return TRUE;
}

static gboolean
target_is_in(const char *target, const char *domain)
{
    gsize target_length = strlen(target), length = strlen(domain);
    if (target_length < length || g_ascii_strcasecmp(target + target_length - length, domain) != 0)
        return FALSE;
    return target_length == length || target[target_length - length - 1] == '.';
}

static char **
make_uris(const char *scheme, const char *domain, const GArray *services, GError **error)
{
    g_autoptr(GStrvBuilder) uris = g_strv_builder_new();
    guint taken = 0;
    for (guint i = 0; i < services->len; i++) {
        const DnsService *service = &g_array_index(services, DnsService, i);
        if (!target_is_in(service->target, domain))
            continue;
        g_autofree char *uri =
            g_strdup_printf("%s://%s:%u", scheme, service->target, service->port);
        g_strv_builder_add(uris, uri);
        taken++;
    }
    if (taken > 0)
        return g_strv_builder_end(uris);
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                _("srv:%s: DNS sends to %s, which does not lie in that domain and is not trusted "
                  "for this; name the server itself in directory.uri"),
                domain, g_array_index(services, DnsService, 0).target);
    return NULL;
}

char **
dns_find_servers(const char *domain, GError **error)
{
    g_autoptr(GArray) services = g_array_new(FALSE, FALSE, sizeof(DnsService));
    g_array_set_clear_func(services, clear_service);
    const char *scheme = "ldap";
    if (!ask("_ldap._tcp", domain, services, error))
        return NULL;
    if (services->len == 0) {
        scheme = "ldaps";
        if (!ask("_ldaps._tcp", domain, services, error))
            return NULL;
    }
    if (services->len == 0) {
        set_unavailable(error, domain,
                        _("DNS names no LDAP server (_ldap._tcp, _ldaps._tcp) of this domain"));
        return NULL;
    }
    dns_order_services((DnsService *)(void *)services->data, services->len, NULL, NULL);
    return make_uris(scheme, domain, services, error);
}
