/* SPDX-License-Identifier: GPL-3.0-or-later */
/* announcement: the real page, the samples, each form of each part, each error with its place */
#include "message/announcement.h"
#include "base/error.h"
#include "base/json.h"
#include "message/prose.h"

#include <string.h>

#define NBSP "\xc2\xa0"
#define BOM  "\xef\xbb\xbf"

static Event *
parse(const char *text, GPtrArray **warnings, GError **error)
{
    return announcement_parse(text, strlen(text), "a.txt", "Europe/Berlin", warnings, error);
}

/* "LINE:COLUMN TEXT|..." */
static char *
join_warnings(const GPtrArray *warnings)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < warnings->len; i++) {
        const AnnouncementWarning *warning = g_ptr_array_index(warnings, i);
        g_string_append_printf(out, "%s%u:%u %s", i > 0 ? "|" : "", warning->line, warning->column,
                               warning->text);
    }
    return g_string_free(out, FALSE);
}

static void
assert_same(const Event *a, const Event *b)
{
    g_assert_cmpstr(a->name, ==, b->name);
    g_assert_cmpstr(a->title, ==, b->title);
    g_assert_cmpstr(a->subtitle, ==, b->subtitle);
    g_assert_cmpstr(a->kind, ==, b->kind);
    g_assert_cmpstr(a->venue, ==, b->venue);
    g_assert_cmpint(a->starts_at, ==, b->starts_at);
    g_assert_cmpint(a->ends_at, ==, b->ends_at);
    g_assert_cmpint(a->all_day, ==, b->all_day);
    g_assert_cmpstr(a->timezone, ==, b->timezone);
    g_assert_cmpstr(a->contact, ==, b->contact);
    g_assert_cmpstr(a->registration, ==, b->registration);
    g_assert_cmpstr(a->audience, ==, b->audience);
    g_assert_cmpstr(a->body, ==, b->body);
}

/* what is written as JSON is read back as the same event */
static void
assert_round_trip(const Event *event)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Value) value = announcement_to_value(event);
    g_autoptr(GString) json = g_string_new(NULL);
    json_append(json, value);
    g_autoptr(GPtrArray) warnings = NULL;
    g_autoptr(Event) again = parse(json->str, &warnings, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(warnings->len, ==, 0);
    assert_same(event, again);
}

static char *
read_file(const char *folder, const char *name)
{
    g_autofree char *path =
        g_build_filename(g_getenv("SRCDIR") ? g_getenv("SRCDIR") : ".", folder, name, NULL);
    char *content = NULL;
    g_file_get_contents(path, &content, NULL, NULL);
    return content;
}

/* letters and digits alone: what must be left of a text whatever its markup */
static char *
letters_of(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text; *p; p = g_utf8_next_char(p))
        if (g_unichar_isalnum(g_utf8_get_char(p)))
            g_string_append_unichar(out, g_utf8_get_char(p));
    return g_string_free(out, FALSE);
}

