/* SPDX-License-Identifier: GPL-3.0-or-later */
/* push: edits to a directory in memory that does what each case scripts */
#include "sync/push.h"

#include "../lib/fixture.h"
#include "base/error.h"
#include "directory/dn.h"
#include "model/attribute_type.h"
#include "store/mirror.h"
#include "store/sync_state.h"
#include "sync/edit.h"
#include "sync/overlay.h"
#include "sync/parcel.h"
#include "sync/putback.h"

#include <string.h>

#define BASE "dc=netz,dc=example"

/* ---- a directory in memory */

typedef struct Fake Fake;
struct Fake {
    Directory vtable;
    GPtrArray *entries;           /* of Seen */
    guint writes, csn, cut_after; /* cut_after: the connection is lost after that write; 0: never */
    gboolean cut_before;          /* ... and before it was done */
    gboolean no_post_read, no_version;
    WriteOutcome answer;           /* to everything, if not WRITE_PENDING */
    void (*meanwhile)(Fake *fake); /* somebody else, before each write */
    guint most;
};

static Seen *
fake_find(Fake *fake, const char *dn)
{
    for (guint i = 0; i < fake->entries->len; i++) {
        Seen *seen = g_ptr_array_index(fake->entries, i);
        if (dn_equal(seen->dn, dn))
            return seen;
    }
    return NULL;
}

static gboolean
fake_search(Directory *directory, const DirectoryQuery *query, DirectoryFunc func,
            gpointer user_data, DirectoryTally *tally, GError **error)
{
    Fake *fake = (Fake *)(gpointer)directory;
    (void)tally;
    if (query->below && !fake_find(fake, query->below)) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND, "none");
        return FALSE;
    }
    for (guint i = 0; i < fake->entries->len; i++) {
        const Seen *seen = g_ptr_array_index(fake->entries, i);
        gboolean wanted = query->below && dn_equal(seen->dn, query->below);
        for (gsize j = 0; query->uuids && j < query->count; j++)
            wanted |= memcmp(query->uuids + j * UUID_LENGTH, seen->uuid, UUID_LENGTH) == 0;
        DirectoryEntry entry = {.dn = seen->dn, .csn = seen->csn, .attributes = seen->attributes};
        memcpy(entry.uuid, seen->uuid, UUID_LENGTH);
        if (wanted && !func(&entry, user_data, error))
            return FALSE;
    }
    return TRUE;
}

/* What a server can compare: of octets without a rule that they are there. */
static gboolean
shows(Attributes *is, Attributes *was, const char *name)
{
    if (!attribute_is_comparable(name))
        return (attributes_count(is) > 0) == (attributes_count(was) > 0);
    return attributes_equal(is, was);
}

/* TRUE if the entry has exactly what was asserted */
static gboolean
holds(const Seen *seen, const DirectoryWrite *write)
{
    if (write->csn && g_strcmp0(write->csn, seen->csn) != 0)
        return FALSE;
    for (guint k = 0; write->before && k < 2; k++) {
        const Attributes *side = k ? write->after : write->before;
        for (guint i = 0; side && i < attributes_count(side); i++) {
            const char *name = attributes_description(side, i);
            g_autoptr(Attributes) is = attributes_new(), was = attributes_new();
            attributes_add_from(is, seen->attributes, name);
            attributes_add_from(was, write->before, name);
            if (!shows(is, was, name))
                return FALSE;
        }
    }
    return TRUE;
}

static void
stamp(Fake *fake, Seen *seen)
{
    g_free(seen->csn);
    seen->csn = fake->no_version ? NULL : g_strdup_printf("csn%u", ++fake->csn + 1);
}

static void
replace(Fake *fake, Seen *seen, const Attributes *from, const char *name)
{
    Attributes *next = attributes_with(seen->attributes, from, name);
    attributes_free(seen->attributes);
    seen->attributes = next;
    stamp(fake, seen);
}

