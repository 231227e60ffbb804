/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list.h - a recipient list (Verteiler): whom it takes in, whom it leaves out, and on whose account
 *
 * In it are those whom `filter` selects and `except` does not, and single persons who were taken in
 * or left out by hand (ListPerson). What leaves out weighs more than what takes in:
 *
 *     left out by hand  >  except  >  taken in by hand  >  filter
 *
 * mailing/membership.h applies that. */
#ifndef RUNDRUF_MODEL_LIST_H
#define RUNDRUF_MODEL_LIST_H

#include "model/person.h"

typedef struct {
    gint64 id;  /* 0: not stored */
    char *name; /* like an event's name: event_name_valid() */
    char *title;
    char *filter;       /* RFC 4515 */
    char *except;       /* a filter whose people are left out; NULL: nobody */
    char *purpose;      /* what suppressions refer to, e.g. "invitation" */
    char *basis;        /* legal basis, a letter (list_basis_text()); NULL: not said yet */
    char *sender;       /* "Name <address>" or an address; NULL: the network's */
    char *owner;        /* who answers for it, one line; NULL: nobody named */
    gint64 max_members; /* a mailing to more is held; 0: no limit */
    gint64 created_at, changed_at; /* Unix seconds, UTC */
} List;

List *list_new(void);
void list_free(List *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(List, list_free)

/* What can be set of a list, for its history and listings; their names are those of the options and
 * of JSON. */
typedef enum {
    LIST_TITLE,
    LIST_FILTER,
    LIST_EXCEPT,
    LIST_PURPOSE,
    LIST_BASIS,
    LIST_SENDER,
    LIST_OWNER,
    LIST_MAX_MEMBERS,
    LIST_PROPERTIES
} ListProperty;

extern const char *const list_property_names[LIST_PROPERTIES];

/* The property as text, owned by the caller; NULL if it is not set, or if `list` is NULL. */
char *list_property_text(const List *list, ListProperty property);

/* A legal basis of Art. 6 (1) GDPR (DSGVO) in words, translated: "e: a task in the public interest".
 * NULL if the letter is none of "a" to "f". Owned by the caller. */
char *list_basis_text(const char *basis);

/* TRUE if only who consented may be written to: its legal basis is "a". */
gboolean list_needs_consent(const List *list);

/* A person who was taken in or left out by hand, whatever the filter says. */
typedef struct {
    guint8 person[UUID_LENGTH];
    gboolean included; /* or excluded */
    char *reason;      /* one line */
    char *author;
    gint64 at; /* Unix seconds, UTC */
} ListPerson;

void list_person_free(ListPerson *person);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ListPerson, list_person_free)

/* A line of a list's history: a property, or a person who was taken in or left out by hand. */
typedef struct {
    gint64 at;
    char *author;
    char *property; /* of list_property_names; NULL: a person */
    guint8 person[UUID_LENGTH];
    char *old, *new; /* values; of a person "include", "exclude"; NULL: none */
    char *reason;    /* of a person; or NULL */
} ListChange;

void list_change_free(ListChange *change);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ListChange, list_change_free)

#endif
