/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ldap_probe.c - what a server has and lacks, found out by trying it wherever that changes nothing
 *
 * What is announced is not enough: slapd lists the sync control for a database without syncprov, and
 * no server tells its limits. */
#include "directory/ldap_session.h"

#include "base/error.h"
#include "base/i18n.h"

#include <string.h>

#define SLOW_US    (20 * 1000) /* for one entry by its identity; with an index it is under 1 ms */
#define LARGE      1000        /* entries from which on that can be told */
#define LOOKS      3           /* of which the fastest counts */
#define ENTRY_ONLY 1

typedef struct {
    Ldap *ldap;
    GPtrArray *findings;
    Attributes *root;    /* of the root DSE */
    gboolean follows;    /* content synchronisation works */
    gboolean blind;      /* the entries cannot be read: what else is tried would mislead */
    guint64 unversioned; /* entries without a version */
    guint64 entries;
    char *person; /* DN of one; NULL: none is seen */
    guint8 uuid[UUID_LENGTH];
    Attributes *shown; /* of that person */
} Probe;

static void
probe_clear(Probe *probe)
{
    if (probe->findings)
        g_ptr_array_unref(probe->findings);
    attributes_free(probe->root);
    attributes_free(probe->shown);
    g_free(probe->person);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Probe, probe_clear)

static void
add_finding(Probe *probe, gboolean grave, char *text)
{
    DirectoryFinding *finding = g_new0(DirectoryFinding, 1);
    finding->grave = grave;
    finding->text = text;
    g_ptr_array_insert(probe->findings, grave ? 0 : -1, finding);
}

static gboolean
has_value(const Attributes *attributes, const char *description, const char *value)
{
    guint count;
    const AttributeValue *values = attributes_find(attributes, description, &count);
    for (guint i = 0; i < count; i++)
        if (values[i].length == strlen(value) &&
            g_ascii_strncasecmp(values[i].data, value, values[i].length) == 0)
            return TRUE;
    return FALSE;
}

static gboolean
has(const Attributes *attributes, const char *description)
{
    guint count;
    return attributes_find(attributes, description, &count) != NULL && count > 0;
}

static gboolean
announces(const Probe *probe, const char *control)
{
    return has_value(probe->root, "supportedControl", control);
}

static gboolean
is_openldap(const Probe *probe)
{
    return has_value(probe->root, "objectClass", "OpenLDAProotDSE");
}

/* ---- what it is asked for */

static const char *
base_of(const Ldap *ldap)
{
    return ldap->config->directory_base ? ldap->config->directory_base : "";
}

static void
append_classes(GString *filter, const char *classes)
{
    g_auto(GStrv) names = g_strsplit(classes ? classes : "", " ", -1);
    g_string_append(filter, "(|");
    for (char **name = names; *name; name++) {
        if (!**name)
            continue;
        g_string_append(filter, "(objectClass=");
        for (const char *at = *name; *at; at++)
            if (g_ascii_isalnum(*at) || strchr("-.", *at))
                g_string_append_c(filter, *at);
            else
                g_string_append_printf(filter, "\\%02x", (guchar)*at);
        g_string_append_c(filter, ')');
    }
    g_string_append_c(filter, ')');
}

/* ---- what is announced */

static gboolean
probe_root(Probe *probe, GError **error)
{
    static char all[] = "*", operational[] = "+";
    char *attributes[] = {all, operational, NULL};
    int code;
    if (!ldap_search_look(probe->ldap, "", LDAP_SCOPE_BASE, "(objectClass=*)", attributes,
                          ENTRY_ONLY, probe->root, NULL, &code, error))
        return FALSE;
    if (!announces(probe, LDAP_CONTROL_ASSERT))
        add_finding(probe, FALSE,
                    g_strdup(_("The server has no assertion control (RFC 4528): changes made here "
                               "cannot be written to it safely, and it will refuse them.")));
    if (!announces(probe, LDAP_CONTROL_POST_READ))
        add_finding(probe, FALSE,
                    g_strdup(_("The server has no post-read control (RFC 4527): own changes are "
                               "read again after they were written.")));
    if (probe->ldap->config->directory_page_size > 0 &&
        !announces(probe, LDAP_CONTROL_PAGEDRESULTS))
        add_finding(probe, FALSE,
                    g_strdup(_("The server knows no paged results (RFC 2696): it must be able to "
                               "send the whole roster at once.")));
    return TRUE;
}

/* ---- content synchronisation */

