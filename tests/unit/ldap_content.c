/* SPDX-License-Identifier: GPL-3.0-or-later */
/* following a real slapd: what comes of the refresh and after it, and what is refused */
#include "../lib/provider.h"
#include "base/error.h"
#include "directory/dn.h"

#include <signal.h>
#include <string.h>

#define PROVIDED "overlay syncprov\n"
#define LOGGED   PROVIDED "syncprov-sessionlog 100\n"
#define WAIT_MS  2000

typedef struct {
    Directory *directory;
    GString *log;      /* see note() */
    GBytes *cookie;    /* the last one; NULL: none has come */
    GHashTable *names; /* UUID as text -> first RDN */
} Follower;

static Follower *
follower_new(Provider *provider)
{
    Follower *follower = g_new0(Follower, 1);
    follower->directory = provider_open(provider);
    follower->log = g_string_new(NULL);
    follower->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return follower;
}

static void
follower_free(Follower *follower)
{
    directory_close(follower->directory);
    g_string_free(follower->log, TRUE);
    g_clear_pointer(&follower->cookie, g_bytes_unref);
    g_hash_table_unref(follower->names);
    g_free(follower);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Follower, follower_free)

static void
note_uuids(Follower *follower, char sign, const guint8 *uuids, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        g_autofree char *uuid = uuid_to_text(uuids + i * UUID_LENGTH);
        const char *name = g_hash_table_lookup(follower->names, uuid);
        g_string_append_printf(follower->log, "%c%s ", sign, name ? name : "?");
    }
}

/* "+uid=p1" came, "=uid=p1" is there, "-uid=p1" is gone; "deletes." or "presents." ends a phase, with
 * "!" the refresh; "refused N" */
static void
note(Follower *follower, const ContentMessage *message)
{
    static const guint8 none[1];
    g_autofree char *uuid = NULL;
    switch (message->kind) {
    case CONTENT_ENTRY:
        uuid = uuid_to_text(message->entry->uuid);
        g_assert_nonnull(message->entry->csn);
        g_assert_cmpuint(attributes_count(message->entry->attributes), >, 1);
        g_hash_table_insert(follower->names, g_strdup(uuid),
                            g_strndup(message->entry->dn, dn_rdn_length(message->entry->dn)));
        note_uuids(follower, '+', message->entry->uuid, 1);
        break;
    case CONTENT_PRESENT:
        note_uuids(follower, '=', message->uuids, message->count);
        break;
    case CONTENT_DELETED:
        note_uuids(follower, '-', message->uuids, message->count);
        break;
    case CONTENT_PHASE:
        g_string_append_printf(follower->log, "%s%s ", message->deletes ? "deletes." : "presents.",
                               message->done ? "!" : "");
        break;
    case CONTENT_REFUSED:
        g_assert_true(g_utf8_validate(message->said, -1, NULL));
        g_string_append_printf(follower->log, "refused %d ", message->refusal);
        break;
    case CONTENT_REFERRAL:
        g_string_append(follower->log, "referral ");
        break;
    case CONTENT_COOKIE:
    case CONTENT_QUIET:
        break;
    }
    if (!message->cookie)
        return;
    g_clear_pointer(&follower->cookie, g_bytes_unref);
    follower->cookie =
        g_bytes_new(message->cookie_length ? message->cookie : none, message->cookie_length);
}

static void
start(Follower *follower, const char *cookie)
{
    g_autoptr(GError) error = NULL;
    directory_content_start(follower->directory, cookie, cookie ? strlen(cookie) : 0, &error);
    g_assert_no_error(error);
    g_string_truncate(follower->log, 0);
}

static ContentKind
next(Follower *follower)
{
    g_autoptr(GError) error = NULL;
    ContentMessage message;
    directory_content_next(follower->directory, WAIT_MS, &message, &error);
    g_assert_no_error(error);
    note(follower, &message);
    return message.kind == CONTENT_PHASE && message.done ? CONTENT_REFUSED : message.kind;
}

