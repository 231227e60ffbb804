/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pull from a feed: a directory in memory that changes, forgets, and lies as real ones do */
#include "../lib/terms_view.h"
#include "base/error.h"
#include "base/wake.h"
#include "store/sync_state.h"
#include "sync/cookie.h"
#include "sync/keep.h"
#include "sync/pull.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BASE "dc=netz,dc=example"

/* ---- the directory */

typedef struct {
    guint8 uuid[UUID_LENGTH];
    char *name;      /* RDN */
    char *reference; /* by which a person names a municipality, as of its last change */
    guint parent;    /* index + 1; 0: the base; entries never leave the array */
    char kind;       /* 'b'ase, 'c'ity, 'o'ther, 'p'erson */
    guint value;
    guint csn, created;
    gboolean there, hidden; /* in the scope, and by the rights; as the log tells it */
} Thing;

typedef enum { WITH_LOG, WITH_PRESENT, REFUSES, NEWER, NO_FEED, IGNORES, EMPTIED } Manner;

typedef struct {
    Directory vtable;
    GArray *things; /* of Thing; the base first */
    guint clock;
    Manner manner;
    gboolean by_dn;
    gboolean deaf; /* shows UUIDs, and finds nothing by them */
    GQueue *queue; /* of Told */
    gboolean open;
    guint searches, starts;
    const char *edited; /* the store in which an entry is added meanwhile */
    DirectoryEntry entry;
    Attributes *attributes;
    GString *dn;
    char csn[64], cookie[96];
    GByteArray *uuids;
} Fake;

typedef struct {
    ContentKind kind;
    guint thing;
    gboolean deletes, done;
    gboolean cookie, empty;
} Told;

static Thing *
thing_at(Fake *fake, guint index)
{
    return &g_array_index(fake->things, Thing, index);
}

/* what is above must be there, too */
static gboolean
is_shown(Fake *fake, guint index)
{
    const Thing *thing = thing_at(fake, index);
    return thing->there && !thing->hidden && (index == 0 || is_shown(fake, thing->parent));
}

static void
append_dn(Fake *fake, guint index)
{
    const Thing *thing = thing_at(fake, index);
    g_string_append(fake->dn, thing->name);
    if (index == 0)
        return;
    g_string_append_c(fake->dn, ',');
    append_dn(fake, thing->parent);
}

static void
add_value(Fake *fake, const char *attribute, const char *value)
{
    attributes_add(fake->attributes, attribute, value, strlen(value));
}

static const DirectoryEntry *
show(Fake *fake, guint index)
{
    const Thing *thing = thing_at(fake, index);
    g_autofree char *value = g_strdup_printf("%u", thing->value);
    g_string_truncate(fake->dn, 0);
    append_dn(fake, index);
    attributes_clear(fake->attributes);
    add_value(fake, "objectClass",
              thing->kind == 'p'   ? "inetOrgPerson"
              : thing->kind == 'c' ? "rundrufMunicipality"
                                   : "organizationalUnit");
    add_value(fake, "cn", thing->name);
    add_value(fake, "o", thing->name);
    add_value(fake, "mail", value);
    if (thing->reference)
        add_value(fake, fake->by_dn ? "manager" : "l", thing->reference);
    g_snprintf(fake->csn, sizeof fake->csn, "19700101%06u.000000Z#000000#001#000000",
               thing->csn % 1000000);
    fake->entry = (DirectoryEntry){.dn = fake->dn->str,
                                   .csn = fake->csn,
                                   .attributes = fake->attributes,
                                   .has_children = thing->kind != 'p'};
    memcpy(fake->entry.uuid, thing->uuid, UUID_LENGTH);
    return &fake->entry;
}

static gboolean
is_wanted(Fake *fake, const DirectoryQuery *query, const DirectoryEntry *entry)
{
    (void)fake;
    if (query->below && !g_str_has_suffix(entry->dn, query->below))
        return FALSE;
    if (!query->uuids)
        return TRUE;
    for (gsize i = 0; i < query->count; i++)
        if (memcmp(query->uuids + i * UUID_LENGTH, entry->uuid, UUID_LENGTH) == 0)
            return TRUE;
    return FALSE;
}

static gboolean
fake_search(Directory *directory, const DirectoryQuery *query, DirectoryFunc func,
            gpointer user_data, DirectoryTally *tally, GError **error)
{
    Fake *fake = (Fake *)directory;
    *tally = (DirectoryTally){0};
    fake->searches++;
    for (guint i = fake->deaf && query->uuids ? 0 : fake->things->len; i > 0; i--) {
        if (!is_shown(fake, i - 1))
            continue;
        DirectoryEntry entry = *show(fake, i - 1);
        if (query->listing)
            entry.attributes = NULL;
        if (is_wanted(fake, query, &entry) && !func(&entry, user_data, error))
            return FALSE;
        tally->entries++;
    }
    return TRUE;
}

static void
push(Fake *fake, Told told)
{
    g_queue_push_tail(fake->queue, g_memdup2(&told, sizeof told));
}

/* only tops are told of what came or went with what is above it */
static gboolean
is_changed(Fake *fake, guint index, guint since)
{
    return thing_at(fake, index)->csn > since;
}

static void
tell_refresh(Fake *fake, guint since)
{
    for (guint i = fake->things->len; i > 0; i--) {
        gboolean told = since == 0 || is_changed(fake, i - 1, since);
        if (is_shown(fake, i - 1) && told)
            push(fake, (Told){.kind = CONTENT_ENTRY, .thing = i - 1});
        else if (is_shown(fake, i - 1) && fake->manner == WITH_PRESENT)
            push(fake, (Told){.kind = CONTENT_PRESENT, .thing = i - 1});
        else if (!is_shown(fake, i - 1) && told && since && fake->manner == WITH_LOG)
            push(fake, (Told){.kind = CONTENT_DELETED, .thing = i - 1});
    }
}

