/* SPDX-License-Identifier: GPL-3.0-or-later */
/* limits.h - how much mail may go at once, and in a second, a minute, an hour
 *
 * As people write it: "2 sessions 10/s 300/m 5000/h", in any order, or "none". What large providers
 * are given unless the settings say otherwise stands in `limits_providers`. */
#ifndef RUNDRUF_MODEL_LIMITS_H
#define RUNDRUF_MODEL_LIMITS_H

#include <glib.h>

#define LIMITS_SESSIONS_MAX 256
#define LIMITS_MESSAGES_MAX 1000000

typedef enum { SPAN_SECOND, SPAN_MINUTE, SPAN_HOUR, SPANS } Span;

typedef struct {
    guint sessions;        /* at once; 0: no limit */
    guint messages[SPANS]; /* in any span of that length; 0: no limit */
} Limits;

/* Reads limits; FALSE, and `limits` as it was, for what is none: a number of 0 or beyond the two
 * above, a word twice, nothing at all. Sessions are refused unless `sessions`. */
gboolean limits_parse(const char *text, gboolean sessions, Limits *limits);

/* Milliseconds of a span. */
gint64 limits_span_ms(Span span);

typedef struct {
    const char *name;    /* without a dot, so that it is no domain's */
    const char *domains; /* that are counted together; separated by blanks, lower case */
    Limits limits;
} LimitsProvider;

extern const LimitsProvider limits_providers[]; /* name NULL at the end */

/* The provider of that name, or NULL. */
const LimitsProvider *limits_provider(const char *name);

#endif