static void
judge_content(Probe *probe, LDAPMessage *message, int type)
{
    int code = LDAP_SUCCESS;
    LDAPControl **controls = NULL;
    if (type == LDAP_RES_SEARCH_ENTRY) {
        ldap_get_entry_controls(probe->ldap->ld, message, &controls);
        probe->follows = controls && ldap_control_find(LDAP_CONTROL_SYNC_STATE, controls, NULL);
        ldap_controls_free(controls);
    } else if (type == LDAP_RES_SEARCH_RESULT) {
        ldap_parse_result(probe->ldap->ld, message, &code, NULL, NULL, NULL, NULL, 0);
        probe->follows = code == LDAP_SUCCESS;
    } else {
        probe->follows = type == LDAP_RES_INTERMEDIATE;
    }
}

/* Begins a content search of the base alone and looks at its first message. */
static gboolean
try_content(Probe *probe, GError **error)
{
    static const guint8 refresh_only[] = {0x30, 0x03, 0x0a, 0x01, LDAP_SYNC_REFRESH_ONLY};
    LDAPControl sync = {.ldctl_oid = (char *)LDAP_CONTROL_SYNC,
                        .ldctl_value = {sizeof refresh_only, (char *)refresh_only},
                        .ldctl_iscritical = 1};
    LDAPControl *controls[] = {&sync, NULL};
    static char none[] = "1.1";
    char *attributes[] = {none, NULL};
    Ldap *ldap = probe->ldap;
    g_auto(Message) message = NULL;
    int id = 0, type = 0;
    int code = ldap_search_ext(ldap->ld, base_of(ldap), LDAP_SCOPE_BASE, "(objectClass=*)",
                               attributes, 0, controls, NULL, NULL, LDAP_MAXINT, &id);
    if (code != LDAP_SUCCESS)
        return ldap_session_fail(ldap, code, _("cannot search"), NULL, error);
    if (!ldap_session_next(ldap, id, -1, &message, &type, error))
        return FALSE;
    judge_content(probe, message, type);
    if (type != LDAP_RES_SEARCH_RESULT)
        ldap_abandon_ext(ldap->ld, id, NULL, NULL);
    return TRUE;
}

static gboolean
probe_content(Probe *probe, GError **error)
{
    return !announces(probe, LDAP_CONTROL_SYNC) || try_content(probe, error);
}

static gboolean
report_content(Probe *probe, G_GNUC_UNUSED GError **error)
{
    if (probe->follows)
        return TRUE;
    add_finding(
        probe, FALSE,
        g_strdup(is_openldap(probe)
                     ? _("The database has no content synchronisation (RFC 4533): each sync "
                         "compares all entries, and changes are not told at once. Load it on the "
                         "server: moduleload syncprov, and \"overlay syncprov\" at the database in "
                         "slapd.conf (cn=config: an entry olcOverlay=syncprov below the database).")
                     : _("The server has no content synchronisation (RFC 4533): each sync compares "
                         "all entries, and changes are not told at once.")));
    return TRUE;
}

/* ---- limits and identities */

static gboolean
note_entry(const DirectoryEntry *entry, gpointer user_data, G_GNUC_UNUSED GError **error)
{
    Probe *probe = user_data;
    if (!entry->csn)
        probe->unversioned++;
    memcpy(probe->uuid, entry->uuid, UUID_LENGTH);
    return TRUE;
}

/* A listing of all; unpaged where content is followed, as that cannot have pages. */
static gboolean
probe_listing(Probe *probe, GError **error)
{
    const DirectoryQuery query = {.listing = TRUE};
    const Config *config = probe->ldap->config;
    g_autoptr(GError) wrong = NULL;
    DirectoryTally tally = {0};
    gint64 page_size = probe->follows ? 0 : config->directory_page_size;
    if (!ldap_search_run(probe->ldap, &query, page_size, note_entry, probe, &tally, &wrong)) {
        if (g_error_matches(wrong, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY)) {
            add_finding(probe, TRUE, g_strdup(wrong->message));
            probe->blind = TRUE;
            return TRUE;
        }
        g_propagate_error(error, g_steal_pointer(&wrong));
        return FALSE;
    }
    probe->entries = tally.entries;
    probe->blind = tally.entries == 0;
    if (probe->blind)
        add_finding(
            probe, TRUE,
            g_strdup_printf(_("The directory shows no entry below %s; check directory.base, "
                              "directory.filter, and what the bind DN may read."),
                            base_of(probe->ldap)));
    if (probe->unversioned > 0)
        add_finding(probe, FALSE,
                    g_strdup_printf(
                        _("%" PRIu64 " of %" PRIu64 " entries come without %s, by which changes "
                          "are seen; let the bind DN read it, or set "
                          "directory.version_attribute."),
                        probe->unversioned, tally.entries, config->directory_version_attribute));
    return TRUE;
}

