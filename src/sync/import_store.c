/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import_store.c - an import with a store: reading its persons, making its edits */
#include "base/error.h"
#include "base/i18n.h"
#include "store/entries.h"
#include "store/mirror.h"
#include "store/persons.h"
#include "sync/import.h"

static gboolean
offer_person(const Person *person, gpointer import, G_GNUC_UNUSED GError **error)
{
    import_offer(import, person);
    return TRUE;
}

typedef struct {
    Import *import;
    Store *store;
} Offer;

static gboolean
offer_entry(const EntryRow *row, gpointer user_data, GError **error)
{
    const Offer *offer = user_data;
    if (row->kind != ENTRY_MUNICIPALITY)
        return TRUE;
    g_autofree char *dn = entries_dn(offer->store, row->id, error);
    g_autoptr(GBytes) blob = dn ? entries_blob(offer->store, row->id, error) : NULL;
    if (!blob)
        return FALSE;
    gsize length;
    gconstpointer octets = g_bytes_get_data(blob, &length);
    g_autoptr(Attributes) attributes = attributes_decode(octets, length, error);
    if (!attributes)
        return FALSE;
    import_offer_municipality(offer->import, dn, attributes);
    return TRUE;
}

gboolean
import_load(Import *import, Store *store, GError **error)
{
    Offer offer = {import, store};
    g_autoptr(StoreTransaction) reading = store_begin_read(store, error);
    if (!reading || !entries_each(store, offer_entry, &offer, error) ||
        !persons_each(store, NULL, offer_person, import, error))
        return FALSE;
    import_finish(import);
    return TRUE;
}

/* Makes a refused edit the row's fault; what has nothing to do with the row stays an error. */
static gboolean
take_refusal(ImportRow *row, const char *path, guint line, guint column, GError *refusal,
             GError **error)
{
    if (!g_error_matches(refusal, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT) &&
        !g_error_matches(refusal, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND)) {
        g_propagate_error(error, refusal);
        return FALSE;
    }
    row->state = IMPORT_WRONG;
    g_free(row->reason);
    row->reason = g_strdup_printf("%s:%u:%u: %s", path, line, column, refusal->message);
    g_error_free(refusal);
    return TRUE;
}

/* FALSE if the roster has changed while somebody looked at what the import would do. */
static gboolean
check_base(const ImportRow *row, const Editor *editor, GError **error)
{
    g_autoptr(MirrorEntry) entry = mirror_find(editor->store, row->uuid, error);
    for (guint i = 0; entry && i < row->edits->len; i++) {
        const ImportEdit *edit = &g_array_index(row->edits, ImportEdit, i);
        g_autoptr(Attributes) now = attributes_new();
        attributes_add_from(now, entry->attributes, edit->attribute);
        if (attributes_equal(now, edit->base))
            continue;
        g_set_error(
            error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED,
            _("the roster has changed meanwhile (%s of %s), and nothing was written; import "
              "again to see what the file changes now"),
            edit->title, row->person);
        return FALSE;
    }
    return entry != NULL;
}

static gboolean
change_person(ImportRow *row, const Editor *editor, const char *path, GError **error)
{
    GError *changed_meanwhile = NULL;
    if (!check_base(row, editor, &changed_meanwhile))
        return take_refusal(row, path, row->record->line, 1, changed_meanwhile, error);
    for (guint i = 0; i < row->edits->len; i++) {
        const ImportEdit *edit = &g_array_index(row->edits, ImportEdit, i);
        const EditValue value = {edit->attribute, edit->values, edit->count};
        guint changed;
        GError *refusal = NULL;
        if (!edit_set(editor, row->uuid, &value, 1, &changed, &refusal))
            return take_refusal(row, path, edit->line, edit->column, refusal, error);
    }
    return TRUE;
}

static gboolean
add_person(ImportRow *row, const Editor *editor, const char *path, GError **error)
{
    GError *refusal = NULL;
    return edit_add(editor, row->dn, row->attributes, &refusal) ||
           take_refusal(row, path, row->record->line, 1, refusal, error);
}

gboolean
import_apply(Import *import, const Editor *editor, GError **error)
{
    const GPtrArray *rows = import_rows(import);
    const char *path = import_path(import);
    for (guint i = 0; i < rows->len; i++) {
        ImportRow *row = g_ptr_array_index(rows, i);
        if ((row->state == IMPORT_CHANGED && !change_person(row, editor, path, error)) ||
            (row->state == IMPORT_NEW && !add_person(row, editor, path, error)))
            return FALSE;
    }
    return TRUE;
}
