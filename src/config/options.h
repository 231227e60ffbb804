/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options.h - the option table: one row for each key of rundruf.yaml
 *
 * The reader (config/config.h), `rundruf help config`, and the checks of the sample
 * configuration and the manual all take their facts from here. */
#ifndef RUNDRUF_CONFIG_OPTIONS_H
#define RUNDRUF_CONFIG_OPTIONS_H

#include "config/config.h"

typedef enum {
    OPTION_TEXT,
    OPTION_CHOICE,   /* one of `choices` */
    OPTION_INTEGER,  /* min to max */
    OPTION_DURATION, /* "90s", "15m", "12h", "14d"; kept in seconds, min to max */
    OPTION_FILE,     /* a path, relative to the configuration's folder */
    OPTION_URI,      /* the path of sqlite:, spool: is relative in the same way */
    OPTION_SERVERS,  /* URIs of servers, separated by blanks, or one of ldif: alone, whose path is
                      * relative too; `choices`: the schemes */
    OPTION_FIELDS,   /* a map: field name -> LDAP attributes */
    OPTION_RATES,    /* "20/s 600/m 10000/h" or "none": model/limits.h */
    OPTION_DOMAINS,  /* a map: recipient domain or provider -> limits, with sessions */
    OPTION_HOURS     /* "08:00-18:00": model/hours.h */
} OptionKind;

typedef struct {
    const char *name; /* "group.key", or "key" at the top */
    OptionKind kind;
    gsize offset;         /* of the member of Config: char *, gint64, or the kind's own */
    const char *fallback; /* as it would be written; NULL: nothing */
    gint64 min, max;
    const char *choices; /* separated by blanks */
    const char *text;    /* what it is; msgid */
} Option;

extern const Option option_table[]; /* name NULL at the end */

/* TRUE if the member of Config is a text (char *). */
gboolean option_is_text(const Option *option);

/* Every name with "directory.fields" taken apart into its fields; NULL at the end; the caller
 * owns it. */
char **option_names(void);

/* The default of a name from option_names(), "" if none; static. */
const char *option_fallback(const char *name);

#endif
