/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config.h"

#include "base/dates.h"
#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"
#include "config/options.h"
#include "config/yaml.h"

#include <stdlib.h>
#include <string.h>

#define SERVERS_MAX    32 /* in one list */
#define DOMAIN_PATTERN "^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$"

typedef struct {
    Config *config;
    const char *source; /* the path as the user wrote it, for messages */
    char *folder;
} Loader;

static char **
text_member(Config *config, const Option *option)
{
    return G_STRUCT_MEMBER_P(config, option->offset);
}

static gboolean fail(const Loader *loader, const Value *value, GError **error, const char *format,
                     ...) G_GNUC_PRINTF(4, 5);

static gboolean
fail(const Loader *loader, const Value *value, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    return error_set_input(error, loader->source, value_line(value), value_column(value), "%s",
                           what);
}

static char *
resolve_path(const Loader *loader, const char *path)
{
    return g_path_is_absolute(path) ? g_strdup(path) : g_build_filename(loader->folder, path, NULL);
}

/* a URI whose path is a file's gets it made absolute */
static char *
resolve_uri(const Loader *loader, const char *uri)
{
    static const char *const schemes[] = {"sqlite:", "ldif:", "spool:"};
    for (guint i = 0; i < G_N_ELEMENTS(schemes); i++) {
        if (g_str_has_prefix(uri, schemes[i]) && uri[strlen(schemes[i])]) {
            g_autofree char *path = resolve_path(loader, uri + strlen(schemes[i]));
            return g_strconcat(schemes[i], path, NULL);
        }
    }
    return g_strdup(uri);
}

static gboolean
read_integer(const Loader *loader, const Option *option, const Value *value, GError **error)
{
    if (value_kind(value) != VALUE_INT || value_int(value) < option->min ||
        value_int(value) > option->max)
        return fail(loader, value, error,
                    _("%s must be a whole number from %" PRId64 " to %" PRId64), option->name,
                    option->min, option->max);
    G_STRUCT_MEMBER(gint64, loader->config, option->offset) = value_int(value);
    return TRUE;
}

/* "15m" in seconds, or -1 */
static gint64
parse_duration(const char *text)
{
    static const char units[] = "smhd";
    static const gint64 seconds[] = {1, 60, 60 * 60, 24 * 60 * 60};
    char *end;
    gint64 number = g_ascii_strtoll(text, &end, 10);
    const char *unit = *end ? strchr(units, *end) : NULL;
    if (!g_ascii_isdigit(*text) || !unit || end[1] || number > G_MAXINT32)
        return -1;
    return number * seconds[unit - units];
}

static gboolean
read_duration(const Loader *loader, const Option *option, const Value *value, GError **error)
{
    gint64 seconds = value_kind(value) == VALUE_TEXT ? parse_duration(value_text(value)) : -1;
    if (seconds < option->min || seconds > option->max)
        return fail(
            loader, value, error,
            _("%s must be a time such as 90s, 15m, 12h or 5d, from %" PRId64 "s to %" PRId64 "s"),
            option->name, option->min, option->max);
    G_STRUCT_MEMBER(gint64, loader->config, option->offset) = seconds;
    return TRUE;
}

static gboolean
check_choice(const Loader *loader, const Option *option, const Value *value, GError **error)
{
    g_auto(GStrv) choices = g_strsplit(option->choices, " ", -1);
    if (g_strv_contains((const char *const *)choices, value_text(value)))
        return TRUE;
    g_autofree char *names = /* TRANSLATORS: between the values of which a key may have one */
        g_strjoinv(_(" or "), choices);
    return fail(loader, value, error, _("%s must be %s"), option->name, names);
}

/* one URI of a server; its scheme is known */
static gboolean
server_is_good(const char *uri)
{
    static const char pattern[] =
        "^((ldap|smtp)s?://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?/?"
        "|ldapi://[A-Za-z0-9._%-]*/?"
        "|srv:[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*)$";
    const char *port = strrchr(uri, ':');
    return g_regex_match_simple(pattern, uri, G_REGEX_DOLLAR_ENDONLY, 0) &&
           (!g_ascii_isdigit(port[1]) || g_str_has_prefix(uri, "srv:") || strchr(port, ']') ||
            (atoi(port + 1) >= 1 && atoi(port + 1) <= 65535));
}

