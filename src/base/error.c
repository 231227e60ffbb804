/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"

G_DEFINE_QUARK(rundruf_error, rundruf_error)

gboolean
error_set_input(GError **error, const char *source, guint line, guint column, const char *format,
                ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT, "%s:%u:%u: %s", source, line, column,
                message);
    return FALSE;
}
