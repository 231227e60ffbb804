/* SPDX-License-Identifier: GPL-3.0-or-later */
/* letter.h - the message templates, found and filled: a text and an HTML form for each language
 *
 * compose.h says how the files are called and what they see. */
#ifndef RUNDRUF_MESSAGE_LETTER_H
#define RUNDRUF_MESSAGE_LETTER_H

#include "message/template.h"

typedef enum { LETTER_INVITATION, LETTER_CANCELLATION, LETTER_KINDS } LetterKind;

typedef struct Letters Letters;

/* Loads all templates, from `folder` (NULL: none) or built in. NULL with CONFIG (the folder is not
 * there), NOT_FOUND, or INPUT (a template that does not parse, with its place). */
Letters *letters_load(const char *folder, GError **error);
void letters_free(Letters *letters);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Letters, letters_free)

/* Fills the templates of both forms (template_fill()), owned by the caller; the letters must outlive
 * them. `language` is de or en. */
void letters_fill(Letters *letters, LetterKind kind, const char *language, Value *data,
                  const char *const *open, TemplateFilled **text, TemplateFilled **html);

/* Renders another text template, of which there is one message at a time: `name` is its file's,
 * "notice.de.txt". Owned by the caller; NULL with NOT_FOUND or INPUT. */
char *letter_render(const char *folder, const char *name, const Value *data, GError **error);

#endif
