/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "directory/ldap_change.h"

#include "model/attribute_type.h"

#include <string.h>

/* RFC 4515, 3; more is escaped than must be */
static void
append_escaped(GString *filter, const AttributeValue *value)
{
    for (gsize i = 0; i < value->length; i++) {
        guchar octet = (guchar)value->data[i];
        if (g_ascii_isalnum(octet))
            g_string_append_c(filter, (char)octet);
        else
            g_string_append_printf(filter, "\\%02x", octet);
    }
}

static void
append_equal(GString *filter, const char *description, const AttributeValue *value)
{
    g_string_append_printf(filter, "(%s=", description);
    append_escaped(filter, value);
    g_string_append_c(filter, ')');
}

static void
assert_values(const char *description, const AttributeValue *values, guint count, GString *filter)
{
    gboolean asserted = FALSE;
    for (guint i = 0;
         i < count && count <= ASSERTED_VALUES_MAX && attribute_is_comparable(description); i++)
        if (values[i].length >
            0) { /* the empty string fits few syntaxes, and then equals nothing */
            append_equal(filter, description, &values[i]);
            asserted = TRUE;
        }
    if (!asserted)
        g_string_append_printf(filter, "(%s=*)", description);
}

/* TRUE if `before` holds `description` itself or a subtype of it by options */
static gboolean
has_kind_of(const Attributes *before, const char *description)
{
    const AttributeType *type = attribute_type_find(description);
    guint values = 0;
    for (guint i = 0; before && i < attributes_count(before); i++) {
        const char *other = attributes_description(before, i);
        attributes_values(before, i, &values);
        if (values > 0 && (g_ascii_strcasecmp(other, description) == 0 ||
                           (!strchr(description, ';') && attribute_is(other, description, type))))
            return TRUE;
    }
    return FALSE;
}

void
ldap_change_assertion(const DirectoryWrite *write, const char *identity, const char *version,
                      GString *filter)
{
    guint count;
    g_string_append_printf(filter, "(&%s", identity);
    if (write->csn && version && *version) {
        AttributeValue csn = {write->csn, strlen(write->csn)};
        append_equal(filter, version, &csn);
    }
    for (guint i = 0; write->before && i < attributes_count(write->before); i++) {
        const AttributeValue *values = attributes_values(write->before, i, &count);
        if (count > 0)
            assert_values(attributes_description(write->before, i), values, count, filter);
    }
    for (guint i = 0; write->after && i < attributes_count(write->after); i++) {
        const char *description = attributes_description(write->after, i);
        if (!has_kind_of(write->before, description))
            g_string_append_printf(filter, "(!(%s=*))", description);
    }
    g_string_append_c(filter, ')');
}

static guint
value_hash(gconstpointer key)
{
    const AttributeValue *value = key;
    guint hash = 5381;
    for (gsize i = 0; i < value->length; i++)
        hash = hash * 33 + (guchar)value->data[i];
    return hash;
}

static gboolean
value_equal(gconstpointer a, gconstpointer b)
{
    const AttributeValue *x = a, *y = b;
    return x->length == y->length && memcmp(x->data, y->data, x->length) == 0;
}

static void
mod_free(gpointer data)
{
    LDAPMod *mod = data;
    if (!mod)
        return;
    g_free(mod->mod_bvalues);
    g_free(mod);
}

/* A modification with room for `count` values; none is in it yet. */
static LDAPMod *
mod_new(int operation, const char *description, guint count)
{
    LDAPMod *mod = g_new0(LDAPMod, 1);
    mod->mod_op = operation | LDAP_MOD_BVALUES;
    mod->mod_type = (char *)description;
    if (count > 0)
        mod->mod_bvalues =
            g_malloc0((count + 1) * sizeof(struct berval *) + count * sizeof(struct berval));
    return mod;
}

