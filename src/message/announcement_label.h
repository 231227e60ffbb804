/* SPDX-License-Identifier: GPL-3.0-or-later */
/* announcement_label.h - the labels of an announcement's text form, German and English
 *
 * Only message/announcement*.c include this. Where in the text a label counts, announcement_text.c
 * tells. Case does not matter. */
#ifndef RUNDRUF_MESSAGE_ANNOUNCEMENT_LABEL_H
#define RUNDRUF_MESSAGE_ANNOUNCEMENT_LABEL_H

#include <glib.h>

typedef enum {
    LABEL_TITLE,
    LABEL_KIND,
    LABEL_VENUE,
    LABEL_DATE,
    LABEL_CONTACT, /* this and those below can head a section */
    LABEL_REGISTRATION,
    LABEL_AUDIENCE,
    LABEL_FIELDS
} LabelField;

typedef struct {
    gboolean known;
    LabelField field;     /* if known */
    const char *language; /* "de", "en"; if known */
    char *word;           /* as written, without colon */
    gboolean colon;
    gsize start, value; /* octets of the line before the word, before the value */
    gboolean alone;     /* nothing behind it */
} Label;

void label_clear(Label *label);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Label, label_clear)

/* TRUE if the line has the shape of a label: a known word alone that can head a section, or words
 * of letters with a colon, and a blank or nothing behind it; `label` is then to be cleared. */
gboolean label_scan(const char *line, Label *label);

gboolean label_is_known(const char *line);

/* The known label most like `word`, or NULL. */
const char *label_nearest(const char *word);

/* The labels of a language, but the heading's, "Art, Ort, ..."; owned by the caller. */
char *label_list(const char *language);

#endif
