/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/deliveries.h"

#include "base/error.h"
#include "base/i18n.h"
#include "store/address_hash.h"
#include "store/statement.h"

#include <string.h>

#define COLUMNS                                                                                    \
    "d.id, d.mailing, d.person, d.name, d.address, d.state, d.attempts, d.due, d.claimed_at,"      \
    " d.settled_at, d.code, d.text, d.message_id"
/* the condition of the index delivery_due, word by word */
#define WAITING "state IN ('queued', 'retry')"

#define MISSED N_("not sent before the end of the mailing")

enum {
    INSERT,
    HOLDER,
    DOMAINS,
    DUE,
    LOOK,
    CLAIM,
    WITHHOLD,
    KEY,
    RELEASE,
    PROMOTE,
    SETTLE,
    RECOVER,
    CLAIMED,
    PULL_IN,
    MISS,
    CANCEL,
    RETRY,
    WAITING_BY_DOMAIN,
    COUNT,
    COUNT_REPEATED,
    EACH,
    ADDRESSES
};

static const char *const texts[] = {
    [INSERT] =
        "INSERT INTO delivery (mailing, person, name, address, key, shares, state, due, text)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (mailing, key) DO NOTHING",
    [HOLDER] = "SELECT name FROM delivery WHERE mailing = $1 AND key = $2",
    /* from one domain to the next by the index: the cost is that of the domains, not of the rows */
    [DOMAINS] =
        "WITH RECURSIVE found (mailing, domain) AS ("
        " SELECT m.id, (SELECT min(q.domain) FROM delivery q WHERE q.mailing = m.id AND q." WAITING
        ") FROM mailing m"
        " WHERE m.state = 'running' AND m.due <= $1 AND m.not_after > $1"
        " UNION ALL"
        " SELECT f.mailing, (SELECT min(q.domain) FROM delivery q WHERE q.mailing = f.mailing"
        " AND q." WAITING " AND q.domain > f.domain) FROM found f WHERE f.domain IS NOT NULL)"
        " SELECT domain FROM found f WHERE domain IS NOT NULL AND (SELECT min(q.due) FROM delivery "
        "q"
        " WHERE q.mailing = f.mailing AND q." WAITING " AND q.domain = f.domain) <= $1 LIMIT $2",
    /* $2 rows of each running mailing, by its part of delivery_due, then the first $2 of them all:
     * the cost does not depend on how many rows are queued */
    [DUE] = "SELECT " COLUMNS " FROM mailing m JOIN delivery d ON d.id IN"
            " (SELECT q.id FROM delivery q WHERE q.mailing = m.id AND q." WAITING
            "  AND q.domain = $3 AND q.due <= $1 AND (q.due, q.id) > ($4, $5)"
            "  ORDER BY q.due, q.id LIMIT $2)"
            " WHERE m.state = 'running' AND m.due <= $1 AND m.not_after > $1"
            " ORDER BY d.due, d.id LIMIT $2",
    /* the plus keeps `purpose` out of the look-up, for which SQLite would make a table of the two */
    [LOOK] = "SELECT (SELECT s.reason FROM suppression s"
             "  WHERE s.address = address_hash(" ADDRESS_SECRET ", d.key)"
             "  AND +s.purpose IN (m.purpose, '" SUPPRESSION_ALL_PURPOSES "')"
             "  ORDER BY s.purpose DESC LIMIT 1),"
             " EXISTS (SELECT 1 FROM entry e WHERE e.uuid = d.person AND e.kind = 'person')"
             " FROM delivery d JOIN mailing m ON m.id = d.mailing WHERE d.id = $1"
             " AND d." WAITING " AND d.due <= $2"
             " AND m.state = 'running' AND m.not_after > $2",
    [CLAIM] = "UPDATE delivery SET state = 'claimed', claimed_at = $2, message_id = $3"
              " WHERE id = $1",
    [WITHHOLD] = "UPDATE delivery SET state = 'suppressed', settled_at = $2, text = $3"
                 " WHERE id = $1",
    [KEY] = "SELECT key FROM delivery WHERE id = $1",
    [RELEASE] = "UPDATE delivery SET key = NULL WHERE id = $1",
    [PROMOTE] = "UPDATE delivery SET state = 'queued', address = $3, key = shares, shares = NULL,"
                " text = NULL WHERE id ="
                " (SELECT min(id) FROM delivery WHERE mailing = $1 AND shares = $2)",
    [SETTLE] = "UPDATE delivery SET state = $2, attempts = $3, due = $4, settled_at = $5,"
               " code = $6, text = $7 WHERE id = $1 AND (state = 'claimed' OR " WAITING ")",
    [RECOVER] =
        "UPDATE delivery SET state = $1, attempts = attempts + 1, due = $2, settled_at = $2,"
        " code = NULL, text = $3 WHERE mailing IN (SELECT id FROM mailing)"
        " AND state = 'claimed' RETURNING id, mailing, attempts",
    [CLAIMED] = "SELECT domain, claimed_at FROM delivery WHERE claimed_at >= $1"
                " ORDER BY claimed_at",
    [PULL_IN] = "UPDATE delivery SET due = $2 WHERE mailing IN"
                " (SELECT id FROM mailing WHERE state IN ('running', 'paused'))"
                " AND state = 'retry' AND due > $1",
    [MISS] = "UPDATE delivery SET state = 'missed', settled_at = $1,"
             " text = coalesce(text, $2) WHERE " WAITING " AND mailing IN"
             " (SELECT id FROM mailing WHERE state IN ('running', 'paused') AND not_after <= $1)",
    [CANCEL] = "UPDATE delivery SET state = 'cancelled', settled_at = $1 WHERE " WAITING
               " AND mailing IN (SELECT id FROM mailing WHERE state = 'cancelled')",
    [RETRY] = "UPDATE delivery SET state = 'queued', due = $3"
              " WHERE mailing = $1 AND state = $2 AND key IS NOT NULL",
    [WAITING_BY_DOMAIN] = "SELECT domain, count(*) FROM delivery WHERE mailing = $1 AND " WAITING
                          " AND domain IS NOT NULL GROUP BY domain",
    [COUNT] = "SELECT state, count(*) FROM delivery WHERE mailing = $1 GROUP BY state",
    /* CROSS JOIN keeps this order, in which indexes serve; else SQLite reads all mailings' rows. The
     * plus keeps delivery_state out: by key, one is found beside the one before. */
    [COUNT_REPEATED] = "SELECT o.id, count(*) FROM mailing m CROSS JOIN mailing o"
                       " CROSS JOIN delivery d CROSS JOIN delivery r"
                       " WHERE m.id = $1 AND o.event = m.event AND o.kind = m.kind AND o.id <> m.id"
                       " AND o.state <> 'draft' AND d.mailing = m.id AND d.key IS NOT NULL"
                       " AND +d.state = 'queued'"
                       " AND r.mailing = o.id AND r.key = d.key"
                       " AND r.state IN ('queued', 'claimed', 'sent', 'retry', 'unknown')"
                       " GROUP BY o.id ORDER BY count(*) DESC, o.id LIMIT 1",
    /* the order of an index: nothing to sort, so rows stream */
    [EACH] = "SELECT " COLUMNS " FROM delivery d WHERE d.mailing = $1 ORDER BY d.key, d.id",
    [ADDRESSES] = "SELECT DISTINCT address FROM delivery WHERE " WAITING " AND person = $1"
                  " AND address IS NOT NULL ORDER BY address",
};
const StatementTable deliveries_statements = {"deliveries", texts, G_N_ELEMENTS(texts)};

