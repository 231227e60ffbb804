/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bare.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *all_attributes[] = {(char *)"*", (char *)"entryUUID", (char *)"entryCSN", NULL};

void
bare_need(int code, const char *step)
{
    if (code == LDAP_SUCCESS)
        return;
    fprintf(stderr, "%s: %s\n", step, ldap_err2string(code));
    exit(1);
}

void
bare_expect(gboolean good, const GError *error)
{
    if (good)
        return;
    fprintf(stderr, "%s\n", error ? error->message : "not what was expected");
    exit(1);
}

void
bare_note(GArray *times, double begun)
{
    double ms = (clock_elapsed() - begun) * 1000;
    g_array_append_val(times, ms);
}

static gint
compare(gconstpointer a, gconstpointer b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

double
bare_median(GArray *times)
{
    g_array_sort(times, compare);
    return g_array_index(times, double, times->len / 2);
}

LDAP *
bare_open(const char *uri, const char *dn, const char *password)
{
    LDAP *handle = NULL;
    int version = LDAP_VERSION3;
    char *secret = g_strdup(password);
    struct berval given = {strlen(secret), secret};
    bare_need(ldap_initialize(&handle, uri), "initialize");
    bare_need(ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version), "version");
    bare_need(ldap_sasl_bind_s(handle, dn, LDAP_SASL_SIMPLE, &given, NULL, NULL, NULL), "bind");
    g_free(secret);
    return handle;
}

unsigned long
bare_discard(LDAP *handle, int search)
{
    LDAPMessage *message = NULL;
    unsigned long entries = 0;
    int type, result = LDAP_SERVER_DOWN;
    while ((type = ldap_result(handle, search, LDAP_MSG_ONE, NULL, &message)) > 0 &&
           type != LDAP_RES_SEARCH_RESULT) {
        entries += type == LDAP_RES_SEARCH_ENTRY;
        ldap_msgfree(message);
    }
    if (type == LDAP_RES_SEARCH_RESULT)
        ldap_parse_result(handle, message, &result, NULL, NULL, NULL, NULL, 1);
    bare_need(result, "search");
    return entries;
}

static int
search(LDAP *handle, const char *base, int scope, char **attributes, LDAPControl **controls)
{
    int number = 0;
    bare_need(ldap_search_ext(handle, base, scope, NULL, attributes, 0, controls, NULL, NULL,
                              LDAP_MAXINT, &number),
              "search");
    return number;
}

void
bare_read_one(LDAP *handle, const char *dn)
{
    bare_discard(handle, search(handle, dn, LDAP_SCOPE_BASE, all_attributes, NULL));
}

void
bare_set(LDAP *handle, const char *dn, const char *attribute, const char *value)
{
    char *values[] = {(char *)value, NULL};
    LDAPMod change = {
        .mod_op = LDAP_MOD_REPLACE, .mod_type = (char *)attribute, .mod_values = values};
    LDAPMod *changes[] = {&change, NULL};
    bare_need(ldap_modify_ext_s(handle, dn, changes, NULL, NULL), "modify");
}

char *
bare_cookie(LDAP *handle, const char *base)
{
    char *attributes[] = {(char *)"contextCSN", NULL};
    LDAPMessage *answer = NULL;
    bare_need(ldap_search_ext_s(handle, base, LDAP_SCOPE_BASE, NULL, attributes, 0, NULL, NULL,
                                NULL, LDAP_MAXINT, &answer),
              "contextCSN");
    struct berval **values = ldap_get_values_len(handle, answer, "contextCSN");
    if (!values)
        bare_need(LDAP_NO_SUCH_ATTRIBUTE, "contextCSN");
    char *cookie = g_strdup_printf("rid=001,csn=%s", values[0]->bv_val);
    ldap_value_free_len(values);
    ldap_msgfree(answer);
    return cookie;
}

unsigned long
bare_refresh(LDAP *handle, const char *base, const char *cookie)
{
    BerElement *ber = ber_alloc_t(LBER_USE_DER);
    struct berval value = {0, NULL};
    if (!ber || ber_printf(ber, "{es}", 1, cookie) < 0 || ber_flatten2(ber, &value, 0) < 0)
        bare_need(LDAP_ENCODING_ERROR, "cookie");
    LDAPControl control = {(char *)LDAP_CONTROL_SYNC, value, 1};
    LDAPControl *controls[] = {&control, NULL};
    unsigned long entries =
        bare_discard(handle, search(handle, base, LDAP_SCOPE_SUBTREE, all_attributes, controls));
    ber_free(ber, 1);
    return entries;
}
