/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/attribute_schema.h"

#include "model/matching_rule.h"

#include <string.h>

#define SUP_DEPTH_MAX 32 /* a chain of types or classes that is longer is taken for a ring */

typedef struct {
    char *name;
    char **sups;
} ObjectClass;

struct AttributeSchema {
    GPtrArray *types;    /* of AttributeType *; from the table: not owned */
    GHashTable *by_name; /* names and OIDs -> AttributeType */
    GHashTable *parents; /* set of AttributeType that others inherit from */
    GPtrArray *names;    /* NULL at the end */
    GHashTable *classes; /* names and OIDs -> ObjectClass */
    GPtrArray *owned_classes;
    GStringChunk *texts;
};

/* RFC 4512, 4519, 4524, 2798, and OpenLDAP's core and cosine schemas */
static const struct {
    const char *names, *oid, *sup;
} classes[] = {
    {"top", "2.5.6.0", NULL},
    {"alias", "2.5.6.1", "top"},
    {"country", "2.5.6.2", "top"},
    {"locality", "2.5.6.3", "top"},
    {"organization", "2.5.6.4", "top"},
    {"organizationalUnit", "2.5.6.5", "top"},
    {"person", "2.5.6.6", "top"},
    {"organizationalPerson", "2.5.6.7", "person"},
    {"organizationalRole", "2.5.6.8", "top"},
    {"groupOfNames", "2.5.6.9", "top"},
    {"residentialPerson", "2.5.6.10", "person"},
    {"applicationProcess", "2.5.6.11", "top"},
    {"applicationEntity", "2.5.6.12", "top"},
    {"dSA", "2.5.6.13", "applicationEntity"},
    {"device", "2.5.6.14", "top"},
    {"strongAuthenticationUser", "2.5.6.15", "top"},
    {"certificationAuthority", "2.5.6.16", "top"},
    {"groupOfUniqueNames", "2.5.6.17", "top"},
    {"userSecurityInformation", "2.5.6.18", "top"},
    {"pkiUser", "2.5.6.21", "top"},
    {"pkiCA", "2.5.6.22", "top"},
    {"referral", "2.16.840.1.113730.3.2.6", "top"},
    {"extensibleObject", "1.3.6.1.4.1.1466.101.120.111", "top"},
    {"dcObject", "1.3.6.1.4.1.1466.344", "top"},
    {"uidObject", "1.3.6.1.1.3.1", "top"},
    {"labeledURIObject", "1.3.6.1.4.1.250.3.15", "top"},
    {"simpleSecurityObject", "0.9.2342.19200300.100.4.19", "top"},
    {"pilotPerson newPilotPerson", "0.9.2342.19200300.100.4.4", "person"},
    {"account", "0.9.2342.19200300.100.4.5", "top"},
    {"document", "0.9.2342.19200300.100.4.6", "top"},
    {"room", "0.9.2342.19200300.100.4.7", "top"},
    {"documentSeries", "0.9.2342.19200300.100.4.9", "top"},
    {"domain", "0.9.2342.19200300.100.4.13", "top"},
    {"RFC822localPart", "0.9.2342.19200300.100.4.14", "domain"},
    {"domainRelatedObject", "0.9.2342.19200300.100.4.17", "top"},
    {"friendlyCountry", "0.9.2342.19200300.100.4.18", "country"},
    {"pilotOrganization", "0.9.2342.19200300.100.4.20", "organization organizationalUnit"},
    {"inetOrgPerson", "2.16.840.1.113730.3.2.2", "organizationalPerson"},
    {"user", "1.2.840.113556.1.5.9", "organizationalPerson"},
    {"contact", "1.2.840.113556.1.5.15", "organizationalPerson"},
    {"posixAccount", "1.3.6.1.1.1.2.0", "top"},
    {"rundrufMunicipality", RUNDRUF_OID ".2.1", "top"},
};

static void
object_class_free(gpointer data)
{
    ObjectClass *object_class = data;
    g_strfreev(object_class->sups);
    g_free(object_class);
}

static AttributeSchema *
schema_new(GDestroyNotify free_type)
{
    AttributeSchema *schema = g_new0(AttributeSchema, 1);
    schema->types = g_ptr_array_new_with_free_func(free_type);
    schema->by_name = g_hash_table_new(attribute_name_hash, attribute_name_equal);
    schema->parents = g_hash_table_new(NULL, NULL);
    schema->names = g_ptr_array_new();
    schema->classes = g_hash_table_new(attribute_name_hash, attribute_name_equal);
    schema->owned_classes = g_ptr_array_new_with_free_func(object_class_free);
    schema->texts = g_string_chunk_new(4096);
    return schema;
}

