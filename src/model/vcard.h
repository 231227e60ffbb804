/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vcard.h - a person as a vCard 4.0 (RFC 6350), for address books */
#ifndef RUNDRUF_MODEL_VCARD_H
#define RUNDRUF_MODEL_VCARD_H

#include "model/person.h"

/* Appends the card: FN, N, EMAIL (the first one preferred), TEL, ORG (municipality; office), TITLE,
 * ROLE, LANG, CATEGORIES (fields of planning), UID. Lines are folded; control characters and octets
 * that are not UTF-8 are replaced. */
void vcard_append(GString *out, const Person *person, const FieldMap *map);

#endif
