/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/attribute_type.h"

#include <string.h>

/* Names, OIDs, rules and syntaxes as the named RFCs and OpenLDAP's schema files have them. Where a
 * type inherits them (SUP name, SUP distinguishedName), they stand here. */
static const AttributeType types[] = {
    /* core (RFC 4512, 4519) */
    {"objectClass", NULL, "2.5.4.0", NULL, RULE_OBJECT_IDENTIFIER, 0, 38},
    {"aliasedObjectName", "aliasedEntryName", "2.5.4.1", NULL, RULE_DN, 0, 12},
    {"knowledgeInformation", NULL, "2.5.4.2", NULL, RULE_CASE_IGNORE, 0, 15},
    {"cn", "commonName", "2.5.4.3", "name", RULE_CASE_IGNORE, SUBSTR, 15},
    {"sn", "surname", "2.5.4.4", "name", RULE_CASE_IGNORE, SUBSTR, 15},
    {"serialNumber", NULL, "2.5.4.5", NULL, RULE_CASE_IGNORE, SUBSTR, 44},
    {"c", "countryName", "2.5.4.6", "name", RULE_CASE_IGNORE, SUBSTR, 11},
    {"l", "localityName", "2.5.4.7", "name", RULE_CASE_IGNORE, SUBSTR, 15},
    {"st", "stateOrProvinceName", "2.5.4.8", "name", RULE_CASE_IGNORE, SUBSTR, 15},
    {"street", "streetAddress", "2.5.4.9", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"o", "organizationName", "2.5.4.10", "name", RULE_CASE_IGNORE, SUBSTR, 15},
    {"ou", "organizationalUnitName", "2.5.4.11", "name", RULE_CASE_IGNORE, SUBSTR, 15},
    {"title", NULL, "2.5.4.12", "name", RULE_CASE_IGNORE, SUBSTR, 15},
    {"description", NULL, "2.5.4.13", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"searchGuide", NULL, "2.5.4.14", NULL, RULE_NONE, 0, 25},
    {"businessCategory", NULL, "2.5.4.15", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"postalAddress", NULL, "2.5.4.16", NULL, RULE_CASE_IGNORE_LIST, SUBSTR, 41},
    {"postalCode", NULL, "2.5.4.17", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"postOfficeBox", NULL, "2.5.4.18", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"physicalDeliveryOfficeName", NULL, "2.5.4.19", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"telephoneNumber", NULL, "2.5.4.20", NULL, RULE_TELEPHONE, SUBSTR, 50},
    {"telexNumber", NULL, "2.5.4.21", NULL, RULE_NONE, 0, 52},
    {"teletexTerminalIdentifier", NULL, "2.5.4.22", NULL, RULE_NONE, 0, 51},
    {"facsimileTelephoneNumber", "fax", "2.5.4.23", NULL, RULE_NONE, 0, 22},
    {"x121Address", NULL, "2.5.4.24", NULL, RULE_NUMERIC_STRING, SUBSTR, 36},
    {"internationaliSDNNumber", NULL, "2.5.4.25", NULL, RULE_NUMERIC_STRING, SUBSTR, 36},
    {"registeredAddress", NULL, "2.5.4.26", "postalAddress", RULE_CASE_IGNORE_LIST, SUBSTR, 41},
    {"destinationIndicator", NULL, "2.5.4.27", NULL, RULE_CASE_IGNORE, SUBSTR, 44},
    {"preferredDeliveryMethod", NULL, "2.5.4.28", NULL, RULE_NONE, 0, 14},
    {"presentationAddress", NULL, "2.5.4.29", NULL, RULE_NONE, 0, 43},
    {"supportedApplicationContext", NULL, "2.5.4.30", NULL, RULE_OBJECT_IDENTIFIER, 0, 38},
    {"member", NULL, "2.5.4.31", "distinguishedName", RULE_DN, 0, 12},
    {"owner", NULL, "2.5.4.32", "distinguishedName", RULE_DN, 0, 12},
    {"roleOccupant", NULL, "2.5.4.33", "distinguishedName", RULE_DN, 0, 12},
    {"seeAlso", NULL, "2.5.4.34", "distinguishedName", RULE_DN, 0, 12},
    {"userPassword", NULL, "2.5.4.35", NULL, RULE_OCTETS, 0, 40},
    {"userCertificate", NULL, "2.5.4.36", NULL, RULE_NONE, 0, 8},
    {"cACertificate", NULL, "2.5.4.37", NULL, RULE_NONE, 0, 8},
    {"authorityRevocationList", NULL, "2.5.4.38", NULL, RULE_NONE, 0, 9},
    {"certificateRevocationList", NULL, "2.5.4.39", NULL, RULE_NONE, 0, 9},
    {"crossCertificatePair", NULL, "2.5.4.40", NULL, RULE_NONE, 0, 10},
    {"name", NULL, "2.5.4.41", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"givenName", "gn", "2.5.4.42", "name", RULE_CASE_IGNORE, SUBSTR, 15},
    {"initials", NULL, "2.5.4.43", "name", RULE_CASE_IGNORE, SUBSTR, 15},
    {"generationQualifier", NULL, "2.5.4.44", "name", RULE_CASE_IGNORE, SUBSTR, 15},
    {"x500UniqueIdentifier", NULL, "2.5.4.45", NULL, RULE_BIT_STRING, 0, 6},
    {"dnQualifier", NULL, "2.5.4.46", NULL, RULE_CASE_IGNORE, ORDERED | SUBSTR, 44},
    {"enhancedSearchGuide", NULL, "2.5.4.47", NULL, RULE_NONE, 0, 21},
    {"protocolInformation", NULL, "2.5.4.48", NULL, RULE_NONE, 0, 42},
    {"distinguishedName", NULL, "2.5.4.49", NULL, RULE_DN, 0, 12},
    {"uniqueMember", NULL, "2.5.4.50", NULL, RULE_NAME_AND_UID, 0, 34},
    {"houseIdentifier", NULL, "2.5.4.51", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"supportedAlgorithms", NULL, "2.5.4.52", NULL, RULE_NONE, 0, 49},
    {"deltaRevocationList", NULL, "2.5.4.53", NULL, RULE_NONE, 0, 9},
    {"dmdName", NULL, "2.5.4.54", "name", RULE_CASE_IGNORE, SUBSTR, 15},
    {"pseudonym", NULL, "2.5.4.65", "name", RULE_CASE_IGNORE, SUBSTR, 15},
    {"labeledURI", NULL, "1.3.6.1.4.1.250.1.57", NULL, RULE_CASE_EXACT, 0, 15},
    {"uid", "userid", "0.9.2342.19200300.100.1.1", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"mail", "rfc822Mailbox", "0.9.2342.19200300.100.1.3", NULL, RULE_CASE_IGNORE_IA5, SUBSTR, 26},
    {"dc", "domainComponent", "0.9.2342.19200300.100.1.25", NULL, RULE_CASE_IGNORE_IA5, SUBSTR, 26},
    {"associatedDomain", NULL, "0.9.2342.19200300.100.1.37", NULL, RULE_CASE_IGNORE_IA5, SUBSTR,
     26},
    {"email", "emailAddress", "1.2.840.113549.1.9.1", NULL, RULE_CASE_IGNORE_IA5, SUBSTR, 26},
    /* cosine (RFC 4524) */
    {"textEncodedORAddress", NULL, "0.9.2342.19200300.100.1.2", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"info", NULL, "0.9.2342.19200300.100.1.4", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"drink", "favouriteDrink", "0.9.2342.19200300.100.1.5", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"roomNumber", NULL, "0.9.2342.19200300.100.1.6", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"photo", NULL, "0.9.2342.19200300.100.1.7", NULL, RULE_NONE, 0, 23},
    {"userClass", NULL, "0.9.2342.19200300.100.1.8", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"host", NULL, "0.9.2342.19200300.100.1.9", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"manager", NULL, "0.9.2342.19200300.100.1.10", NULL, RULE_DN, 0, 12},
    {"documentIdentifier", NULL, "0.9.2342.19200300.100.1.11", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"documentTitle", NULL, "0.9.2342.19200300.100.1.12", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"documentVersion", NULL, "0.9.2342.19200300.100.1.13", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"documentAuthor", NULL, "0.9.2342.19200300.100.1.14", NULL, RULE_DN, 0, 12},
    {"documentLocation", NULL, "0.9.2342.19200300.100.1.15", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"homePhone", "homeTelephoneNumber", "0.9.2342.19200300.100.1.20", NULL, RULE_TELEPHONE, SUBSTR,
     50},
    {"secretary", NULL, "0.9.2342.19200300.100.1.21", NULL, RULE_DN, 0, 12},
    {"otherMailbox", NULL, "0.9.2342.19200300.100.1.22", NULL, RULE_NONE, 0, 39},
    {"lastModifiedTime", NULL, "0.9.2342.19200300.100.1.23", NULL, RULE_OCTETS, 0, 15},
    {"lastModifiedBy", NULL, "0.9.2342.19200300.100.1.24", NULL, RULE_DN, 0, 15},
    {"aRecord", NULL, "0.9.2342.19200300.100.1.26", NULL, RULE_CASE_IGNORE_IA5, 0, 26},
    {"mDRecord", NULL, "0.9.2342.19200300.100.1.27", NULL, RULE_CASE_IGNORE_IA5, 0, 26},
    {"mXRecord", NULL, "0.9.2342.19200300.100.1.28", NULL, RULE_CASE_IGNORE_IA5, 0, 26},
    {"nSRecord", NULL, "0.9.2342.19200300.100.1.29", NULL, RULE_CASE_IGNORE_IA5, 0, 26},
    {"sOARecord", NULL, "0.9.2342.19200300.100.1.30", NULL, RULE_CASE_IGNORE_IA5, 0, 26},
    {"cNAMERecord", NULL, "0.9.2342.19200300.100.1.31", NULL, RULE_CASE_IGNORE_IA5, 0, 26},
    {"associatedName", NULL, "0.9.2342.19200300.100.1.38", NULL, RULE_DN, 0, 12},
    {"homePostalAddress", NULL, "0.9.2342.19200300.100.1.39", NULL, RULE_CASE_IGNORE_LIST, SUBSTR,
     41},
    {"personalTitle", NULL, "0.9.2342.19200300.100.1.40", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"mobile", "mobileTelephoneNumber", "0.9.2342.19200300.100.1.41", NULL, RULE_TELEPHONE, SUBSTR,
     50},
    {"pager", "pagerTelephoneNumber", "0.9.2342.19200300.100.1.42", NULL, RULE_TELEPHONE, SUBSTR,
     50},
    {"co", "friendlyCountryName", "0.9.2342.19200300.100.1.43", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"uniqueIdentifier", NULL, "0.9.2342.19200300.100.1.44", NULL, RULE_CASE_IGNORE, 0, 15},
    {"organizationalStatus", NULL, "0.9.2342.19200300.100.1.45", NULL, RULE_CASE_IGNORE, SUBSTR,
     15},
    {"janetMailbox", NULL, "0.9.2342.19200300.100.1.46", NULL, RULE_CASE_IGNORE_IA5, SUBSTR, 26},
    {"mailPreferenceOption", NULL, "0.9.2342.19200300.100.1.47", NULL, RULE_NONE, 0, 27},
    {"buildingName", NULL, "0.9.2342.19200300.100.1.48", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"dSAQuality", NULL, "0.9.2342.19200300.100.1.49", NULL, RULE_NONE, 0, 19},
    {"singleLevelQuality", NULL, "0.9.2342.19200300.100.1.50", NULL, RULE_NONE, 0, 13},
    {"subtreeMinimumQuality", NULL, "0.9.2342.19200300.100.1.51", NULL, RULE_NONE, 0, 13},
    {"subtreeMaximumQuality", NULL, "0.9.2342.19200300.100.1.52", NULL, RULE_NONE, 0, 13},
    {"personalSignature", NULL, "0.9.2342.19200300.100.1.53", NULL, RULE_NONE, 0, 23},
    {"dITRedirect", NULL, "0.9.2342.19200300.100.1.54", NULL, RULE_DN, 0, 12},
    {"audio", NULL, "0.9.2342.19200300.100.1.55", NULL, RULE_NONE, 0, 4},
    {"documentPublisher", NULL, "0.9.2342.19200300.100.1.56", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    /* inetOrgPerson (RFC 2798) */
    {"carLicense", NULL, "2.16.840.1.113730.3.1.1", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"departmentNumber", NULL, "2.16.840.1.113730.3.1.2", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"displayName", NULL, "2.16.840.1.113730.3.1.241", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"employeeNumber", NULL, "2.16.840.1.113730.3.1.3", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"employeeType", NULL, "2.16.840.1.113730.3.1.4", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"jpegPhoto", NULL, "0.9.2342.19200300.100.1.60", NULL, RULE_NONE, 0, 28},
    {"preferredLanguage", NULL, "2.16.840.1.113730.3.1.39", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"userSMIMECertificate", NULL, "2.16.840.1.113730.3.1.40", NULL, RULE_NONE, 0, 5},
    {"userPKCS12", NULL, "2.16.840.1.113730.3.1.216", NULL, RULE_NONE, 0, 5},
    /* operational: RFC 4512 (3.4), 4530, 5020; OpenLDAP's own */
    {"structuralObjectClass", NULL, "2.5.21.9", NULL, RULE_OBJECT_IDENTIFIER, OPERATIONAL, 38},
    {"createTimestamp", NULL, "2.5.18.1", NULL, RULE_GENERALIZED_TIME, ORDERED | OPERATIONAL, 24},
    {"modifyTimestamp", NULL, "2.5.18.2", NULL, RULE_GENERALIZED_TIME, ORDERED | OPERATIONAL, 24},
    {"creatorsName", NULL, "2.5.18.3", NULL, RULE_DN, OPERATIONAL, 12},
    {"modifiersName", NULL, "2.5.18.4", NULL, RULE_DN, OPERATIONAL, 12},
    {"hasSubordinates", NULL, "2.5.18.9", NULL, RULE_BOOLEAN, OPERATIONAL, 7},
    {"subschemaSubentry", NULL, "2.5.18.10", NULL, RULE_DN, OPERATIONAL, 12},
    {"entryUUID", NULL, "1.3.6.1.1.16.4", NULL, RULE_UUID, ORDERED | OPERATIONAL, 0},
    {"entryDN", NULL, "1.3.6.1.1.20", NULL, RULE_DN, OPERATIONAL, 12},
    {"entryCSN", NULL, "1.3.6.1.4.1.4203.666.1.7", NULL, RULE_CSN, ORDERED | OPERATIONAL, 0},
    {"contextCSN", NULL, "1.3.6.1.4.1.4203.666.1.25", NULL, RULE_CSN, ORDERED | OPERATIONAL, 0},
    {"memberOf", NULL, "1.2.840.113556.1.2.102", NULL, RULE_DN, 0, 12},
    /* nis (RFC 2307) and Active Directory, as far as rosters use them */
    {"uidNumber", NULL, "1.3.6.1.1.1.1.0", NULL, RULE_INTEGER, ORDERED, 27},
    {"gidNumber", NULL, "1.3.6.1.1.1.1.1", NULL, RULE_INTEGER, ORDERED, 27},
    {"objectGUID", NULL, "1.2.840.113556.1.4.2", NULL, RULE_OCTETS, 0, 40},
    {"sAMAccountName", NULL, "1.2.840.113556.1.4.221", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"userPrincipalName", NULL, "1.2.840.113556.1.4.656", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"company", NULL, "1.2.840.113556.1.2.146", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    {"department", NULL, "1.2.840.113556.1.2.141", NULL, RULE_CASE_IGNORE, SUBSTR, 15},
    /* Rundruf's own (contrib/ldap) */
    {"ags", NULL, RUNDRUF_OID ".1.1", NULL, RULE_NUMERIC_STRING, SUBSTR, 36},
    {"population", NULL, RUNDRUF_OID ".1.2", NULL, RULE_INTEGER, ORDERED, 27},
    {NULL, NULL, NULL, NULL, RULE_NONE, 0, 0},
};

guint
attribute_name_hash(gconstpointer description)
{
    guint hash = 5381;
    for (const char *p = description; *p && *p != ';'; p++)
        hash = hash * 33 + (guchar)g_ascii_tolower(*p);
    return hash;
}

gboolean
attribute_name_equal(gconstpointer a, gconstpointer b)
{
    const char *x = a, *y = b;
    while (*x && *x != ';' && g_ascii_tolower(*x) == g_ascii_tolower(*y)) {
        x++;
        y++;
    }
    return (!*x || *x == ';') && (!*y || *y == ';');
}

static gpointer
collect_types(gpointer unused G_GNUC_UNUSED)
{
    GHashTable *known = g_hash_table_new(attribute_name_hash, attribute_name_equal);
    for (const AttributeType *type = types; type->name; type++) {
        const char *const names[] = {type->name, type->alias, type->oid};
        for (guint i = 0; i < G_N_ELEMENTS(names); i++)
            if (names[i])
                g_hash_table_insert(known, (gpointer)names[i], (gpointer)type);
    }
    return known;
}

const AttributeType *
attribute_type_find(const char *description)
{
    static GOnce once = G_ONCE_INIT;
    return g_hash_table_lookup(g_once(&once, collect_types, NULL), description);
}

const AttributeType *
attribute_type_table(void)
{
    return types;
}

static gpointer
collect_names(gpointer unused G_GNUC_UNUSED)
{
    const char **names = g_new0(const char *, 2 * G_N_ELEMENTS(types) + 1);
    guint count = 0;
    for (const AttributeType *type = types; type->name; type++) {
        names[count++] = type->name;
        if (type->alias)
            names[count++] = type->alias;
    }
    return names;
}

const char *const *
attribute_type_names(void)
{
    static GOnce once = G_ONCE_INIT;
    return g_once(&once, collect_names, NULL);
}

/* RFC 4519 (2.41), 3112, 2798; Active Directory, Samba, Kerberos (MIT, Heimdal) */
static const struct {
    const char *name;
    gsize length;
} secrets[] = {
#define SECRET(name)                                                                               \
    {                                                                                              \
        name, sizeof(name) - 1                                                                     \
    }
    SECRET("userPassword"),
    SECRET("2.5.4.35"),
    SECRET("authPassword"),
    SECRET("userPKCS12"),
    SECRET("unicodePwd"),
    SECRET("dBCSPwd"),
    SECRET("ntPwdHistory"),
    SECRET("lmPwdHistory"),
    SECRET("sambaNTPassword"),
    SECRET("sambaLMPassword"),
    SECRET("sambaPasswordHistory"),
    SECRET("krbPrincipalKey"),
    SECRET("krb5Key"),
#undef SECRET
};

gboolean
attribute_is_secret(const char *description)
{
    gsize length = strcspn(description, ";");
    for (guint i = 0; i < G_N_ELEMENTS(secrets); i++)
        if (secrets[i].length == length &&
            g_ascii_strncasecmp(secrets[i].name, description, length) == 0)
            return TRUE;
    return FALSE;
}

MatchingRule
attribute_rule(const char *description)
{
    const AttributeType *type = attribute_type_find(description);
    return type ? type->rule : RULE_CASE_IGNORE;
}

gboolean
attribute_is_comparable(const char *description)
{
    MatchingRule rule = attribute_rule(description);
    return rule != RULE_OCTETS && rule != RULE_NONE;
}

gboolean
attribute_is(const char *description, const char *attribute, const AttributeType *type)
{
    if (attribute_name_equal(description, attribute))
        return TRUE;
    return type && attribute_type_find(description) == type;
}
