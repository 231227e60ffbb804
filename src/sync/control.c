/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/control.h"

#include "base/error.h"
#include "base/i18n.h"

#include <string.h>

void
control_add(Control *control, const guint8 uuid[UUID_LENGTH])
{
    if (control->count < CONTROL_MOST)
        memcpy(control->uuids[control->count++], uuid, UUID_LENGTH);
}

void
control_ask(Control *control, GByteArray *uuids)
{
    control->found = FALSE;
    for (guint i = 0; i < control->count; i++)
        g_byte_array_append(uuids, control->uuids[i], UUID_LENGTH);
}

void
control_see(Control *control, const guint8 uuid[UUID_LENGTH])
{
    for (guint i = 0; i < control->count && !control->found; i++)
        control->found = memcmp(control->uuids[i], uuid, UUID_LENGTH) == 0;
}

gboolean
control_check(const Control *control, GError **error)
{
    if (control->count == 0 || control->found)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY,
                _("the directory does not find entries by the UUIDs (entryUUID) that it shows, so "
                  "nobody can tell which of them are gone; nothing was changed here. Let the "
                  "account of directory.bind_dn search by entryUUID"));
    return FALSE;
}