/* Follows up to the end of the refresh, or to a refusal; gives the log. */
static const char *
refresh(Follower *follower, const char *cookie)
{
    start(follower, cookie);
    while (next(follower) != CONTENT_REFUSED)
        ;
    return follower->log->str;
}

static const char *
poll_again(Follower *follower)
{
    gsize length;
    g_assert_nonnull(follower->cookie);
    const char *octets = g_bytes_get_data(follower->cookie, &length);
    g_autofree char *cookie = g_strndup(octets, length);
    g_assert_cmpuint(length, >, 0);
    const char *log = refresh(follower, cookie);
    directory_content_stop(follower->directory);
    return log;
}

#define EVERYTHING "+dc=netz +ou=a +ou=b +uid=p1 +uid=p2 +uid=p3 +uid=p4 "

static void
test_initial(void)
{
    g_autoptr(Provider) provider = provider_new(PROVIDED);
    g_autoptr(Follower) follower = follower_new(provider);
    g_assert_cmpstr(refresh(follower, NULL), ==, EVERYTHING "deletes.! ");
    directory_content_stop(follower->directory);
    g_assert_cmpstr(poll_again(follower), ==, "deletes.! ");
    /* a filter that nothing fits */
    g_free(provider->config->directory_filter);
    provider->config->directory_filter = g_strdup("(cn=nobody)");
    g_assert_cmpstr(refresh(follower, NULL), ==, "deletes.! ");
}

static void
test_changes(void)
{
    static const struct {
        const char *overlay, *changes, *log;
    } rows[] = {
        {LOGGED, PROVIDER_TITLE("p2", "x") PROVIDER_PERSON("p5"), "+uid=p2 +uid=p5 deletes.! "},
        {LOGGED, PROVIDER_DELETE("p2") PROVIDER_DELETE("p4"), "-uid=p2 -uid=p4 deletes.! "},
        {LOGGED, PROVIDER_DELETE("p2") PROVIDER_TITLE("p1", "x"), "-uid=p2 +uid=p1 deletes.! "},
        /* no session log: what is there is told */
        {PROVIDED, PROVIDER_DELETE("p2") PROVIDER_TITLE("p1", "x"),
         "=dc=netz =ou=a =ou=b =uid=p1 =uid=p3 =uid=p4 +uid=p1 presents.! "},
        {PROVIDED,
         "dn: uid=p3,ou=a," PROVIDER_BASE "\nchangetype: modrdn\nnewrdn: uid=p9\n"
         "deleteoldrdn: 1\nnewsuperior: ou=b," PROVIDER_BASE "\n\n",
         "=dc=netz =ou=a =ou=b =uid=p1 =uid=p2 =uid=p3 =uid=p4 +uid=p9 presents.! "},
        /* delete and add under the same name: another identity */
        {LOGGED, PROVIDER_DELETE("p2") PROVIDER_PERSON("p2"), "-uid=p2 +uid=p2 deletes.! "},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%u", i);
        g_autoptr(Provider) provider = provider_new(rows[i].overlay);
        g_autoptr(Follower) follower = follower_new(provider);
        refresh(follower, NULL);
        directory_content_stop(follower->directory);
        provider_change(provider, rows[i].changes);
        g_assert_cmpstr(poll_again(follower), ==, rows[i].log);
        g_assert_cmpstr(poll_again(follower), ==, "deletes.! ");
    }
}

/* 600 identities come in more than one message */
static void
test_id_sets(void)
{
    g_autoptr(Provider) provider = provider_new(PROVIDED);
    g_autoptr(Follower) follower = follower_new(provider);
    g_autoptr(GString) changes = g_string_new(NULL);
    guint present = 0, messages = 0;
    for (guint i = 0; i < 600; i++)
        g_string_append_printf(changes,
                               "dn: uid=x%u,ou=b," PROVIDER_BASE
                               "\nchangetype: add\nobjectClass: account\nuid: x%u\n\n",
                               i, i);
    provider_change(provider, changes->str);
    refresh(follower, NULL);
    directory_content_stop(follower->directory);
    provider_change(provider, PROVIDER_TITLE("p1", "x"));
    g_autofree char *cookie =
        g_strndup(g_bytes_get_data(follower->cookie, NULL), g_bytes_get_size(follower->cookie));
    start(follower, cookie);
    for (gboolean done = FALSE; !done; messages++) {
        ContentMessage message;
        g_assert_true(directory_content_next(follower->directory, WAIT_MS, &message, NULL));
        if (message.kind == CONTENT_PRESENT)
            present += (guint)message.count;
        done = message.kind == CONTENT_PHASE && message.done;
    }
    g_assert_cmpuint(present, ==, 607);
    g_assert_cmpuint(messages, <, 20);
}

