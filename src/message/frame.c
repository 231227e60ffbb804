/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/frame.h"

#include "message/mime.h"
#include "message/transfer.h"

#include <string.h>

/* Marks that occur nowhere else in a frame */
#define TOKEN_MARK    'X'
#define TEXT_MARK     "text-stands-here\r\n"
#define HTML_MARK     "html-stands-here\r\n"
#define CALENDAR_MARK "calendar-stands-here"

typedef struct {
    const char *text;
    FrameSlot slot;
} Mark;

/* The first of the marks at or after `from`, or NULL; sets `at`. */
static const Mark *
find_mark(const char *from, const Mark *marks, gsize count, const char **at)
{
    const Mark *first = NULL;
    for (gsize i = 0; i < count; i++) {
        const char *found = strstr(from, marks[i].text);
        if (!found || (first && found > *at))
            continue;
        first = &marks[i];
        *at = found;
    }
    return first;
}

static void
add_piece(Frame *frame, const char *from, const char *to, FrameSlot slot)
{
    const FramePiece piece = {(gsize)(from - frame->text), (gsize)(to - from), slot};
    g_array_append_val(frame->pieces, piece);
}

Frame *
frame_new(const char *method, gsize token_length)
{
    g_autofree char *token = g_strnfill(token_length, TOKEN_MARK);
    g_autoptr(GString) calendar = g_string_new(NULL);
    transfer_append_base64(calendar, CALENDAR_MARK, strlen(CALENDAR_MARK));
    const Mark marks[] = {
        {token, FRAME_TOKEN},
        {TEXT_MARK, FRAME_TEXT},
        {HTML_MARK, FRAME_HTML},
        {calendar->str, FRAME_CALENDAR},
    };
    const MimeParts parts = {
        .text = TEXT_MARK,
        .html = HTML_MARK,
        .calendar = CALENDAR_MARK,
        .method = method,
        .token = token,
    };
    g_autoptr(GString) body = g_string_new(NULL);
    mime_append(body, &parts);

    Frame *frame = g_new0(Frame, 1);
    frame->text = g_strdup(body->str);
    frame->pieces = g_array_new(FALSE, FALSE, sizeof(FramePiece));
    const char *from = frame->text, *at = from;
    const Mark *mark;
    while ((mark = find_mark(from, marks, G_N_ELEMENTS(marks), &at))) {
        add_piece(frame, from, at, mark->slot);
        from = at + strlen(mark->text);
    }
    add_piece(frame, from, from + strlen(from), FRAME_END);
    return frame;
}

void
frame_free(Frame *frame)
{
    if (!frame)
        return;
    g_array_unref(frame->pieces);
    g_free(frame->text);
    g_free(frame);
}
