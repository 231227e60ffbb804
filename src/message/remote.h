/* SPDX-License-Identifier: GPL-3.0-or-later */
/* remote.h - finds what a mail program would load from elsewhere while it shows an HTML part
 *
 * For messages of our own making: a last look, not a filter for foreign HTML. A link that a person
 * must click is not remote; text that only speaks of src= is not a tag. */
#ifndef RUNDRUF_MESSAGE_REMOTE_H
#define RUNDRUF_MESSAGE_REMOTE_H

#include <glib.h>

/* The first of: an element that loads or runs something (script, iframe, link, object ...), src,
 * srcset, background or poster other than cid:, href on anything but a link, and url(), image-set()
 * or @import in a style. Returns its words for a report, owned by the caller, or NULL. */
char *remote_find(const char *html);

/* TRUE if nothing is found in these whole lines of HTML, and they end outside of tags and styles, so
 * that what comes after them is read as if it stood alone. */
gboolean remote_is_closed(const char *html);

#endif
