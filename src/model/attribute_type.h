/* SPDX-License-Identifier: GPL-3.0-or-later */
/* attribute_type.h - LDAP attribute types and how their values compare
 *
 * The built-in table: the attributes of the schemas core, cosine and inetOrgPerson (RFC 4519, 4524,
 * 2798), the operational ones (RFC 4512), and Rundruf's own. What a directory says of its own
 * schema is in attribute_schema.h. Descriptions may carry options (";lang-de"), which do not count
 * here, and may be OIDs.
 *
 * Keys are made as OpenLDAP's slapd makes them, so that a filter selects here what it selects
 * there: lower case code point by code point, then NFKC, and of all blanks only U+0020 is trimmed
 * and collapsed (RFC 4518 knows more). Slapd's tables are those of Unicode 3.2: where later
 * versions have a lower case or a decomposition, it has none (tests/lib/unicode_3_2.py). */
#ifndef RUNDRUF_MODEL_ATTRIBUTE_TYPE_H
#define RUNDRUF_MODEL_ATTRIBUTE_TYPE_H

#include <glib.h>

/* the arc of Rundruf's own schema (contrib/ldap/rundruf.schema) */
#define RUNDRUF_OID "2.25.277489367019751863136583031089298531369"

#define OBJECT_CLASS_OID "2.5.4.0"

/* by the equality rule of the type (RFC 4517, 4.2) */
typedef enum {
    RULE_CASE_IGNORE,
    RULE_CASE_EXACT,
    RULE_CASE_IGNORE_IA5, /* ASCII only */
    RULE_CASE_EXACT_IA5,
    RULE_CASE_IGNORE_LIST, /* lines with "$" between them */
    RULE_NUMERIC_STRING,   /* blanks do not count */
    RULE_TELEPHONE,        /* blanks and hyphens do not count */
    RULE_INTEGER,
    RULE_BOOLEAN,
    RULE_GENERALIZED_TIME,
    RULE_DN,
    RULE_NAME_AND_UID, /* a DN, and perhaps "#" and a bit string */
    RULE_OBJECT_IDENTIFIER,
    RULE_UUID,
    RULE_CSN, /* OpenLDAP's change sequence numbers */
    RULE_BIT_STRING,
    RULE_OCTETS, /* octet for octet */
    RULE_NONE    /* the type has no equality rule, or one that is not known here */
} MatchingRule;

/* the type has an ordering rule, a substrings rule; the server keeps it for itself (RFC 4512, 3.4), so
 * that it does not come with an entry */
enum { ORDERED = 1, SUBSTR = 2, OPERATIONAL = 4 };

typedef struct {
    const char *name;  /* canonical spelling */
    const char *alias; /* another name, or NULL */
    const char *oid;
    const char *sup; /* the type that this one is a kind of, or NULL */
    MatchingRule rule;
    guint has;    /* ORDERED, SUBSTR, OPERATIONAL */
    guint syntax; /* N of 1.3.6.1.4.1.1466.115.121.1.N (RFC 4517, 3.3); 0: another */
} AttributeType;

/* The type of a description (name, alias or OID, options ignored, ASCII case does not count), or
 * NULL. */
const AttributeType *attribute_type_find(const char *description);

/* All types of the table; `name` NULL at the end. */
const AttributeType *attribute_type_table(void);

/* All names and aliases, for "nearest known name"; NULL at the end; static. */
const char *const *attribute_type_names(void);

/* The rule of a description; RULE_CASE_IGNORE if its type is unknown. */
MatchingRule attribute_rule(const char *description);

/* FALSE where no rule tells whether two values are the same: they can be written, but a server cannot
 * be asked for them. */
gboolean attribute_is_comparable(const char *description);

/* For tables of names: descriptions are the same if they are so up to the options, ASCII case
 * apart. */
guint attribute_name_hash(gconstpointer description);
gboolean attribute_name_equal(gconstpointer a, gconstpointer b);

/* TRUE if `description` is `attribute` (a name without options), or a subtype of it by options:
 * an alias or the OID of the same type counts, ASCII case does not. `type` is what
 * attribute_type_find() gives for `attribute`; who compares many descriptions looks it up once. */
gboolean attribute_is(const char *description, const char *attribute, const AttributeType *type);

/* TRUE for passwords and keys, which are neither kept nor shown, whoever may read them. Cheap: it is
 * asked of each attribute that comes. */
gboolean attribute_is_secret(const char *description);

/* The key of a value under a rule: what `term.norm` holds, what equality compares, octet for octet.
 * Integers of up to 99 digits and times come as text that sorts as they do, octets as hexadecimal
 * digits; U+0000 to U+0002 in text as U+0001 and another (a key has no NUL). NULL if the value does
 * not fit the rule's syntax or is not text: then it is equal to nothing. Servers are not equally
 * strict, so that of values less is asked than of what is asserted. Owned by the caller. */
char *attribute_norm(MatchingRule rule, const char *data, gsize length);

/* The key of what a filter asserts; NULL if it does not fit the rule's syntax. */
char *attribute_norm_asserted(MatchingRule rule, const char *data, gsize length);

/* The key of a piece of a value, as between the stars of a filter; NULL if it does not fit the
 * syntax, or the rule has no pieces. */
typedef enum { PIECE_INITIAL, PIECE_ANY, PIECE_FINAL } PiecePlace;
char *attribute_norm_piece(MatchingRule rule, PiecePlace place, const char *data, gsize length);

#endif
