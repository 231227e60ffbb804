/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import: files against a small roster; whom a row names, what it changes, what is wrong with it */
#include "sync/import.h"

#include "../lib/fixture.h"
#include "base/error.h"

#include <glib/gstdio.h>
#include <string.h>

static Fixture *fixture;

/* "attribute=value" by "|" */
static const char *const roster[] = {
    "cn=Anna Müller|sn=Müller|mail=anna@a.example|mail=am@a.example|telephoneNumber=+49 1",
    "cn=Bernd|sn=Bernd|mail=bernd@b.example|businessCategory=Bau|businessCategory=Sozial; Jugend",
    "cn=Anna Müller|sn=Müller|mail=info@c.example",
    "cn=Carla|sn=Carla|mail=info@c.example|title=A\\B|displayName=Carla C",
    "cn=Dora|sn=Dora|ou=\xff octets",
};

static const char *const towns[][2] = {
    {"o=Köln,o=netz", "o=Köln|ags=05315000|population=1100000"},
    {"o=Neustadt 1,o=netz", "o=Neustadt|ags=07316000"},
    {"o=Neustadt 2,o=netz", "o=Neustadt|ags=06634018"},
};

static Attributes *
make(const char *text)
{
    Attributes *attributes = attributes_new();
    g_auto(GStrv) pairs = g_strsplit(text, "|", -1);
    for (char **pair = pairs; *pair; pair++) {
        char *value = strchr(*pair, '=');
        *value++ = '\0';
        attributes_add(attributes, *pair, value, strlen(value));
    }
    return attributes;
}

/* All persons live in Köln; the UUID of the first begins with 01, of the second with 02 ... */
static void
offer_all(Import *import)
{
    for (guint i = 0; i < G_N_ELEMENTS(towns); i++) {
        g_autoptr(Attributes) town = make(towns[i][1]);
        import_offer_municipality(import, towns[i][0], town);
    }
    g_autoptr(Attributes) home = make(towns[0][1]);
    for (guint i = 0; i < G_N_ELEMENTS(roster); i++) {
        g_autofree char *dn = g_strdup_printf("uid=%u,o=Köln,o=netz", i + 1);
        g_autoptr(Attributes) own = make(roster[i]);
        Person person = {.dn = dn, .own = own, .municipality = home};
        person.uuid[0] = (guint8)(i + 1);
        import_offer(import, &person);
    }
    import_finish(import);
}

static ImportFile *
read_file(const char *name, const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return import_file_read(path, fixture->config, error);
}