static WriteOutcome
apply(Fake *fake, DirectoryWrite *write)
{
    Seen *seen = fake_find(fake, write->dn);
    if (write->kind == WRITE_ADD) {
        static const guint8 uuid[UUID_LENGTH] = {0xad};
        if (seen)
            return WRITE_EXISTS;
        g_ptr_array_add(fake->entries, seen_new(write->dn, uuid, "csnA", write->after));
        return WRITE_DONE;
    }
    if (!seen || memcmp(seen->uuid, write->uuid, UUID_LENGTH) != 0)
        return WRITE_GONE;
    if (!holds(seen, write))
        return WRITE_CHANGED;
    if (write->kind == WRITE_REMOVE) {
        g_ptr_array_remove(fake->entries, seen);
        return WRITE_DONE;
    }
    for (guint i = 0; i < attributes_count(write->before); i++)
        replace(fake, seen, write->after, attributes_description(write->before, i));
    for (guint i = 0; i < attributes_count(write->after); i++)
        replace(fake, seen, write->after, attributes_description(write->after, i));
    if (!fake->no_post_read) {
        write->read = attributes_with(seen->attributes, NULL, "");
        write->read_csn = g_strdup(seen->csn);
    }
    return WRITE_DONE;
}

static gboolean
fake_write(Directory *directory, GPtrArray *writes, GError **error)
{
    Fake *fake = (Fake *)(gpointer)directory;
    fake->most = MAX(fake->most, writes->len);
    for (guint i = 0; i < writes->len; i++) {
        DirectoryWrite *write = g_ptr_array_index(writes, i);
        fake->writes++;
        if (fake->meanwhile)
            fake->meanwhile(fake);
        gboolean cut = fake->cut_after && fake->writes == fake->cut_after;
        if (fake->answer != WRITE_PENDING) {
            write->outcome = fake->answer;
            write->text = g_strdup("the server says so");
        } else if (!cut || !fake->cut_before) {
            write->outcome = apply(fake, write);
        }
        if (!cut)
            continue;
        write->outcome = WRITE_UNKNOWN;
        g_clear_pointer(&write->read, attributes_free);
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_UNAVAILABLE, "lost");
        return FALSE;
    }
    return TRUE;
}

/* ---- a case */

typedef struct {
    Fixture *fixture;
    Fake fake;
    PushResult result;
} Bench;

static Seen *
put(Bench *bench, guint8 number, const char *dn, const char *class)
{
    g_autoptr(GError) error = NULL;
    guint8 uuid[UUID_LENGTH] = {number, 7};
    g_autoptr(Attributes) attributes = attributes_new();
    attributes_add(attributes, "objectClass", class, strlen(class));
    if (strcmp(class, "inetOrgPerson") == 0) {
        attributes_add(attributes, "mail", "a", 1);
        attributes_add(attributes, "title", "t", 1);
        attributes_add(attributes, "sn", "s", 1);
    }
    Seen *seen = seen_new(dn, uuid, "csn1", attributes);
    g_ptr_array_add(bench->fake.entries, seen);
    g_assert_true(putback_put(bench->fixture->config, bench->fixture->store, uuid, dn, "csn1",
                              attributes, &error));
    g_assert_no_error(error);
    return seen;
}

/* Nothing tells one version of an entry from another one. */
static void
forget_versions(Bench *bench)
{
    bench->fake.no_version = TRUE;
    for (guint i = 0; i < bench->fake.entries->len; i++)
        g_clear_pointer(&((Seen *)g_ptr_array_index(bench->fake.entries, i))->csn, g_free);
    fixture_run(bench->fixture, "UPDATE entry SET csn = NULL");
}

static void
bench_init(Bench *bench)
{
    *bench = (Bench){.fixture = fixture_new()};
    Config *config = bench->fixture->config;
    g_free(config->directory_uri);
    config->directory_uri = g_strdup("ldap://x");
    g_free(config->directory_base);
    config->directory_base = g_strdup(BASE);
    bench->fake.vtable = (Directory){.search = fake_search, .write = fake_write};
    bench->fake.entries = g_ptr_array_new_with_free_func((GDestroyNotify)seen_free);
    put(bench, 1, "o=Ulm," BASE, "rundrufMunicipality");
    put(bench, 2, "cn=Anna\\2C M.,o=Ulm," BASE, "inetOrgPerson");
}

static void
bench_clear(Bench *bench)
{
    fixture_free(bench->fixture);
    g_ptr_array_unref(bench->fake.entries);
    push_result_clear(&bench->result);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Bench, bench_clear)

static Editor
editor_of(Bench *bench)
{
    return (Editor){bench->fixture->config, bench->fixture->store, 100, "test"};
}