gboolean
deliveries_insert(Store *store, const Delivery *delivery, const char *key, gboolean *inserted,
                  GError **error)
{
    g_autoptr(Statement) insert = statement_get(store, &deliveries_statements, INSERT, error);
    if (!insert)
        return FALSE;
    statement_bind_int(insert, 1, delivery->mailing);
    statement_bind_blob(insert, 2, delivery->person, sizeof delivery->person);
    statement_bind_text(insert, 3, delivery->name);
    statement_bind_text(insert, 4, delivery->address);
    statement_bind_text(insert, 5, delivery->address ? key : NULL);
    statement_bind_text(insert, 6, delivery->address ? NULL : key);
    statement_bind_text(insert, 7, delivery_state_text(delivery->state));
    statement_bind_int(insert, 8, delivery->due);
    statement_bind_text(insert, 9, delivery->text);
    gint64 changes = 0;
    if (!statement_run(insert, &changes, error))
        return FALSE;
    *inserted = changes > 0;
    return TRUE;
}

char *
deliveries_holder(Store *store, gint64 mailing, const char *key, GError **error)
{
    g_autoptr(Statement) find = statement_get(store, &deliveries_statements, HOLDER, error);
    if (!find)
        return NULL;
    statement_bind_int(find, 1, mailing);
    statement_bind_text(find, 2, key);
    switch (statement_step(find, error)) {
    case STEP_ROW:
        return g_strdup(statement_text(find, 0));
    case STEP_DONE:
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND,
                    _("nobody in mailing %" PRId64 " has that address"), mailing);
        return NULL;
    default:
        return NULL;
    }
}

