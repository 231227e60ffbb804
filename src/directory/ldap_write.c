/* SPDX-License-Identifier: GPL-3.0-or-later */
/* changing an LDAP server's entries: each write is one operation with an assertion (RFC 4528), and
 * its answer holds the entry as it is then (post-read, RFC 4527), where the server knows that
 *
 * A server without assertions (Active Directory) can still be changed: taking a value away fails
 * there, too, if it is no longer there. What could overwrite blindly is refused there. */
#include "directory/ldap_session.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "directory/ldap_change.h"
#include "directory/ldap_control.h"

#include <string.h>

#define NOT_SENT -1

typedef BerElement *Ber;
static void
ber_clear(Ber *ber)
{
    if (*ber)
        ber_free(*ber, 1);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Ber, ber_clear)

static void
settle(DirectoryWrite *write, WriteOutcome outcome, const char *text)
{
    write->outcome = outcome;
    g_free(write->text);
    write->text = text ? text_one_line(text) : NULL;
}

static void
settle_by_code(DirectoryWrite *write, int code, const char *said)
{
    const char *name = ldap_err2string(code);
    g_autofree char *text = said && *said ? g_strdup_printf("%s (%s)", said, name) : g_strdup(name);
    settle(write, ldap_change_outcome(write->kind, code), code == LDAP_SUCCESS ? NULL : text);
}

/* ---- what the server knows */

static gboolean
take_supported(Ldap *ldap, int id, GPtrArray *oids, GError **error)
{
    for (int type = 0; type != LDAP_RES_SEARCH_RESULT;) {
        g_auto(Message) message = NULL;
        if (!ldap_session_next(ldap, id, -1, &message, &type, error))
            return FALSE;
        if (type != LDAP_RES_SEARCH_ENTRY)
            continue;
        struct berval **values = ldap_get_values_len(ldap->ld, message, "supportedControl");
        for (guint i = 0; values && values[i]; i++)
            g_ptr_array_add(oids, g_strndup(values[i]->bv_val, values[i]->bv_len));
        ldap_value_free_len(values);
    }
    return TRUE;
}

/* Reads the rootDSE once for each connection; one that hides it supports nothing. */
static gboolean
learn_supported(Ldap *ldap, GError **error)
{
    static char wanted[] = "supportedControl";
    char *attributes[] = {wanted, NULL};
    int id = 0;
    if (ldap->supported)
        return TRUE;
    int code = ldap_search_ext(ldap->ld, "", LDAP_SCOPE_BASE, "(objectClass=*)", attributes, 0,
                               NULL, NULL, NULL, 1, &id);
    if (code != LDAP_SUCCESS)
        return ldap_session_fail(ldap, code, _("cannot ask what the server supports"), NULL, error);
    g_autoptr(GPtrArray) oids = g_ptr_array_new_with_free_func(g_free);
    if (!take_supported(ldap, id, oids, error))
        return FALSE;
    g_ptr_array_add(oids, NULL);
    ldap->supported = (char **)g_ptr_array_free(g_steal_pointer(&oids), FALSE);
    return TRUE;
}

static gboolean
is_supported(const Ldap *ldap, const char *oid)
{
    return g_strv_contains((const char *const *)ldap->supported, oid);
}

/* ---- sending */

static int
create_assertion(Ldap *ldap, const DirectoryWrite *write, Control *control)
{
    g_autofree char *identity = ldap_entry_identity_filter(ldap, write->uuid);
    g_autoptr(GString) filter = g_string_new(NULL);
    if (write->kind == WRITE_ADD || !is_supported(ldap, LDAP_CONTROL_ASSERT))
        return LDAP_SUCCESS;
    ldap_change_assertion(write, identity, ldap->config->directory_version_attribute, filter);
    return ldap_create_assertion_control(ldap->ld, filter->str, TRUE, control);
}

/* Not critical: without it the entry comes by the next sync. */
static int
create_post_read(Ldap *ldap, const DirectoryWrite *write, Control *control)
{
    static char all[] = "*";
    char *wanted[] = {all, ldap->config->directory_id_attribute,
                      ldap->config->directory_version_attribute, NULL};
    struct berval value = {0, NULL};
    if (write->kind == WRITE_REMOVE)
        return LDAP_SUCCESS;
    g_auto(Ber) ber = ber_alloc_t(LBER_USE_DER);
    if (!ber)
        return LDAP_NO_MEMORY;
    if (ber_printf(ber, "{v}", wanted) < 0 || ber_flatten2(ber, &value, 0) < 0)
        return LDAP_ENCODING_ERROR;
    return ldap_control_create(LDAP_CONTROL_POST_READ, FALSE, &value, TRUE, control);
}

static int
send_operation(Ldap *ldap, const DirectoryWrite *write, LDAPMod **mods, int *id)
{
    g_auto(Control) assertion = NULL;
    g_auto(Control) post_read = NULL;
    int code = create_assertion(ldap, write, &assertion);
    if (code == LDAP_SUCCESS)
        code = create_post_read(ldap, write, &post_read);
    if (code != LDAP_SUCCESS)
        return code;
    LDAPControl *controls[] = {assertion ? assertion : post_read, assertion ? post_read : NULL,
                               NULL};
    if (write->kind == WRITE_REMOVE)
        return ldap_delete_ext(ldap->ld, write->dn, controls, NULL, id);
    if (write->kind == WRITE_ADD)
        return ldap_add_ext(ldap->ld, write->dn, mods, controls, NULL, id);
    return ldap_modify_ext(ldap->ld, write->dn, mods, controls, NULL, id);
}