static void
edit_meanwhile(const char *path)
{
    sqlite3 *db;
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    g_assert_cmpint(
        sqlite3_exec(db, "UPDATE sync_state SET entries = entries + 1", NULL, NULL, NULL), ==,
        SQLITE_OK);
    sqlite3_close(db);
}

static gboolean
fake_start(Directory *directory, gconstpointer cookie, gsize length, GError **error)
{
    Fake *fake = (Fake *)directory;
    guint since = 0;
    (void)error;
    g_assert_false(fake->open);
    fake->open = TRUE;
    fake->starts++;
    if (fake->edited)
        edit_meanwhile(fake->edited);
    g_queue_clear_full(fake->queue, g_free);
    if (cookie) {
        g_autofree char *text = g_strndup(cookie, length);
        g_assert_null(strstr(text, "sid="));
        g_assert_nonnull(strstr(text, "csn=19700101"));
        since = (guint)g_ascii_strtoull(strstr(text, "csn=") + 12, NULL, 10);
    }
    if (fake->manner == NO_FEED || (cookie && (fake->manner == REFUSES || fake->manner == NEWER))) {
        push(fake, (Told){.kind = CONTENT_REFUSED});
        return TRUE;
    }
    if (cookie && fake->manner == EMPTIED) {
        push(fake, (Told){.kind = CONTENT_PHASE, .done = TRUE, .cookie = TRUE});
        return TRUE;
    }
    gboolean ignores = cookie && fake->manner == IGNORES;
    tell_refresh(fake, ignores ? 0 : since);
    push(fake, (Told){.kind = CONTENT_PHASE,
                      .deletes = !(cookie && fake->manner == WITH_PRESENT),
                      .done = TRUE,
                      .cookie = ignores || since != fake->clock,
                      .empty = ignores});
    return TRUE;
}

static void
put_cookie(Fake *fake, const Told *told, ContentMessage *message)
{
    g_snprintf(fake->cookie, sizeof fake->cookie,
               "rid=000,sid=001,csn=19700101%06u.000000Z#000000#001#000000", fake->clock);
    message->cookie = fake->cookie;
    message->cookie_length = told->empty ? 0 : strlen(fake->cookie);
}

static gboolean
fake_next(Directory *directory, gint64 wait_ms, ContentMessage *message, GError **error)
{
    Fake *fake = (Fake *)directory;
    (void)error;
    g_assert_true(fake->open);
    g_autofree Told *told = g_queue_pop_head(fake->queue);
    *message = (ContentMessage){.kind = CONTENT_QUIET};
    if (!told) {
        wake_wait(MIN(wait_ms, 20));
        return TRUE;
    }
    *message = (ContentMessage){.kind = told->kind, .deletes = told->deletes, .done = told->done};
    g_byte_array_set_size(fake->uuids, 0);
    g_byte_array_append(fake->uuids, thing_at(fake, told->thing)->uuid, UUID_LENGTH);
    message->uuids = fake->uuids->data;
    message->count = 1;
    if (told->kind == CONTENT_ENTRY)
        message->entry = show(fake, told->thing);
    if (told->kind == CONTENT_REFUSED)
        message->refusal = fake->manner == NO_FEED ? REFUSAL_UNSUPPORTED
                           : fake->manner == NEWER ? REFUSAL_NEWER
                                                   : REFUSAL_REFRESH;
    if (told->cookie)
        put_cookie(fake, told, message);
    return TRUE;
}

static void
fake_stop(Directory *directory)
{
    ((Fake *)directory)->open = FALSE;
}

/* its parent, in another spelling; which may be renamed later, or be no municipality */
static void
refer(Fake *fake, guint index)
{
    Thing *thing = thing_at(fake, index);
    g_string_assign(fake->dn, fake->by_dn ? "" : thing_at(fake, thing->parent)->name);
    if (fake->by_dn)
        append_dn(fake, thing->parent);
    g_free(thing->reference);
    thing->reference = thing->kind == 'p' ? g_ascii_strup(fake->dn->str, -1) : NULL;
}

static guint
add_thing(Fake *fake, char kind, const char *name, guint parent)
{
    guint number = fake->things->len + 1;
    Thing thing = {.name = g_strdup(name),
                   .parent = parent,
                   .kind = kind,
                   .csn = ++fake->clock,
                   .there = TRUE};
    memset(thing.uuid, 0x40, UUID_LENGTH);
    memcpy(thing.uuid, &number, sizeof number);
    g_array_append_val(fake->things, thing);
    refer(fake, fake->things->len - 1);
    return fake->things->len - 1;
}

static void
clear_thing(gpointer data)
{
    g_free(((Thing *)data)->name);
    g_free(((Thing *)data)->reference);
}

static void
fake_init(Fake *fake)
{
    *fake = (Fake){.vtable = {.search = fake_search,
                              .content_start = fake_start,
                              .content_next = fake_next,
                              .content_stop = fake_stop},
                   .things = g_array_new(FALSE, FALSE, sizeof(Thing)),
                   .queue = g_queue_new(),
                   .attributes = attributes_new(),
                   .dn = g_string_new(NULL),
                   .uuids = g_byte_array_new()};
    g_array_set_clear_func(fake->things, clear_thing);
    add_thing(fake, 'b', BASE, 0);
}

static void
fake_clear(Fake *fake)
{
    g_array_unref(fake->things);
    g_queue_free_full(fake->queue, g_free);
    attributes_free(fake->attributes);
    g_string_free(fake->dn, TRUE);
    g_byte_array_unref(fake->uuids);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fake, fake_clear)

/* ---- the store beside it */

typedef struct {
    Fake fake;
    Config config;
    char *folder, *path;
    Store *store;
    PullResult result;
    GString *lines;
    gint64 approve, now;
    PullDepth depth;
} Bench;

static Store *
make_store(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *uri = g_strconcat("sqlite:", path, NULL);
    Store *store = store_open(uri, STORE_CREATE | STORE_UPGRADE, &error);
    g_assert_no_error(error);
    return store;
}

