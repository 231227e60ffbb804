/* SPDX-License-Identifier: GPL-3.0-or-later */
/* message/compose: whole messages, for people whose names and addresses are as odd as they come */
#include "message/compose.h"
#include "base/error.h"
#include "message/decode.h"
#include "message/encode.h"
#include "message/view.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define NOW       1600000000
#define LONG_NAME "@300" /* stands for a name of 300 characters */

static const guint8 master[32] = {7};

static Config *
make_config(void)
{
    Config *config = g_new0(Config, 1);
    config->network_name = g_strdup("Großstadtnetzwerk");
    config->network_domain = g_strdup("netz.example");
    config->network_language = g_strdup("de");
    config->network_timezone = g_strdup("Europe/Berlin");
    config->network_sender = g_strdup("Großstadtnetzwerk <rundruf@netz.example>");
    config->web_public_url = g_strdup("https://netz.example");
    config->directory_fields = field_map_new();
    return config;
}

static Event *
make_event(void)
{
    Event *event = event_new();
    event->id = 1;
    event->name = g_strdup("mannheim-2020");
    event->title = g_strdup("Integrierte Planung kommunaler Bildungslandschaften – „datenbasiert“; "
                            "sozialräumlich, partizipativ");
    event->subtitle = g_strdup("Datenbasiert. Sozialräumlich.");
    event->venue = g_strdup("Mannheim\nMarchivum\nArchivplatz 1");
    event->starts_at = 1605094200;
    event->ends_at = 1605186000;
    event->timezone = g_strdup("Europe/Berlin");
    event->contact = g_strdup("Eva Muster\n<eva@netz.example>");
    event->audience = g_strdup("Planerinnen & Planer");
    event->body = g_strdup("Kommunale *Planung* <b>&amp;</b> mehr:\n\n- eins\n- zwei\n\n"
                           "![Bild](http://evil.example/x.png) From here\n\n.\n\n"
                           "src=\"http://x\" {{");
    return event;
}

typedef struct {
    Config *config;
    TokenKeys *keys;
    Composer *composer;
    Event *event;
    Mailing *mailing;
} Rig;

static void
rig_set_up(Rig *rig, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    rig->config = make_config();
    rig->keys = token_keys_new(master, sizeof master);
    rig->composer = composer_new(rig->config, rig->keys, &error);
    g_assert_no_error(error);
    rig->event = make_event();
    rig->mailing = mailing_new();
    rig->mailing->id = 3;
    rig->mailing->list = g_strdup("planung");
    rig->mailing->purpose = g_strdup("invitation");
}

static void
rig_tear_down(Rig *rig, gconstpointer data)
{
    (void)data;
    composer_free(rig->composer);
    token_keys_free(rig->keys);
    config_free(rig->config);
    event_free(rig->event);
    mailing_free(rig->mailing);
}

static ComposeRequest
make_request(const Rig *rig)
{
    return (ComposeRequest){
        .event = rig->event,
        .mailing = rig->mailing,
        .delivery = 1,
        .address = "p@town.example",
        .name = "Jürgen Müller",
        .now = NOW,
        .list_title = "Planerinnen und Planer",
    };
}

static GBytes *
compose(Rig *rig, const ComposeRequest *request)
{
    g_autoptr(GError) error = NULL;
    GBytes *message = compose_invitation(rig->composer, request, &error);
    g_assert_no_error(error);
    return message;
}

/* A copy that ends with a NUL */
static char *
text_of(GBytes *message)
{
    gsize length;
    const char *data = g_bytes_get_data(message, &length);
    return g_strndup(data, length);
}

/* A header field's unfolded raw value; owned by the caller; NULL: none. */
static char *
get_field(const char *message, const char *name)
{
    g_autofree char *start = g_strdup_printf("\r\n%s: ", name);
    g_autofree char *head = g_strndup(message, (gsize)(strstr(message, "\r\n\r\n") - message));
    g_autofree char *whole = g_strconcat("\r\n", head, NULL);
    const char *at = strstr(whole, start);
    if (!at)
        return NULL;
    g_assert_null(strstr(at + 1, start));
    GString *value = g_string_new(NULL);
    for (at += strlen(start); *at && (*at != '\r' || at[2] == ' '); at++)
        if (*at != '\r' && *at != '\n')
            g_string_append_c(value, *at);
    return g_string_free(value, FALSE);
}

