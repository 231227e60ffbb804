/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/suppression.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "model/address.h"

#include <string.h>

static const struct {
    const char *text, *title;
    gboolean wish;
} reasons[SUPPRESSION_REASONS] = {
    [SUPPRESSION_UNSUBSCRIBE] = {"unsubscribe", N_("opted out"), TRUE},
    [SUPPRESSION_BOUNCE] = {"bounce", N_("mail to this address comes back"), FALSE},
    [SUPPRESSION_COMPLAINT] = {"complaint", N_("complained about mail"), TRUE},
    [SUPPRESSION_OBJECTION] = {"objection", N_("objected to mail"), TRUE},
    [SUPPRESSION_MANUAL] = {"manual", N_("blocked by a coordinator"), FALSE},
};

const char *
suppression_reason_text(SuppressionReason reason)
{
    return reasons[reason].text;
}

gboolean
suppression_reason_parse(const char *text, SuppressionReason *reason)
{
    for (guint i = 0; i < SUPPRESSION_REASONS; i++) {
        if (strcmp(reasons[i].text, text) != 0)
            continue;
        *reason = (SuppressionReason)i;
        return TRUE;
    }
    return FALSE;
}

const char *
suppression_reason_title(SuppressionReason reason)
{
    return _(reasons[reason].title);
}

const char *
suppression_word_title(const char *text)
{
    SuppressionReason reason = SUPPRESSION_MANUAL;
    suppression_reason_parse(text, &reason);
    return suppression_reason_title(reason);
}

gboolean
suppression_is_wish(SuppressionReason reason)
{
    return reasons[reason].wish;
}

/* TRUE if one of the words of the text is the address, however it is written */
static gboolean
holds_address(const char *text, const char *key)
{
    g_auto(GStrv) words = g_strsplit_set(text, " <>()[],;:\"'", -1);
    for (char **word = words; *word; word++) {
        for (gsize end = strlen(*word); end > 0 && (*word)[end - 1] == '.'; end--)
            (*word)[end - 1] = '\0';
        g_autoptr(Address) address = address_parse(*word, -1, NULL);
        g_autofree char *other = address ? address_key(address) : NULL;
        if (other && strcmp(other, key) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean
suppression_check_note(const char *note, const char *key, GError **error)
{
    g_autofree char *line = text_one_line(note);
    const char *why = NULL;
    if (!*line || strcmp(line, note) != 0)
        why = _("a note or proof is one line that is not empty, without blanks at its ends");
    else if (g_utf8_strlen(note, -1) > SUPPRESSION_NOTE_MAX)
        why = _("a note or proof has at most 500 characters; say where the whole is kept");
    else if (key && holds_address(note, key))
        why = _("the note holds the address, and would keep it when the person is erased; leave "
                "the address out");
    if (why)
        g_set_error_literal(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT, why);
    return !why;
}