static void
bench_init(Bench *bench)
{
    *bench = (Bench){.now = 1000,
                     .config = {.directory_uri = (char *)"ldap://fake",
                                .directory_base = (char *)BASE,
                                .directory_person_class = (char *)"inetOrgPerson",
                                .directory_municipality_class = (char *)"rundrufMunicipality",
                                .directory_membership = (char *)"tree",
                                .directory_poll = 1,
                                .guard_percent = 100,
                                .guard_count = 100000}};
    fake_init(&bench->fake);
    bench->config.directory_fields = field_map_new();
    bench->folder = g_dir_make_tmp("rundruf-XXXXXX", NULL);
    bench->path = g_build_filename(bench->folder, "test.db", NULL);
    bench->store = make_store(bench->path);
    bench->lines = g_string_new(NULL);
}

static void
unlink_store(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (guint i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *name = g_strconcat(path, suffixes[i], NULL);
        g_unlink(name);
    }
}

static void
bench_clear(Bench *bench)
{
    store_close(bench->store);
    fake_clear(&bench->fake);
    field_map_free(bench->config.directory_fields);
    unlink_store(bench->path);
    g_rmdir(bench->folder);
    g_free(bench->folder);
    g_free(bench->path);
    g_string_free(bench->lines, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Bench, bench_clear)

static void
note_difference(const PullDifference *difference, gpointer user_data)
{
    g_string_append_printf(((Bench *)user_data)->lines, "%c %s;", difference->sign,
                           difference->name ? difference->name : difference->dn);
}

static gboolean
pull(Bench *bench, GError **error)
{
    PullOptions options = {.now = bench->now,
                           .actor = "test",
                           .depth = bench->depth,
                           .approve = bench->approve,
                           .func = note_difference,
                           .user_data = bench};
    g_string_truncate(bench->lines, 0);
    bench->result = (PullResult){0};
    gboolean good = pull_run(&bench->config, &bench->fake.vtable, bench->store, &options,
                             &bench->result, error);
    g_assert_false(bench->fake.open);
    return good;
}

static void
assert_pull(Bench *bench, PullRoute route, const char *lines)
{
    g_autoptr(GError) error = NULL;
    pull(bench, &error);
    g_assert_no_error(error);
    g_assert_cmpint(bench->result.route, ==, route);
    if (lines)
        g_assert_cmpstr(bench->lines->str, ==, lines);
}

/* the mirror as people see it, one line for each entry or term */
static char *
read_mirror(const char *path)
{
    static const char sql[] =
        "SELECT hex(e.uuid), e.rdn, hex(p.uuid), e.kind, hex(m.uuid), hex(e.attributes), e.csn,"
        " e.missing_reason FROM entry e LEFT JOIN entry p ON p.id = e.parent"
        " LEFT JOIN entry m ON m.id = e.municipality"
        " UNION ALL SELECT hex(e.uuid), t.attribute, t.norm, 0, 0, 0, 0, 0 FROM term t"
        " JOIN entry e ON e.id = t.entry"
        " UNION ALL SELECT 'counts', entries, persons, municipalities, 0, 0, 0, 0 FROM sync_state"
        " ORDER BY 1, 2, 3";
    GString *text = g_string_new(NULL);
    sqlite3 *db;
    sqlite3_stmt *stmt;
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    terms_view(db);
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        for (int i = 0; i < 8; i++) {
            const char *column = (const char *)sqlite3_column_text(stmt, i);
            g_string_append_printf(text, "%s ", column ? column : "-");
        }
        g_string_append_c(text, '\n');
    }
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return g_string_free(text, FALSE);
}

/* however it came about, the mirror is what reading everything anew would make of it */
static void
assert_as_fresh(Bench *bench)
{
    Manner manner = bench->fake.manner;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(bench->folder, "fresh.db", NULL);
    g_autoptr(Store) store = make_store(path);
    PullOptions options = {.now = 1000, .actor = "test"};
    PullResult result;
    bench->fake.manner = WITH_LOG;
    pull_run(&bench->config, &bench->fake.vtable, store, &options, &result, &error);
    bench->fake.manner = manner;
    g_assert_no_error(error);
    g_autofree char *fresh = read_mirror(path), *now = read_mirror(bench->path);
    g_assert_cmpstr(now, ==, fresh);
    unlink_store(path);
}

/* ---- cases */

static void
test_changes(void)
{
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    Fake *fake = &bench.fake;
    guint ulm = add_thing(fake, 'c', "o=Ulm", 0), jena = add_thing(fake, 'c', "o=Jena", 0);
    guint anna = add_thing(fake, 'p', "cn=Anna", ulm);
    add_thing(fake, 'p', "cn=Bert", ulm);
    assert_pull(&bench, PULL_ALL, NULL);
    g_assert_cmpuint(bench.result.added, ==, 5);
    assert_as_fresh(&bench);

    /* nothing: no search but the feed's */
    guint searches = fake->searches;
    gint64 generation = bench.result.generation;
    assert_pull(&bench, PULL_CHANGES, "");
    g_assert_cmpuint(fake->searches, ==, searches);
    g_assert_cmpuint(bench.result.unchanged, ==, 5);
    g_assert_cmpuint(bench.result.persons, ==, 2);
    g_assert_cmpint(bench.result.generation, ==, generation);

    thing_at(fake, anna)->value = 7;
    thing_at(fake, anna)->csn = ++fake->clock;
    assert_pull(&bench, PULL_CHANGES, "~ cn=Anna;");
    g_assert_cmpuint(bench.result.unchanged, ==, 4);
    thing_at(fake, anna)->parent = jena;
    thing_at(fake, anna)->csn = ++fake->clock;
    assert_pull(&bench, PULL_CHANGES, "> cn=Anna;");
    assert_as_fresh(&bench);

    /* a subtree leaves: its top alone is told; and comes again */
    thing_at(fake, ulm)->there = FALSE;
    thing_at(fake, ulm)->csn = ++fake->clock;
    assert_pull(&bench, PULL_CHANGES, "- o=Ulm;- cn=Bert;");
    assert_as_fresh(&bench);
    thing_at(fake, ulm)->there = TRUE;
    thing_at(fake, ulm)->csn = ++fake->clock;
    assert_pull(&bench, PULL_CHANGES, "+ o=Ulm;+ cn=Bert;");
    assert_as_fresh(&bench);
}