static void
assert_field(const char *message, const char *name, const char *expected)
{
    g_autofree char *value = get_field(message, name);
    g_assert_cmpstr(value, ==, expected);
}

static void
test_header(Rig *rig, gconstpointer data)
{
    (void)data;
    ComposeRequest request = make_request(rig);
    g_autoptr(GBytes) bytes = compose(rig, &request);
    g_autofree char *message = text_of(bytes);
    g_autofree char *id = compose_message_id(rig->composer, 1);
    g_autofree char *bracketed = g_strdup_printf("<%s>", id);
    g_autofree char *token = token_make(rig->keys, TOKEN_UNSUBSCRIBE, 1);
    g_autofree char *links = g_strdup_printf(
        "<https://netz.example/u/%s>, <mailto:unsubscribe+%s@netz.example>", token, token);
    assert_field(message, "Message-ID", bracketed);
    assert_field(message, "List-Unsubscribe", links);
    assert_field(message, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    assert_field(message, "List-Id", "\"Planerinnen und Planer\" <planung.netz.example>");
    assert_field(message, "Auto-Submitted", "auto-generated");
    assert_field(message, "Feedback-ID", "planung:m3:invitation:rundruf");
    assert_field(message, "Content-Language", "de");
    assert_field(message, "Date", "Sun, 13 Sep 2020 14:26:40 +0200");
    assert_field(message, "MIME-Version", "1.0");
    assert_field(message, "Cc", NULL);
    assert_field(message, "Bcc", NULL);
    g_autofree char *subject = get_field(message, "Subject");
    g_autofree char *decoded = decode_header(subject);
    g_assert_cmpstr(decoded, ==, rig->event->title);
    g_autofree char *from = get_field(message, "From");
    g_autofree char *sender = decode_header(from);
    g_assert_cmpstr(sender, ==, rig->config->network_sender);

    g_autofree char *path = compose_return_path(rig->composer, 1);
    char *at = strchr(path, '@');
    g_assert_cmpstr(at, ==, "@netz.example");
    *at = '\0';
    g_assert_cmpuint(strlen(path), <=, 64);
    g_assert_true(g_str_has_prefix(path, "bounce+"));
    g_assert_cmpint(token_check(rig->keys, TOKEN_BOUNCE, path + strlen("bounce+")), ==, 1);
    g_autofree char *last = compose_return_path(rig->composer, G_MAXINT64);
    g_assert_cmpint(strchr(last, '@') - last, <=, 64);
}

/* The same row and time give the same octets, from another composer too; nothing names the
 * machine. */
static void
test_repeat(Rig *rig, gconstpointer data)
{
    (void)data;
    ComposeRequest request = make_request(rig);
    g_autoptr(GBytes) first = compose(rig, &request);
    g_autoptr(GBytes) second = compose(rig, &request);
    g_autoptr(GError) error = NULL;
    g_autoptr(Composer) other = composer_new(rig->config, rig->keys, &error);
    g_autoptr(GBytes) third = compose_invitation(other, &request, &error);
    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(first, second));
    g_assert_true(g_bytes_equal(first, third));
    request.delivery = 2;
    g_autoptr(GBytes) different = compose(rig, &request);
    g_assert_false(g_bytes_equal(first, different));

    char host[256] = "";
    g_autofree char *message = text_of(first);
    g_assert_cmpint(gethostname(host, sizeof host - 1), ==, 0);
    if (strlen(host) > 4)
        g_assert_null(strstr(message, host));
    g_assert_null(strstr(message, "iso-8859"));
    g_assert_null(strstr(message, "evil.example/x.png"));
}

