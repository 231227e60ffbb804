/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/options.h"

#include "base/holidays.h"
#include "base/i18n.h"

#include <string.h>

#define MEMBER(name) offsetof(Config, name)
#define HOUR_S       3600
#define DAY_S        (24 * HOUR_S)

const Option option_table[] = {
    {"network.name", OPTION_TEXT, MEMBER(network_name), "Rundruf", 0, 0, NULL,
     N_("the network's name, as mail shows it")},
    {"network.domain", OPTION_TEXT, MEMBER(network_domain), "netz.example", 0, 0, NULL,
     N_("mail domain of sender, return path and Message-ID")},
    {"network.language", OPTION_CHOICE, MEMBER(network_language), "de", 0, 0, "de en",
     N_("language for people whose own is not known")},
    {"network.timezone", OPTION_TEXT, MEMBER(network_timezone), "Europe/Berlin", 0, 0, NULL,
     N_("zone in which times are written and read (tz database)")},
    {"network.sender", OPTION_TEXT, MEMBER(network_sender), NULL, 0, 0, NULL,
     N_("sender of mailings, Name <address>; else the name at rundruf@DOMAIN")},

    {"directory.uri", OPTION_SERVERS, MEMBER(directory_uri), "ldif:roster.ldif", 0, 0,
     "ldap: ldaps: ldapi: srv: ldif:",
     N_("ldap://HOST, ldaps://HOST, ldapi://SOCKET, srv:DOMAIN; several, by preference; or "
        "ldif:FILE")},
    {"directory.write_uri", OPTION_SERVERS, MEMBER(directory_write_uri), NULL, 0, 0,
     "ldap: ldaps: ldapi: srv:",
     N_("server that takes changes, where directory.uri names read-only replicas")},
    {"directory.base", OPTION_TEXT, MEMBER(directory_base), "dc=netz,dc=example", 0, 0, NULL,
     N_("DN below which the roster lies")},
    {"directory.bind_dn", OPTION_TEXT, MEMBER(directory_bind_dn), NULL, 0, 0, NULL,
     N_("DN to log in as; without it anonymous")},
    {"directory.password_file", OPTION_FILE, MEMBER(directory_password_file), NULL, 0, 0, NULL,
     N_("file with the password for bind_dn, mode 0600")},
    {"directory.sasl", OPTION_CHOICE, MEMBER(directory_sasl), "none", 0, 0, "none external gssapi",
     N_("instead of a password: external (the socket of ldapi://) or gssapi (Kerberos ticket)")},
    {"directory.starttls", OPTION_CHOICE, MEMBER(directory_starttls), "required", 0, 0,
     "required off", N_("encryption on ldap://")},
    {"directory.ca_file", OPTION_FILE, MEMBER(directory_ca_file), NULL, 0, 0, NULL,
     N_("certificates to trust, instead of the system's")},
    {"directory.filter", OPTION_TEXT, MEMBER(directory_filter), "(objectClass=*)", 0, 0, NULL,
     N_("LDAP filter of the entries to copy")},
    {"directory.page_size", OPTION_INTEGER, MEMBER(directory_page_size), "1000", 0, 100000, NULL,
     N_("entries in a page of an answer; 0: no pages")},
    {"directory.timeout", OPTION_DURATION, MEMBER(directory_timeout), "60s", 1, HOUR_S, NULL,
     N_("how long to wait for the directory's next word")},
    {"directory.id_attribute", OPTION_TEXT, MEMBER(directory_id_attribute), "entryUUID", 0, 0, NULL,
     N_("what tells entries apart for ever; Active Directory: objectGUID")},
    {"directory.version_attribute", OPTION_TEXT, MEMBER(directory_version_attribute), "entryCSN", 0,
     0, NULL, N_("what changes with each change of an entry; Active Directory: uSNChanged")},
    {"directory.referrals", OPTION_CHOICE, MEMBER(directory_referrals), "skip", 0, 0, "skip store",
     N_("referral objects: count and skip them, or store them as entries")},
    {"directory.audit", OPTION_DURATION, MEMBER(directory_audit), "1d", 0, 90 * DAY_S, NULL,
     N_("how often a poll compares everything with the directory; 0s: never by itself")},
    {"directory.poll", OPTION_DURATION, MEMBER(directory_poll), "5m", 1, DAY_S, NULL,
     N_("how often sync --watch asks a directory that does not tell changes by itself")},
    {"directory.person_class", OPTION_TEXT, MEMBER(directory_person_class), "inetOrgPerson person",
     0, 0, NULL, N_("objectClasses, any of which makes a person")},
    {"directory.municipality_class", OPTION_TEXT, MEMBER(directory_municipality_class),
     "rundrufMunicipality organization", 0, 0, NULL,
     N_("objectClasses, any of which makes a municipality (below the base)")},
    {"directory.membership", OPTION_TEXT, MEMBER(directory_membership), "tree", 0, 0, NULL,
     N_("\"tree\", or the person's attribute that names the municipality")},
    {"directory.membership_key", OPTION_TEXT, MEMBER(directory_membership_key), "dn", 0, 0, NULL,
     N_("what that attribute holds: \"dn\", or the municipality's attribute with that value")},
    {"directory.index", OPTION_TEXT, MEMBER(directory_index), NULL, 0, 0, NULL,
     N_("further attributes that filters find fast, separated by blanks")},
    {"directory.fields", OPTION_FIELDS, MEMBER(directory_fields), NULL, 0, 0, NULL,
     N_("LDAP attributes of a field, the first with a value is taken")},

    {"guard.percent", OPTION_INTEGER, MEMBER(guard_percent), "5", 0, 100, NULL,
     N_("a sync that would remove more of the roster is held")},
    {"guard.count", OPTION_INTEGER, MEMBER(guard_count), "20", 0, G_MAXINT32, NULL,
     N_("a sync that would remove more entries is held")},

    {"store.uri", OPTION_URI, MEMBER(store_uri), "sqlite:rundruf.db", 0, 0, NULL,
     N_("the store: sqlite:FILE, on a local disk")},
    {"key_file", OPTION_FILE, MEMBER(key_file), "rundruf.key", 0, 0, NULL,
     N_("key of the links in mail, made by init, mode 0600")},

    {"transport.uri", OPTION_URI, MEMBER(transport_uri), "spool:outbox", 0, 0, NULL,
     N_("smtp://RELAY:PORT, smtps://RELAY:PORT or spool:FOLDER")},
    {"transport.starttls", OPTION_CHOICE, MEMBER(transport_starttls), "required", 0, 0,
     "required off", N_("encryption on smtp://")},
    {"transport.ca_file", OPTION_FILE, MEMBER(transport_ca_file), NULL, 0, 0, NULL,
     N_("certificates to trust, instead of the system's")},
    {"transport.user", OPTION_TEXT, MEMBER(transport_user), NULL, 0, 0, NULL,
     N_("user name at the relay; without it no login")},
    {"transport.password_file", OPTION_FILE, MEMBER(transport_password_file), NULL, 0, 0, NULL,
     N_("file with the password for user, mode 0600")},
    {"transport.token_file", OPTION_FILE, MEMBER(transport_token_file), NULL, 0, 0, NULL,
     N_("instead of a password: file with an OAuth 2.0 access token for user, mode 0600")},
    {"transport.helo", OPTION_TEXT, MEMBER(transport_helo), NULL, 0, 0, NULL,
     N_("own name in EHLO; else network.domain")},
    {"transport.timeout", OPTION_DURATION, MEMBER(transport_timeout), "5m", 1, HOUR_S, NULL,
     N_("how long to wait for the relay's next word")},
    {"transport.fallback", OPTION_SERVERS, MEMBER(transport_fallback), NULL, 0, 0, "smtp: smtps:",
     N_("further relays, taken in turn while the first cannot be used; separated by blanks")},
    {"transport.sessions", OPTION_INTEGER, MEMBER(transport_sessions), "8", 1, LIMITS_SESSIONS_MAX,
     NULL, N_("connections to the relay at once")},
    {"transport.session_messages", OPTION_INTEGER, MEMBER(transport_session_messages), "100", 1,
     100000, NULL, N_("messages after which a connection is closed and a new one opened")},
    {"transport.rate", OPTION_RATES, MEMBER(transport_rate), "none", 0, 0, NULL,
     N_("most that the relay gets in a second, minute, hour, as in \"20/s 600/m 10000/h\"")},
    {"transport.domain_rate", OPTION_RATES, MEMBER(transport_domain_rate), "none", 0, 0, NULL,
     N_("the same for each mail domain of recipients, but for those of large providers")},
    {"transport.domain_sessions", OPTION_INTEGER, MEMBER(transport_domain_sessions), "0", 0,
     LIMITS_SESSIONS_MAX, NULL, N_("messages to one of these domains at once; 0: no limit")},
    {"transport.domains", OPTION_DOMAINS, MEMBER(transport_domains), NULL, 0, 0, NULL,
     N_("limits of single mail domains or providers, DOMAIN: \"2 sessions 10/s 300/m\"")},
    {"transport.min_free", OPTION_INTEGER, MEMBER(transport_min_free), "100", 0, 1024 * 1024, NULL,
     N_("MiB that must be free on the store's disk, or nothing is sent")},

    {"message.templates", OPTION_FILE, MEMBER(message_templates), NULL, 0, 0, NULL,
     N_("folder with templates that replace the built-in ones")},
    {"mailing.lifetime", OPTION_DURATION, MEMBER(mailing_lifetime), "5d", 60, 90 * DAY_S, NULL,
     N_("how long a mailing is tried; at most until the event starts")},
    {"mailing.window", OPTION_HOURS, MEMBER(mailing_window), "00:00-24:00", 0, 0, NULL,
     N_("hours of the day in which mail goes out, as in 08:00-18:00")},
    {"mailing.days", OPTION_CHOICE, MEMBER(mailing_days), "all", 0, 0, "all workdays",
     N_("days on which mail goes out; workdays: Monday to Friday")},
    {"mailing.holidays", OPTION_CHOICE, MEMBER(mailing_holidays), "none", 0, 0, HOLIDAYS_REGIONS,
     N_("public holidays on which no mail goes out: a Bundesland's, or those of all of them")},
    {"mailing.on_unknown", OPTION_CHOICE, MEMBER(mailing_on_unknown), "resend", 0, 0,
     "resend ask skip",
     N_("a message of which nobody knows whether it arrived: send it again, ask, or leave it")},
    {"mailing.notify", OPTION_CHOICE, MEMBER(mailing_notify), "contact", 0, 0, "contact none",
     N_("who is told when a mailing is done, or stuck: the event's contact person, or nobody")},
    {"mailing.max_roster_age", OPTION_DURATION, MEMBER(mailing_max_roster_age), "24h", 60,
     3650 * DAY_S, NULL, N_("a mailing from a roster that was in step longer ago is held")},
    {"web.public_url", OPTION_TEXT, MEMBER(web_public_url), NULL, 0, 0, NULL,
     N_("https address under which people reach the web pages; in links")},
    {0},
};

