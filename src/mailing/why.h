/* SPDX-License-Identifier: GPL-3.0-or-later */
/* why.h - why a person is in a list, or is not, and whether a mailing to it would reach them
 *
 * The same questions in the same order as membership.h and prepare.h ask them; nothing is written. */
#ifndef RUNDRUF_MAILING_WHY_H
#define RUNDRUF_MAILING_WHY_H

#include "filter/explain.h"
#include "mailing/membership.h"

typedef struct {
    Explanation *filter;
    Explanation *except;     /* NULL: the list has none */
    const ListPerson *fixed; /* what was done by hand; NULL: nothing */
    gboolean member;

    char *address;    /* that a mailing would use; NULL: none, and then */
    char *fault;      /* why not, in words */
    char *suppressed; /* why nothing may be sent there for the list's purpose; or NULL */
    char *shares;     /* the member before this one who has the same address, and gets the message;
                       * looked for in the case of members alone; or NULL */
} Why;

void why_clear(Why *why);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Why, why_clear)

/* `membership` is that of the stored `list`, without further exceptions; what is in `why` borrows from
 * it. Reads the list's members up to this one. */
gboolean why_find(Store *store, const List *list, const Membership *membership,
                  const Person *person, const FieldMap *map, Why *why, GError **error);

/* TRUE if the person would get mail to the list. */
gboolean why_gets_mail(const Why *why);

/* The end result in one sentence; owned by the caller. */
char *why_sentence(const Why *why, const char *name, const char *list);

#endif
