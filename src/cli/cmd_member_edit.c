/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/error.h"
#include "cli/cli.h"
#include "cli/edits.h"
#include "cli/output.h"
#include "cli/persons.h"
#include "store/mirror.h"
#include "sync/classify.h"
#include "sync/edit.h"
#include "sync/edit_check.h"
#include "sync/putback.h"

#include <stdio.h>
#include <string.h>

/* ---- which entry */

static gboolean
note_uuid(const Person *person, gpointer user_data, GError **error)
{
    (void)error;
    g_byte_array_append(user_data, person->uuid, UUID_LENGTH);
    return TRUE;
}

static void
set_several(const char *key, GError **error)
{
    g_autofree char *quoted = g_shell_quote(key);
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                _("\"%s\" is more than one person; name one by the UUID that "
                  "rundruf member show %s shows"),
                key, quoted);
}

/* A person, or any entry by its DN or UUID. Owned by the caller. */
static MirrorEntry *
find_entry(Cli *cli, const char *key, GError **error)
{
    Store *store = cli_store(cli, error);
    guint8 uuid[UUID_LENGTH];
    gint64 id = 0;
    if (!store)
        return NULL;
    if (uuid_from_text(key, strlen(key), uuid))
        return mirror_find(store, uuid, error);
    if (strchr(key, '=') && !putback_find(cli->config, store, key, &id, error))
        return NULL;
    if (id)
        return mirror_find_id(store, id, error);
    g_autoptr(GByteArray) uuids = g_byte_array_new();
    if (!persons_find(cli, key, note_uuid, uuids, error))
        return NULL;
    if (uuids->len == UUID_LENGTH)
        return mirror_find(store, uuids->data, error);
    if (uuids->len == 0)
        persons_set_not_found(key, error);
    else
        set_several(key, error);
    return NULL;
}

/* ---- which attribute */

static char *
set_wrong_entry(Cli *cli, const MirrorEntry *entry, FieldId field, GError **error)
{
    const char *name = field_table[field].name;
    if (entry->row.kind == ENTRY_MUNICIPALITY) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("%s is a field of persons, and %s is a municipality"), name, entry->dn);
        return NULL;
    }
    g_autofree char *dn =
        entry->row.municipality ? entries_dn(cli->store, entry->row.municipality, NULL) : NULL;
    g_autofree char *quoted = dn && *dn ? g_shell_quote(dn) : NULL;
    if (quoted)
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("%s is a field of the municipality; change it there: "
                      "rundruf member set %s %s=..."),
                    name, quoted, name);
    else
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("%s is a field of the municipality, and the person belongs to none"), name);
    return NULL;
}

/* Owned by the caller; NULL with INPUT. */
static char *
resolve_name(Cli *cli, const MirrorEntry *entry, const char *name, GError **error)
{
    const FieldMap *map = cli->config->directory_fields;
    FieldId field = field_find(name);
    if (field == FIELDS && !edits_know_attribute(map, name, entry->attributes, error))
        return NULL;
    if (field == FIELDS)
        return edit_check_attribute(cli->config, name, entry->attributes, error);
    if (field_table[field].of_municipality != (entry->row.kind == ENTRY_MUNICIPALITY))
        return set_wrong_entry(cli, entry, field, error);
    return g_strdup(edit_attribute_of(map, field, entry->dn, entry->attributes));
}

/* ---- FIELD=VALUE, FIELD+=VALUE, FIELD-=VALUE */

typedef struct {
    char sign; /* '=', '+' or '-' */
    char *name;
    const char *value;
} Word;

static void
word_clear(Word *word)
{
    g_free(word->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Word, word_clear)

static gboolean
read_word(const char *text, Word *word, GError **error)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text) {
        cli_usage(error, _("\"%s\": write FIELD=VALUE, FIELD+=VALUE or FIELD-=VALUE"), text);
        return FALSE;
    }
    gboolean sign = equals - text > 1 && (equals[-1] == '+' || equals[-1] == '-');
    *word = (Word){.sign = sign ? equals[-1] : '=',
                   .name = g_strndup(text, (gsize)(equals - text - sign)),
                   .value = equals + 1};
    return TRUE;
}

