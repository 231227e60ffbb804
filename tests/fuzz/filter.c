/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer: any octets as a filter; what is read prints, reads back the same, compiles and
 * matches */
#include "filter/compile.h"
#include "filter/match.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static const char *const texts[][2] = {
    {"cn", "Anna Meier"},
    {"displayName;lang-de", "Frau Meier"},
    {"mail", "anna@netz.example"},
    {"telephoneNumber", "+49 621 2930"},
    {"population", "200001"},
    {"createTimestamp", "20201111113000Z"},
    {"seeAlso", "cn=Max+uid=7,o=K\\c3\\b6ln"},
    {"businessCategory", "Sozialplanung"},
};

static void
read_back(const FilterNode *node)
{
    g_autofree char *text = filter_to_text(node);
    g_autoptr(FilterNode) again = filter_parse(text, strlen(text), "fuzz", NULL);
    if (!again && strlen(text) <= FILTER_BYTES_MAX) /* escapes make it longer */
        abort();
    g_autofree char *twice = again ? filter_to_text(again) : NULL;
    if (again && strcmp(text, twice) != 0)
        abort();
    value_unref(filter_to_value(node));
}

static void
compile_and_match(const FilterNode *node)
{
    g_autoptr(FieldMap) map = field_map_new();
    g_autoptr(Attributes) attributes = attributes_new();
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        attributes_add(attributes, texts[i][0], texts[i][1], strlen(texts[i][1]));
    Person person = {.id = 1,
                     .dn = (char *)"cn=Anna Meier,o=Köln,dc=netz",
                     .own = attributes,
                     .municipality = attributes};
    g_autoptr(Condition) condition = filter_compile(node, map, "fuzz", NULL);
    filter_match(node, &person, map);
    for (guint i = 0; condition && i < condition->values->len; i++)
        if (!g_utf8_validate(g_ptr_array_index(condition->values, i), -1, NULL))
            abort();
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FilterNode) node = filter_parse((const char *)data, size, "fuzz", &error);
    if ((node == NULL) != (error != NULL))
        abort();
    if (node) {
        read_back(node);
        compile_and_match(node);
    }
    return 0;
}