static gboolean
check_server(const Loader *loader, const Option *option, const Value *value, const char *uri,
             GError **error)
{
    g_auto(GStrv) schemes = g_strsplit(option->choices, " ", -1);
    const char *colon = strchr(uri, ':');
    g_autofree char *scheme = g_strndup(uri, colon ? (gsize)(colon - uri) + 1 : 0);
    if (!g_strv_contains((const char *const *)schemes, scheme))
        return fail(loader, value, error, _("%s: \"%s\" begins with none of %s"), option->name, uri,
                    option->choices);
    if (strcmp(scheme, "ldif:") == 0)
        return fail(loader, value, error, _("%s: ldif:FILE cannot stand beside servers"),
                    option->name);
    if (server_is_good(uri))
        return TRUE;
    if (g_str_has_prefix(uri, "smtp"))
        return fail(loader, value, error,
                    _("%s: \"%s\" must be smtp://HOST:PORT or smtps://HOST:PORT (the port may be "
                      "left out)"),
                    option->name, uri);
    return fail(loader, value, error,
                _("%s: \"%s\" must be ldap://HOST:PORT, ldaps://HOST:PORT (the port may be left "
                  "out), ldapi://SOCKET with %%2F for each slash, or srv:DOMAIN"),
                option->name, uri);
}

/* A file may have blanks in its name; that it is no list is seen by what follows a blank. */
static gboolean
check_servers(const Loader *loader, const Option *option, const Value *value, GError **error)
{
    const char *text = value_text(value);
    gboolean file = g_str_has_prefix(text, "ldif:") && strstr(option->choices, "ldif:");
    if (file && !g_regex_match_simple(" (ldap[si]?://|srv:|ldif:)", text, 0, 0))
        return text[strlen("ldif:")] ||
               fail(loader, value, error, _("%s: ldif: needs the name of a file"), option->name);
    g_auto(GStrv) uris = g_strsplit(text, " ", -1);
    guint count = 0;
    for (char **uri = uris; *uri; uri++) {
        if (!**uri)
            continue;
        if (!check_server(loader, option, value, *uri, error))
            return FALSE;
        if (++count > SERVERS_MAX)
            return fail(loader, value, error, _("%s: more than %d servers"), option->name,
                        SERVERS_MAX);
    }
    return count > 0 || fail(loader, value, error, _("%s: it names no server"), option->name);
}

static gboolean
read_text(const Loader *loader, const Option *option, const Value *value, GError **error)
{
    if (value_kind(value) != VALUE_TEXT || !*value_text(value) ||
        !text_is_clean(value_text(value)) || strchr(value_text(value), '\n'))
        return fail(loader, value, error,
                    _("%s must be text on one line; put it in quotes if it looks like a number"),
                    option->name);
    const char *text = value_text(value);
    if (option->kind == OPTION_CHOICE && !check_choice(loader, option, value, error))
        return FALSE;
    if (option->kind == OPTION_SERVERS && !check_servers(loader, option, value, error))
        return FALSE;
    gboolean is_uri = option->kind == OPTION_URI || option->kind == OPTION_SERVERS;
    char **member = text_member(loader->config, option);
    g_free(*member);
    *member = option->kind == OPTION_FILE ? resolve_path(loader, text)
              : is_uri                    ? resolve_uri(loader, text)
                                          : g_strdup(text);
    return TRUE;
}

/* the name of a key in a group, "" being the top */
static char *
join_key(const char *group, const char *key)
{
    return *group ? g_strdup_printf("%s.%s", group, key) : g_strdup(key);
}