/* the entry's attributes as the words make them, and the names of those that they name */
typedef struct {
    Attributes *attributes;
    GPtrArray *names, *typed; /* attributes, and beside each the word by which it was named first */
} Draft;

static void
draft_clear(Draft *draft)
{
    attributes_free(draft->attributes);
    g_clear_pointer(&draft->names, g_ptr_array_unref);
    g_clear_pointer(&draft->typed, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Draft, draft_clear)

/* TRUE if no word before has named it */
static gboolean
draft_note(Draft *draft, const char *name, const char *typed)
{
    for (guint i = 0; i < draft->names->len; i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(draft->names, i), name) == 0)
            return FALSE;
    g_ptr_array_add(draft->names, g_strdup(name));
    g_ptr_array_add(draft->typed, g_strdup(typed));
    return TRUE;
}

/* the attribute alone, without the value; `found` tells whether it was there */
static Attributes *
without(const Attributes *attributes, const char *name, const char *value, gboolean *found)
{
    Attributes *rest = attributes_new();
    guint count;
    const AttributeValue *values = attributes_find(attributes, name, &count);
    *found = FALSE;
    for (guint i = 0; i < count; i++) {
        if (values[i].length == strlen(value) &&
            memcmp(values[i].data, value, values[i].length) == 0)
            *found = TRUE;
        else
            attributes_add(rest, name, values[i].data, values[i].length);
    }
    return rest;
}

static gboolean
draft_apply(Draft *draft, const char *name, const Word *word, GError **error)
{
    gboolean first = draft_note(draft, name, word->name), found = TRUE;
    g_autoptr(Attributes) values = NULL;
    if (word->sign == '-') {
        values = without(draft->attributes, name, word->value, &found);
    } else {
        values = attributes_new();
        if (!first || word->sign == '+')
            attributes_add_from(values, draft->attributes, name);
        if (*word->value)
            attributes_add(values, name, word->value, strlen(word->value));
    }
    if (!found) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT, _("%s has no value \"%s\""), name,
                    word->value);
        return FALSE;
    }
    Attributes *next = attributes_with(draft->attributes, values, name);
    attributes_free(draft->attributes);
    draft->attributes = next;
    return TRUE;
}

