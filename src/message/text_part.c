/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/text_part.h"

#include "message/gate.h"
#include "message/remote.h"
#include "message/transfer.h"

#include <string.h>

/* Common lines, and the open ones after them: a piece of the filled text from `start` to `end` with
 * the gaps from `first_gap` on, to before `end_gap`. */
typedef struct {
    gsize common, common_end; /* in `encoded` */
    gsize start, end;
    guint first_gap, end_gap;
    gsize open, open_end; /* in `open`; a NUL follows */
} Stretch;

struct TextPart {
    TemplateFilled *filled;
    gboolean html;
    gboolean closed; /* text_part_is_closed() */
    GString *encoded;
    GArray *stretches; /* of Stretch; the last one may have no open lines */
    GString *gaps;     /* of this message */
    gsize *gap_ends;
    GString *open; /* the open lines of this message */
};

static Stretch *
stretch_at(const TextPart *part, guint index)
{
    return &g_array_index(part->stretches, Stretch, index);
}

/* Where the line begins in which the octet at `offset` stands, and where the next one does */
static gsize
get_line_start(const char *text, gsize offset)
{
    while (offset > 0 && text[offset - 1] != '\n')
        offset--;
    return offset;
}

static gsize
get_line_end(const char *text, gsize length, gsize offset)
{
    const char *end = memchr(text + offset, '\n', length - offset);
    return end ? (gsize)(end + 1 - text) : length;
}

static void
encode_common(TextPart *part, const char *text, gsize from, gsize to, Stretch *stretch)
{
    stretch->common = part->encoded->len;
    transfer_append_quoted(part->encoded, text + from, to - from);
    stretch->common_end = part->encoded->len;
    g_autofree char *lines = g_strndup(text + from, to - from);
    part->closed &= !part->html || remote_is_closed(lines);
}

/* The open lines around the gap at `*gap` and around those that follow in the same lines. */
static void
take_open(const TextPart *part, const char *text, gsize length, guint *gap, Stretch *stretch)
{
    guint gaps = template_filled_gaps(part->filled);
    stretch->first_gap = *gap;
    stretch->end = get_line_end(text, length, template_filled_offset(part->filled, *gap));
    while (++*gap < gaps) {
        gsize offset = template_filled_offset(part->filled, *gap);
        if (offset > stretch->end)
            break;
        stretch->end = get_line_end(text, length, offset);
    }
    stretch->end_gap = *gap;
}

TextPart *
text_part_new(TemplateFilled *filled, gboolean html)
{
    TextPart *part = g_new0(TextPart, 1);
    part->filled = filled;
    part->html = html;
    part->closed = TRUE;
    part->encoded = g_string_new(NULL);
    part->gaps = g_string_new(NULL);
    part->open = g_string_new(NULL);
    part->stretches = g_array_new(FALSE, TRUE, sizeof(Stretch));
    guint gaps = template_filled_gaps(filled);
    part->gap_ends = g_new0(gsize, gaps + 1);
    gsize length, at = 0;
    const char *text = template_filled_text(filled, &length);
    for (guint gap = 0; gap < gaps;) {
        Stretch stretch = {0};
        stretch.start = get_line_start(text, template_filled_offset(filled, gap));
        encode_common(part, text, at, stretch.start, &stretch);
        take_open(part, text, length, &gap, &stretch);
        at = stretch.end;
        g_array_append_val(part->stretches, stretch);
    }
    Stretch last = {0};
    encode_common(part, text, at, length, &last);
    g_array_append_val(part->stretches, last);
    return part;
}

void
text_part_free(TextPart *part)
{
    if (!part)
        return;
    template_filled_free(part->filled);
    g_string_free(part->encoded, TRUE);
    g_string_free(part->gaps, TRUE);
    g_string_free(part->open, TRUE);
    g_array_unref(part->stretches);
    g_free(part->gap_ends);
    g_free(part);
}

gboolean
text_part_asks(const TextPart *part, const char *name, const char *piece)
{
    return template_filled_asks(part->filled, name, piece);
}

void
text_part_append_common(const TextPart *part, GString *out)
{
    g_string_append_len(out, part->encoded->str, (gssize)part->encoded->len);
}

gboolean
text_part_is_closed(const TextPart *part)
{
    return part->closed;
}

static void
write_open(TextPart *part, Stretch *stretch)
{
    gsize length, at = stretch->start;
    const char *text = template_filled_text(part->filled, &length);
    stretch->open = part->open->len;
    for (guint gap = stretch->first_gap; gap < stretch->end_gap; gap++) {
        gsize offset = template_filled_offset(part->filled, gap);
        gsize from = gap > 0 ? part->gap_ends[gap - 1] : 0;
        g_string_append_len(part->open, text + at, (gssize)(offset - at));
        g_string_append_len(part->open, part->gaps->str + from,
                            (gssize)(part->gap_ends[gap] - from));
        at = offset;
    }
    g_string_append_len(part->open, text + at, (gssize)(stretch->end - at));
    stretch->open_end = part->open->len;
    g_string_append_c(part->open, '\0');
}

gboolean
text_part_render(TextPart *part, GError **error)
{
    g_string_truncate(part->gaps, 0);
    g_string_truncate(part->open, 0);
    if (!template_filled_render(part->filled, part->gaps, part->gap_ends, error))
        return FALSE;
    for (guint i = 0; i < part->stretches->len; i++)
        write_open(part, stretch_at(part, i));
    return TRUE;
}

gboolean
text_part_is_plain(const TextPart *part)
{
    for (guint i = 0; i < part->stretches->len; i++) {
        const Stretch *stretch = stretch_at(part, i);
        if (!gate_text_plain(part->open->str + stretch->open, stretch->open_end - stretch->open,
                             part->html))
            return FALSE;
    }
    return TRUE;
}

void
text_part_append(const TextPart *part, GString *out)
{
    for (guint i = 0; i < part->stretches->len; i++) {
        const Stretch *stretch = stretch_at(part, i);
        g_string_append_len(out, part->encoded->str + stretch->common,
                            (gssize)(stretch->common_end - stretch->common));
        transfer_append_quoted(out, part->open->str + stretch->open,
                               stretch->open_end - stretch->open);
    }
}
