/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phonetic.h - what "~=" finds: words that sound alike in English (inside filter/ only)
 *
 * RFC 4511, 4.5.1.7.6 leaves approximate matching to the server. This is how slapd does it: letters
 * without their marks and what is not ASCII left out, then the Metaphone code (Lawrence Philips,
 * 1990) of each word, up to four sounds of it. */
#ifndef RUNDRUF_FILTER_PHONETIC_H
#define RUNDRUF_FILTER_PHONETIC_H

#include <glib.h>

/* TRUE if words of `value` sound like those of `asserted`, in that order; both UTF-8. */
gboolean phonetic_match(const char *value, const char *asserted);

/* The text without marks and what is not ASCII; owned by the caller. */
char *phonetic_strip(const char *text);

#endif
