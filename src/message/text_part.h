/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_part.h - a text part of many messages: lines that all have in common, and open lines
 *
 * Made of a filled template (template.h). A line in which a gap stands is open: it is written and
 * encoded for each message. All others are encoded once; quoted-printable begins anew with each
 * line, so what lies between is the same in all.
 *
 * For one message: text_part_render(), then the others. */
#ifndef RUNDRUF_MESSAGE_TEXT_PART_H
#define RUNDRUF_MESSAGE_TEXT_PART_H

#include "message/template.h"

typedef struct TextPart TextPart;

/* Takes `filled` over. Owned by the caller. */
TextPart *text_part_new(TemplateFilled *filled, gboolean html);
void text_part_free(TextPart *part);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TextPart, text_part_free)

/* FALSE if no open line needs this of the data: as template_filled_asks(). */
gboolean text_part_asks(const TextPart *part, const char *name, const char *piece);

/* Appends the common lines alone, encoded, for a sample. */
void text_part_append_common(const TextPart *part, GString *out);

/* FALSE if common lines begin or end within a tag or style of HTML, so that open ones could change
 * how they are read. */
gboolean text_part_is_closed(const TextPart *part);

/* Writes the open lines with the data as they are now. FALSE with INPUT as template_render(). */
gboolean text_part_render(TextPart *part, GError **error);

/* TRUE if they are plain (gate.h). */
gboolean text_part_is_plain(const TextPart *part);

/* Appends the whole part, encoded. */
void text_part_append(const TextPart *part, GString *out);

#endif
