/* SPDX-License-Identifier: GPL-3.0-or-later */
/* message/compiled: what is compiled makes the same octets, and refuses with the same words, as what
 * makes each message for itself */
#include "message/compiled.h"
#include "../lib/reference.h"
#include "message/calendar.h"
#include "message/gate.h"
#include "message/mime.h"
#include "message/transfer.h"

#include <glib/gstdio.h>
#include <string.h>

#define NOW 1600000000

static const guint8 master[32] = {7};

static guint
pick(GRand *random, guint count)
{
    return (guint)g_rand_int_range(random, 0, (gint32)count);
}

/* Up to `most` pieces out of a table */
static char *
mix(GRand *random, const char *const *pieces, guint count, guint most)
{
    GString *out = g_string_new(NULL);
    for (guint left = pick(random, most + 1); left > 0; left--)
        g_string_append(out, pieces[pick(random, count)]);
    return g_string_free(out, FALSE);
}

/* ---- encoders, beside those of the libraries ---- */

/* The content of the part of that type, up to the next boundary */
static char *
get_content(const char *message, const char *type)
{
    const char *start = strstr(strstr(message, type), "\r\n\r\n") + 4;
    return g_strndup(start, (gsize)(strstr(start, "\r\n--=_") - start));
}

static void
check_encoded(const char *text, const char *type, const GString *own)
{
    const MimeParts parts = {text, "x\n", text, "REQUEST", "token"};
    g_autoptr(GString) whole = g_string_new(NULL);
    mime_append(whole, &parts);
    g_autofree char *content = get_content(whole->str, type);
    if (strcmp(content, own->str) != 0)
        g_test_fail_printf("%s: %s\nGMime: %s", type, own->str, content);
}

static void
test_transfer(void)
{
    static const char *const pieces[] = {
        "a",  "b c",  " ",     "\t",   "\r",
        "\n", "\r\n", "\n\n",  "=",    "~",
        ".",  "ä",    "\x7f",  "🎉",    "{{",
        "--", "=_a_", "From ", "\x01", "0123456789012345678901234567",
    };
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    mime_start();
    for (guint i = 0; i < 5000; i++) {
        g_autofree char *text = mix(random, pieces, i % 2 ? G_N_ELEMENTS(pieces) : 6, i % 90);
        g_autoptr(GString) quoted = g_string_new(NULL), base64 = g_string_new(NULL);
        transfer_append_quoted(quoted, text, strlen(text));
        transfer_append_base64(base64, text, strlen(text));
        check_encoded(text, "text/plain", quoted);
        check_encoded(text, "application/ics", base64);

        /* line by line it is the same */
        g_autoptr(GString) joined = g_string_new(NULL);
        for (const char *p = text, *end; *p; p = end) {
            end = strchr(p, '\n') ? strchr(p, '\n') + 1 : p + strlen(p);
            transfer_append_quoted(joined, p, (gsize)(end - p));
        }
        g_assert_cmpstr(joined->str, ==, quoted->str);
    }
}

static Event *
make_event(void)
{
    Event *event = event_new();
    event->id = 1;
    event->name = g_strdup("mannheim-2020");
    event->title = g_strdup("Integrierte Planung – „datenbasiert“; sozialräumlich, partizipativ");
    event->subtitle = g_strdup("Datenbasiert.");
    event->venue = g_strdup("Mannheim\nMarchivum\nArchivplatz 1");
    event->starts_at = 1605094200;
    event->ends_at = 1605186000;
    event->timezone = g_strdup("Europe/Berlin");
    event->body = g_strdup("Kommunale *Planung* & mehr:\n\n- eins\n- zwei\n\nFrom here\n\n.\n");
    return event;
}