static void
test_persist(void)
{
    g_autoptr(Provider) provider = provider_new(LOGGED);
    g_autoptr(Follower) follower = follower_new(provider);
    g_autoptr(GError) error = NULL;
    ContentMessage message;
    refresh(follower, NULL);
    g_assert_true(directory_content_next(follower->directory, 0, &message, NULL));
    g_assert_cmpint(message.kind, ==, CONTENT_QUIET);
    g_string_truncate(follower->log, 0);
    provider_change(provider,
                    PROVIDER_TITLE("p3", "x") PROVIDER_PERSON("p5") PROVIDER_DELETE("p1"));
    while (!strchr(follower->log->str, '-'))
        next(follower);
    g_assert_cmpstr(follower->log->str, ==, "+uid=p3 +uid=p5 -uid=p1 ");
    g_assert_nonnull(strstr(g_bytes_get_data(follower->cookie, NULL), "csn="));
    /* the connection is lost */
    provider_end(provider, SIGKILL);
    while (directory_content_next(follower->directory, WAIT_MS, &message, &error))
        ;
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_UNAVAILABLE);
}

static gboolean
count_entry(G_GNUC_UNUSED const DirectoryEntry *entry, gpointer user_data,
            G_GNUC_UNUSED GError **error)
{
    (*(guint *)user_data)++;
    return TRUE;
}

