/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pull: directory to store, with a slapd of its own (tests/lib/slapd.sh) and LDIF files */
#include "sync/pull.h"

#include "../lib/terms_view.h"
#include "base/error.h"
#include "store/persons.h"
#include "store/sync_state.h"
#include "sync/putback.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define BASE "dc=netz,dc=example"

static char *folder;
static gboolean no_slapd;

static char *
in_folder(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

/* Runs tests/lib/slapd.sh; `output` may be NULL. Returns the exit status. */
static int
slapd(const char *command, const char *argument, char **output)
{
    g_autofree char *script =
        g_build_filename(g_getenv("SRCDIR") ? g_getenv("SRCDIR") : ".", "tests/lib/slapd.sh", NULL);
    g_autofree char *dir = in_folder("slapd");
    const char *argv[] = {"sh", script, command, dir, argument, NULL};
    int status = -1;
    g_mkdir(dir, 0700);
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, output, NULL, &status,
                 NULL);
    return status == 0 ? 0 : status >> 8;
}

/* Loads an LDIF file into a fresh slapd and starts it; FALSE (and the case is skipped) without
 * slapd */
static gboolean
serve(const char *path)
{
    slapd("stop", NULL, NULL);
    int status = slapd("load", path, NULL);
    no_slapd = status == 77;
    if (no_slapd) {
        g_test_skip("no slapd here");
        return FALSE;
    }
    g_assert_cmpint(status, ==, 0);
    g_assert_cmpint(slapd("start", NULL, NULL), ==, 0);
    return TRUE;
}

static char *
write_ldif(const char *text)
{
    char *path = in_folder("roster.ldif");
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

/* the path of a generated roster, or NULL if the generator is not there */
static char *
make_roster(const char *options)
{
    g_autofree char *tool = g_build_filename(g_getenv("SRCDIR") ? g_getenv("SRCDIR") : ".", "..",
                                             "shared", "tools", "make-roster", NULL);
    if (!g_file_test(tool, G_FILE_TEST_IS_EXECUTABLE) && g_getenv("RUNDRUF_MAKE_ROSTER")) {
        g_free(tool);
        tool = g_strdup(g_getenv("RUNDRUF_MAKE_ROSTER"));
    }
    if (!g_file_test(tool, G_FILE_TEST_IS_EXECUTABLE)) {
        g_test_skip("no roster generator here");
        return NULL;
    }
    char *path = in_folder("roster.ldif");
    g_autofree char *command = g_strdup_printf("%s %s > %s", tool, options, path);
    const char *argv[] = {"sh", "-c", command, NULL};
    int status = -1;
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status,
                 NULL);
    g_assert_cmpint(status, ==, 0);
    return path;
}

static Config *
make_config(const char *uri)
{
    Config *config = g_new0(Config, 1);
    config->directory_uri = g_strdup(uri);
    config->directory_base = g_strdup(BASE);
    config->directory_bind_dn = g_strdup("");
    config->directory_page_size = 500;
    config->directory_timeout = 20;
    config->directory_person_class = g_strdup("inetOrgPerson");
    config->directory_municipality_class = g_strdup("rundrufMunicipality");
    config->directory_membership = g_strdup("tree");
    config->directory_fields = field_map_new();
    config->guard_percent = 5;
    config->guard_count = 20;
    return config;
}

static void
free_config(Config *config)
{
    g_free(config->directory_uri);
    g_free(config->directory_base);
    g_free(config->directory_bind_dn);
    g_free(config->directory_password_file);
    g_free(config->directory_person_class);
    g_free(config->directory_municipality_class);
    g_free(config->directory_membership);
    g_free(config->directory_membership_key);
    field_map_free(config->directory_fields);
    g_free(config);
}

/* what a case needs: a configuration and a fresh store */
typedef struct {
    Config *config;
    char *path;
    Store *store;
    PullResult result;
    gint64 approve;
} Bench;

static void
bench_init(Bench *bench, const char *uri)
{
    g_autofree char *server = NULL;
    g_autoptr(GError) error = NULL;
    if (!uri) {
        g_assert_cmpint(slapd("uri", NULL, &server), ==, 0);
        g_strchomp(server);
    }
    *bench = (Bench){.config = make_config(uri ? uri : server), .path = in_folder("test.db")};
    g_unlink(bench->path);
    g_autofree char *store = g_strconcat("sqlite:", bench->path, NULL);
    bench->store = store_open(store, STORE_CREATE | STORE_UPGRADE, &error);
    g_assert_no_error(error);
}

