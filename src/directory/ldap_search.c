/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages are taken one by one, because only then the final result of each page is seen by its
 * code. */
#include "directory/ldap_session.h"

#include "base/error.h"
#include "base/i18n.h"

#include <string.h>

#define PAGE_COOKIE_MAX (64 * 1024)
#define UUIDS_AT_ONCE   100 /* in one filter: some 5 KiB */

/* One search; what does not change from page to page. */
typedef struct {
    const DirectoryQuery *query;
    const char *filter;
    gint64 page_size;
    DirectoryFunc func;
    gpointer user_data;
    DirectoryTally *tally;
    LdapVolume *volume; /* of all pages */
} Search;

/* Takes the next page's cookie from the result's controls; it is empty at the end, or where the
 * server knows no pages and answered whole. A control that is missing after the first page is a
 * lost page. */
static gboolean
take_cookie(Ldap *ldap, LDAPControl **controls, struct berval *cookie, GError **error)
{
    gboolean first = cookie->bv_len == 0;
    ber_int_t estimate;
    struct berval next = {0, NULL};
    LDAPControl *control =
        controls ? ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL) : NULL;
    g_clear_pointer(&cookie->bv_val, g_free);
    cookie->bv_len = 0;
    if (!control)
        return first ||
               ldap_session_fail(ldap, LDAP_CONTROL_NOT_FOUND, _("cannot read the next page"),
                                 _("the server stopped in the middle"), error);
    int code = ldap_parse_pageresponse_control(ldap->ld, control, &estimate, &next);
    if (code != LDAP_SUCCESS || next.bv_len > PAGE_COOKIE_MAX) {
        ber_memfree(next.bv_val);
        return ldap_session_fail(ldap, LDAP_DECODING_ERROR, _("cannot read the page's cookie"), "",
                                 error);
    }
    if (next.bv_len > 0) {
        cookie->bv_val = g_memdup2(next.bv_val, next.bv_len);
        cookie->bv_len = next.bv_len;
    }
    ber_memfree(next.bv_val);
    return TRUE;
}

static gboolean
set_not_found(const Ldap *ldap, const Search *search, GError **error)
{
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND, _("%s: there is no entry %s"),
                ldap->uri, search->query->below);
    return FALSE;
}

static gboolean
take_result(Ldap *ldap, const Search *search, LDAPMessage *message, struct berval *cookie,
            GError **error)
{
    int result = LDAP_SUCCESS;
    char *said = NULL;
    LDAPControl **controls = NULL;
    int code = ldap_parse_result(ldap->ld, message, &result, NULL, &said, NULL, &controls, 0);
    gboolean good;
    if (code != LDAP_SUCCESS)
        good = ldap_session_fail(ldap, code, _("cannot read the result"), "", error);
    else if (result == LDAP_NO_SUCH_OBJECT && search->query->below)
        good = set_not_found(ldap, search, error);
    else if (result != LDAP_SUCCESS)
        good = ldap_session_fail(ldap, result, _("cannot search"), said ? said : "", error);
    else
        good = search->page_size == 0 || take_cookie(ldap, controls, cookie, error);
    ldap_memfree(said);
    ldap_controls_free(controls);
    return good;
}

static gboolean
send_search(Ldap *ldap, const Search *search, const struct berval *cookie, int *id, GError **error)
{
    const DirectoryQuery *query = search->query;
    const char *base = query->below ? query->below : ldap->config->directory_base;
    g_auto(Control) page = NULL;
    LDAPControl *controls[3] = {NULL};
    struct berval at = *cookie;
    guint count = 0;
    int code = LDAP_SUCCESS;
    /* not critical: a server that knows no pages then answers whole */
    if (search->page_size > 0)
        code = ldap_create_page_control(ldap->ld, (ber_int_t)search->page_size,
                                        at.bv_len ? &at : NULL, 0, &page);
    if (page)
        controls[count++] = page;
    controls[count] = ldap_session_manage(ldap);
    /* LDAP_MAXINT asks for the server's hard limit, 0 only for its soft one */
    if (code == LDAP_SUCCESS)
        code =
            ldap_search_ext(ldap->ld, base ? base : "", LDAP_SCOPE_SUBTREE, search->filter,
                            ldap_entry_wanted(ldap, query->listing ? WANTED_LISTED : WANTED_PLAIN),
                            0, controls, NULL, NULL, LDAP_MAXINT, id);
    return code == LDAP_SUCCESS || ldap_session_fail(ldap, code, _("cannot search"), NULL, error);
}

static gboolean
take_entry(Ldap *ldap, const Search *search, LDAPMessage *message, GError **error)
{
    DirectoryEntry entry;
    if (!ldap_entry_take(ldap, message, search->query->listing, &entry, error))
        return FALSE;
    if (!ldap_session_manage(ldap) && ldap_entry_is_referral(&entry)) {
        search->tally->referrals++;
        return TRUE;
    }
    search->tally->entries++;
    return ldap_session_weigh(ldap, search->volume, 0, ldap->octets, error) &&
           search->func(&entry, search->user_data, error);
}