/* The fastest of some searches for one entry by its identity. */
static gboolean
probe_index(Probe *probe, GError **error)
{
    const DirectoryQuery query = {.listing = TRUE, .uuids = probe->uuid, .count = 1};
    gint64 fastest = G_MAXINT64;
    Probe unwanted = {0};
    DirectoryTally tally;
    if (probe->entries < LARGE)
        return TRUE;
    for (guint i = 0; i < LOOKS; i++) {
        gint64 begun = g_get_monotonic_time();
        if (!ldap_search_run(probe->ldap, &query, 0, note_entry, &unwanted, &tally, error))
            return FALSE;
        fastest = MIN(fastest, g_get_monotonic_time() - begun);
    }
    if (fastest > SLOW_US)
        add_finding(
            probe, FALSE,
            g_strdup_printf(_("A search for one entry by its %s takes %" PRId64 " ms; an index is "
                              "missing (slapd.conf: index entryUUID,entryCSN eq; cn=config: "
                              "olcDbIndex: entryUUID,entryCSN eq)."),
                            probe->ldap->config->directory_id_attribute, fastest / 1000));
    return TRUE;
}

/* ---- the provider's settings, where they may be read */

/* Several databases of one server are taken together: what one of them has is not missed in another.
 */
static gboolean
probe_provider(Probe *probe, GError **error)
{
    char *attributes[] = {(char *)"olcSpCheckpoint", (char *)"olcSpSessionlog", NULL};
    g_autoptr(Attributes) found = attributes_new();
    g_autofree char *dn = NULL;
    int code;
    if (!probe->follows || !is_openldap(probe))
        return TRUE;
    if (!ldap_search_look(probe->ldap, "cn=config", LDAP_SCOPE_SUBTREE,
                          "(objectClass=olcSyncProvConfig)", attributes, LDAP_MAXINT, found, &dn,
                          &code, error))
        return FALSE;
    gboolean checkpoint = has(found, "olcSpCheckpoint"), log = has(found, "olcSpSessionlog");
    if (!dn)
        add_finding(probe, FALSE,
                    g_strdup(_("The bind DN cannot read the server's configuration. Make sure that "
                               "it has \"syncprov-checkpoint 100 5\" (without it a crash of the "
                               "server hides changes) and \"syncprov-sessionlog 10000\" (without "
                               "it deletions are found slowly); in cn=config these are "
                               "olcSpCheckpoint and olcSpSessionlog.")));
    if (dn && !checkpoint)
        add_finding(probe, FALSE,
                    g_strdup_printf(_("A crash of the server hides changes. Add to its entry %s: "
                                      "olcSpCheckpoint: 100 5"),
                                    dn));
    if (dn && !log)
        add_finding(probe, FALSE,
                    g_strdup_printf(_("Deletions are found slowly. Add to the server's entry %s: "
                                      "olcSpSessionlog: 10000"),
                                    dn));
    return TRUE;
}

/* ---- rights on the mapped attributes */

/* Any person that shows one of the field's attributes? */
static gboolean
field_is_shown(Probe *probe, FieldId field, gboolean *shown, GError **error)
{
    const Config *config = probe->ldap->config;
    char **attributes = config->directory_fields->attributes[field];
    g_autoptr(Attributes) found = attributes_new();
    g_autoptr(GString) filter = g_string_new("(&");
    int code;
    append_classes(filter, field_table[field].of_municipality ? config->directory_municipality_class
                                                              : config->directory_person_class);
    g_string_append(filter, "(|");
    for (char **name = attributes; *name; name++)
        g_string_append_printf(filter, "(%s=*)", *name);
    g_string_append(filter, "))");
    if (!ldap_search_look(probe->ldap, base_of(probe->ldap), LDAP_SCOPE_SUBTREE, filter->str,
                          attributes, ENTRY_ONLY, found, NULL, &code, error))
        return FALSE;
    *shown = attributes_count(found) > 0;
    return TRUE;
}

static gboolean
probe_fields(Probe *probe, GError **error)
{
    g_autoptr(GString) dark = g_string_new(NULL);
    for (guint field = 0; field < FIELDS; field++) {
        gboolean shown;
        if (!field_is_shown(probe, field, &shown, error))
            return FALSE;
        if (shown)
            continue;
        g_autofree char *names =
            g_strjoinv(" ", probe->ldap->config->directory_fields->attributes[field]);
        g_string_append_printf(dark, "%s%s (%s)", dark->len ? ", " : "", field_table[field].name,
                               names);
    }
    if (dark->len > 0)
        add_finding(probe, FALSE,
                    g_strdup_printf(_("No entry shows an attribute of these fields: %s. If the "
                                      "directory has them, let the bind DN read them, or correct "
                                      "directory.fields."),
                                    dark->str));
    return TRUE;
}

