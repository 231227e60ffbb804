/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 4512, 4.2 and 5.1: the subschema that the server names, as model/attribute_schema.h reads it */
#include "directory/ldap_session.h"
#include "model/attribute_schema.h"

#include <ldap_schema.h>
#include <string.h>

/* TRUE for names and OIDs that cannot be mistaken for more than one word of a line */
static gboolean
is_word(const char *text)
{
    for (const char *p = text; *p; p++)
        if (!g_ascii_isalnum(*p) && !strchr("-._;", *p))
            return FALSE;
    return TRUE;
}

/* a tab, and the words with blanks between them */
static void
append_words(GString *out, char **words)
{
    g_string_append_c(out, '\t');
    for (guint i = 0; words && words[i]; i++) {
        if (!is_word(words[i]))
            continue;
        if (i > 0)
            g_string_append_c(out, ' ');
        g_string_append(out, words[i]);
    }
}

static void
append_word(GString *out, char *word)
{
    char *words[] = {word, NULL};
    append_words(out, words);
}

static void
append_type(GString *out, const char *definition)
{
    int code;
    const char *stopped;
    LDAPAttributeType *type =
        ldap_str2attributetype(definition, &code, &stopped, LDAP_SCHEMA_ALLOW_ALL);
    if (!type)
        return;
    g_string_append_c(out, 'a');
    append_words(out, type->at_names);
    append_word(out, type->at_oid);
    append_word(out, type->at_sup_oid);
    append_word(out, type->at_equality_oid);
    append_word(out, type->at_ordering_oid);
    append_word(out, type->at_substr_oid);
    append_word(out, type->at_syntax_oid);
    g_string_append(out, type->at_usage == LDAP_SCHEMA_USER_APPLICATIONS ? "\t\n" : "\to\n");
    ldap_attributetype_free(type);
}

static void
append_class(GString *out, const char *definition)
{
    int code;
    const char *stopped;
    LDAPObjectClass *object_class =
        ldap_str2objectclass(definition, &code, &stopped, LDAP_SCHEMA_ALLOW_ALL);
    if (!object_class)
        return;
    g_string_append_c(out, 'c');
    append_words(out, object_class->oc_names);
    append_word(out, object_class->oc_oid);
    append_words(out, object_class->oc_sup_oids);
    g_string_append_c(out, '\n');
    ldap_objectclass_free(object_class);
}

static void
append_all(GString *out, const Attributes *found, const char *attribute,
           void (*append)(GString *out, const char *definition))
{
    guint count;
    const AttributeValue *values = attributes_find(found, attribute, &count);
    for (guint i = 0; i < count && out->len <= SCHEMA_BYTES_MAX; i++) {
        g_autofree char *definition = g_strndup(values[i].data, values[i].length);
        append(out, definition);
    }
}

/* adds the attributes of one entry; FALSE if they cannot be had */
static gboolean
look(Ldap *ldap, const char *dn, const char *filter, char **attributes, Attributes *found)
{
    int code;
    return ldap_search_look(ldap, dn, LDAP_SCOPE_BASE, filter, attributes, 1, found, NULL, &code,
                            NULL) &&
           code == LDAP_SUCCESS;
}

char *
ldap_schema(Directory *directory)
{
    static char subentry[] = "subschemaSubentry";
    static char types[] = "attributeTypes", classes[] = "objectClasses";
    char *where[] = {subentry, NULL}, *what[] = {types, classes, NULL};
    Ldap *ldap = (Ldap *)directory;
    g_autoptr(Attributes) found = attributes_new();
    if (!look(ldap, "", "(objectClass=*)", where, found))
        return NULL;
    g_autofree char *dn = attributes_text(found, subentry);
    if (!dn || !look(ldap, dn, "(objectClass=subschema)", what, found))
        return NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    append_all(out, found, types, append_type);
    append_all(out, found, classes, append_class);
    if (out->len == 0 || out->len > SCHEMA_BYTES_MAX)
        return NULL;
    return g_string_free(g_steal_pointer(&out), FALSE);
}
