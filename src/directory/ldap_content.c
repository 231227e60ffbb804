/* SPDX-License-Identifier: GPL-3.0-or-later */
/* following an LDAP server (RFC 4533): one search in mode refreshAndPersist, message by message
 *
 * Always refreshAndPersist: slapd's refreshOnly leaves out entries that are newer than its last
 * checkpoint, with Success. Never together with paged results, of which slapd checks one order
 * only; and always critical, because a database without syncprov would answer a plain search. */
#include "directory/ldap_session.h"

#include "base/error.h"
#include "base/i18n.h"
#include "directory/ldap_control.h"

#include <string.h>

#define MODE_REFRESH_AND_PERSIST 3

struct LdapContent {
    int id;            /* of the search; -1: it has ended */
    gboolean known;    /* a cookie was sent */
    gboolean done;     /* the refresh is complete */
    LdapVolume volume; /* of the refresh */
    /* what the message that was handed out points into */
    LDAPMessage *message;
    LDAPControl **controls;
    char *oid;
    struct berval *value;
    char *said;
    GByteArray *uuids;
    DirectoryEntry entry;
};

static void
content_clear(LdapContent *content)
{
    g_clear_pointer(&content->message, ldap_msgfree);
    g_clear_pointer(&content->controls, ldap_controls_free);
    g_clear_pointer(&content->oid, ldap_memfree);
    g_clear_pointer(&content->value, ber_bvfree);
    g_clear_pointer(&content->said, g_free);
}

void
ldap_content_free(LdapContent *content)
{
    if (!content)
        return;
    content_clear(content);
    g_byte_array_unref(content->uuids);
    g_free(content);
}

static gboolean
undecodable(Ldap *ldap, const char *what, GError **error)
{
    return ldap_session_fail(ldap, LDAP_DECODING_ERROR, what, "", error);
}

static int
create_sync_control(gconstpointer cookie, gsize length, LDAPControl **control)
{
    g_autofree char *copy = g_memdup2(cookie, length);
    struct berval octets = {length, copy}, value = {0, NULL};
    BerElement *ber = ber_alloc_t(LBER_USE_DER);
    if (!ber)
        return LDAP_NO_MEMORY;
    /* the reload hint: better everything anew than e-syncRefreshRequired */
    int written = cookie ? ber_printf(ber, "{eOb}", MODE_REFRESH_AND_PERSIST, &octets, TRUE)
                         : ber_printf(ber, "{e}", MODE_REFRESH_AND_PERSIST);
    int code = written < 0 || ber_flatten2(ber, &value, 0) < 0
                   ? LDAP_ENCODING_ERROR
                   : ldap_control_create(LDAP_CONTROL_SYNC, TRUE, &value, TRUE, control);
    ber_free(ber, 1);
    return code;
}

static void
set_cookie(ContentMessage *message, Octets cookie)
{
    message->cookie = cookie.data;
    message->cookie_length = cookie.length;
}

/* Abandon, though Cancel (RFC 3909) would have an answer: now and then slapd 2.5.13 of Debian 12 dies
 * of that in slap_sl_free(), or hangs. It may keep a search that was abandoned (OpenLDAP ITS#10479). */
static void
end_search(Ldap *ldap)
{
    LdapContent *content = ldap->content;
    if (content->id >= 0)
        ldap_abandon_ext(ldap->ld, content->id, NULL, NULL);
    content->id = -1;
}

gboolean
ldap_content_start(Directory *directory, gconstpointer cookie, gsize length, GError **error)
{
    Ldap *ldap = (Ldap *)directory;
    const Config *config = ldap->config;
    const char *filter = config->directory_filter && *config->directory_filter
                             ? config->directory_filter
                             : "(objectClass=*)";
    gboolean store = g_strcmp0(config->directory_referrals, "store") == 0;
    g_auto(Control) sync = NULL;
    LDAPControl manage = {.ldctl_oid = (char *)LDAP_CONTROL_MANAGEDSAIT};
    int id = -1, code = create_sync_control(cookie, length, &sync);
    LDAPControl *controls[] = {sync, store ? &manage : NULL, NULL};
    /* LDAP_MAXINT asks for the server's hard limit, 0 only for its soft one */
    if (code == LDAP_SUCCESS)
        code = ldap_search_ext(ldap->ld, config->directory_base ? config->directory_base : "",
                               LDAP_SCOPE_SUBTREE, filter, ldap_entry_wanted(ldap, WANTED_FOLLOWED),
                               0, controls, NULL, NULL, LDAP_MAXINT, &id);
    if (code != LDAP_SUCCESS)
        return ldap_session_fail(ldap, code, _("cannot follow"), NULL, error);
    ldap_content_free(ldap->content);
    ldap->content = g_new0(LdapContent, 1);
    ldap->content->id = id;
    ldap->content->known = cookie != NULL;
    ldap->content->uuids = g_byte_array_new();
    return TRUE;
}

