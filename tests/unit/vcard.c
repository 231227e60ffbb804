/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vcard: the card of a person, line by line; escapes, folding, octets that are no text */
#include "model/vcard.h"

#include <string.h>

#define BEGIN "BEGIN:VCARD\r\nVERSION:4.0\r\n"
#define END   "UID:urn:uuid:01000000-0000-0000-0000-000000000000\r\nEND:VCARD\r\n"

/* "attribute=value" by "|" */
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

static void
assert_card(const Attributes *own, const Attributes *municipality, const char *lines)
{
    g_autoptr(FieldMap) map = field_map_new();
    Person person = {
        .dn = (char *)"uid=1,o=x", .own = (Attributes *)own, .municipality = municipality};
    person.uuid[0] = 1;
    g_autoptr(GString) out = g_string_new(NULL);
    vcard_append(out, &person, map);
    g_autofree char *expected = g_strconcat(BEGIN, lines, END, NULL);
    g_assert_cmpstr(out->str, ==, expected);
}

static void
test_card(void)
{
    static const struct {
        const char *own, *municipality, *lines;
    } rows[] = {
        {"cn=Anna Müller|sn=Müller|givenName=Anna|mail=a@x.example|mail=b@x.example|"
         "telephoneNumber=+49 30 1|title=Planerin|ou=Amt für Schule|employeeType=planner|"
         "preferredLanguage=de, en-GB;q=0.5, *;q=0.1|businessCategory=Sozial|businessCategory=Bau",
         "o=Köln",
         "FN:Anna Müller\r\nN:Müller;Anna;;;\r\nEMAIL;PREF=1:a@x.example\r\n"
         "EMAIL:b@x.example\r\nTEL:+49 30 1\r\nORG:Köln;Amt für Schule\r\nTITLE:Planerin\r\n"
         "ROLE:planner\r\nLANG;PREF=1:de\r\nLANG;PREF=2:en-GB\r\nCATEGORIES:Sozial,Bau\r\n"},
        {"cn=X", "st=Hessen", "FN:X\r\n"},
        {"sn=X", "o=Ulm", "FN:X\r\nN:X;;;;\r\nORG:Ulm\r\n"},
        {"givenName=Y", "o=Ulm", "FN:uid=1\\,o=x\r\nN:;Y;;;\r\nORG:Ulm\r\n"},
        {"mail=a@x.example", "o=a;b,c\\d",
         "FN:a@x.example\r\nEMAIL;PREF=1:a@x.example\r\nORG:a\\;b\\,c\\\\d\r\n"},
        {"cn=a\r\nb\nc\rd\te\x01"
         "f",
         "o=x", "FN:a\\nb\\nc\\nd\te f\r\nORG:x\r\n"},
        {"cn=\xff"
         "a|title=b\xc3",
         "st=x", "FN:uid=1\\,o=x\r\nTITLE:b\xef\xbf\xbd\r\n"},
        {"cn=X|preferredLanguage=!!,,de;;,x", "st=x", "FN:X\r\nLANG;PREF=1:de\r\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Attributes) own = make(rows[i].own);
        g_autoptr(Attributes) municipality = make(rows[i].municipality);
        assert_card(own, municipality, rows[i].lines);
    }
    g_autoptr(Attributes) alone = make("cn=X|ou=Amt");
    assert_card(alone, NULL, "FN:X\r\nORG:;Amt\r\n");
    g_autoptr(Attributes) nul = attributes_new();
    attributes_add(nul, "cn", "N", 1);
    attributes_add(nul, "telephoneNumber", "1\0002", 3);
    assert_card(nul, NULL,
                "FN:N\r\nTEL:1\xef\xbf\xbd"
                "2\r\n");
}

/* Lines of at most 75 octets, each valid UTF-8 by itself, that join to the value. */
static void
test_folding(void)
{
    g_autoptr(FieldMap) map = field_map_new();
    for (guint shift = 0; shift < 4; shift++) {
        g_autoptr(GString) name = g_string_new(NULL);
        for (guint i = 0; i < shift; i++)
            g_string_append_c(name, 'x');
        for (guint i = 0; i < 100; i++)
            g_string_append(name, "ö€");
        g_autoptr(Attributes) own = attributes_new();
        attributes_add(own, "cn", name->str, name->len);
        Person person = {.dn = (char *)"", .own = own};
        g_autoptr(GString) out = g_string_new(NULL);
        vcard_append(out, &person, map);
        g_auto(GStrv) lines = g_strsplit(out->str, "\r\n", -1);
        for (char **line = lines; *line; line++) {
            g_assert_cmpuint(strlen(*line), <=, 75);
            g_assert_true(g_utf8_validate(*line, -1, NULL));
        }
        g_auto(GStrv) parts = g_strsplit(out->str, "\r\n ", -1);
        g_autofree char *joined = g_strjoinv("", parts);
        g_autofree char *line = g_strconcat("\r\nFN:", name->str, "\r\n", NULL);
        g_assert_nonnull(strstr(joined, line));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vcard/card", test_card);
    g_test_add_func("/vcard/folding", test_folding);
    return g_test_run();
}
