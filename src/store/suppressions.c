/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/suppressions.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/address_hash.h"
#include "store/journal.h"
#include "store/statement.h"

#include <string.h>

#define OBJECT_BYTES 6 /* of the hash: enough to tell millions apart */

enum { ADD, CHANGE, REMOVE, GET, FIND, HASH, EACH, EACH_OF };

#define COLUMNS "address, purpose, reason, note, since, author"

static const char *const texts[] = {
    [ADD] = "INSERT INTO suppression (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6)",
    [CHANGE] = "UPDATE suppression SET reason = $3, note = $4, author = $5"
               " WHERE address = $1 AND purpose = $2",
    [REMOVE] = "DELETE FROM suppression WHERE address = $1 AND purpose = $2",
    [GET] = "SELECT reason, note FROM suppression WHERE address = $1 AND purpose = $2",
    /* '*' sorts before every purpose: the particular reason comes first */
    [FIND] = "SELECT reason FROM suppression WHERE address = address_hash(" ADDRESS_SECRET ", $1)"
             " AND purpose IN ($2, '" SUPPRESSION_ALL_PURPOSES "') ORDER BY purpose DESC LIMIT 1",
    [HASH] = "SELECT address_hash(" ADDRESS_SECRET ", $1)",
    [EACH] = "SELECT " COLUMNS " FROM suppression ORDER BY since, address, purpose",
    [EACH_OF] = "SELECT " COLUMNS " FROM suppression"
                " WHERE address = address_hash(" ADDRESS_SECRET ", $1) ORDER BY since, purpose",
};
const StatementTable suppressions_statements = {"suppressions", texts, G_N_ELEMENTS(texts)};

gboolean
suppressions_hash(Store *store, const char *key, guint8 hash[ADDRESS_HASH_LENGTH], GError **error)
{
    g_autoptr(Statement) make = statement_get(store, &suppressions_statements, HASH, error);
    if (!make)
        return FALSE;
    statement_bind_text(make, 1, key);
    if (statement_step(make, error) != STEP_ROW)
        return FALSE;
    gsize length;
    gconstpointer octets = statement_blob(make, 0, &length);
    memcpy(hash, octets, ADDRESS_HASH_LENGTH);
    return TRUE;
}

char *
suppressions_object(const guint8 hash[ADDRESS_HASH_LENGTH])
{
    GString *text = g_string_new("suppression ");
    for (guint i = 0; i < OBJECT_BYTES; i++)
        g_string_append_printf(text, "%02x", hash[i]);
    return g_string_free(text, FALSE);
}

/* the one that is there for an address and a purpose */
typedef struct {
    gboolean found;
    SuppressionReason reason;
    char *note;
} Present;

static void
present_clear(Present *present)
{
    g_free(present->note);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Present, present_clear)

static gboolean
get(Store *store, const guint8 *hash, const char *purpose, Present *present, GError **error)
{
    g_autoptr(Statement) find = statement_get(store, &suppressions_statements, GET, error);
    if (!find)
        return FALSE;
    statement_bind_blob(find, 1, hash, ADDRESS_HASH_LENGTH);
    statement_bind_text(find, 2, purpose);
    StepResult result = statement_step(find, error);
    present->found = result == STEP_ROW;
    if (!present->found)
        return result == STEP_DONE;
    /* the column's CHECK allows no other word */
    suppression_reason_parse(statement_text(find, 0), &present->reason);
    present->note = g_strdup(statement_text(find, 1));
    return TRUE;
}

static SuppressionsEffect
decide(const Present *present, const Suppression *suppression)
{
    if (!present->found)
        return SUPPRESSIONS_ADDED;
    if (suppression_is_wish(present->reason) && !suppression_is_wish(suppression->reason))
        return SUPPRESSIONS_KEPT;
    if (present->reason != suppression->reason)
        return SUPPRESSIONS_CHANGED;
    gboolean same = !suppression->note || g_strcmp0(suppression->note, present->note) == 0;
    return same ? SUPPRESSIONS_KEPT : SUPPRESSIONS_CHANGED;
}

static gboolean
write_row(Store *store, const Suppression *row, const guint8 *hash, gboolean added, GError **error)
{
    g_autoptr(Statement) write =
        statement_get(store, &suppressions_statements, added ? ADD : CHANGE, error);
    if (!write)
        return FALSE;
    statement_bind_blob(write, 1, hash, ADDRESS_HASH_LENGTH);
    statement_bind_text(write, 2, row->purpose);
    statement_bind_text(write, 3, suppression_reason_text(row->reason));
    statement_bind_text(write, 4, row->note);
    if (added)
        statement_bind_int(write, 5, row->at);
    statement_bind_text(write, added ? 6 : 5, row->author);
    return statement_run(write, NULL, error);
}

