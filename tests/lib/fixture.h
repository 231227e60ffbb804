/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fixture.h - for tests: a new store in a temporary folder, with persons, an event and mailings
 *
 * What goes wrong here ends the test. */
#ifndef TESTS_LIB_FIXTURE_H
#define TESTS_LIB_FIXTURE_H

#include "config/config.h"
#include "mailing/prepare.h"
#include "store/entries.h"
#include "store/terms.h"

#define FIXTURE_NOW 1600000000 /* 2020-09-13; the event begins 59 days later */

typedef struct {
    char *folder;
    Config *config; /* the defaults; store and files lie in `folder` */
    Store *store;
    Terms *terms;
    Event *event; /* mannheim-2020, version 0 */
    gint64 last_person;
} Fixture;

Fixture *fixture_new(void);
void fixture_free(Fixture *fixture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

/* Adds a person and returns the row's id. `mails` are separated by "|"; NULL: none. */
gint64 fixture_add_person(Fixture *fixture, const char *name, const char *mails);

/* Adds an entry of that kind with these values (description, value), below the entry `parent` (0:
 * at the top), which is the municipality of a person; returns the row's id. */
typedef const char *const FixtureValue[2];
gint64 fixture_add_entry(Fixture *fixture, EntryKind kind, gint64 parent, const char *rdn,
                         FixtureValue *values, guint count);

/* Persons "Person 1" ... with p1@koeln.example ..., in one transaction. */
void fixture_add_persons(Fixture *fixture, guint count);

/* A mailing to everybody, confirmed. */
gint64 fixture_invite(Fixture *fixture);

/* The number that a query gives, and its first row's text (owned by the caller). */
gint64 fixture_number(Fixture *fixture, const char *sql);
char *fixture_text(Fixture *fixture, const char *sql);

/* Runs a statement that gives no row. */
void fixture_run(Fixture *fixture, const char *sql);

#endif
