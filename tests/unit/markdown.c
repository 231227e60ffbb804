/* SPDX-License-Identifier: GPL-3.0-or-later */
/* markdown: what HTML may hold, how text is laid out, and that escaped text comes back as it was */
#include "message/markdown.h"

#include <string.h>

static void
test_unwrapped(void)
{
    g_autofree char *words = g_strnfill(3000, 'w');
    for (gsize i = 5; i < 3000; i += 6)
        words[i] = ' ';
    g_autofree char *source = g_strconcat("- ", words, "\n- b", NULL);
    g_autofree char *plain = markdown_to_text(source, 0);
    g_autofree char *expected = g_strconcat("- ", g_strchomp(words), "\n- b\n", NULL);
    g_assert_cmpstr(plain, ==, expected);
}

static void
test_html(void)
{
    static const struct {
        const char *text, *html;
    } rows[] = {
        {"", ""},
        {"a *b* **c** `d`", "<p>a <em>b</em> <strong>c</strong> <code>d</code></p>\n"},
        {"a & b < c \"d\"", "<p>a &amp; b &lt; c &quot;d&quot;</p>\n"},
        {"# a\n## b\n##### c\n###### d", "<h3>a</h3>\n<h4>b</h4>\n<h6>c</h6>\n<h6>d</h6>\n"},
        {"- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"},
        /* raw HTML */
        {"a <b onclick=x>b</b> c", "<p>a b c</p>\n"},
        {"<script>\nalert(1)\n</script>\n\na", "<p>a</p>\n"},
        {"<!-- c -->", ""},
        {"<b></b>", ""},
        {"> *<i>*\n\na", "<blockquote>\n</blockquote>\n<p>a</p>\n"},
        {"[<b></b>](https://a.example)\n\nb", "<p>b</p>\n"},
        /* links */
        {"[a](https://a.example/?b&c)", "<p><a href=\"https://a.example/?b&amp;c\">a</a></p>\n"},
        {"<mailto:a@b.example> <a@b.example>",
         "<p><a href=\"mailto:a@b.example\">mailto:a@b.example</a> "
         "<a href=\"mailto:a@b.example\">a@b.example</a></p>\n"},
        {"[a](javascript:alert(1))", "<p>a</p>\n"},
        {"[*a*](JaVaScRiPt:alert(1))", "<p><em>a</em></p>\n"},
        {"[a](&#106;avascript:alert(1)) [b](vbscript:x)", "<p>a b</p>\n"},
        {"[a](data:text/html;base64,PHNjcmlwdD4=)", "<p>a</p>\n"},
        {"<javascript:alert(1)> [a](file:///etc/passwd)", "<p>javascript:alert(1) a</p>\n"},
        {"[a](/path) [b](#c) [d]() [e](//host.example)", "<p>a b d e</p>\n"},
        {"[a](<https://a.example/&#10;b>)", "<p>a</p>\n"},
        {"[a](https://a.example/\"onclick=\"x)",
         "<p><a href=\"https://a.example/%22onclick=%22x\">a</a></p>\n"},
        /* images */
        {"![a *b*](https://a.example/x.png \"t\")", "<p>a <em>b</em></p>\n"},
        {"![](https://a.example/pixel.gif)", ""},
        {"[![logo](data:image/png;base64,AAAA)](https://a.example)",
         "<p><a href=\"https://a.example\">logo</a></p>\n"},
        {"[![](x.png)](javascript:x)\n\n![a][r]\n\n[r]: https://a.example/x.png", "<p>a</p>\n"},
        /* control characters that a character reference makes */
        {"a&#13;b&#27;c&#10;d", "<p>a b c d</p>\n"},
        {"a\xff"
         "b",
         "<p>a\xef\xbf\xbd"
         "b</p>\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *html = markdown_to_html(rows[i].text, 3);
        g_assert_cmpstr(html, ==, rows[i].html);
    }
}

static void
test_text(void)
{
    static const struct {
        const char *text, *plain;
    } rows[] = {
        {"", ""},
        {"a\nb\n\nc", "a b\n\nc\n"},
        {"a  \nb\\\nc", "a\nb\nc\n"},
        {"*a* **b** `c` <i>d</i> &amp; &szlig;", "a b c d & ß\n"},
        {"# Über uns\ntext", "Über uns\n========\n\ntext\n"},
        {"## b\n\n### c", "b\n-\n\nc\n-\n"},
        /* 72 characters, not octets, fit */
        {"ää ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää a b",
         "ää ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää\na b\n"},
        {"äää ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää b",
         "äää ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää\nb\n"},
        {"a "
         "https://a.example/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b",
         "a\nhttps://a.example/"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nb\n"},
        /* lists */
        {"- a\n- b\n  c\n\ntext", "- a\n- b c\n\ntext\n"},
        {"- a\n  - b\n    - c\n- d", "- a\n  - b\n    - c\n- d\n"},
        {"- a\n\n  b\n\n- c", "- a\n\n  b\n\n- c\n"},
        {"9. a\n9. b\n   - c", "9. a\n10. b\n    - c\n"},
        {"1) a\n2) b", "1. a\n2. b\n"},
        {"- - a\n  - b\n-\n- c", "- - a\n  - b\n-\n- c\n"},
        {"- aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbb",
         "- aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbb\n"},
        {"- > a\n  >\n  > #\n- b", "- > a\n- b\n"},
        /* links */
        {"[a b](https://a.example) c", "a b <https://a.example> c\n"},
        {"<https://a.example> <a@b.example> [x@y.example](mailto:x@y.example)",
         "https://a.example a@b.example x@y.example\n"},
        {"[mail us](mailto:a@b.example)", "mail us <a@b.example>\n"},
        {"[](https://a.example)", "<https://a.example>\n"},
        {"[a](javascript:alert(1)) ![b](https://a.example/x.png)", "a b\n"},
        /* quotes, code, rules */
        {"> a\n>\n> > b\n> - c", "> a\n>\n> > b\n>\n> - c\n"},
        {"```\n  a  b\n\nc\n```\nd", "      a  b\n\n    c\n\nd\n"},
        {"    a\n\nb\n\n---\nc", "    a\n\nb\n\n* * *\n\nc\n"},
        {"```\n```\na", "a\n"},
        {"<div>\n\na\n\n</div>\n\nb", "a\n\nb\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *plain = markdown_to_text(rows[i].text, MARKDOWN_MAIL_COLUMNS);
        g_assert_cmpstr(plain, ==, rows[i].plain);
    }
}

/* Lines that CommonMark would take for markup; alone, after a line, in an item and in a heading. */
static void
test_escape(void)
{
    static const char *const rows[] = {
        "1. x",
        "12) x",
        "1.",
        "1234567890. x",
        "2020.5 x",
        "# x",
        "#",
        "###### x",
        "####### x",
        "#######",
        "C #",
        "C ##",
        "C#",
        "* x",
        "- x",
        "+ x",
        "-",
        "+",
        "*",
        "-x",
        "- - -",
        "* * *",
        "_ _ _",
        "***",
        "---",
        "___",
        "===",
        "=",
        "--",
        "= x",
        "a_b_c",
        "_a_",
        "__a__",
        "*a*",
        "2 * 3",
        "a*b*c",
        "**a",
        "<b>",
        "</b>",
        "<!-- a -->",
        "<?a?>",
        "a < b",
        "1<2>1",
        "<https://a.example>",
        "<a@b.example>",
        "&amp;",
        "&#65;",
        "&",
        "A & B",
        "[x](y)",
        "![x](y)",
        "[x]",
        "[x]: y",
        "[x][y]",
        "![",
        "`x`",
        "``",
        "```",
        "~~~",
        "~~~ x",
        "~~a~~",
        "~",
        "\\",
        "a\\",
        "\\\\",
        "\\*",
        "!",
        "|",
        "| a | b |",
        "> x",
        ">",
        "a > b",
        "\"x\"",
        "(x)",
        "https://a.example/b_c_d?e=f&g=h#i",
        "Straße_1_",
        "a: b",
        "x\u00a0y",
        "• x",
        "– x",
        "%",
        "{{x}}",
        "$a$",
        "^a^",
        ":a:",
        "@a",
        "www.a.example",
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        markdown_append_escaped(text, rows[i]);
        g_string_append(text, "\n\nbefore\n");
        markdown_append_escaped(text, rows[i]);
        g_string_append(text, "\nafter\n\n- ");
        markdown_append_escaped(text, rows[i]);
        g_string_append(text, "\n\n# ");
        markdown_append_escaped(text, rows[i]);
        g_autofree char *plain = markdown_to_text(text->str, MARKDOWN_MAIL_COLUMNS);
        g_autofree char *line = g_strnfill((gsize)g_utf8_strlen(rows[i], -1), '=');
        g_autofree char *expected = g_strdup_printf("%s\n\nbefore %s after\n\n- %s\n\n%s\n%s\n",
                                                    rows[i], rows[i], rows[i], rows[i], line);
        g_assert_cmpstr(plain, ==, expected);
    }
}

static void
test_escape_blanks(void)
{
    static const struct {
        const char *text, *escaped;
    } rows[] = {
        {"    indented", "indented"},
        {"two trailing  \nnext", "two trailing\nnext"},
        {"\r\xef\xbb\xbf \xef\xbb\xbf# x", "\\# x"},
        {"\ta\r\nb\rc", "a\nb c"},
        {"a\n\n\nb\n", "a\n\n\nb\n"},
        {"", ""},
        {"plain, text. (1) 2 * 3 - a_b", "plain, text. (1) 2 * 3 - a_b"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        markdown_append_escaped(out, rows[i].text);
        g_assert_cmpstr(out->str, ==, rows[i].escaped);
    }
}

/* Deep or long input: a result in no time, without an overflow of the stack. */
static void
test_hostile(void)
{
    static const struct {
        const char *piece;
        guint times;
    } rows[] = {
        {">", 100000},    {"- ", 20000},  {"1. ", 20000}, {"*a ", 50000},    {"**a_b ", 20000},
        {"[", 50000},     {"![", 50000},  {"[a](", 5000}, {"a`", 100000},    {"<", 100000},
        {"&#10;", 20000}, {"<b>", 50000}, {"\\", 100000}, {"> - 1. ", 5000}, {"a\n\n", 50000},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (guint j = 0; j < rows[i].times; j++)
            g_string_append(text, rows[i].piece);
        g_string_append(text, "end");
        g_autofree char *html = markdown_to_html(text->str, 2);
        g_autofree char *plain = markdown_to_text(text->str, MARKDOWN_MAIL_COLUMNS);
        g_assert_nonnull(strstr(html, "end"));
        g_assert_nonnull(strstr(plain, "end"));
        g_assert_cmpuint(strlen(plain), <, 20 * text->len);
    }
    g_autoptr(GString) nested = g_string_new(NULL);
    for (guint i = 0; i < 50000; i++)
        g_string_append(nested, i < 25000 ? "*a **b " : "c** d* ");
    g_autofree char *html = markdown_to_html(nested->str, 2);
    guint depth = 0;
    for (const char *p = html; (p = strstr(p, "<em>")); p += 4)
        depth++;
    g_assert_cmpuint(depth, <=, 10);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/markdown/unwrapped", test_unwrapped);
    g_test_add_func("/markdown/html", test_html);
    g_test_add_func("/markdown/text", test_text);
    g_test_add_func("/markdown/escape", test_escape);
    g_test_add_func("/markdown/escape-blanks", test_escape_blanks);
    g_test_add_func("/markdown/hostile", test_hostile);
    return g_test_run();
}
