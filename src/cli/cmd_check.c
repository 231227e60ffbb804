/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "directory/directory.h"
#include "message/compose.h"
#include "transport/transport.h"

#include <stdio.h>

/* One thing that is tried: FALSE with what is wrong and what to do. `*findings` (NULL at
 * first; of DirectoryFinding) gets what else there is to say; a grave one fails the check, too. */
typedef struct {
    const char *name; /* msgid */
    gboolean (*try)(Cli *cli, GPtrArray **findings, GError **error);
} Check;

static gboolean
check_configuration(Cli *cli, G_GNUC_UNUSED GPtrArray **findings, GError **error)
{
    return cli_config(cli, error) != NULL;
}

static gboolean
check_store(Cli *cli, G_GNUC_UNUSED GPtrArray **findings, GError **error)
{
    return cli_store(cli, error) != NULL;
}

static gboolean
check_keys(Cli *cli, G_GNUC_UNUSED GPtrArray **findings, GError **error)
{
    return cli_keys(cli, error) != NULL;
}

static gboolean
check_directory(Cli *cli, GPtrArray **findings, GError **error)
{
    const Config *config = cli_config(cli, error);
    g_autoptr(Directory) directory = config ? directory_open(config, error) : NULL;
    *findings = directory ? directory_probe(directory, error) : NULL;
    return *findings != NULL;
}

static gboolean
check_transport(Cli *cli, G_GNUC_UNUSED GPtrArray **findings, GError **error)
{
    const Config *config = cli_config(cli, error);
    g_autoptr(Transport) transport = config ? transport_open(config, error) : NULL;
    return transport && transport->check(transport, error);
}

static gboolean
check_templates(Cli *cli, G_GNUC_UNUSED GPtrArray **findings, GError **error)
{
    const TokenKeys *keys = cli_keys(cli, error);
    g_autoptr(Composer) composer = keys ? composer_new(cli->config, keys, error) : NULL;
    return composer != NULL;
}

static const Check checks[] = {
    {N_("configuration"), check_configuration},
    {N_("store"), check_store},
    {N_("key file"), check_keys},
    {N_("directory"), check_directory},
    {N_("transport"), check_transport},
    {N_("templates and sender"), check_templates},
};

static gboolean
has_grave(const GPtrArray *findings)
{
    for (guint i = 0; findings && i < findings->len; i++)
        if (((const DirectoryFinding *)g_ptr_array_index(findings, i))->grave)
            return TRUE;
    return FALSE;
}

static void
report_json(const Check *check, const GPtrArray *findings, const GError *wrong)
{
    g_autoptr(Value) row = value_new_map();
    Value *list = value_new_list();
    for (guint i = 0; findings && i < findings->len; i++) {
        const DirectoryFinding *finding = g_ptr_array_index(findings, i);
        Value *item = value_new_map();
        value_set_bool(item, "grave", finding->grave);
        value_set_text(item, "text", finding->text);
        value_append(list, item);
    }
    value_set_text(row, "check", check->name);
    value_set_bool(row, "good", !wrong && !has_grave(findings));
    if (wrong)
        value_set_text(row, "error", wrong->message);
    value_set(row, "findings", list);
    output_json(row);
}

static void
report_line(const char *name, const char *text)
{
    g_autofree char *line = text_one_line(text);
    printf("%s%*s %s\n", name, MAX(24 - (int)g_utf8_strlen(name, -1), 0), "", line);
}

/* With -q what fails the check, alone. */
static void
report(const Cli *cli, const Check *check, const GPtrArray *findings, const GError *wrong)
{
    if (cli->json) {
        report_json(check, findings, wrong);
        return;
    }
    if (wrong)
        report_line(_(check->name), wrong->message);
    else if (!cli->quiet && !has_grave(findings))
        report_line(_(check->name), _("good"));
    for (guint i = 0; findings && i < findings->len; i++) {
        const DirectoryFinding *finding = g_ptr_array_index(findings, i);
        g_autofree char *advice =
            finding->grave ? NULL : g_strdup_printf(_("advice: %s"), finding->text);
        if (finding->grave || !cli->quiet)
            report_line(_(check->name), advice ? advice : finding->text);
    }
}

/* A server that cannot be reached now is no fault of the configuration: another try may do. */
static ExitStatus
status_after(ExitStatus before, const GPtrArray *findings, const GError *wrong)
{
    gboolean later = g_error_matches(wrong, RUNDRUF_ERROR, RUNDRUF_ERROR_UNAVAILABLE) ||
                     g_error_matches(wrong, RUNDRUF_ERROR, RUNDRUF_ERROR_BUSY);
    if ((wrong && !later) || has_grave(findings))
        return STATUS_FAILED;
    return later && before == STATUS_DONE ? STATUS_AGAIN : before;
}

ExitStatus
cmd_check(Cli *cli, int argc, char **argv, GError **error)
{
    ExitStatus status;
    if (!cli_parse(cli, NULL, &argc, &argv, 0, 0, &status, error))
        return status;
    for (guint i = 0; i < G_N_ELEMENTS(checks); i++) {
        g_autoptr(GError) wrong = NULL;
        g_autoptr(GPtrArray) findings = NULL;
        checks[i].try(cli, &findings, &wrong);
        status = status_after(status, findings, wrong);
        report(cli, &checks[i], findings, wrong);
        if (i == 0 && wrong) /* nothing else can be tried without it */
            break;
    }
    return status;
}
