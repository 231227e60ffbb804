/* SPDX-License-Identifier: GPL-3.0-or-later */
/* template: what the Mustache corpus (tests/mustache.sh) does not say: values, errors, limits */
#include "message/template.h"

#include "base/error.h"

#include <string.h>

/* {name, empty, zero, no, yes, nothing, real, lines: [a, b], none: [], person: {name, town: {}}} */
static Value *
make_data(void)
{
    Value *lines = value_new_list();
    value_append(lines, value_new_text("a"));
    value_append(lines, value_new_text("b"));
    Value *person = value_new_map();
    value_set_text(person, "name", "Jürgen");
    value_set(person, "town", value_new_map());
    Value *data = value_new_map();
    value_set_text(data, "name", "<Müller> & \"Söhne\"'");
    value_set_text(data, "empty", "");
    value_set_int(data, "zero", 0);
    value_set_bool(data, "no", FALSE);
    value_set_bool(data, "yes", TRUE);
    value_set_text(data, "nothing", NULL);
    value_set(data, "real", value_new_real(1.1));
    value_set(data, "lines", lines);
    value_set(data, "none", value_new_list());
    value_set(data, "person", person);
    return data;
}

static char *
find_partial(const char *name, gpointer data)
{
    (void)data;
    static const char *const partials[][2] = {
        {"hello", "Hello {{person.name}}!\n"},
        {"lines", "one\n\n{{#lines}}\n- {{.}}\n{{/lines}}\n{{yes}} last\n"},
        {"outer", "[\n  {{>lines}}\n]\n"},
        {"crlf", "a\r\n\r\nb\r\n"},
        {"loop", "x{{>loop}}"},
        {"twice", "{{>twice}}{{>twice}}"},
        {"grow", "\n {{>grow}}\n"},
        {"broken", "ok\n  {{#open}}"},
        {"missing", "\n{{nobody}}"},
        {".", "dot"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(partials); i++)
        if (strcmp(partials[i][0], name) == 0)
            return g_strdup(partials[i][1]);
    return NULL;
}

/* The text made, or the error's message. */
static char *
render(const char *text, gsize length, TemplateFlags flags)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Value) data = make_data();
    g_autoptr(Template) template = template_parse(text, length, "t", &error);
    char *made = NULL;
    if (template)
        made = template_render(template, data, flags, find_partial, NULL, &error);
    if (made) {
        g_assert_no_error(error);
        return made;
    }
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    return g_strdup(error->message);
}