static gboolean
find_person(Probe *probe, GError **error)
{
    static char all[] = "*", effective[] = "allowedAttributesEffective";
    char *attributes[] = {all, effective, NULL};
    g_autoptr(GString) filter = g_string_new(NULL);
    int code;
    append_classes(filter, probe->ldap->config->directory_person_class);
    return ldap_search_look(probe->ldap, base_of(probe->ldap), LDAP_SCOPE_SUBTREE, filter->str,
                            attributes, ENTRY_ONLY, probe->shown, &probe->person, &code, error);
}

/* Replaces an attribute's values by the same ones, with slapd's No-Op control: access is checked and
 * nothing is done. The control is critical, so that who does not know it does nothing either. */
static gboolean
try_write(Probe *probe, const char *attribute, int *code, GError **error)
{
    LDAPControl no_operation = {.ldctl_oid = (char *)LDAP_CONTROL_NOOP, .ldctl_iscritical = 1};
    LDAPControl *controls[] = {&no_operation, NULL};
    guint count;
    const AttributeValue *values = attributes_find(probe->shown, attribute, &count);
    g_autofree struct berval *octets = g_new0(struct berval, count + 1);
    g_autofree struct berval **list = g_new0(struct berval *, count + 1);
    for (guint i = 0; i < count; i++) {
        octets[i] = (struct berval){values[i].length, (char *)values[i].data};
        list[i] = &octets[i];
    }
    LDAPMod change = {.mod_op = LDAP_MOD_REPLACE | LDAP_MOD_BVALUES,
                      .mod_type = (char *)attribute,
                      .mod_vals.modv_bvals = list};
    LDAPMod *changes[] = {&change, NULL};
    g_autofree char *said = NULL;
    int id = 0;
    *code = ldap_modify_ext(probe->ldap->ld, probe->person, changes, controls, NULL, &id);
    return *code != LDAP_SUCCESS || ldap_session_result(probe->ldap, id, code, &said, error);
}

typedef enum { RIGHT_THERE, RIGHT_MISSING, RIGHT_UNKNOWN } Right;

static gboolean
find_right(Probe *probe, const char *attribute, Right *right, GError **error)
{
    int code;
    if (has(probe->shown, "allowedAttributesEffective")) {
        gboolean there = has_value(probe->shown, "allowedAttributesEffective", attribute);
        *right = there ? RIGHT_THERE : RIGHT_MISSING;
        return TRUE;
    }
    *right = RIGHT_UNKNOWN;
    if (!is_openldap(probe))
        return TRUE;
    if (!try_write(probe, attribute, &code, error))
        return FALSE;
    if (code == LDAP_SUCCESS || code == LDAP_X_NO_OPERATION)
        *right = RIGHT_THERE;
    else if (code == LDAP_INSUFFICIENT_ACCESS || code == LDAP_STRONG_AUTH_REQUIRED ||
             code == LDAP_UNWILLING_TO_PERFORM || code == LDAP_REFERRAL)
        *right = RIGHT_MISSING;
    return TRUE;
}

static gboolean
probe_rights(Probe *probe, GError **error)
{
    g_autoptr(GString) missing = g_string_new(NULL);
    g_auto(GStrv) attributes = field_map_attributes(probe->ldap->config->directory_fields);
    gboolean unknown = FALSE;
    if (!find_person(probe, error))
        return FALSE;
    for (char **name = attributes; probe->person && *name; name++) {
        Right right = RIGHT_THERE;
        if (has(probe->shown, *name) && !find_right(probe, *name, &right, error))
            return FALSE;
        unknown |= right == RIGHT_UNKNOWN;
        if (right == RIGHT_MISSING)
            g_string_append_printf(missing, "%s%s", missing->len ? " " : "", *name);
    }
    if (missing->len > 0)
        add_finding(
            probe, FALSE,
            g_strdup_printf(_("The bind DN may not write these attributes of %s: %s. Changes to "
                              "them made here will wait until it may (slapd: access to attrs=... "
                              "by dn.exact=... write), or name a server in directory.write_uri "
                              "that takes changes."),
                            probe->person, missing->str));
    if (unknown)
        add_finding(probe, FALSE,
                    g_strdup(_("Whether the bind DN may write the mapped attributes cannot be told "
                               "on this server without writing.")));
    return TRUE;
}

GPtrArray *
ldap_probe(Directory *directory, GError **error)
{
    g_auto(Probe) probe = {
        .ldap = (Ldap *)directory,
        .findings = directory_findings_new(),
        .root = attributes_new(),
        .shown = attributes_new(),
    };
    static gboolean (*const steps[])(Probe * probe, GError * *error) = {
        probe_root,  probe_content,  probe_listing, report_content,
        probe_index, probe_provider, probe_fields,  probe_rights,
    };
    for (guint i = 0; i < G_N_ELEMENTS(steps) && !probe.blind; i++)
        if (!steps[i](&probe, error))
            return NULL;
    return g_steal_pointer(&probe.findings);
}