static void
set(Bench *bench, guint8 number, const char *name, const char *value)
{
    g_autoptr(GError) error = NULL;
    guint8 uuid[UUID_LENGTH] = {number, 7};
    AttributeValue octets = {value, strlen(value)};
    EditValue edit = {name, &octets, 1};
    guint changed;
    Editor editor = editor_of(bench);
    edit_set(&editor, uuid, &edit, 1, &changed, &error);
    g_assert_no_error(error);
}

static void
edit_fax(Bench *bench, const char *value)
{
    g_autoptr(GError) error = NULL;
    guint8 uuid[UUID_LENGTH] = {2, 7};
    AttributeValue octets = {value, value ? strlen(value) : 0};
    EditValue edit = {"fax", &octets, value != NULL};
    guint changed;
    Editor editor = editor_of(bench);
    edit_set(&editor, uuid, &edit, 1, &changed, &error);
    g_assert_no_error(error);
}

static void
remove_person(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    guint8 uuid[UUID_LENGTH] = {2, 7};
    Editor editor = editor_of(bench);
    edit_remove(&editor, uuid, &error);
    g_assert_no_error(error);
}

static gboolean
push(Bench *bench, GError **error)
{
    PushOptions options = {.now = 200, .actor = "test"};
    push_result_clear(&bench->result);
    bench->result = (PushResult){0};
    return push_through(bench->fixture->config, bench->fixture->store, &bench->fake.vtable,
                        &options, &bench->result, error);
}

static void
push_well(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    push(bench, &error);
    g_assert_no_error(error);
}

static void
theirs(Fake *fake, const char *name, const char *value)
{
    g_autoptr(Attributes) values = attributes_new();
    if (value)
        attributes_add(values, name, value, strlen(value));
    replace(fake, g_ptr_array_index(fake->entries, 1), values, name);
}

/* "state/state/...", by id */
static void
assert_states(Bench *bench, const char *states)
{
    g_autofree char *found =
        fixture_text(bench->fixture, "SELECT coalesce(group_concat(state, '/'), '') FROM (SELECT "
                                     "state FROM change ORDER BY id)");
    g_assert_cmpstr(found, ==, states);
}

static void
assert_shown(Bench *bench, const char *name, const char *value)
{
    g_autoptr(GError) error = NULL;
    guint8 uuid[UUID_LENGTH] = {2, 7};
    g_autoptr(MirrorEntry) entry = mirror_find(bench->fixture->store, uuid, &error);
    g_assert_no_error(error);
    g_autofree char *text = attributes_text(entry->attributes, name);
    g_assert_cmpstr(text, ==, value);
}