/* says which key is meant by an unknown one; `group` "" is the top */
static gboolean
fail_unknown(const Loader *loader, const Value *value, const char *group, const char *key,
             GError **error)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    gsize length = strlen(group);
    g_auto(GStrv) names = option_names();
    for (char **name = names; *name; name++) {
        if (length > 0 && (strncmp(*name, group, length) != 0 || (*name)[length] != '.'))
            continue;
        g_auto(GStrv) parts = g_strsplit(*name + (length > 0 ? length + 1 : 0), ".", 2);
        g_strv_builder_add(builder, parts[0]);
    }
    g_auto(GStrv) candidates = g_strv_builder_end(builder);
    const char *nearest = text_nearest(key, (const char *const *)candidates);
    g_autofree char *unknown = join_key(group, key);
    g_autofree char *known = nearest ? join_key(group, nearest) : NULL;
    if (known)
        return fail(loader, value, error, _("there is no key %s; did you mean %s?"), unknown,
                    known);
    return fail(loader, value, error, _("there is no key %s; rundruf help config lists them"),
                unknown);
}

static gboolean
read_fields(const Loader *loader, const Option *option, const Value *value, GError **error)
{
    if (value_kind(value) != VALUE_MAP)
        return fail(loader, value, error, _("%s must be a map from fields to LDAP attributes"),
                    option->name);
    for (guint i = 0; i < value_count(value); i++) {
        const Value *item = value_item(value, i);
        FieldId field = field_find(value_key(value, i));
        if (field == FIELDS)
            return fail_unknown(loader, item, option->name, value_key(value, i), error);
        if (value_kind(item) != VALUE_TEXT ||
            !g_regex_match_simple("^[A-Za-z0-9.-]+( +[A-Za-z0-9.-]+)*$", value_text(item), 0, 0))
            return fail(loader, item, error,
                        _("%s.%s must be one or more LDAP attribute names, separated by blanks"),
                        option->name, value_key(value, i));
        field_map_set(loader->config->directory_fields, field, value_text(item));
    }
    return TRUE;
}

static gboolean
read_rates(const Loader *loader, const Option *option, const Value *value, GError **error)
{
    Limits *limits = G_STRUCT_MEMBER_P(loader->config, option->offset);
    return (value_kind(value) == VALUE_TEXT && limits_parse(value_text(value), FALSE, limits)) ||
           fail(loader, value, error,
                _("%s must be messages a second, a minute, an hour, such as 20/s 600/m 10000/h, "
                  "or none; each at most %d"),
                option->name, LIMITS_MESSAGES_MAX);
}

/* the name under which limits are kept, owned by the caller; NULL: it is neither a provider's nor a
 * mail domain */
static char *
limits_name(const char *key)
{
    if (limits_provider(key))
        return g_strdup(key);
    g_autofree char *ascii = g_hostname_to_ascii(key);
    g_autofree char *domain = ascii ? g_ascii_strdown(ascii, -1) : NULL;
    return domain && g_regex_match_simple(DOMAIN_PATTERN, domain, G_REGEX_DOLLAR_ENDONLY, 0)
               ? g_steal_pointer(&domain)
               : NULL;
}

static gboolean
read_domain(const Loader *loader, const Option *option, const char *key, const Value *value,
            GError **error)
{
    g_autofree char *name = limits_name(key);
    if (!name) {
        g_autoptr(GString) providers = g_string_new(NULL);
        for (const LimitsProvider *provider = limits_providers; provider->name; provider++)
            g_string_append_printf(providers, "%s%s", providers->len > 0 ? ", " : "",
                                   provider->name);
        return fail(loader, value, error,
                    _("%s: \"%s\" is neither a mail domain nor a provider (%s)"), option->name, key,
                    providers->str);
    }
    Limits limits;
    if (value_kind(value) != VALUE_TEXT || !limits_parse(value_text(value), TRUE, &limits))
        return fail(loader, value, error,
                    _("%s.%s must be limits such as 2 sessions 10/s 300/m 5000/h, or none; at most "
                      "%d sessions"),
                    option->name, key, LIMITS_SESSIONS_MAX);
    return g_hash_table_insert(loader->config->transport_domains, g_steal_pointer(&name),
                               g_memdup2(&limits, sizeof limits)) ||
           fail(loader, value, error, _("%s.%s stands there twice"), option->name, key);
}