gboolean
option_is_text(const Option *option)
{
    switch (option->kind) {
    case OPTION_TEXT:
    case OPTION_CHOICE:
    case OPTION_FILE:
    case OPTION_URI:
    case OPTION_SERVERS:
        return TRUE;
    case OPTION_INTEGER:
    case OPTION_DURATION:
    case OPTION_FIELDS:
    case OPTION_RATES:
    case OPTION_DOMAINS:
    case OPTION_HOURS:
        break;
    }
    return FALSE;
}

static void
add_fields(GStrvBuilder *names, const char *group)
{
    for (guint i = 0; i < FIELDS; i++) {
        g_autofree char *name = g_strdup_printf("%s.%s", group, field_table[i].name);
        g_strv_builder_add(names, name);
    }
}

char **
option_names(void)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    for (const Option *option = option_table; option->name; option++) {
        if (option->kind == OPTION_FIELDS)
            add_fields(names, option->name);
        else
            g_strv_builder_add(names, option->name);
    }
    return g_strv_builder_end(names);
}

const char *
option_fallback(const char *name)
{
    for (const Option *option = option_table; option->name; option++) {
        gsize length = strlen(option->name);
        if (strcmp(option->name, name) == 0)
            return option->fallback ? option->fallback : "";
        if (option->kind == OPTION_FIELDS && strncmp(option->name, name, length) == 0 &&
            name[length] == '.' && field_find(name + length + 1) < FIELDS)
            return field_table[field_find(name + length + 1)].attributes;
    }
    return "";
}