/* the mirror holds what the directory does: a pull finds the same digest and version */
static void
assert_echo(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    const Seen *seen = g_ptr_array_index(bench->fake.entries, 1);
    guint8 digest[DIGEST_LENGTH];
    g_autoptr(GByteArray) blob = attributes_encode(seen->attributes);
    digest_sha256(blob->data, blob->len, digest);
    g_autoptr(MirrorEntry) entry = mirror_find(bench->fixture->store, seen->uuid, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(digest, sizeof digest, entry->row.digest, sizeof entry->row.digest);
    g_assert_cmpstr(entry->csn, ==, seen->csn);
    gsize length;
    gconstpointer shown = g_bytes_get_data(entry->blob, &length);
    g_assert_cmpmem(shown, (int)length, blob->data, (int)blob->len);
}

static void
assert_theirs(Bench *bench, const char *name, const char *value)
{
    const Seen *seen = g_ptr_array_index(bench->fake.entries, 1);
    g_autofree char *text = attributes_text(seen->attributes, name);
    g_assert_cmpstr(text, ==, value);
}

static void
test_done(void)
{
    for (guint post_read = 0; post_read < 2; post_read++) {
        g_auto(Bench) bench = {0};
        bench_init(&bench);
        bench.fake.no_post_read = !post_read;
        set(&bench, 2, "title", "u");
        set(&bench, 2, "sn", "v");
        push_well(&bench);
        assert_states(&bench, "done/done");
        g_assert_cmpuint(bench.fake.writes, ==, 1);
        g_assert_cmpuint(bench.result.done, ==, 2);
        g_assert_cmpuint(bench.result.waiting, ==, 0);
        assert_theirs(&bench, "title", "u");
        assert_echo(&bench);
    }
}

static void
test_merge(void)
{
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    set(&bench, 2, "title", "u");
    theirs(&bench.fake, "sn", "new"); /* not asserted: passes */
    push_well(&bench);
    assert_states(&bench, "done");
    assert_shown(&bench, "sn", "new");
    assert_echo(&bench);
    set(&bench, 2, "title", "w");
    set(&bench, 2, "sn", "x");
    theirs(&bench.fake, "title", "other");
    push_well(&bench); /* one conflict, the other goes through */
    assert_states(&bench, "done/conflict/done");
    g_assert_cmpuint(bench.result.conflicts, ==, 1);
    assert_theirs(&bench, "title", "other");
    assert_theirs(&bench, "sn", "x");
    assert_echo(&bench);
    set(&bench, 2, "title", "both");
    theirs(&bench.fake, "title", "both");
    push_well(&bench);
    assert_states(&bench, "done/conflict/done/done");
}

static void
decide(Bench *bench, gint64 id, EditDecision decision)
{
    g_autoptr(GError) error = NULL;
    AttributeValue value = {"mine", 4};
    Editor editor = editor_of(bench);
    edit_decide(&editor, id, decision, &value, 1, &error);
    g_assert_no_error(error);
}

static void
test_decide(void)
{
    static const struct {
        EditDecision decision;
        const char *states, *title;
    } rows[] = {
        {DECIDE_OURS, "dropped/done", "u"},
        {DECIDE_THEIRS, "dropped", "x"},
        {DECIDE_VALUE, "dropped/done", "mine"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Bench) bench = {0};
        bench_init(&bench);
        set(&bench, 2, "title", "u");
        theirs(&bench.fake, "title", "x");
        push_well(&bench);
        assert_states(&bench, "conflict");
        assert_shown(&bench, "title", "x");
        decide(&bench, 1, rows[i].decision);
        assert_shown(&bench, "title", rows[i].title);
        push_well(&bench);
        assert_states(&bench, rows[i].states);
        assert_theirs(&bench, "title", rows[i].title);
        assert_echo(&bench);
    }
}

static void
hurry(Fake *fake)
{
    theirs(fake, "mail", fake->writes % 2 ? "odd" : "even");
    g_autoptr(Attributes) values = attributes_new();
    g_autofree char *more = g_strdup_printf("t%u", fake->writes);
    attributes_add(values, "title", "t", 1);
    attributes_add(values, "title", more, strlen(more));
    replace(fake, g_ptr_array_index(fake->entries, 1), values, "title");
}

/* somebody is always faster */
static void
test_rounds(void)
{
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    bench.fake.meanwhile = hurry;
    set(&bench, 2, "title", "u");
    push_well(&bench);
    g_assert_cmpuint(bench.fake.writes, ==, 1 + PARCEL_ROUNDS_MAX);
    assert_states(&bench, "conflict");
}

static void
test_gone_and_moved(void)
{
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    Seen *seen = g_ptr_array_index(bench.fake.entries, 1);
    g_free(seen->dn);
    seen->dn = g_strdup("cn=Anna Neu,o=Ulm," BASE);
    put(&bench, 9, "cn=Anna\\2C M.,ou=x,o=Ulm," BASE, "inetOrgPerson");
    Seen *taker = g_ptr_array_index(bench.fake.entries, 2);
    g_free(taker->dn);
    taker->dn = g_strdup("cn=Anna\\2C M.,o=Ulm," BASE); /* another has the name by now */
    set(&bench, 2, "title", "u");
    push_well(&bench);
    assert_states(&bench, "done");
    assert_theirs(&bench, "title", "u");
    g_autofree char *untouched = attributes_text(taker->attributes, "title");
    g_assert_cmpstr(untouched, ==, "t");
    set(&bench, 2, "title", "v");
    g_ptr_array_remove_index(bench.fake.entries, 1);
    push_well(&bench);
    assert_states(&bench, "done/conflict");
}

static void
test_answers(void)
{
    static const struct {
        WriteOutcome answer;
        const char *states, *title;
    } rows[] = {
        {WRITE_REFUSED, "refused", "t"},
        {WRITE_LATER, "waiting", "u"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Bench) bench = {0};
        bench_init(&bench);
        set(&bench, 2, "title", "u");
        bench.fake.answer = rows[i].answer;
        push_well(&bench);
        assert_states(&bench, rows[i].states);
        assert_shown(&bench, "title", rows[i].title);
        g_autofree char *reason = fixture_text(bench.fixture, "SELECT reason FROM change");
        g_assert_cmpstr(reason, ==, "the server says so");
        if (rows[i].answer == WRITE_LATER)
            g_assert_cmpstr(bench.result.reason, ==, "the server says so");
    }
}

/* the connection is lost, with the write done or not; then the next push looks first */
static void
test_unknown(void)
{
    for (guint done = 0; done < 2; done++) {
        g_auto(Bench) bench = {0};
        g_autoptr(GError) error = NULL;
        bench_init(&bench);
        set(&bench, 2, "title", "u");
        bench.fake.cut_after = 1;
        bench.fake.cut_before = !done;
        g_assert_false(push(&bench, &error));
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_UNAVAILABLE);
        assert_states(&bench, "sent");
        set(&bench, 2, "title", "w"); /* an edit made meanwhile follows */
        push_well(&bench);
        assert_states(&bench, "done/done");
        assert_theirs(&bench, "title", "w");
        g_assert_cmpuint(bench.fake.writes, ==, 2);
        assert_echo(&bench);
    }
}

