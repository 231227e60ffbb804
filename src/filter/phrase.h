/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phrase.h - filters as sentences, for people who do not write RFC 4515: both directions, pure
 *
 *     planning is Sozialplanung and population over 200000 and not registered for mannheim-2020
 *     Planung ist Sozialplanung und Einwohner über 200.000 und nicht angemeldet zu mannheim-2020
 *     (&(planning=Sozialplanung)(population>=200001)(!(registered=mannheim-2020)))
 *
 * The words stand in phrase_words.c, German and English, and are all known whatever the locale is;
 * a sentence may mix them.
 *
 *     sentence  = term *( ("and" / "or" / ",") term )     ; not both "and" and "or": see below
 *     term      = "not" term / "(" sentence ")" / history / subject operator [value]
 *     subject   = field word / LDAP attribute / "attribute" NAME / subject "or DN"
 *     operator  = ["is"] ["not"] ("over" / "contains" / "one of" ...)
 *     history   = ["is"] ["not"] ("registered for" / "in list" / "suppressed" ...) [word]
 *     value     = words up to the next connective or operator / quoted text
 *
 * People mean different things by "a and b or c", so that is an error that shows both readings.
 * A comma joins as the "and" or "or" beside it does, and is "and" where there is none. In quoted
 * text, "\xx" is an octet in hexadecimal, as in RFC 4515. A quoted value is taken as it stands; of
 * bare ones those of `role` and `level` may be words for what is stored ("Planerin": planner), and
 * numbers may be in groups (200.000, 200,000, 200 000). */
#ifndef RUNDRUF_FILTER_PHRASE_H
#define RUNDRUF_FILTER_PHRASE_H

#include "filter/filter.h"
#include "model/field.h"

/* Reads a sentence of `length` octets (-1: up to the NUL). The tree's columns are those of the
 * sentence, so that filter_resolve() points into it; names of attributes after the word "attribute"
 * are left to that. It is within the limits of filter.h, as text too. NULL with INPUT
 * "SOURCE:1:COLUMN: ...". Owned by the caller (filter_free). */
FilterNode *phrase_to_filter(const char *text, gssize length, const FieldMap *map,
                             const char *source, GError **error);

/* Any filter as a sentence, `language` being "de", or else English. phrase_to_filter() makes the
 * same filter of it, but for this: a list of one is its only item, "name:=x" is "name=x", and fields
 * are spelt as in field_table. The sentence of a filter near the limits can be beyond them. Owned by
 * the caller. */
char *phrase_from_filter(const FilterNode *node, const FieldMap *map, const char *language);

#endif
