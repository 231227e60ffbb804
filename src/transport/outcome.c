/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/outcome.h"

#include "base/i18n.h"
#include "base/text.h"
#include "transport/reply_rules.h"

#include <string.h>

#define JUDGED_MAX 4096 /* octets of a reply that are looked at: its decisive words come early */

typedef struct {
    int subject, detail; /* -1: no enhanced status code */
} Status;

void
outcome_clear(Outcome *outcome)
{
    g_clear_pointer(&outcome->text, g_free);
    *outcome = (Outcome){.kind = OUTCOME_TEMPORARY};
}

/* --- the text -------------------------------------------------------------------------------- */

/* Reads 1 to `most` digits; -1 if there are none, or more. */
static int
read_digits(const char **at, guint most)
{
    int number = 0;
    guint digits = 0;
    for (; g_ascii_isdigit(**at); (*at)++) {
        if (++digits > most)
            return -1;
        number = 10 * number + **at - '0';
    }
    return digits > 0 ? number : -1;
}

/* The length of the enhanced status code (RFC 3463, 2; its subjects are 0 to 7) that `text` begins
 * with, or 0. `classes`: those that it may be of. */
static gsize
read_status(const char *text, const char *classes, Status *status)
{
    const char *at = text;
    if (!*at || !strchr(classes, *at))
        return 0;
    at++;
    if (*at++ != '.')
        return 0;
    int subject = read_digits(&at, 1);
    if (subject < 0 || subject > 7 || *at++ != '.')
        return 0;
    int detail = read_digits(&at, 3);
    if (detail < 0 || g_ascii_isalnum(*at) || (*at == '.' && g_ascii_isdigit(at[1])))
        return 0;
    *status = (Status){subject, detail};
    return (gsize)(at - text);
}

/* Finds the enhanced status code of a reply: its first word as RFC 2034 wants it, of any class; else
 * the first word of the class of `code`: some put it behind "#" or a name of their own, or only on
 * the last of several lines. Leaves `status` and `said` as they are if there is none. */
static void
find_status(const char *text, int code, Status *status, char *said)
{
    const char *start = text + (*text == '#');
    gsize length = read_status(start, "245", status);
    const char *class = code >= 500 ? "5" : code >= 400 ? "4" : "2";
    for (const char *p = text; length == 0 && *p; p++) {
        start = p;
        if (p == text || strchr(" (#[;", p[-1]))
            length = read_status(p, class, status);
    }
    if (length > 0)
        g_strlcpy(said, start, length + 1);
}

/* `line` without the words that are `status`, with which each line of a reply begins. Owned by the
 * caller. */
static char *
without_status(const char *line, const char *status)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; words[i]; i++) {
        const char *bare = words[i] + (*words[i] == '#');
        if (!*status || strcmp(bare, status) != 0)
            g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "", words[i]);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The first OUTCOME_TEXT_MAX characters of `line`; NULL if it is empty. */
static char *
keep_text(const char *line)
{
    glong length = MIN(g_utf8_strlen(line, -1), OUTCOME_TEXT_MAX);
    return length > 0 ? g_strchomp(g_utf8_substring(line, 0, length)) : NULL;
}

static char *
one_line(const char *text)
{
    g_autofree char *start = g_strndup(text ? text : "", JUDGED_MAX);
    return text_one_line(start);
}

/* --- replies --------------------------------------------------------------------------------- */

/* What is said before RCPT cannot be about the recipient, nor about its domain. */
static Meaning
confine(Meaning meaning, Phase phase, int code)
{
    if (phase < PHASE_MAIL || (phase == PHASE_MAIL && meaning != MEANING_MESSAGE))
        return MEANING_RELAY;
    /* DATA has no argument that could be wrong: it is the command that is not understood */
    if (phase == PHASE_DATA && code >= 500 && code <= 504)
        return MEANING_RELAY;
    return meaning;
}

static void
settle(Outcome *outcome, Meaning meaning)
{
    switch (meaning) {
    case MEANING_MESSAGE:
    case MEANING_RECIPIENT:
        /* The reply code, not the class of the enhanced status code, where they differ ("550 4.2.1"):
         * RFC 5321 lets a client act on the first digit alone, so that is what servers are tried
         * with; and it is there always. */
        outcome->kind = outcome->code < 500 ? OUTCOME_TEMPORARY : OUTCOME_PERMANENT;
        outcome->blame = BLAME_RECIPIENT;
        break;
    case MEANING_GREYLISTED:
        outcome->blame = BLAME_RECIPIENT;
        outcome->remedy = REMEDY_GREYLISTED;
        break;
    case MEANING_SLOWER:
        outcome->blame = BLAME_DOMAIN;
        outcome->remedy = REMEDY_SLOWER;
        break;
    case MEANING_HOLD:
        outcome->blame = BLAME_DOMAIN;
        outcome->remedy = REMEDY_HOLD;
        break;
    case MEANING_DOMAIN:
        outcome->blame = BLAME_DOMAIN;
        break;
    case MEANING_RELAY:
        outcome->blame = BLAME_RELAY;
        break;
    }
}

/* A code that is none, or none that can be said in `phase`. */
static void
misplaced(Phase phase, int code, const char *text, Outcome *outcome)
{
    g_autofree char *line =
        g_strdup_printf(_("the relay gave an answer that does not fit: %d %s"), code, text);
    outcome->kind = phase == PHASE_END ? OUTCOME_UNKNOWN : OUTCOME_TEMPORARY;
    outcome->blame = BLAME_RELAY;
    outcome->text = keep_text(g_strchomp(line));
}

void
outcome_of_reply(Phase phase, int code, const char *text, Outcome *outcome)
{
    *outcome = (Outcome){.kind = OUTCOME_TEMPORARY, .code = code >= 200 && code <= 599 ? code : 0};
    g_autofree char *line = one_line(text);
    Status status = {-1, -1};
    find_status(line, outcome->code, &status, outcome->status);
    g_autofree char *bare = without_status(line, outcome->status);
    gboolean sent = phase == PHASE_END && code >= 200 && code <= 299;
    if (!sent && (code < 400 || code > 599)) {
        misplaced(phase, code, bare, outcome);
        return;
    }
    outcome->text = keep_text(bare);
    if (sent) {
        outcome->kind = OUTCOME_SENT;
        return;
    }
    g_autofree char *words = reply_rules_words(bare);
    Meaning meaning = reply_rules_find(code, status.subject, status.detail, words);
    settle(outcome, confine(meaning, phase, code));
}

void
outcome_of_loss(Phase phase, gboolean ended, const char *why, Outcome *outcome)
{
    g_autofree char *line = one_line(why);
    gboolean arrived_perhaps = ended && phase >= PHASE_DATA;
    *outcome = (Outcome){
        .kind = arrived_perhaps ? OUTCOME_UNKNOWN : OUTCOME_TEMPORARY,
        .blame = BLAME_RELAY,
        .text = keep_text(line),
    };
}

/* --- the time of the next attempt -------------------------------------------------------------- */

gint64
outcome_retry_at(guint attempts, gint64 now, gint64 not_after)
{
    static const gint64 seconds[] = {5 * 60, 15 * 60, 30 * 60, 3600, OUTCOME_PAUSE_MOST_S};
    gint64 delay = seconds[CLAMP(attempts, 1, G_N_ELEMENTS(seconds)) - 1];
    return now <= not_after - delay ? now + delay : 0;
}