static void
bench_clear(Bench *bench)
{
    if (!bench->config) /* never begun: the test was skipped */
        return;
    store_close(bench->store);
    free_config(bench->config);
    g_unlink(bench->path);
    g_free(bench->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Bench, bench_clear)

static void
note_difference(const PullDifference *difference, gpointer user_data)
{
    g_string_append_printf(user_data, "%c %s\n", difference->sign,
                           difference->name ? difference->name : difference->dn);
}

static gboolean
pull_with(Bench *bench, Directory *directory, gboolean dry_run, GString *lines, GError **error)
{
    PullOptions options = {.now = 1000,
                           .actor = "test",
                           .dry_run = dry_run,
                           .approve = bench->approve,
                           .func = lines ? note_difference : NULL,
                           .user_data = lines};
    memset(&bench->result, 0xff, sizeof bench->result);
    return pull_run(bench->config, directory, bench->store, &options, &bench->result, error);
}

static gboolean
pull(Bench *bench, GString *lines, GError **error)
{
    g_autoptr(Directory) directory = directory_open(bench->config, error);
    return directory && pull_with(bench, directory, FALSE, lines, error);
}

static void
assert_pull(Bench *bench, guint64 added, guint64 changed, guint64 moved, guint64 removed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) lines = g_string_new(NULL);
    pull(bench, lines, &error);
    g_assert_no_error(error);
    const PullResult *result = &bench->result;
    if (result->added != added || result->changed != changed || result->moved != moved ||
        result->removed != removed)
        g_error("added %" G_GUINT64_FORMAT " changed %" G_GUINT64_FORMAT " moved %" G_GUINT64_FORMAT
                " removed %" G_GUINT64_FORMAT "\n%s",
                result->added, result->changed, result->moved, result->removed, lines->str);
}

/* A digest of the mirror as people see it: no row ids, no csn. */
static char *
digest(Bench *bench)
{
    static const char sql[] =
        "SELECT hex(e.uuid), e.rdn, hex(p.uuid), e.kind, hex(m.uuid), hex(e.attributes), "
        "hex(e.digest)"
        " FROM entry e LEFT JOIN entry p ON p.id = e.parent LEFT JOIN entry m ON m.id = "
        "e.municipality"
        " UNION ALL SELECT hex(e.uuid), t.attribute, t.norm, 0, 0, 0, 0 FROM term t"
        " JOIN entry e ON e.id = t.entry"
        " UNION ALL SELECT 'orphan', t.norm, 0, 0, 0, 0, 0 FROM term t"
        " WHERE NOT EXISTS (SELECT 1 FROM entry x WHERE x.id = t.entry)"
        " ORDER BY 1, 2, 3";
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    sqlite3 *db;
    sqlite3_stmt *stmt;
    g_assert_cmpint(sqlite3_open(bench->path, &db), ==, SQLITE_OK);
    terms_view(db);
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        for (int i = 0; i < 7; i++) {
            const char *text = (const char *)sqlite3_column_text(stmt, i);
            g_checksum_update(sum, (const guchar *)(text ? text : "-"), -1);
            g_checksum_update(sum, (const guchar *)"|", 1);
        }
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return g_strdup(g_checksum_get_string(sum));
}

/* what the mirror would be if it were made anew; incremental writing must come to the same */
static char *
fresh_digest(const char *uri)
{
    g_autofree char *main_folder = folder;
    folder = g_build_filename(main_folder, "fresh", NULL);
    g_mkdir(folder, 0700);
    g_auto(Bench) bench = {0};
    bench_init(&bench, uri);
    g_autoptr(GError) error = NULL;
    pull(&bench, NULL, &error);
    g_assert_no_error(error);
    char *result = digest(&bench);
    g_free(folder);
    folder = g_steal_pointer(&main_folder);
    return result;
}

static void
assert_as_fresh(Bench *bench)
{
    g_autofree char *fresh = fresh_digest(bench->config->directory_uri), *now = digest(bench);
    g_assert_cmpstr(now, ==, fresh);
}

static gint64
file_size(const char *path, const char *suffix)
{
    g_autofree char *name = g_strconcat(path, suffix, NULL);
    GStatBuf status;
    return g_stat(name, &status) == 0 ? (gint64)status.st_size : -1;
}

