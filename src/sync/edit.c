/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/edit.h"

#include "base/error.h"
#include "base/i18n.h"
#include "directory/dn.h"
#include "model/attribute_type.h"
#include "model/dn_value.h"
#include "store/changes.h"
#include "store/journal.h"
#include "store/mirror.h"
#include "sync/edit_check.h"
#include "sync/merge.h"
#include "sync/putback.h"

#include <string.h>

static gboolean
check_editable(const Config *config, GError **error)
{
    if (!config->directory_uri || !g_str_has_prefix(config->directory_uri, "ldif:"))
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                _("the roster is the file %s: change it there, then say: rundruf sync"),
                config->directory_uri + strlen("ldif:"));
    return FALSE;
}

/* NULL in the caller's transaction; else one of its own, which `own` keeps. */
static gboolean
begin(Store *store, StoreTransaction **own, GError **error)
{
    *own = store_in_transaction(store) ? NULL : store_begin(store, error);
    return *own || store_in_transaction(store);
}

static gboolean
commit(StoreTransaction **own, GError **error)
{
    return !*own || store_commit(g_steal_pointer(own), error);
}

static gboolean
note_deed(const Editor *editor, const char *deed, const Change *change, GError **error)
{
    g_autofree char *detail = g_strdup_printf("change=%" PRId64 "%s%s", change->id,
                                              change->attribute ? " attribute=" : "",
                                              change->attribute ? change->attribute : "");
    return journal_add(editor->store, editor->now, editor->actor, deed, change->dn, detail, error);
}

static gboolean
is_among(const GArray *parts, const char *attribute)
{
    for (guint i = 0; parts && i < parts->len; i++) {
        const DnValue *part = &g_array_index(parts, DnValue, i);
        if (attribute_is(attribute, part->type, attribute_type_find(part->type)))
            return TRUE;
    }
    return FALSE;
}

gboolean
edit_names_entry(const char *dn, const char *attribute)
{
    g_autoptr(GArray) parts = dn_value_parse(dn, dn_rdn_length(dn));
    return is_among(parts, attribute);
}

const char *
edit_attribute_of(const FieldMap *map, FieldId field, const char *dn, const Attributes *entry)
{
    const char *first = NULL;
    guint count = 0;
    for (char **name = map->attributes[field]; *name; name++) {
        if (dn && edit_names_entry(dn, *name))
            continue;
        if (entry && attributes_find(entry, *name, &count) && count > 0)
            return *name;
        first = first ? first : *name;
    }
    return first ? first : map->attributes[field][0];
}

/* RFC 4514, 2.4 */
static char *
escape_value(const char *value)
{
    GString *text = g_string_new(NULL);
    for (const char *p = value; *p; p++) {
        gboolean edge = *p == ' ' && (p == value || !p[1]);
        if (strchr(",+\"\\<>;=", *p) || edge || (*p == '#' && p == value))
            g_string_append_c(text, '\\');
        g_string_append_c(text, *p);
    }
    return g_string_free(text, FALSE);
}

char *
edit_person_dn(const char *name, const char *municipality_dn)
{
    g_autofree char *value = escape_value(name);
    return g_strconcat("cn=", value, ",", municipality_dn, NULL);
}

static MirrorEntry *
find_shown(const Editor *editor, const guint8 uuid[UUID_LENGTH], GError **error)
{
    g_autoptr(MirrorEntry) entry = mirror_find(editor->store, uuid, error);
    if (!entry || !entry->missing)
        return g_steal_pointer(&entry);
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                _("the directory does not show %s (any more): it can be removed here, not edited"),
                entry->dn);
    return NULL;
}

/* the attribute alone */
static Attributes *
make_values(const char *attribute, const AttributeValue *values, guint count)
{
    Attributes *attributes = attributes_new();
    for (guint i = 0; i < count; i++)
        attributes_add(attributes, attribute, values[i].data, values[i].length);
    return attributes;
}

static char *
check_edit(const Editor *editor, const MirrorEntry *entry, const EditValue *value, GError **error)
{
    g_autofree char *attribute =
        edit_check_attribute(editor->config, value->attribute, entry->attributes, error);
    if (!attribute ||
        !edit_check_values(editor->config, attribute, value->values, value->count, error))
        return NULL;
    if (!edit_names_entry(entry->dn, attribute))
        return g_steal_pointer(&attribute);
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                _("%s is part of the name of %s: rename the entry in the directory, then say: "
                  "rundruf sync"),
                attribute, entry->dn);
    return NULL;
}

/* An edit of what waits already becomes part of that, whose `old` stays, even if the new values are
 * those again: what the directory has may be others by now. */
static gboolean
add_set(const Editor *editor, Change *change, GError **error)
{
    g_autoptr(Change) waiting = NULL;
    if (!changes_waiting(editor->store, change->uuid, change->attribute, &waiting, error))
        return FALSE;
    if (!waiting)
        return changes_add(editor->store, change, error);
    g_autoptr(Attributes) old = NULL, new = NULL;
    merge_join(change->attribute, waiting->old, waiting->new, change->old, change->new, &old, &new);
    change->id = waiting->id;
    Change joined = *change;
    joined.old = old;
    joined.new = new;
    return changes_extend(editor->store, &joined, error);
}