void
attribute_schema_free(AttributeSchema *schema)
{
    if (!schema)
        return;
    g_ptr_array_unref(schema->types);
    g_hash_table_unref(schema->by_name);
    g_hash_table_unref(schema->parents);
    g_ptr_array_unref(schema->names);
    g_hash_table_unref(schema->classes);
    g_ptr_array_unref(schema->owned_classes);
    g_string_chunk_free(schema->texts);
    g_free(schema);
}

/* a copy that lives as long as the schema; NULL for "" */
static const char *
keep(AttributeSchema *schema, const char *text)
{
    return text && *text ? g_string_chunk_insert_const(schema->texts, text) : NULL;
}

static void
name_type(AttributeSchema *schema, const AttributeType *type, const char *name, gboolean listed)
{
    if (!name || g_hash_table_contains(schema->by_name, name))
        return;
    g_hash_table_insert(schema->by_name, (gpointer)name, (gpointer)type);
    if (listed)
        g_ptr_array_add(schema->names, (gpointer)name);
}

static void
add_class(AttributeSchema *schema, const char *names, const char *oid, const char *sups)
{
    ObjectClass *object_class = g_new0(ObjectClass, 1);
    g_auto(GStrv) words = g_strsplit(names, " ", -1);
    object_class->sups = g_strsplit(sups ? sups : "", " ", -1);
    g_ptr_array_add(schema->owned_classes, object_class);
    for (char **word = words; *word; word++)
        if (**word)
            g_hash_table_insert(schema->classes, (gpointer)keep(schema, *word), object_class);
    if (oid && *oid)
        g_hash_table_insert(schema->classes, (gpointer)keep(schema, oid), object_class);
}

/* after the last type: who is inherited from */
static void
finish(AttributeSchema *schema)
{
    for (guint i = 0; i < schema->types->len; i++) {
        const AttributeType *type = g_ptr_array_index(schema->types, i);
        const AttributeType *sup =
            type->sup ? g_hash_table_lookup(schema->by_name, type->sup) : NULL;
        if (sup)
            g_hash_table_add(schema->parents, (gpointer)sup);
    }
    g_ptr_array_add(schema->names, NULL);
}

static gpointer
make_builtin(gpointer unused G_GNUC_UNUSED)
{
    AttributeSchema *schema = schema_new(NULL);
    for (const AttributeType *type = attribute_type_table(); type->name; type++) {
        g_ptr_array_add(schema->types, (gpointer)type);
        name_type(schema, type, type->name, TRUE);
        name_type(schema, type, type->alias, TRUE);
        name_type(schema, type, type->oid, FALSE);
    }
    for (guint i = 0; i < G_N_ELEMENTS(classes); i++)
        add_class(schema, classes[i].names, classes[i].oid, classes[i].sup);
    finish(schema);
    return schema;
}

const AttributeSchema *
attribute_schema_builtin(void)
{
    static GOnce once = G_ONCE_INIT;
    return g_once(&once, make_builtin, NULL);
}

/* ---- the text form ---- */

/* until inherit_all() */
#define RULE_INHERITED   ((MatchingRule)(RULE_NONE + 1))
#define SYNTAX_INHERITED G_MAXUINT

enum { KIND, NAMES, OID, SUP, EQUALITY, ORDERING, SUBSTRINGS, SYNTAX, USE, PARTS };

static guint
syntax_number(const char *oid)
{
    static const char arc[] = "1.3.6.1.4.1.1466.115.121.1.";
    return g_str_has_prefix(oid, arc) ? (guint)g_ascii_strtoull(oid + strlen(arc), NULL, 10) : 0;
}

