/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config.h - the settings of rundruf.yaml, checked and with defaults filled in
 *
 * config_load() reads the file strictly (config/yaml.h), checks every key against the option
 * table (config/options.h), and resolves relative paths (in sqlite:, ldif: and spool: URIs,
 * *_file keys and folders) against the folder of the file, so that cron and a terminal see the
 * same. A Config is not changed after that and lives as long as the program. */
#ifndef RUNDRUF_CONFIG_CONFIG_H
#define RUNDRUF_CONFIG_CONFIG_H

#include "model/field.h"
#include "model/hours.h"
#include "model/limits.h"

typedef struct {
    char *path; /* the file it came from; absolute */

    char *network_name;
    char *network_domain;   /* of From, Message-ID, VERP; ASCII, lower case */
    char *network_language; /* "de" or "en" */
    char *network_timezone;
    char *network_sender; /* "Name <address>"; default: network_name <rundruf@network_domain> */

    char *directory_uri; /* ldap://, ldaps://, ldapi://, srv: (several, by blanks), ldif:FILE */
    char *directory_write_uri; /* the same, without ldif:; NULL: directory_uri */
    char *directory_base;
    char *directory_bind_dn;
    char *directory_password_file;
    char *directory_sasl;     /* "none", "external", "gssapi" */
    char *directory_starttls; /* "required", "off" */
    char *directory_ca_file;
    char *directory_filter;
    gint64 directory_page_size;         /* entries; 0: not paged */
    gint64 directory_timeout;           /* seconds without an answer */
    char *directory_id_attribute;       /* entryUUID, objectGUID */
    char *directory_version_attribute;  /* entryCSN, modifyTimestamp, uSNChanged */
    char *directory_referrals;          /* "skip", "store" */
    gint64 directory_audit;             /* seconds between audits; 0: never */
    gint64 directory_poll;              /* seconds between polls of sync --watch */
    char *directory_person_class;       /* objectClasses, separated by blanks, that make a person */
    char *directory_municipality_class; /* ... a municipality, other than the base */
    char *directory_membership; /* "tree"; or the person's attribute that names the municipality */
    char *
        directory_membership_key; /* "dn"; or the municipality's attribute which that value is of */
    char *directory_index;        /* further attributes that filters find fast; or NULL */
    FieldMap *directory_fields;

    gint64 guard_percent; /* of the persons and municipalities known; more removals are held */
    gint64 guard_count;

    char *store_uri;
    char *key_file;

    char *transport_uri;      /* smtp://, smtps://, spool:DIR */
    char *transport_starttls; /* "required", "off" */
    char *transport_ca_file;
    char *transport_user;
    char *transport_password_file;
    char *transport_token_file;
    char *transport_helo;      /* EHLO name; default: network_domain */
    gint64 transport_timeout;  /* seconds without progress */
    char *transport_fallback;  /* further relays, by preference, separated by blanks; NULL: none */
    gint64 transport_sessions; /* at the relay, at once */
    gint64 transport_session_messages; /* before a session is closed */
    Limits transport_rate;             /* of the relay; no sessions in it */
    Limits transport_domain_rate;      /* of each recipient domain; no sessions in it */
    gint64 transport_domain_sessions;  /* to each recipient domain, at once; 0: no limit */
    GHashTable *transport_domains; /* a domain (ASCII, lower case) or a provider's name -> Limits;
                                    * what stands here replaces all other limits of that name */
    gint64 transport_min_free;     /* MiB free on the store's disk, below which nothing is sent */

    char *message_templates;  /* folder whose files replace the built-in ones; NULL: none */
    gint64 mailing_lifetime;  /* seconds from confirmation to not_after, at the latest the start */
    Hours mailing_window;     /* when mail may go out; mailing/window.h */
    char *mailing_days;       /* "all", "workdays" */
    char *mailing_holidays;   /* a name of base/holidays.h */
    char *mailing_on_unknown; /* "resend", "ask", "skip" */
    char *mailing_notify;     /* "contact", "none" */

    gint64 mailing_max_roster_age; /* seconds since the last good sync; older: invite is held */

    char *web_public_url; /* https://...: in links; without a slash at its end */
} Config;

/* Finds the file: `path` if not NULL, else $RUNDRUF_CONFIG, ./rundruf.yaml,
 * /etc/rundruf/rundruf.yaml. Owned by the caller; NULL with NOT_FOUND and what to do. */
char *config_find(const char *path, GError **error);

/* Loads and checks; NULL with CONFIG or INPUT, "file:line:column: ..." where there is a place. */
Config *config_load(const char *path, GError **error);
void config_free(Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)

#endif