/* fills `delivery`, which owns its texts, anew */
static void
read_row(Statement *row, Delivery *delivery)
{
    delivery->id = statement_int(row, 0);
    delivery->mailing = statement_int(row, 1);
    gsize length;
    gconstpointer uuid = statement_blob(row, 2, &length);
    if (length == sizeof delivery->person)
        memcpy(delivery->person, uuid, length);
    g_free(delivery->name);
    delivery->name = g_strdup(statement_text(row, 3));
    g_free(delivery->address);
    delivery->address = g_strdup(statement_text(row, 4));
    /* the column's CHECK allows no other word */
    delivery_state_parse(statement_text(row, 5), &delivery->state);
    delivery->attempts = (guint)statement_int(row, 6);
    delivery->due = statement_int(row, 7);
    delivery->claimed_at = statement_int(row, 8);
    delivery->settled_at = statement_int(row, 9);
    delivery->code = (int)statement_int(row, 10);
    g_free(delivery->text);
    delivery->text = g_strdup(statement_text(row, 11));
    g_free(delivery->message_id);
    delivery->message_id = g_strdup(statement_text(row, 12));
}

gboolean
deliveries_domains(Store *store, gint64 now, guint limit, GPtrArray *domains, GError **error)
{
    g_autoptr(Statement) find = statement_get(store, &deliveries_statements, DOMAINS, error);
    if (!find)
        return FALSE;
    statement_bind_int(find, 1, now);
    statement_bind_int(find, 2, limit);
    StepResult result;
    while ((result = statement_step(find, error)) == STEP_ROW)
        g_ptr_array_add(domains, g_strdup(statement_text(find, 0)));
    return result == STEP_DONE;
}

GPtrArray *
deliveries_due(Store *store, const char *domain, gint64 now, DeliveryCursor after, guint limit,
               GError **error)
{
    g_autoptr(Statement) due = statement_get(store, &deliveries_statements, DUE, error);
    if (!due)
        return NULL;
    statement_bind_int(due, 1, now);
    statement_bind_int(due, 2, limit);
    statement_bind_text(due, 3, domain);
    statement_bind_int(due, 4, after.due);
    statement_bind_int(due, 5, after.id);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)delivery_free);
    StepResult result;
    while ((result = statement_step(due, error)) == STEP_ROW) {
        Delivery *delivery = delivery_new();
        g_ptr_array_add(found, delivery);
        read_row(due, delivery);
    }
    return result == STEP_DONE ? g_steal_pointer(&found) : NULL;
}

/* the key of a row, owned by the caller; FALSE on failure */
static gboolean
read_key(Store *store, gint64 id, char **key, GError **error)
{
    g_autoptr(Statement) find = statement_get(store, &deliveries_statements, KEY, error);
    if (!find)
        return FALSE;
    statement_bind_int(find, 1, id);
    StepResult result = statement_step(find, error);
    *key = result == STEP_ROW ? g_strdup(statement_text(find, 0)) : NULL;
    return result != STEP_FAILED;
}

/* Lets go of the address of somebody who has left the roster, for the first who shares it. */
static gboolean
pass_on(Store *store, const Delivery *gone, GError **error)
{
    g_autofree char *key = NULL;
    if (!read_key(store, gone->id, &key, error))
        return FALSE;
    if (!key)
        return TRUE;
    g_autoptr(Statement) release = statement_get(store, &deliveries_statements, RELEASE, error);
    g_autoptr(Statement) promote = statement_get(store, &deliveries_statements, PROMOTE, error);
    if (!release || !promote)
        return FALSE;
    statement_bind_int(release, 1, gone->id);
    statement_bind_int(promote, 1, gone->mailing);
    statement_bind_text(promote, 2, key);
    statement_bind_text(promote, 3, gone->address);
    return statement_run(release, NULL, error) && statement_run(promote, NULL, error);
}

static gboolean
take(Store *store, Delivery *delivery, gint64 now, GError **error)
{
    g_autoptr(Statement) claim = statement_get(store, &deliveries_statements, CLAIM, error);
    if (!claim)
        return FALSE;
    statement_bind_int(claim, 1, delivery->id);
    statement_bind_int(claim, 2, now);
    statement_bind_text(claim, 3, delivery->message_id);
    delivery->state = DELIVERY_CLAIMED;
    delivery->claimed_at = now;
    return statement_run(claim, NULL, error);
}