static gboolean
read_domains(const Loader *loader, const Option *option, const Value *value, GError **error)
{
    if (value_kind(value) != VALUE_MAP)
        return fail(loader, value, error,
                    _("%s must be a map from mail domains or providers to limits"), option->name);
    for (guint i = 0; i < value_count(value); i++)
        if (!read_domain(loader, option, value_key(value, i), value_item(value, i), error))
            return FALSE;
    return TRUE;
}

static gboolean
read_hours(const Loader *loader, const Option *option, const Value *value, GError **error)
{
    Hours *hours = G_STRUCT_MEMBER_P(loader->config, option->offset);
    return (value_kind(value) == VALUE_TEXT && hours_parse(value_text(value), hours)) ||
           fail(loader, value, error,
                _("%s must be hours of the day such as 08:00-18:00, from 00:00 to 24:00"),
                option->name);
}

static gboolean
read_option(const Loader *loader, const Option *option, const Value *value, GError **error)
{
    switch (option->kind) {
    case OPTION_INTEGER:
        return read_integer(loader, option, value, error);
    case OPTION_DURATION:
        return read_duration(loader, option, value, error);
    case OPTION_FIELDS:
        return read_fields(loader, option, value, error);
    case OPTION_RATES:
        return read_rates(loader, option, value, error);
    case OPTION_DOMAINS:
        return read_domains(loader, option, value, error);
    case OPTION_HOURS:
        return read_hours(loader, option, value, error);
    case OPTION_TEXT:
    case OPTION_CHOICE:
    case OPTION_FILE:
    case OPTION_URI:
    case OPTION_SERVERS:
        break;
    }
    return read_text(loader, option, value, error);
}

static const Option *
find_option(const char *name)
{
    for (const Option *option = option_table; option->name; option++)
        if (strcmp(option->name, name) == 0)
            return option;
    return NULL;
}

static gboolean
is_group(const char *name)
{
    gsize length = strlen(name);
    for (const Option *option = option_table; option->name; option++)
        if (strncmp(option->name, name, length) == 0 && option->name[length] == '.')
            return TRUE;
    return FALSE;
}