/* Sends one write; `*id` stays NOT_SENT if it is settled without. FALSE if the connection is
 * lost: then it may have arrived or not. */
static gboolean
send_write(Ldap *ldap, DirectoryWrite *write, int *id, GError **error)
{
    const char *bad = NULL;
    g_autoptr(GPtrArray) mods = ldap_change_mods(write, &bad);
    if (!mods) {
        g_autofree char *text = g_strdup_printf(_("\"%s\" is no name of an attribute"), bad);
        settle(write, WRITE_REFUSED, text);
        return TRUE;
    }
    if (!is_supported(ldap, LDAP_CONTROL_ASSERT) && ldap_change_is_blind(write)) {
        settle(write, WRITE_REFUSED,
               _("the server knows no assertions (RFC 4528): it could undo what others have "
                 "changed; make this change on the server"));
        return TRUE;
    }
    if (mods->len == 1 && write->kind == WRITE_SET) {
        settle(write, WRITE_DONE, NULL);
        return TRUE;
    }
    int code = send_operation(ldap, write, (LDAPMod **)mods->pdata, id);
    if (code == LDAP_SUCCESS)
        return TRUE;
    *id = NOT_SENT;
    if (code == LDAP_SERVER_DOWN) {
        settle(write, WRITE_UNKNOWN, ldap_err2string(code));
        return ldap_session_fail(ldap, code, _("cannot write"), NULL, error);
    }
    settle(write, WRITE_REFUSED, ldap_err2string(code));
    return TRUE;
}

/* ---- answers */

/* Takes identity and version, which are no content, out of what was read. */
static gboolean
sort_out(const Config *config, const Attributes *all, DirectoryWrite *write)
{
    g_autoptr(Attributes) content = attributes_new();
    gboolean has_uuid = FALSE;
    guint count;
    for (guint i = 0; i < attributes_count(all); i++) {
        const char *description = attributes_description(all, i);
        const AttributeValue *values = attributes_values(all, i, &count);
        if (g_ascii_strcasecmp(description, config->directory_id_attribute) == 0) {
            has_uuid = uuid_from_text(values[0].data, values[0].length, write->read_uuid);
        } else if (g_ascii_strcasecmp(description, config->directory_version_attribute) == 0) {
            g_free(write->read_csn);
            write->read_csn = g_strndup(values[0].data, values[0].length);
        } else {
            for (guint j = 0; j < count; j++)
                attributes_add(content, description, values[j].data, values[j].length);
        }
    }
    if (has_uuid)
        write->read = g_steal_pointer(&content);
    return has_uuid;
}

/* What cannot be read is as if it had not come: the write is done anyway. */
static void
take_post_read(Ldap *ldap, LDAPControl **controls, DirectoryWrite *write)
{
    g_autoptr(Attributes) all = attributes_new();
    LDAPControl *control =
        controls ? ldap_control_find(LDAP_CONTROL_POST_READ, controls, NULL) : NULL;
    if (!control)
        return;
    Octets value = {(const guint8 *)control->ldctl_value.bv_val, control->ldctl_value.bv_len};
    if (!ldap_control_post_read(value, all) || !sort_out(ldap->config, all, write))
        g_clear_pointer(&write->read_csn, g_free);
}

static void
take_answer(Ldap *ldap, LDAPMessage *message, DirectoryWrite *write)
{
    int result = LDAP_OTHER;
    char *diagnostic = NULL;
    LDAPControl **controls = NULL;
    int code = ldap_parse_result(ldap->ld, message, &result, NULL, &diagnostic, NULL, &controls, 0);
    if (code != LDAP_SUCCESS)
        settle(write, WRITE_UNKNOWN, ldap_err2string(code));
    else
        settle_by_code(write, result, diagnostic);
    if (write->outcome == WRITE_DONE)
        take_post_read(ldap, controls, write);
    ldap_memfree(diagnostic);
    ldap_controls_free(controls);
}

/* Waits for the answer to one write, or takes it if it is there and `wait_ms` is 0. */
static gboolean
await_answer(Ldap *ldap, DirectoryWrite *write, int id, gint64 wait_ms, GError **error)
{
    g_auto(Message) message = NULL;
    int type = 0;
    if (!ldap_session_next(ldap, id, wait_ms, &message, &type, error))
        return FALSE;
    if (type != 0)
        take_answer(ldap, message, write);
    return TRUE;
}

gboolean
ldap_write(Directory *directory, GPtrArray *writes, GError **error)
{
    Ldap *ldap = (Ldap *)directory;
    g_autofree int *ids = g_new(int, writes->len + 1);
    gboolean good = writes->len <= DIRECTORY_WRITES_MAX;
    if (!good)
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED,
                    _("%u writes at once are too many; the limit is %d"), writes->len,
                    DIRECTORY_WRITES_MAX);
    for (guint i = 0; i < writes->len; i++) {
        settle(g_ptr_array_index(writes, i), WRITE_PENDING, NULL);
        ids[i] = NOT_SENT;
    }
    good = good && learn_supported(ldap, error);
    for (guint i = 0; good && i < writes->len; i++) {
        DirectoryWrite *write = g_ptr_array_index(writes, i);
        good = send_write(ldap, write, &ids[i], error);
        if (ids[i] != NOT_SENT)
            settle(write, WRITE_UNKNOWN, NULL); /* until the answer comes */
    }
    /* when the connection is lost, answers that had come before are still to be had */
    for (guint i = 0; i < writes->len; i++)
        if (ids[i] != NOT_SENT && !await_answer(ldap, g_ptr_array_index(writes, i), ids[i],
                                                good ? -1 : 0, good ? error : NULL))
            good = FALSE;
    return good;
}