static void
test_without_web(Rig *rig, gconstpointer data)
{
    (void)data;
    g_clear_pointer(&rig->config->web_public_url, g_free);
    g_clear_pointer(&rig->mailing->list, g_free);
    ComposeRequest request = make_request(rig);
    request.name = NULL;
    request.delivery = 0;
    g_autoptr(GBytes) bytes = compose(rig, &request);
    g_autofree char *message = text_of(bytes);
    g_autofree char *links = get_field(message, "List-Unsubscribe");
    g_assert_true(g_str_has_prefix(links, "<mailto:unsubscribe+0-"));
    assert_field(message, "List-Unsubscribe-Post", NULL);
    assert_field(message, "To", "p@town.example");
    g_autofree char *list = get_field(message, "List-Id");
    g_assert_true(g_str_has_suffix(list, " <invitation.netz.example>"));
    g_assert_nonnull(strstr(message, "Guten Tag,"));
}

static void
test_cancelled(Rig *rig, gconstpointer data)
{
    (void)data;
    rig->event->status = EVENT_CANCELLED;
    ComposeRequest request = make_request(rig);
    g_autoptr(GBytes) bytes = compose(rig, &request);
    g_autofree char *message = text_of(bytes);
    g_autofree char *subject = get_field(message, "Subject");
    g_autofree char *decoded = decode_header(subject);
    g_assert_true(g_str_has_prefix(decoded, "Abgesagt: Integrierte"));
    g_assert_nonnull(strstr(message, "method=CANCEL"));
    g_autofree char *english = compose_subject(rig->event, "en");
    g_assert_true(g_str_has_prefix(english, "Cancelled: Integrierte"));
}

/* What people have in a directory, and what comes out: `name` NULL is refused */
static const struct {
    const char *address, *given, *name;
} people[] = {
    {"a@town.example", "Jürgen Müller", "Jürgen Müller"},
    {"b@town.example", "Groß, \"Eva\" <evil@x.example>", "Groß, \"Eva\" <evil@x.example>"},
    {"c@town.example", "Żaneta Żółć", "Żaneta Żółć"},
    {"d@town.example", LONG_NAME, LONG_NAME},
    {"e@town.example", "a\r\nBcc: evil@x.example", "a Bcc: evil@x.example"},
    {"f@town.example", "a\nTo: evil@x.example\n\nbody", "a To: evil@x.example body"},
    {"g@town.example", "\x1b[31mred\x7f\x01", "[31mred"},
    {"h@town.example", "\u202egnirts\u202c", "gnirts"},
    {"i@town.example", "Ада 👩‍💻🎉 李", "Ада 👩‍💻🎉 李"},
    {"j@town.example", "=?utf-8?q?evil=0D=0ABcc:_x?=", "=?utf-8?q?evil=0D=0ABcc:_x?="},
    {"k@town.example", "Dr. Max M. (Rat)", "Dr. Max M. (Rat)"},
    {"l@town.example", "back\\slash ; : , @ [x]", "back\\slash ; : , @ [x]"},
    {"m@town.example", "\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd"},
    {"n@town.example", "<script src=\"http://x\"></script>", "<script src=\"http://x\"></script>"},
    {"o'neil+tag@town.example", "O'Neil", "O'Neil"},
    {"p!#$%&*+/?=^_`{|}~@town.example", "Odd", "Odd"},
    {"q@MÜNCHEN.example", "IDN", "IDN"},
    {"a@b>\r\nRCPT TO:<evil@x>", "x", NULL},
    {"a@b.example, c@d.example", "x", NULL},
    {"a@b.example\r\nBcc: c@d.example", "x", NULL},
    {"", "x", NULL},
    {"r@town.example", "{{name}}", NULL},
};

/* A name of 300 characters, of which `unit` is one */
static char *
expand(const char *name)
{
    if (strcmp(name, LONG_NAME) != 0)
        return g_strdup(name);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < 100; i++)
        g_string_append(out, "ßx🎉");
    return g_string_free(out, FALSE);
}