/* one letter is one title; here, or by somebody else in the directory */
static void
set_titles(Bench *bench, const char *letters)
{
    g_autoptr(GError) error = NULL;
    guint8 uuid[UUID_LENGTH] = {2, 7};
    g_autofree AttributeValue *values = g_new0(AttributeValue, strlen(letters) + 1);
    for (gsize i = 0; letters[i]; i++)
        values[i] = (AttributeValue){letters + i, 1};
    EditValue edit = {"title", values, (guint)strlen(letters)};
    guint changed;
    Editor editor = editor_of(bench);
    edit_set(&editor, uuid, &edit, 1, &changed, &error);
    g_assert_no_error(error);
}

static void
their_titles(Bench *bench, const char *letters)
{
    g_autoptr(Attributes) titles = attributes_new();
    for (const char *letter = letters; *letter; letter++)
        attributes_add(titles, "title", letter, 1);
    replace(&bench->fake, g_ptr_array_index(bench->fake.entries, 1), titles, "title");
}

static void
assert_titles(Bench *bench, const char *letters)
{
    const Seen *seen = g_ptr_array_index(bench->fake.entries, 1);
    guint count = 0;
    const AttributeValue *values = attributes_find(seen->attributes, "title", &count);
    g_autoptr(GString) found = g_string_new(NULL);
    for (char letter = 'a'; letter <= 'z'; letter++)
        for (guint i = 0; i < count; i++)
            if (*values[i].data == letter)
                g_string_append_c(found, letter);
    g_assert_cmpstr(found->str, ==, letters);
}

/* The answer was lost, and somebody else has changed the attribute since: what was written is no
 * conflict with itself. */
static void
test_unknown_and_changed(void)
{
    static const struct {
        const char *first, *edited;
        gboolean done;
        const char *theirs, *states, *last;
    } rows[] = {
        {"ab", "b", TRUE, "bc", "done/done", "bc"}, {"ab", "b", FALSE, "abc", "done/done", "bc"},
        {"a", "b", TRUE, "bc", "done/done", "bc"},  {"a", "ab", TRUE, "abc", "done/done", "abc"},
        {"a", "ab", TRUE, "bc", "done/done", "bc"}, {"a", "b", TRUE, "c", "done/conflict", "c"},
        {"a", "", TRUE, "c", "done/done", "c"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Bench) bench = {0};
        g_autoptr(GError) error = NULL;
        bench_init(&bench);
        set_titles(&bench, rows[i].first);
        push_well(&bench);
        set_titles(&bench, rows[i].edited);
        bench.fake.cut_after = 2;
        bench.fake.cut_before = !rows[i].done;
        g_assert_false(push(&bench, &error));
        their_titles(&bench, rows[i].theirs);
        push_well(&bench);
        assert_states(&bench, rows[i].states);
        assert_titles(&bench, rows[i].last);
        assert_echo(&bench);
    }
}

