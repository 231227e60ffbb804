/* SPDX-License-Identifier: GPL-3.0-or-later */
/* writing to a real slapd: what is asserted, what comes back, and what happens without an answer */
#include "../lib/provider.h"
#include "base/error.h"
#include "directory/dn.h"

#include <signal.h>
#include <string.h>

#define PROVIDED "overlay syncprov\n"
#define P(name)  "uid=" name ",ou=a," PROVIDER_BASE

typedef struct {
    const char *dn; /* NULL: all */
    guint count;
    char *found; /* the last one's DN, as the server spells it */
    guint8 uuid[UUID_LENGTH];
    char *csn, *title;
} Look;

static gboolean
take_look(const DirectoryEntry *entry, gpointer user_data, G_GNUC_UNUSED GError **error)
{
    Look *look = user_data;
    if (look->dn && !dn_equal(look->dn, entry->dn))
        return TRUE;
    look->count++;
    g_free(look->found);
    g_free(look->csn);
    g_free(look->title);
    look->found = g_strdup(entry->dn);
    look->csn = g_strdup(entry->csn);
    look->title = attributes_text(entry->attributes, "title");
    memcpy(look->uuid, entry->uuid, UUID_LENGTH);
    return TRUE;
}

static void
look_clear(Look *look)
{
    g_free(look->found);
    g_free(look->csn);
    g_free(look->title);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Look, look_clear)

static Look
look_for(Directory *directory, const char *dn)
{
    g_autoptr(GError) error = NULL;
    Look look = {.dn = dn};
    directory_search(directory, NULL, take_look, &look, NULL, &error);
    g_assert_no_error(error);
    return look;
}

static void
add_text(Attributes *attributes, const char *name, const char *value)
{
    if (value)
        attributes_add(attributes, name, value, strlen(value));
}

/* a change of one attribute's one value */
static DirectoryWrite *
set(Directory *directory, const char *dn, const char *name, const char *before, const char *after)
{
    g_auto(Look) look = look_for(directory, dn);
    DirectoryWrite *write = g_new0(DirectoryWrite, 1);
    write->dn = g_strdup(look.found ? look.found : dn);
    memcpy(write->uuid, look.uuid, UUID_LENGTH);
    write->before = attributes_new();
    write->after = attributes_new();
    add_text(write->before, name, before);
    add_text(write->after, name, after);
    return write;
}

static DirectoryWrite *
add(const char *dn, const char *uid)
{
    DirectoryWrite *write = g_new0(DirectoryWrite, 1);
    write->kind = WRITE_ADD;
    write->dn = g_strdup(dn);
    write->after = attributes_new();
    add_text(write->after, "objectClass", "inetOrgPerson");
    add_text(write->after, "cn", uid);
    add_text(write->after, "sn", uid);
    add_text(write->after, "uid", uid);
    return write;
}

static GPtrArray *
writes_new(DirectoryWrite *write)
{
    GPtrArray *writes = g_ptr_array_new_with_free_func((GDestroyNotify)directory_write_free);
    g_ptr_array_add(writes, write);
    return writes;
}

/* Writes one, and gives its outcome. */
static WriteOutcome
put(Directory *directory, DirectoryWrite *write)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) writes = g_ptr_array_new();
    g_ptr_array_add(writes, write);
    directory_write(directory, writes, &error);
    g_assert_no_error(error);
    if (write->outcome == WRITE_DONE)
        g_assert_null(write->text);
    else
        g_assert_true(g_utf8_validate(write->text, -1, NULL) && !strchr(write->text, '\n'));
    return write->outcome;
}