static void
check_with_python(const char *folder, const char *expect)
{
    const char *source = g_getenv("SRCDIR");
    g_autofree char *python = g_find_program_in_path("python3");
    if (!source || !python) {
        g_test_message("python3 or SRCDIR is missing: messages not read by a second parser");
        return;
    }
    g_autofree char *script = g_build_filename(source, "tests", "lib", "check_message.py", NULL);
    const char *argv[] = {python, script, "--expect", expect, folder, NULL};
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL, *faults = NULL;
    int status;
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &faults, &status,
                 &error);
    g_assert_no_error(error);
    g_test_message("%s%s", out, faults);
    if (!g_spawn_check_wait_status(status, NULL))
        g_test_fail_printf("%s", faults);
}

static void
clear_folder(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
}

static void
test_people(Rig *rig, gconstpointer data)
{
    (void)data;
    g_autofree char *folder = g_dir_make_tmp("rundruf-XXXXXX", NULL);
    g_autoptr(GString) expect = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(people); i++) {
        g_autofree char *given = expand(people[i].given);
        g_autoptr(GError) error = NULL;
        ComposeRequest request = make_request(rig);
        request.delivery = i + 1;
        request.address = people[i].address;
        request.name = given;
        g_autoptr(GBytes) message = compose_invitation(rig->composer, &request, &error);
        if (!people[i].name) {
            g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
            continue;
        }
        g_assert_no_error(error);
        g_autofree char *name = expand(people[i].name);
        g_autofree char *text = text_of(message);
        g_autofree char *to = get_field(text, "To");
        g_autofree char *decoded = decode_header(to);
        const char *address =
            strstr(people[i].address, "MÜNCHEN") ? "q@xn--mnchen-3ya.example" : people[i].address;
        g_autofree char *end = g_strdup_printf(" <%s>", address);
        if (!decoded || !g_str_has_suffix(decoded, end))
            g_test_fail_printf("row %u: To is %s", i, to);
        g_autofree char *file = g_strdup_printf("%u.eml", i);
        g_autofree char *path = g_build_filename(folder, file, NULL);
        g_assert_true(g_file_set_contents(path, text, (gssize)strlen(text), NULL));
        g_string_append_printf(expect, "%s\t%s\t%s\n", file, address, name);
    }
    g_autofree char *list = g_build_filename(folder, "expect", NULL);
    g_assert_true(g_file_set_contents(list, expect->str, (gssize)expect->len, NULL));
    check_with_python(folder, list);
    clear_folder(folder);
}

/* Titles as Subject and SUMMARY; the second parser compares the two */
static void
test_titles(Rig *rig, gconstpointer data)
{
    (void)data;
    static const char *const titles[] = {
        "Plain",
        "Komma, Semikolon; Doppelpunkt: \\ \"x\"",
        "zwei\r\nZeilen\tund  mehr",
        "ß",
        "Ein sehr langer Titel ohne jeden Umlaut, der in keine Zeile passt, weil er so lang ist",
        "👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻"
        "👩"
        "‍"
        "💻"
        " "
        "ä "
        "ö "
        "ü",
        "=?utf-8?q?a?= =?utf-8?q?b?=",
        "a_b?=c =",
    };
    g_autofree char *folder = g_dir_make_tmp("rundruf-XXXXXX", NULL);
    g_autoptr(GString) expect = g_string_new(NULL);
    rig->event->id = 0; /* not stored: read anew for each message */
    for (guint i = 0; i < G_N_ELEMENTS(titles); i++) {
        g_free(rig->event->title);
        rig->event->title = g_strdup(titles[i]);
        rig->event->status = i % 2 ? EVENT_CANCELLED : EVENT_CONFIRMED;
        rig->event->all_day = i % 3 == 0;
        ComposeRequest request = make_request(rig);
        request.delivery = i;
        g_autoptr(GBytes) message = compose(rig, &request);
        g_autofree char *file = g_strdup_printf("%u.eml", i);
        g_autofree char *path = g_build_filename(folder, file, NULL);
        gsize length;
        const char *octets = g_bytes_get_data(message, &length);
        g_assert_true(g_file_set_contents(path, octets, (gssize)length, NULL));
        g_string_append_printf(expect, "%s\tp@town.example\n", file);
    }
    g_autofree char *list = g_build_filename(folder, "expect", NULL);
    g_assert_true(g_file_set_contents(list, expect->str, (gssize)expect->len, NULL));
    check_with_python(folder, list);
    clear_folder(folder);
}

