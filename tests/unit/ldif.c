/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ldif: what is read from an LDIF file, and what is refused with its line */
#include "directory/directory.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <string.h>

static char *folder;

/* "dn|csn|attr=value;attr=value" for each entry, values escaped as C does */
static gboolean
note_entry(const DirectoryEntry *entry, gpointer user_data, GError **error)
{
    GString *out = user_data;
    (void)error;
    g_autoptr(GByteArray) blob = attributes_encode(entry->attributes);
    g_assert_nonnull(blob);
    g_string_append_printf(out, "%s|%s|", entry->dn, entry->csn ? entry->csn : "");
    for (guint i = 0; i < attributes_count(entry->attributes); i++) {
        guint count;
        const AttributeValue *values = attributes_values(entry->attributes, i, &count);
        for (guint j = 0; j < count; j++) {
            g_autofree char *value = g_strndup(values[j].data, values[j].length);
            g_autofree char *shown = g_strescape(value, "äöüÄÖÜß");
            g_string_append_printf(out, "%s=%s;", attributes_description(entry->attributes, i),
                                   shown);
        }
    }
    g_string_append_c(out, '\n');
    return TRUE;
}

static gboolean
read_ldif(const char *text, gssize length, const char *base, GString *out, DirectoryTally *tally,
          GError **error)
{
    g_autofree char *path = g_build_filename(folder, "roster.ldif", NULL);
    g_autofree char *uri = g_strconcat("ldif:", path, NULL);
    Config config = {.directory_uri = uri, .directory_base = (char *)base};
    g_assert_true(g_file_set_contents(path, text, length, NULL));
    g_autoptr(Directory) directory = directory_open(&config, error);
    return directory && directory_search(directory, NULL, note_entry, out, tally, error);
}

