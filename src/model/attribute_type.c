/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/attribute_type.h"

#include <string.h>

/* an OID of the arc for UUIDs (ITU-T X.667), which needs no registry */
#define RUNDRUF_ARC "2.25.60025816124446757120172175619128376689"

/* Names, OIDs and equality rules as the named RFCs and OpenLDAP's schema files have them. Where a
 * type inherits its rule (SUP name, SUP distinguishedName), the rule stands here. */
static const AttributeType types[] = {
    /* core (RFC 4512, 4519) */
    {"objectClass", NULL, "2.5.4.0", RULE_CASE_IGNORE},
    {"aliasedObjectName", "aliasedEntryName", "2.5.4.1", RULE_DN},
    {"knowledgeInformation", NULL, "2.5.4.2", RULE_CASE_IGNORE},
    {"cn", "commonName", "2.5.4.3", RULE_CASE_IGNORE},
    {"sn", "surname", "2.5.4.4", RULE_CASE_IGNORE},
    {"serialNumber", NULL, "2.5.4.5", RULE_CASE_IGNORE},
    {"c", "countryName", "2.5.4.6", RULE_CASE_IGNORE},
    {"l", "localityName", "2.5.4.7", RULE_CASE_IGNORE},
    {"st", "stateOrProvinceName", "2.5.4.8", RULE_CASE_IGNORE},
    {"street", "streetAddress", "2.5.4.9", RULE_CASE_IGNORE},
    {"o", "organizationName", "2.5.4.10", RULE_CASE_IGNORE},
    {"ou", "organizationalUnitName", "2.5.4.11", RULE_CASE_IGNORE},
    {"title", NULL, "2.5.4.12", RULE_CASE_IGNORE},
    {"description", NULL, "2.5.4.13", RULE_CASE_IGNORE},
    {"searchGuide", NULL, "2.5.4.14", RULE_OCTETS},
    {"businessCategory", NULL, "2.5.4.15", RULE_CASE_IGNORE},
    {"postalAddress", NULL, "2.5.4.16", RULE_CASE_IGNORE},
    {"postalCode", NULL, "2.5.4.17", RULE_CASE_IGNORE},
    {"postOfficeBox", NULL, "2.5.4.18", RULE_CASE_IGNORE},
    {"physicalDeliveryOfficeName", NULL, "2.5.4.19", RULE_CASE_IGNORE},
    {"telephoneNumber", NULL, "2.5.4.20", RULE_TELEPHONE},
    {"telexNumber", NULL, "2.5.4.21", RULE_OCTETS},
    {"teletexTerminalIdentifier", NULL, "2.5.4.22", RULE_OCTETS},
    {"facsimileTelephoneNumber", "fax", "2.5.4.23", RULE_OCTETS},
    {"x121Address", NULL, "2.5.4.24", RULE_NUMERIC_STRING},
    {"internationaliSDNNumber", NULL, "2.5.4.25", RULE_NUMERIC_STRING},
    {"registeredAddress", NULL, "2.5.4.26", RULE_CASE_IGNORE},
    {"destinationIndicator", NULL, "2.5.4.27", RULE_CASE_IGNORE},
    {"preferredDeliveryMethod", NULL, "2.5.4.28", RULE_OCTETS},
    {"presentationAddress", NULL, "2.5.4.29", RULE_OCTETS},
    {"supportedApplicationContext", NULL, "2.5.4.30", RULE_CASE_IGNORE},
    {"member", NULL, "2.5.4.31", RULE_DN},
    {"owner", NULL, "2.5.4.32", RULE_DN},
    {"roleOccupant", NULL, "2.5.4.33", RULE_DN},
    {"seeAlso", NULL, "2.5.4.34", RULE_DN},
    {"userPassword", NULL, "2.5.4.35", RULE_OCTETS},
    {"userCertificate", NULL, "2.5.4.36", RULE_OCTETS},
    {"cACertificate", NULL, "2.5.4.37", RULE_OCTETS},
    {"authorityRevocationList", NULL, "2.5.4.38", RULE_OCTETS},
    {"certificateRevocationList", NULL, "2.5.4.39", RULE_OCTETS},
    {"crossCertificatePair", NULL, "2.5.4.40", RULE_OCTETS},
    {"name", NULL, "2.5.4.41", RULE_CASE_IGNORE},
    {"givenName", "gn", "2.5.4.42", RULE_CASE_IGNORE},
    {"initials", NULL, "2.5.4.43", RULE_CASE_IGNORE},
    {"generationQualifier", NULL, "2.5.4.44", RULE_CASE_IGNORE},
    {"x500UniqueIdentifier", NULL, "2.5.4.45", RULE_OCTETS},
    {"dnQualifier", NULL, "2.5.4.46", RULE_CASE_IGNORE},
    {"enhancedSearchGuide", NULL, "2.5.4.47", RULE_OCTETS},
    {"protocolInformation", NULL, "2.5.4.48", RULE_OCTETS},
    {"distinguishedName", NULL, "2.5.4.49", RULE_DN},
    {"uniqueMember", NULL, "2.5.4.50", RULE_DN},
    {"houseIdentifier", NULL, "2.5.4.51", RULE_CASE_IGNORE},
    {"supportedAlgorithms", NULL, "2.5.4.52", RULE_OCTETS},
    {"deltaRevocationList", NULL, "2.5.4.53", RULE_OCTETS},
    {"dmdName", NULL, "2.5.4.54", RULE_CASE_IGNORE},
    {"pseudonym", NULL, "2.5.4.65", RULE_CASE_IGNORE},
    {"labeledURI", NULL, "1.3.6.1.4.1.250.1.57", RULE_CASE_EXACT},
    {"uid", "userid", "0.9.2342.19200300.100.1.1", RULE_CASE_IGNORE},
    {"mail", "rfc822Mailbox", "0.9.2342.19200300.100.1.3", RULE_CASE_IGNORE},
    {"dc", "domainComponent", "0.9.2342.19200300.100.1.25", RULE_CASE_IGNORE},
    {"associatedDomain", NULL, "0.9.2342.19200300.100.1.37", RULE_CASE_IGNORE},
    {"email", "emailAddress", "1.2.840.113549.1.9.1", RULE_CASE_IGNORE},
    /* cosine (RFC 4524) */
    {"textEncodedORAddress", NULL, "0.9.2342.19200300.100.1.2", RULE_CASE_IGNORE},
    {"info", NULL, "0.9.2342.19200300.100.1.4", RULE_CASE_IGNORE},
    {"drink", "favouriteDrink", "0.9.2342.19200300.100.1.5", RULE_CASE_IGNORE},
    {"roomNumber", NULL, "0.9.2342.19200300.100.1.6", RULE_CASE_IGNORE},
    {"photo", NULL, "0.9.2342.19200300.100.1.7", RULE_OCTETS},
    {"userClass", NULL, "0.9.2342.19200300.100.1.8", RULE_CASE_IGNORE},
    {"host", NULL, "0.9.2342.19200300.100.1.9", RULE_CASE_IGNORE},
    {"manager", NULL, "0.9.2342.19200300.100.1.10", RULE_DN},
    {"documentIdentifier", NULL, "0.9.2342.19200300.100.1.11", RULE_CASE_IGNORE},
    {"documentTitle", NULL, "0.9.2342.19200300.100.1.12", RULE_CASE_IGNORE},
    {"documentVersion", NULL, "0.9.2342.19200300.100.1.13", RULE_CASE_IGNORE},
    {"documentAuthor", NULL, "0.9.2342.19200300.100.1.14", RULE_DN},
    {"documentLocation", NULL, "0.9.2342.19200300.100.1.15", RULE_CASE_IGNORE},
    {"homePhone", "homeTelephoneNumber", "0.9.2342.19200300.100.1.20", RULE_TELEPHONE},
    {"secretary", NULL, "0.9.2342.19200300.100.1.21", RULE_DN},
    {"otherMailbox", NULL, "0.9.2342.19200300.100.1.22", RULE_OCTETS},
    {"lastModifiedTime", NULL, "0.9.2342.19200300.100.1.23", RULE_OCTETS},
    {"lastModifiedBy", NULL, "0.9.2342.19200300.100.1.24", RULE_DN},
    {"aRecord", NULL, "0.9.2342.19200300.100.1.26", RULE_CASE_IGNORE},
    {"mDRecord", NULL, "0.9.2342.19200300.100.1.27", RULE_CASE_IGNORE},
    {"mXRecord", NULL, "0.9.2342.19200300.100.1.28", RULE_CASE_IGNORE},
    {"nSRecord", NULL, "0.9.2342.19200300.100.1.29", RULE_CASE_IGNORE},
    {"sOARecord", NULL, "0.9.2342.19200300.100.1.30", RULE_CASE_IGNORE},
    {"cNAMERecord", NULL, "0.9.2342.19200300.100.1.31", RULE_CASE_IGNORE},
    {"associatedName", NULL, "0.9.2342.19200300.100.1.38", RULE_DN},
    {"homePostalAddress", NULL, "0.9.2342.19200300.100.1.39", RULE_CASE_IGNORE},
    {"personalTitle", NULL, "0.9.2342.19200300.100.1.40", RULE_CASE_IGNORE},
    {"mobile", "mobileTelephoneNumber", "0.9.2342.19200300.100.1.41", RULE_TELEPHONE},
    {"pager", "pagerTelephoneNumber", "0.9.2342.19200300.100.1.42", RULE_TELEPHONE},
    {"co", "friendlyCountryName", "0.9.2342.19200300.100.1.43", RULE_CASE_IGNORE},
    {"uniqueIdentifier", NULL, "0.9.2342.19200300.100.1.44", RULE_CASE_IGNORE},
    {"organizationalStatus", NULL, "0.9.2342.19200300.100.1.45", RULE_CASE_IGNORE},
    {"janetMailbox", NULL, "0.9.2342.19200300.100.1.46", RULE_CASE_IGNORE},
    {"mailPreferenceOption", NULL, "0.9.2342.19200300.100.1.47", RULE_INTEGER},
    {"buildingName", NULL, "0.9.2342.19200300.100.1.48", RULE_CASE_IGNORE},
    {"dSAQuality", NULL, "0.9.2342.19200300.100.1.49", RULE_OCTETS},
    {"singleLevelQuality", NULL, "0.9.2342.19200300.100.1.50", RULE_OCTETS},
    {"subtreeMinimumQuality", NULL, "0.9.2342.19200300.100.1.51", RULE_OCTETS},
    {"subtreeMaximumQuality", NULL, "0.9.2342.19200300.100.1.52", RULE_OCTETS},
    {"personalSignature", NULL, "0.9.2342.19200300.100.1.53", RULE_OCTETS},
    {"dITRedirect", NULL, "0.9.2342.19200300.100.1.54", RULE_DN},
    {"audio", NULL, "0.9.2342.19200300.100.1.55", RULE_OCTETS},
    {"documentPublisher", NULL, "0.9.2342.19200300.100.1.56", RULE_CASE_IGNORE},
    /* inetOrgPerson (RFC 2798) */
    {"carLicense", NULL, "2.16.840.1.113730.3.1.1", RULE_CASE_IGNORE},
    {"departmentNumber", NULL, "2.16.840.1.113730.3.1.2", RULE_CASE_IGNORE},
    {"displayName", NULL, "2.16.840.1.113730.3.1.241", RULE_CASE_IGNORE},
    {"employeeNumber", NULL, "2.16.840.1.113730.3.1.3", RULE_CASE_IGNORE},
    {"employeeType", NULL, "2.16.840.1.113730.3.1.4", RULE_CASE_IGNORE},
    {"jpegPhoto", NULL, "0.9.2342.19200300.100.1.60", RULE_OCTETS},
    {"preferredLanguage", NULL, "2.16.840.1.113730.3.1.39", RULE_CASE_IGNORE},
    {"userSMIMECertificate", NULL, "2.16.840.1.113730.3.1.40", RULE_OCTETS},
    {"userPKCS12", NULL, "2.16.840.1.113730.3.1.216", RULE_OCTETS},
    /* operational: RFC 4512 (3.4), 4530, 5020; OpenLDAP's own */
    {"structuralObjectClass", NULL, "2.5.21.9", RULE_CASE_IGNORE},
    {"createTimestamp", NULL, "2.5.18.1", RULE_GENERALIZED_TIME},
    {"modifyTimestamp", NULL, "2.5.18.2", RULE_GENERALIZED_TIME},
    {"creatorsName", NULL, "2.5.18.3", RULE_DN},
    {"modifiersName", NULL, "2.5.18.4", RULE_DN},
    {"hasSubordinates", NULL, "2.5.18.9", RULE_BOOLEAN},
    {"subschemaSubentry", NULL, "2.5.18.10", RULE_DN},
    {"entryUUID", NULL, "1.3.6.1.1.16.4", RULE_CASE_IGNORE},
    {"entryDN", NULL, "1.3.6.1.1.20", RULE_DN},
    {"entryCSN", NULL, "1.3.6.1.4.1.4203.666.1.7", RULE_CASE_IGNORE},
    {"contextCSN", NULL, "1.3.6.1.4.1.4203.666.1.25", RULE_CASE_IGNORE},
    {"memberOf", NULL, "1.2.840.113556.1.2.102", RULE_DN},
    /* nis (RFC 2307) and Active Directory, as far as rosters use them */
    {"uidNumber", NULL, "1.3.6.1.1.1.1.0", RULE_INTEGER},
    {"gidNumber", NULL, "1.3.6.1.1.1.1.1", RULE_INTEGER},
    {"objectGUID", NULL, "1.2.840.113556.1.4.2", RULE_OCTETS},
    {"sAMAccountName", NULL, "1.2.840.113556.1.4.221", RULE_CASE_IGNORE},
    {"userPrincipalName", NULL, "1.2.840.113556.1.4.656", RULE_CASE_IGNORE},
    {"company", NULL, "1.2.840.113556.1.2.146", RULE_CASE_IGNORE},
    {"department", NULL, "1.2.840.113556.1.2.141", RULE_CASE_IGNORE},
    /* Rundruf's own (contrib/ldap) */
    {"ags", NULL, RUNDRUF_ARC ".1.1", RULE_NUMERIC_STRING},
    {"population", NULL, RUNDRUF_ARC ".1.2", RULE_INTEGER},
};

