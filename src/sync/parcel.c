/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/parcel.h"

#include "base/i18n.h"
#include "model/attribute_type.h"
#include "sync/merge.h"

#include <string.h>

Seen *
seen_new(const char *dn, const guint8 uuid[UUID_LENGTH], const char *csn,
         const Attributes *attributes)
{
    Seen *seen = g_new0(Seen, 1);
    seen->dn = g_strdup(dn);
    seen->csn = g_strdup(csn);
    memcpy(seen->uuid, uuid, UUID_LENGTH);
    seen->attributes = attributes_with(attributes, NULL, "");
    return seen;
}

void
seen_free(Seen *seen)
{
    if (!seen)
        return;
    g_free(seen->dn);
    g_free(seen->csn);
    attributes_free(seen->attributes);
    g_free(seen);
}

Parcel *
parcel_new(Change *change, const char *dn)
{
    Parcel *parcel = g_new0(Parcel, 1);
    parcel->kind = change->kind;
    memcpy(parcel->uuid, change->uuid, UUID_LENGTH);
    parcel->dn = g_strdup(dn);
    parcel->changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
    g_ptr_array_add(parcel->changes, change);
    return parcel;
}

void
parcel_free(Parcel *parcel)
{
    if (!parcel)
        return;
    g_ptr_array_unref(parcel->changes);
    g_free(parcel->dn);
    g_free(parcel->csn);
    attributes_free(parcel->before);
    attributes_free(parcel->after);
    g_free(parcel->text);
    seen_free(parcel->seen);
    g_free(parcel);
}

static Change *
change_at(const Parcel *parcel, guint index)
{
    return g_ptr_array_index(parcel->changes, index);
}

static gboolean
is_sent(const Change *change, const char *attribute)
{
    return change->state == CHANGE_SENT &&
           (!attribute || g_ascii_strcasecmp(change->attribute, attribute) == 0);
}

gboolean
parcel_is_open(const Parcel *parcel)
{
    for (guint i = 0; i < parcel->changes->len; i++)
        if (is_sent(change_at(parcel, i), NULL))
            return TRUE;
    return FALSE;
}

/* All open changes of one attribute, as one. */
typedef struct {
    const char *attribute;
    Attributes *old, *new;
} Wish;

