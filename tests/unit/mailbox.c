/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model/mailbox: senders as people write them */
#include "model/mailbox.h"
#include "base/error.h"

static void
test_read(void)
{
    static const struct {
        const char *text, *name, *address;
    } rows[] = {
        {"a@netz.example", NULL, "a@netz.example"},
        {" a@netz.example ", NULL, "a@netz.example"},
        {"<a@netz.example>", NULL, "a@netz.example"},
        {"Netz <a@netz.example>", "Netz", "a@netz.example"},
        {"Büro  für\tBildung <a@Netz.example>", "Büro für Bildung", "a@netz.example"},
        {"\"Müller, Anna\" <a@netz.example>", "Müller, Anna", "a@netz.example"},
        {"\"a \\\"b\\\" c\" <a@netz.example>", "a \"b\" c", "a@netz.example"},
        {"\"\" <a@netz.example>", NULL, "a@netz.example"},
        {"\"x < y\" <a@netz.example>", "x < y", "a@netz.example"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Mailbox) mailbox = mailbox_parse(rows[i].text, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(mailbox->name, ==, rows[i].name);
        g_assert_cmpstr(mailbox->address->text, ==, rows[i].address);
    }
}

static void
test_refuse(void)
{
    static const char *const rows[] = {
        "",
        "Netz",
        "Netz <",
        "Netz <a@netz.example",
        "Netz <a@netz.example> x",
        "Netz <>",
        "Netz <a@netz.example\r\nBcc: b@netz.example>",
        "<a@b@netz.example>",
        "Netz <a@netz.example> <b@netz.example>",
        "x > y <a@netz.example>",
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(mailbox_parse(rows[i], &error));
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mailbox/read", test_read);
    g_test_add_func("/mailbox/refuse", test_refuse);
    return g_test_run();
}