/* TRUE if the first `length` octets of `name` are a name, an alias or the OID of the type */
static gboolean
has_name(const AttributeType *type, const char *name, gsize length)
{
    const char *const known[] = {type->name, type->alias, type->oid};
    for (guint i = 0; i < G_N_ELEMENTS(known); i++)
        if (known[i] && g_ascii_strncasecmp(known[i], name, length) == 0 && !known[i][length])
            return TRUE;
    return FALSE;
}

const AttributeType *
attribute_type_find(const char *description)
{
    gsize length = strcspn(description, ";");
    for (guint i = 0; i < G_N_ELEMENTS(types); i++)
        if (has_name(&types[i], description, length))
            return &types[i];
    return NULL;
}

static gpointer
collect_names(gpointer unused G_GNUC_UNUSED)
{
    const char **names = g_new0(const char *, 2 * G_N_ELEMENTS(types) + 1);
    guint count = 0;
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        names[count++] = types[i].name;
        if (types[i].alias)
            names[count++] = types[i].alias;
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
attribute_is(const char *description, const char *attribute, const AttributeType *type)
{
    gsize length = strcspn(description, ";");
    if (g_ascii_strncasecmp(description, attribute, length) == 0 && !attribute[length])
        return TRUE;
    return type && has_name(type, description, length);
}