static void
wish_clear(Wish *wish)
{
    g_clear_pointer(&wish->old, attributes_free);
    g_clear_pointer(&wish->new, attributes_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Wish, wish_clear)

static void
wish_add(Wish *wish, const Change *change)
{
    Attributes *old, *new;
    merge_join(wish->attribute, wish->old ? wish->old : change->old,
               wish->new ? wish->new : change->old, change->old, change->new, &old, &new);
    wish_clear(wish);
    wish->old = old;
    wish->new = new;
}

/* FALSE if the change is not the first open one of its attribute. */
static gboolean
find_wish(const Parcel *parcel, guint first, Wish *wish)
{
    wish->attribute = change_at(parcel, first)->attribute;
    for (guint i = 0; i < first; i++)
        if (is_sent(change_at(parcel, i), wish->attribute))
            return FALSE;
    if (!is_sent(change_at(parcel, first), NULL))
        return FALSE;
    for (guint i = first; i < parcel->changes->len; i++)
        if (is_sent(change_at(parcel, i), wish->attribute))
            wish_add(wish, change_at(parcel, i));
    return TRUE;
}

static void
start_write(Parcel *parcel)
{
    attributes_free(parcel->before);
    attributes_free(parcel->after);
    parcel->before = attributes_new();
    parcel->after = attributes_new();
    g_clear_pointer(&parcel->csn, g_free);
}

/* The first edit's version: if it still holds, then also for those that came after it. */
static void
compose_wish(Parcel *parcel, const Wish *wish, const Change *first)
{
    attributes_add_from(parcel->before, wish->old, wish->attribute);
    attributes_add_from(parcel->after, wish->new, wish->attribute);
    if (attribute_is_comparable(wish->attribute) || parcel->is_blind)
        return;
    parcel->is_blind = TRUE;
    parcel->csn = g_strdup(first->csn);
}

void
parcel_compose(Parcel *parcel)
{
    const Change *first = change_at(parcel, 0);
    start_write(parcel);
    if (parcel->kind == CHANGE_ADD) {
        attributes_free(parcel->after);
        parcel->after = attributes_with(first->new, NULL, "");
    } else if (parcel->kind == CHANGE_REMOVE) {
        parcel->csn = g_strdup(first->csn);
        parcel->is_blind = TRUE;
    }
    for (guint i = 0; parcel->kind == CHANGE_SET && i < parcel->changes->len; i++) {
        g_auto(Wish) wish = {0};
        if (find_wish(parcel, i, &wish))
            compose_wish(parcel, &wish, change_at(parcel, i));
    }
}

gboolean
parcel_must_write(const Parcel *parcel)
{
    if (parcel->is_blind && !parcel->csn && !parcel->compared)
        return FALSE;
    return parcel->kind != CHANGE_SET || !attributes_equal(parcel->before, parcel->after);
}

DirectoryWrite *
parcel_write(const Parcel *parcel)
{
    static const WriteKind kinds[] = {
        [CHANGE_SET] = WRITE_SET, [CHANGE_ADD] = WRITE_ADD, [CHANGE_REMOVE] = WRITE_REMOVE};
    DirectoryWrite *write = g_new0(DirectoryWrite, 1);
    write->kind = kinds[parcel->kind];
    write->dn = g_strdup(parcel->dn);
    memcpy(write->uuid, parcel->uuid, UUID_LENGTH);
    write->csn = g_strdup(parcel->csn);
    if (parcel->kind != CHANGE_ADD)
        write->before = attributes_with(parcel->before, NULL, "");
    if (parcel->kind != CHANGE_REMOVE)
        write->after = attributes_with(parcel->after, NULL, "");
    return write;
}

void
parcel_take_outcome(Parcel *parcel, DirectoryWrite *write)
{
    g_free(parcel->text);
    parcel->text = g_steal_pointer(&write->text);
    parcel->outcome = write->outcome;
    g_clear_pointer(&parcel->seen, seen_free);
    if (write->outcome == WRITE_DONE && write->read)
        parcel->seen = seen_new(write->dn, write->uuid, write->read_csn, write->read);
}

gboolean
parcel_must_look(const Parcel *parcel)
{
    switch (parcel->outcome) {
    case WRITE_PENDING:
    case WRITE_LATER:
        return FALSE;
    case WRITE_DONE:
        return parcel->kind == CHANGE_SET && !parcel->seen;
    case WRITE_REFUSED:
        return parcel->kind != CHANGE_ADD;
    case WRITE_CHANGED:
    case WRITE_GONE:
    case WRITE_EXISTS:
    case WRITE_UNKNOWN:
        break;
    }
    return TRUE;
}

static void
give(Change *change, ChangeState state, Attributes *theirs, const char *reason)
{
    change->state = state;
    attributes_free(change->theirs);
    change->theirs = theirs;
    g_free(change->reason);
    change->reason = g_strdup(reason);
}

static void
give_all(Parcel *parcel, ChangeState state, const char *reason)
{
    for (guint i = 0; i < parcel->changes->len; i++)
        if (is_sent(change_at(parcel, i), NULL))
            give(change_at(parcel, i), state, NULL, reason);
}

void
parcel_put_back(Parcel *parcel)
{
    give_all(parcel, CHANGE_WAITING, NULL);
}

/* what the directory has of the attribute, or of the whole entry */
static Attributes *
their_values(const Parcel *parcel, const char *attribute)
{
    if (!attribute)
        return attributes_with(parcel->seen->attributes, NULL, "");
    Attributes *values = attributes_new();
    attributes_add_from(values, parcel->seen->attributes, attribute);
    return values;
}

static void
give_conflict(Parcel *parcel, const char *attribute, const char *reason)
{
    for (guint i = 0; i < parcel->changes->len; i++)
        if (is_sent(change_at(parcel, i), attribute))
            give(change_at(parcel, i), CHANGE_CONFLICT,
                 parcel->seen ? their_values(parcel, attribute) : NULL, reason);
}

static void
give_done(Parcel *parcel, const char *attribute)
{
    for (guint i = 0; i < parcel->changes->len; i++)
        if (is_sent(change_at(parcel, i), attribute))
            give(change_at(parcel, i), CHANGE_DONE, NULL, NULL);
}

static void
merge_one(Parcel *parcel, const Wish *wish)
{
    g_autoptr(Attributes) merged = NULL;
    const Attributes *theirs = parcel->seen->attributes;
    const char *attribute = wish->attribute;
    /* the answer was lost, the write was not */
    if (parcel->outcome == WRITE_UNKNOWN && parcel->tried &&
        merge_is_fulfilled(attribute, wish->old, wish->new, theirs)) {
        give_done(parcel, attribute);
        return;
    }
    switch (merge_attribute(attribute, wish->old, wish->new, theirs, &merged)) {
    case MERGE_NOTHING:
        give_done(parcel, attribute);
        return;
    case MERGE_CONFLICT:
        give_conflict(parcel, attribute, _("somebody else has changed the same in the directory"));
        return;
    case MERGE_CLEAN:
        break;
    }
    attributes_add_from(parcel->before, theirs, attribute);
    attributes_add_from(parcel->after, merged, attribute);
}

static void
compare_set(Parcel *parcel)
{
    if (!parcel->seen) {
        give_conflict(parcel, NULL,
                      _("the directory does not show the entry any more: it was deleted there"));
        return;
    }
    start_write(parcel);
    for (guint i = 0; i < parcel->changes->len; i++) {
        g_auto(Wish) wish = {0};
        if (find_wish(parcel, i, &wish))
            merge_one(parcel, &wish);
    }
    if (parcel->is_blind)
        parcel->csn = g_strdup(parcel->seen->csn);
}

/* Without a version, what the entry was seen to have stands for it, as far as every server knows
 * how to compare it. */
static void
assert_values(Parcel *parcel)
{
    const Attributes *seen = parcel->seen->attributes;
    for (guint i = 0; !parcel->csn && i < attributes_count(seen); i++) {
        const char *attribute = attributes_description(seen, i);
        if (attribute_type_find(attribute) && attribute_is_comparable(attribute))
            attributes_add_from(parcel->before, seen, attribute);
    }
}

/* Somebody else's change of an entry that shall go is for a person to see. */
static void
compare_remove(Parcel *parcel)
{
    const Change *change = change_at(parcel, 0);
    const Seen *seen = parcel->seen;
    if (!seen)
        give_all(parcel, CHANGE_DONE, NULL);
    else if ((!seen->csn || g_strcmp0(seen->csn, change->csn) != 0) &&
             !attributes_equal(seen->attributes, change->old))
        give_conflict(parcel, NULL, _("somebody else has changed the entry in the directory"));
    if (!seen)
        return;
    start_write(parcel);
    parcel->csn = g_strdup(seen->csn);
    assert_values(parcel);
}

/* TRUE if the entry that is there has all that ours shall have. */
static gboolean
has_all(const Attributes *theirs, const Attributes *ours)
{
    for (guint i = 0; i < attributes_count(ours); i++) {
        g_autoptr(Attributes) merged = NULL;
        if (merge_attribute(attributes_description(ours, i), NULL, ours, theirs, &merged) !=
            MERGE_NOTHING)
            return FALSE;
    }
    return TRUE;
}

static void
compare_add(Parcel *parcel)
{
    const Change *change = change_at(parcel, 0);
    if (parcel->seen && has_all(parcel->seen->attributes, change->new))
        give_all(parcel, CHANGE_DONE, NULL);
    else if (parcel->seen)
        give_conflict(parcel, NULL, _("there is another entry with this name in the directory"));
    else if (parcel->outcome == WRITE_EXISTS)
        give_conflict(parcel, NULL,
                      _("the directory has an entry with this name, and does not show it"));
    else if (parcel->outcome == WRITE_GONE)
        give_all(parcel, CHANGE_REFUSED, _("the directory has no entry above this name"));
}

static void
compare(Parcel *parcel)
{
    if (parcel->kind == CHANGE_SET)
        compare_set(parcel);
    else if (parcel->kind == CHANGE_REMOVE)
        compare_remove(parcel);
    else
        compare_add(parcel);
    if (parcel->seen && parcel->kind != CHANGE_ADD) {
        g_free(parcel->dn);
        parcel->dn = g_strdup(parcel->seen->dn);
    }
    parcel->compared = TRUE;
    parcel->merged = parcel->merged || parcel->outcome == WRITE_CHANGED;
    if (parcel->rounds > PARCEL_ROUNDS_MAX)
        give_conflict(parcel, NULL,
                      _("the entry changed in the directory each time it was to be written"));
}

void
parcel_judge(Parcel *parcel)
{
    switch (parcel->outcome) {
    case WRITE_PENDING:
        parcel_put_back(parcel);
        break;
    case WRITE_LATER:
        give_all(parcel, CHANGE_WAITING, parcel->text);
        break;
    case WRITE_DONE:
        give_all(parcel, CHANGE_DONE, NULL);
        break;
    case WRITE_REFUSED:
        give_all(parcel, CHANGE_REFUSED,
                 parcel->text ? parcel->text : _("the directory refuses it"));
        break;
    case WRITE_CHANGED:
    case WRITE_GONE:
    case WRITE_EXISTS:
    case WRITE_UNKNOWN:
        compare(parcel);
        break;
    }
}