static void
test_mannheim(void)
{
    g_autofree char *text = read_file("../shared/data", "mannheim.txt");
    if (!text) {
        g_test_skip("shared/data/mannheim.txt is not there");
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) warnings = NULL;
    g_autoptr(Event) event = parse(text, &warnings, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(event->name, ==, "mannheim-2020");
    g_assert_cmpstr(event->title, ==, "Integrierte Planung kommunaler Bildungslandschaften");
    g_assert_cmpstr(event->subtitle, ==, "Datenbasiert. Sozialräumlich. Partizipativ.");
    g_assert_null(event->kind);
    g_assert_cmpstr(event->venue, ==, "Mannheim\nMarchivum\nArchivplatz 1\n68169 Mannheim");
    g_assert_cmpint(event->starts_at, ==, 1605094200); /* 2020-11-11 12:30 +01:00 */
    g_assert_cmpint(event->ends_at, ==, 1605186000);   /* 2020-11-12 14:00 +01:00 */
    g_assert_false(event->all_day);
    g_assert_cmpstr(event->timezone, ==, "Europe/Berlin");
    g_assert_null(event->contact);
    g_assert_null(event->registration);
    g_assert_true(g_str_has_prefix(event->audience, "Im Sinne der gelebten Kooperation"));
    g_assert_true(g_str_has_suffix(event->audience, "ebenfalls willkommen."));
    g_assert_nonnull(strstr(event->body, event->audience));
    g_assert_true(g_str_has_prefix(event->body, "Kommunale Bildungsplanung muss"));
    g_assert_true(g_str_has_suffix(event->body, "folgen demnächst."));
    g_assert_nonnull(strstr(event->body,
                            "diskutieren:\n\n- Was kann integrierte Planung beinhalten "
                            "und wie wird sie gelebt?\n- Welche"));
    g_assert_nonnull(
        strstr(event->body, "\n\n## Das Großstadtnetzwerk der Transferagentur für Großstädte\n\n"));
    g_assert_nonnull(strstr(event->body, "\n\n## Zielgruppe\n\nIm Sinne"));
    g_autofree char *remarks = join_warnings(warnings);
    g_assert_cmpstr(
        remarks, ==,
        "5:1 \"Art\" has no value.|14:1 \"Kontakt\" has no value.|15:1 \"Anmeldung\" has no "
        "value.|40:1 \"Ansprechperson\" has no value.|41:1 \"Anmeldung\" has no value.");

    /* every word from the first sentence to the last label, in its order */
    const char *first = strstr(text, "Kommunale Bildungsplanung"), *last = strstr(text, "Ansprech");
    g_autofree char *source = g_strndup(first, (gsize)(last - first));
    g_autofree char *expected = letters_of(source), *found = letters_of(event->body);
    g_assert_cmpstr(found, ==, expected);
    assert_round_trip(event);
}

static void
test_samples(void)
{
    static const struct {
        const char *file, *name, *kind, *contact, *registration, *warnings;
    } rows[] = {
        {"announcement.txt", "freiburg-im-breisgau-2027", "Fachtag",
         "Netzwerkbüro\nTelefon: 0761 000000\nE-Mail: buero@netz.example", NULL,
         "14:1 \"Kontakt\" has no value.|15:1 \"Anmeldung\" has no value.|39:1 \"Anmeldung\" has "
         "no "
         "value."},
        {"announcement.en.txt", "freiburg-im-breisgau-2027", "Workshop",
         "Network office\nPhone: +49 761 000000", "https://netz.example/schulplaetze", ""},
        {"event.yaml", "schulplaetze-2027", "Fachtag", "Netzwerkbüro\nTelefon: 0761 000000",
         "https://netz.example/schulplaetze", ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) warnings = NULL;
        g_autofree char *text = read_file("conf/samples", rows[i].file);
        g_assert_nonnull(text);
        g_autoptr(Event) event = parse(text, &warnings, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(event->name, ==, rows[i].name);
        g_assert_cmpstr(event->kind, ==, rows[i].kind);
        g_assert_cmpstr(event->venue, ==,
                        "Freiburg im Breisgau\nBürgerhaus am Seepark\nGerhart-Hauptmann-Straße 1\n"
                        "79110 Freiburg im Breisgau");
        g_assert_cmpint(event->starts_at, ==, 1823502600); /* 2027-10-14 10:30 +02:00 */
        g_assert_cmpint(event->ends_at, ==, 1823598000);
        g_assert_cmpstr(event->contact, ==, rows[i].contact);
        g_assert_cmpstr(event->registration, ==, rows[i].registration);
        g_assert_nonnull(event->audience);
        g_assert_nonnull(strstr(event->body, "\n- W"));
        g_autofree char *remarks = join_warnings(warnings);
        g_assert_cmpstr(remarks, ==, rows[i].warnings);
        assert_round_trip(event);
    }
}

/* what stands behind "Datum:", in the winter of 2020 (+01:00) */
static void
test_dates(void)
{
    static const struct {
        const char *text;
        gint64 start, end;
        gboolean all_day;
        guint warnings;
    } rows[] = {
        {"Mittwoch, 11. November 2020 - 12:30 bis 14:00", 1605094200, 1605099600, FALSE, 0},
        {"Mittwoch, 11. November 2020 - 12:30 bis 14:00 Uhr.", 1605094200, 1605099600, FALSE, 0},
        {"Mi., 11.11.2020, 12.30\xe2\x80\x93"
         "14.00 Uhr",
         1605094200, 1605099600, FALSE, 0},
        {"11.11.2020 von 12 bis 14 Uhr", 1605092400, 1605099600, FALSE, 0},
        {"Wednesday, 11 November 2020, 12:30 to 2 pm", 1605094200, 1605099600, FALSE, 0},
        {"November 11, 2020, 12:30 pm until November 12, 2020, 2:00 pm", 1605094200, 1605186000,
         FALSE, 0},
        {"Mittwoch," NBSP "11." NBSP
         "November 2020 - 12:30 bis zum Donnerstag, den 12.11.2020 um 14 Uhr",
         1605094200, 1605186000, FALSE, 0},
        {"2020-11-11T12:30 - 2020-11-12T14:00", 1605094200, 1605186000, FALSE, 0},
        {"Mittwoch, 11. November 2020", 1605049200, 1605135600, TRUE, 0},
        {"11.11.2020 bis 12.11.2020", 1605049200, 1605222000, TRUE, 0},
        {"11.11.2020 - 11.11.2020", 1605049200, 1605135600, TRUE, 0},
        {"11.11.2020, 12:30 Uhr", 1605094200, 1605097800, FALSE, 1},
        /* over the change to winter time: 25 hours */
        {"24.10.2020 12:00 bis 25.10.2020 12:00", 1603533600, 1603623600, FALSE, 0},
        {"25.10.2020", 1603576800, 1603666800, TRUE, 0},
        /* an hour that comes twice: the end is not read as the start again */
        {"25.10.2020 02:30", 1603585800, 1603593000, FALSE, 1},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (guint below = 0; below < 2; below++) {
            g_autoptr(GError) error = NULL;
            g_autoptr(GPtrArray) warnings = NULL;
            g_autofree char *text =
                g_strdup_printf("Neuer Termin: T\nDatum:%s%s\n", below ? "\n" : " ", rows[i].text);
            g_autoptr(Event) event = parse(text, &warnings, &error);
            g_assert_no_error(error);
            g_assert_cmpint(event->starts_at, ==, rows[i].start);
            g_assert_cmpint(event->ends_at, ==, rows[i].end);
            g_assert_cmpint(event->all_day, ==, rows[i].all_day);
            g_assert_cmpuint(warnings->len, ==, rows[i].warnings);
            g_assert_cmpstr(event->name, ==, "t-2020");
            assert_round_trip(event);
        }
    }
}

/* "title|subtitle|kind|venue|contact|registration|audience|body|warnings", "-" for NULL, "/" for
 * LF */
static char *
summarize(const Event *event, const GPtrArray *warnings)
{
    const char *fields[] = {event->title,   event->subtitle,     event->kind,     event->venue,
                            event->contact, event->registration, event->audience, event->body};
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        g_string_append_printf(out, "%s|", fields[i] ? fields[i] : "-");
    g_autofree char *remarks = join_warnings(warnings);
    g_string_append(out, remarks);
    g_string_replace(out, "\n", "/", 0);
    return g_string_free(out, FALSE);
}

#define DATE "Datum: 11.11.2020\n"
/* more than a value's line can have, 120 characters */
#define LONG_LINE                                                                                  \
    "Ein langer Satz, der mit seinen vielen Wörtern weit über die Länge hinaus "                \
    "geht, die eine Zeile eines Werts haben kann, und der also Text ist."

static void
test_layout(void)
{
    static const struct {
        const char *text, *summary;
    } rows[] = {
        {"Neuer Termin: T\n" DATE, "T|-|-|-|-|-|-|-|"},
        {"\n" NBSP "\r\nNeuer Termin:\r\nT\r\n" DATE "\r\nText\r\n", "T|-|-|-|-|-|-|Text|"},
        {BOM "NEUER TERMIN: T" BOM "\n" DATE, "T|-|-|-|-|-|-|-|"},
        {"New event: T\nS: t\nu\n\nWhen it is\n" DATE, "T|S: t u|-|-|-|-|-|When it is|"},
        {"New event: T\n\tTarget" NBSP "group : a\tb\nDate: 2020-11-11\nVenue: V\nKind: K\n",
         "T|-|K|V|-|-|a b|-|"},
        {"Neuer Termin: T\nOrt: A\nB\n\nC\n" DATE,
         "T|-|-|A/B|-|-|-|C|5:1 This line belongs to no label; it is taken as text."},
        /* an empty label takes neither a label below it nor a long line */
        {"Neuer Termin: T\n" DATE "Ort:\nKontakt:\nAnmeldung:\n" LONG_LINE "\n",
         "T|-|-|-|-|-|-|" LONG_LINE "|3:1 \"Ort\" has no value.|4:1 \"Kontakt\" has no value.|5:1 "
         "\"Anmeldung\" has no value."},
        {"Neuer Termin: T\n" DATE "Anmeldung:\nbis Mai\nper Mail\n\nText.\n",
         "T|-|-|-|-|bis Mai/per Mail|-|Text.|"},
        {"Neuer Termin: T\n" DATE "Kontakt: a@b.example\nAnsprechperson:\nA. B.\nTelefon: 1\n",
         "T|-|-|-|a@b.example/A. B./Telefon: 1|-|-|-|"},
        /* words with a colon in the text are text, but labels where a paragraph begins */
        {"Neuer Termin: T\n" DATE "\nHinweis: bitte.\nOrt: x\nOtr: y\n\nOtr: z\n\nKontakt: k\n",
         "T|-|-|-|k|-|-|Hinweis: bitte.\\/Ort: x\\/Otr: y//Otr: z|"},
        {"Neuer Termin: T\n" DATE "\nProgramm:\n• a\n", "T|-|-|-|-|-|-|Programm://- a|"},
        {"Neuer Termin: T\n" DATE "\nText.\n\nArt: Tag\nMehr.\n", "T|-|Tag|-|-|-|-|Text.//Mehr.|"},
        /* the target group as a label, and as a section with a list */
        {"Neuer Termin: T\nZielgruppe: a.\nb.\n" DATE "\nText.\n", "T|-|-|-|-|-|a.\\/b.|Text.|"},
        {"Neuer Termin: T\n" DATE "Zielgruppe:\n\nText.\n",
         "T|-|-|-|-|-|-|Text.|3:1 \"Zielgruppe\" has no value."},
        {"Neuer Termin: T\n" DATE "\nText.\n\nZielgruppe\n\nEs sind:\n\n• a\n• b\n\nMehr.\n",
         "T|-|-|-|-|-|Es sind://- a/- b|Text.//## Zielgruppe//Es sind://- a/- b//Mehr.|"},
        {"Neuer Termin: T\nZielgruppe: a\n" DATE "\nText.\n\nZielgruppe:\n\nb\n\nMehr.\n",
         "T|-|-|-|-|-|a|Text.//## Zielgruppe//b//Mehr.|"},
        {"Neuer Termin: T\n" DATE "\nText.\n\nAnsprechperson\n\nA. B.\nTelefon: 1\n\nMehr.\n",
         "T|-|-|-|A. B./Telefon: 1|-|-|Text.//Mehr.|"},
        {"Neuer Termin: T\n" DATE "\nText.\n\nAnmeldung\n\n" LONG_LINE "\n",
         "T|-|-|-|-|" LONG_LINE "|-|Text.|"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) warnings = NULL;
        g_autoptr(Event) event = parse(rows[i].text, &warnings, &error);
        g_assert_no_error(error);
        g_autofree char *summary = summarize(event, warnings);
        g_assert_cmpstr(summary, ==, rows[i].summary);
        assert_round_trip(event);
    }
}

static void
test_prose(void)
{
    static const struct {
        const char *text, *markdown;
    } rows[] = {
        {"", NULL},
        {"\n" NBSP "\n", NULL},
        {"a\n\n\nb", "a\n\nb"},
        {"09:00 Beginn\n10:00 Pause", "09:00 Beginn\\\n10:00 Pause"},
        {LONG_LINE "\nb", LONG_LINE "\nb"},
        {"  • a\n    more\n  •" NBSP "b\nc", "- a\n  more\n- b\n\nc"},
        {"a:\n- b\n- c", "a:\n\n- b\n- c"},
        {"- a\n* b\n\xe2\x80\x93 c", "- a\n- b\n- c"},
        {LONG_LINE "\n- b", LONG_LINE "\n\\- b"},
        {"-5 Grad", "-5 Grad"},
        {"# a\n\n1. b", "\\# a\n\n1\\. b"},
        {"*a* <b>", "\\*a\\* \\<b>"},
        {"•", "•"},
        {"Die Stadt\n\nSie ist groß.", "## Die Stadt\n\nSie ist groß."},
        {"Die Stadt.\n\nSie ist groß.", "Die Stadt.\n\nSie ist groß."},
        {"Die „Stadt“\n\n• groß", "## Die „Stadt“\n\n- groß"},
        {"Mit freundlichen Grüßen\n\nA. B.", "## Mit freundlichen Grüßen\n\nA. B."},
        {"Es grüßt\n\nA B", "Es grüßt\n\nA B"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Prose) prose = prose_new();
        g_auto(GStrv) lines = g_strsplit(rows[i].text, "\n", -1);
        for (guint j = 0; lines[j]; j++)
            prose_add(prose, lines[j]);
        g_autofree char *markdown = prose_to_markdown(prose);
        g_assert_cmpstr(markdown, ==, rows[i].markdown);
    }
}

static void
check_error(const char *text, gsize length, const char *expected)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *warnings = NULL;
    g_assert_null(announcement_parse(text, length, "a", "Europe/Berlin", &warnings, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    g_assert_null(warnings);
    if (!g_str_has_prefix(error->message, expected))
        g_assert_cmpstr(error->message, ==, expected);
    g_assert_null(strchr(error->message, '\n'));
}

static void
test_text_errors(void)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"", "a:1:1: The announcement is empty."},
        {"\n \n", "a:1:1: The announcement is empty."},
        {"\n Hallo\n", "a:2:2: An announcement begins with"},
        {"Ort: x\n", "a:1:1: An announcement begins with"},
        {"Neuer Termin:\n\nT\n" DATE, "a:1:1: The title is missing"},
        {"Neuer Termin:" NBSP "\n" DATE, "a:1:1: The title is missing"},
        {"Neuer Termin: T\n\nText\n", "a:4:1: The announcement has no date"},
        {"Neuer Termin: T\nDatum:\n\n11.11.2020", "a:2:1: \"Datum:\" has no value"},
        {"Neuer Termin: T\n" DATE "\n" DATE,
         "a:4:1: \"Datum:\" stands here for the second time, first in "
         "line 2"},
        {"Neuer Termin: T\n" DATE "Termin: 12.11.2020",
         "a:3:1: \"Termin:\" stands here for the second"},
        {"Neuer Termin: T\nOrt: a\nOrt: b\n" DATE, "a:3:1: \"Ort:\" stands here"},
        {"Neuer Termin: T\n" DATE "\nNeuer Termin: U\n",
         "a:4:1: A second announcement begins here"},
        /* labels */
        {"Neuer Termin: T\nOtr: x\n" DATE,
         "a:2:1: \"Otr:\" is no label that is known here; did you mean "
         "\"Ort:\"?"},
        {"Neuer Termin: T\nOrt: x\n  Dautm: 1\n",
         "a:3:3: \"Dautm:\" is no label that is known here; did "
         "you mean \"Datum:\"?"},
        {"Neuer Termin: T\n" DATE "\nZeilgruppe:\nalle\n",
         "a:4:1: \"Zeilgruppe:\" is no label that is "
         "known here; did you mean \"Zielgruppe:\"?"},
        {"Neuer Termin: T\n" DATE "Uhrzeit: 12 Uhr\n",
         "a:3:1: \"Uhrzeit:\" is no label that is known "
         "here (Art, Typ, Ort,"},
        {"New event: T\nCost:\n", "a:2:1: \"Cost:\" is no label that is known here (Type, Kind,"},
        {"Neuer Termin: T\nKontakt:\nTelefon:\n", "a:3:1: \"Telefon:\" is no label"},
        /* dates */
        {"Neuer Termin: T\nDatum: demnächst", "a:2:8: There is no date here"},
        {"Neuer Termin: T\nDatum:\n" NBSP "demnächst", "a:3:2: There is no date here"},
        {"Neuer Termin: T\nDatum: Donnerstag, 11. November 2020",
         "a:2:8: 2020-11-11 is a Mittwoch, not a Donnerstag"},
        {"New event: T\nDate: Thursday, 11 November 2020",
         "a:2:7: 2020-11-11 is a Wednesday, not a Thursday"},
        {"Neuer Termin: T\nDatum: 11.11.2020 - 12:30 bis Fr, 12.11.2020 - 14:00",
         "a:2:31: 2020-11-12 is a Donnerstag, not a Freitag"},
        {"Neuer Termin: T\nDatum: 31. Juni 2020", "a:2:8: There is no day 2020-06-31"},
        {"Neuer Termin: T\nDatum: 29.2.2021 bis 1.3.2021", "a:2:8: There is no day 2021-02-29"},
        {"Neuer Termin: T\nDatum: 28.2.2021 bis 29.2.2021", "a:2:22: There is no day 2021-02-29"},
        {"Neuer Termin: T\nDatum: 1.1.1899", "a:2:8: The year 1899 is out of range"},
        {"Neuer Termin: T\nDatum: 31.12.2200", "a:2:8: The year 2201 is out of range"},
        {"Neuer Termin: T\nDatum: 11.11.2020, 25:00 bis 26:00", "a:2:8: There is no time 25:00"},
        {"Neuer Termin: T\nDatum: 11.11.2020, 12:00 bis 12:60", "a:2:30: There is no time 12:60"},
        {"Neuer Termin: T\nDatum: 28.3.2021, 02:30 bis 04:00",
         "a:2:8: There is no time 02:30 on "
         "2021-03-28 in the zone Europe/Berlin"},
        {"Neuer Termin: T\nDatum: 11.11.2020, 12:00 bis 11:00",
         "a:2:30: The end is not after the start"},
        {"Neuer Termin: T\nDatum: 11.11.2020, 12:00 bis 12:00",
         "a:2:30: The end is not after the start"},
        {"Neuer Termin: T\nDatum: 11.11.2020 bis 10.11.2020",
         "a:2:23: The event ends before it starts"},
        {"Neuer Termin: T\nDatum: 11.11.2020 bis 14:00", "a:2:8: One of start and end has a time"},
        {"Neuer Termin: T\nDatum: 11.11.2020, 12:00 bis 12.11.2020",
         "a:2:30: One of start and end"},
        {"Neuer Termin: T\nDatum: 11.11.2020, 12:00 bis abends",
         "a:2:30: There is no date or time here"},
        {"Neuer Termin: T\nDatum: 11.11.2020, 12:00 und", "a:2:26: \"und\" cannot be read"},
        {"Neuer Termin: T\nDatum: 11.11.2020 12:00\nbis 12.11.2020 14:00\n",
         "a:3:1: The date seems to go on here"},
        {"Neuer Termin: T\nDatum: 11.11.2020\n12:00 bis 14:00\n",
         "a:3:1: The date seems to go on here"},
        /* characters */
        {"Neuer Termin: T\nÄ\xff\n", "a:2:2: The text is not UTF-8"},
        {"Neuer Termin: T\xc3", "a:1:16: The text is not UTF-8"},
        {"Neuer Termin: T\nä\x1b[0m\n", "a:2:2: There is a control character here (U+001B)"},
        {"Neuer Termin: T\rOrt:\n", "a:1:16: There is a control character here (U+000D)"},
        {"Neuer Termin: \xc2\x85", "a:1:15: There is a control character here (U+0085)"},
        {"Neuer Termin: \xe2\x80\xa8", "a:1:15: There is a control character here (U+2028)"},
        {"Neuer Termin: \xef\xbf\xbe", "a:1:15: There is a control character here (U+FFFE)"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        check_error(rows[i].text, strlen(rows[i].text), rows[i].error);
    check_error("Neuer\0", 6, "a:1:6: There is a control character here (U+0000)");
    check_error("Neuer\0\xff", 7, "a:1:6: There is a control character here (U+0000)");
}

static void
test_yaml_errors(void)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"---\n- a\n", "a:1:1: An announcement in YAML is a map"},
        {"{}", "a:1:1: The title is missing"},
        {"title: T\n", "a:1:1: The date is missing"},
        {"title: T\nsubtitel: S\n",
         "a:2:11: The key \"subtitel\" is not known; did you mean \"subtitle\"?"},
        {"title: T\nxyzzyx: S\n", "a:2:9: The key \"xyzzyx\" is not known; known are title"},
        {"title: 5\n", "a:1:8: Text belongs here"},
        {"title: T\nvenue: [a, 5]\n", "a:2:8: Text, or a list of texts, belongs here"},
        {"title: T\nbody: [a]\n", "a:2:7: Text belongs here"},
        {"title: T\nbody: \"a\\x07\"\n",
         "a:2:7: There is a control character in this text (U+0007)"},
        {"title: T\nvenue: [a, \"\\uFFFF\"]\n", "a:2:12: There is a control character"},
        {"title: T\nname: Mannheim 2020\n", "a:2:7: \"Mannheim 2020\" cannot be an event's name"},
        {"title: T\ntimezone: Europe/Berlni\n", "a:2:11: There is no time zone \"Europe/Berlni\""},
        {"title: T\nstart: soon\n", "a:2:8: This is no date"},
        {"title: T\nstart: 2020\n", "a:2:8: This is no date"},
        {"title: T\nstart: 2020-11-11T12:30Z\n", "a:2:8: This is no date"},
        {"title: T\nstart: 2021-02-29\n", "a:2:8: There is no day 2021-02-29"},
        {"title: T\nstart: 2021-03-28T02:30\nend: 2021-03-28T04:00\n",
         "a:2:8: There is no time 02:30"},
        {"title: T\nstart: 2020-11-11\nend: 2020-11-10\n",
         "a:3:6: The event ends before it starts"},
        {"title: T\nstart: 2020-11-11\nend: 2020-11-12T14:00\n", "a:2:8: One of start and end"},
        {"title: T\nstart: 2020-11-11\nall_day: false\n", "a:3:10: all_day does not fit"},
        {"title: T\nstart: 2020-11-11T12:00\nall_day: true\n", "a:3:10: all_day does not fit"},
        {"title: T\nstart: 2020-11-11\nall_day: yes\n", "a:3:10: all_day is true or false"},
        {"title: T\ntitle: U\n", "a:2:1: "},
        {"title: [\n", "a:"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        check_error(rows[i].text, strlen(rows[i].text), rows[i].error);
}

static void
test_yaml(void)
{
    static const struct {
        const char *text, *summary;
    } rows[] = {
        {"# c\n\ntitle: T\nstart: 2020-11-11\n", "T|-|-|-|-|-|-|-|"},
        {"--- {start: 2020-11-11T12:30, title: ' T  x ', venue: \"a\\n\\n b\", contact: [c, d], "
         "body: ''}",
         "T x|-|-|a/b|c/d|-|-|-|1:13 No end is given; the event is taken to last an hour."},
        {"title: T\nsubtitle:\nstart: 2020-11-11\nall_day: true\nbody: |2\n\n    x\n  y\n\n",
         "T|-|-|-|-|-|-|  x/y|"},
        {"title: T\nstart: 2020-11-11\nbody: \"\\n\\n  a\\tb \\uFEFF\\n\\n\"\n",
         "T|-|-|-|-|-|-|  a    b|"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) warnings = NULL;
        g_autoptr(Event) event = parse(rows[i].text, &warnings, &error);
        g_assert_no_error(error);
        g_autofree char *summary = summarize(event, warnings);
        g_assert_cmpstr(summary, ==, rows[i].summary);
        assert_round_trip(event);
    }
}

static void
test_zone(void)
{
    g_autoptr(GError) error = NULL;
    const char *text = "Neuer Termin: T\n" DATE;
    g_assert_null(announcement_parse(text, strlen(text), "a", "Nowhere", NULL, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG);

    /* in Cairo the clocks were put forward at midnight: that day began at 01:00 */
    text = "title: T\nstart: 2010-04-30\ntimezone: Africa/Cairo\n";
    g_autoptr(Event) event = parse(text, NULL, NULL);
    g_assert_cmpint(event->starts_at, ==, 1272578400);
    assert_round_trip(event);
}

/* as large as it may be, and one octet more; all labels, all bullets, one line */
static void
test_size(void)
{
    static const char *const parts[] = {"x",     "• a\n", "Kontakt:\n", "Otr: a\n",
                                        "\n\na", "•",     "a:\n\n"};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autoptr(GString) text = g_string_new("Neuer Termin: T\n" DATE "\nText.\n\n");
        while (text->len + strlen(parts[i]) <= ANNOUNCEMENT_BYTES_MAX)
            g_string_append(text, parts[i]);
        g_autoptr(GError) error = NULL;
        g_autoptr(Event) event = parse(text->str, NULL, &error);
        g_assert_no_error(error);
        g_assert_nonnull(event->body);
        g_string_set_size(text, ANNOUNCEMENT_BYTES_MAX + 1);
        check_error(text->str, text->len, "a:1:1: The announcement is larger than 256 KiB");
    }
    g_autofree char *title = g_strnfill(301, 't');
    g_autofree char *text = g_strdup_printf("Neuer Termin: %s\n" DATE, title);
    check_error(text, strlen(text), "a:1:1: The title is longer than 300 characters");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/announcement/mannheim", test_mannheim);
    g_test_add_func("/announcement/samples", test_samples);
    g_test_add_func("/announcement/dates", test_dates);
    g_test_add_func("/announcement/layout", test_layout);
    g_test_add_func("/announcement/prose", test_prose);
    g_test_add_func("/announcement/text-errors", test_text_errors);
    g_test_add_func("/announcement/yaml-errors", test_yaml_errors);
    g_test_add_func("/announcement/yaml", test_yaml);
    g_test_add_func("/announcement/zone", test_zone);
    g_test_add_func("/announcement/size", test_size);
    return g_test_run();
}
