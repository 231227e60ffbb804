/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prose.h - plain text as people type it, line by line, made CommonMark
 *
 * Nothing of the text is lost, and nothing in it turns into markup by chance:
 * - a run of lines between blank lines is a paragraph; a line end after fewer than 50 characters
 *   was meant (an agenda, an address) and stays one;
 * - a line that begins with a bullet sign is a list item, and indented lines below it belong to it;
 *   a hyphen, a star or a dash counts as such a sign only where a list can begin: at a paragraph's
 *   start, below another item, or below a line that ends with a colon;
 * - a line of at most 80 characters alone between blank lines, which ends with a letter, a digit, a
 *   closing quote or bracket and has a paragraph or a list below it, is a section's heading, unless
 *   it stands itself directly below one. */
#ifndef RUNDRUF_MESSAGE_PROSE_H
#define RUNDRUF_MESSAGE_PROSE_H

#include <glib.h>

typedef struct Prose Prose;

Prose *prose_new(void);
void prose_free(Prose *prose);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Prose, prose_free)

/* Adds a line as it stands (valid UTF-8, no line end); a blank one ends a paragraph. */
void prose_add(Prose *prose, const char *line);

/* Adds a line that is a heading whatever it looks like, with blank lines around it. */
void prose_add_heading(Prose *prose, const char *line);

/* The Markdown, without a line feed at its end; NULL if there is no text. Owned by the caller. */
char *prose_to_markdown(const Prose *prose);

/* Octets of blanks (no-break ones, tabs and byte order marks included) that valid UTF-8 begins
 * with. */
gsize prose_blanks(const char *text);

/* `line` without such blanks at its ends, tabs made blanks, byte order marks dropped; owned by the
 * caller. */
char *prose_clean_line(const char *line);

#endif