static void
test_read(void)
{
    static const struct {
        const char *text, *entries;
    } rows[] = {
        {"", ""},
        {"version: 1\n\n# comment\ndn: dc=x\ndc: x\n", "dc=x||dc=x;\n"},
        {"dn: dc=x\r\ndc: x\r\n\r\n\r\ndn: o=a,dc=x\r\no: a", "dc=x||dc=x;\no=a,dc=x||o=a;\n"},
        {"dn: dc=x\ndescription: one\n  two\n  th\n ree\n", "dc=x||description=one two three;\n"},
        {"dn: dc=x\n# a comment\n  goes on\ndc: x\n", "dc=x||dc=x;\n"},
        {"dn:: ZGM9eA==\no:: S8O2bG4=\n", "dc=x||o=Köln;\n"},
        {"dn: dc=x\nuserPassword: a\ndc: x\nUNICODEPWD:: YQ==\n2.5.4.35;x-b: c\n", "dc=x||dc=x;\n"},
        {"dn: dc=x\no:    blanks before\n", "dc=x||o=blanks before;\n"},
        {"dn: dc=x\no:\np:: \n", "dc=x||o=;p=;\n"},
        {"dn: dc=x\ndescription;lang-de: a\ndescription: b\nDescription: a\n",
         "dc=x||description=a;description=b;description;lang-de=a;\n"},
        {"dn: dc=x\no: a\nentryCSN: 7\nentryUUID: 6F1C8F0E-3f6b-5d0a-9f1d-0c2a4c2b7a11\n",
         "dc=x|7|o=a;\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GString) out = g_string_new(NULL);
        DirectoryTally tally;
        read_ldif(rows[i].text, -1, "", out, &tally, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(out->str, ==, rows[i].entries);
    }
}

static void
test_refused(void)
{
    static const struct {
        const char *text, *at, *about;
    } rows[] = {
        {"dc: x\n", ":1:", "begin with"},
        {"dn: dc=x\nnonsense\n", ":2:", "attribute: value"},
        {"dn: dc=x\n\n\n continued\n", ":4:", "continues nothing"},
        {"dn: dc=x\njpegPhoto:< file:///etc/passwd\n", ":2:", "URL"},
        {"dn: dc=x\njpegPhoto:\n < file:///etc/passwd\n", ":2:", "URL"},
        {"include: file:///etc/passwd\n", ":1:", "include"},
        {"dn: dc=x\nchangetype: add\ndc: x\n", ":2:", "changes"},
        {"dn: dc=x\ncontrol: 1.2.3\n", ":2:", "changes"},
        {"dn: dc=x\ndn: dc=y\n", ":2:", "second DN"},
        {"version: 2\n\ndn: dc=x\n", ":1:", "version: 1"},
        {"# c\ndn: dc=x\n# c\no:: S8O2bG4*\n", ":4:", "base64"},
        {"dn: dc=x\nentryUUID: nobody\n", ":2:", "UUID"},
        {"dn: nonsense\no: a\n\n", ":3:", "RFC 4514"},
        {"dn:: /w==\n", ":1:", "UTF-8"},
        {"dn: dc=x\na b: c\n", ":2:", "attribute: value"},
        {"dn: dc=x\n-\n", ":2:", "attribute: value"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GString) out = g_string_new(NULL);
        DirectoryTally tally;
        g_assert_false(read_ldif(rows[i].text, -1, "", out, &tally, &error));
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
        if (!strstr(error->message, rows[i].at) || !strstr(error->message, rows[i].about))
            g_error("row %u: %s", i, error->message);
    }
    static const char nul[] = "dn: dc=x\no: a\0b\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    DirectoryTally tally;
    g_assert_false(read_ldif(nul, sizeof nul - 1, "", out, &tally, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
}

static gboolean
note_uuid(const DirectoryEntry *entry, gpointer user_data, GError **error)
{
    (void)error;
    g_autofree char *text = uuid_to_text(entry->uuid);
    g_string_append(user_data, text);
    return TRUE;
}

/* An entry without entryUUID is the same one however its DN is written, for ever. */
static void
test_uuid(void)
{
    static const char *const rows[] = {"dn: uid=p1,o=K\xc3\xb6ln,dc=x\nuid: p1\n",
                                       "dn: UID=P1, o=k\\C3\\B6ln,DC=X\nuid: p1\n"};
    g_autofree char *path = g_build_filename(folder, "roster.ldif", NULL);
    g_autofree char *uri = g_strconcat("ldif:", path, NULL);
    Config config = {.directory_uri = uri};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        DirectoryTally tally;
        g_assert_true(g_file_set_contents(path, rows[i], -1, NULL));
        g_autoptr(Directory) directory = directory_open(&config, NULL);
        g_assert_true(directory_search(directory, NULL, note_uuid, out, &tally, NULL));
        g_assert_cmpstr(out->str, ==, "582a38e2-d4d8-5d97-9184-2f3176d4042e");
    }
}

static void
test_base(void)
{
    static const char text[] = "dn: dc=x\ndc: x\n\ndn: dc=y\ndc: y\n\ndn: o=a,dc=y\no: a\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    DirectoryTally tally;
    g_assert_true(read_ldif(text, -1, "DC=y", out, &tally, &error));
    g_assert_cmpuint(tally.entries, ==, 2);
    g_assert_cmpstr(out->str, ==, "dc=y||dc=y;\no=a,dc=y||o=a;\n");
    g_assert_true(read_ldif(text, -1, "dc=z", out, &tally, &error));
    g_assert_cmpuint(tally.entries, ==, 0); /* what that means, sync decides */
}

static gboolean
note_query(const DirectoryEntry *entry, gpointer user_data, G_GNUC_UNUSED GError **error)
{
    g_string_append_printf(user_data, "%s ", entry->dn);
    return TRUE;
}

/* Listings, identities, and subtrees, as an LDAP server answers them. */
static void
test_query(void)
{
    static const char text[] = "dn: dc=x\ndc: x\n\n"
                               "dn: o=a,dc=x\no: a\n"
                               "entryUUID: 00000000-0000-4000-8000-000000000001\n\n"
                               "dn: uid=p,O=A,dc=x\nuid: p\n"
                               "entryUUID: 00000000-0000-4000-8000-000000000002\n\n"
                               "dn: o=ab,dc=x\no: ab\n";
    static const guint8 ids[2 * UUID_LENGTH] = {
        [6] = 0x40, [8] = 0x80, [15] = 2, [22] = 0x40, [24] = 0x80, [31] = 3};
    static const struct {
        DirectoryQuery query;
        const char *entries; /* NULL: NOT_FOUND */
    } rows[] = {
        {{.below = "o=A,dc=x"}, "o=a,dc=x uid=p,O=A,dc=x "},
        {{.below = "o=c,dc=x"}, NULL},
        {{.below = "no DN"}, NULL},
        {{.uuids = ids, .count = 2}, "uid=p,O=A,dc=x "},
        {{.uuids = ids, .count = 0}, ""},
        {{.uuids = ids, .count = 1, .below = "o=ab,dc=x"}, ""},
        {{.listing = TRUE, .below = "dc=x"}, "dc=x o=a,dc=x uid=p,O=A,dc=x o=ab,dc=x "},
    };
    g_autofree char *path = g_build_filename(folder, "roster.ldif", NULL);
    g_autofree char *uri = g_strconcat("ldif:", path, NULL);
    Config config = {.directory_uri = uri, .directory_base = (char *)"dc=x"};
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_autoptr(Directory) directory = directory_open(&config, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GString) out = g_string_new(NULL);
        gboolean good = directory_search(directory, &rows[i].query, note_query, out, NULL, &error);
        g_assert_cmpint(good, ==, rows[i].entries != NULL);
        if (good)
            g_assert_cmpstr(out->str, ==, rows[i].entries);
        else
            g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND);
    }
}

static void
test_open(void)
{
    static const struct {
        const char *uri, *filter;
        RundrufError code;
    } rows[] = {
        {"ldif:/nonexistent/roster.ldif", NULL, RUNDRUF_ERROR_NOT_FOUND},
        {"ldif:/nonexistent/roster.ldif", "(mail=*)", RUNDRUF_ERROR_CONFIG},
        {"roster.ldif", NULL, RUNDRUF_ERROR_CONFIG},
        {"http://x", NULL, RUNDRUF_ERROR_CONFIG},
        {"ldap://127.0.0.1:1", NULL, RUNDRUF_ERROR_UNAVAILABLE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        Config config = {.directory_uri = (char *)rows[i].uri,
                         .directory_filter = (char *)rows[i].filter,
                         .directory_timeout = 2};
        g_assert_null(directory_open(&config, &error));
        g_assert_error(error, RUNDRUF_ERROR, (gint)rows[i].code);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("rundruf-XXXXXX", NULL);
    g_test_add_func("/ldif/read", test_read);
    g_test_add_func("/ldif/refused", test_refused);
    g_test_add_func("/ldif/uuid", test_uuid);
    g_test_add_func("/ldif/base", test_base);
    g_test_add_func("/ldif/query", test_query);
    g_test_add_func("/ldif/open", test_open);
    int result = g_test_run();
    g_autofree char *path = g_build_filename(folder, "roster.ldif", NULL);
    g_unlink(path);
    g_rmdir(folder);
    g_free(folder);
    return result;
}