static void
test_set(void)
{
    g_autoptr(Provider) provider = provider_new(PROVIDED);
    g_autoptr(Directory) directory = provider_open(provider);
    g_autoptr(DirectoryWrite) first = set(directory, P("p1"), "title", NULL, "Frau*(\\)");
    g_assert_cmpint(put(directory, first), ==, WRITE_DONE);
    g_autofree char *title = attributes_text(first->read, "title");
    g_auto(Look) look = look_for(directory, P("p1"));
    g_assert_cmpstr(title, ==, "Frau*(\\)");
    g_assert_cmpstr(look.title, ==, "Frau*(\\)");
    g_assert_cmpstr(first->read_csn, ==, look.csn);
    g_assert_cmpmem(first->read_uuid, UUID_LENGTH, look.uuid, UUID_LENGTH);
    g_assert_null(attributes_find(first->read, "entryUUID", &(guint){0}));
    /* the same once more: somebody was faster */
    g_assert_cmpint(put(directory, first), ==, WRITE_CHANGED);
    g_assert_nonnull(strstr(first->text, "Assertion"));
    g_autoptr(DirectoryWrite) second = set(directory, P("p1"), "title", "Frau*(\\)", NULL);
    second->csn = g_strdup("20200101000000.000000Z#000000#000#000000");
    g_assert_cmpint(put(directory, second), ==, WRITE_CHANGED);
    g_free(second->csn);
    second->csn = g_strdup(look.csn);
    g_assert_cmpint(put(directory, second), ==, WRITE_DONE);
    g_auto(Look) after = look_for(directory, P("p1"));
    g_assert_cmpstr(after.title, ==, NULL);
    /* nothing to change */
    g_autoptr(DirectoryWrite) same = set(directory, P("p1"), "sn", "p1", "p1");
    g_assert_cmpint(put(directory, same), ==, WRITE_DONE);
}

static void
test_refused(void)
{
    static const struct {
        const char *dn, *name, *before, *after;
        WriteOutcome outcome;
    } rows[] = {
        {P("p1"), "title", "wrong", "x", WRITE_CHANGED},
        {P("p1"), "sn", NULL, "x", WRITE_CHANGED},
        {P("p1"), "sn", "p1", NULL, WRITE_REFUSED}, /* it must have one */
        {P("p1"), "noSuchName", NULL, "x", WRITE_REFUSED},
        {P("p1"), "title)(cn", NULL, "x", WRITE_REFUSED},
        {P("p1"), "uid", "p1", "p2", WRITE_REFUSED}, /* the DN's value */
        {P("p1"), "seeAlso", NULL, "no DN", WRITE_REFUSED},
        {P("nobody"), "title", NULL, "x", WRITE_GONE},
        {"no DN at all", "title", NULL, "x", WRITE_REFUSED},
    };
    g_autoptr(Provider) provider = provider_new(PROVIDED);
    g_autoptr(Directory) directory = provider_open(provider);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(DirectoryWrite) write =
            set(directory, g_str_has_prefix(rows[i].dn, "no ") ? P("p1") : rows[i].dn, rows[i].name,
                rows[i].before, rows[i].after);
        g_free(write->dn);
        write->dn = g_strdup(rows[i].dn);
        g_test_message("%s %s", rows[i].dn, rows[i].name);
        g_assert_cmpint(put(directory, write), ==, rows[i].outcome);
        g_assert_null(write->read);
    }
    /* the DN is somebody else's by now */
    g_autoptr(DirectoryWrite) other = set(directory, P("p1"), "title", NULL, "x");
    other->uuid[0] ^= 1;
    g_assert_cmpint(put(directory, other), ==, WRITE_CHANGED);
    /* a replica */
    provider_end(provider, SIGTERM);
    g_autoptr(Provider) replica = provider_new("");
    g_autofree char *path = g_build_filename(replica->folder, "slapd.conf", NULL);
    g_autofree char *conf = NULL;
    g_assert_true(g_file_get_contents(path, &conf, NULL, NULL));
    g_autofree char *readonly = g_strconcat(conf, "readonly on\n", NULL);
    g_assert_true(g_file_set_contents(path, readonly, -1, NULL));
    provider_end(replica, SIGTERM);
    provider_start(replica);
    g_autoptr(Directory) third = provider_open(replica);
    g_autoptr(DirectoryWrite) late = set(third, P("p1"), "title", NULL, "x");
    g_assert_cmpint(put(third, late), ==, WRITE_LATER);
}