/* "LINE STATE[ PERSON][ attribute:OLD>NEW]..." for each row */
static char *
plan(const ImportFile *file, ImportRule rule)
{
    static const char states[IMPORT_STATES] = "?=*+!";
    GString *out = g_string_new(NULL);
    rule.config = fixture->config;
    g_autoptr(Import) import = import_new(file, &rule);
    offer_all(import);
    for (guint i = 0; i < import_rows(import)->len; i++) {
        const ImportRow *row = g_ptr_array_index(import_rows(import), i);
        g_string_append_printf(out, "%u%c", row->record->line, states[row->state]);
        if (row->found > 0)
            g_string_append_printf(out, "%u", row->uuid[0]);
        for (guint j = 0; row->state != IMPORT_WRONG && j < row->edits->len; j++) {
            const ImportEdit *edit = &g_array_index(row->edits, ImportEdit, j);
            g_string_append_printf(out, " %s:%s>%s", edit->attribute, edit->old ? edit->old : "",
                                   edit->new ? edit->new : "");
        }
        g_assert_true((row->reason != NULL) ==
                      (row->state == IMPORT_WRONG || row->state == IMPORT_UNMATCHED));
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}

#define UUID(n) "0" #n "000000-0000-0000-0000-000000000000"

static void
test_csv(void)
{
    static const struct {
        ImportRule rule;
        const char *text, *rows;
    } rows[] = {
        /* whom a row names: the first of UUID, DN, address, name */
        {{0}, "uuid,phone\n" UUID(1) ",1\n", "2*1 telephoneNumber:+49 1>1\n"},
        {{0}, "uuid,name\n" UUID(2) ",Anna\n", "2*2 cn:Bernd>Anna\n"},
        {{0}, "uuid,mail,phone\n,bernd@b.example,1\n", "2*2 telephoneNumber:>1\n"},
        {{0}, "mail,phone\nANNA@A.example,'+49 1\n", "2=1\n"},
        {{0}, "mail,phone\nam@a.example; x@y.example,1\n", "2*1 telephoneNumber:+49 1>1\n"},
        {{0}, "name,phone\nbernd,1\n", "2*2 telephoneNumber:>1\n"},
        {{0}, "name;phone\ncarla  c;1\n", "2*4 telephoneNumber:>1\n"},
        {{0}, "dn,phone\n\"UID=2, o=k\xc3\xb6ln,O=netz\",1\n", "2*2 telephoneNumber:>1\n"},
        {{.match = IMPORT_BY_NAME},
         "name,mail\nBernd,x@y.example\n",
         "2*2 mail:bernd@b.example>x@y.example\n"},
        {{.match = IMPORT_BY_MAIL},
         "uuid,mail,name\n" UUID(1) ",bernd@b.example,B\n",
         "2*2 cn:Bernd>B\n"},
        {{.match = IMPORT_BY_UUID}, "uuid,mail\n,bernd@b.example\n", "2?\n"},
        /* nobody, or several */
        {{0}, "mail,name\nx@y.example,Bernd\n", "2?\n"},
        {{0}, "uuid,mail\n" UUID(9) ",bernd@b.example\n", "2?\n"},
        {{0}, "name,phone\nAnna Müller,1\n", "2?1\n"},
        {{0}, "mail,phone\ninfo@c.example,1\n", "2?3\n"},
        {{0}, "mail,phone\nanna@a.example; bernd@b.example,1\n", "2?1\n"},
        {{0}, "name,phone\n,1\n", "2?\n"},
        /* the same person twice in the file */
        {{0},
         "mail,phone\nam@a.example,1\nbernd@b.example,\nanna@a.example,2\n",
         "2*1 telephoneNumber:+49 1>1\n3=2\n4!1\n"},
        {{0}, "uuid,mail\n" UUID(2) ",\n,bernd@b.example\n", "2=2\n3!2\n"},
        /* cells */
        {{0}, "uuid,phone,title\n" UUID(1) ",,\n", "2=1\n"},
        {{.remove_values = TRUE},
         "uuid,phone,title\n" UUID(1) ",,\n",
         "2*1 telephoneNumber:+49 1>\n"},
        {{0}, "uuid,planning\n" UUID(2) ",Bau; Sozial\\; Jugend\n", "2=2\n"},
        {{0}, "uuid,planning\n" UUID(2) ",Sozial\\; Jugend;Bau;;\n", "2=2\n"},
        {{0},
         "uuid,planning\n" UUID(2) ",Bau; Sozial; Jugend\n",
         "2*2 businessCategory:Bau; Sozial\\; Jugend>Bau; Sozial; Jugend\n"},
        {{0}, "uuid,title\n" UUID(4) ",A\\\\B\n", "2=4\n"},
        {{0}, "uuid,title\n" UUID(4) ",A\\B\n", "2=4\n"},
        {{0}, "uuid,name\n" UUID(4) ",Carla\n", "2*4 displayName:Carla C>Carla\n"},
        {{0}, "uuid,office\n" UUID(5) ",\xef\xbf\xbd octets\n", "2=5\n"},
        {{0}, "uuid,office\n" UUID(5) ",octets\n", "2*5 ou:\xef\xbf\xbd octets>octets\n"},
        {{0}, "uuid,description;lang-de\n" UUID(5) ",x\n", "2*5 description;lang-de:>x\n"},
        {{0}, "uuid,phone,telephoneNumber\n" UUID(1) ",2,3\n", "2!1\n"},
        /* the municipality's */
        {{0}, "uuid,city,ags\n" UUID(1) ",Köln,\n" UUID(2) ",Bonn,\n", "2=1\n3!2\n"},
        {{0}, "uuid,ags\n" UUID(1) ",5315000\n", "2!1\n"},
        /* new persons */
        {{.add = TRUE},
         "name,mail,city\nEva Ito,e@i.example,köln\n",
         "2+ displayName:>Eva Ito mail:>e@i.example\n"},
        {{.add = TRUE}, "givenname,surname,ags\nEva,Ito,07316000\n", "2+ givenName:>Eva sn:>Ito\n"},
        {{.add = TRUE}, "name,city\nEva Ito,Neustadt\nEva Ito,Bonn\nEva Ito,\n", "2!\n3!\n4!\n"},
        {{.add = TRUE}, "mail,city\ne@i.example,Köln\n", "2!\n"},
        {{.add = TRUE}, "name,city\nEva Ito,Köln\nEVA ITO,Köln\n", "2+ displayName:>Eva Ito\n3!\n"},
        {{.add = TRUE}, "uuid,name,city\n" UUID(9) ",Eva Ito,Köln\n", "2?\n"},
        {{.add = TRUE}, "name,city\nAnna Müller,Köln\n", "2?1\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ImportFile) file = read_file("f.csv", rows[i].text, &error);
        g_assert_no_error(error);
        g_autofree char *seen = plan(file, rows[i].rule);
        if (strcmp(seen, rows[i].rows) != 0)
            g_error("row %u: %s", i, seen);
    }
}

static void
test_refused(void)
{
    static const struct {
        const char *name, *text, *at, *about;
    } rows[] = {
        {"f.csv", "", ":1:1: ", "empty"},
        {"f.csv", "name,mial\n", ":1:6: ", "did you mean \"mail\""},
        {"f.csv", "name,qqqqqqqqqqqq\n", ":1:6: ", "rename"},
        {"f.csv", "name,Name\n", ":1:6: ", "two columns"},
        {"f.csv", "name,mail\na\n", ":2:1: ", "1 cells"},
        {"f.csv", "name\na\nb,c\n", ":3:1: ", "2 cells"},
        {"f.csv", "name,\na,\nb,c\n", ":3:3: ", "without a title"},
        {"f.csv", "uuid\nx\n", ":2:1: ", "UUID"},
        {"f.csv", "name\n\"x\n", ":2:1: ", "never closed"},
        {"f.LDIF", "dn: o=x\nchangetype: delete\n", ":2:1: ", "changes"},
        {"f.ldif", "name,mail\n", ":1:1: ", "attribute"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ImportFile) file = read_file(rows[i].name, rows[i].text, &error);
        g_assert_null(file);
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
        if (!strstr(error->message, rows[i].at) || !strstr(error->message, rows[i].about))
            g_error("row %u: %s", i, error->message);
    }
}

#define PERSON "objectClass: inetOrgPerson\n"

static void
test_ldif(void)
{
    static const struct {
        ImportRule rule;
        const char *text, *rows;
    } rows[] = {
        {{0},
         "dn: uid=9\nentryUUID: " UUID(1) "\ntelephoneNumber: 1\n",
         "1*1 telephoneNumber:+49 1>1\n"},
        {{0},
         "\n\ndn: UID=2,o=k\\C3\\B6ln, o=netz\ntitle: x\nmodifyTimestamp: 1\n",
         "3*2 title:>x\n"},
        {{.match = IMPORT_BY_UUID}, "dn: uid=2,o=K\\C3\\B6ln,o=netz\ntitle: x\n", "1?\n"},
        {{.match = IMPORT_BY_DN}, "dn: uid=9,o=netz\nentryUUID: " UUID(1) "\n", "1?\n"},
        /* the UUID counts more than the DN */
        {{0}, "dn: uid=2,o=K\\C3\\B6ln,o=netz\nentryUUID: " UUID(1) "\n", "1=1\n"},
        {{0},
         "dn: uid=1,o=K\\C3\\B6ln,o=netz\nmail: am@a.example\nmail: anna@a.example\n",
         "1=1\n"},
        {{0},
         "dn: uid=1,o=K\\C3\\B6ln,o=netz\nmail: am@a.example\n",
         "1*1 mail:anna@a.example; am@a.example>am@a.example\n"},
        {{0}, "dn: uid=1,o=K\\C3\\B6ln,o=netz\ntelephoneNumber:\n", "1=1\n"},
        {{.remove_values = TRUE},
         "dn: uid=1,o=K\\C3\\B6ln,o=netz\ntelephoneNumber:\n",
         "1*1 telephoneNumber:+49 1>\n"},
        {{0}, "dn: uid=5,o=K\\C3\\B6ln,o=netz\nou:: /yBvY3RldHM=\n", "1=5\n"},
        {{0}, "dn: o=Ulm,o=netz\nobjectClass: organization\n", ""},
        {{.add = TRUE},
         "dn: cn=E,o=netz\n" PERSON "cn: E\nsn: E\n",
         "1+ objectClass:>inetOrgPerson cn:>E sn:>E\n"},
        {{0}, "dn: cn=E,o=netz\n" PERSON "cn: E\n", "1?\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ImportFile) file = read_file("f.ldif", rows[i].text, &error);
        g_assert_no_error(error);
        g_autofree char *seen = plan(file, rows[i].rule);
        if (strcmp(seen, rows[i].rows) != 0)
            g_error("row %u: %s", i, seen);
    }
}

/* what a new entry is made of */
static void
test_new(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ImportFile) file =
        read_file("f.csv", "name,city,mail\nEva von Ito,Köln,a@i.example; b@i.example\n", &error);
    g_assert_no_error(error);
    const ImportRule rule = {.add = TRUE, .config = fixture->config};
    g_autoptr(Import) import = import_new(file, &rule);
    offer_all(import);
    g_assert_cmpuint(import_count(import, IMPORT_NEW), ==, 1);
    const ImportRow *row = g_ptr_array_index(import_rows(import), 0);
    g_assert_true(g_str_has_suffix(row->dn, ",o=Köln,o=netz"));
    static const char *const expected[][2] = {
        {"objectClass", "inetOrgPerson"}, {"cn", "Eva von Ito"},
        {"displayName", "Eva von Ito"},   {"sn", "Ito"},
        {"mail", "a@i.example"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_autofree char *text = attributes_text(row->attributes, expected[i][0]);
        g_assert_cmpstr(text, ==, expected[i][1]);
    }
    guint count;
    attributes_find(row->attributes, "mail", &count);
    g_assert_cmpuint(count, ==, 2);
    g_assert_null(attributes_find(row->attributes, "o", &count));
}

/* What was shown and asked about must be what is written. */
static void
test_changed_meanwhile(void)
{
    static const struct {
        const char *meanwhile; /* title */
        gboolean good;
    } rows[] = {{NULL, TRUE}, {"theirs", FALSE}, {"ours", FALSE}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Fixture) own = fixture_new();
        g_free(own->config->directory_uri);
        own->config->directory_uri = g_strdup("ldap://x");
        fixture_add_person(own, "Anna", "anna@a.example");
        g_autoptr(ImportFile) file =
            read_file("f.csv", "mail,title\nanna@a.example,ours\n", &error);
        const ImportRule rule = {.config = own->config};
        g_autoptr(Import) import = import_new(file, &rule);
        g_assert_true(import_load(import, own->store, &error));
        g_assert_cmpuint(import_count(import, IMPORT_CHANGED), ==, 1);
        const ImportRow *row = g_ptr_array_index(import_rows(import), 0);
        const Editor editor = {own->config, own->store, 100, "test"};
        AttributeValue title = {rows[i].meanwhile,
                                strlen(rows[i].meanwhile ? rows[i].meanwhile : "")};
        const EditValue edit = {"title", &title, 1};
        guint changed;
        if (rows[i].meanwhile)
            g_assert_true(edit_set(&editor, row->uuid, &edit, 1, &changed, &error));
        g_assert_no_error(error);
        g_autoptr(StoreTransaction) transaction = store_begin(own->store, &error);
        g_assert_nonnull(transaction);
        g_assert_cmpint(import_apply(import, &editor, &error), ==, rows[i].good);
        g_assert_cmpint(error != NULL, ==, !rows[i].good);
        if (error && !strstr(error->message, "has changed meanwhile (title of Anna)"))
            g_error("row %u: %s", i, error->message);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture = fixture_new();
    g_test_add_func("/import/csv", test_csv);
    g_test_add_func("/import/refused", test_refused);
    g_test_add_func("/import/ldif", test_ldif);
    g_test_add_func("/import/new", test_new);
    g_test_add_func("/import/changed-meanwhile", test_changed_meanwhile);
    int status = g_test_run();
    fixture_free(fixture);
    return status;
}
