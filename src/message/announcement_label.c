/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/announcement_label.h"

#include "base/text.h"
#include "message/prose.h"

#include <string.h>

#define LABEL_MAX 40 /* characters of the longest word taken for a label */

static const struct {
    const char *word;
    const char *language;
    LabelField field;
} label_table[] = {
    {"Neuer Termin", "de", LABEL_TITLE},
    {"Neue Veranstaltung", "de", LABEL_TITLE},
    {"New event", "en", LABEL_TITLE},
    {"Art", "de", LABEL_KIND},
    {"Typ", "de", LABEL_KIND},
    {"Type", "en", LABEL_KIND},
    {"Kind", "en", LABEL_KIND},
    {"Ort", "de", LABEL_VENUE},
    {"Veranstaltungsort", "de", LABEL_VENUE},
    {"Place", "en", LABEL_VENUE},
    {"Venue", "en", LABEL_VENUE},
    {"Location", "en", LABEL_VENUE},
    {"Datum", "de", LABEL_DATE},
    {"Termin", "de", LABEL_DATE},
    {"Date", "en", LABEL_DATE},
    {"Kontakt", "de", LABEL_CONTACT},
    {"Ansprechperson", "de", LABEL_CONTACT},
    {"Ansprechpartner", "de", LABEL_CONTACT},
    {"Ansprechpartnerin", "de", LABEL_CONTACT},
    {"Contact", "en", LABEL_CONTACT},
    {"Contact person", "en", LABEL_CONTACT},
    {"Anmeldung", "de", LABEL_REGISTRATION},
    {"Registration", "en", LABEL_REGISTRATION},
    {"Zielgruppe", "de", LABEL_AUDIENCE},
    {"Target group", "en", LABEL_AUDIENCE},
    {"Audience", "en", LABEL_AUDIENCE},
};

void
label_clear(Label *label)
{
    g_clear_pointer(&label->word, g_free);
}

static void
look_up(Label *label)
{
    for (guint i = 0; i < G_N_ELEMENTS(label_table); i++) {
        if (g_ascii_strcasecmp(label_table[i].word, label->word) == 0) {
            label->known = TRUE;
            label->field = label_table[i].field;
            label->language = label_table[i].language;
        }
    }
}

gboolean
label_scan(const char *line, Label *label)
{
    *label = (Label){.start = prose_blanks(line)};
    const char *p = line + label->start;
    guint length = 0;
    for (; *p && *p != ':' && length <= LABEL_MAX; p = g_utf8_next_char(p), length++) {
        gunichar c = g_utf8_get_char(p);
        if (!g_unichar_isalpha(c) && !g_unichar_ismark(c) && prose_blanks(p) == 0 && c != '-' &&
            c != '.' && c != '/')
            return FALSE;
    }
    if (length == 0 || length > LABEL_MAX ||
        !g_unichar_isalpha(g_utf8_get_char(line + label->start)))
        return FALSE;
    label->colon = *p == ':';
    gsize behind = (gsize)(p - line) + (label->colon ? 1 : 0);
    label->value = behind + prose_blanks(line + behind);
    label->alone = line[label->value] == '\0';
    if (!label->alone && label->value == behind)
        return FALSE;
    g_autofree char *words = g_strndup(line + label->start, (gsize)(p - line) - label->start);
    label->word = text_one_line(words);
    look_up(label);
    if (label->colon || (label->known && label->field >= LABEL_CONTACT))
        return TRUE;
    label_clear(label);
    return FALSE;
}

gboolean
label_is_known(const char *line)
{
    g_auto(Label) label = {0};
    return label_scan(line, &label) && label.known;
}

const char *
label_nearest(const char *word)
{
    const char *words[G_N_ELEMENTS(label_table) + 1] = {NULL};
    for (guint i = 0; i < G_N_ELEMENTS(label_table); i++)
        words[i] = label_table[i].word;
    return text_nearest(word, words);
}

char *
label_list(const char *language)
{
    GString *words = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(label_table); i++)
        if (label_table[i].field != LABEL_TITLE && strcmp(label_table[i].language, language) == 0)
            g_string_append_printf(words, "%s%s", words->len > 0 ? ", " : "", label_table[i].word);
    return g_string_free(words, FALSE);
}
