/* SPDX-License-Identifier: GPL-3.0-or-later */
/* match.h - evaluates a filter on one person in memory: three-valued (RFC 4511, 4.5.1.7), pure */
#ifndef RUNDRUF_FILTER_MATCH_H
#define RUNDRUF_FILTER_MATCH_H

#include "filter/filter.h"
#include "model/person.h"

typedef enum { MATCH_FALSE, MATCH_TRUE, MATCH_UNDEFINED } MatchResult;

/* The person is selected if the result is MATCH_TRUE. */
MatchResult filter_match(const FilterNode *node, const Person *person, const FieldMap *map);

#endif