static gboolean
make_draft(Cli *cli, const MirrorEntry *entry, char **words, Draft *draft, GError **error)
{
    draft->attributes = attributes_with(entry->attributes, NULL, "");
    draft->names = g_ptr_array_new_with_free_func(g_free);
    draft->typed = g_ptr_array_new_with_free_func(g_free);
    for (; *words; words++) {
        g_auto(Word) word = {0};
        if (!read_word(*words, &word, error))
            return FALSE;
        g_autofree char *name = resolve_name(cli, entry, word.name, error);
        if (!name || !draft_apply(draft, name, &word, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- member set */

static gboolean
set_draft(const Editor *editor, const MirrorEntry *entry, const Draft *draft, guint *changed,
          GError **error)
{
    g_autofree EditValue *values = g_new0(EditValue, draft->names->len + 1);
    for (guint i = 0; i < draft->names->len; i++) {
        values[i].attribute = g_ptr_array_index(draft->names, i);
        values[i].values =
            attributes_find(draft->attributes, values[i].attribute, &values[i].count);
    }
    return edit_set(editor, entry->row.uuid, values, draft->names->len, changed, error);
}

static void
print_edit(const Cli *cli, const MirrorEntry *entry, const Draft *draft, guint index)
{
    const char *name = g_ptr_array_index(draft->names, index);
    const char *typed = g_ptr_array_index(draft->typed, index);
    g_autofree char *old = edits_join(entry->attributes, name);
    g_autofree char *new = edits_join(draft->attributes, name);
    if (!cli->json) {
        g_autofree char *both = g_strconcat(old, " -> ", new, NULL);
        g_autofree char *title = g_ascii_strcasecmp(typed, name) == 0
                                     ? g_strdup(name)
                                     : g_strdup_printf("%s (%s)", typed, name);
        output_pair(title, both);
        return;
    }
    g_autofree char *uuid = uuid_to_text(entry->row.uuid);
    g_autoptr(Value) value = value_new_map();
    value_set_text(value, "uuid", uuid);
    value_set_text(value, "dn", entry->dn);
    value_set_text(value, "field", typed);
    value_set_text(value, "attribute", name);
    value_set(value, "old", edits_values(entry->attributes, name));
    value_set(value, "new", edits_values(draft->attributes, name));
    output_json(value);
}

static void
say_set(const Cli *cli, const MirrorEntry *entry, const Draft *draft, guint changed,
        gboolean dry_run)
{
    if (cli->quiet)
        return;
    if (!cli->json)
        output_pair("dn", entry->dn);
    for (guint i = 0; i < draft->names->len; i++)
        print_edit(cli, entry, draft, i);
    if (cli->json)
        return;
    if (changed == 0)
        puts(_("That is so already; nothing was changed."));
    else if (dry_run)
        puts(_("Nothing was stored (--dry-run)."));
    else
        puts(_("The directory gets it with the next: rundruf sync"));
}

ExitStatus
cmd_member_set(Cli *cli, int argc, char **argv, GError **error)
{
    gboolean dry_run = FALSE;
    guint changed;
    const GOptionEntry options[] = {CLI_DRY_RUN(dry_run), CLI_END};
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 2, G_MAXINT, &status, error))
        return status;
    g_autoptr(MirrorEntry) entry = find_entry(cli, argv[1], error);
    g_auto(Draft) draft = {0};
    if (!entry || !make_draft(cli, entry, argv + 2, &draft, error))
        return STATUS_FAILED;
    Editor editor = {cli->config, cli->store, clock_now(), cli_actor()};
    g_autoptr(StoreTransaction) transaction = store_begin(cli->store, error);
    if (!transaction || !set_draft(&editor, entry, &draft, &changed, error) ||
        (!dry_run && !store_commit(g_steal_pointer(&transaction), error)))
        return STATUS_FAILED;
    say_set(cli, entry, &draft, changed, dry_run);
    return STATUS_DONE;
}

/* ---- member remove */

ExitStatus
cmd_member_remove(Cli *cli, int argc, char **argv, GError **error)
{
    gboolean dry_run = FALSE, yes = FALSE;
    const GOptionEntry options[] = {CLI_DRY_RUN(dry_run), CLI_YES(yes), CLI_END};
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 1, 1, &status, error))
        return status;
    g_autoptr(MirrorEntry) entry = find_entry(cli, argv[1], error);
    if (!entry)
        return STATUS_FAILED;
    g_autofree char *known = classify_name(cli->config, entry->row.kind, entry->attributes);
    const char *name = known ? known : entry->dn;
    g_autofree char *question =
        g_strdup_printf(_("Remove %s (%s) from the roster and the directory?"), name, entry->dn);
    if (!yes && !dry_run && !cli_confirm(question, error))
        return STATUS_FAILED;
    Editor editor = {cli->config, cli->store, clock_now(), cli_actor()};
    g_autoptr(StoreTransaction) transaction = store_begin(cli->store, error);
    if (!transaction || !edit_remove(&editor, entry->row.uuid, error) ||
        (!dry_run && !store_commit(g_steal_pointer(&transaction), error)))
        return STATUS_FAILED;
    if (cli->quiet)
        return STATUS_DONE;
    if (dry_run)
        printf(_("%s would be removed.\n"), name);
    else if (entry->missing)
        printf(_("%s is removed; the directory did not show the entry any more.\n"), name);
    else
        printf(_("%s is removed; the directory follows with the next: rundruf sync\n"), name);
    return STATUS_DONE;
}
