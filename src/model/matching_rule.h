/* SPDX-License-Identifier: GPL-3.0-or-later */
/* matching_rule.h - the matching rules that schemas and filters name (RFC 4517, 4.2): one table */
#ifndef RUNDRUF_MODEL_MATCHING_RULE_H
#define RUNDRUF_MODEL_MATCHING_RULE_H

#include "model/attribute_type.h"

typedef enum {
    ROLE_EQUALITY,
    ROLE_ORDERING, /* in an extensible match: the value is less than what is asserted */
    ROLE_SUBSTRINGS,
    ROLE_BITS_ALL, /* Active Directory: all these bits of the number are set */
    ROLE_BITS_ANY
} RuleRole;

typedef struct {
    const char *name, *oid;
    RuleRole role;
    MatchingRule rule; /* how keys are made */
    guint syntax;      /* of AttributeType */
    gboolean strings;  /* fits the syntaxes Country, Printable and Telephone, too */
} MatchingRuleInfo;

/* The rule of that name or OID; NULL if none such is known here. */
const MatchingRuleInfo *matching_rule_find(const char *name);

/* The key rule of an equality rule; RULE_NONE if it is not known here. */
MatchingRule matching_rule_of(const char *equality);

/* TRUE if the rule may compare values of the type (RFC 4511, 4.5.1.7.7). Substrings rules cannot be
 * asked for by name. */
gboolean matching_rule_fits(const MatchingRuleInfo *info, const AttributeType *type);

extern const char *const matching_rule_names[]; /* NULL at the end */

#endif
