/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "directory/dn.h"

#include "base/text.h"

#include <ldap.h>
#include <string.h>

G_DEFINE_AUTO_CLEANUP_FREE_FUNC(LDAPDN, ldap_dnfree, NULL)

gsize
dn_rdn_length(const char *dn)
{
    gsize at = 0;
    for (; dn[at] && dn[at] != ','; at++)
        if (dn[at] == '\\' && dn[at + 1])
            at++;
    return at;
}

const char *
dn_parent(const char *dn)
{
    const char *rest = dn + dn_rdn_length(dn);
    if (*rest == ',')
        rest++;
    while (*rest == ' ')
        rest++;
    return rest;
}

/* the types that RFC 4514, 3 has every reader know, and the name that a key has for them */
static const struct {
    const char *other, *name;
} types[] = {
    {"2.5.4.3", "cn"},
    {"2.5.4.6", "c"},
    {"2.5.4.7", "l"},
    {"2.5.4.8", "st"},
    {"2.5.4.9", "street"},
    {"2.5.4.10", "o"},
    {"2.5.4.11", "ou"},
    {"0.9.2342.19200300.100.1.1", "uid"},
    {"0.9.2342.19200300.100.1.25", "dc"},
    {"commonname", "cn"},
    {"countryname", "c"},
    {"domaincomponent", "dc"},
    {"localityname", "l"},
    {"organizationname", "o"},
    {"organizationalunitname", "ou"},
    {"stateorprovincename", "st"},
    {"streetaddress", "street"},
    {"userid", "uid"},
};

#define TYPE_PLAIN_MAX 5 /* octets; all the other names above are longer */

/* type=value of letters, digits and . - _ only, with a short type: nearly all there are, and one
 * spelling but for case */
static gboolean
is_plain(const char *rdn, gsize length)
{
    gboolean type = TRUE;
    gsize value = 0;
    for (gsize i = 0; i < length; i++) {
        char c = rdn[i];
        if (type && c == '=' && i > 0 && i <= TYPE_PLAIN_MAX) {
            type = FALSE;
            continue;
        }
        if (!g_ascii_isalnum(c) && c != '-' && c != '.' && (type || c != '_'))
            return FALSE;
        value += !type;
    }
    return value > 0;
}

static void
append_hex(GString *out, const struct berval *value)
{
    g_string_append_c(out, '#');
    for (gsize i = 0; i < value->bv_len; i++)
        g_string_append_printf(out, "%02x", (guint)(guchar)value->bv_val[i]);
}

static const char *
usual_type(const char *type)
{
    for (guint i = 0; i < G_N_ELEMENTS(types); i++)
        if (strcmp(type, types[i].other) == 0)
            return types[i].name;
    return type;
}

static char *
ava_key(const LDAPAVA *ava)
{
    g_autofree char *type = g_ascii_strdown(ava->la_attr.bv_val, (gssize)ava->la_attr.bv_len);
    GString *key = g_string_new(usual_type(type));
    g_string_append_c(key, '=');
    g_autofree char *norm = ava->la_flags & LDAP_AVA_BINARY
                                ? NULL
                                : text_normalize(ava->la_value.bv_val ? ava->la_value.bv_val : "",
                                                 (gssize)ava->la_value.bv_len);
    if (!norm)
        append_hex(key, &ava->la_value);
    for (const char *p = norm; p && *p; p++) {
        if (strchr(",+\\=#", *p))
            g_string_append_c(key, '\\');
        g_string_append_c(key, *p);
    }
    return g_string_free(key, FALSE);
}

static gint
compare_keys(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *
rdn_key(const LDAPRDN rdn)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; rdn[i]; i++)
        g_ptr_array_add(keys, ava_key(rdn[i]));
    g_ptr_array_sort(keys, compare_keys);
    g_ptr_array_add(keys, NULL);
    return g_strjoinv("+", (char **)keys->pdata);
}

gboolean
dn_normalize_rdn(const char *rdn, gsize length, char **text, char **key)
{
    if (is_plain(rdn, length)) {
        if (text)
            *text = g_strndup(rdn, length);
        *key = g_ascii_strdown(rdn, (gssize)length);
        return TRUE;
    }
    struct berval value = {length, (char *)rdn};
    g_auto(LDAPDN) dn = NULL;
    if (length > DN_BYTES_MAX || memchr(rdn, 0, length) ||
        ldap_bv2dn(&value, &dn, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS || !dn || !dn[0] || dn[1])
        return FALSE;
    if (text) {
        char *spelling = NULL;
        if (ldap_rdn2str(dn[0], &spelling, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
            return FALSE;
        *text = g_strdup(spelling);
        ldap_memfree(spelling);
    }
    *key = rdn_key(dn[0]);
    return TRUE;
}

/* joins text or key of all RDNs */
static char *
join(const char *dn, gboolean want_text)
{
    if (strlen(dn) > DN_BYTES_MAX)
        return NULL;
    g_autoptr(GString) all = g_string_new(NULL);
    while (*dn == ' ')
        dn++;
    for (; *dn; dn = dn_parent(dn)) {
        gsize length = dn_rdn_length(dn);
        g_autofree char *text = NULL, *key = NULL;
        if (!dn_normalize_rdn(dn, length, want_text ? &text : NULL, &key))
            return NULL;
        if (all->len)
            g_string_append_c(all, ',');
        g_string_append(all, want_text ? text : key);
        if (dn[length] && !*dn_parent(dn))
            return NULL; /* a comma with nothing behind it */
    }
    return g_string_free(g_steal_pointer(&all), FALSE);
}

char *
dn_key(const char *dn)
{
    return join(dn, FALSE);
}

char *
dn_text(const char *dn)
{
    return join(dn, TRUE);
}

gboolean
dn_equal(const char *a, const char *b)
{
    g_autofree char *left = dn_key(a);
    g_autofree char *right = dn_key(b);
    return left && right && strcmp(left, right) == 0;
}

gboolean
dn_key_is_below(const char *key, const char *base_key)
{
    gsize length = strlen(key), base = strlen(base_key);
    if (base == 0)
        return TRUE;
    if (length < base || strcmp(key + length - base, base_key) != 0)
        return FALSE;
    if (length == base)
        return TRUE;
    /* the comma before the base must be a separator: an even number of backslashes before it */
    const char *comma = key + length - base - 1;
    gsize slashes = 0;
    while (comma - slashes > key && comma[-1 - (gssize)slashes] == '\\')
        slashes++;
    return *comma == ',' && slashes % 2 == 0;
}
