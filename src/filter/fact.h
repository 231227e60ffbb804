/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fact.h - terms of a filter that ask for facts (model/fact.h), not for attributes */
#ifndef RUNDRUF_FILTER_FACT_H
#define RUNDRUF_FILTER_FACT_H

#include "filter/filter.h"
#include "model/field.h"

/* The fact that a term asks for; FACTS: none. */
FactKind filter_fact(const FilterNode *node);

/* The rows of those for whom it holds, owned by the map's Facts. NULL with INPUT and the column, or
 * STORE; without an error if the map has nobody who answers. */
const GArray *filter_fact_rows(const FilterNode *node, const FieldMap *map, const char *source,
                               GError **error);

#endif