#define TOP                                                                                        \
    "dn: dc=netz,dc=example\nobjectClass: dcObject\nobjectClass: organization\ndc: netz\n"         \
    "o: Netz\nentryUUID: 00000000-0000-4000-8000-000000000001\n\n"
#define CITY(name, number)                                                                         \
    "dn: o=" name "," BASE                                                                         \
    "\nobjectClass: organization\nobjectClass: rundrufMunicipality\no: " name                      \
    "\nentryUUID: 00000000-0000-4000-8000-00000000000" number "\n\n"
#define PERSON(name, city, number)                                                                 \
    "dn: cn=" name "," city BASE "\nobjectClass: inetOrgPerson\ncn: " name "\nsn: " name           \
    "\nmail: " name "@x.example\nentryUUID: 00000000-0000-4000-8000-00000000001" number "\n\n"

static void
rewrite(Bench *bench, const char *text)
{
    g_assert_true(
        g_file_set_contents(bench->config->directory_uri + strlen("ldif:"), text, -1, NULL));
}

static void
ldif_bench(Bench *bench)
{
    g_autofree char *path = in_folder("roster.ldif");
    g_autofree char *uri = g_strconcat("ldif:", path, NULL);
    bench_init(bench, uri);
    bench->config->guard_percent = 100;
    bench->config->guard_count = 1000;
}

/* each step: the file, then what the sync must say of it */
static void
test_steps(void)
{
    static const struct {
        const char *text;
        guint added, changed, moved, removed;
    } rows[] = {
        /* children before their parents */
        {PERSON("Anna", "o=Ulm,", "1") PERSON("Bert", "o=Bonn,", "2") CITY("Ulm", "2")
             CITY("Bonn", "3") TOP,
         5, 0, 0, 0},
        {TOP CITY("Ulm", "2") CITY("Bonn", "3") PERSON("Anna", "o=Ulm,", "1")
             PERSON("Bert", "o=Bonn,", "2"),
         0, 0, 0, 0},
        /* a municipality is renamed: one row, not its people's */
        {TOP CITY("Neu-Ulm", "2") CITY("Bonn", "3") PERSON("Anna", "o=Neu-Ulm,", "1")
             PERSON("Bert", "o=Bonn,", "2"),
         0, 0, 1, 0},
        /* two people swap their names and places, i.e. their DNs */
        {TOP CITY("Neu-Ulm", "2") CITY("Bonn", "3") PERSON("Bert", "o=Bonn,", "1")
             PERSON("Anna", "o=Neu-Ulm,", "2"),
         0, 0, 2, 0},
        /* one is gone and another has come under the same DN */
        {TOP CITY("Neu-Ulm", "2") CITY("Bonn", "3") PERSON("Bert", "o=Bonn,", "9")
             PERSON("Anna", "o=Neu-Ulm,", "2"),
         1, 0, 0, 1},
        /* a municipality goes with what is below it; a person comes into none */
        {TOP CITY("Bonn", "3") PERSON("Bert", "o=Bonn,", "9") PERSON("Carla", "", "4"), 1, 0, 0, 2},
        /* the top is not shown: names grow, nobody is lost */
        {CITY("Bonn", "3") PERSON("Bert", "o=Bonn,", "9") PERSON("Carla", "", "4"), 0, 0, 2, 1},
        /* what lies between is not shown */
        {CITY("Bonn", "3") PERSON("Bert", "ou=Amt,o=Bonn,", "9") PERSON("Carla", "", "4"), 0, 0, 1,
         0},
    };
    g_auto(Bench) bench = {0};
    ldif_bench(&bench);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        rewrite(&bench, rows[i].text);
        assert_pull(&bench, rows[i].added, rows[i].changed, rows[i].moved, rows[i].removed);
        assert_as_fresh(&bench);
        assert_pull(&bench, 0, 0, 0, 0);
    }
}

static gboolean
note_person(const Person *person, gpointer user_data, GError **error)
{
    GString *out = user_data;
    (void)error;
    g_autofree char *name = attributes_text(person->own, "cn");
    g_autofree char *city =
        person->municipality ? attributes_text(person->municipality, "o") : g_strdup("none");
    g_string_append_printf(out, "%s of %s <%s>;", name, city, person->dn);
    return TRUE;
}

