/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frame.h - what stands between the contents of many messages with the same parts
 *
 * mime_append() makes it once, around marks instead of contents; a message is then the pieces, one
 * after the other, with its own token and its encoded contents (transfer.h) between them. Where
 * header lines of parts are folded depends on the token's length: a frame is for one length. */
#ifndef RUNDRUF_MESSAGE_FRAME_H
#define RUNDRUF_MESSAGE_FRAME_H

#include <glib.h>

/* What comes after a piece */
typedef enum { FRAME_TOKEN, FRAME_TEXT, FRAME_HTML, FRAME_CALENDAR, FRAME_END } FrameSlot;

typedef struct {
    gsize offset, length; /* of the piece in Frame.text */
    FrameSlot slot;
} FramePiece;

typedef struct {
    char *text;
    GArray *pieces; /* of FramePiece; the last one has FRAME_END */
} Frame;

/* `method` as in mime.h; after mime_start(). Owned by the caller. */
Frame *frame_new(const char *method, gsize token_length);
void frame_free(Frame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Frame, frame_free)

#endif