/* Names and addresses of every length: as libical writes and folds them */
static void
test_attendee(void)
{
    static const char *const pieces[] = {
        "x", "y", "xxxxxx", "ä", "€", "🎉", " z", ";", ":", ",", "=", "'", "\\", "|", "%",
    };
    static const char *const local[] = {"a", ".b", "-", "+", "c"};
    g_autoptr(GRand) random = g_rand_new_with_seed(2);
    g_autoptr(Event) event = make_event();
    const CalendarRequest request = {.domain = "netz.example", .organizer = "a@netz.example"};
    g_autoptr(Calendar) calendar = calendar_new(event, &request, NULL);
    for (guint i = 0; i < 20000; i++) {
        g_autofree char *name = mix(random, pieces, 3 + i % (G_N_ELEMENTS(pieces) - 2), i % 120);
        g_autofree char *before = mix(random, local, G_N_ELEMENTS(local), 1 + i % 150);
        g_autofree char *address = g_strconcat(before, "@town.example", NULL);
        g_autofree char *uri = g_strconcat("mailto:", address, NULL);
        g_autofree char *expected = reference_attendee(g_strchug(name), uri);
        g_autoptr(GString) rest = g_string_new(NULL);
        calendar_append_rest(calendar, name, address, NOW, rest);
        const char *attendee = strstr(rest->str, "ATTENDEE");
        g_assert_nonnull(attendee);
        g_string_truncate(rest, (gsize)(strstr(attendee, "END:VEVENT") - rest->str));
        if (strcmp(attendee, expected) != 0)
            g_test_fail_printf("%s\nlibical: %s", attendee, expected);
    }
}

/* Whatever their length, no line of a calendar is folded between its CR and its LF. */
static void
test_line_ends(void)
{
    g_autoptr(Event) event = make_event();
    for (guint length = 1; length < 250; length++) {
        g_free(event->venue);
        event->venue = g_strnfill(length, 'x');
        g_autofree char *address = g_strdup_printf("%s@town.example", event->venue);
        const CalendarRequest request = {
            .domain = "netz.example",
            .organizer = address,
            .attendee = address,
            .summary = event->venue,
            .description = event->venue,
        };
        g_autofree char *calendar = calendar_make(event, &request, NULL);
        for (const char *p = calendar; *p; p++)
            if ((*p == '\r') != (p[1] == '\n'))
                g_test_fail_printf("%u octets: an end of line is broken", length);
    }
}

/* ---- whole messages, beside those that are made each for itself ---- */

typedef struct {
    Config *config;
    TokenKeys *keys;
    Event *event;
    Mailing *mailing;
    GRand *random;
} Rig;

static void
rig_set_up(Rig *rig, gconstpointer data)
{
    (void)data;
    rig->config = g_new0(Config, 1);
    rig->config->network_name = g_strdup("Großstadtnetzwerk");
    rig->config->network_domain = g_strdup("netz.example");
    rig->config->network_language = g_strdup("de");
    rig->config->network_timezone = g_strdup("Europe/Berlin");
    rig->config->network_sender = g_strdup("Großstadtnetzwerk <rundruf@netz.example>");
    rig->config->web_public_url = g_strdup("https://netz.example");
    rig->config->directory_fields = field_map_new();
    rig->keys = token_keys_new(master, sizeof master);
    rig->event = make_event();
    rig->mailing = mailing_new();
    rig->mailing->id = 3;
    rig->mailing->list = g_strdup("planung");
    rig->mailing->purpose = g_strdup("invitation");
    rig->random = g_rand_new_with_seed(4);
}

static void
rig_tear_down(Rig *rig, gconstpointer data)
{
    (void)data;
    token_keys_free(rig->keys);
    config_free(rig->config);
    event_free(rig->event);
    mailing_free(rig->mailing);
    g_rand_free(rig->random);
}