/* One attribute: the change and `*attributes` as they are after it. */
static gboolean
set_one(const Editor *editor, const MirrorEntry *entry, const EditValue *value,
        Attributes **attributes, guint *changed, GError **error)
{
    g_autofree char *attribute = check_edit(editor, entry, value, error);
    if (!attribute)
        return FALSE;
    g_autoptr(Attributes) old = attributes_new();
    attributes_add_from(old, *attributes, attribute);
    g_autoptr(Attributes) new = make_values(attribute, value->values, value->count);
    if (attributes_equal(old, new))
        return TRUE;
    Change change = {.kind = CHANGE_SET,
                     .dn = entry->dn,
                     .attribute = attribute,
                     .old = old,
                     .new = new,
                     .csn = entry->csn,
                     .author = (char *)editor->actor,
                     .at = editor->now};
    memcpy(change.uuid, entry->row.uuid, UUID_LENGTH);
    if (!add_set(editor, &change, error) || !note_deed(editor, "member.set", &change, error))
        return FALSE;
    Attributes *after = attributes_with(*attributes, new, attribute);
    attributes_free(*attributes);
    *attributes = after;
    (*changed)++;
    return TRUE;
}

/* Where the edits have led back to what the directory shows, there is nothing to send. */
static gboolean
write_edited(const Editor *editor, const MirrorEntry *entry, Attributes *attributes, GError **error)
{
    guint8 digest[DIGEST_LENGTH];
    g_autoptr(GByteArray) blob = attributes_encode(attributes);
    digest_sha256(blob->data, blob->len, digest);
    if (memcmp(digest, entry->row.digest, sizeof digest) == 0 &&
        !changes_take_back(editor->store, entry->row.uuid, error))
        return FALSE;
    return mirror_write(editor->store, entry, attributes, entry->row.digest, entry->csn, error);
}

gboolean
edit_set(const Editor *editor, const guint8 uuid[UUID_LENGTH], const EditValue *values, guint count,
         guint *changed, GError **error)
{
    g_autoptr(StoreTransaction) own = NULL;
    guint differ = 0;
    if (!check_editable(editor->config, error) || !begin(editor->store, &own, error))
        return FALSE;
    g_autoptr(MirrorEntry) entry = find_shown(editor, uuid, error);
    if (!entry)
        return FALSE;
    g_autoptr(Attributes) attributes = attributes_with(entry->attributes, NULL, "");
    for (guint i = 0; i < count; i++)
        if (!set_one(editor, entry, &values[i], &attributes, &differ, error))
            return FALSE;
    if ((differ > 0 && !write_edited(editor, entry, attributes, error)) || !commit(&own, error))
        return FALSE;
    *changed = differ;
    return TRUE;
}

/* The removal takes along what else waits for the entry. */
static gboolean
drop_waiting(const Editor *editor, const guint8 uuid[UUID_LENGTH], GError **error)
{
    g_autoptr(GPtrArray) open = changes_of(editor->store, uuid, error);
    if (!open)
        return FALSE;
    for (guint i = 0; i < open->len; i++) {
        const Change *change = g_ptr_array_index(open, i);
        if (change->state == CHANGE_WAITING &&
            !changes_settle(editor->store, change->id, CHANGE_DROPPED, NULL,
                            _("the entry was removed here"), editor->now, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
remove_entry(const Editor *editor, const MirrorEntry *entry, GError **error)
{
    Change change = {.kind = CHANGE_REMOVE,
                     .dn = entry->dn,
                     .old = entry->attributes,
                     .csn = entry->csn,
                     .author = (char *)editor->actor,
                     .at = editor->now};
    memcpy(change.uuid, entry->row.uuid, UUID_LENGTH);
    return drop_waiting(editor, entry->row.uuid, error) &&
           mirror_remove(editor->store, entry, editor->now, error) &&
           (entry->missing || changes_add(editor->store, &change, error)) &&
           note_deed(editor, "member.remove", &change, error);
}

gboolean
edit_remove(const Editor *editor, const guint8 uuid[UUID_LENGTH], GError **error)
{
    g_autoptr(StoreTransaction) own = NULL;
    gboolean used;
    if (!check_editable(editor->config, error) || !begin(editor->store, &own, error))
        return FALSE;
    g_autoptr(MirrorEntry) entry = mirror_find(editor->store, uuid, error);
    if (!entry || !mirror_is_used(editor->store, entry->row.id, &used, error))
        return FALSE;
    if (used) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("%s has others below it or belonging to it: remove or move these first"),
                    entry->dn);
        return FALSE;
    }
    return remove_entry(editor, entry, error) && commit(&own, error);
}

static gboolean
check_new_dn(const Editor *editor, const char *dn, GError **error)
{
    g_autofree char *key = dn ? dn_key(dn) : NULL;
    g_autofree char *base = dn_key(editor->config->directory_base);
    gboolean waits = FALSE;
    gint64 id = 0;
    if (!key || !base || !dn_key_is_below(key, base) || strcmp(key, base) == 0) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("the new entry must be named by a DN below %s"),
                    editor->config->directory_base);
        return FALSE;
    }
    if (!putback_find(editor->config, editor->store, dn, &id, error) ||
        !changes_adds(editor->store, dn, &waits, error))
        return FALSE;
    if (!id && !waits)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                id ? _("there is an entry %s already; change it with: rundruf member set")
                   : _("an entry %s waits to be added already; say: rundruf sync"),
                dn);
    return FALSE;
}

