/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer: any octets as a sentence; what is read can be said in both languages, and then reads
 * the same. Any octets as a filter, too: every filter has a sentence. */
#include "filter/phrase.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* `must`: what is said must be read and be the same; a filter has forms that are not kept, so its
 * sentence is only required to stay what it is */
static void
say(const FilterNode *node, const FieldMap *map, gboolean must)
{
    static const char *const languages[] = {"de", "en"};
    g_autofree char *text = filter_to_text(node);
    for (guint i = 0; i < G_N_ELEMENTS(languages); i++) {
        g_autofree char *sentence = phrase_from_filter(node, map, languages[i]);
        g_autoptr(FilterNode) again = phrase_to_filter(sentence, -1, map, "fuzz", NULL);
        if (!g_utf8_validate(sentence, -1, NULL))
            abort();
        if (!again && strlen(sentence) > FILTER_BYTES_MAX / 4)
            continue;
        if (!again)
            abort();
        g_autofree char *twice = filter_to_text(again);
        g_autofree char *same = phrase_from_filter(again, map, languages[i]);
        if ((must && strcmp(text, twice) != 0) || strcmp(sentence, same) != 0)
            abort();
    }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FieldMap) map = field_map_new();
    g_autoptr(FilterNode) read =
        phrase_to_filter((const char *)data, (gssize)size, map, "fuzz", &error);
    if ((read == NULL) != (error != NULL))
        abort();
    if (read) {
        g_autofree char *text = filter_to_text(read);
        g_autoptr(FilterNode) strict = filter_parse(text, -1, "fuzz", NULL);
        if (!strict)
            abort();
        say(read, map, TRUE);
    }
    g_autoptr(FilterNode) filter = filter_parse((const char *)data, (gssize)size, "fuzz", NULL);
    if (filter)
        say(filter, map, FALSE);
    return 0;
}
