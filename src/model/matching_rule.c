/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/matching_rule.h"

#include <string.h>

static const MatchingRuleInfo rules[] = {
    {"caseIgnoreMatch", "2.5.13.2", ROLE_EQUALITY, RULE_CASE_IGNORE, 15, TRUE},
    {"caseExactMatch", "2.5.13.5", ROLE_EQUALITY, RULE_CASE_EXACT, 15, TRUE},
    {"caseIgnoreIA5Match", "1.3.6.1.4.1.1466.109.114.2", ROLE_EQUALITY, RULE_CASE_IGNORE_IA5, 26,
     FALSE},
    {"caseExactIA5Match", "1.3.6.1.4.1.1466.109.114.1", ROLE_EQUALITY, RULE_CASE_EXACT_IA5, 26,
     FALSE},
    {"caseIgnoreListMatch", "2.5.13.11", ROLE_EQUALITY, RULE_CASE_IGNORE_LIST, 41, FALSE},
    {"numericStringMatch", "2.5.13.8", ROLE_EQUALITY, RULE_NUMERIC_STRING, 36, FALSE},
    {"telephoneNumberMatch", "2.5.13.20", ROLE_EQUALITY, RULE_TELEPHONE, 50, FALSE},
    {"integerMatch", "2.5.13.14", ROLE_EQUALITY, RULE_INTEGER, 27, FALSE},
    {"booleanMatch", "2.5.13.13", ROLE_EQUALITY, RULE_BOOLEAN, 7, FALSE},
    {"generalizedTimeMatch", "2.5.13.27", ROLE_EQUALITY, RULE_GENERALIZED_TIME, 24, FALSE},
    {"distinguishedNameMatch", "2.5.13.1", ROLE_EQUALITY, RULE_DN, 12, FALSE},
    {"uniqueMemberMatch", "2.5.13.23", ROLE_EQUALITY, RULE_NAME_AND_UID, 34, FALSE},
    {"objectIdentifierMatch", "2.5.13.0", ROLE_EQUALITY, RULE_OBJECT_IDENTIFIER, 38, FALSE},
    {"UUIDMatch", "1.3.6.1.1.16.2", ROLE_EQUALITY, RULE_UUID, 0, FALSE},
    {"CSNMatch", "1.3.6.1.4.1.4203.666.11.2.2", ROLE_EQUALITY, RULE_CSN, 0, FALSE},
    {"bitStringMatch", "2.5.13.16", ROLE_EQUALITY, RULE_BIT_STRING, 6, FALSE},
    {"octetStringMatch", "2.5.13.17", ROLE_EQUALITY, RULE_OCTETS, 40, FALSE},
    {"caseIgnoreOrderingMatch", "2.5.13.3", ROLE_ORDERING, RULE_CASE_IGNORE, 15, TRUE},
    {"caseExactOrderingMatch", "2.5.13.6", ROLE_ORDERING, RULE_CASE_EXACT, 15, TRUE},
    {"numericStringOrderingMatch", "2.5.13.9", ROLE_ORDERING, RULE_NUMERIC_STRING, 36, FALSE},
    {"integerOrderingMatch", "2.5.13.15", ROLE_ORDERING, RULE_INTEGER, 27, FALSE},
    {"generalizedTimeOrderingMatch", "2.5.13.28", ROLE_ORDERING, RULE_GENERALIZED_TIME, 24, FALSE},
    {"octetStringOrderingMatch", "2.5.13.18", ROLE_ORDERING, RULE_OCTETS, 40, FALSE},
    {"caseIgnoreSubstringsMatch", "2.5.13.4", ROLE_SUBSTRINGS, RULE_CASE_IGNORE, 15, TRUE},
    {"caseExactSubstringsMatch", "2.5.13.7", ROLE_SUBSTRINGS, RULE_CASE_EXACT, 15, TRUE},
    {"integerBitAndMatch", "1.2.840.113556.1.4.803", ROLE_BITS_ALL, RULE_INTEGER, 27, FALSE},
    {"integerBitOrMatch", "1.2.840.113556.1.4.804", ROLE_BITS_ANY, RULE_INTEGER, 27, FALSE},
};

/* in the order of the table */
const char *const matching_rule_names[] = {
    "caseIgnoreMatch",
    "caseExactMatch",
    "caseIgnoreIA5Match",
    "caseExactIA5Match",
    "caseIgnoreListMatch",
    "numericStringMatch",
    "telephoneNumberMatch",
    "integerMatch",
    "booleanMatch",
    "generalizedTimeMatch",
    "distinguishedNameMatch",
    "uniqueMemberMatch",
    "objectIdentifierMatch",
    "UUIDMatch",
    "CSNMatch",
    "bitStringMatch",
    "octetStringMatch",
    "caseIgnoreOrderingMatch",
    "caseExactOrderingMatch",
    "numericStringOrderingMatch",
    "integerOrderingMatch",
    "generalizedTimeOrderingMatch",
    "octetStringOrderingMatch",
    "caseIgnoreSubstringsMatch",
    "caseExactSubstringsMatch",
    "integerBitAndMatch",
    "integerBitOrMatch",
    NULL,
};

G_STATIC_ASSERT(G_N_ELEMENTS(matching_rule_names) == G_N_ELEMENTS(rules) + 1);

const MatchingRuleInfo *
matching_rule_find(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(rules); i++)
        if (g_ascii_strcasecmp(rules[i].name, name) == 0 || strcmp(rules[i].oid, name) == 0)
            return &rules[i];
    return NULL;
}

MatchingRule
matching_rule_of(const char *equality)
{
    const MatchingRuleInfo *info = matching_rule_find(equality);
    return info && info->role == ROLE_EQUALITY ? info->rule : RULE_NONE;
}

enum { SYNTAX_COUNTRY = 11, SYNTAX_PRINTABLE = 44, SYNTAX_TELEPHONE = 50 };

gboolean
matching_rule_fits(const MatchingRuleInfo *info, const AttributeType *type)
{
    /* to slapd the rule of object classes is one without a name */
    if (info->role == ROLE_SUBSTRINGS ||
        (info->rule == RULE_OBJECT_IDENTIFIER && strcmp(type->oid, OBJECT_CLASS_OID) == 0))
        return FALSE;
    if ((info->syntax && info->syntax == type->syntax) ||
        (info->role == ROLE_EQUALITY && info->rule == type->rule))
        return TRUE;
    /* slapd takes a country's two letters for a kind of IA5 string */
    if (type->syntax == SYNTAX_COUNTRY &&
        (info->rule == RULE_CASE_IGNORE_IA5 || info->rule == RULE_CASE_EXACT_IA5))
        return TRUE;
    return info->strings && (type->syntax == SYNTAX_COUNTRY || type->syntax == SYNTAX_PRINTABLE ||
                             type->syntax == SYNTAX_TELEPHONE);
}