static void
test_persons(void)
{
    g_auto(Bench) bench = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    guint8 uuid[UUID_LENGTH];
    gint64 count, id;
    ldif_bench(&bench);
    rewrite(&bench, TOP CITY("Ulm", "2") PERSON("Zoe", "o=Ulm,", "1") PERSON("Anna", "", "2"));
    assert_pull(&bench, 4, 0, 0, 0);

    g_assert_true(persons_count(bench.store, NULL, &count, &error));
    g_assert_cmpint(count, ==, 2);
    g_autoptr(Condition) condition = condition_new(CONDITION_TERM);
    condition->attribute = g_strdup("sn");
    condition->key = g_strdup("zoe");
    g_assert_true(persons_count(bench.store, condition, &count, &error));
    g_assert_cmpint(count, ==, 1);

    g_assert_true(persons_each(bench.store, NULL, note_person, out, &error));
    g_string_append_c(out, '|');
    g_assert_true(persons_each_by_name(bench.store, NULL, bench.config->directory_fields,
                                       note_person, out, &error));
    g_string_append_c(out, '|');
    g_assert_true(persons_each(bench.store, condition, note_person, out, &error));
    g_string_append_c(out, '|');
    g_assert_true(uuid_from_text("00000000-0000-4000-8000-000000000012", 36, uuid));
    g_assert_true(persons_find_uuid(bench.store, uuid, note_person, out, &error));
    g_string_append_c(out, '|');
    g_assert_true(persons_find_mail(bench.store, "ZOE@x.example", bench.config->directory_fields,
                                    note_person, out, &error));
    g_string_append_c(out, '|');
    g_assert_true(
        putback_find(bench.config, bench.store, "CN=anna,dc=NETZ,dc=example", &id, &error));
    g_assert_true(persons_find_id(bench.store, id, note_person, out, &error));
    g_string_append_c(out, '|');
    g_assert_true(putback_find(bench.config, bench.store, "o=Ulm," BASE, &id, &error));
    g_assert_true(persons_find_id(bench.store, id, note_person, out, &error));
    g_assert_no_error(error);
#define ZOE  "Zoe of Ulm <cn=Zoe,o=Ulm," BASE ">;"
#define ANNA "Anna of none <cn=Anna," BASE ">;"
    g_assert_cmpstr(out->str, ==, ZOE ANNA "|" ANNA ZOE "|" ZOE "|" ANNA "|" ZOE "|" ANNA "|");
}

static void
test_membership(void)
{
    static const struct {
        const char *attribute, *key, *value;
    } rows[] = {
        {"manager", "dn", "O=ulm, DC=netz,dc=EXAMPLE"},
        {"l", "o", " uLM "},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Bench) bench = {0};
        g_autoptr(GError) error = NULL;
        g_autoptr(GString) out = g_string_new(NULL);
        ldif_bench(&bench);
        g_free(bench.config->directory_membership);
        bench.config->directory_membership = g_strdup(rows[i].attribute);
        bench.config->directory_membership_key = g_strdup(rows[i].key);
        g_autofree char *text = g_strdup_printf(
            "dn: cn=Zoe,%s\nobjectClass: inetOrgPerson\ncn: Zoe\nsn: Z\n%s: %s\n\n%s", BASE,
            rows[i].attribute, rows[i].value, TOP CITY("Ulm", "2") CITY("Bonn", "3"));
        rewrite(&bench, text);
        assert_pull(&bench, 4, 0, 0, 0);
        g_assert_true(persons_each(bench.store, NULL, note_person, out, &error));
        g_assert_cmpstr(out->str, ==, "Zoe of Ulm <cn=Zoe," BASE ">;");
        /* the municipality is replaced by one that can be named the same way */
        g_string_truncate(out, 0);
        g_autofree char *other = g_strdup_printf(
            "dn: cn=Zoe,%s\nobjectClass: inetOrgPerson\ncn: Zoe\nsn: Z\n%s: %s\n\n%s", BASE,
            rows[i].attribute, rows[i].value, TOP CITY("Ulm", "4") CITY("Bonn", "3"));
        rewrite(&bench, other);
        assert_pull(&bench, 1, 0, 1, 1);
        g_assert_true(persons_each(bench.store, NULL, note_person, out, &error));
        g_assert_cmpstr(out->str, ==, "Zoe of Ulm <cn=Zoe," BASE ">;");
    }
}

