/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer: any octets as a reply (phase, three digits of the code, text): what holds for every
 * outcome */
#include "transport/outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_LENGTH 4 /* octets before the text */

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
check_text(const char *text)
{
    if (!text)
        return;
    if (!*text || !g_utf8_validate(text, -1, NULL) || g_utf8_strlen(text, -1) > OUTCOME_TEXT_MAX)
        abort();
    for (const char *p = text; *p; p = g_utf8_next_char(p))
        if (g_unichar_iscntrl(g_utf8_get_char(p)))
            abort();
}

static void
check_status(const char *status)
{
    if (!*status)
        return;
    char class;
    int subject, detail;
    if (sscanf(status, "%c.%d.%d", &class, &subject, &detail) != 3 || !strchr("245", class) ||
        subject < 0 || subject > 7 || detail < 0 || detail > 999)
        abort();
}

/* What the header says of kind, blame and remedy. */
static void
check(Phase phase, int code, const Outcome *outcome)
{
    gboolean temporary = outcome->kind == OUTCOME_TEMPORARY;
    if (outcome->kind == OUTCOME_SENT && (phase != PHASE_END || code < 200 || code > 299))
        abort();
    if (outcome->kind == OUTCOME_PERMANENT && (outcome->blame != BLAME_RECIPIENT || code < 500))
        abort();
    if (outcome->kind == OUTCOME_UNKNOWN && phase != PHASE_END)
        abort();
    if (outcome->kind == OUTCOME_UNTRIED || (phase < PHASE_MAIL && outcome->blame != BLAME_RELAY))
        abort();
    if (phase < PHASE_RCPT && outcome->blame == BLAME_DOMAIN)
        abort();
    if (outcome->remedy == REMEDY_GREYLISTED && (!temporary || outcome->blame != BLAME_RECIPIENT))
        abort();
    if ((outcome->remedy == REMEDY_SLOWER || outcome->remedy == REMEDY_HOLD) &&
        (!temporary || outcome->blame != BLAME_DOMAIN))
        abort();
    check_text(outcome->text);
    check_status(outcome->status);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    if (size < HEAD_LENGTH)
        return 0;
    Phase phase = (Phase)((guint)data[0] % (PHASE_END + 1)); /* '0' is the first of them */
    int code = 100 * (data[1] - '0') + 10 * (data[2] - '0') + (data[3] - '0');
    g_autofree char *text = g_strndup((const char *)data + HEAD_LENGTH, size - HEAD_LENGTH);
    g_auto(Outcome) reply, loss;
    outcome_of_reply(phase, code, text, &reply);
    check(phase, code, &reply);
    outcome_of_loss(phase, FALSE, text, &loss);
    if (loss.kind != OUTCOME_TEMPORARY || loss.blame != BLAME_RELAY)
        abort();
    check_text(loss.text);
    return 0;
}
