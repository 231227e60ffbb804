/* SPDX-License-Identifier: GPL-3.0-or-later */
/* message/gate: one good message, and one row for each way in which it may go wrong */
#include "message/gate.h"
#include "base/error.h"
#include "message/remote.h"

#include <string.h>

#define ADDRESS    "p@town.example"
#define MESSAGE_ID "d1-abc@netz.example"

static const char good[] =
    "From: Netz <rundruf@netz.example>\r\n"
    "To: =?utf-8?q?J=C3=BCrgen?= M <p@town.example>\r\n"
    "Subject: =?utf-8?q?Einladung_=7B?= =?utf-8?b?w5xiZXI=?=\r\n"
    "Date: Mon, 23 Nov 2026 01:02:03 +0000\r\n"
    "Message-ID: <d1-abc@netz.example>\r\n"
    "MIME-Version: 1.0\r\n"
    "List-Unsubscribe: <https://netz.example/u/1-a>,\r\n <mailto:unsubscribe+1-a@netz.example>\r\n"
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    "Content-Type: multipart/alternative; boundary=\"=_a\"\r\n"
    "\r\n"
    "--=_a\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "Two braces {{ are text; src=3D\"http://x\" too =\r\n"
    "J=C3=BCrgen\r\n"
    "--=_a\r\n"
    "Content-Type: text/html; charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "<style>p{color:red}</style><p style=3D\"margin:0\"><a href=3D\"https://x.example\">x</a>\r\n"
    "--=_a--\r\n";

/* `from` is replaced by `to` in the good message; `reason` is part of what the gate says, NULL:
 * good */
static const struct {
    const char *from, *to, *reason;
} rows[] = {
    {"", "", NULL},
    {"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", "", "Post"},
    {"<https://netz.example/u/1-a>,\r\n ", "", "without an https"},
    {"List-Unsubscribe: <https://netz.example/u/1-a>,\r\n <mailto:unsubscribe+1-a@netz.example>\r\n"
     "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
     "List-Unsubscribe: <mailto:u+1@netz.example>\r\n", NULL},
    {"<https://netz.example/u/1-a>", "<http://netz.example/u/1-a>", "without an https"},
    {"<https://netz.example/u/1-a>", "=?utf-8?q?=3Chttps=3A?=", "not a list of <links>"},
    {",\r\n <mailto:unsubscribe+1-a@netz.example>", "", "needs one mailto"},
    {"=One-Click", "=Two-Click", "One-Click is missing"},
    {"List-Unsubscribe: ", "List-Remove: ", "no List-Unsubscribe"},
    {"Date: ", "Cc: x@y.example\r\nDate: ", "1 Cc"},
    {"Date: ", "bcc: x@y.example\r\nDate: ", "1 Bcc"},
    {"Date: ", "Sender: x@y.example\r\nDate: ", "1 Sender"},
    {"Date: ", "Resent-To: x@y.example\r\nDate: ", "Resent-To"},
    {"Date: ", "To: p@town.example\r\nDate: ", "2 To"},
    {"Date: ", "From: x@y.example\r\nDate: ", "2 From"},
    {"Date: ", "X-Date: ", "no Date"},
    {"Subject: ", "X: ", "no Subject"},
    {"From: ", "X: ", "no From"},
    {"To: ", "X: ", "no To"},
    {"Message-ID: ", "X: ", "no Message-ID"},
    {"MIME-Version: ", "X: ", "no MIME-Version"},
    {"<d1-abc@netz.example>", "<d2-abc@netz.example>", "Message-ID is <d2"},
    {"<d1-abc@netz.example>", "<d1-abc@netz.example> <x@y>", "Message-ID is"},
    {"<p@town.example>", "<q@town.example>", "instead of p@town.example"},
    {"<p@town.example>", "<p@town.example>, q@town.example", "not one mailbox"},
    {"<p@town.example>", "<p@town.example> q@town.example", "instead of"},
    {"<p@town.example>", "<p@town.example><q@town.example>", "not one mailbox"},
    {"=?utf-8?q?J=C3=BCrgen?= M <p@town.example>", "group: p@town.example;", "not one mailbox"},
    {"=?utf-8?q?J=C3=BCrgen?= M", "\"M, <J> \\\" x\"", NULL},
    {"=?utf-8?q?J=C3=BCrgen?= M <p@town.example>", "p@town.example", NULL},
    {"=?utf-8?q?J=C3=BCrgen?= M", "M, J", "not one mailbox"},
    {"=?utf-8?q?J=C3=BCrgen?= M", "\"open", "instead of"},
    {"=?utf-8?q?J=C3=BCrgen?= M", "J\xc3\xbcrgen", NULL},
    {"=?utf-8?q?J=C3=BCrgen?= M", "J\xfcrgen", "To is not UTF-8"},
    {"Netz <", "Ne\x01tz <", "From has a control character"},
    {"Netz <", "Netz\r\n<", "no field name"},
    {"\r\nDate", "\nDate", "line 3 has a line feed"},
    {"\r\nDate", "\r\rDate", "carriage return"},
    {"=7B?=", "=7B=7Bname=7D=7D?=", "Subject has the unresolved template name {{name}}"},
    {"=?utf-8?q?Einladung_=7B?=", "=?iso-8859-1?q?=FC?=", "Subject cannot be decoded"},
    {"=?utf-8?q?Einladung_=7B?=", "=?utf-8?q?=FC?=", "Subject cannot be decoded"},
    {"{{ are", "{{ person.name }} are", "{{ person.name }}"},
    {"{{ are", "{{{body}}} are", "{{{body}}"},
    {"{{ are", "=7B=\r\n=7B#x=7D}", "{{#x}}"},
    {"{{ are", "{{ a, b }}", NULL},
    {"J=C3=BCrgen\r\n--", "J=FCrgen\r\n--", "cannot be decoded"},
    {"J=C3=BCrgen\r\n--", "J=Xrgen\r\n--", "cannot be decoded"},
    {"J=C3=BCrgen\r\n--", "J\xc3\xbcrgen\r\n--", "8BITMIME"},
    {"text/plain; charset=utf-8", "text/plain; charset=iso-8859-1", "not in UTF-8 but in iso"},
    {"text/plain; charset=utf-8", "text/plain", "US-ASCII"},
    {"quoted-printable\r\n\r\n<", "base65\r\n\r\n<", "cannot be decoded"},
    {"--=_a--\r\n", "", "not complete"},
    {"--=_a--\r\n", "--=_a--", "last line has no end"},
    {"boundary=\"=_a\"", "x=y", "no boundary"},
    {"<style>", "<img src=3D\"http://x\">", "<img src=\"http://x\">"},
};

static char *
replace(const char *from, const char *to, gsize *length)
{
    const char *at = strstr(good, from);
    g_assert_nonnull(at);
    char *message = g_strdup_printf("%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
    *length = strlen(message);
    return message;
}

static void
test_rows(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        gsize length;
        g_autofree char *message = replace(rows[i].from, rows[i].to, &length);
        gboolean passed = gate_check(message, length, ADDRESS, MESSAGE_ID, &error);
        if (passed != !rows[i].reason || (error && !strstr(error->message, rows[i].reason)))
            g_test_fail_printf("row %u (%s): %s", i, rows[i].to, error ? error->message : "passed");
        if (error)
            g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    }
}

static void
check_fails(const char *message, gsize length, const char *reason)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(gate_check(message, length, ADDRESS, MESSAGE_ID, &error));
    g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    g_assert_nonnull(strstr(error->message, reason));
}

/* Line lengths at the limit, a NUL, and sizes */
static void
test_octets(void)
{
    g_autofree char *long_field = g_strnfill(990, 'x');
    for (gsize extra = 0; extra < 2; extra++) {
        g_autofree char *to =
            g_strdup_printf("X-Long: %s%s\r\nDate: ", long_field, extra ? "x" : "");
        gsize length;
        g_autofree char *message = replace("Date: ", to, &length);
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(gate_check(message, length, ADDRESS, MESSAGE_ID, &error), ==, !extra);
    }
    g_autofree char *message = g_memdup2(good, sizeof good - 1);
    message[sizeof good / 2] = '\0';
    check_fails(message, sizeof good - 1, "NUL");
    g_autofree char *big = g_strnfill(GATE_MESSAGE_MAX + 1, 'x');
    check_fails(big, GATE_MESSAGE_MAX + 1, "more than");
    check_fails("", 0, "no end");
    check_fails("\r\n", 2, "no From");
}

/* Each beginning of the good message but the whole is refused, and none crashes. */
static void
test_truncated(void)
{
    for (gsize length = 0; length < sizeof good - 1; length++) {
        g_autofree char *copy = g_memdup2(good, MAX(length, 1));
        g_autoptr(GError) error = NULL;
        gboolean passed = gate_check(copy, length, ADDRESS, MESSAGE_ID, &error);
        g_assert_false(passed);
    }
}

static void
test_remote(void)
{
    static const struct {
        const char *html, *found;
    } cases[] = {
        {"<p>src=\"http://x\" url(http://x) @import</p>", NULL},
        {"<a href='https://x.example/'>x</a><img alt=x src=\"cid:logo\">", NULL},
        {"1 < 2 <3 </p> <!-- remark --> <!doctype html>", NULL},
        {"<style>@media print { a { color: black } }</style>", NULL},
        {"<img src=http://x>", "<img src=\"http://x\">"},
        {"<IMG\nSRC = 'HTTP://x'>", "<img src=\"HTTP://x\">"},
        {"<img/src=//x>", "<img src=\"//x\">"},
        {"<img src=\"data:image/png;base64,AA\">", "<img src="},
        {"<img srcset=\"cid:a 2x\">", "<img srcset="},
        {"<td background=x>", "<td background="},
        {"<p style=\"background:URL(http://x)\">", "url( in a style"},
        {"<style>@import 'x'</style>", "@import in a style"},
        {"<style media=all>p{background:image-set('x')}</style>", "image-set( in a style"},
        {"<link rel=stylesheet href=x>", "<link>"},
        {"<script>", "<script>"},
        {"<ScRipt src=x>", "<script>"},
        {"<iframe>", "<iframe>"},
        {"<object data=x>", "<object>"},
        {"<video poster=x>", "<video>"},
        {"<svg><use href=x></svg>", "<svg>"},
        {"<image href=\"http://x\">", "<image href="},
        {"<meta http-equiv=Refresh content=0>", "refresh"},
        {"<!--[if mso]><img src=\"http://x\"><![endif]-->", "<img src="},
        {"<p title='>' style='x:url(y)'>", "url( in a style"},
        {"<p title=\"<img src=x>\">", NULL},
        {"<img src=\"", "<img src="},
        {"<img src", "<img src="},
        {"<p =", NULL},
        {"<p ==\"\" \"", NULL},
        {"<p a=\"", NULL},
        {"<", NULL},
        {"", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *found = remote_find(cases[i].html);
        if (!found != !cases[i].found || (found && !strstr(found, cases[i].found)))
            g_test_fail_printf("row %u (%s): %s", i, cases[i].html, found ? found : "nothing");
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/message/gate/rows", test_rows);
    g_test_add_func("/message/gate/octets", test_octets);
    g_test_add_func("/message/gate/truncated", test_truncated);
    g_test_add_func("/message/gate/remote", test_remote);
    return g_test_run();
}