/* What was sent and waits again has another edit behind it; then the edits go on. */
/* of what no rule compares the assertion sees no change: the version tells, or a look */
static void
test_octets(void)
{
    static const struct {
        const char *theirs, *ours, *there, *state;
        gboolean versions, twice;
    } rows[] = {
        {NULL, "2", "2", "done", TRUE, FALSE},      {NULL, "2", "2", "done", FALSE, FALSE},
        {"3", "2", "3", "conflict", TRUE, FALSE},   {"3", "2", "3", "conflict", FALSE, FALSE},
        {"3", "2", "3", "conflict", TRUE, TRUE},    {"3", NULL, "3", "conflict", TRUE, FALSE},
        {"3", NULL, "3", "conflict", FALSE, FALSE}, {"2", "2", "2", "done", FALSE, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Bench) bench = {0};
        bench_init(&bench);
        set(&bench, 2, "fax", "1");
        push_well(&bench);
        if (!rows[i].versions)
            forget_versions(&bench);
        fixture_run(bench.fixture, "DELETE FROM change");
        if (rows[i].twice)
            set(&bench, 2, "fax", "5");
        edit_fax(&bench, rows[i].ours);
        theirs(&bench.fake, "title", "beside");
        if (rows[i].theirs)
            theirs(&bench.fake, "facsimileTelephoneNumber", rows[i].theirs);
        push_well(&bench);
        assert_states(&bench, rows[i].state);
        assert_theirs(&bench, "facsimileTelephoneNumber", rows[i].there);
        assert_theirs(&bench, "title", "beside");
        assert_echo(&bench);
    }
}

static void
test_edits_behind_sent(void)
{
    static const struct {
        const char *edits[3], *theirs, *last, *states; /* the first edit is sent, and lost */
    } rows[] = {
        {{"b", "c", "d"}, NULL, "d", "done/done"},
        {{"b", "c", "t"}, NULL, "t", ""}, /* back to what the directory has: nothing to write */
        {{"bt", "bct", "bd"}, "tx", "bdx", "done/done"},
        {{"", "b", "bc"}, NULL, "bc", "done/done"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Bench) bench = {0};
        g_autoptr(GError) error = NULL;
        bench_init(&bench);
        set_titles(&bench, rows[i].edits[0]);
        bench.fake.cut_after = 1;
        bench.fake.cut_before = TRUE;
        g_assert_false(push(&bench, &error));
        set_titles(&bench, rows[i].edits[1]);
        bench.fake.answer = WRITE_LATER; /* both wait again */
        push_well(&bench);
        assert_states(&bench, "waiting/waiting");
        set_titles(&bench, rows[i].edits[2]);
        bench.fake.answer = WRITE_PENDING;
        if (rows[i].theirs)
            their_titles(&bench, rows[i].theirs);
        push_well(&bench);
        assert_titles(&bench, rows[i].last);
        assert_states(&bench, rows[i].states);
        assert_echo(&bench);
    }
}

/* lets the mirror show what the directory does, as a pull would, under the edits that wait */
static void
pull(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    const Seen *seen = g_ptr_array_index(bench->fake.entries, 1);
    guint8 digest[DIGEST_LENGTH];
    g_autoptr(GByteArray) blob = attributes_encode(seen->attributes);
    digest_sha256(blob->data, blob->len, digest);
    g_autoptr(Overlay) overlay = overlay_load(bench->fixture->store, &error);
    g_autoptr(MirrorEntry) entry = mirror_find(bench->fixture->store, seen->uuid, &error);
    g_autoptr(Attributes) laid = overlay_lay(overlay, seen->uuid, seen->attributes);
    mirror_write(bench->fixture->store, entry, laid ? laid : seen->attributes, digest, seen->csn,
                 &error);
    g_assert_no_error(error);
}

/* An edit waits, somebody else's values come beside it, and are edited, too. */
static void
test_edit_of_merged(void)
{
    static const struct {
        const char *first, *theirs, *second, *last;
    } rows[] = {
        {"at", "tx", "at", "at"}, /* x was seen and taken away */
        {"at", "tx", "atxy", "atxy"}, {"at", "tx", "tx", "tx"},
        {"at", "", "at", "at"}, /* t was gone, and comes back */
        {"at", "tx", "x", "x"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Bench) bench = {0};
        bench_init(&bench);
        set_titles(&bench, rows[i].first);
        their_titles(&bench, rows[i].theirs);
        pull(&bench);
        set_titles(&bench, rows[i].second);
        push_well(&bench);
        assert_titles(&bench, rows[i].last);
        assert_echo(&bench);
    }
}