/* what the index holds follows the configuration */
static void
test_reindex(void)
{
    g_auto(Bench) bench = {0};
    ldif_bench(&bench);
    rewrite(&bench, TOP CITY("Ulm", "2") PERSON("Zoe", "o=Ulm,", "1"));
    assert_pull(&bench, 3, 0, 0, 0);
    g_autofree char *before = digest(&bench);
    field_map_set(bench.config->directory_fields, FIELD_MAIL, "mail objectClass");
    assert_pull(&bench, 0, 0, 0, 0);
    g_autofree char *wide = digest(&bench);
    g_assert_cmpstr(wide, !=, before);
    field_map_set(bench.config->directory_fields, FIELD_MAIL, "mail");
    assert_pull(&bench, 0, 0, 0, 0);
    g_autofree char *after = digest(&bench);
    g_assert_cmpstr(after, ==, before);
}

static void
test_twice(void)
{
    static const char *const rows[] = {
        TOP CITY("Ulm", "2") CITY("Bonn", "2"),
        TOP CITY("Ulm", "2") CITY("ULM", "3"),
        TOP TOP,
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Bench) bench = {0};
        g_autoptr(GError) error = NULL;
        ldif_bench(&bench);
        rewrite(&bench, rows[i]);
        g_assert_false(pull(&bench, NULL, &error));
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY);
        g_assert_nonnull(strstr(error->message, "twice"));
    }
}

static void
assert_held(Bench *bench, const char *digest_before, gint64 id, const char *about)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(pull(bench, NULL, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD);
    g_autofree char *advice =
        g_strdup_printf("rundruf sync --pending; then say rundruf sync --approve %" G_GINT64_FORMAT
                        " or rundruf sync --drop %" G_GINT64_FORMAT,
                        id, id);
    if (!strstr(error->message, about) || !g_str_has_suffix(error->message, advice))
        g_error("%s", error->message);
    g_assert_cmpint(bench->result.held, ==, id);
    g_autofree char *now = digest(bench);
    g_assert_cmpstr(now, ==, digest_before);
}

#define FOUR TOP CITY("Ulm", "2") PERSON("Anna", "o=Ulm,", "1") PERSON("Bert", "o=Ulm,", "2")