/* What names are made of: as people write them, and as an attacker would */
static const char *const name_pieces[] = {
    "Jürgen",
    "Müller",
    " ",
    "-",
    "Ада",
    "李",
    "👩‍💻",
    ",",
    "\"",
    "\\",
    "<b@x.example>",
    "(Rat)",
    "=?utf-8?q?",
    "=20?=",
    "{{",
    "}}",
    "name",
    "{{name}}",
    "{{> x}}",
    "\r\n",
    "\nTo: b@x.example",
    "\r\n\r\n--=_a_",
    "\x01",
    "\xff",
    "\u202e",
    "\u200b",
    "<",
    ">",
    "<img src=x>",
    "<script>",
    "<a title=\"",
    "'",
    "&amp;",
    "&",
    ";",
    ":",
    "=_",
    "--=_m_d1",
    ".",
    "^",
    "%",
    "\t",
    "\xc2\xa0",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "ßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßß",
    "style=\"x:url(y)\"",
};

static const char *const address_pieces[] = {
    "a", "b",      "planung", ".",      "+",
    "-", "jürgen", "ж",       "o'neil", "{",
    "}", "=_",     "%",       "!",      "xxxxxxxxxxxxxxxxxxxxxxxxx",
};

static const char *const domains[] = {
    "@town.example",
    "@town.example",
    "@town.example",
    "@MÜNCHEN.example",
    "@a.b.c.test",
    "@town.example>\r\nBcc: c@x.example",
    "@town.example, c@x.example",
    "@straße.example",
    "",
    "@xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy.example",
};

static char *
mix_name(Rig *rig)
{
    return mix(rig->random, name_pieces, G_N_ELEMENTS(name_pieces), 6);
}

static void
add_some(Rig *rig, Attributes *attributes, const char *description)
{
    static const char *const usual[] = {"Köln", "planner", "Schulentwicklungsplanung", "200001"};
    for (guint left = pick(rig->random, 3); left > 0; left--) {
        g_autofree char *odd = mix_name(rig);
        const char *value =
            pick(rig->random, 3) ? usual[pick(rig->random, G_N_ELEMENTS(usual))] : odd;
        attributes_add(attributes, description, value, strlen(value));
    }
}

static void
make_person(Rig *rig, Person *person)
{
    static const char *const own[] = {"displayName",      "givenName",       "sn",           "mail",
                                      "telephoneNumber",  "title",           "employeeType", "ou",
                                      "businessCategory", "departmentNumber"};
    static const char *const municipal[] = {"o", "st", "ags", "population"};
    static const char *const languages[] = {"de", "en", "en;q=0.5, de;q=0.4", "fr", "\xff"};
    Attributes *municipality = pick(rig->random, 4) ? attributes_new() : NULL;
    *person = (Person){.dn = (char *)"cn=x", .own = attributes_new(), .municipality = municipality};
    for (guint i = 0; i < G_N_ELEMENTS(own); i++)
        add_some(rig, person->own, own[i]);
    for (guint i = 0; municipality && i < G_N_ELEMENTS(municipal); i++)
        add_some(rig, municipality, municipal[i]);
    const char *language = languages[pick(rig->random, G_N_ELEMENTS(languages))];
    if (pick(rig->random, 2))
        attributes_add(person->own, "preferredLanguage", language, strlen(language));
}

typedef struct {
    guint sent, refused;
} Tally;

static void
check_same(Rig *rig, Composer *composer, const ComposeRequest *request, Tally *tally)
{
    g_autoptr(GError) error = NULL, own_error = NULL;
    g_autoptr(GBytes) expected = reference_invitation(rig->config, rig->keys, request, &error);
    g_autoptr(GBytes) own = compose_invitation(composer, request, &own_error);
    tally->sent += expected != NULL;
    tally->refused += !expected;
    if (!expected != !own || (own && !g_bytes_equal(own, expected)))
        g_test_fail_printf("%s <%s>: not the same (%s | %s)", request->name, request->address,
                           error ? error->message : "made",
                           own_error ? own_error->message : "made");
    if (error && own_error) {
        g_assert_cmpstr(own_error->message, ==, error->message);
        g_assert_true(g_error_matches(own_error, error->domain, error->code));
    }
}