/* The connection is as good as new, whenever it is stopped. */
static void
test_stop(void)
{
    g_autoptr(Provider) provider = provider_new(PROVIDED);
    g_autoptr(Follower) follower = follower_new(provider);
    g_autoptr(GError) error = NULL;
    for (guint messages = 0; messages < 10; messages++) {
        guint count = 0;
        ContentMessage message;
        start(follower, NULL);
        for (guint i = 0; i < messages; i++)
            g_assert_true(directory_content_next(follower->directory, 0, &message, NULL));
        directory_content_stop(follower->directory);
        directory_content_stop(follower->directory);
        directory_search(follower->directory, NULL, count_entry, &count, NULL, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(count, ==, 7);
        g_assert_cmpstr(refresh(follower, NULL), ==, EVERYTHING "deletes.! ");
        if (messages % 2) /* a search between two messages */
            g_assert_true(
                directory_search(follower->directory, NULL, count_entry, &count, NULL, NULL));
        directory_content_stop(follower->directory);
    }
}

static void
test_refused(void)
{
    static const struct {
        const char *overlay, *cookie, *log;
        gssize cookie_length; /* of the one that came; -1: none did */
    } rows[] = {
        {"", NULL, "refused 2 ", -1},
        {"", "rid=000,csn=20200101000000.000000Z#000000#000#000000", "refused 2 ", -1},
        /* what slapd cannot read is no cookie to it, and its own is empty then */
        {PROVIDED, "garbage", EVERYTHING "deletes.! ", 0},
        {LOGGED, "garbage", EVERYTHING "deletes.! ", 0},
        {PROVIDED, "rid=000,csn=20991231000000.000000Z#000000#000#000000", "refused 1 ", -1},
        /* too old for the session log: with the hint that is sent, all comes again */
        {LOGGED "syncprov-reloadhint TRUE\n",
         "rid=000,csn=20200101000000.000000Z#000000#000#000000", EVERYTHING "presents.! ", 52},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%u", i);
        g_autoptr(Provider) provider = provider_new(rows[i].overlay);
        g_autoptr(Follower) follower = follower_new(provider);
        g_assert_cmpstr(refresh(follower, rows[i].cookie), ==, rows[i].log);
        gssize length = follower->cookie ? (gssize)g_bytes_get_size(follower->cookie) : -1;
        g_assert_cmpint(length, ==, rows[i].cookie_length);
        directory_content_stop(follower->directory);
        guint count = 0;
        g_assert_true(directory_search(follower->directory, NULL, count_entry, &count, NULL, NULL));
        g_assert_cmpuint(count, ==, 7);
    }
}

static void
test_errors(void)
{
    g_autoptr(Provider) provider = provider_new(PROVIDED);
    g_autoptr(Follower) follower = follower_new(provider);
    g_autoptr(GError) error = NULL;
    ContentMessage message;
    g_free(provider->config->directory_base);
    provider->config->directory_base = g_strdup("ou=nowhere," PROVIDER_BASE);
    start(follower, NULL);
    while (directory_content_next(follower->directory, WAIT_MS, &message, &error))
        g_assert_cmpint(message.kind, ==, CONTENT_COOKIE);
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY);
    g_clear_error(&error);
    g_assert_false(directory_content_next(follower->directory, WAIT_MS, &message, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_UNAVAILABLE);
}

/* The base gets another name: the server tells it as a delete, and ends the search. */
static void
test_base_renamed(void)
{
    g_autoptr(Provider) provider = provider_new(PROVIDED);
    g_free(provider->config->directory_base);
    provider->config->directory_base = g_strdup("ou=a," PROVIDER_BASE);
    g_autoptr(Follower) follower = follower_new(provider);
    refresh(follower, NULL);
    g_string_truncate(follower->log, 0);
    provider_change(provider, "dn: ou=a," PROVIDER_BASE
                              "\nchangetype: modrdn\nnewrdn: ou=c\ndeleteoldrdn: 1\n\n");
    /* slapd notices at the next change */
    provider_change(provider, "dn: uid=p1,ou=c," PROVIDER_BASE
                              "\nchangetype: modify\nreplace: title\ntitle: x\n\n");
    for (guint i = 0; i < 4 && next(follower) != CONTENT_REFUSED; i++)
        ;
    g_assert_cmpstr(follower->log->str, ==, "-ou=a refused 0 ");
}

/* It asks beside an open feed, whose messages it leaves alone. */
static void
test_alive(void)
{
    g_autoptr(Provider) provider = provider_new(PROVIDED);
    g_autoptr(GError) error = NULL;
    ContentMessage message = {.kind = CONTENT_QUIET};
    provider->config->directory_timeout = 1;
    g_autoptr(Directory) directory = provider_open(provider);
    g_assert_true(directory_content_start(directory, NULL, 0, &error));
    while (message.kind != CONTENT_PHASE || !message.done)
        g_assert_true(directory_content_next(directory, WAIT_MS, &message, &error));
    provider_change(provider, PROVIDER_TITLE("p1", "new"));
    g_assert_true(directory_alive(directory, &error));
    g_assert_true(directory_content_next(directory, WAIT_MS, &message, &error));
    g_assert_cmpint(message.kind, ==, CONTENT_ENTRY);

    kill(provider->pid, SIGSTOP);
    g_assert_true(directory_content_next(directory, 100, &message, &error));
    g_assert_cmpint(message.kind, ==, CONTENT_QUIET);
    g_assert_false(directory_alive(directory, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_UNAVAILABLE);
    kill(provider->pid, SIGCONT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (!provider_is_here())
        return 77;
    g_test_add_func("/ldap_content/initial", test_initial);
    g_test_add_func("/ldap_content/changes", test_changes);
    g_test_add_func("/ldap_content/id-sets", test_id_sets);
    g_test_add_func("/ldap_content/persist", test_persist);
    g_test_add_func("/ldap_content/stop", test_stop);
    g_test_add_func("/ldap_content/alive", test_alive);
    g_test_add_func("/ldap_content/refused", test_refused);
    g_test_add_func("/ldap_content/errors", test_errors);
    g_test_add_func("/ldap_content/base-renamed", test_base_renamed);
    return g_test_run();
}