static void
test_guard(void)
{
    g_auto(Bench) bench = {0};
    g_autoptr(GError) error = NULL;
    ldif_bench(&bench);
    bench.config->guard_percent = 5;
    rewrite(&bench, FOUR);
    assert_pull(&bench, 4, 0, 0, 0);
    g_autofree char *before = digest(&bench);

    rewrite(&bench, TOP CITY("Ulm", "2") PERSON("Anna", "o=Ulm,", "1"));
    assert_held(&bench, before, 1, "1 of 3 persons");
    assert_held(&bench, before, 1, "1 of 3 persons"); /* the same difference keeps its number */

    /* a dry run says so, and changes nothing */
    {
        g_autoptr(Directory) directory = directory_open(bench.config, &error);
        g_autoptr(GString) lines = g_string_new(NULL);
        g_assert_true(pull_with(&bench, directory, TRUE, lines, &error));
        g_assert_cmpstr(lines->str, ==, "- Bert\n");
        g_assert_cmpint(bench.result.verdict, ==, GUARD_PERCENT);
        g_autofree char *now = digest(&bench);
        g_assert_cmpstr(now, ==, before);
    }
    /* an approval covers its own difference only */
    bench.approve = 1;
    rewrite(&bench, TOP CITY("Ulm", "2") PERSON("Bert", "o=Ulm,", "2"));
    assert_held(&bench, before, 2, "not the difference that was approved");
    bench.approve = 77;
    g_assert_false(pull(&bench, NULL, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
    g_clear_error(&error);
    bench.approve = 2;
    assert_pull(&bench, 0, 0, 0, 1);
    assert_as_fresh(&bench);
    /* used up, and what was held against the old roster is forgotten */
    bench.approve = 2;
    g_assert_false(pull(&bench, NULL, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
    g_clear_error(&error);
    bench.approve = 1;
    g_assert_false(pull(&bench, NULL, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
    g_clear_error(&error);

    /* people that are no people any more count as gone */
    bench.approve = 0;
    g_autofree char *fewer = digest(&bench);
    g_free(bench.config->directory_person_class);
    bench.config->directory_person_class = g_strdup("account");
    assert_held(&bench, fewer, 3, "1 of 2 persons");
}

/* the server's faults: nothing is changed, and the message says what to do */
static void
assert_void(Bench *bench, const char *digest_before, RundrufError code, const char *about)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(pull(bench, NULL, &error));
    g_assert_error(error, RUNDRUF_ERROR, (gint)code);
    if (!strstr(error->message, about))
        g_error("%s", error->message);
    g_autofree char *now = digest(bench);
    g_assert_cmpstr(now, ==, digest_before);
}

static void
set_password(Bench *bench, const char *password)
{
    g_free(bench->config->directory_bind_dn);
    bench->config->directory_bind_dn = g_strdup("cn=admin," BASE);
    g_free(bench->config->directory_password_file);
    bench->config->directory_password_file = in_folder("password");
    g_file_set_contents(bench->config->directory_password_file, password, -1, NULL);
    g_chmod(bench->config->directory_password_file, 0600);
}

static void
test_faults(void)
{
    g_auto(Bench) bench = {0};
    g_autofree char *path = write_ldif(FOUR);
    if (!serve(path))
        return;
    bench_init(&bench, NULL);
    assert_pull(&bench, 4, 0, 0, 0);
    assert_pull(&bench, 0, 0, 0, 0);
    g_assert_cmpuint(bench.result.unchanged, ==, 4);
    g_autofree char *before = digest(&bench);

    set_password(&bench, "falsch\n");
    assert_void(&bench, before, RUNDRUF_ERROR_DIRECTORY, "check directory.bind_dn");
    set_password(&bench, "");
    assert_void(&bench, before, RUNDRUF_ERROR_CONFIG, "empty");
    set_password(&bench, "geheim\n");
    assert_pull(&bench, 0, 0, 0, 0);

    g_free(bench.config->directory_base);
    bench.config->directory_base = g_strdup("ou=nowhere," BASE);
    assert_void(&bench, before, RUNDRUF_ERROR_DIRECTORY, "check directory.base");
    g_free(bench.config->directory_base);
    bench.config->directory_base = g_strdup(BASE);

    bench.config->directory_filter = (char *)"(objectClass=nothing)";
    assert_void(&bench, before, RUNDRUF_ERROR_HELD, "shows nobody");
    bench.config->directory_filter = (char *)"(objectClass=";
    assert_void(&bench, before, RUNDRUF_ERROR_DIRECTORY, "filter");
    bench.config->directory_filter = NULL;

    slapd("stop", NULL, NULL);
    assert_void(&bench, before, RUNDRUF_ERROR_UNAVAILABLE, "that the server runs");
}

/* search references are counted, never followed */
static void
test_referral(void)
{
    g_auto(Bench) bench = {0};
    g_autofree char *path = write_ldif(
        FOUR "dn: ou=away," BASE "\nobjectClass: referral\nobjectClass: extensibleObject\n"
             "ou: away\nref: ldap://127.0.0.1:1/ou=away\n\n");
    if (!serve(path))
        return;
    bench_init(&bench, NULL);
    assert_pull(&bench, 4, 0, 0, 0);
    g_assert_cmpuint(bench.result.referrals, ==, 1);
    slapd("stop", NULL, NULL);
}

static void
test_limits(void)
{
    g_auto(Bench) bench = {0};
    g_autofree char *path = make_roster("-n 3 -m 20");
    if (!path || !serve(path))
        return;
    bench_init(&bench, NULL);
    assert_pull(&bench, 65, 0, 0, 0);
    g_autofree char *before = digest(&bench);
    g_setenv("SIZELIMIT", "10", TRUE);
    gboolean served = serve(path);
    g_unsetenv("SIZELIMIT");
    g_assert_true(served);
    for (gint64 page = 0; page <= 500; page += 5) {
        bench.config->directory_page_size = page;
        assert_void(&bench, before, RUNDRUF_ERROR_DIRECTORY, "limits");
        if (page == 5)
            page = 495;
    }
    /* emptied: the database has no entry at all, then only its base */
    g_autofree char *empty = write_ldif("");
    g_assert_true(serve(empty));
    assert_void(&bench, before, RUNDRUF_ERROR_DIRECTORY, "check directory.base");
    g_free(write_ldif(TOP));
    g_assert_true(serve(empty));
    assert_void(&bench, before, RUNDRUF_ERROR_HELD, "shows nobody");
    slapd("stop", NULL, NULL);
}

/* a directory whose server is killed while it answers */
typedef struct {
    Directory vtable;
    Directory *inner;
    DirectoryFunc func;
    gpointer user_data;
    guint seen;
} Killer;

static gboolean
kill_at_1000(const DirectoryEntry *entry, gpointer user_data, GError **error)
{
    Killer *killer = user_data;
    if (++killer->seen == 1000)
        slapd("kill", NULL, NULL);
    return killer->func(entry, killer->user_data, error);
}

static gboolean
killer_search(Directory *directory, const DirectoryQuery *query, DirectoryFunc func,
              gpointer user_data, DirectoryTally *tally, GError **error)
{
    Killer *killer = (Killer *)directory;
    killer->func = func;
    killer->user_data = user_data;
    return directory_search(killer->inner, query, kill_at_1000, killer, tally, error);
}

static void
test_killed(void)
{
    g_autofree char *path = make_roster("-n 80 -m 50");
    if (!path || !serve(path))
        return;
    for (guint page = 0; page <= 500; page += 500) {
        g_auto(Bench) bench = {0};
        g_autoptr(GError) error = NULL;
        slapd("stop", NULL, NULL);
        g_assert_cmpint(slapd("start", NULL, NULL), ==, 0);
        bench_init(&bench, NULL);
        bench.config->directory_page_size = page;
        g_autofree char *before = digest(&bench);
        g_autoptr(Directory) inner = directory_open(bench.config, &error);
        g_assert_no_error(error);
        Killer killer = {.vtable = {.search = killer_search}, .inner = inner};
        g_assert_false(pull_with(&bench, &killer.vtable, FALSE, NULL, &error));
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_UNAVAILABLE);
        g_assert_cmpuint(killer.seen, <, 4082);
        g_autofree char *now = digest(&bench);
        g_assert_cmpstr(now, ==, before);
    }
}

/* the LDIF file itself, and slapd loaded with it, give the same mirror */
static void
test_same(void)
{
    g_auto(Bench) bench = {0};
    g_autofree char *path = make_roster("-n 80 -m 50 --odd");
    if (!path || !serve(path))
        return;
    bench_init(&bench, NULL);
    assert_pull(&bench, 4082, 0, 0, 0);
    g_assert_cmpuint(bench.result.persons, ==, 4000);
    g_assert_cmpuint(bench.result.municipalities, ==, 80);
    gint64 size = MAX(file_size(bench.path, "-wal"), 0); /* a first sync leaves none */
    assert_pull(&bench, 0, 0, 0, 0);
    g_assert_cmpuint(bench.result.unchanged, ==, 4082);
    g_assert_cmpint(file_size(bench.path, "-wal"), ==, size); /* no byte more */
    g_autoptr(GError) error = NULL;
    g_assert_true(store_check(bench.store, &error));
    g_assert_no_error(error);
    slapd("stop", NULL, NULL);
    g_autofree char *from_slapd = digest(&bench);
    g_autofree char *uri = g_strconcat("ldif:", path, NULL);
    g_autofree char *from_file = fresh_digest(uri);
    g_assert_cmpstr(from_slapd, ==, from_file);
}

static void
remove_folder(void)
{
    const char *argv[] = {"rm", "-rf", folder, NULL};
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
    g_free(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    signal(SIGPIPE, SIG_IGN);
    folder = g_dir_make_tmp("rundruf-XXXXXX", NULL);
    g_test_add_func("/pull/steps", test_steps);
    g_test_add_func("/pull/persons", test_persons);
    g_test_add_func("/pull/membership", test_membership);
    g_test_add_func("/pull/reindex", test_reindex);
    g_test_add_func("/pull/twice", test_twice);
    g_test_add_func("/pull/guard", test_guard);
    g_test_add_func("/pull/faults", test_faults);
    g_test_add_func("/pull/referral", test_referral);
    g_test_add_func("/pull/limits", test_limits);
    g_test_add_func("/pull/killed", test_killed);
    g_test_add_func("/pull/same", test_same);
    int result = g_test_run();
    slapd("stop", NULL, NULL);
    remove_folder();
    return result;
}