/* the counts that sync_state keeps of the mirror */
static void
assert_counts(Bench *bench, const char *counts)
{
    g_autofree char *found =
        fixture_text(bench->fixture,
                     "SELECT entries || ' ' || persons || ' ' || municipalities FROM sync_state");
    g_assert_cmpstr(found, ==, counts);
}

static void
test_counts(void)
{
    g_auto(Bench) bench = {0};
    g_autoptr(GError) error = NULL;
    bench_init(&bench);
    SyncState state = {.source = (char *)"x",
                       .indexed = (char *)"",
                       .entries = 2,
                       .persons = 1,
                       .municipalities = 1};
    g_assert_true(sync_state_save(bench.fixture->store, &state, &error));
    remove_person(&bench);
    assert_counts(&bench, "1 0 1");
    theirs(&bench.fake, "title", "x");
    push_well(&bench);
    assert_states(&bench, "conflict");
    assert_counts(&bench, "2 1 1");
}

static void
test_remove(void)
{
    static const struct RemoveRow {
        const char *changed; /* by somebody else meanwhile */
        WriteOutcome answer;
        const char *states;
        gboolean back;
    } rows[] = {
        {NULL, WRITE_PENDING, "done", FALSE},     {"title", WRITE_PENDING, "conflict", TRUE},
        {"fax", WRITE_PENDING, "conflict", TRUE}, {NULL, WRITE_REFUSED, "refused", TRUE},
        {NULL, WRITE_LATER, "waiting", FALSE},
    };
    for (guint i = 0; i < 2 * G_N_ELEMENTS(rows); i++) {
        const struct RemoveRow *row = &rows[i % G_N_ELEMENTS(rows)];
        g_auto(Bench) bench = {0};
        bench_init(&bench);
        if (i >= G_N_ELEMENTS(rows))
            forget_versions(&bench);
        remove_person(&bench);
        bench.fake.answer = row->answer;
        if (row->changed)
            theirs(&bench.fake, row->changed, "x");
        push_well(&bench);
        assert_states(&bench, row->states);
        g_assert_cmpint(
            fixture_number(bench.fixture, "SELECT count(*) FROM entry WHERE kind = 'person'"), ==,
            row->back);
        if (!row->back)
            continue;
        assert_echo(&bench);
        g_assert_cmpint(
            fixture_number(bench.fixture, "SELECT count(*) FROM entry WHERE municipality = parent"),
            ==, 1);
        bench.fake.answer = WRITE_PENDING;
        decide(&bench, 1, DECIDE_OURS);
        push_well(&bench);
        g_assert_cmpuint(bench.fake.entries->len, ==, 1);
    }
}

/* what came below a removed entry while it was away, lies below it again when it is back */
static void
change_title(Fake *fake)
{
    theirs(fake, "title", "meanwhile");
    fake->meanwhile = NULL;
}

/* Between the look and the removal: without a version the values are asserted. */
static void
test_remove_meanwhile(void)
{
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    forget_versions(&bench);
    remove_person(&bench);
    bench.fake.meanwhile = change_title;
    push_well(&bench);
    assert_states(&bench, "conflict");
    assert_shown(&bench, "title", "meanwhile");
}

static void
test_back_with_child(void)
{
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    remove_person(&bench);
    put(&bench, 3, "ou=x,cn=Anna\\2C M.,o=Ulm," BASE, "organizationalUnit");
    theirs(&bench.fake, "title", "x");
    push_well(&bench);
    assert_states(&bench, "conflict");
    g_assert_cmpint(fixture_number(bench.fixture,
                                   "SELECT count(*) FROM entry c JOIN entry p ON c.parent = p.id"
                                   " WHERE c.rdn = 'ou=x' AND p.kind = 'person'"),
                    ==, 1);
}

static void
test_remove_gone(void)
{
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    remove_person(&bench);
    g_ptr_array_remove_index(bench.fake.entries, 1);
    push_well(&bench);
    assert_states(&bench, "done");
}

static void
add(Bench *bench, const char *dn)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Attributes) attributes = attributes_new();
    Editor editor = editor_of(bench);
    attributes_add(attributes, "objectClass", "inetOrgPerson", 13);
    attributes_add(attributes, "sn", "s", 1);
    edit_add(&editor, dn, attributes, &error);
    g_assert_no_error(error);
}