void
ldap_content_stop(Directory *directory)
{
    Ldap *ldap = (Ldap *)directory;
    if (!ldap->content)
        return;
    end_search(ldap);
    g_clear_pointer(&ldap->content, ldap_content_free);
}

static void
refuse(Ldap *ldap, ContentRefusal refusal, const char *said, ContentMessage *message)
{
    LdapContent *content = ldap->content;
    end_search(ldap);
    content->said = g_utf8_make_valid(said, -1);
    *message = (ContentMessage){.kind = CONTENT_REFUSED,
                                .refusal = refusal,
                                .said = g_strdelimit(content->said, "\r\n", ' ')};
}

/* The value of a control; data is NULL if it did not come. */
static Octets
find_control(LDAPControl **controls, const char *oid)
{
    LDAPControl *control = controls ? ldap_control_find(oid, controls, NULL) : NULL;
    if (!control)
        return (Octets){NULL, 0};
    const struct berval *value = &control->ldctl_value;
    return (Octets){value->bv_val ? (const guint8 *)value->bv_val : (const guint8 *)"",
                    value->bv_len};
}

/* Takes what an added or changed entry says of itself. */
static gboolean
take_content(Ldap *ldap, const SyncStateValue *state, ContentMessage *message, GError **error)
{
    LdapContent *content = ldap->content;
    if (!ldap_entry_take(ldap, content->message, FALSE, &content->entry, error))
        return FALSE;
    if (memcmp(state->uuid, content->entry.uuid, UUID_LENGTH) != 0) {
        /* 389 Directory Server makes it of nsUniqueId: deletes would be of nobody */
        refuse(ldap, REFUSAL_UNSUPPORTED,
               _("the server tells changes by other identities than directory.id_attribute"),
               message);
        return TRUE;
    }
    message->kind = CONTENT_ENTRY;
    message->entry = &content->entry;
    message->added = state->state == SYNC_ADD;
    return content->done || ldap_session_weigh(ldap, &content->volume, 0, ldap->octets, error);
}

static gboolean
take_entry(Ldap *ldap, ContentMessage *message, GError **error)
{
    LdapContent *content = ldap->content;
    SyncStateValue state;
    int code = ldap_get_entry_controls(ldap->ld, content->message, &content->controls);
    if (code != LDAP_SUCCESS && code != LDAP_NO_RESULTS_RETURNED)
        return undecodable(ldap, _("cannot read an entry's controls"), error);
    Octets value = find_control(content->controls, LDAP_CONTROL_SYNC_STATE);
    if (!value.data) {
        refuse(ldap, REFUSAL_UNSUPPORTED,
               _("the server accepted to tell changes, and sends plain entries"), message);
        return TRUE;
    }
    if (!ldap_control_sync_state(value, &state))
        return undecodable(ldap, _("cannot read an entry's sync state"), error);
    set_cookie(message, state.cookie);
    if (state.state == SYNC_ADD || state.state == SYNC_MODIFY)
        return take_content(ldap, &state, message, error);
    message->kind = state.state == SYNC_DELETE ? CONTENT_DELETED : CONTENT_PRESENT;
    message->uuids = state.uuid;
    message->count = 1;
    return TRUE;
}

static gboolean
take_reference(Ldap *ldap, ContentMessage *message, GError **error)
{
    LdapContent *content = ldap->content;
    SyncStateValue state;
    message->kind = CONTENT_REFERRAL;
    if (ldap_parse_reference(ldap->ld, content->message, NULL, &content->controls, 0) !=
        LDAP_SUCCESS)
        return undecodable(ldap, _("cannot read a referral"), error);
    Octets value = find_control(content->controls, LDAP_CONTROL_SYNC_STATE);
    if (value.data && !ldap_control_sync_state(value, &state))
        return undecodable(ldap, _("cannot read a referral's sync state"), error);
    if (value.data)
        set_cookie(message, state.cookie);
    return TRUE;
}

static void
set_phase(LdapContent *content, ContentMessage *message, gboolean deletes, gboolean done)
{
    message->kind = CONTENT_PHASE;
    message->deletes = deletes;
    message->done = done;
    content->done |= done;
}