static gboolean
read_map(const Loader *loader, const Value *map, const char *group, GError **error)
{
    for (guint i = 0; i < value_count(map); i++) {
        const Value *item = value_item(map, i);
        const char *key = value_key(map, i);
        g_autofree char *name = join_key(group, key);
        const Option *option = find_option(name);
        if (option) {
            if (!read_option(loader, option, item, error))
                return FALSE;
        } else if (*group || !is_group(name)) {
            return fail_unknown(loader, item, group, key, error);
        } else if (value_kind(item) == VALUE_NULL) {
            continue; /* "web:" with all its keys commented out */
        } else if (value_kind(item) != VALUE_MAP) {
            return fail(loader, item, error,
                        _("%s is a group of keys: put them below it, indented"), name);
        } else if (!read_map(loader, item, name, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* defaults are read like written values, so that the table cannot hold one that would be refused */
static gboolean
fill_defaults(const Loader *loader, GError **error)
{
    loader->config->directory_fields = field_map_new();
    loader->config->transport_domains =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (const Option *option = option_table; option->name; option++) {
        if (!option->fallback)
            continue;
        g_autoptr(Value) value = option->kind == OPTION_INTEGER
                                     ? value_new_int(g_ascii_strtoll(option->fallback, NULL, 10))
                                     : value_new_text(option->fallback);
        if (!read_option(loader, option, value, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean fail_key(GError **error, const Config *config, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static gboolean
fail_key(GError **error, const Config *config, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG, "%s: %s", config->path, what);
    return FALSE;
}

/* they become part of filters and requests */
static gboolean
check_attributes(const Config *config, GError **error)
{
    const char *const names[] = {config->directory_id_attribute,
                                 config->directory_version_attribute};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (!g_regex_match_simple("^[A-Za-z][A-Za-z0-9-]*$", names[i], G_REGEX_DOLLAR_ENDONLY, 0))
            return fail_key(error, config,
                            _("directory.%s_attribute \"%s\" is no name of an LDAP attribute"),
                            i == 0 ? "id" : "version", names[i]);
    if (config->directory_index &&
        !g_regex_match_simple("^[A-Za-z][A-Za-z0-9.-]*( +[A-Za-z][A-Za-z0-9.-]*)*$",
                              config->directory_index, G_REGEX_DOLLAR_ENDONLY, 0))
        return fail_key(error, config,
                        _("directory.index must be names of LDAP attributes, separated by blanks"));
    return TRUE;
}

/* what depends on several keys, or on more than a key's form */
static gboolean
finish(Config *config, GError **error)
{
    g_autofree char *domain = g_hostname_to_ascii(config->network_domain);
    g_autofree char *lower = domain ? g_ascii_strdown(domain, -1) : NULL;
    if (!lower || !g_regex_match_simple(DOMAIN_PATTERN, lower, G_REGEX_DOLLAR_ENDONLY, 0))
        return fail_key(error, config, _("network.domain \"%s\" is no mail domain"),
                        config->network_domain);
    g_free(config->network_domain);
    config->network_domain = g_steal_pointer(&lower);

    if (!check_attributes(config, error))
        return FALSE;
    if (config->directory_index)
        field_map_set_index(config->directory_fields, config->directory_index);
    if (!dates_zone(config->network_timezone, error)) {
        g_prefix_error(error, "%s: network.timezone: ", config->path);
        return FALSE;
    }
    if (!config->network_sender)
        config->network_sender =
            g_strdup_printf("%s <rundruf@%s>", config->network_name, config->network_domain);
    if (!config->transport_helo)
        config->transport_helo = g_strdup(config->network_domain);

    const char *url = config->web_public_url;
    if (url &&
        (!g_str_has_prefix(url, "https://") || !url[strlen("https://")] || strpbrk(url, " <>\"")))
        return fail_key(error, config, _("web.public_url must begin with https://"));
    while (url && g_str_has_suffix(url, "/"))
        config->web_public_url[strlen(url) - 1] = '\0';
    return TRUE;
}

char *
config_find(const char *path, GError **error)
{
    if (!path)
        path = g_getenv("RUNDRUF_CONFIG");
    if (path)
        return g_strdup(path);
    static const char *const places[] = {"rundruf.yaml", "/etc/rundruf/rundruf.yaml"};
    for (guint i = 0; i < G_N_ELEMENTS(places); i++)
        if (g_file_test(places[i], G_FILE_TEST_EXISTS))
            return g_strdup(places[i]);
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND,
                _("there is no rundruf.yaml here and no /etc/rundruf/rundruf.yaml; make one with "
                  "\"rundruf init\", or name it with -c FILE"));
    return NULL;
}

Config *
config_load(const char *path, GError **error)
{
    g_autoptr(GBytes) content = file_read(path, YAML_BYTES_MAX, error);
    if (!content)
        return NULL;
    gsize length;
    const char *text = g_bytes_get_data(content, &length);
    g_autoptr(Value) root = yaml_parse(text, length, path, error);
    if (!root)
        return NULL;

    g_autoptr(Config) config = g_new0(Config, 1);
    config->path = g_canonicalize_filename(path, NULL);
    g_autofree char *folder = g_path_get_dirname(config->path);
    Loader loader = {config, path, folder};
    if (!fill_defaults(&loader, error))
        return NULL;
    if (value_kind(root) != VALUE_MAP && value_kind(root) != VALUE_NULL) {
        fail(&loader, root, error,
             _("a configuration is a map of keys; rundruf help config lists them"));
        return NULL;
    }
    if (!read_map(&loader, root, "", error) || !finish(config, error))
        return NULL;
    return g_steal_pointer(&config);
}

void
config_free(Config *config)
{
    if (!config)
        return;
    for (const Option *option = option_table; option->name; option++)
        if (option_is_text(option))
            g_free(*text_member(config, option));
    field_map_free(config->directory_fields);
    g_clear_pointer(&config->transport_domains, g_hash_table_unref);
    g_free(config->path);
    g_free(config);
}
