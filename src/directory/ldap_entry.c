/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "directory/ldap_session.h"

#include "base/error.h"
#include "base/i18n.h"
#include "directory/octets.h"
#include "model/attribute_type.h"

#include <string.h>
#include <time.h>

#define RANGES_MAX  10000 /* answers that one attribute may come in */
#define TIME_DIGITS 14    /* YYYYMMDDhhmmss */

/* An attribute of which the server has sent the values below `next` only. */
typedef struct {
    guint64 next;
    char description[LDAP_DESCRIPTION_MAX];
} Range;

static const char *
option_or(const char *configured, const char *fallback)
{
    return configured && *configured ? configured : fallback;
}

static const char *
id_attribute(const Ldap *ldap)
{
    return option_or(ldap->config->directory_id_attribute, "entryUUID");
}

static const char *
version_attribute(const Ldap *ldap)
{
    return option_or(ldap->config->directory_version_attribute, "entryCSN");
}

char **
ldap_entry_wanted(Ldap *ldap, LdapWanted wanted)
{
    static char all[] = "*", created[] = "createTimestamp", children[] = "hasSubordinates";
    char *id = (char *)id_attribute(ldap), *version = (char *)version_attribute(ldap);
    switch (wanted) {
    case WANTED_LISTED:
        memcpy(ldap->listed, (char *[]){id, version, NULL}, sizeof ldap->listed);
        return ldap->listed;
    case WANTED_PLAIN:
        memcpy(ldap->plain, (char *[]){all, id, version, NULL}, sizeof ldap->plain);
        return ldap->plain;
    case WANTED_FOLLOWED:
        break;
    }
    memcpy(ldap->followed, (char *[]){all, id, version, created, children, NULL},
           sizeof ldap->followed);
    return ldap->followed;
}

/* Active Directory's (and eDirectory's) identity is 16 octets, kept as they are; all others are
 * text. */
static gboolean
id_is_binary(const Ldap *ldap)
{
    return g_ascii_strcasecmp(id_attribute(ldap), "objectGUID") == 0 ||
           g_ascii_strcasecmp(id_attribute(ldap), "GUID") == 0;
}

char *
ldap_entry_identity_filter(Ldap *ldap, const guint8 uuid[UUID_LENGTH])
{
    GString *filter = g_string_new(NULL);
    g_string_printf(filter, "(%s=", id_attribute(ldap));
    if (id_is_binary(ldap)) {
        for (guint i = 0; i < UUID_LENGTH; i++)
            g_string_append_printf(filter, "\\%02x", uuid[i]);
    } else {
        g_autofree char *text = uuid_to_text(uuid);
        g_string_append(filter, text);
    }
    g_string_append_c(filter, ')');
    return g_string_free(filter, FALSE);
}

gboolean
ldap_entry_is_referral(const DirectoryEntry *entry)
{
    guint count = 0;
    const AttributeValue *classes =
        entry->attributes ? attributes_find(entry->attributes, "objectClass", &count) : NULL;
    for (guint i = 0; i < count; i++)
        if (classes[i].length == strlen("referral") &&
            g_ascii_strncasecmp(classes[i].data, "referral", classes[i].length) == 0)
            return TRUE;
    return FALSE;
}

/* ---- values */

/* Takes digits; FALSE if there are none, or too many. */
static gboolean
take_number(const char **at, guint64 *number)
{
    const char *start = *at;
    *number = 0;
    for (; g_ascii_isdigit(**at) && *at - start < 12; (*at)++)
        *number = *number * 10 + (guint64)(**at - '0');
    return *at > start && !g_ascii_isdigit(**at);
}

gboolean
ldap_entry_range(const char *description, gsize *base, guint64 *next)
{
    guint64 low, high;
    const char *option = strchr(description, ';');
    while (option && g_ascii_strncasecmp(option, ";range=", 7) != 0)
        option = strchr(option + 1, ';');
    if (!option)
        return FALSE;
    const char *at = option + 7;
    if (!take_number(&at, &low) || *at++ != '-')
        return FALSE;
    if (strcmp(at, "*") == 0)
        *next = 0;
    else if (!take_number(&at, &high) || *at || high < low)
        return FALSE;
    else
        *next = high + 1;
    *base = (gsize)(option - description);
    return TRUE;
}

