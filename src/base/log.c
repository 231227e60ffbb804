/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

static LogLevel log_level = LOG_LEVEL_WARNING;

static const char *const level_names[] = {"error", "warning", "info", "debug"};

void
log_set_level(LogLevel level)
{
    log_level = level;
}

gboolean
log_writes(LogLevel level)
{
    return level <= log_level;
}

void
log_append_value(GString *line, const char *value)
{
    gboolean plain = *value != '\0';
    for (const char *p = value; *p && plain; p++)
        plain = g_ascii_isgraph(*p) && *p != '"' && *p != '\\' && *p != '=';
    if (plain) {
        g_string_append(line, value);
        return;
    }
    g_string_append_c(line, '"');
    for (const guchar *p = (const guchar *)value; *p; p++) {
        if (*p == '"' || *p == '\\')
            g_string_append_c(line, '\\');
        if (*p < 0x20 || *p == 0x7f)
            g_string_append_printf(line, "\\x%02x", *p);
        else
            g_string_append_c(line, (char)*p);
    }
    g_string_append_c(line, '"');
}

void
log_write(LogLevel level, const char *event, const char *first_key, ...)
{
    if (!log_writes(level))
        return;
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(clock_now());
    g_autofree char *stamp = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_printf(line, "time=%s level=%s event=%s", stamp, level_names[level], event);

    va_list args;
    va_start(args, first_key);
    for (const char *key = first_key; key; key = va_arg(args, const char *)) {
        const char *value = va_arg(args, const char *);
        if (!value)
            continue;
        g_string_append_printf(line, " %s=", key);
        log_append_value(line, value);
    }
    va_end(args);
    g_string_append_c(line, '\n');
    fwrite(line->str, 1, line->len, stderr);
}