/* `*taken` is FALSE if the message is of another kind than Sync Info. */
static gboolean
take_info(Ldap *ldap, ContentMessage *message, gboolean *taken, GError **error)
{
    LdapContent *content = ldap->content;
    SyncInfoValue info;
    if (ldap_parse_intermediate(ldap->ld, content->message, &content->oid, &content->value,
                                &content->controls, 0) != LDAP_SUCCESS)
        return undecodable(ldap, _("cannot read an intermediate message"), error);
    *taken = g_strcmp0(content->oid, LDAP_SYNC_INFO) == 0;
    if (!*taken)
        return TRUE;
    Octets value = {NULL, 0};
    if (content->value)
        value = (Octets){(const guint8 *)content->value->bv_val, content->value->bv_len};
    if (!ldap_control_sync_info(value, &info, content->uuids))
        return undecodable(ldap, _("cannot read what the server tells of the refresh"), error);
    set_cookie(message, info.cookie);
    if (info.info == SYNC_NEW_COOKIE) {
        message->kind = CONTENT_COOKIE;
    } else if (info.info == SYNC_ID_SET) {
        message->kind = info.deletes ? CONTENT_DELETED : CONTENT_PRESENT;
        message->uuids = content->uuids->data;
        message->count = content->uuids->len / UUID_LENGTH;
        return content->done ||
               ldap_session_weigh(ldap, &content->volume, message->count, 0, error);
    } else {
        set_phase(content, message, info.info == SYNC_REFRESH_DELETE, info.done);
    }
    return TRUE;
}

/* The search has ended with Success, which a server that persists does not do. */
static gboolean
take_done(Ldap *ldap, ContentMessage *message, GError **error)
{
    LdapContent *content = ldap->content;
    SyncDoneValue done;
    if (content->done)
        return ldap_session_fail(ldap, LDAP_UNAVAILABLE, _("cannot follow"),
                                 _("the server has ended the search"), error);
    Octets value = find_control(content->controls, LDAP_CONTROL_SYNC_DONE);
    if (!value.data) {
        refuse(ldap, REFUSAL_UNSUPPORTED, _("the server answered with a plain search"), message);
        return TRUE;
    }
    if (!ldap_control_sync_done(value, &done))
        return undecodable(ldap, _("cannot read the end of the refresh"), error);
    set_cookie(message, done.cookie);
    set_phase(content, message, done.deletes, TRUE);
    return TRUE;
}

static gboolean
take_result(Ldap *ldap, ContentMessage *message, GError **error)
{
    LdapContent *content = ldap->content;
    char *diagnostic = NULL;
    int result = LDAP_OTHER;
    content->id = -1;
    if (ldap_parse_result(ldap->ld, content->message, &result, NULL, &diagnostic, NULL,
                          &content->controls, 0) != LDAP_SUCCESS)
        return undecodable(ldap, _("cannot read the result"), error);
    gboolean good = TRUE;
    const char *said = diagnostic ? diagnostic : "";
    if (result == LDAP_SUCCESS)
        good = take_done(ldap, message, error);
    else if (result == LDAP_SYNC_REFRESH_REQUIRED)
        refuse(ldap, REFUSAL_REFRESH, said, message);
    else if (result == LDAP_UNWILLING_TO_PERFORM && content->known && !content->done)
        refuse(ldap, REFUSAL_NEWER, said, message);
    else if (result == LDAP_UNAVAILABLE_CRITICAL_EXTENSION)
        refuse(ldap, REFUSAL_UNSUPPORTED, said, message);
    else
        good = ldap_session_fail(ldap, result, _("cannot follow"), said, error);
    ldap_memfree(diagnostic);
    return good;
}

gboolean
ldap_content_next(Directory *directory, gint64 wait_ms, ContentMessage *message, GError **error)
{
    Ldap *ldap = (Ldap *)directory;
    LdapContent *content = ldap->content;
    gboolean taken = FALSE;
    while (!taken) {
        int type = 0;
        content_clear(content);
        *message = (ContentMessage){.kind = CONTENT_QUIET};
        if (content->id < 0)
            return ldap_session_fail(ldap, LDAP_UNAVAILABLE, _("cannot follow"),
                                     _("the server has ended the search"), error);
        if (!ldap_session_next(ldap, content->id, content->done ? MAX(wait_ms, 0) : -1,
                               &content->message, &type, error))
            return FALSE;
        taken = TRUE;
        gboolean good =
            type == 0 || content->done || ldap_session_weigh(ldap, &content->volume, 1, 0, error);
        if (!good)
            return FALSE;
        if (type == LDAP_RES_SEARCH_ENTRY)
            good = take_entry(ldap, message, error);
        else if (type == LDAP_RES_SEARCH_REFERENCE)
            good = take_reference(ldap, message, error);
        else if (type == LDAP_RES_INTERMEDIATE)
            good = take_info(ldap, message, &taken, error);
        else if (type == LDAP_RES_SEARCH_RESULT)
            good = take_result(ldap, message, error);
        if (!good)
            return FALSE;
    }
    return TRUE;
}