/* So many recipients at random; their persons are there or not, with fields or without. */
static void
check_recipients(Rig *rig, guint count, guint oddness, Tally *tally)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Composer) composer = composer_new(rig->config, rig->keys, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < count; i++) {
        gboolean odd = pick(rig->random, 100) < oddness;
        g_autofree char *odd_name = mix_name(rig);
        g_autofree char *local =
            mix(rig->random, address_pieces, G_N_ELEMENTS(address_pieces), odd ? 5 : 1);
        g_autofree char *address =
            g_strconcat(odd ? "" : "p", local, domains[pick(rig->random, odd ? 10 : 3)], NULL);
        Person person;
        make_person(rig, &person);
        ComposeRequest request = {
            .event = rig->event,
            .mailing = rig->mailing,
            .delivery = (gint64)1 << pick(rig->random, 40),
            .address = address,
            .name = pick(rig->random, 20) == 0 ? NULL
                    : odd                      ? odd_name
                                               : "Jürgen Müller",
            .person = pick(rig->random, 4) ? &person : NULL,
            .now = NOW + pick(rig->random, 3) * 86400 * 100,
            .list_title = pick(rig->random, 9) ? "Planerinnen & Planer" : odd_name,
        };
        if (pick(rig->random, 50) == 0)
            request.delivery = 0;
        check_same(rig, composer, &request, tally);
        attributes_free(person.own);
        attributes_free((Attributes *)person.municipality);
    }
}

static void
test_built_in(Rig *rig, gconstpointer data)
{
    (void)data;
    Tally tally = {0};
    check_recipients(rig, 500, 50, &tally);
    g_clear_pointer(&rig->config->web_public_url, g_free);
    g_clear_pointer(&rig->mailing->list, g_free);
    check_recipients(rig, 250, 50, &tally);
    rig->event->status = EVENT_CANCELLED;
    check_recipients(rig, 250, 50, &tally);
    g_test_message("%u made, %u refused", tally.sent, tally.refused);
    g_assert_cmpuint(tally.sent, >, 300);
    g_assert_cmpuint(tally.refused, >, 100);
}

/* Templates of a user's own: fields of the person in sections, in partials, in attributes and in the
 * midst of tags and styles, raw and escaped, asked for or not */
static const struct {
    const char *file, *text;
} templates[] = {
    {"invitation.de.txt",
     "{{salutation}}\n{{#person.city}}aus {{person.city}}, {{event.title}}\n{{/person.city}}\n"
     "{{#event.venue_lines}}{{.}}{{#person}}{{#title}} {{title}}{{/title}}{{/person}}\n"
     "{{/event.venue_lines}}\n  {{> own.txt}}\n{{{event.body_text}}}"
     "{{#list}}{{title}} {{name}}{{/list}} \t"},
    {"own.txt", "{{#person.planning}}\n- {{.}}\n{{/person.planning}}\n{{^person}}keine{{/person}}\n"
                "{{#person.name}}{{person.name}} {{{person.name}}}{{/person.name}}"},
    {"invitation.de.html",
     "<html><style>p { color: red }</style><p>{{salutation}}\n{{#person.city}}<b "
     "title=\"{{person.city}}\">{{person.city}}</b>{{/person.city}}\n{{#person.office}}"
     "{{{person.office}}}\n{{/person.office}}src=x is "
     "text\n{{{event.body_html}}}\n<{{language}}>\n{{links}}"},
    {"invitation.en.txt", "{{#person.dn}}{{person.uuid}}{{/person.dn}} "
                          "{{person.city}}\n{{#person.title}}{{person.missing}}{{/person.title}}"},
    {"invitation.en.html", "<p>{{person.city}}</p>\n"},
    {"cancellation.de.txt", "{{#person.office}}{{person.office}}{{> own.txt}}{{/person.office}}\n"
                            "{{#person.population}}{{.}}{{/person.population}}\n"},
    {"cancellation.de.html",
     "<p title=\"\n{{#person.office}}{{{person.office}}}{{/person.office}}\n"
     "\">text</p><style>\n{{#person.city}}{{person.city}}{{/person.city}}\n"
     "</style>\n"},
};

