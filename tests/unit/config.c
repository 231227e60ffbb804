/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config: the YAML reader's limits and errors, the option table, the sample configuration */
#include "base/error.h"
#include "base/json.h"
#include "config/options.h"
#include "config/yaml.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_yaml_values(void)
{
    static const struct {
        const char *text, *json;
    } rows[] = {
        {"", "null"},
        {"# nothing\n", "null"},
        {"a: 1\nb: [x, 'y', \"z\", ~, true, -7, 1.5, 08222000]",
         "{\"a\":1,\"b\":[\"x\",\"y\",\"z\",null,true,-7,1.5,\"08222000\"]}"},
        {"{\"a\": {\"b\": [1, 2, {\"c\": null}]}, \"d\": \"\\u00e4\\n\"}",
         "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"d\":\"ä\\n\"}"},
        {"{\"a\": \"\\ud83d\\ude00 \\\\ud83d\\\\ude00\"}",
         "{\"a\":\"\xf0\x9f\x98\x80 \\\\ud83d\\\\ude00\"}"},
        {"a: |\n  two\n  lines\n", "{\"a\":\"two\\nlines\\n\"}"},
        {"a: 'true'\nb: \"12\"", "{\"a\":\"true\",\"b\":\"12\"}"},
        {"a: 99999999999999999999", "{\"a\":1e+20}"},
        {"---\nx\n...\n", "\"x\""},
        {"\xef\xbb\xbf"
         "a: b",
         "{\"a\":\"b\"}"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Value) value = yaml_parse(rows[i].text, strlen(rows[i].text), "t", &error);
        g_assert_no_error(error);
        g_autoptr(GString) json = g_string_new(NULL);
        json_append(json, value);
        g_assert_cmpstr(json->str, ==, rows[i].json);
    }
}

static void
test_yaml_errors(void)
{
    static const struct {
        const char *text, *place;
    } rows[] = {
        {"a: 1\na: 2", "t:2:1: "},
        {"a: &x 1", "t:1:4: "},
        {"a: *x", "t:1:4: "},
        {"a: !!int 1", "t:1:4: "},
        {"a: !x {b: 1}", "t:1:4: "},
        {"&x a: 1", "t:1:1: "},
        {"a: [1", "t:"},
        {"a:\n\t- b", "t:2:1: "},
        {"[1]: 2", "t:1:1: "},
        {"a: \"x\\0y\"", "t:1:4: "},
        {"a: b\xff", "t:1:5: "},
        {"--- a\n--- b\n", "t:2:1: "},
        {"{\"a\": \"\\ud83d\"}", "t:1:"},
        {"<<: {a: 1}\nb: *c", "t:2:4: "},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(yaml_parse(rows[i].text, strlen(rows[i].text), "t", &error));
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
        if (!g_str_has_prefix(error->message, rows[i].place))
            g_error("row %u: %s", i, error->message);
    }
}