static void
test_add(void)
{
    g_auto(Bench) bench = {0};
    g_autoptr(GError) error = NULL;
    bench_init(&bench);
    add(&bench, "cn=New,o=Ulm," BASE);
    bench.fake.cut_after = 1;
    g_assert_false(push(&bench, &error)); /* done, and the answer is lost */
    assert_states(&bench, "sent");
    push_well(&bench);
    assert_states(&bench, "done");
    g_assert_cmpuint(bench.fake.writes, ==, 1);
    add(&bench, "cn=New,o=Ulm," BASE); /* the mirror does not know it yet: the same again */
    push_well(&bench);
    assert_states(&bench, "done/done");
    Seen *there = fake_find(&bench.fake, "cn=New,o=Ulm," BASE);
    g_autoptr(Attributes) none = attributes_new();
    replace(&bench.fake, there, none, "sn");
    add(&bench, "cn=New,o=Ulm," BASE);
    push_well(&bench);
    assert_states(&bench, "done/done/conflict");
}

/* what hangs together goes in batches of its own */
static void
test_order(void)
{
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    add(&bench, "ou=above,o=Ulm," BASE);
    add(&bench, "cn=below,ou=above,o=Ulm," BASE);
    set(&bench, 2, "title", "u");
    push_well(&bench);
    assert_states(&bench, "done/done/done");
    g_assert_cmpuint(bench.fake.most, ==, 2);
}

static void
test_many(void)
{
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    for (guint8 i = 10; i < 130; i++) {
        g_autofree char *dn = g_strdup_printf("cn=p%u,o=Ulm," BASE, i);
        put(&bench, i, dn, "inetOrgPerson");
        set(&bench, i, "title", "u");
        set(&bench, i, "sn", "v");
    }
    push_well(&bench);
    g_assert_cmpuint(bench.result.done, ==, 240);
    g_assert_cmpuint(bench.fake.writes, ==, 120);
    g_assert_cmpuint(bench.fake.most, ==, DIRECTORY_WRITES_MAX);
}

static void
test_forget(void)
{
    g_auto(Bench) bench = {0};
    bench_init(&bench);
    set(&bench, 2, "title", "u");
    push_well(&bench);
    fixture_run(bench.fixture, "UPDATE change SET settled_at = settled_at - 34560001");
    set(&bench, 2, "sn", "v");
    push_well(&bench);
    assert_states(&bench, "done");
}

static void
test_read_only(void)
{
    g_auto(Bench) bench = {0};
    g_autoptr(GError) error = NULL;
    gboolean needed;
    bench_init(&bench);
    g_assert_true(push_needed(bench.fixture->store, &needed, &error));
    g_assert_false(needed);
    set(&bench, 2, "title", "u");
    g_assert_true(push_needed(bench.fixture->store, &needed, &error));
    g_assert_true(needed);
    bench.fake.vtable.write = NULL;
    g_assert_false(push(&bench, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG);
    g_assert_cmpuint(bench.result.waiting, ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/push/done", test_done);
    g_test_add_func("/push/merge", test_merge);
    g_test_add_func("/push/decide", test_decide);
    g_test_add_func("/push/rounds", test_rounds);
    g_test_add_func("/push/gone-and-moved", test_gone_and_moved);
    g_test_add_func("/push/answers", test_answers);
    g_test_add_func("/push/unknown", test_unknown);
    g_test_add_func("/push/unknown-and-changed", test_unknown_and_changed);
    g_test_add_func("/push/edits-behind-sent", test_edits_behind_sent);
    g_test_add_func("/push/edit-of-merged", test_edit_of_merged);
    g_test_add_func("/push/counts", test_counts);
    g_test_add_func("/push/octets", test_octets);
    g_test_add_func("/push/remove", test_remove);
    g_test_add_func("/push/remove-meanwhile", test_remove_meanwhile);
    g_test_add_func("/push/back-with-child", test_back_with_child);
    g_test_add_func("/push/remove-gone", test_remove_gone);
    g_test_add_func("/push/add", test_add);
    g_test_add_func("/push/order", test_order);
    g_test_add_func("/push/many", test_many);
    g_test_add_func("/push/forget", test_forget);
    g_test_add_func("/push/read-only", test_read_only);
    return g_test_run();
}