/* createTimestamp, a GeneralizedTime in UTC (RFC 4517, 3.3.13); 0 if it is none */
static gint64
parse_time(const Octets *value)
{
    int parts[TIME_DIGITS / 2] = {0}; /* two digits each */
    if (value->length <= TIME_DIGITS || value->data[value->length - 1] != 'Z')
        return 0;
    for (guint i = 0; i < TIME_DIGITS; i++) {
        if (!g_ascii_isdigit(value->data[i]))
            return 0;
        parts[i / 2] = parts[i / 2] * 10 + (value->data[i] - '0');
    }
    struct tm when = {.tm_year = parts[0] * 100 + parts[1] - 1900,
                      .tm_mon = parts[2] - 1,
                      .tm_mday = parts[3],
                      .tm_hour = parts[4],
                      .tm_min = parts[5],
                      .tm_sec = parts[6]};
    return MAX(0, (gint64)timegm(&when));
}

static gboolean
value_is(const Octets *value, const char *text)
{
    return value->length == strlen(text) &&
           g_ascii_strncasecmp((const char *)value->data, text, value->length) == 0;
}

/* What an attribute is for. All but the last two belong to the entry, not to the person. */
typedef enum {
    ROLE_ID,
    ROLE_VERSION,
    ROLE_CREATED,
    ROLE_CHILDREN,
    ROLE_SECRET,
    ROLE_RANGE,
    ROLE_VALUES
} Role;

static Role
find_role(const Ldap *ldap, const char *description)
{
    gsize base;
    guint64 next;
    if (g_ascii_strcasecmp(description, id_attribute(ldap)) == 0)
        return ROLE_ID;
    if (g_ascii_strcasecmp(description, version_attribute(ldap)) == 0)
        return ROLE_VERSION;
    if (g_ascii_strcasecmp(description, "createTimestamp") == 0)
        return ROLE_CREATED;
    if (g_ascii_strcasecmp(description, "hasSubordinates") == 0)
        return ROLE_CHILDREN;
    if (attribute_is_secret(description))
        return ROLE_SECRET;
    return ldap_entry_range(description, &base, &next) ? ROLE_RANGE : ROLE_VALUES;
}

static void
take_id(const Ldap *ldap, const Octets *value, DirectoryEntry *entry, gboolean *has_uuid)
{
    *has_uuid = TRUE;
    if (id_is_binary(ldap) && value->length == UUID_LENGTH)
        memcpy(entry->uuid, value->data, UUID_LENGTH);
    else
        *has_uuid = uuid_from_text((const char *)value->data, value->length, entry->uuid);
}

static void
take_operational(Ldap *ldap, Role role, const Octets *value, DirectoryEntry *entry,
                 gboolean *has_uuid)
{
    switch (role) {
    case ROLE_ID:
        take_id(ldap, value, entry, has_uuid);
        break;
    case ROLE_VERSION:
        g_string_truncate(ldap->csn, 0);
        g_string_append_len(ldap->csn, (const char *)value->data, (gssize)value->length);
        entry->csn = ldap->csn->str;
        break;
    case ROLE_CREATED:
        entry->created = parse_time(value);
        break;
    case ROLE_CHILDREN:
        entry->has_children = value_is(value, "TRUE");
        break;
    default:
        break;
    }
}

/* Notes what of the attribute is still to be read; its own description, without the range. */
static void
note_range(Ldap *ldap, char description[LDAP_DESCRIPTION_MAX])
{
    gsize length;
    guint64 next;
    if (!ldap_entry_range(description, &length, &next))
        return;
    description[length] = '\0';
    if (next == 0)
        return;
    Range *range = g_new0(Range, 1);
    range->next = next;
    g_strlcpy(range->description, description, sizeof range->description);
    g_ptr_array_add(ldap->ranges, range);
}

/* The name comes without a promise that a NUL ends it. */
static gboolean
copy_description(const Octets *name, char description[LDAP_DESCRIPTION_MAX])
{
    if (name->length == 0 || name->length >= LDAP_DESCRIPTION_MAX ||
        memchr(name->data, 0, name->length))
        return FALSE;
    memcpy(description, name->data, name->length);
    description[name->length] = '\0';
    return TRUE;
}

/* ---- the rest of an attribute that comes in ranges */