static void
test_values(void)
{
    static const struct {
        const char *text, *made;
    } rows[] = {
        {"", ""},
        {"no tag { {", "no tag { {"},
        {"{{name}}", "&lt;Müller&gt; &amp; &quot;Söhne&quot;&#39;"},
        {"{{&name}}", "<Müller> & \"Söhne\"'"},
        {"{{ real }} {{zero}} {{yes}} {{no}} {{nothing}}", "1.1 0 true false "},
        {"{{&lines}} {{&person}}", "[\"a\",\"b\"] {\"name\":\"Jürgen\",\"town\":{}}"},
        {"{{#empty}}x{{/empty}}{{#zero}}x{{/zero}}{{#none}}x{{/none}}{{#person.town}}y{{/"
         "person.town}}",
         "y"},
        {"{{^empty}}1{{/empty}}{{^zero}}2{{/zero}}{{^none.0}}3{{/none.0}}", "123"},
        {"{{#lines.0}}Where: {{.}}{{/lines.0}}", "Where: a"},
        {"{{lines.1}}{{lines.2}}{{lines.-1}}{{lines.x}}{{lines.99999999999999999999}}", "b"},
        {"{{person.name.first}}{{nothing.x}}", ""},
        {"{{^missing}}{{#person}}{{name}}{{/person}}{{/missing}}", "Jürgen"},
        {"\xef\xbb\xbf{{! a byte order mark }}\nx", "x"},
        {"{{#lines}}{{^no}}{{.}}{{/no}}{{/lines}}", "ab"},
        {"{{=| |=}}|person.name|{{name}}", "Jürgen{{name}}"},
        {"{{=<% %>=}}<%{name}%>", "<Müller> & \"Söhne\"'"},
        {"{{! {{name }}}}", "}}"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *made = render(rows[i].text, strlen(rows[i].text), TEMPLATE_ESCAPE_HTML);
        g_assert_cmpstr(made, ==, rows[i].made);
    }
    g_autofree char *plain = render("{{name}}", 8, 0);
    g_assert_cmpstr(plain, ==, "<Müller> & \"Söhne\"'");
}

static void
test_partials(void)
{
    static const struct {
        const char *text, *made;
    } rows[] = {
        {"{{>hello}}{{> hello }}", "Hello Jürgen!\nHello Jürgen!\n"},
        {"{{>nobody}}x", "x"},
        {"{{>.}}", "dot"},
        {"  {{>lines}}\n", "  one\n\n  - a\n  - b\n  true last\n"},
        {" {{>outer}}\nend", " [\n   one\n\n   - a\n   - b\n   true last\n ]\nend"},
        {"\t{{>crlf}}\r\n.", "\ta\r\n\r\n\tb\r\n."},
        {"> {{>lines}}", "> one\n\n- a\n- b\ntrue last\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *made = render(rows[i].text, strlen(rows[i].text), TEMPLATE_ESCAPE_HTML);
        g_assert_cmpstr(made, ==, rows[i].made);
    }
}

static void
test_errors(void)
{
    static const struct {
        const char *text, *start; /* of the message */
    } rows[] = {
        {"{{", "t:1:1: This tag is not closed: \"}}\""},
        {"Grüße\n über {{name}", "t:2:7: This tag is not closed: \"}}\""},
        {"{{{name}}", "t:1:1: This tag is not closed: \"}}}\""},
        {"{{=<% %>}}", "t:1:1: This tag is not closed: \"=}}\""},
        {"{{! x", "t:1:1: This tag is not closed"},
        {"{{}}", "t:1:1: This tag has no name"},
        {"{{# }}", "t:1:1: This tag has no name"},
        {"a\n{{#x}}\n{{^y}}{{/y}}", "t:2:1: The section \"x\" is not closed: {{/x}}"},
        {"{{#a}}{{#b}}{{/a}}{{/b}}", "t:1:13: This closes the section \"a\", but \"b\""},
        {"{{/a}}", "t:1:1: No section \"a\" is open"},
        {"{{a b}}", "t:1:1: A name has"},
        {"{{a\n\ntext {{b}}", "t:1:1: A name has"},
        {"{{a..b}}", "t:1:1: The name \"a..b\""},
        {"{{.a}}", "t:1:1: The name \".a\""},
        {"{{#a.}}", "t:1:1: The name \"a.\""},
        {"{{<layout}}{{/layout}}", "t:1:1: Template inheritance"},
        {"{{=<% =}}", "t:1:1: Delimiters are set"},
        {"{{== ==}}", "t:1:1: Delimiters are set"},
        {"{{=a b c=}}", "t:1:1: Delimiters are set"},
        {"\n\xff", "t:2:1: This is not UTF-8"},
        {"{{>broken}}", "broken:2:3: The section \"open\" is not closed"},
        {"{{>loop}}", "loop:1:2: Sections and partials stand in each other more than 100"},
        {"{{>twice}}", "twice:1:1: Sections and partials stand in each other more than 100"},
        {"  {{>grow}}\n", "grow:2:2: Sections and partials stand in each other more than 100"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *made = render(rows[i].text, strlen(rows[i].text), TEMPLATE_ESCAPE_HTML);
        if (!g_str_has_prefix(made, rows[i].start))
            g_assert_cmpstr(made, ==, rows[i].start);
    }
    g_autofree char *nul = render("a\nb\0{{c}}", 9, 0);
    g_assert_cmpstr(nul, ==, "t:2:2: There is a NUL in the template.");
}

static void
test_strict(void)
{
    static const struct {
        const char *text, *made;
    } rows[] = {
        {"{{nothing}}{{#missing}}x{{/missing}}{{^missing}}y{{/missing}}{{#a.b}}x{{/a.b}}", "y"},
        {"{{missing}}", "t:1:1: The data have no \"missing\"; correct the name, or ask for it in a "
                        "section: {{#missing}}...{{/missing}}."},
        {"\n  {{{person.nam}}}", "t:2:3: The data have no \"person.nam\"; correct the name, or ask "
                                 "for it in a section: {{#person.nam}}...{{/person.nam}}."},
        {"{{#no}}{{missing}}{{/no}}", ""},
        {"{{>nobody}}", "t:1:1: There is no partial \"nobody\"."},
        {"{{>missing}}",
         "missing:2:1: The data have no \"nobody\"; correct the name, or ask for it "
         "in a section: {{#nobody}}...{{/nobody}}."},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *made = render(rows[i].text, strlen(rows[i].text), TEMPLATE_STRICT);
        g_assert_cmpstr(made, ==, rows[i].made);
    }
}

static char *
repeat(const char *text, guint times)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < times; i++)
        g_string_append(out, text);
    return g_string_free(out, FALSE);
}

/* Texts that would be deep, long or slow: an error or a result, in no time, never a crash. */
static void
test_hostile(void)
{
    static const struct {
        const char *piece;
        guint times;
        const char *start; /* of the error's message; NULL: renders */
    } rows[] = {
        {"{{#a}}", TEMPLATE_BYTES_MAX / 6, "t:1:601: Sections stand in each other"},
        {"{{^a}}", 100, "t:1:595: The section \"a\" is not closed"},
        {"{{^a}}", 101, "t:1:601: Sections stand in each other"},
        {"{", TEMPLATE_BYTES_MAX, "t:1:1: This tag is not closed"},
        {"}", TEMPLATE_BYTES_MAX, NULL},
        {"\n", TEMPLATE_BYTES_MAX, NULL},
        {"\n", TEMPLATE_BYTES_MAX + 1, "t:1:1: The template is larger"},
        {"{{!}} ", TEMPLATE_BYTES_MAX / 6, NULL},
        {"{{!\n}}", TEMPLATE_BYTES_MAX / 6, NULL},
        {"{{no}}\n", TEMPLATE_BYTES_MAX / 7, NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = repeat(rows[i].piece, rows[i].times);
        g_autofree char *made = render(text, strlen(text), TEMPLATE_ESCAPE_HTML);
        if (rows[i].start && !g_str_has_prefix(made, rows[i].start))
            g_assert_cmpstr(made, ==, rows[i].start);
        if (!rows[i].start)
            g_assert_false(g_str_has_prefix(made, "t:"));
    }

    g_autofree char *name = g_strnfill(TEMPLATE_NAME_MAX + 1, 'n');
    g_autofree char *long_name = g_strdup_printf("{{%s}}", name);
    g_autofree char *made = render(long_name, strlen(long_name), 0);
    g_assert_true(g_str_has_prefix(made, "t:1:1: A name has at most 255 octets"));
}

/* 99 sections within each other are fine; one more level by a partial is counted too. */
static void
test_depth(void)
{
    g_autofree char *open = repeat("{{#yes}}", 99);
    g_autofree char *close = repeat("{{/yes}}", 99);
    g_autofree char *fits = g_strconcat(open, "{{>hello}}", close, NULL);
    g_autofree char *made = render(fits, strlen(fits), 0);
    g_assert_cmpstr(made, ==, "Hello Jürgen!\n");
    g_autofree char *deep = g_strconcat("{{#yes}}", fits, "{{/yes}}", NULL);
    g_autofree char *refused = render(deep, strlen(deep), 0);
    g_assert_true(g_str_has_prefix(refused, "t:1:801: Sections and partials"));
}

/* Lists within each other multiply: 1000 items, `levels` deep, cost steps or make text. */
static void
test_blow_up(void)
{
    static const struct {
        const char *text, *part; /* of the error's message */
    } rows[] = {
        {"{{#.}}{{#l}}{{#l}}{{#l}}{{#l}}{{/l}}{{/l}}{{/l}}{{/l}}{{/.}}", "5000000 steps"},
        {"{{#l}}{{#l}}{{t}}{{/l}}{{/l}}", "16777216 octets"},
    };
    g_autoptr(Value) data = value_new_map();
    Value *list = value_new_list();
    for (guint i = 0; i < 1000; i++)
        value_append(list, value_new_text("x"));
    value_set(data, "l", list);
    g_autofree char *text = g_strnfill(1000, '"');
    value_set_text(data, "t", text);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Template) template =
            template_parse(rows[i].text, strlen(rows[i].text), "t", &error);
        g_assert_no_error(error);
        g_assert_null(template_render(template, data, TEMPLATE_ESCAPE_HTML, NULL, NULL, &error));
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
        g_assert_nonnull(strstr(error->message, rows[i].part));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/template/values", test_values);
    g_test_add_func("/template/partials", test_partials);
    g_test_add_func("/template/errors", test_errors);
    g_test_add_func("/template/strict", test_strict);
    g_test_add_func("/template/hostile", test_hostile);
    g_test_add_func("/template/depth", test_depth);
    g_test_add_func("/template/blow-up", test_blow_up);
    return g_test_run();
}
