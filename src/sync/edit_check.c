/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/edit_check.h"

#include "base/error.h"
#include "base/i18n.h"
#include "model/address.h"
#include "model/attribute_type.h"

#include <string.h>

/* what the server keeps itself (RFC 4512, 3.4; RFC 4530; draft-chu-ldap-csn; Active Directory) */
static const char *const untouchable[] = {
    "entryUUID",       "entryCSN",          "entryDN",
    "objectGUID",      "objectSid",         "uSNChanged",
    "uSNCreated",      "whenChanged",       "whenCreated",
    "createTimestamp", "modifyTimestamp",   "creatorsName",
    "modifiersName",   "subschemaSubentry", "structuralObjectClass",
    "hasSubordinates", "numSubordinates",   "contextCSN",
};

static gboolean set_input(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean
set_input(GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (error)
        *error = g_error_new_valist(RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT, format, args);
    va_end(args);
    return FALSE;
}

/* attributedescription of RFC 4512, 2.5: a name or an OID, and options */
static gboolean
is_description(const char *text)
{
    if (!g_ascii_isalnum(*text))
        return FALSE;
    gboolean option = FALSE;
    for (const char *p = text; *p; p++) {
        if (*p == ';' && (!g_ascii_isalnum(p[1]) || p[-1] == '-'))
            return FALSE;
        option = option || *p == ';';
        if (!g_ascii_isalnum(*p) && *p != '-' && *p != ';' && (*p != '.' || option))
            return FALSE;
    }
    return TRUE;
}

static gboolean
is_type(const char *description, const char *name)
{
    return name && *name && attribute_is(description, name, attribute_type_find(name));
}

static gboolean
is_untouchable(const Config *config, const char *attribute)
{
    for (guint i = 0; i < G_N_ELEMENTS(untouchable); i++)
        if (is_type(attribute, untouchable[i]))
            return TRUE;
    return is_type(attribute, config->directory_id_attribute) ||
           is_type(attribute, config->directory_version_attribute);
}

/* "surname;lang-de" is "sn;lang-de" */
static char *
canonical(const char *attribute)
{
    const AttributeType *type = attribute_type_find(attribute);
    const char *options = strchr(attribute, ';');
    return type ? g_strconcat(type->name, options ? options : "", NULL) : g_strdup(attribute);
}

char *
edit_check_attribute(const Config *config, const char *attribute, const Attributes *entry,
                     GError **error)
{
    if (!is_description(attribute)) {
        set_input(error, _("\"%s\" is no name of a field or of an attribute"), attribute);
        return NULL;
    }
    if (is_untouchable(config, attribute)) {
        set_input(error, _("%s cannot be edited here: the directory keeps it itself"), attribute);
        return NULL;
    }
    if (attribute_is_secret(attribute)) {
        set_input(error, _("%s is a secret, which is neither kept nor edited here"), attribute);
        return NULL;
    }
    char *name = canonical(attribute);
    for (guint i = 0; entry && i < attributes_count(entry); i++) {
        const char *known = attributes_description(entry, i);
        g_autofree char *other = canonical(known);
        if (g_ascii_strcasecmp(other, name) != 0)
            continue;
        g_free(name);
        return g_strdup(known);
    }
    return name;
}

static gboolean
is_mail(const Config *config, const char *attribute)
{
    for (char **name = config->directory_fields->attributes[FIELD_MAIL]; *name; name++)
        if (is_type(attribute, *name))
            return TRUE;
    return FALSE;
}

static gboolean
check_rule(const char *attribute, const AttributeValue *value, GError **error)
{
    MatchingRule rule = attribute_rule(attribute);
    if (!attribute_type_find(attribute) || !attribute_is_comparable(attribute))
        return TRUE;
    g_autofree char *norm = attribute_norm(rule, value->data, value->length);
    g_autofree char *text = g_utf8_make_valid(value->data, (gssize)MIN(value->length, 80));
    if (norm)
        return TRUE;
    if (rule == RULE_INTEGER)
        return set_input(error, _("%s: \"%s\" is no whole number"), attribute, text);
    if (rule == RULE_DN)
        return set_input(error, _("%s: \"%s\" is no distinguished name"), attribute, text);
    return set_input(error, _("%s: \"%s\" does not fit this attribute"), attribute, text);
}

static gboolean
check_value(const Config *config, const char *attribute, const AttributeValue *value,
            GError **error)
{
    if (value->length == 0)
        return set_input(error,
                         _("%s: an empty value cannot be stored; to remove all values say: %s="),
                         attribute, attribute);
    if (value->length > EDIT_VALUE_BYTES_MAX)
        return set_input(error, _("%s: a value has more than %d octets"), attribute,
                         EDIT_VALUE_BYTES_MAX);
    if (!is_mail(config, attribute))
        return check_rule(attribute, value, error);
    g_autoptr(Address) address = address_parse(value->data, (gssize)value->length, error);
    if (!address)
        g_prefix_error(error, "%s: ", attribute);
    return address != NULL;
}

gboolean
edit_check_values(const Config *config, const char *attribute, const AttributeValue *values,
                  guint count, GError **error)
{
    for (guint i = 0; i < count; i++)
        if (!check_value(config, attribute, &values[i], error))
            return FALSE;
    return TRUE;
}