static void
add_type(AttributeSchema *schema, char **parts)
{
    AttributeType *type = g_new0(AttributeType, 1);
    g_auto(GStrv) names = g_strsplit(parts[NAMES], " ", -1);
    type->oid = keep(schema, parts[OID]);
    type->name = *names && **names ? keep(schema, *names) : type->oid;
    type->sup = keep(schema, parts[SUP]);
    type->rule = *parts[EQUALITY] ? matching_rule_of(parts[EQUALITY]) : RULE_INHERITED;
    type->has = (*parts[ORDERING] ? ORDERED : 0) | (*parts[SUBSTRINGS] ? SUBSTR : 0) |
                (*parts[USE] == 'o' ? OPERATIONAL : 0);
    type->syntax = *parts[SYNTAX] ? syntax_number(parts[SYNTAX]) : SYNTAX_INHERITED;
    g_ptr_array_add(schema->types, type);
    for (char **name = names; *name; name++)
        name_type(schema, type, keep(schema, *name), TRUE);
    name_type(schema, type, type->oid, FALSE);
}

/* RFC 4512, 2.5.1: what a type does not say, it has from the one it inherits from */
static void
inherit(AttributeSchema *schema, AttributeType *type)
{
    const AttributeType *above = type;
    for (guint depth = 0; above->sup && depth < SUP_DEPTH_MAX; depth++) {
        above = g_hash_table_lookup(schema->by_name, above->sup);
        if (!above)
            break;
        if (type->rule == RULE_INHERITED)
            type->rule = above->rule;
        if (type->syntax == SYNTAX_INHERITED)
            type->syntax = above->syntax;
        type->has |= above->has & (ORDERED | SUBSTR);
    }
}

static void
inherit_all(AttributeSchema *schema)
{
    for (guint i = 0; i < schema->types->len; i++)
        inherit(schema, g_ptr_array_index(schema->types, i));
    for (guint i = 0; i < schema->types->len; i++) {
        AttributeType *type = g_ptr_array_index(schema->types, i);
        if (type->rule == RULE_INHERITED)
            type->rule = RULE_NONE;
        if (type->syntax == SYNTAX_INHERITED)
            type->syntax = 0;
    }
}

AttributeSchema *
attribute_schema_read(const char *text)
{
    g_autoptr(AttributeSchema) schema = schema_new(g_free);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_auto(GStrv) parts = g_strsplit(*line, "\t", -1);
        guint count = g_strv_length(parts);
        if (count == PARTS && strcmp(parts[KIND], "a") == 0 && *parts[OID])
            add_type(schema, parts);
        else if (count == SUP + 1 && strcmp(parts[KIND], "c") == 0)
            add_class(schema, parts[NAMES], parts[OID], parts[SUP]);
    }
    if (schema->types->len == 0)
        return NULL;
    inherit_all(schema);
    finish(schema);
    return g_steal_pointer(&schema);
}

/* ---- asking ---- */

const AttributeType *
attribute_schema_find(const AttributeSchema *schema, const char *description)
{
    return g_hash_table_lookup(schema->by_name, description);
}

gboolean
attribute_schema_is_kind(const AttributeSchema *schema, const AttributeType *type,
                         const AttributeType *of)
{
    for (guint depth = 0; type && depth < SUP_DEPTH_MAX; depth++) {
        if (type == of)
            return TRUE;
        type = type->sup ? g_hash_table_lookup(schema->by_name, type->sup) : NULL;
    }
    return FALSE;
}

gboolean
attribute_schema_has_kinds(const AttributeSchema *schema, const AttributeType *type)
{
    return type && g_hash_table_contains(schema->parents, type);
}

const char *const *
attribute_schema_names(const AttributeSchema *schema)
{
    return (const char *const *)schema->names->pdata;
}

gboolean
attribute_schema_has_class(const AttributeSchema *schema, const char *name)
{
    return g_hash_table_contains(schema->classes, name);
}

static gboolean
class_is(const AttributeSchema *schema, const ObjectClass *object_class, const ObjectClass *of,
         guint depth)
{
    if (object_class == of)
        return TRUE;
    for (char **sup = object_class->sups; *sup && depth < SUP_DEPTH_MAX; sup++) {
        const ObjectClass *above = g_hash_table_lookup(schema->classes, *sup);
        if (above && class_is(schema, above, of, depth + 1))
            return TRUE;
    }
    return FALSE;
}

gboolean
attribute_schema_class_is(const AttributeSchema *schema, const char *name, const char *of)
{
    const ObjectClass *object_class = g_hash_table_lookup(schema->classes, name);
    const ObjectClass *wanted = g_hash_table_lookup(schema->classes, of);
    if (!object_class || !wanted)
        return g_ascii_strcasecmp(name, of) == 0;
    return class_is(schema, object_class, wanted, 0);
}
