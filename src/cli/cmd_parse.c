/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "filter/filter.h"
#include "filter/phrase.h"
#include "message/announcement.h"
#include "model/address.h"

#include <stdio.h>
#include <string.h>

#define INPUT_MAX (64 * 1024 * 1024)

/* What one line means: a map, or NULL with the error. */
typedef Value *(*ParseLine)(const char *line, gsize length, GError **error);

static Value *
parse_filter(const char *line, gsize length, GError **error)
{
    g_autoptr(FilterNode) node = filter_parse(line, (gssize)length, "filter", error);
    if (!node)
        return NULL;
    Value *result = value_new_map();
    g_autofree char *canonical = filter_to_text(node);
    value_set_text(result, "canonical", canonical);
    value_set(result, "tree", filter_to_value(node));
    return result;
}

/* by the default fields: plumbing needs no configuration */
static Value *
parse_where(const char *line, gsize length, GError **error)
{
    g_autoptr(FieldMap) map = field_map_new();
    g_autoptr(FilterNode) node = phrase_to_filter(line, (gssize)length, map, "where", error);
    if (!node)
        return NULL;
    Value *result = value_new_map();
    g_autofree char *filter = filter_to_text(node);
    value_set_text(result, "filter", filter);
    static const char *const languages[] = {"de", "en"};
    for (guint i = 0; i < G_N_ELEMENTS(languages); i++) {
        g_autofree char *sentence = phrase_from_filter(node, map, languages[i]);
        value_set_text(result, languages[i], sentence);
    }
    return result;
}

static Value *
parse_address(const char *line, gsize length, GError **error)
{
    g_autoptr(Address) address = address_parse(line, (gssize)length, error);
    if (!address)
        return NULL;
    Value *result = value_new_map();
    value_set_text(result, "address", address->text);
    value_set_text(result, "local", address->local);
    value_set_text(result, "domain", address->domain);
    value_set_bool(result, "smtputf8", address->smtputf8);
    return result;
}

/* one object a line of input: {"input", "valid", and what it means or "error"} */
static ExitStatus
parse_lines(GBytes *input, ParseLine parse)
{
    gsize left;
    const char *line = g_bytes_get_data(input, &left);
    ExitStatus status = STATUS_DONE;
    while (left > 0) {
        const char *end = memchr(line, '\n', left);
        gsize length = end ? (gsize)(end - line) : left;
        g_autoptr(GError) wrong = NULL;
        g_autoptr(Value) result = value_new_map();
        g_autoptr(Value) meaning = parse(line, length, &wrong);
        g_autofree char *copy = g_utf8_make_valid(line, (gssize)length);
        value_set_text(result, "input", copy);
        value_set_bool(result, "valid", meaning != NULL);
        for (guint i = 0; meaning && i < value_count(meaning); i++)
            value_set(result, value_key(meaning, i), value_ref(value_item(meaning, i)));
        if (wrong)
            value_set_text(result, "error", wrong->message);
        output_json(result);
        if (!meaning)
            status = STATUS_FAILED;
        left -= MIN(length + 1, left);
        line += length + 1;
    }
    return status;
}

static ExitStatus
parse_announcement(Cli *cli, GBytes *input, GError **error)
{
    /* the zone is the configuration's where there is one: plumbing needs none */
    g_autofree char *path = config_find(cli->config_path, NULL);
    const Config *config = path ? cli_config(cli, error) : NULL;
    if (path && !config)
        return STATUS_FAILED;
    gsize length;
    const char *text = g_bytes_get_data(input, &length);
    g_autoptr(GPtrArray) warnings = NULL;
    g_autoptr(Event) event =
        announcement_parse(text, length, _("standard input"),
                           config ? config->network_timezone : "Europe/Berlin", &warnings, error);
    if (!event)
        return STATUS_FAILED;
    g_autoptr(Value) result = announcement_to_value(event);
    Value *list = value_new_list();
    for (guint i = 0; i < warnings->len; i++) {
        const AnnouncementWarning *warning = g_ptr_array_index(warnings, i);
        Value *row = value_new_map();
        value_set_int(row, "line", warning->line);
        value_set_int(row, "column", warning->column);
        value_set_text(row, "text", warning->text);
        value_append(list, row);
    }
    value_set(result, "warnings", list);
    output_json(result);
    return STATUS_DONE;
}

ExitStatus
cmd_parse(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 1, 1, &status, error))
        return status;
    const char *kind = argv[1];
    ParseLine parse = strcmp(kind, "filter") == 0    ? parse_filter
                      : strcmp(kind, "where") == 0   ? parse_where
                      : strcmp(kind, "address") == 0 ? parse_address
                                                     : NULL;
    if (!parse && strcmp(kind, "announcement") != 0)
        return cli_usage(error, _("parse reads filter, where, address or announcement, not \"%s\""),
                         kind);
    g_autoptr(GBytes) input = file_read("-", parse ? INPUT_MAX : ANNOUNCEMENT_BYTES_MAX, error);
    if (!input)
        return STATUS_FAILED;
    return parse ? parse_lines(input, parse) : parse_announcement(cli, input, error);
}