/* One page, or the whole answer. */
static gboolean
read_page(Ldap *ldap, const Search *search, struct berval *cookie, GError **error)
{
    int id = 0, type = 0;
    gboolean good = send_search(ldap, search, cookie, &id, error);
    if (!good)
        return FALSE;
    while (good) {
        g_auto(Message) message = NULL;
        good = ldap_session_next(ldap, id, -1, &message, &type, error) &&
               ldap_session_weigh(ldap, search->volume, 1, 0, error);
        if (good && type == LDAP_RES_SEARCH_RESULT)
            return take_result(ldap, search, message, cookie, error);
        if (good && type == LDAP_RES_SEARCH_REFERENCE)
            search->tally->referrals++;
        else if (good && type == LDAP_RES_SEARCH_ENTRY)
            good = take_entry(ldap, search, message, error);
    }
    ldap_abandon_ext(ldap->ld, id, NULL, NULL);
    return FALSE;
}

static gboolean
run(Ldap *ldap, const Search *search, GError **error)
{
    struct berval cookie = {0, NULL};
    gboolean good;
    do
        good = read_page(ldap, search, &cookie, error);
    while (good && cookie.bv_len > 0);
    g_free(cookie.bv_val);
    return good;
}

/* The configured filter as a component of another one. */
static char *
configured_filter(const Ldap *ldap)
{
    const char *filter = ldap->config->directory_filter;
    if (!filter || !*filter)
        return g_strdup("(objectClass=*)");
    return *filter == '(' ? g_strdup(filter) : g_strdup_printf("(%s)", filter);
}

/* By identities, so many at once; an answer of so few entries needs no pages. */
static gboolean
run_by_uuids(Ldap *ldap, Search *search, const char *filter, GError **error)
{
    const DirectoryQuery *query = search->query;
    search->page_size = 0;
    for (gsize i = 0; i < query->count; i += UUIDS_AT_ONCE) {
        g_autoptr(GString) all = g_string_new(NULL);
        g_string_printf(all, "(&%s(|", filter);
        for (gsize j = i; j < MIN(i + UUIDS_AT_ONCE, query->count); j++) {
            g_autofree char *one = ldap_entry_identity_filter(ldap, query->uuids + j * UUID_LENGTH);
            g_string_append(all, one);
        }
        g_string_append(all, "))");
        search->filter = all->str;
        if (!run(ldap, search, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
ldap_search_run(Ldap *ldap, const DirectoryQuery *query, gint64 page_size, DirectoryFunc func,
                gpointer user_data, DirectoryTally *tally, GError **error)
{
    DirectoryTally count = {0};
    g_autofree char *filter = configured_filter(ldap);
    LdapVolume volume = {0};
    Search search = {query, filter, page_size, func, user_data, &count, &volume};
    if (!(query->uuids ? run_by_uuids(ldap, &search, filter, error) : run(ldap, &search, error)))
        return FALSE;
    *tally = count;
    return TRUE;
}

static void
collect(Ldap *ldap, LDAPMessage *message, Attributes *found)
{
    BerElement *ber = NULL;
    char *name = ldap_first_attribute(ldap->ld, message, &ber);
    for (; name; name = ldap_next_attribute(ldap->ld, message, ber)) {
        struct berval **values = ldap_get_values_len(ldap->ld, message, name);
        for (guint i = 0; values && values[i]; i++)
            attributes_add(found, name, values[i]->bv_val, values[i]->bv_len);
        ldap_value_free_len(values);
        ldap_memfree(name);
    }
    ber_free(ber, 0);
}

gboolean
ldap_search_look(Ldap *ldap, const char *base, int scope, const char *filter, char **attributes,
                 int limit, Attributes *found, char **dn, int *code, GError **error)
{
    LdapVolume volume = {0};
    int id = 0, type = 0;
    *code =
        ldap_search_ext(ldap->ld, base, scope, filter, attributes, 0, NULL, NULL, NULL, limit, &id);
    while (*code == LDAP_SUCCESS && type != LDAP_RES_SEARCH_RESULT) {
        g_auto(Message) message = NULL;
        if (!ldap_session_next(ldap, id, -1, &message, &type, error) ||
            !ldap_session_weigh(ldap, &volume, 1, 0, error))
            return FALSE;
        if (type == LDAP_RES_SEARCH_ENTRY) {
            char *name = ldap_get_dn(ldap->ld, message);
            if (dn && !*dn)
                *dn = g_strdup(name);
            ldap_memfree(name);
            collect(ldap, message, found);
        } else if (type == LDAP_RES_SEARCH_RESULT) {
            ldap_parse_result(ldap->ld, message, code, NULL, NULL, NULL, NULL, 0);
        }
    }
    return TRUE;
}

gboolean
ldap_session_search(Directory *directory, const DirectoryQuery *query, DirectoryFunc func,
                    gpointer user_data, DirectoryTally *tally, GError **error)
{
    Ldap *ldap = (Ldap *)directory;
    return ldap_search_run(ldap, query, ldap->config->directory_page_size, func, user_data, tally,
                           error);
}