static void
test_photo(void)
{
    static const char photo[] = "\xff\xd8\xff\0\n";
    g_autoptr(Provider) provider = provider_new(PROVIDED);
    g_autoptr(Directory) directory = provider_open(provider);
    g_autoptr(DirectoryWrite) write = set(directory, P("p1"), "jpegPhoto", NULL, NULL);
    guint count = 0;
    attributes_add(write->after, "jpegPhoto", photo, sizeof photo);
    g_assert_cmpint(put(directory, write), ==, WRITE_DONE);
    const AttributeValue *values = attributes_find(write->read, "jpegPhoto", &count);
    g_assert_cmpuint(count, ==, 1);
    g_assert_cmpmem(values[0].data, values[0].length, photo, sizeof photo);
    g_autoptr(DirectoryWrite) gone = set(directory, P("p1"), "jpegPhoto", NULL, NULL);
    attributes_add(gone->before, "jpegPhoto", photo, sizeof photo);
    g_assert_cmpint(put(directory, gone), ==, WRITE_DONE);
    g_assert_null(attributes_find(gone->read, "jpegPhoto", &count));
}

static void
test_add_remove(void)
{
    /* every escape of RFC 4514, as a DN and the value it stands for */
    static const struct {
        const char *rdn, *uid;
    } rows[] = {
        {"uid=plain", "plain"},         {"uid=\\#a", "#a"},
        {"uid=a\\,b", "a,b"},           {"uid=a\\+b", "a+b"},
        {"uid=a\\\"b", "a\"b"},         {"uid=a\\\\b", "a\\b"},
        {"uid=a\\<b\\>", "a<b>"},       {"uid=a\\;b", "a;b"},
        {"uid=a\\=b=c", "a=b=c"},       {"uid=trailing\\ ", "trailing "},
        {"uid=\\ leading", " leading"}, {"uid=K\\C3\\B6ln", "Köln"},
        {"uid=Gro\xc3\x9f", "Groß"},    {"uid=multi+cn=multi", "multi"},
    };
    g_autoptr(Provider) provider = provider_new(PROVIDED);
    g_autoptr(Directory) directory = provider_open(provider);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *dn = g_strconcat(rows[i].rdn, ",ou=b," PROVIDER_BASE, NULL);
        g_test_message("%s", dn);
        g_autoptr(DirectoryWrite) write = add(dn, rows[i].uid);
        g_assert_cmpint(put(directory, write), ==, WRITE_DONE);
        g_assert_nonnull(write->read_csn);
        g_autofree char *uid = attributes_text(write->read, "uid");
        g_assert_cmpstr(uid, ==, rows[i].uid);
        g_assert_cmpint(put(directory, write), ==, WRITE_EXISTS);
        /* by the server's spelling of the DN, and by our own */
        g_autoptr(DirectoryWrite) change = set(directory, dn, "title", NULL, "x");
        g_assert_cmpmem(change->uuid, UUID_LENGTH, write->read_uuid, UUID_LENGTH);
        g_assert_cmpint(put(directory, change), ==, WRITE_DONE);
        DirectoryWrite remove = {.kind = WRITE_REMOVE, .dn = dn, .csn = write->read_csn};
        memcpy(remove.uuid, change->uuid, UUID_LENGTH);
        g_assert_cmpint(put(directory, &remove), ==, WRITE_CHANGED);
        remove.csn = change->read_csn;
        remove.uuid[3] ^= 1;
        g_assert_cmpint(put(directory, &remove), ==, WRITE_CHANGED);
        remove.uuid[3] ^= 1;
        g_assert_cmpint(put(directory, &remove), ==, WRITE_DONE);
        g_assert_cmpint(put(directory, &remove), ==, WRITE_GONE);
        g_free(remove.text);
    }
    g_autoptr(DirectoryWrite) orphan = add("uid=x,ou=nowhere," PROVIDER_BASE, "x");
    g_assert_cmpint(put(directory, orphan), ==, WRITE_REFUSED);
}