static gboolean
withhold(Store *store, Delivery *delivery, const char *reason, gint64 now, GError **error)
{
    g_autoptr(Statement) update = statement_get(store, &deliveries_statements, WITHHOLD, error);
    if (!update)
        return FALSE;
    statement_bind_int(update, 1, delivery->id);
    statement_bind_int(update, 2, now);
    statement_bind_text(update, 3, reason);
    delivery->state = DELIVERY_SUPPRESSED;
    delivery->settled_at = now;
    g_free(delivery->text);
    delivery->text = g_strdup(reason);
    return statement_run(update, NULL, error);
}

/* whether a row may be claimed, and if not why: `reason` is static */
typedef struct {
    gboolean due, in_roster;
    const char *reason;
} Look;

static gboolean
look(Store *store, gint64 id, gint64 now, Look *seen, GError **error)
{
    g_autoptr(Statement) find = statement_get(store, &deliveries_statements, LOOK, error);
    if (!find)
        return FALSE;
    statement_bind_int(find, 1, id);
    statement_bind_int(find, 2, now);
    StepResult result = statement_step(find, error);
    seen->due = result == STEP_ROW;
    if (!seen->due)
        return result == STEP_DONE;
    const char *word = statement_text(find, 0);
    seen->in_roster = statement_int(find, 1) != 0;
    if (!seen->in_roster)
        seen->reason = _(DELIVERIES_GONE);
    else if (word)
        seen->reason = suppression_word_title(word);
    return TRUE;
}

gboolean
deliveries_claim(Store *store, Delivery *delivery, gint64 now, GError **error)
{
    Look seen = {0};
    if (!look(store, delivery->id, now, &seen, error))
        return FALSE;
    if (!seen.due)
        return TRUE;
    if (!seen.reason)
        return take(store, delivery, now, error);
    return (seen.in_roster || pass_on(store, delivery, error)) &&
           withhold(store, delivery, seen.reason, now, error);
}

gboolean
deliveries_settle(Store *store, const Delivery *delivery, gboolean *settled, GError **error)
{
    g_autoptr(Statement) settle = statement_get(store, &deliveries_statements, SETTLE, error);
    if (!settle)
        return FALSE;
    statement_bind_int(settle, 1, delivery->id);
    statement_bind_text(settle, 2, delivery_state_text(delivery->state));
    statement_bind_int(settle, 3, delivery->attempts);
    statement_bind_int(settle, 4, delivery->due);
    statement_bind_int(settle, 5, delivery->settled_at);
    if (delivery->code)
        statement_bind_int(settle, 6, delivery->code);
    statement_bind_text(settle, 7, delivery->text);
    gint64 changes = 0;
    if (!statement_run(settle, &changes, error))
        return FALSE;
    *settled = changes == 1;
    return TRUE;
}

static gboolean
run_count(Statement *statement, guint *count, GError **error)
{
    gint64 changes = 0;
    if (!statement_run(statement, &changes, error))
        return FALSE;
    *count = (guint)changes;
    return TRUE;
}

gboolean
deliveries_recover(Store *store, DeliveryState state, gint64 now, const char *text,
                   DeliveryOrphan each, gpointer data, GError **error)
{
    g_autoptr(Statement) recover = statement_get(store, &deliveries_statements, RECOVER, error);
    if (!recover)
        return FALSE;
    statement_bind_text(recover, 1, delivery_state_text(state));
    statement_bind_int(recover, 2, now);
    statement_bind_text(recover, 3, text);
    StepResult result;
    while ((result = statement_step(recover, error)) == STEP_ROW)
        each(statement_int(recover, 0), statement_int(recover, 1), (guint)statement_int(recover, 2),
             data);
    return result == STEP_DONE;
}

gboolean
deliveries_each_claimed(Store *store, gint64 since, DeliveryClaimed each, gpointer data,
                        GError **error)
{
    g_autoptr(Statement) claimed = statement_get(store, &deliveries_statements, CLAIMED, error);
    if (!claimed)
        return FALSE;
    statement_bind_int(claimed, 1, since);
    StepResult result;
    while ((result = statement_step(claimed, error)) == STEP_ROW) {
        const char *domain = statement_text(claimed, 0);
        if (domain) /* not of somebody who has left the roster since */
            each(domain, statement_int(claimed, 1), data);
    }
    return result == STEP_DONE;
}