static void
test_void_cookies(void)
{
    static const Manner manners[] = {REFUSES, NEWER, IGNORES, EMPTIED};
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    Fake *fake = &bench.fake;
    guint ulm = add_thing(fake, 'c', "o=Ulm", 0);
    add_thing(fake, 'p', "cn=Anna", ulm);
    assert_pull(&bench, PULL_ALL, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(manners); i++) {
        guint bert = add_thing(fake, 'p', "cn=Bert", ulm);
        fake->manner = manners[i];
        assert_pull(&bench, PULL_ALL, "+ cn=Bert;");
        g_assert_cmpint(bench.result.notes, ==, PULL_VOID_COOKIE);
        g_assert_nonnull(bench.result.said);
        assert_as_fresh(&bench);
        fake->manner = WITH_LOG;
        assert_pull(&bench, PULL_CHANGES, "");
        thing_at(fake, bert)->there = FALSE;
        thing_at(fake, bert)->csn = ++fake->clock;
        assert_pull(&bench, PULL_CHANGES, "- cn=Bert;");
    }
    /* other settings: the cookie is not sent */
    bench.config.directory_filter = (char *)"(cn=*)";
    assert_pull(&bench, PULL_ALL, "");
    g_assert_cmpint(bench.result.notes, ==, PULL_VOID_COOKIE);
}

static void
test_without_feed(void)
{
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    Fake *fake = &bench.fake;
    guint ulm = add_thing(fake, 'c', "o=Ulm", 0);
    guint anna = add_thing(fake, 'p', "cn=Anna", ulm), bert = add_thing(fake, 'p', "cn=Bert", ulm);
    fake->manner = NO_FEED;
    assert_pull(&bench, PULL_ALL, NULL);
    g_assert_cmpint(bench.result.notes, ==, PULL_NO_FEED);
    assert_pull(&bench, PULL_LISTING, "");
    thing_at(fake, anna)->value = 3;
    thing_at(fake, anna)->csn = ++fake->clock;
    thing_at(fake, bert)->there = FALSE;
    g_free(thing_at(fake, ulm)->name);
    thing_at(fake, ulm)->name = g_strdup("o=Neu-Ulm");
    thing_at(fake, ulm)->csn = ++fake->clock;
    assert_pull(&bench, PULL_LISTING, "~ cn=Anna;> o=Neu-Ulm;- cn=Bert;");
    assert_as_fresh(&bench);
}