/* Takes the values of `description` from an answer that has them alone; `*next` is 0 at the end, and
 * stays where it was if they did not come. */
static gboolean
take_range(Ldap *ldap, LDAPMessage *message, const char *description, guint64 *next, GError **error)
{
    BerElement *ber = NULL;
    struct berval dn, name, *values = NULL;
    char full[LDAP_DESCRIPTION_MAX];
    gsize length;
    int code = ldap_get_dn_ber(ldap->ld, message, &ber, &dn);
    while (code == LDAP_SUCCESS) {
        code = ldap_get_attribute_ber(ldap->ld, message, ber, &name, &values);
        if (code != LDAP_SUCCESS || !name.bv_val)
            break;
        Octets octets = {(const guint8 *)name.bv_val, name.bv_len};
        if (values && copy_description(&octets, full) && ldap_entry_range(full, &length, next)) {
            full[length] = '\0';
            for (guint i = 0; values[i].bv_val && strcmp(full, description) == 0; i++) {
                attributes_add(ldap->attributes, full, values[i].bv_val, values[i].bv_len);
                ldap->octets += values[i].bv_len;
            }
        }
        ber_memfree(values);
    }
    ber_free(ber, 0);
    return code == LDAP_SUCCESS ||
           ldap_session_fail(ldap, LDAP_DECODING_ERROR, _("cannot read an entry"), "", error);
}

static gboolean
read_range(Ldap *ldap, const char *dn, const char *description, guint64 *next, GError **error)
{
    g_autofree char *wanted =
        g_strdup_printf("%s;range=%" G_GUINT64_FORMAT "-*", description, *next);
    char *attributes[] = {wanted, NULL};
    int id = 0, type = 0, result = LDAP_SUCCESS;
    int code = ldap_search_ext(ldap->ld, dn, LDAP_SCOPE_BASE, "(objectClass=*)", attributes, 0,
                               NULL, NULL, NULL, LDAP_MAXINT, &id);
    while (code == LDAP_SUCCESS && type != LDAP_RES_SEARCH_RESULT) {
        g_auto(Message) message = NULL;
        if (!ldap_session_next(ldap, id, -1, &message, &type, error))
            return FALSE;
        if (type == LDAP_RES_SEARCH_ENTRY && !take_range(ldap, message, description, next, error))
            return FALSE;
        if (type == LDAP_RES_SEARCH_RESULT)
            code = ldap_parse_result(ldap->ld, message, &result, NULL, NULL, NULL, NULL, 0);
    }
    if (code == LDAP_SUCCESS)
        code = result;
    return code == LDAP_SUCCESS ||
           ldap_session_fail(ldap, code, _("cannot read all values of an attribute"), NULL, error);
}

static gboolean
complete_range(Ldap *ldap, const char *dn, const Range *range, GError **error)
{
    guint64 next = range->next;
    for (guint i = 0; i < RANGES_MAX && next > 0 && ldap->octets <= MESSAGE_OCTETS_MAX; i++) {
        guint64 before = next;
        if (!read_range(ldap, dn, range->description, &next, error))
            return FALSE;
        if (next > 0 && next <= before)
            break;
    }
    if (next == 0)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY,
                _("%s: the entry %s has more values of %s than the server gives, which stopped at "
                  "number %" PRIu64),
                ldap->uri, dn, range->description, next);
    return FALSE;
}

/* ---- the whole entry */

/* The place that attribute has; NULL if it has no description. */
static const LdapPlace *
recognize(Ldap *ldap, guint number, const Octets *name)
{
    LdapPlace *place = &ldap->places[MIN(number, LDAP_PLACES - 1)];
    if (name->length > 0 && place->length == name->length &&
        memcmp(place->description, name->data, name->length) == 0)
        return place;
    place->length = 0;
    if (!copy_description(name, place->description))
        return NULL;
    place->length = name->length;
    place->role = find_role(ldap, place->description);
    return place;
}

/* Takes the values from a set of one or more. The same description may come again; `attributes`
 * merges the values, which stay in the message. */
