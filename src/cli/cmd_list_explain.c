/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "cli/cli.h"
#include "cli/lists.h"
#include "cli/output.h"
#include "cli/persons.h"
#include "mailing/reach.h"
#include "mailing/why.h"
#include "store/lists.h"

#include <stdio.h>
#include <string.h>

#define TERM_WIDTH_MAX  48  /* characters: longer terms push their values further right */
#define VALUE_WIDTH_MAX 100 /* characters of all values of a term */

static const char *
verdict_text(MatchResult verdict)
{
    switch (verdict) {
    case MATCH_TRUE:
        return _("yes");
    case MATCH_FALSE:
        return _("no");
    default:
        return _("undecided");
    }
}

static int
verdict_width(void)
{
    glong width = 0;
    for (MatchResult verdict = MATCH_FALSE; verdict <= MATCH_UNDEFINED; verdict++)
        width = MAX(width, g_utf8_strlen(verdict_text(verdict), -1));
    return (int)width;
}

static const char *
node_text(const Explanation *node)
{
    if (!node->children)
        return node->text;
    return node->kind == FILTER_AND  ? _("all of these")
           : node->kind == FILTER_OR ? _("one of these")
                                     : _("not this");
}

static void
print_padded(const char *text, int width)
{
    printf("%s%*s", text, (int)MAX(width - g_utf8_strlen(text, -1), 0), "");
}

/* the widest term with its indentation, within reason */
static int
term_width(const Explanation *node, int depth)
{
    if (!node->children)
        return MIN(2 * depth + (int)g_utf8_strlen(node->text, -1), TERM_WIDTH_MAX);
    int width = 0;
    for (guint i = 0; i < node->children->len; i++)
        width = MAX(width, term_width(g_ptr_array_index(node->children, i), depth + 1));
    return width;
}

/* "a; b" in one line, not too long; "-" for none */
static char *
values_text(const GPtrArray *values)
{
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < values->len; i++)
        g_string_append_printf(all, "%s%s", i ? "; " : "",
                               (const char *)g_ptr_array_index(values, i));
    g_autofree char *line = text_one_line(all->str);
    if (g_utf8_strlen(line, -1) <= VALUE_WIDTH_MAX)
        return g_strdup(*line ? line : "-");
    g_autofree char *start = g_utf8_substring(line, 0, VALUE_WIDTH_MAX);
    return g_strconcat(start, "...", NULL);
}

static void
print_node(const Explanation *node, int depth, int width)
{
    fputs("  ", stdout);
    print_padded(verdict_text(node->verdict), verdict_width() + 2 + 2 * depth);
    g_autofree char *line = text_one_line(node_text(node));
    if (!node->children) {
        g_autofree char *values = values_text(node->values);
        print_padded(line, width - 2 * depth);
        printf("  %s\n", values);
        return;
    }
    printf("%s\n", line);
    for (guint i = 0; i < node->children->len; i++)
        print_node(g_ptr_array_index(node->children, i), depth + 1, width);
}

static void
print_tree(const char *title, const Explanation *tree)
{
    printf("%s:\n", title);
    print_node(tree, 0, term_width(tree, 0));
}

static void
print_words(const Cli *cli, const List *list, const Why *why, const char *sentence)
{
    print_tree(lists_title(LIST_FILTER), why->filter);
    if (why->except)
        print_tree(lists_title(LIST_EXCEPT), why->except);
    if (why->fixed) {
        g_autofree char *when = cli_when(cli, why->fixed->at);
        g_autofree char *text =
            g_strdup_printf(_("%s (%s, %s)"), why->fixed->reason, why->fixed->author, when);
        output_pair(why->fixed->included ? _("Taken in") : _("Left out"), text);
    }
    output_pair(_("Address"), why->address ? why->address : why->fault);
    if (why->suppressed) {
        g_autofree char *text = g_strdup_printf(_("%s (for %s)"), why->suppressed, list->purpose);
        output_pair(_("Suppressed"), text);
    }
    output_pair(_("Same address"), why->shares);
    g_autofree char *line = text_one_line(sentence);
    puts(line);
}

static Value *
fixed_to_value(const ListPerson *fixed)
{
    if (!fixed)
        return value_new_null();
    Value *value = value_new_map();
    value_set_text(value, "effect", fixed->included ? "include" : "exclude");
    value_set_text(value, "reason", fixed->reason);
    value_set_text(value, "author", fixed->author);
    output_set_time(value, "at", fixed->at);
    return value;
}

static void
print_json(const List *list, const Person *person, const char *name, const Why *why,
           const char *sentence)
{
    g_autoptr(Value) value = value_new_map();
    g_autofree char *uuid = uuid_to_text(person->uuid);
    value_set_text(value, "list", list->name);
    value_set_text(value, "uuid", uuid);
    value_set_text(value, "name", name);
    value_set_bool(value, "member", why->member);
    value_set_bool(value, "mail", why_gets_mail(why));
    value_set(value, "filter", explanation_to_value(why->filter));
    value_set(value, "except", why->except ? explanation_to_value(why->except) : value_new_null());
    value_set(value, "fixed", fixed_to_value(why->fixed));
    value_set_text(value, "address", why->address);
    value_set_text(value, "fault", why->fault);
    value_set_text(value, "suppressed", why->suppressed);
    value_set_text(value, "same_address", why->shares);
    value_set_text(value, "said", sentence);
    output_json(value);
}

typedef struct {
    const Cli *cli;
    const List *list;
    const Membership *membership;
    guint found;
} Explain;

static gboolean
explain_one(const Person *person, gpointer data, GError **error)
{
    Explain *explain = data;
    const Cli *cli = explain->cli;
    const FieldMap *map = cli->config->directory_fields;
    g_auto(Why) why = {0};
    if (!why_find(cli->store, explain->list, explain->membership, person, map, &why, error))
        return FALSE;
    g_autofree char *name = reach_name(person, map);
    g_autofree char *sentence = why_sentence(&why, name, explain->list->name);
    if (explain->found++ > 0 && !cli->json)
        putchar('\n');
    if (cli->json)
        print_json(explain->list, person, name, &why, sentence);
    else
        print_words(cli, explain->list, &why, sentence);
    return TRUE;
}

ExitStatus
cmd_list_explain(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 2, 2, &status, error))
        return status;
    Store *store = cli_store(cli, error);
    g_autoptr(List) list = store ? lists_find(store, argv[1], error) : NULL;
    g_autoptr(Membership) membership =
        list ? membership_new(store, list, NULL, cli->config->directory_fields, error) : NULL;
    if (!membership)
        return STATUS_FAILED;
    Explain explain = {cli, list, membership, 0};
    if (!persons_find(cli, argv[2], explain_one, &explain, error) ||
        (explain.found == 0 && !persons_set_not_found(argv[2], error)))
        return STATUS_FAILED;
    return STATUS_DONE;
}
