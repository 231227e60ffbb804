/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ldif_write: which values need base64, folding, and that `ldif:` reads back what was written */
#include "directory/ldif_write.h"

#include "directory/directory.h"

#include <glib/gstdio.h>
#include <string.h>

static char *folder;

static void
test_values(void)
{
    static const struct {
        const char *value;
        gsize length;
        const char *line;
    } rows[] = {
        {"plain", 5, "o: plain"},
        {"a: b<c", 6, "o: a: b<c"},
        {"", 0, "o:"},
        {" a", 2, "o:: IGE="},
        {":a", 2, "o:: OmE="},
        {"<a", 2, "o:: PGE="},
        {"a ", 2, "o:: YSA="},
        {" ", 1, "o:: IA=="},
        {"a\tb", 3, "o: a\tb"},
        {"K\xc3\xb6ln", 5, "o:: S8O2bG4="},
        {"a\0b", 3, "o:: YQBi"},
        {"\0", 1, "o:: AA=="},
        {"a\nb", 3, "o:: YQpi"},
        {"a\r", 2, "o:: YQ0="},
        {"\xff\xfe", 2, "o:: //4="},
    };
    const guint8 uuid[UUID_LENGTH] = {1};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Attributes) attributes = attributes_new();
        attributes_add(attributes, "o", rows[i].value, rows[i].length);
        g_autoptr(GString) out = g_string_new(NULL);
        ldif_append_entry(out, "o=x", uuid, attributes);
        g_autofree char *expected = g_strdup_printf(
            "\ndn: o=x\n%s\nentryUUID: 01000000-0000-0000-0000-000000000000\n", rows[i].line);
        g_assert_cmpstr(out->str, ==, expected);
    }
}

typedef struct {
    GByteArray *blob;
    char *dn;
    guint8 uuid[UUID_LENGTH];
} Seen;

static gboolean
note_entry(const DirectoryEntry *entry, gpointer user_data, GError **error)
{
    Seen *seen = user_data;
    (void)error;
    g_assert_null(seen->blob);
    seen->blob = attributes_encode(entry->attributes);
    seen->dn = g_strdup(entry->dn);
    memcpy(seen->uuid, entry->uuid, UUID_LENGTH);
    return TRUE;
}

/* Writes one entry, asserts the form of the lines, and reads it with the reader that is there. */
static void
round_trip(const char *dn, Attributes *attributes)
{
    static const guint8 uuid[UUID_LENGTH] = {1, 2, 3, 0xff};
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) blob = attributes_encode(attributes);
    g_autoptr(GString) out = g_string_new(NULL);
    ldif_append_version(out);
    ldif_append_entry(out, dn, uuid, attributes);
    g_auto(GStrv) lines = g_strsplit(out->str, "\n", -1);
    for (char **line = lines; *line; line++)
        g_assert_cmpuint(strlen(*line), <=, 76);
    g_assert_true(g_str_is_ascii(out->str));

    g_autofree char *path = g_build_filename(folder, "out.ldif", NULL);
    g_autofree char *uri = g_strconcat("ldif:", path, NULL);
    g_assert_true(g_file_set_contents(path, out->str, (gssize)out->len, NULL));
    Config config = {.directory_uri = uri, .directory_base = (char *)""};
    g_autoptr(Directory) directory = directory_open(&config, &error);
    g_assert_no_error(error);
    Seen seen = {0};
    directory_search(directory, NULL, note_entry, &seen, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(seen.dn, ==, dn);
    g_assert_cmpmem(seen.uuid, UUID_LENGTH, uuid, UUID_LENGTH);
    g_assert_cmpmem(seen.blob->data, seen.blob->len, blob->data, blob->len);
    g_byte_array_unref(seen.blob);
    g_free(seen.dn);
}

static void
test_round_trip(void)
{
    static const char odd[] = " \0:<\n\r\xc3\xbc ";
    for (gsize length = 0; length < 160; length++) {
        g_autofree char *text = g_strnfill(length, 'x');
        g_autoptr(Attributes) attributes = attributes_new();
        attributes_add(attributes, "description", text, length);
        attributes_add(attributes, "description;lang-de", "b", 1);
        for (gsize from = 0; from < sizeof odd; from++)
            attributes_add(attributes, "jpegPhoto", odd + from, sizeof odd - from - 1);
        round_trip("cn=a\\,b,o=Köln", attributes);
    }
    g_autofree char *photo = g_malloc(1024 * 1024);
    for (gsize i = 0; i < 1024 * 1024; i++)
        photo[i] = (char)(i * i >> 3);
    g_autoptr(Attributes) attributes = attributes_new();
    attributes_add(attributes, "jpegPhoto", photo, 1024 * 1024);
    round_trip("cn= \\20", attributes);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("rundruf-XXXXXX", NULL);
    g_test_add_func("/ldif_write/values", test_values);
    g_test_add_func("/ldif_write/round_trip", test_round_trip);
    int status = g_test_run();
    g_autofree char *path = g_build_filename(folder, "out.ldif", NULL);
    g_unlink(path);
    g_rmdir(folder);
    g_free(folder);
    return status;
}