static gboolean
take_values(Ldap *ldap, const LdapPlace *attribute, Octets set)
{
    char own[LDAP_DESCRIPTION_MAX];
    const char *description = attribute->description;
    Octets value;
    if (attribute->role == ROLE_RANGE) {
        g_strlcpy(own, description, sizeof own);
        note_range(ldap, own);
        description = own;
    }
    guint place = attributes_open(ldap->attributes, description);
    while (set.length > 0) {
        if (!octets_take(&set, TAG_OCTETS, &value))
            return FALSE;
        attributes_lend(ldap->attributes, place, value.data, value.length);
        ldap->octets += value.length;
    }
    return TRUE;
}

/* Takes the first value of a set; the others must be values. */
static gboolean
take_first(Octets set, Octets *first)
{
    Octets other;
    gboolean good = octets_take(&set, TAG_OCTETS, first);
    while (good && set.length > 0)
        good = octets_take(&set, TAG_OCTETS, &other);
    return good;
}

/* One PartialAttribute (RFC 4511, 4.1.7), where it lies: ldap_get_attribute_ber() would make an
 * array of each attribute's values. */
static gboolean
take_attribute(Ldap *ldap, Octets attribute, guint number, DirectoryEntry *entry,
               gboolean *has_uuid)
{
    Octets name, set, first;
    if (!octets_take(&attribute, TAG_OCTETS, &name) || !octets_take(&attribute, TAG_SET, &set) ||
        attribute.length > 0)
        return FALSE;
    const LdapPlace *place = recognize(ldap, number, &name);
    if (!place || set.length == 0)
        return place != NULL;
    if (entry->attributes && place->role >= ROLE_RANGE)
        return take_values(ldap, place, set);
    if (!take_first(set, &first))
        return FALSE;
    take_operational(ldap, place->role, &first, entry, has_uuid);
    return TRUE;
}

/* The attributes that are left in `ber`, which points to the first one. */
static gboolean
find_attributes(BerElement *ber, Octets *attributes)
{
    ber_len_t length = 0, behind = 0;
    struct berval first;
    *attributes = (Octets){NULL, 0};
    ber_get_option(ber, LBER_OPT_BER_REMAINING_BYTES, &length);
    if (length == 0)
        return TRUE;
    if (ber_skip_element(ber, &first) == LBER_DEFAULT)
        return FALSE;
    ber_get_option(ber, LBER_OPT_BER_REMAINING_BYTES, &behind);
    const guint8 *end = (const guint8 *)first.bv_val + first.bv_len + behind;
    *attributes = (Octets){end - length, length};
    return TRUE;
}

static gboolean
decode(Ldap *ldap, LDAPMessage *message, DirectoryEntry *entry, gboolean *has_uuid)
{
    BerElement *ber = NULL;
    struct berval dn;
    Octets attributes, attribute;
    if (ldap_get_dn_ber(ldap->ld, message, &ber, &dn) != LDAP_SUCCESS)
        return FALSE;
    g_string_truncate(ldap->dn, 0);
    g_string_append_len(ldap->dn, dn.bv_val, (gssize)dn.bv_len);
    gboolean good = !memchr(dn.bv_val, 0, dn.bv_len) && find_attributes(ber, &attributes);
    for (guint i = 0; good && attributes.length > 0; i++)
        good = octets_take(&attributes, TAG_SEQUENCE, &attribute) &&
               take_attribute(ldap, attribute, i, entry, has_uuid);
    ber_free(ber, 0);
    entry->dn = ldap->dn->str;
    return good;
}

gboolean
ldap_entry_take(Ldap *ldap, LDAPMessage *message, gboolean listing, DirectoryEntry *entry,
                GError **error)
{
    gboolean has_uuid = FALSE;
    *entry = (DirectoryEntry){.attributes = listing ? NULL : ldap->attributes};
    attributes_clear(ldap->attributes);
    g_ptr_array_set_size(ldap->ranges, 0);
    ldap->octets = 0;
    if (!decode(ldap, message, entry, &has_uuid))
        return ldap_session_fail(ldap, LDAP_DECODING_ERROR, _("cannot read an entry"), "", error);
    if (!has_uuid) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY,
                    _("%s: the entry %s comes without %s, by which entries are told apart; let the "
                      "bind DN read that attribute"),
                    ldap->uri, entry->dn, id_attribute(ldap));
        return FALSE;
    }
    for (guint i = 0; i < ldap->ranges->len; i++)
        if (!complete_range(ldap, entry->dn, g_ptr_array_index(ldap->ranges, i), error))
            return FALSE;
    return TRUE;
}
