/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edit_check.h - whether an attribute of an entry may be edited, and to these values
 *
 * What the directory would refuse anyway is said here, where the person who edits still looks. */
#ifndef RUNDRUF_SYNC_EDIT_CHECK_H
#define RUNDRUF_SYNC_EDIT_CHECK_H

#include "sync/edit.h"

#define EDIT_VALUE_BYTES_MAX (4 * 1024 * 1024)

/* The description as it is written: in the spelling of the entry (or NULL), else in that of the
 * attribute's type, with its options. NULL with INPUT if it is none, or one that nobody edits.
 * Owned by the caller. */
char *edit_check_attribute(const Config *config, const char *attribute, const Attributes *entry,
                           GError **error);

/* FALSE with INPUT if a value does not fit the attribute. */
gboolean edit_check_values(const Config *config, const char *attribute,
                           const AttributeValue *values, guint count, GError **error);

#endif
