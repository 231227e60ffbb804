/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "directory/octets.h"

/* Takes the length's octets from `from`; FALSE if more is promised than there is. */
static gboolean
take_length(Octets *from, gsize *length)
{
    if (from->length == 0)
        return FALSE;
    guint8 first = *from->data++;
    from->length--;
    *length = first;
    if (first & 0x80) {
        guint count = first & 0x7f;
        if (count == 0 || count > 4 || count > from->length)
            return FALSE;
        *length = 0;
        for (; count > 0; count--, from->length--)
            *length = *length << 8 | *from->data++;
    }
    return *length <= from->length;
}

gboolean
octets_take(Octets *from, guint8 tag, Octets *content)
{
    Octets rest = *from;
    gsize length;
    if (rest.length == 0 || rest.data[0] != tag)
        return FALSE;
    rest.data++;
    rest.length--;
    if (!take_length(&rest, &length))
        return FALSE;
    *content = (Octets){rest.data, length};
    *from = (Octets){rest.data + length, rest.length - length};
    return TRUE;
}