/* as many writes as may be on their way, each to another entry */
static GPtrArray *
fifty(Directory *directory, const char *before, const char *after)
{
    g_autoptr(DirectoryWrite) model = set(directory, P("p1"), "title", before, after);
    GPtrArray *writes = writes_new(g_steal_pointer(&model));
    for (guint i = 1; i < DIRECTORY_WRITES_MAX; i++) {
        g_autofree char *uid = g_strdup_printf("n%u", i);
        g_autofree char *dn = g_strdup_printf("uid=n%u,ou=a," PROVIDER_BASE, i);
        g_ptr_array_add(writes, add(dn, uid));
    }
    return writes;
}

static void
test_many(void)
{
    g_autoptr(Provider) provider = provider_new(PROVIDED);
    g_autoptr(Directory) directory = provider_open(provider);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) writes = fifty(directory, NULL, "x");
    g_assert_true(directory_write(directory, writes, &error));
    for (guint i = 0; i < writes->len; i++) {
        const DirectoryWrite *write = g_ptr_array_index(writes, i);
        g_assert_cmpint(write->outcome, ==, WRITE_DONE);
        g_assert_nonnull(write->read);
    }
    g_auto(Look) look = look_for(directory, NULL);
    g_assert_cmpuint(look.count, ==, 7 + DIRECTORY_WRITES_MAX - 1);
    /* writes while the same connection is followed */
    ContentMessage message;
    g_assert_true(directory_content_start(directory, NULL, 0, NULL));
    g_assert_true(directory_content_next(directory, 1000, &message, NULL));
    g_autoptr(DirectoryWrite) again = set(directory, P("p1"), "title", "x", "y");
    g_assert_cmpint(put(directory, again), ==, WRITE_DONE);
    directory_content_stop(directory);
    g_ptr_array_add(writes, add("uid=m,ou=a," PROVIDER_BASE, "m"));
    g_assert_false(directory_write(directory, writes, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED);
    g_assert_cmpint(((DirectoryWrite *)g_ptr_array_index(writes, 0))->outcome, ==, WRITE_PENDING);
}

static gpointer
kill_soon(gpointer user_data)
{
    Provider *provider = user_data;
    g_usleep(300000);
    kill(provider->pid, SIGKILL);
    return NULL;
}

/* Sent to a server that has stopped reading, and dies. */
static void
test_lost(void)
{
    g_autoptr(Provider) provider = provider_new(PROVIDED);
    g_autoptr(Directory) directory = provider_open(provider);
    g_autoptr(GError) error = NULL;
    g_autoptr(DirectoryWrite) warm = set(directory, P("p2"), "title", NULL, "x");
    g_assert_cmpint(put(directory, warm), ==, WRITE_DONE);
    g_autoptr(GPtrArray) writes = fifty(directory, NULL, "x");
    kill(provider->pid, SIGSTOP);
    g_usleep(200000); /* until each of its threads has stopped */
    GThread *thread = g_thread_new("kill", kill_soon, provider);
    g_assert_false(directory_write(directory, writes, &error));
    g_thread_join(thread);
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_UNAVAILABLE);
    for (guint i = 0; i < writes->len; i++)
        g_assert_cmpint(((DirectoryWrite *)g_ptr_array_index(writes, i))->outcome, ==,
                        WRITE_UNKNOWN);
    provider_end(provider, SIGKILL);
    /* now it is known to be gone before the first is sent */
    g_clear_error(&error);
    g_assert_false(directory_write(directory, writes, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_UNAVAILABLE);
    guint unknown = 0;
    for (guint i = 0; i < writes->len; i++)
        unknown += ((DirectoryWrite *)g_ptr_array_index(writes, i))->outcome != WRITE_PENDING;
    g_assert_cmpuint(unknown, <=, 1);
    provider_start(provider);
    g_autoptr(Directory) again = provider_open(provider);
    g_assert_true(directory_write(again, writes, NULL));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (!provider_is_here())
        return 77;
    g_test_add_func("/ldap_write/set", test_set);
    g_test_add_func("/ldap_write/refused", test_refused);
    g_test_add_func("/ldap_write/photo", test_photo);
    g_test_add_func("/ldap_write/add-remove", test_add_remove);
    g_test_add_func("/ldap_write/many", test_many);
    g_test_add_func("/ldap_write/lost", test_lost);
    return g_test_run();
}
