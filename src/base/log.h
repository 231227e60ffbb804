/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log.h - one line an event, `key=value` pairs on standard error, for grep
 *
 *     log_info("sync.done", "added", "12", "seconds", "0.63", NULL)
 *     -> time=2026-11-23T01:02:03Z level=info event=sync.done added=12 seconds=0.63
 *
 * Ids come first. No secret, and no mail address, is ever logged: row ids and tokens stand for
 * people. A value with blanks, quotes or control characters is quoted and escaped, so that foreign
 * text cannot forge a line. The level is the only global state of the program. */
#ifndef RUNDRUF_BASE_LOG_H
#define RUNDRUF_BASE_LOG_H

#include <glib.h>

typedef enum { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG } LogLevel;

/* What is written: `level` and more urgent. WARNING at the start. */
void log_set_level(LogLevel level);

/* Whether lines of that level are written: for those that cost something to put together. */
gboolean log_writes(LogLevel level);

/* Writes one line. The pairs are key, value, ..., NULL; a NULL value leaves its key out. */
void log_write(LogLevel level, const char *event, const char *first_key,
               ...) G_GNUC_NULL_TERMINATED;

#define log_error(event, ...)   log_write(LOG_LEVEL_ERROR, event, __VA_ARGS__)
#define log_warning(event, ...) log_write(LOG_LEVEL_WARNING, event, __VA_ARGS__)
#define log_info(event, ...)    log_write(LOG_LEVEL_INFO, event, __VA_ARGS__)
#define log_debug(event, ...)   log_write(LOG_LEVEL_DEBUG, event, __VA_ARGS__)

/* Appends `value` to `line` as it stands in the log: bare if it is plain, else quoted. */
void log_append_value(GString *line, const char *value);

#endif