gboolean
deliveries_pull_in(Store *store, gint64 latest, gint64 now, GError **error)
{
    g_autoptr(Statement) pull = statement_get(store, &deliveries_statements, PULL_IN, error);
    if (!pull)
        return FALSE;
    statement_bind_int(pull, 1, latest);
    statement_bind_int(pull, 2, now);
    return statement_run(pull, NULL, error);
}

gboolean
deliveries_miss(Store *store, gint64 now, guint *count, GError **error)
{
    g_autoptr(Statement) miss = statement_get(store, &deliveries_statements, MISS, error);
    if (!miss)
        return FALSE;
    statement_bind_int(miss, 1, now);
    statement_bind_text(miss, 2, _(MISSED));
    return run_count(miss, count, error);
}

gboolean
deliveries_cancel(Store *store, gint64 now, guint *count, GError **error)
{
    g_autoptr(Statement) cancel = statement_get(store, &deliveries_statements, CANCEL, error);
    if (!cancel)
        return FALSE;
    statement_bind_int(cancel, 1, now);
    return run_count(cancel, count, error);
}

gboolean
deliveries_retry(Store *store, gint64 mailing, DeliveryState state, gint64 now, guint *count,
                 GError **error)
{
    g_autoptr(Statement) retry = statement_get(store, &deliveries_statements, RETRY, error);
    if (!retry)
        return FALSE;
    statement_bind_int(retry, 1, mailing);
    statement_bind_text(retry, 2, delivery_state_text(state));
    statement_bind_int(retry, 3, now);
    return run_count(retry, count, error);
}

gboolean
deliveries_each_waiting(Store *store, gint64 mailing, DeliveryWaiting each, gpointer data,
                        GError **error)
{
    g_autoptr(Statement) waiting =
        statement_get(store, &deliveries_statements, WAITING_BY_DOMAIN, error);
    if (!waiting)
        return FALSE;
    statement_bind_int(waiting, 1, mailing);
    StepResult result;
    while ((result = statement_step(waiting, error)) == STEP_ROW)
        each(statement_text(waiting, 0), (guint)statement_int(waiting, 1), data);
    return result == STEP_DONE;
}

gboolean
deliveries_count(Store *store, gint64 mailing, guint counts[DELIVERY_STATES], GError **error)
{
    g_autoptr(Statement) count = statement_get(store, &deliveries_statements, COUNT, error);
    if (!count)
        return FALSE;
    statement_bind_int(count, 1, mailing);
    memset(counts, 0, DELIVERY_STATES * sizeof *counts);
    StepResult result;
    while ((result = statement_step(count, error)) == STEP_ROW) {
        DeliveryState state;
        if (delivery_state_parse(statement_text(count, 0), &state))
            counts[state] = (guint)statement_int(count, 1);
    }
    return result == STEP_DONE;
}

gboolean
deliveries_count_repeated(Store *store, gint64 mailing, guint *count, gint64 *other, GError **error)
{
    g_autoptr(Statement) repeated =
        statement_get(store, &deliveries_statements, COUNT_REPEATED, error);
    if (!repeated)
        return FALSE;
    statement_bind_int(repeated, 1, mailing);
    StepResult result = statement_step(repeated, error);
    if (result == STEP_FAILED)
        return FALSE;
    *other = result == STEP_ROW ? statement_int(repeated, 0) : 0;
    *count = result == STEP_ROW ? (guint)statement_int(repeated, 1) : 0;
    return TRUE;
}

gboolean
deliveries_each(Store *store, gint64 mailing, DeliveryEach each, gpointer data, GError **error)
{
    g_autoptr(Statement) rows = statement_get(store, &deliveries_statements, EACH, error);
    if (!rows)
        return FALSE;
    statement_bind_int(rows, 1, mailing);
    g_autoptr(Delivery) delivery = delivery_new();
    StepResult result;
    while ((result = statement_step(rows, error)) == STEP_ROW) {
        read_row(rows, delivery);
        if (!each(delivery, data, error))
            return FALSE;
    }
    return result == STEP_DONE;
}

gboolean
deliveries_add_addresses(Store *store, const guint8 person[UUID_LENGTH], GPtrArray *addresses,
                         GError **error)
{
    g_autoptr(Statement) find = statement_get(store, &deliveries_statements, ADDRESSES, error);
    if (!find)
        return FALSE;
    statement_bind_blob(find, 1, person, UUID_LENGTH);
    StepResult result;
    while ((result = statement_step(find, error)) == STEP_ROW)
        g_ptr_array_add(addresses, g_strdup(statement_text(find, 0)));
    return result == STEP_DONE;
}
