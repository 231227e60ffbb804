/* SPDX-License-Identifier: GPL-3.0-or-later */
/* match.h - evaluates a filter on persons in memory: three-valued (RFC 4511, 4.5.1.7), pure
 *
 * A Matcher has looked up once what does not depend on the person: who asks about many makes one. */
#ifndef RUNDRUF_FILTER_MATCH_H
#define RUNDRUF_FILTER_MATCH_H

#include "filter/filter.h"
#include "model/person.h"

typedef enum { MATCH_FALSE, MATCH_TRUE, MATCH_UNDEFINED } MatchResult;

typedef struct Matcher Matcher;

/* `node` and `map` must outlive the result; owned by the caller. */
Matcher *matcher_new(const FilterNode *node, const FieldMap *map);
void matcher_free(Matcher *matcher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Matcher, matcher_free)

/* The person is selected if the result is MATCH_TRUE. */
MatchResult matcher_match(Matcher *matcher, const Person *person);

/* The same for one person. */
MatchResult filter_match(const FilterNode *node, const Person *person, const FieldMap *map);

/* The values that a term looks at, of this person: of the first attribute that has any. Of
 * AttributeValue, which belong to the person; empty if there are none, or the term names no
 * attribute. Owned by the caller. */
GPtrArray *filter_values(const FilterNode *term, const Person *person, const FieldMap *map);

#endif