/* checked, in canonical spelling, with the values that its name is made of (RFC 4511, 4.7) */
static Attributes *
complete(const Editor *editor, const char *dn, const Attributes *given, GError **error)
{
    g_autoptr(Attributes) all = attributes_new();
    g_autoptr(GArray) parts = dn_value_parse(dn, dn_rdn_length(dn));
    for (guint i = 0; parts && i < parts->len; i++) {
        const DnValue *part = &g_array_index(parts, DnValue, i);
        g_autofree char *name = edit_check_attribute(editor->config, part->type, given, error);
        if (!name)
            return NULL;
        attributes_add(all, name, part->data, part->length);
    }
    for (guint i = 0; i < attributes_count(given); i++) {
        guint count;
        const AttributeValue *values = attributes_values(given, i, &count);
        g_autofree char *name =
            edit_check_attribute(editor->config, attributes_description(given, i), all, error);
        if (!name || !edit_check_values(editor->config, name, values, count, error))
            return NULL;
        for (guint j = 0; j < count; j++)
            attributes_add(all, name, values[j].data, values[j].length);
    }
    return g_steal_pointer(&all);
}

gboolean
edit_add(const Editor *editor, const char *dn, Attributes *attributes, GError **error)
{
    g_autoptr(StoreTransaction) own = NULL;
    guint count;
    g_autofree char *spelled = dn_text(dn);
    if (!check_editable(editor->config, error) || !begin(editor->store, &own, error) ||
        !check_new_dn(editor, spelled, error))
        return FALSE;
    g_autoptr(Attributes) all = complete(editor, spelled, attributes, error);
    if (!all)
        return FALSE;
    if (!attributes_find(all, "objectClass", &count)) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("a new entry needs its objectClass, e.g. objectClass=inetOrgPerson"));
        return FALSE;
    }
    Change change = {.kind = CHANGE_ADD,
                     .dn = spelled,
                     .new = all,
                     .author = (char *)editor->actor,
                     .at = editor->now};
    return changes_add(editor->store, &change, error) &&
           note_deed(editor, "member.add", &change, error) && commit(&own, error);
}

/* The edit again, as if it were made now. */
static gboolean
edit_again(const Editor *editor, const Change *change, const AttributeValue *values, guint count,
           GError **error)
{
    guint changed;
    EditValue value = {change->attribute, values, count};
    switch (change->kind) {
    case CHANGE_ADD:
        return edit_add(editor, change->dn, change->new, error);
    case CHANGE_REMOVE:
        return edit_remove(editor, change->uuid, error);
    case CHANGE_SET:
        break;
    }
    if (edit_set(editor, change->uuid, &value, 1, &changed, error))
        return TRUE;
    if (error && g_error_matches(*error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND))
        g_prefix_error(error, _("edit %" PRId64 " can only be dropped (--theirs): "), change->id);
    return FALSE;
}

static gboolean
check_decision(const Change *change, EditDecision decision, GError **error)
{
    if (change->state != CHANGE_CONFLICT && change->state != CHANGE_REFUSED) {
        g_set_error(
            error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
            _("edit %" PRId64 " needs no decision; those that do: rundruf member conflicts"),
            change->id);
        return FALSE;
    }
    if (decision != DECIDE_VALUE || change->kind == CHANGE_SET)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                _("edit %" PRId64 " is of a whole entry: decide with --ours or --theirs"),
                change->id);
    return FALSE;
}

gboolean
edit_decide(const Editor *editor, gint64 id, EditDecision decision, const AttributeValue *values,
            guint count, GError **error)
{
    static const char *const deeds[] = {
        [DECIDE_OURS] = "conflict.ours",
        [DECIDE_THEIRS] = "conflict.theirs",
        [DECIDE_VALUE] = "conflict.value",
    };
    g_autoptr(StoreTransaction) own = NULL;
    if (!begin(editor->store, &own, error))
        return FALSE;
    g_autoptr(Change) change = changes_find(editor->store, id, error);
    if (!change || !check_decision(change, decision, error) ||
        !changes_settle(editor->store, id, CHANGE_DROPPED, change->theirs, change->reason,
                        editor->now, error) ||
        !note_deed(editor, deeds[decision], change, error))
        return FALSE;
    if (decision == DECIDE_OURS && change->kind == CHANGE_SET)
        values = attributes_find(change->new, change->attribute, &count);
    if (decision != DECIDE_THEIRS && !edit_again(editor, change, values, count, error))
        return FALSE;
    return commit(&own, error);
}
