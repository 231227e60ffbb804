/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "base/file.h"
#include "cli/cli.h"
#include "config/yaml.h"
#include "message/template.h"

#include <stdio.h>
#include <string.h>

/* a partial is the file NAME.mustache of the folder, or NAME; a name cannot lead out of it */
static char *
read_partial(const char *name, gpointer data)
{
    const char *folder = data;
    if (!folder || strchr(name, G_DIR_SEPARATOR) || *name == '.')
        return NULL;
    g_autofree char *plain = g_build_filename(folder, name, NULL);
    g_autofree char *path = g_strconcat(plain, ".mustache", NULL);
    g_autoptr(GBytes) content = file_read(path, TEMPLATE_BYTES_MAX, NULL);
    if (!content)
        content = file_read(plain, TEMPLATE_BYTES_MAX, NULL);
    gsize length;
    const char *text = content ? g_bytes_get_data(content, &length) : NULL;
    return text ? g_strndup(text, length) : NULL;
}

ExitStatus
cmd_render(Cli *cli, int argc, char **argv, GError **error)
{
    g_autofree char *partials = NULL;
    gboolean text = FALSE;
    const GOptionEntry options[] = {
        {"partials", 0, 0, G_OPTION_ARG_FILENAME, &partials,
         N_("folder with partials, NAME.mustache each"), N_("DIR")},
        {"text", 0, 0, G_OPTION_ARG_NONE, &text, N_("do not escape values for HTML"), NULL},
        CLI_END,
    };
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 1, 1, &status, error))
        return status;
    gsize length;
    g_autoptr(GBytes) source = file_read(argv[1], TEMPLATE_BYTES_MAX, error);
    if (!source)
        return STATUS_FAILED;
    const char *content = g_bytes_get_data(source, &length);
    g_autoptr(Template) template = template_parse(content, length, argv[1], error);
    g_autoptr(GBytes) input = template ? file_read("-", YAML_BYTES_MAX, error) : NULL;
    if (!input)
        return STATUS_FAILED;
    content = g_bytes_get_data(input, &length);
    g_autoptr(Value) data = yaml_parse(content, length, _("standard input"), error);
    if (!data)
        return STATUS_FAILED;
    g_autofree char *output = template_render(template, data, text ? 0 : TEMPLATE_ESCAPE_HTML,
                                              read_partial, partials, error);
    if (!output)
        return STATUS_FAILED;
    fputs(output, stdout);
    return STATUS_DONE;
}
