/* SPDX-License-Identifier: GPL-3.0-or-later */
/* message/template: templates filled in as far as they are the same for many, beside templates
 * rendered whole */
#include "message/template.h"

#include <string.h>

static guint
pick(GRand *random, guint count)
{
    return (guint)g_rand_int_range(random, 0, (gint32)count);
}

static const char *const open_names[] = {"name", "person", "links", NULL};

static Value *
make_list(const char *first, const char *second)
{
    Value *list = value_new_list();
    value_append(list, value_new_text(first));
    value_append(list, value_new_text(second));
    return list;
}

/* Data whose open names are those of the n-th recipient */
static Value *
make_data(guint recipient)
{
    Value *data = value_new_map(), *event = value_new_map();
    Value *person = value_new_map(), *links = value_new_map();
    value_set_text(event, "title", "Titel & <b>");
    value_set(event, "lines", make_list("eins", "zwei"));
    value_set_bool(event, "cancelled", FALSE);
    value_set(data, "event", event);
    value_set_text(data, "fixed", "fest");
    value_set_text(data, "name", recipient % 3 ? "Jürgen \"M\" <&>" : "");
    if (recipient % 2)
        value_set(person, "tags", make_list("a\nb", "c"));
    if (recipient % 3)
        value_set_text(person, "city", "Köln {{x}}");
    value_set_int(person, "number", (gint64)recipient % 2);
    value_set(data, "person", person);
    if (recipient % 5)
        value_set_text(links, "url", "https://x.example/?a=1&b=2");
    value_set(data, "links", links);
    return data;
}

static void
set_open_names(Value *data, const Value *recipient)
{
    for (const char *const *name = open_names; *name; name++)
        value_set(data, *name, value_ref(value_get(recipient, *name)));
}

static char *
get_template_partial(const char *name, gpointer data)
{
    static const char *const partials[][2] = {
        {"fixed", "T {{fixed}}\n  {{event.title}}\n"},
        {"open", "P {{name}}\n{{#person.tags}}\n {{.}}\n{{/person.tags}}\n"},
        {"loop", "{{#person.city}}{{> loop}}{{/person.city}}x"},
        {"endless", "{{> endless}}"},
        {"broken", "{{#a}}"},
    };
    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(partials); i++)
        if (strcmp(partials[i][0], name) == 0)
            return g_strdup(partials[i][1]);
    return NULL;
}

/* The filled template's text with its gaps filled; NULL with the error */
static char *
join(TemplateFilled *filled, GError **error)
{
    guint gaps = template_filled_gaps(filled);
    g_autofree gsize *ends = g_new0(gsize, gaps + 1);
    g_autoptr(GString) out = g_string_new(NULL);
    if (!template_filled_render(filled, out, ends, error))
        return NULL;
    GString *whole = g_string_new(NULL);
    gsize length, at = 0, taken = 0;
    const char *text = template_filled_text(filled, &length);
    for (guint i = 0; i < gaps; i++) {
        gsize offset = template_filled_offset(filled, i);
        g_string_append_len(whole, text + at, (gssize)(offset - at));
        g_string_append_len(whole, out->str + taken, (gssize)(ends[i] - taken));
        at = offset;
        taken = ends[i];
    }
    g_string_append_len(whole, text + at, (gssize)(length - at));
    return g_string_free(whole, FALSE);
}

static void
check_filled(const char *text, TemplateFlags flags)
{
    g_autoptr(Template) template = template_parse(text, strlen(text), "t", NULL);
    if (!template)
        return;
    g_autoptr(Value) data = make_data(0);
    g_autoptr(TemplateFilled) filled =
        template_fill(template, data, open_names, flags, get_template_partial, NULL);
    for (guint i = 0; i < 30; i++) {
        g_autoptr(Value) recipient = make_data(i);
        g_autoptr(GError) error = NULL, own_error = NULL;
        set_open_names(data, recipient);
        g_autofree char *expected =
            template_render(template, recipient, flags, get_template_partial, NULL, &error);
        g_autofree char *own = join(filled, &own_error);
        if (g_strcmp0(own, expected) != 0 ||
            g_strcmp0(error ? error->message : NULL, own_error ? own_error->message : NULL) != 0)
            g_test_fail_printf("%s\n- %s%s\n+ %s%s", text, expected ? expected : "",
                               error ? error->message : "", own ? own : "",
                               own_error ? own_error->message : "");
    }
}

