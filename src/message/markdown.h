/* SPDX-License-Identifier: GPL-3.0-or-later */
/* markdown.h - CommonMark to HTML and to plain text, and plain text to CommonMark (by cmark) */
#ifndef RUNDRUF_MESSAGE_MARKDOWN_H
#define RUNDRUF_MESSAGE_MARKDOWN_H

#include <glib.h>

/* Safe HTML: raw HTML is left out, images become their description (no message loads anything),
 * links other than http, https, mailto and tel become their text. Headings start at `heading` (1 to
 * 6); quotes and lists more than 20 deep are flattened. Owned by the caller. */
char *markdown_to_html(const char *text, int heading);

#define MARKDOWN_MAIL_COLUMNS 72

/* Plain text for a mail, wrapped at so many columns (characters; 0: not at all): paragraphs, "-
 * " bullets, "1. " items, underlined headings, links as "text <URL>", code indented and not
 * wrapped. Ends with a line feed unless empty. Owned by the caller. */
char *markdown_to_text(const char *text, glong columns);

/* Appends `text` (one line or more) so that CommonMark shows it as it is: with a backslash before
 * what would be markup, at the place where it would be. */
void markdown_append_escaped(GString *out, const char *text);

#endif
