/* SPDX-License-Identifier: GPL-3.0-or-later */
/* membership.h - who is in a list: the one answer that listings, mailings and explanations use
 *
 * Made once of a list, then applied to the roster as it stands, as often as needed: the filter's
 * selection, less `except`, with the persons who were taken in by hand among them at their places,
 * and without those who were left out by hand. membership_decide() is the rule. */
#ifndef RUNDRUF_MAILING_MEMBERSHIP_H
#define RUNDRUF_MAILING_MEMBERSHIP_H

#include "model/list.h"
#include "store/persons.h"

/* Left out by hand > except > taken in by hand > filter; `fixed` NULL: nothing by hand. */
gboolean membership_decide(gboolean filter, gboolean except, const ListPerson *fixed);

typedef struct Membership Membership;

/* `list` may be one that is not stored (id 0): then nothing is by hand, and its filter may be NULL for
 * everybody. `except`: a further filter whose people are left out of one mailing; or NULL. `map` must
 * outlive the result. INPUT with the column in the text that is wrong. Owned by the caller. */
Membership *membership_new(Store *store, const List *list, const char *except, const FieldMap *map,
                           GError **error);
void membership_free(Membership *membership);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Membership, membership_free)

/* Filter and exceptions as one filter, in canonical form; "" for everybody. */
const char *membership_text(const Membership *membership);

/* What was done by hand, of ListPerson; owned by the membership. */
const GPtrArray *membership_fixed(const Membership *membership);

/* Calls `func` for each member: in the roster's order, or by surname and name. */
gboolean membership_each(const Membership *membership, PersonFunc func, gpointer user_data,
                         GError **error);
gboolean membership_each_by_name(const Membership *membership, PersonFunc func, gpointer user_data,
                                 GError **error);

/* How many members there are. */
gboolean membership_count(const Membership *membership, gint64 *count, GError **error);

/* Whether this person is a member. */
gboolean membership_has(const Membership *membership, const Person *person);

#endif