static void
test_rows(void)
{
    static const char *const rows[] = {
        "",
        "text",
        "{{name}}",
        "{{fixed}} {{name}} {{{name}}} {{event.title}}",
        "{{#event}}{{title}} {{name}} {{city}}{{/event}}",
        "{{#event.lines}}{{.}} {{name}}\n{{/event.lines}}",
        "{{#event.lines}}{{#person}}{{.}} {{city}} {{fixed}}{{/person}}{{/event.lines}}",
        "{{^event.cancelled}}{{.}} {{name}}{{/event.cancelled}}",
        "{{.}}",
        "{{#.}}{{fixed}}{{name}}{{/.}}",
        "{{#person}}{{#tags}}[{{.}}]{{/tags}}{{^tags}}none{{/tags}}{{/person}}",
        "{{#person.number}}{{person.number}}{{/person.number}}",
        "{{#person.tags.0}}first {{person.tags.0}}{{/person.tags.0}}",
        "{{missing}} {{name}}",
        "{{name}} {{missing}} {{name}}",
        "{{person.city}} {{missing}}",
        "{{#event.lines}}{{name}}{{missing}}{{/event.lines}}",
        "{{links.url}} {{missing}}",
        "{{#fixed}}{{title}}{{/fixed}}",
        "a\n  {{> fixed}}\n  {{> open}}\nb {{> fixed}}",
        "{{#links.url}}\n  {{> open}}\n{{/links.url}}\n",
        "{{name}} {{> endless}}",
        "{{> loop}}",
        "{{name}}{{> broken}}",
        "{{> none}}{{name}}",
        "{{#person}}{{> broken}}{{/person}}",
        "{{=<% %>=}}<%name%> {{name}} <%# links %><% url %><%/ links %>",
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        for (guint flags = 0; flags < 4; flags++)
            check_filled(rows[i], (TemplateFlags)flags);
}

/* A template of tags and of sections that stand in each other */
static void
append_random(GString *out, GRand *random, guint depth)
{
    static const char *const leaves[] = {
        "{{name}}",
        "{{fixed}}",
        "{{{event.title}}}",
        "{{person.city}}",
        "{{links.url}}",
        "{{.}}",
        "{{title}}",
        "{{city}}",
        "{{tags.1}}",
        "{{> fixed}}",
        "\n",
        "{{> open}}",
        "\n  {{> open}}\n",
        " x",
        "\n{{! no }}\n",
    };
    static const char *const sections[] = {
        "event",           "event.lines", "person", "person.tags", "person.city", "links.url",
        "event.cancelled", "fixed",       "name",   ".",           "city",
    };
    for (guint left = pick(random, 5); left > 0; left--) {
        if (depth == 0 || pick(random, 3) > 0) {
            g_string_append(out, leaves[pick(random, G_N_ELEMENTS(leaves))]);
            continue;
        }
        const char *name = sections[pick(random, G_N_ELEMENTS(sections))];
        g_string_append_printf(out, "{{%c%s}}", "##^"[pick(random, 3)], name);
        append_random(out, random, depth - 1);
        g_string_append_printf(out, "{{/%s}}", name);
    }
}

static void
test_random(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    for (guint i = 0; i < 5000; i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        append_random(text, random, 4);
        check_filled(text->str, (TemplateFlags)(i % 4));
    }
}

/* The limits of a rendering are those of the whole, wherever they are passed. */
static void
test_limits(void)
{
    g_autoptr(Value) data = value_new_map();
    g_autoptr(Value) recipient = value_new_list();
    Value *list = value_new_list();
    g_autofree char *text = g_strnfill(9000, 'x');
    for (guint i = 0; i < 1500; i++) {
        value_append(list, value_new_text(text));
        value_append(recipient, value_new_text("y"));
    }
    value_set(data, "list", list);
    value_set(data, "name", value_ref(recipient));
    static const char *const rows[] = {
        "{{#list}}{{.}}{{/list}}{{#name}}{{#list.0}}{{.}}{{/list.0}}{{/name}}", /* octets */
        "{{#name}}{{#list.0}}{{.}}{{/list.0}}{{/name}}{{#list}}{{.}}{{/list}}",
        "{{#name}}{{#name}}{{#.}}{{/.}}{{/name}}{{/name}}{{#list}}{{#list}}{{/list}}{{/list}}",
        "{{#list}}{{#list}}{{/list}}{{/list}}{{#name}}{{#name}}{{#.}}{{/.}}{{/name}}{{/name}}",
        "{{#list}}{{#list}}{{#name}}{{#name}}{{/name}}{{/name}}{{/list}}{{/list}}", /* gaps */
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL, own_error = NULL;
        g_autoptr(Template) template = template_parse(rows[i], strlen(rows[i]), "t", NULL);
        g_autoptr(TemplateFilled) filled =
            template_fill(template, data, open_names, TEMPLATE_STRICT, NULL, NULL);
        g_assert_null(template_render(template, data, TEMPLATE_STRICT, NULL, NULL, &error));
        g_assert_null(join(filled, &own_error));
        g_assert_cmpstr(own_error->message, ==, error->message);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/message/filled/rows", test_rows);
    g_test_add_func("/message/filled/random", test_random);
    g_test_add_func("/message/filled/limits", test_limits);
    return g_test_run();
}