static gboolean
note_deed(Store *store, const Suppression *row, const guint8 *hash, const char *deed,
          const char *detail, GError **error)
{
    g_autofree char *object = suppressions_object(hash);
    return journal_add(store, row->at, row->author, deed, object, detail, error);
}

/* the hash of the row, whichever way it is given */
static gboolean
take_hash(Store *store, const Suppression *row, guint8 hash[ADDRESS_HASH_LENGTH], GError **error)
{
    if (row->key)
        return suppressions_hash(store, row->key, hash, error);
    memcpy(hash, row->hash, ADDRESS_HASH_LENGTH);
    return TRUE;
}

gboolean
suppressions_add(Store *store, const Suppression *suppression, SuppressionsEffect *effect,
                 GError **error)
{
    guint8 hash[ADDRESS_HASH_LENGTH];
    g_auto(Present) present = {0};
    if ((suppression->note &&
         !suppression_check_note(suppression->note, suppression->key, error)) ||
        !take_hash(store, suppression, hash, error) ||
        !get(store, hash, suppression->purpose, &present, error))
        return FALSE;
    SuppressionsEffect what = decide(&present, suppression);
    gboolean added = what == SUPPRESSIONS_ADDED;
    g_autofree char *detail = g_strdup_printf("purpose %s, %s", suppression->purpose,
                                              suppression_reason_text(suppression->reason));
    if (what != SUPPRESSIONS_KEPT &&
        (!write_row(store, suppression, hash, added, error) ||
         !note_deed(store, suppression, hash, added ? "suppression.add" : "suppression.change",
                    detail, error)))
        return FALSE;
    if (effect)
        *effect = what;
    return TRUE;
}

static gboolean
delete_row(Store *store, const guint8 *hash, const char *purpose, GError **error)
{
    g_autoptr(Statement) delete = statement_get(store, &suppressions_statements, REMOVE, error);
    if (!delete)
        return FALSE;
    statement_bind_blob(delete, 1, hash, ADDRESS_HASH_LENGTH);
    statement_bind_text(delete, 2, purpose);
    return statement_run(delete, NULL, error);
}

gboolean
suppressions_remove(Store *store, const Suppression *suppression, gboolean *removed, GError **error)
{
    guint8 hash[ADDRESS_HASH_LENGTH];
    g_auto(Present) present = {0};
    const char *proof = suppression->note;
    if ((proof && !suppression_check_note(proof, suppression->key, error)) ||
        !take_hash(store, suppression, hash, error) ||
        !get(store, hash, suppression->purpose, &present, error))
        return FALSE;
    if (present.found && suppression_is_wish(present.reason) && !proof) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD,
                    _("this person %s; only the person can take that back: say how you know, with "
                      "--proof TEXT"),
                    suppression_reason_title(present.reason));
        return FALSE;
    }
    g_autofree char *detail = g_strdup_printf("purpose %s, was %s%s%s", suppression->purpose,
                                              suppression_reason_text(present.reason),
                                              proof ? ": " : "", proof ? proof : "");
    if (present.found &&
        (!delete_row(store, hash, suppression->purpose, error) ||
         !note_deed(store, suppression, hash, "suppression.remove", detail, error)))
        return FALSE;
    *removed = present.found;
    return TRUE;
}

gboolean
suppressions_find(Store *store, const char *key, const char *purpose, char **reason, GError **error)
{
    g_autoptr(Statement) find = statement_get(store, &suppressions_statements, FIND, error);
    if (!find)
        return FALSE;
    statement_bind_text(find, 1, key);
    statement_bind_text(find, 2, purpose);
    StepResult result = statement_step(find, error);
    if (result == STEP_FAILED)
        return FALSE;
    *reason = result == STEP_ROW ? g_strdup(suppression_word_title(statement_text(find, 0))) : NULL;
    return TRUE;
}

static gboolean
tell_row(Statement *each, SuppressionFunc func, gpointer user_data, GError **error)
{
    gsize length;
    Suppression row = {
        .hash = statement_blob(each, 0, &length),
        .purpose = statement_text(each, 1),
        .note = statement_text(each, 3),
        .at = statement_int(each, 4),
        .author = statement_text(each, 5),
    };
    suppression_reason_parse(statement_text(each, 2), &row.reason);
    return func(&row, user_data, error);
}

gboolean
suppressions_each(Store *store, const char *key, SuppressionFunc func, gpointer user_data,
                  GError **error)
{
    g_autoptr(Statement) each =
        statement_get(store, &suppressions_statements, key ? EACH_OF : EACH, error);
    if (!each)
        return FALSE;
    if (key)
        statement_bind_text(each, 1, key);
    StepResult result;
    while ((result = statement_step(each, error)) == STEP_ROW)
        if (!tell_row(each, func, user_data, error))
            return FALSE;
    return result == STEP_DONE;
}