static void
test_senders(Rig *rig, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *sender, *from; /* NULL: refused */
    } rows[] = {
        {"planung@netz.example", "Großstadtnetzwerk <planung@netz.example>"},
        {"Team <team@NETZ.example>", "\"Team\" <team@netz.example>"},
        {"\"Team, Büro\" <team@netz.example>", "Team, Büro <team@netz.example>"},
        {"Team <team@other.example>", NULL},
        {"Team <team@sub.netz.example>", NULL},
        {"nonsense", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_free(rig->mailing->sender);
        rig->mailing->sender = g_strdup(rows[i].sender);
        ComposeRequest request = make_request(rig);
        g_autoptr(GBytes) message = compose_invitation(rig->composer, &request, &error);
        if (!rows[i].from) {
            g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG);
            continue;
        }
        g_assert_no_error(error);
        g_autofree char *text = text_of(message);
        g_autofree char *raw = get_field(text, "From");
        g_autofree char *from = decode_header(raw);
        g_assert_cmpstr(from, ==, rows[i].from);
    }
}

/* A folder's files stand before the built-in ones; what is wrong in them is said with its place. */
static void
test_folder(Rig *rig, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *file, *text, *reason; /* NULL: good */
        gboolean late;
    } rows[] = {
        {"invitation.de.txt", "Eigen {{salutation}} {{> sub.txt}} Ende {{event.when}}\n", NULL,
         FALSE},
        {"invitation.de.txt", "{{#open}}", "invitation.de.txt:1:", FALSE},
        {"invitation.de.txt", "{{person.missing}}", "person.missing", TRUE},
        {"invitation.de.txt", "{{> ../sub.txt}}", "sub", TRUE},
        {"invitation.de.html", "<html><img src='http://x'></html>", "load something from outside",
         TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *folder = g_dir_make_tmp("rundruf-XXXXXX", NULL);
        g_autofree char *path = g_build_filename(folder, rows[i].file, NULL);
        g_autofree char *partial = g_build_filename(folder, "sub.txt", NULL);
        g_assert_true(g_file_set_contents(path, rows[i].text, -1, NULL));
        g_assert_true(g_file_set_contents(partial, "Teil", -1, NULL));
        g_free(rig->config->message_templates);
        rig->config->message_templates = g_strdup(folder);
        g_autoptr(Composer) composer = composer_new(rig->config, rig->keys, &error);
        ComposeRequest request = make_request(rig);
        g_autoptr(GBytes) message =
            composer ? compose_invitation(composer, &request, &error) : NULL;
        clear_folder(folder);
        g_assert_cmpint(!composer, ==, rows[i].reason && !rows[i].late);
        if (rows[i].reason) {
            g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
            g_assert_nonnull(strstr(error->message, rows[i].reason));
            continue;
        }
        g_assert_no_error(error);
        g_autofree char *text = text_of(message);
        g_assert_nonnull(
            strstr(text, "Eigen Guten Tag J=C3=BCrgen M=C3=BCller, Teil Ende Mittwoch"));
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(composer_new(rig->config, rig->keys, &error)); /* the folder is gone */
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG);
}

