/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compile.h - a filter made a condition that the search index answers
 *
 * Fields and LDAP attributes of the index become terms of it; what the index cannot decide
 * (attributes that it does not hold, options, octets that are no text) lets more persons through
 * and makes the condition inexact: then filter/match.h decides on each. */
#ifndef RUNDRUF_FILTER_COMPILE_H
#define RUNDRUF_FILTER_COMPILE_H

#include "filter/filter.h"
#include "model/condition.h"
#include "model/field.h"

/* Checks every name against the fields and the known attributes: an unknown one is INPUT with the
 * column and the nearest known name. Done by filter_compile() too. */
gboolean filter_resolve(const FilterNode *node, const FieldMap *map, const char *source,
                        GError **error);

/* Owned by the caller; NULL with INPUT (unknown name, no number for `population`). */
Condition *filter_compile(const FilterNode *node, const FieldMap *map, const char *source,
                          GError **error);

#endif
