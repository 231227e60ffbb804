/* SPDX-License-Identifier: GPL-3.0-or-later */
/* merge.h - the three-way merge of one attribute: a pure function
 *
 * Values are sets of octets. What we took away goes, what we added comes, all else stays theirs.
 * It is a conflict where both took the same value away and put different ones in its place, or one
 * of them put none: whoever deletes a value has not seen the new one. */
#ifndef RUNDRUF_SYNC_MERGE_H
#define RUNDRUF_SYNC_MERGE_H

#include "model/attributes.h"

typedef enum {
    MERGE_NOTHING, /* theirs is what we want already */
    MERGE_CLEAN,   /* `merged` is what to write */
    MERGE_CONFLICT
} MergeVerdict;

/* The three may be NULL or lack the attribute: no values. `merged` (the attribute alone; owned by
 * the caller) is set for MERGE_CLEAN only. */
MergeVerdict merge_attribute(const char *attribute, const Attributes *base, const Attributes *ours,
                             const Attributes *theirs, Attributes **merged);

/* TRUE if theirs has every value that ours added to the base and none that ours took away: so it is
 * once ours was written, whatever somebody else adds to it. */
gboolean merge_is_fulfilled(const char *attribute, const Attributes *base, const Attributes *ours,
                            const Attributes *theirs);

/* Two edits of the attribute, one after the other, as one: `base` and `ours` (the attribute alone;
 * owned by the caller). The second one, `base2` to `ours2`, may have been made of what the first one
 * shows merged with what somebody else has written since. */
void merge_join(const char *attribute, const Attributes *base1, const Attributes *ours1,
                const Attributes *base2, const Attributes *ours2, Attributes **base,
                Attributes **ours);

#endif