static gint64
count_rows(Bench *bench, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    g_assert_cmpint(sqlite3_open(bench->path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(stmt), ==, SQLITE_ROW);
    gint64 count = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return count;
}

/* rights have changed: the feed does not tell, an audit does */
static void
test_audit(void)
{
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    Fake *fake = &bench.fake;
    guint ulm = add_thing(fake, 'c', "o=Ulm", 0), anna = add_thing(fake, 'p', "cn=Anna", ulm);
    add_thing(fake, 'p', "cn=Bert", ulm);
    assert_pull(&bench, PULL_ALL, NULL);
    thing_at(fake, anna)->hidden = TRUE;
    assert_pull(&bench, PULL_CHANGES, "");
    bench.depth = PULL_AUDIT;
    assert_pull(&bench, PULL_CHANGES, "- cn=Anna;");
    g_assert_cmpuint(bench.result.untold, ==, 1);
    g_assert_cmpint(bench.result.notes, ==, PULL_AUDITED);
    g_assert_cmpint(count_rows(&bench, "SELECT count(*) FROM journal WHERE deed = 'sync.audit'"),
                    ==, 1);
    assert_as_fresh(&bench);
    thing_at(fake, anna)->hidden = FALSE;
    bench.depth = PULL_AUTO;
    bench.config.directory_audit = 10; /* seconds: `now` stands still, so it is not due */
    assert_pull(&bench, PULL_CHANGES, "");
    bench.depth = PULL_AUDIT;
    assert_pull(&bench, PULL_CHANGES, "+ cn=Anna;");
    assert_as_fresh(&bench);
    assert_pull(&bench, PULL_CHANGES, "");
    g_assert_cmpuint(bench.result.untold, ==, 0);
}

static void
assert_held(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(pull(bench, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD);
    g_assert_cmpint(bench->result.held, >, 0);
}

#define HELD_ROWS "SELECT count(*) FROM entry WHERE missing_reason = 'held'"
#define KEPT_ROWS "SELECT count(*) FROM entry WHERE missing_reason = 'kept'"

static void
note_pending(const HeldDifference *held, gpointer user_data)
{
    g_assert_cmpint(held->removed, ==, 3);
    g_assert_nonnull(strstr(held->difference, "- cn=Anna <cn=Anna,o=Ulm," BASE ">\n"));
    *(gint64 *)user_data = held->id;
}

/* told by the feed or by an audit: held, and held again, until a person decides */
static void
test_held(gconstpointer data)
{
    const char *told = data;
    gboolean audit = g_str_equal(told, "audit");
    g_auto(Bench) bench = {0};
    g_autoptr(GError) error = NULL;
    bench_init(&bench);
    Fake *fake = &bench.fake;
    guint ulm = add_thing(fake, 'c', "o=Ulm", 0), jena = add_thing(fake, 'c', "o=Jena", 0);
    add_thing(fake, 'p', "cn=Anna", ulm);
    add_thing(fake, 'p', "cn=Bert", ulm);
    guint carla = add_thing(fake, 'p', "cn=Carla", jena);
    assert_pull(&bench, PULL_ALL, NULL);
    bench.config.guard_percent = 20;
    Thing *top = thing_at(fake, ulm);
    if (audit)
        top->hidden = TRUE;
    else
        *top = (Thing){.name = top->name, .kind = 'c', .csn = ++fake->clock};
    guint number = ulm + 1;
    memset(top->uuid, 0x40, UUID_LENGTH);
    memcpy(top->uuid, &number, sizeof number);
    if (audit)
        bench.depth = PULL_AUDIT;
    assert_held(&bench);
    bench.depth = PULL_AUTO;
    gint64 id = bench.result.held, pending = 0;
    assert_held(&bench);
    g_assert_cmpint(bench.result.held, ==, id);
    g_assert_cmpint(count_rows(&bench, HELD_ROWS), ==, 3);
    g_assert_true(keep_pending(&bench.config, bench.store, note_pending, &pending, &error));
    g_assert_cmpint(pending, ==, id);

    /* it is dropped: the rows stay, whatever the directory says of them */
    guint64 kept = 0;
    g_assert_true(keep_drop(&bench.config, bench.store, id, 1000, "test", &kept, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(kept, ==, 3);
    assert_pull(&bench, PULL_CHANGES, "");
    bench.depth = PULL_AUDIT;
    assert_pull(&bench, PULL_CHANGES, "");
    bench.depth = PULL_WHOLE;
    assert_pull(&bench, PULL_ALL, "");
    bench.depth = PULL_AUTO;
    g_assert_cmpint(count_rows(&bench, KEPT_ROWS), ==, 3);
    thing_at(fake, carla)->value = 5;
    thing_at(fake, carla)->csn = ++fake->clock;
    assert_pull(&bench, PULL_CHANGES, "~ cn=Carla;");
    g_assert_cmpint(count_rows(&bench, KEPT_ROWS), ==, 3);

    /* shown again: nothing is kept any more */
    top->hidden = FALSE;
    top->there = TRUE;
    bench.depth = PULL_AUDIT;
    assert_pull(&bench, PULL_CHANGES, NULL);
    g_assert_cmpint(count_rows(&bench, KEPT_ROWS), ==, 0);
    assert_as_fresh(&bench);
}

static void
test_approve_and_undo(void)
{
    g_auto(Bench) bench = {0};
    g_autoptr(GError) error = NULL;
    guint64 back = 0;
    bench_init(&bench);
    Fake *fake = &bench.fake;
    guint ulm = add_thing(fake, 'c', "o=Ulm", 0);
    add_thing(fake, 'p', "cn=Anna", ulm);
    add_thing(fake, 'p', "cn=Bert", ulm);
    add_thing(fake, 'c', "o=Jena", 0);
    assert_pull(&bench, PULL_ALL, NULL);
    g_autofree char *before = read_mirror(bench.path);
    bench.config.guard_percent = 5;
    thing_at(fake, ulm)->there = FALSE;
    thing_at(fake, ulm)->csn = ++fake->clock;
    assert_held(&bench);
    bench.approve = bench.result.held;
    assert_pull(&bench, PULL_CHANGES, "- o=Ulm;- cn=Anna;- cn=Bert;");
    bench.approve = 0;
    assert_as_fresh(&bench);
    gint64 generation = bench.result.generation;
    g_assert_true(keep_undo(&bench.config, bench.store, generation, 1000, "test", &back, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(back, ==, 3);
    g_assert_cmpint(count_rows(&bench, KEPT_ROWS), ==, 3);
    g_assert_cmpint(count_rows(&bench, "SELECT count(*) FROM entry WHERE municipality IS NOT NULL"),
                    ==, 2);
    assert_pull(&bench, PULL_CHANGES, "");
    g_assert_false(keep_undo(&bench.config, bench.store, generation, 1000, "test", &back, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
    /* back in the directory, too */
    thing_at(fake, ulm)->there = TRUE;
    thing_at(fake, ulm)->csn = 2;
    bench.depth = PULL_AUDIT;
    assert_pull(&bench, PULL_CHANGES, "");
    g_autofree char *after = read_mirror(bench.path);
    g_assert_cmpstr(after, ==, before);
}

static void
take_away(Fake *fake, guint index)
{
    thing_at(fake, index)->there = FALSE;
    thing_at(fake, index)->csn = ++fake->clock;
}

static void
add_people(Fake *fake, guint count)
{
    guint ulm = add_thing(fake, 'c', "o=Ulm", 0);
    for (guint i = 0; i < count; i++) {
        g_autofree char *name = g_strdup_printf("cn=P%u", i);
        add_thing(fake, 'p', name, ulm);
    }
}

#define HOUR ((gint64)3600)

/* one by one, each below the limits */
static void
test_trickle(void)
{
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    Fake *fake = &bench.fake;
    guint next = 2;
    add_people(fake, 30);
    bench.now = 1000 * HOUR;
    assert_pull(&bench, PULL_ALL, NULL);
    bench.config.guard_count = 3;
    for (; next < 5; next++) {
        take_away(fake, next);
        bench.now += HOUR;
        assert_pull(&bench, PULL_CHANGES, NULL);
    }
    /* one is back: it does not count any more */
    thing_at(fake, 4)->there = TRUE;
    thing_at(fake, 4)->csn = ++fake->clock;
    assert_pull(&bench, PULL_CHANGES, "+ cn=P2;");
    take_away(fake, next++);
    assert_pull(&bench, PULL_CHANGES, NULL);
    take_away(fake, next++);
    assert_held(&bench);
    g_assert_cmpint(bench.result.verdict, ==, GUARD_COUNT);
    /* more of it, days later: time does not let it through while it is held */
    bench.now += 30 * HOUR;
    take_away(fake, next++);
    assert_held(&bench);
    bench.now += 30 * HOUR;
    assert_held(&bench);
    /* a yes begins anew */
    bench.approve = bench.result.held;
    assert_pull(&bench, PULL_CHANGES, NULL);
    bench.approve = 0;
    for (guint i = 0; i < 3; i++) {
        take_away(fake, next++);
        assert_pull(&bench, PULL_CHANGES, NULL);
    }
    /* and so does a day */
    bench.now += 25 * HOUR;
    take_away(fake, next++);
    assert_pull(&bench, PULL_CHANGES, NULL);
    assert_as_fresh(&bench);
}

static void
run_sql(Bench *bench, const char *sql)
{
    sqlite3 *db;
    g_assert_cmpint(sqlite3_open(bench->path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close(db);
}

/* what was removed here was no loss */
static void
test_removed_here(void)
{
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    add_people(&bench.fake, 30);
    assert_pull(&bench, PULL_ALL, NULL);
    bench.config.guard_count = 3;
    for (guint i = 2; i < 5; i++)
        take_away(&bench.fake, i);
    assert_pull(&bench, PULL_CHANGES, NULL);
    run_sql(&bench, "INSERT INTO change (kind, uuid, dn, author, at, state)"
                    " SELECT 'remove', uuid, dn, 'x', 1, 'done' FROM tombstone LIMIT 1");
    take_away(&bench.fake, 5);
    assert_pull(&bench, PULL_CHANGES, NULL);
    take_away(&bench.fake, 6);
    assert_held(&bench);
}

static void
note_text(const HeldDifference *held, gpointer user_data)
{
    g_string_assign(user_data, held->difference);
}

/* people that are shown as something else are lost, and listed, but cannot be kept */
static void
test_others(gconstpointer data)
{
    g_auto(Bench) bench = {0};
    g_autoptr(GString) text = g_string_new(NULL);
    bench_init(&bench);
    add_people(&bench.fake, 2);
    assert_pull(&bench, PULL_ALL, NULL);
    bench.config.guard_count = 1;
    for (guint i = 2; i < 4; i++) {
        thing_at(&bench.fake, i)->kind = 'o';
        thing_at(&bench.fake, i)->csn = ++bench.fake.clock;
    }
    bench.depth = (PullDepth)GPOINTER_TO_INT(data);
    assert_held(&bench);
    g_autoptr(GError) error = NULL;
    guint64 kept;
    g_assert_true(keep_pending(&bench.config, bench.store, note_text, text, &error));
    g_assert_nonnull(strstr(text->str, "~ cn=P0 <cn=P0,o=Ulm," BASE ">\n"));
    g_assert_nonnull(strstr(text->str, "~ cn=P1 <cn=P1,o=Ulm," BASE ">\n"));
    g_assert_false(
        keep_drop(&bench.config, bench.store, bench.result.held, 1000, "test", &kept, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "directory.person_class"));
    bench.approve = bench.result.held;
    assert_pull(&bench, bench.depth == PULL_WHOLE ? PULL_ALL : PULL_CHANGES, NULL);
    g_assert_cmpuint(bench.result.persons, ==, 0);
}

/* kept entries are neither known nor shown: then everything else vanishes */
static void
test_kept_and_emptied(gconstpointer data)
{
    g_auto(Bench) bench = {0};
    g_autoptr(GError) error = NULL;
    guint64 kept;
    bench_init(&bench);
    Fake *fake = &bench.fake;
    add_people(fake, 10);
    assert_pull(&bench, PULL_ALL, NULL);
    bench.config.guard_count = 1;
    for (guint i = 2; i < 8; i++)
        take_away(fake, i);
    assert_held(&bench);
    g_assert_true(
        keep_drop(&bench.config, bench.store, bench.result.held, 1000, "test", &kept, &error));
    g_assert_cmpuint(kept, ==, 6);
    bench.depth = (PullDepth)GPOINTER_TO_INT(data);
    PullRoute route = bench.depth == PULL_WHOLE ? PULL_ALL : PULL_CHANGES;
    assert_pull(&bench, route, "");
    g_assert_cmpuint(bench.result.unchanged, ==, 6);
    g_assert_cmpuint(bench.result.persons, ==, 10);
    bench.config.guard_count = 1000;
    take_away(fake, 1);
    g_assert_false(pull(&bench, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_HELD);
    g_assert_nonnull(strstr(error->message, "all 5 persons"));
    g_assert_cmpint(bench.result.verdict, ==, GUARD_EMPTY);
}

/* absence that only a search by UUIDs confirms is void where such a search finds nothing at all */
static void
test_deaf(void)
{
    static const struct {
        PullDepth depth;
        Manner manner;
        guint gone;
    } rows[] = {
        {PULL_WHOLE, WITH_LOG, 3},    {PULL_AUDIT, WITH_LOG, 3}, {PULL_AUTO, NO_FEED, 3},
        {PULL_AUTO, WITH_PRESENT, 3}, {PULL_AUTO, WITH_LOG, 1}, /* the feed tells a top alone */
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Bench) bench = {0};
        g_autoptr(GError) error = NULL;
        bench_init(&bench);
        add_people(&bench.fake, 10);
        add_thing(&bench.fake, 'c', "o=Jena", 0);
        assert_pull(&bench, PULL_ALL, NULL);
        bench.depth = rows[i].depth;
        bench.fake.manner = rows[i].manner;
        bench.fake.deaf = TRUE;
        if (rows[i].depth == PULL_AUDIT)
            thing_at(&bench.fake, rows[i].gone)->hidden = TRUE;
        else
            take_away(&bench.fake, rows[i].gone);
        g_assert_false(pull(&bench, &error));
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY);
        g_assert_nonnull(strstr(error->message, "entryUUID"));
        g_assert_cmpint(count_rows(&bench, "SELECT count(*) FROM entry"), ==, 13);
        bench.fake.deaf = FALSE;
        pull(&bench, NULL);
        assert_as_fresh(&bench);
    }
}

/* a clock that is far ahead for one sync */
static void
test_clock_ahead(void)
{
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    Fake *fake = &bench.fake;
    add_people(fake, 10);
    bench.now = 1000 * HOUR;
    bench.config.directory_audit = 24 * HOUR;
    assert_pull(&bench, PULL_ALL, NULL);
    take_away(fake, 2);
    assert_pull(&bench, PULL_CHANGES, NULL);
    bench.now += 24 * HOUR * 3000;
    take_away(fake, 3);
    assert_pull(&bench, PULL_CHANGES, NULL);
    g_assert_cmpint(bench.result.notes & PULL_AUDITED, !=, 0);
    g_assert_cmpint(count_rows(&bench, "SELECT count(*) FROM tombstone"), ==, 2);
    bench.now = 1002 * HOUR;
    take_away(fake, 4);
    assert_pull(&bench, PULL_CHANGES, NULL);
    g_assert_cmpint(bench.result.notes & PULL_AUDITED, !=, 0);
    g_assert_cmpint(count_rows(&bench, "SELECT count(*) FROM tombstone"), ==, 3);
    assert_pull(&bench, PULL_CHANGES, NULL);
    g_assert_cmpint(bench.result.notes & PULL_AUDITED, ==, 0);
}

/* ---- killed */

static gint64
size_of(const char *path, const char *suffix)
{
    g_autofree char *name = g_strconcat(path, suffix, NULL);
    GStatBuf status;
    return g_stat(name, &status) == 0 ? (gint64)status.st_size : 0;
}

/* A first sync writes no log: what is in the file before its commit must be undone. */
static void
test_killed(void)
{
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    g_autofree char *long_name = g_strnfill(1500, 'x');
    const guint people = 6000; /* some 30 MiB, so that pages leave the cache of 16 */
    for (guint i = 0; i < people; i++) {
        g_autofree char *name = g_strdup_printf("cn=%u %s", i, long_name);
        add_thing(&bench.fake, 'p', name, 0);
    }
    store_close(g_steal_pointer(&bench.store)); /* nobody else may have it open */
    pid_t child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        bench.store = make_store(bench.path);
        pull(&bench, NULL);
        _exit(0);
    }
    gint64 before = size_of(bench.path, "");
    for (guint i = 0; i < 60000 && size_of(bench.path, "") < before + 1024 * 1024; i++)
        g_usleep(1000);
    g_assert_cmpint(kill(child, SIGKILL), ==, 0);
    int status;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFSIGNALED(status));
    g_assert_cmpint(size_of(bench.path, ""), >, before);
    g_assert_cmpint(size_of(bench.path, "-journal"), >, 0);
    g_assert_cmpint(size_of(bench.path, "-wal"), ==, 0);

    bench.store = make_store(bench.path);
    g_assert_cmpint(count_rows(&bench, "SELECT count(*) FROM pragma_integrity_check"
                                       " WHERE integrity_check <> 'ok'"),
                    ==, 0);
    g_assert_cmpint(count_rows(&bench, "SELECT count(*) FROM entry"), ==, 0);
    g_array_set_size(bench.fake.things, 100); /* the rest shows nothing new, and takes its time */
    assert_pull(&bench, PULL_ALL, NULL);
    assert_as_fresh(&bench);
}

/* ---- at random */

static guint
pick(Fake *fake, GRand *rand, const char *kinds)
{
    for (guint tries = 0; tries < 100; tries++) {
        guint index = (guint)g_rand_int_range(rand, 0, (gint)fake->things->len);
        if (strchr(kinds, thing_at(fake, index)->kind) && is_shown(fake, index))
            return index;
    }
    return 0;
}

static void
rename_thing(Fake *fake, guint index, const char *name)
{
    Thing *thing = thing_at(fake, index);
    char *copy = g_strdup(name);
    g_free(thing->name);
    thing->name = copy;
    thing->csn = ++fake->clock;
}

static void
swap_names(Fake *fake, guint a, guint b)
{
    g_autofree char *name = g_strdup(thing_at(fake, a)->name);
    guint parent = thing_at(fake, a)->parent;
    if (a == 0 || b == 0 || thing_at(fake, a)->kind != thing_at(fake, b)->kind)
        return;
    rename_thing(fake, a, thing_at(fake, b)->name);
    rename_thing(fake, b, name);
    if (thing_at(fake, a)->kind != 'p') /* one may lie below the other */
        return;
    thing_at(fake, a)->parent = thing_at(fake, b)->parent;
    thing_at(fake, b)->parent = parent;
}

/* a place that is not below the thing itself */
static void
move_thing(Fake *fake, GRand *rand, guint index)
{
    guint to = pick(fake, rand, "bco");
    for (guint up = to; up != 0; up = thing_at(fake, up)->parent)
        if (up == index)
            return;
    if (index <= 1)
        return;
    thing_at(fake, index)->parent = to;
    thing_at(fake, index)->csn = ++fake->clock;
}

static void
come_or_go(Fake *fake, GRand *rand)
{
    if (fake->things->len < 3)
        return;
    guint index = (guint)g_rand_int_range(rand, 2, (gint)fake->things->len);
    thing_at(fake, index)->there = !thing_at(fake, index)->there;
    thing_at(fake, index)->csn = ++fake->clock;
}

static void
change_something(Fake *fake, GRand *rand)
{
    g_autofree char *name = g_strdup_printf("ou=n%u", fake->clock);
    guint index = pick(fake, rand, "cop");
    switch (g_rand_int_range(rand, 0, 9)) {
    case 0:
        add_thing(fake, 'c', name, pick(fake, rand, "bo"));
        break;
    case 1:
        add_thing(fake, 'o', name, pick(fake, rand, "bco"));
        break;
    case 2:
    case 3:
        add_thing(fake, 'p', name, pick(fake, rand, "bco"));
        break;
    case 4:
        thing_at(fake, index)->value = fake->clock;
        refer(fake, index);
        thing_at(fake, index)->csn = ++fake->clock;
        break;
    case 5:
        if (index)
            rename_thing(fake, index, name);
        break;
    case 6:
        move_thing(fake, rand, index);
        break;
    case 7:
        swap_names(fake, index, pick(fake, rand, "cop"));
        break;
    default:
        come_or_go(fake, rand);
        break;
    }
}

static void
test_random(void)
{
    static const struct {
        const char *membership, *key;
    } ways[] = {{"tree", NULL}, {"manager", "dn"}, {"l", "o"}};
    static const Manner manners[] = {WITH_LOG, WITH_LOG, WITH_LOG, WITH_PRESENT, REFUSES, NO_FEED};
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);
    for (guint run = 0; run < 9; run++) {
        g_auto(Bench) bench = {0};
        bench_init(&bench);
        bench.config.directory_membership = (char *)ways[run % 3].membership;
        bench.config.directory_membership_key = (char *)ways[run % 3].key;
        bench.fake.by_dn = run % 3 == 1;
        add_thing(&bench.fake, 'c', "o=Ulm", 0); /* always there: the guard holds an empty answer */
        for (guint i = 0; i < 20; i++)
            change_something(&bench.fake, rand);
        assert_pull(&bench, PULL_ALL, NULL);
        for (guint step = 0; step < 40; step++) {
            gint changes = g_rand_int_range(rand, 0, 7);
            for (gint i = 0; i < changes; i++)
                change_something(&bench.fake, rand);
            g_autoptr(GError) error = NULL;
            bench.fake.manner = manners[g_rand_int_range(rand, 0, G_N_ELEMENTS(manners))];
            pull(&bench, &error);
            g_assert_no_error(error);
            assert_as_fresh(&bench);
            bench.depth = PULL_AUDIT; /* and an audit has nothing to add */
            bench.fake.manner = WITH_LOG;
            assert_pull(&bench, PULL_CHANGES, "");
            bench.depth = PULL_AUTO;
        }
    }
}

/* ---- followed */

typedef struct {
    Bench *bench;
    GRand *rand;
    guint ticks, batches;
} Following;

static void
tell_change(Fake *fake, guint index)
{
    push(fake, (Told){.kind = is_shown(fake, index) ? CONTENT_ENTRY : CONTENT_DELETED,
                      .thing = index,
                      .cookie = TRUE});
}

static void
note_batch(const PullResult *result, gpointer user_data)
{
    Following *following = user_data;
    (void)result;
    following->batches++;
}

/* the tick is the others' chance to change something */
static gboolean
on_tick(gpointer user_data, GError **error)
{
    Following *following = user_data;
    Fake *fake = &following->bench->fake;
    (void)error;
    switch (following->ticks++) {
    case 0:
        tell_change(fake, add_thing(fake, 'p', "cn=Carla", 1));
        rename_thing(fake, 1, "o=Neu-Ulm");
        tell_change(fake, 1);
        break;
    case 1:
        thing_at(fake, 1)->there = FALSE;
        thing_at(fake, 1)->csn = ++fake->clock;
        tell_change(fake, 1);
        break;
    default:
        kill(getpid(), SIGTERM);
        break;
    }
    return TRUE;
}

static void
test_follow(void)
{
    g_auto(Bench) bench = {0};
    g_autoptr(GError) error = NULL;
    bench_init(&bench);
    Following following = {.bench = &bench};
    guint ulm = add_thing(&bench.fake, 'c', "o=Ulm", 0);
    add_thing(&bench.fake, 'p', "cn=Anna", ulm);
    add_thing(&bench.fake, 'c', "o=Jena", 0);
    PullOptions options = {.now = 1000, .actor = "test", .user_data = &following};
    wake_catch();
    g_assert_true(pull_follow(&bench.config, &bench.fake.vtable, bench.store, &options, note_batch,
                              on_tick, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(following.batches, ==, 3);
    g_assert_false(bench.fake.open);
    assert_as_fresh(&bench);
}

/* an entry is added here while the network is waited for: its count must not be lost */
static void
test_edited_meanwhile(void)
{
    static const PullDepth depths[] = {PULL_AUTO, PULL_WHOLE};
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    Fake *fake = &bench.fake;
    guint ulm = add_thing(fake, 'c', "o=Ulm", 0);
    assert_pull(&bench, PULL_ALL, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(depths); i++) {
        g_autoptr(GError) error = NULL;
        add_thing(fake, 'p', i ? "cn=Anna" : "cn=Bert", ulm);
        bench.depth = depths[i];
        fake->edited = bench.path;
        g_assert_false(pull(&bench, &error));
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_BUSY);
        fake->edited = NULL;
        g_assert_cmpint(count_rows(&bench, "SELECT entries FROM sync_state"), ==, 3 + 2 * i);
        pull(&bench, NULL);
        g_assert_cmpint(count_rows(&bench, "SELECT count(*) FROM entry"), ==, 3 + i);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/feed/changes", test_changes);
    g_test_add_func("/feed/edited-meanwhile", test_edited_meanwhile);
    g_test_add_func("/feed/void-cookies", test_void_cookies);
    g_test_add_func("/feed/without", test_without_feed);
    g_test_add_func("/feed/audit", test_audit);
    g_test_add_data_func("/feed/held/told", "told", test_held);
    g_test_add_data_func("/feed/held/audit", "audit", test_held);
    g_test_add_func("/feed/approve-and-undo", test_approve_and_undo);
    g_test_add_func("/feed/trickle", test_trickle);
    g_test_add_func("/feed/removed-here", test_removed_here);
    g_test_add_data_func("/feed/others/told", GINT_TO_POINTER(PULL_AUTO), test_others);
    g_test_add_data_func("/feed/others/whole", GINT_TO_POINTER(PULL_WHOLE), test_others);
    g_test_add_data_func("/feed/kept-and-emptied/told", GINT_TO_POINTER(PULL_AUTO),
                         test_kept_and_emptied);
    g_test_add_data_func("/feed/kept-and-emptied/audit", GINT_TO_POINTER(PULL_AUDIT),
                         test_kept_and_emptied);
    g_test_add_data_func("/feed/kept-and-emptied/whole", GINT_TO_POINTER(PULL_WHOLE),
                         test_kept_and_emptied);
    g_test_add_func("/feed/deaf", test_deaf);
    g_test_add_func("/feed/clock-ahead", test_clock_ahead);
    g_test_add_func("/feed/killed", test_killed);
    g_test_add_func("/feed/random", test_random);
    g_test_add_func("/feed/follow", test_follow);
    return g_test_run();
}
