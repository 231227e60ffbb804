/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text.h - checks, comparison keys and escapes for text
 *
 * All text is UTF-8. Results are owned by the caller unless said otherwise. */
#ifndef RUNDRUF_BASE_TEXT_H
#define RUNDRUF_BASE_TEXT_H

#include <glib.h>

/* TRUE if all octets are ASCII and none is NUL. */
gboolean text_is_ascii(const char *text, gsize length);

/* The key under which two names that people write are the same: NFKC, lower case code point by code
 * point (no case folding: "ß" is not "ss"), blanks of every kind trimmed and runs of them made one.
 * NULL if `value` is not UTF-8 or holds a NUL. How directories compare is in
 * model/attribute_type.h. */
char *text_normalize(const char *value, gssize length);

/* The candidate most like `word` (edit distance at most a third of the longer one's length; ASCII
 * case does not count), or NULL; points into `candidates`, a NULL-terminated array. */
const char *text_nearest(const char *word, const char *const *candidates);

/* TRUE if `text` holds no control character but tab and line feed (C0, DEL, C1, U+2028/9). */
gboolean text_is_clean(const char *text);

/* `text` with each run of control characters, line ends and blanks (no-break ones included) made
 * one blank, ends trimmed, without the marks that reverse or hide text; invalid UTF-8 becomes
 * U+FFFD: fit for one line of a header or a terminal. */
char *text_one_line(const char *text);

/* Appends `text` with & < > " ' as character references. */
void text_append_html(GString *out, const char *text);

/* Characters of valid UTF-8 before the octet at `offset`, plus one: a column number. */
guint text_column(const char *line, gsize offset);

#endif
