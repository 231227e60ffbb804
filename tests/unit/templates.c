/* SPDX-License-Identifier: GPL-3.0-or-later */
/* templates: those in conf/templates, rendered strictly with as little and as much as there can be
 */
#include "message/template.h"

#include <string.h>

static char *folder;

static char *
read_template(const char *name, gpointer data)
{
    (void)data;
    g_autofree char *path = g_build_filename(folder, name, NULL);
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

static void
set_lines(Value *map, const char *key, const char *first, const char *second)
{
    Value *lines = value_new_list();
    value_append(lines, value_new_text(first));
    value_append(lines, value_new_text(second));
    value_set(map, key, lines);
}

static Value *
make_event(gboolean full)
{
    Value *event = value_new_map();
    value_set_text(event, "title", "T<1>");
    value_set_text(event, "when", "today");
    if (!full) {
        value_set(event, "venue_lines", value_new_list());
        return event;
    }
    value_set_text(event, "subtitle", "S<2>");
    value_set_text(event, "kind", "K<3>");
    set_lines(event, "venue_lines", "House", "Town");
    set_lines(event, "contact_lines", "Anna", "anna@netz.example");
    set_lines(event, "registration_lines", "by mail", "soon");
    value_set_text(event, "body_html", "<p>body</p>\n");
    value_set_text(event, "body_text", "body\n");
    value_set_text(event, "audience_html", "<p>all</p>\n");
    value_set_text(event, "audience_text", "all\n");
    return event;
}

static Value *
make_data(gboolean full)
{
    Value *network = value_new_map();
    value_set_text(network, "name", "Netz & Werk");
    Value *sender = value_new_map();
    value_set_text(sender, "name", "Team");
    Value *links = value_new_map();
    value_set_text(links, "unsubscribe_mailto", "mailto:u@netz.example?subject=u");
    if (full) {
        value_set_text(network, "public_url", "https://netz.example");
        value_set_text(links, "unsubscribe_url", "https://netz.example/u/1");
        value_set_text(links, "register_url", "https://netz.example/r/1");
    }
    Value *data = value_new_map();
    value_set_text(data, "salutation", "Hello,");
    value_set_text(data, "subject", "S & T");
    value_set_text(data, "reason", "Because.");
    value_set(data, "event", make_event(full));
    value_set(data, "network", network);
    value_set(data, "sender", sender);
    value_set(data, "links", links);
    return data;
}

/* What mail programs would fetch, or run. */
static void
check_html(const char *html)
{
    static const char *const refused[] = {"src=",  "url(", "@import", "<script",
                                          "<link", "<img", "{{"};
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++)
        g_assert_null(strstr(html, refused[i]));
    g_assert_true(g_str_has_prefix(html, "<!DOCTYPE html>\n<html lang=\""));
    g_assert_nonnull(strstr(html, "T&lt;1&gt;"));
    g_assert_nonnull(strstr(html, "Netz &amp; Werk"));
    g_assert_null(strstr(html, "<dd>\n</dd>"));
}

static void
check_text(const char *text)
{
    g_assert_null(strstr(text, "{{"));
    g_assert_null(strstr(text, "\n\n\n"));
    g_assert_true(g_str_has_prefix(text, "Hello,\n\n"));
    g_assert_nonnull(strstr(text, "\nT<1>\n"));
    g_assert_true(g_str_has_suffix(text, "mailto:u@netz.example?subject=u\n"));
}

static void
test_templates(void)
{
    static const char *const names[] = {"invitation.de", "invitation.en", "cancellation.de",
                                        "cancellation.en"};
    for (guint i = 0; i < 4 * G_N_ELEMENTS(names); i++) {
        gboolean html = i & 1;
        g_autoptr(GError) error = NULL;
        g_autoptr(Value) data = make_data((i & 2) != 0);
        g_autofree char *name = g_strconcat(names[i / 4], html ? ".html" : ".txt", NULL);
        g_autofree char *source = read_template(name, NULL);
        g_assert_nonnull(source);
        g_assert_true(g_str_has_prefix(source, "{{! SPDX-License-Identifier: CC0-1.0 }}\n"));
        g_autoptr(Template) template = template_parse(source, strlen(source), name, &error);
        g_assert_no_error(error);
        TemplateFlags flags = html ? TEMPLATE_STRICT | TEMPLATE_ESCAPE_HTML : TEMPLATE_STRICT;
        g_autofree char *made = template_render(template, data, flags, read_template, NULL, &error);
        g_assert_no_error(error);
        html ? check_html(made) : check_text(made);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    const char *source = g_getenv("SRCDIR");
    folder = g_build_filename(source ? source : ".", "conf", "templates", NULL);
    g_test_add_func("/templates/strict", test_templates);
    int status = g_test_run();
    g_free(folder);
    return status;
}