/* Adds to `mods` an operation on those of `values` that are not among `others`. */
static void
add_difference(GPtrArray *mods, int operation, const char *description,
               const AttributeValue *values, guint count, const AttributeValue *others,
               guint other_count)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(value_hash, value_equal);
    for (guint i = 0; i < other_count; i++)
        g_hash_table_add(seen, (gpointer)&others[i]);
    LDAPMod *mod = mod_new(operation, description, count);
    struct berval *slots = count > 0 ? (struct berval *)(mod->mod_bvalues + count + 1) : NULL;
    guint used = 0;
    for (guint i = 0; i < count; i++) {
        if (!g_hash_table_add(seen, (gpointer)&values[i]))
            continue;
        slots[used] = (struct berval){values[i].length, (char *)values[i].data};
        mod->mod_bvalues[used] = &slots[used];
        used++;
    }
    if (used > 0)
        g_ptr_array_add(mods, mod);
    else
        mod_free(mod);
}

/* What makes the values of one description in `before` those in `after`. */
static void
add_changes(GPtrArray *mods, const DirectoryWrite *write, const char *description)
{
    guint old_count = 0, new_count = 0;
    const AttributeValue *old_values = NULL, *new_values = NULL;
    if (write->before)
        old_values = attributes_find(write->before, description, &old_count);
    if (write->after)
        new_values = attributes_find(write->after, description, &new_count);
    guint first = mods->len;
    add_difference(mods, LDAP_MOD_DELETE, description, old_values, old_count, new_values,
                   new_count);
    if (mods->len > first && !attribute_is_comparable(description)) {
        /* no value can be named: the attribute goes, and comes again as it shall be */
        g_ptr_array_set_size(mods, (gint)first);
        g_ptr_array_add(mods, mod_new(LDAP_MOD_DELETE, description, 0));
        old_count = 0;
    }
    add_difference(mods, LDAP_MOD_ADD, description, new_values, new_count, old_values, old_count);
}

/* RFC 4512, 2.5: it goes into filters as it stands */
static gboolean
is_description(const char *text)
{
    if (!g_ascii_isalnum(*text))
        return FALSE;
    for (; *text; text++)
        if (!g_ascii_isalnum(*text) && !strchr("-.;", *text))
            return FALSE;
    return TRUE;
}

GPtrArray *
ldap_change_mods(const DirectoryWrite *write, const char **bad)
{
    g_autoptr(GPtrArray) mods = g_ptr_array_new_with_free_func(mod_free);
    const Attributes *sides[] = {write->before, write->after};
    guint count;
    for (guint side = 0; side < G_N_ELEMENTS(sides); side++)
        for (guint i = 0; sides[side] && i < attributes_count(sides[side]); i++) {
            const char *description = attributes_description(sides[side], i);
            if (!is_description(description)) {
                *bad = description;
                return NULL;
            }
            if (side == 0 || !write->before || !attributes_find(write->before, description, &count))
                add_changes(mods, write, description);
        }
    g_ptr_array_add(mods, NULL);
    return g_steal_pointer(&mods);
}

gboolean
ldap_change_is_blind(const DirectoryWrite *write)
{
    if (write->kind != WRITE_SET)
        return write->kind == WRITE_REMOVE;
    for (guint i = 0; write->before && i < attributes_count(write->before); i++)
        if (!attribute_is_comparable(attributes_description(write->before, i)))
            return TRUE;
    return FALSE;
}

WriteOutcome
ldap_change_outcome(WriteKind kind, int code)
{
    switch (code) {
    case LDAP_SUCCESS:
        return WRITE_DONE;
    case LDAP_ASSERTION_FAILED:
        return WRITE_CHANGED;
    case LDAP_NO_SUCH_ATTRIBUTE:
    case LDAP_TYPE_OR_VALUE_EXISTS:
        return kind == WRITE_SET ? WRITE_CHANGED : WRITE_REFUSED;
    case LDAP_NO_SUCH_OBJECT: /* for an addition it is the parent that is missing */
        return kind == WRITE_ADD ? WRITE_REFUSED : WRITE_GONE;
    case LDAP_ALREADY_EXISTS:
        return kind == WRITE_ADD ? WRITE_EXISTS : WRITE_REFUSED;
    case LDAP_STRONG_AUTH_REQUIRED:
    case LDAP_REFERRAL:
    case LDAP_CONFIDENTIALITY_REQUIRED:
    case LDAP_INSUFFICIENT_ACCESS:
    case LDAP_BUSY:
    case LDAP_UNAVAILABLE:
    case LDAP_UNWILLING_TO_PERFORM:
        return WRITE_LATER;
    default:
        return WRITE_REFUSED;
    }
}
