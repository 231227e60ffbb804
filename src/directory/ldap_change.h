/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ldap_change.h - what a DirectoryWrite is on the wire, and what an answer means (inside directory/)
 *
 * Decides purely; ldap_write.c sends. A change takes away the values that go and adds those that
 * come, and never replaces, so that what others have changed beside them stays. */
#ifndef RUNDRUF_DIRECTORY_LDAP_CHANGE_H
#define RUNDRUF_DIRECTORY_LDAP_CHANGE_H

#include "directory/directory.h"

#include <ldap.h>

/* An attribute with more values than this is not asserted value by value: that a value to be taken
 * away is there the server checks anyway, and the others are not touched. */
#define ASSERTED_VALUES_MAX 100

/* Appends the condition that `write` must find, "(&(entryUUID=...)...)": that the entry is
 * `identity` (a filter), is at `write->csn` if that is set (`version` names the attribute), and
 * that each attribute of `write->before` and `write->after` is as `before` has it. That an
 * attribute is absent cannot be asserted beside its own subtypes by options (description beside
 * description;lang-de), as they would count for it: then they must be in `before`, and it is left
 * out. Attributes whose values no rule compares are asserted to be there, no more. */
void ldap_change_assertion(const DirectoryWrite *write, const char *identity, const char *version,
                           GString *filter);

/* The modifications of a WRITE_SET, or the attributes of a WRITE_ADD: of LDAPMod *, NULL at the
 * end (and no more than that if nothing changes); they point into `write`. NULL if a description is
 * none; then `bad` (static while `write` is) names it. Owned by the caller. */
GPtrArray *ldap_change_mods(const DirectoryWrite *write, const char **bad);

/* TRUE if the modifications alone, without an assertion, could overwrite what nobody here has
 * seen: a delete, and taking away values that no rule compares. */
gboolean ldap_change_is_blind(const DirectoryWrite *write);

WriteOutcome ldap_change_outcome(WriteKind kind, int code);

#endif