static void
write_templates(Rig *rig, const char *folder)
{
    for (guint i = 0; i < G_N_ELEMENTS(templates); i++) {
        g_autofree char *path = g_build_filename(folder, templates[i].file, NULL);
        g_assert_true(g_file_set_contents(path, templates[i].text, -1, NULL));
    }
    g_free(rig->config->message_templates);
    rig->config->message_templates = g_strdup(folder);
}

static void
remove_templates(const char *folder)
{
    for (guint i = 0; i < G_N_ELEMENTS(templates); i++) {
        g_autofree char *path = g_build_filename(folder, templates[i].file, NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
}

/* Hostile recipients, and templates that give them all room there is */
static void
test_own_templates(Rig *rig, gconstpointer data)
{
    (void)data;
    g_autofree char *folder = g_dir_make_tmp("rundruf-XXXXXX", NULL);
    Tally tally = {0};
    write_templates(rig, folder);
    g_free(rig->event->body);
    rig->event->body = g_strdup("kurz");
    check_recipients(rig, 10000, 60, &tally);
    rig->event->status = EVENT_CANCELLED;
    check_recipients(rig, 1000, 30, &tally);
    remove_templates(folder);
    g_test_message("%u made, %u refused", tally.sent, tally.refused);
    g_assert_cmpuint(tally.sent, >, 1000);
    g_assert_cmpuint(tally.refused, >, 1000);
}

/* What would be refused of all is refused of each, with the same words. */
static void
test_bad_events(Rig *rig, gconstpointer data)
{
    (void)data;
    static const char *const bodies[] = {"{{name}}", "`{{#x}}`", "\\{{name}}", "=_ --=_a_"};
    rig->event->id = 0;
    Tally tally = {0};
    for (guint i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_free(rig->event->body);
        rig->event->body = g_strdup(bodies[i]);
        check_recipients(rig, 10, 30, &tally);
    }
    g_free(rig->event->body);
    rig->event->body = g_strnfill(1100000, 'x'); /* more than a message may have */
    check_recipients(rig, 3, 0, &tally);
    g_assert_cmpuint(tally.refused, >, 20);
}

/* The linker puts this before gate_check() (tests/local.mk). */
static guint gate_calls;
gboolean __real_gate_check(const char *message, gsize length, const char *address,
                           const char *message_id, GError **error);
gboolean __wrap_gate_check(const char *message, gsize length, const char *address,
                           const char *message_id, GError **error);

gboolean
__wrap_gate_check(const char *message, gsize length, const char *address, const char *message_id,
                  GError **error)
{
    gate_calls++;
    return __real_gate_check(message, length, address, message_id, error);
}

/* Nobody with a usual name costs a look of the whole gate; the first message's sample does. */
static void
test_doubts(Rig *rig, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *address, *name;
        guint calls;
    } rows[] = {
        {"p@town.example", "Jürgen Müller", 1},
        {"p@town.example", NULL, 0},
        {"o'neil+tag@town.example", "O'Neil", 0},
        {"p@MÜNCHEN.example", "Groß, \"Eva\" (Rat) <b@x.example>", 0},
        {"p@town.example", "Ада 👩‍💻🎉 李", 0},
        {"p@town.example", "=?utf-8?q?x?= {{ a & b }", 0},
        {"p@town.example", "a\r\nTo: b@x.example", 0},
        {"p@town.example", "{{name}}", 1},
        {"jürgen@town.example", "Jürgen", 1},
    };
    g_autoptr(Composer) composer = composer_new(rig->config, rig->keys, NULL);
    for (guint form = 0; form < 4; form++) {
        rig->event->status = form % 2 ? EVENT_CANCELLED : EVENT_CONFIRMED;
        g_free(rig->config->network_language);
        rig->config->network_language = g_strdup(form / 2 ? "en" : "de");
        for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
            const ComposeRequest request = {
                .event = rig->event,
                .mailing = rig->mailing,
                .delivery = i + 1,
                .address = rows[i].address,
                .name = rows[i].name,
                .now = NOW,
            };
            gate_calls = 0;
            GBytes *message = compose_invitation(composer, &request, NULL);
            g_clear_pointer(&message, g_bytes_unref);
            if (gate_calls != rows[i].calls)
                g_test_fail_printf("%s <%s>: the gate was asked %u times", rows[i].name,
                                   rows[i].address, gate_calls);
        }
    }
}

