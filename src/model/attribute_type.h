/* SPDX-License-Identifier: GPL-3.0-or-later */
/* attribute_type.h - LDAP attribute types and how their values compare: a built-in table
 *
 * The attributes of the schemas core, cosine and inetOrgPerson (RFC 4519, 4524, 2798), the
 * operational ones (RFC 4512), and Rundruf's own. Descriptions may carry options (";lang-de"),
 * which do not count here, and may be OIDs. */
#ifndef RUNDRUF_MODEL_ATTRIBUTE_TYPE_H
#define RUNDRUF_MODEL_ATTRIBUTE_TYPE_H

#include <glib.h>

typedef enum {
    RULE_CASE_IGNORE,
    RULE_CASE_EXACT,
    RULE_NUMERIC_STRING, /* blanks do not count */
    RULE_TELEPHONE,      /* blanks and hyphens do not count */
    RULE_INTEGER,
    RULE_BOOLEAN,
    RULE_GENERALIZED_TIME,
    RULE_DN,
    RULE_OCTETS /* octet for octet; also where no rule is known */
} MatchingRule;

typedef struct {
    const char *name;  /* canonical spelling */
    const char *alias; /* another name, or NULL */
    const char *oid;
    MatchingRule rule;
} AttributeType;

/* The type of a description (name, alias or OID, options ignored, ASCII case does not count), or
 * NULL. */
const AttributeType *attribute_type_find(const char *description);

/* All names and aliases, for "nearest known name"; NULL at the end; static. */
const char *const *attribute_type_names(void);

/* The rule of a description; RULE_CASE_IGNORE if its type is unknown. */
MatchingRule attribute_rule(const char *description);

/* TRUE if `description` is `attribute` (a name without options), or a subtype of it by options:
 * an alias or the OID of the same type counts, ASCII case does not. `type` is what
 * attribute_type_find() gives for `attribute`; who compares many descriptions looks it up once. */
gboolean attribute_is(const char *description, const char *attribute, const AttributeType *type);

/* TRUE for passwords and keys, which are neither kept nor shown, whoever may read them. Cheap: it is
 * asked of each attribute that comes. */
gboolean attribute_is_secret(const char *description);

/* The key of a value under a rule: what `term.norm` holds, what equality compares, octet for octet.
 * Integers of up to 99 digits and times come as text that sorts as they do, octets as hexadecimal
 * digits. NULL if the value does not fit the rule's syntax or is not text: then it is equal to
 * nothing, and filters do not see it. Owned by the caller. */
char *attribute_norm(MatchingRule rule, const char *data, gsize length);

#endif