static void
test_language(void)
{
    static const struct {
        const char *preferred, *fallback, *language;
    } rows[] = {
        {"de;q=1, en;q=0.8", "en", "de"},
        {"en;q=0.8, de;q=1", "en", "de"},
        {"de;q=0.2,en", "de", "en"},
        {"de-DE", "en", "de"},
        {"en-GB, de", "de", "en"},
        {"DE_at", "en", "de"},
        {"en", "de", "en"},
        {"EN", "de", "en"},
        {"fr, en;q=0.5", "de", "en"},
        {"fr", "de", "de"},
        {"fr", "en", "en"},
        {"*", "en", "en"},
        {"den", "en", "en"},
        {"de;q=0", "en", "en"},
        {"de;q=2", "en", "en"},
        {"de;q=x", "en", "en"},
        {"de;level=1", "en", "en"},
        {"de ; q=0.5 , en ; q=0.4", "en", "de"},
        {",;,=;q", "de", "de"},
        {"\xff\x01", "de", "de"},
        {"", "en", "en"},
        {NULL, "en", "en"},
        {NULL, "xx", "de"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpstr(compose_language(rows[i].preferred, rows[i].fallback), ==,
                        rows[i].language);
}

/* Encoded words (RFC 2047): no longer than 75 octets, never within a character, decoded as they
 * were */
static void
test_encode(void)
{
    static const char *const units[] = {"x", "ä", "ß", "€", "🎉", "a b", "=?", "\"", "_", "?="};
    for (guint i = 0; i < G_N_ELEMENTS(units) * 80; i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (guint j = 0; j <= i / G_N_ELEMENTS(units); j++)
            g_string_append(text, units[i % G_N_ELEMENTS(units)]);
        g_autoptr(GString) out = g_string_new("Subject: ");
        encode_append_text(out, text->str);
        g_auto(GStrv) lines = g_strsplit(out->str, "\r\n", -1);
        for (char **line = lines; *line; line++) {
            g_assert_cmpuint(strlen(*line), <=, 76);
            g_assert_true(line == lines || **line == ' ');
        }
        g_autofree char *value = g_strjoinv("", lines);
        g_autofree char *decoded = decode_header(value + strlen("Subject: "));
        g_assert_cmpstr(decoded, ==, text->str);
    }
}

static void
test_names(void)
{
    g_autofree char *many = g_strnfill(VIEW_NAME_MAX + 10, 'x');
    g_autofree char *cut = view_name(many);
    g_assert_cmpuint(strlen(cut), ==, VIEW_NAME_MAX);
    static const struct {
        const char *name, *de, *en;
    } rows[] = {
        {" Jürgen\r\nMüller ", "Guten Tag Jürgen Müller,", "Dear Jürgen Müller,"},
        {"\u202e", "Guten Tag,", "Good day,"},
        {NULL, "Guten Tag,", "Good day,"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = view_name(rows[i].name);
        g_autofree char *de = view_salutation(name, "de");
        g_autofree char *en = view_salutation(name, "en");
        g_assert_cmpstr(de, ==, rows[i].de);
        g_assert_cmpstr(en, ==, rows[i].en);
    }
    g_autofree char *listed = view_reason("*Netz*", "Planung & <b>", "de");
    g_assert_cmpstr(listed, ==,
                    "Sie erhalten diese Nachricht, weil Sie im Verzeichnis von *Netz* stehen\n"
                    "und zum Verteiler „Planung & <b>“ gehören.");
    g_autofree char *unlisted = view_reason("Netz", NULL, "en");
    g_assert_cmpstr(unlisted, ==,
                    "You receive this message because you are in the directory of Netz.");
}

#define ADD(path, function) g_test_add(path, Rig, NULL, rig_set_up, function, rig_tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/message/compose/header", test_header);
    ADD("/message/compose/repeat", test_repeat);
    ADD("/message/compose/without-web", test_without_web);
    ADD("/message/compose/cancelled", test_cancelled);
    ADD("/message/compose/people", test_people);
    ADD("/message/compose/titles", test_titles);
    ADD("/message/compose/senders", test_senders);
    ADD("/message/compose/folder", test_folder);
    g_test_add_func("/message/compose/language", test_language);
    g_test_add_func("/message/compose/encode", test_encode);
    g_test_add_func("/message/compose/names", test_names);
    return g_test_run();
}