/* What gate_octets_plain() promises, octet by octet */
static gboolean
is_fit(const char *message, gsize length, gsize *marks)
{
    gsize start = 0;
    *marks = 0;
    for (gsize i = 0; i < length; i++) {
        if (message[i] == '\0' || (guchar)message[i] >= 0x80 ||
            (message[i] == '\r' && message[i + 1] != '\n'))
            return FALSE;
        *marks += i > 0 && message[i] == '_' && message[i - 1] == '=';
        if (message[i] != '\n')
            continue;
        if (i == 0 || message[i - 1] != '\r' || i - 1 - start > 998)
            return FALSE;
        start = i + 1;
    }
    return start == length;
}

/* A good message with lines of many lengths, and a few octets of it replaced */
static void
test_octets(void)
{
    static const char octets[] = {'\r', '\n', '\0', '\x80', '\xff', '=', '_', 'x', '\x7f', ' '};
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    guint plain = 0;
    for (guint i = 0; i < 20000; i++) {
        g_autoptr(GString) text = g_string_new("From: x\r\n");
        for (guint lines = pick(random, 12); lines > 0; lines--) {
            g_autofree char *line = g_strnfill(pick(random, i % 5 ? 300 : 1050), 'y');
            g_string_append_printf(text, "%s%s\r\n", lines % 3 ? "" : "=_", line);
        }
        for (guint changes = pick(random, 4) / 2; changes > 0; changes--)
            text->str[pick(random, (guint)text->len)] = octets[pick(random, sizeof octets)];
        gsize marks = 0, expected;
        gboolean fit = is_fit(text->str, text->len, &expected);
        if (!gate_octets_plain(text->str, text->len, &marks))
            continue;
        plain++;
        g_assert_true(fit);
        g_assert_cmpuint(marks, ==, expected);
    }
    g_assert_cmpuint(plain, >, 5000);
}

/* Tokens stand in mail that was sent: they must never be others. */
static void
test_tokens(Rig *rig, gconstpointer data)
{
    (void)data;
    g_autofree char *bounce = token_make(rig->keys, TOKEN_BOUNCE, 1);
    g_autofree char *unsubscribe = token_make(rig->keys, TOKEN_UNSUBSCRIBE, 1234567890);
    g_assert_cmpstr(bounce, ==, "1-l4nqtzdglpu5rrhr");
    g_assert_cmpstr(unsubscribe, ==, "kf12oi-qr3wub3lnhont2wu");
}

#define ADD(path, function) g_test_add(path, Rig, NULL, rig_set_up, function, rig_tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/message/compiled/transfer", test_transfer);
    g_test_add_func("/message/compiled/attendee", test_attendee);
    g_test_add_func("/message/compiled/line-ends", test_line_ends);
    g_test_add_func("/message/compiled/octets", test_octets);
    ADD("/message/compiled/built-in", test_built_in);
    ADD("/message/compiled/own-templates", test_own_templates);
    ADD("/message/compiled/bad-events", test_bad_events);
    ADD("/message/compiled/doubts", test_doubts);
    ADD("/message/compiled/tokens", test_tokens);
    return g_test_run();
}