static void
test_yaml_limits(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *deep = g_strnfill(YAML_DEPTH_MAX, '[');
    g_autofree char *close = g_strnfill(YAML_DEPTH_MAX, ']');
    g_autofree char *good = g_strconcat(deep, close, NULL);
    g_autoptr(Value) value = yaml_parse(good, strlen(good), "t", &error);
    g_assert_no_error(error);
    g_assert_cmpint(value_kind(value), ==, VALUE_LIST);

    g_autofree char *bad = g_strconcat("[", good, "]", NULL);
    g_assert_null(yaml_parse(bad, strlen(bad), "t", &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    g_clear_error(&error);

    g_autofree char *large = g_strnfill(YAML_BYTES_MAX + 1, 'a');
    g_assert_null(yaml_parse(large, YAML_BYTES_MAX + 1, "t", &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    g_clear_error(&error);

    g_autofree char *brackets = g_strnfill(YAML_BYTES_MAX, '[');
    g_assert_null(yaml_parse(brackets, YAML_BYTES_MAX, "t", &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
}

static char *folder;

static Config *
load(const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "c.yaml", NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return config_load(path, error);
}

static void
test_config_values(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = load("network: {domain: Büro.example, name: Netz}\n"
                                    "directory: {uri: 'ldif:r.ldif', fields: {city: l o}}\n"
                                    "store: {uri: 'sqlite:/var/lib/x.db'}\n"
                                    "mailing: {lifetime: 2d}\nguard: {percent: 0}\n"
                                    "web: {public_url: 'https://n.example/'}\n",
                                    &error);
    g_assert_no_error(error);
    g_autofree char *roster = g_strdup_printf("ldif:%s/r.ldif", folder);
    g_autofree char *key = g_strdup_printf("%s/rundruf.key", folder);
    g_assert_cmpstr(config->network_domain, ==, "xn--bro-hoa.example");
    g_assert_cmpstr(config->network_sender, ==, "Netz <rundruf@xn--bro-hoa.example>");
    g_assert_cmpstr(config->transport_helo, ==, "xn--bro-hoa.example");
    g_assert_cmpstr(config->directory_uri, ==, roster);
    g_assert_cmpstr(config->store_uri, ==, "sqlite:/var/lib/x.db");
    g_assert_cmpstr(config->key_file, ==, key);
    g_assert_cmpstr(config->web_public_url, ==, "https://n.example");
    g_assert_cmpint(config->mailing_lifetime, ==, 2 * 24 * 3600);
    g_assert_cmpint(config->guard_percent, ==, 0);
    g_assert_cmpint(config->guard_count, ==, 20);
    g_assert_cmpstr(config->directory_fields->attributes[FIELD_CITY][0], ==, "l");
    g_assert_cmpstr(config->directory_fields->attributes[FIELD_CITY][1], ==, "o");
    g_assert_cmpstr(config->directory_fields->attributes[FIELD_MAIL][0], ==, "mail");
}

static void
test_config_servers(void)
{
    static const char *const rows[] = {
        "ldap://ldap1.example ldaps://ldap2.example:636/ ldapi://%2Frun%2Fslapd%2Fldapi",
        "srv:netz.example ldap://[2001:db8::1]:3890 ldap://[::1] ldapi:///",
        "ldap://192.0.2.1",
        "ldap://127.0.0.1:65535   ldap://b",
        "ldif:/var/lib/my roster.ldif",
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = g_strdup_printf("directory: {uri: '%s'}", rows[i]);
        g_autoptr(Config) config = load(text, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(config->directory_uri, ==, rows[i]);
    }
}

static void
test_config_limits(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config =
        load("transport:\n  uri: smtp://relay.example\n  rate: 600/m 20/s\n  sessions: 256\n"
             "  fallback: smtp://a.example:587 smtps://[2001:db8::1] smtp://192.0.2.1\n"
             "  domains: {GMX.de: 1 session 5/m, Büro.example: none, gmail: 3 sessions}\n"
             "mailing: {window: '22:00-06:00', holidays: BW, days: workdays, on_unknown: ask}\n",
             &error);
    g_assert_no_error(error);
    g_assert_cmpuint(config->transport_rate.messages[SPAN_SECOND], ==, 20);
    g_assert_cmpuint(config->transport_rate.messages[SPAN_MINUTE], ==, 600);
    g_assert_cmpuint(config->transport_rate.messages[SPAN_HOUR], ==, 0);
    g_assert_cmpuint(config->transport_domain_rate.messages[SPAN_SECOND], ==, 0);
    g_assert_cmpint(config->transport_sessions, ==, 256);
    g_assert_cmpint(config->transport_session_messages, ==, 100);
    g_assert_cmpint(config->transport_domain_sessions, ==, 0);
    g_assert_cmpint(config->transport_min_free, ==, 100);
    g_assert_cmpstr(config->transport_fallback, ==,
                    "smtp://a.example:587 smtps://[2001:db8::1] smtp://192.0.2.1");
    g_assert_cmpuint(g_hash_table_size(config->transport_domains), ==, 3);
    const Limits *limits = g_hash_table_lookup(config->transport_domains, "gmx.de");
    g_assert_nonnull(limits);
    g_assert_cmpuint(limits->sessions, ==, 1);
    g_assert_cmpuint(limits->messages[SPAN_MINUTE], ==, 5);
    limits = g_hash_table_lookup(config->transport_domains, "xn--bro-hoa.example");
    g_assert_nonnull(limits);
    g_assert_cmpuint(limits->sessions, ==, 0);
    limits = g_hash_table_lookup(config->transport_domains, "gmail");
    g_assert_nonnull(limits);
    g_assert_cmpuint(limits->sessions, ==, 3);
    g_assert_cmpint(config->mailing_window.from, ==, 22 * 60);
    g_assert_cmpint(config->mailing_window.to, ==, 6 * 60);
    g_assert_cmpstr(config->mailing_days, ==, "workdays");
    g_assert_cmpstr(config->mailing_holidays, ==, "BW");
    g_assert_cmpstr(config->mailing_on_unknown, ==, "ask");
}

static void
test_config_errors(void)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"netwrok: {name: x}", "1:10: there is no key netwrok; did you mean network?"},
        {"network:\n  nmae: x", "2:9: there is no key network.nmae; did you mean network.name?"},
        {"network:\n  zzzzzz: x", "there is no key network.zzzzzz; rundruf help config"},
        {"directory: {fields: {citty: o}}",
         "directory.fields.citty; did you mean directory.fields.city"},
        {"guard: {percent: 101}", "1:18: guard.percent must be a whole number from 0 to 100"},
        {"guard: {percent: x}", "guard.percent must be a whole number"},
        {"mailing: {lifetime: 5}", "mailing.lifetime must be a time such as"},
        {"mailing: {lifetime: 5x}", "mailing.lifetime must be a time such as"},
        {"mailing: {lifetime: 5000d}", "mailing.lifetime must be a time such as"},
        {"network: {language: fr}", "network.language must be de or en"},
        {"network: {name: 5}", "network.name must be text on one line"},
        {"network: {name: \"a\\nb\"}", "network.name must be text on one line"},
        {"network: x", "network is a group of keys"},
        {"network: {domain: x}", "is no mail domain"},
        {"network: {domain: \"a b.example\"}", "is no mail domain"},
        {"network: {timezone: Europe/Mannheim}", "network.timezone"},
        {"web: {public_url: 'http://x.example'}", "must begin with https://"},
        {"[1]", "a configuration is a map"},
        {"directory: {fields: {city: 'o;x'}}", "must be one or more LDAP attribute names"},
        {"directory: {uri: 'http://x'}", "1:18: directory.uri: \"http://x\" begins with none of"},
        {"directory:\n  uri: roster.ldif", "2:8: directory.uri: \"roster.ldif\" begins with none"},
        {"directory:\n  uri: ldap://a ftp://b", "2:8: directory.uri: \"ftp://b\" begins with none"},
        {"directory: {uri: 'ldap://'}", "\"ldap://\" must be ldap://HOST:PORT"},
        {"directory: {uri: 'ldap:///'}", "must be ldap://HOST:PORT"},
        {"directory: {uri: 'ldap://a:0'}", "must be ldap://HOST:PORT"},
        {"directory: {uri: 'ldap://a:65536'}", "must be ldap://HOST:PORT"},
        {"directory: {uri: 'ldaps://a b'}", "\"b\" begins with none"},
        {"directory: {uri: 'ldap://a,ldap://b'}", "must be ldap://HOST:PORT"},
        {"directory: {uri: 'ldap://a/dc=x??sub'}", "must be ldap://HOST:PORT"},
        {"directory: {uri: 'ldap://[::1'}", "must be ldap://HOST:PORT"},
        {"directory: {uri: 'ldapi:///run/slapd/ldapi'}", "%2F for each slash"},
        {"directory: {uri: 'srv:'}", "srv:DOMAIN"},
        {"directory: {uri: 'srv:a..b'}", "srv:DOMAIN"},
        {"directory: {uri: 'ldif:'}", "needs the name of a file"},
        {"directory: {uri: ' '}", "it names no server"},
        {"directory: {uri: 'ldif:r.ldif ldap://a'}", "cannot stand beside servers"},
        {"directory: {uri: 'ldap://a ldif:r.ldif'}", "cannot stand beside servers"},
        {"directory: {write_uri: 'ldif:r.ldif'}", "write_uri: \"ldif:r.ldif\" begins with none of"},
        {"directory: {id_attribute: 'a)(b'}", "directory.id_attribute \"a)(b\" is no name"},
        {"directory: {version_attribute: '1x'}", "directory.version_attribute \"1x\" is no name"},
        {"directory: {uri: 'smtp://a'}", "directory.uri: \"smtp://a\" begins with none of"},
        {"transport: {fallback: 'ldap://a'}",
         "transport.fallback: \"ldap://a\" begins with none of"},
        {"transport: {fallback: 'smtp://a:b'}", "\"smtp://a:b\" must be smtp://HOST:PORT"},
        {"transport: {fallback: 'smtp://u@a'}", "must be smtp://HOST:PORT or smtps://HOST:PORT"},
        {"transport: {fallback: ' '}", "transport.fallback: it names no server"},
        {"transport: {sessions: 0}",
         "1:23: transport.sessions must be a whole number from 1 to 256"},
        {"transport: {sessions: 257}", "transport.sessions must be a whole number from 1 to 256"},
        {"transport:\n  rate: 20", "2:9: transport.rate must be messages a second"},
        {"transport: {rate: 20/d}", "transport.rate must be messages a second"},
        {"transport: {rate: 2 sessions 20/s}", "transport.rate must be messages a second"},
        {"transport: {domain_rate: ''}", "transport.domain_rate must be messages a second"},
        {"transport: {domains: 20/s}", "transport.domains must be a map"},
        {"transport:\n  domains:\n    gmx: 20",
         "3:10: transport.domains.gmx must be limits such as"},
        {"transport: {domains: {gmx: 300 sessions}}", "at most 256 sessions"},
        {"transport: {domains: {gmix: 20/s}}",
         "\"gmix\" is neither a mail domain nor a provider (gmx, t-online, outlook, gmail)"},
        {"transport: {domains: {a b.example: 20/s}}", "is neither a mail domain nor a provider"},
        {"transport: {domains: {A.example: 1/s, a.example: 1/s}}", "a.example stands there twice"},
        {"mailing: {window: 8-18}", "1:19: mailing.window must be hours of the day"},
        {"mailing: {window: '08:00-08:00'}", "mailing.window must be hours of the day"},
        {"mailing: {days: sundays}", "mailing.days must be all or workdays"},
        {"mailing: {holidays: XX}", "mailing.holidays must be none or national or BW or BY"},
        {"mailing: {on_unknown: hope}", "mailing.on_unknown must be resend or ask or skip"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(load(rows[i].text, &error));
        if (!error || !strstr(error->message, rows[i].message))
            g_error("row %u: %s", i, error ? error->message : "no error");
    }
}

static void
test_sample(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(g_getenv("SRCDIR"), "conf", "rundruf.yaml", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, &error));
    g_autoptr(Config) sample = load(text, &error);
    g_assert_no_error(error);
    g_autoptr(Config) plain = load("", &error);
    g_assert_no_error(error);
    for (const Option *option = option_table; option->name; option++) {
        if (option->kind == OPTION_FIELDS)
            continue;
        if (strcmp(option->name, "web.public_url") == 0)
            g_assert_cmpstr(sample->web_public_url, ==, "https://netz.example");
        else if (option_is_text(option))
            g_assert_cmpstr(G_STRUCT_MEMBER(char *, sample, option->offset), ==,
                            G_STRUCT_MEMBER(char *, plain, option->offset));
        else if (option->kind == OPTION_INTEGER || option->kind == OPTION_DURATION)
            g_assert_cmpint(G_STRUCT_MEMBER(gint64, sample, option->offset), ==,
                            G_STRUCT_MEMBER(gint64, plain, option->offset));
        else if (option->kind == OPTION_RATES)
            g_assert_cmpmem(G_STRUCT_MEMBER_P(sample, option->offset), sizeof(Limits),
                            G_STRUCT_MEMBER_P(plain, option->offset), sizeof(Limits));
        else if (option->kind == OPTION_HOURS)
            g_assert_cmpmem(G_STRUCT_MEMBER_P(sample, option->offset), sizeof(Hours),
                            G_STRUCT_MEMBER_P(plain, option->offset), sizeof(Hours));
        const char *key =
            strrchr(option->name, '.') ? strrchr(option->name, '.') + 1 : option->name;
        g_autofree char *pattern = g_strdup_printf("(?m)^ *#?%s:", key);
        if (!g_regex_match_simple(pattern, text, 0, 0))
            g_error("%s is not in the sample configuration", option->name);
    }
    for (guint i = 0; i < FIELDS; i++)
        g_assert_true(g_strv_equal((const char *const *)sample->directory_fields->attributes[i],
                                   (const char *const *)plain->directory_fields->attributes[i]));
}

static void
test_find(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *given = config_find("x.yaml", &error);
    g_assert_cmpstr(given, ==, "x.yaml");
    g_setenv("RUNDRUF_CONFIG", "/e.yaml", TRUE);
    g_autofree char *named = config_find(NULL, &error);
    g_assert_cmpstr(named, ==, "/e.yaml");
    g_unsetenv("RUNDRUF_CONFIG");
    g_assert_null(load("a: b: c", &error));
    g_assert_nonnull(strstr(error->message, "c.yaml:1:"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("rundruf-XXXXXX", NULL);
    g_test_add_func("/config/yaml/values", test_yaml_values);
    g_test_add_func("/config/yaml/errors", test_yaml_errors);
    g_test_add_func("/config/yaml/limits", test_yaml_limits);
    g_test_add_func("/config/values", test_config_values);
    g_test_add_func("/config/servers", test_config_servers);
    g_test_add_func("/config/limits", test_config_limits);
    g_test_add_func("/config/errors", test_config_errors);
    g_test_add_func("/config/sample", test_sample);
    g_test_add_func("/config/find", test_find);
    int failures = g_test_run();
    g_autofree char *path = g_build_filename(folder, "c.yaml", NULL);
    g_remove(path);
    g_rmdir(folder);
    g_free(folder);
    return failures;
}
